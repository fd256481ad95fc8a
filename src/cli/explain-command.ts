import { Command } from 'commander';
import { Catalogue } from '../applications/catalogue.js';
import { AppConfig } from '../config/app-config.js';
import { explain, type Subject } from '../forward-auth/explanation.js';
import { type Question, questionIn } from '../forward-auth/question.js';
import { Memberships } from '../groups/memberships.js';
import { CommandFailed } from './command-failed.js';
import { existing } from './existing-user.js';
import { mustAddFirst } from './lack-of-factor.js';
import { say } from './output.js';
import { withApplication } from './with-application.js';

interface ExplainOptions {
  readonly as?: string;
  readonly method: string;
}

/** `gatehouse explain URL [--as NAME]` */
export const explainCommand = (): Command =>
  new Command('explain')
    .argument('<url>', 'an address of an application')
    .description('say what the gate would answer, and why')
    .option('--as <name>', 'to this person')
    .option('--method <method>', 'of the request', 'GET')
    .action(explainUrl);

async function explainUrl(url: string, { as, method: typed }: ExplainOptions): Promise<void> {
  const method = typed.toUpperCase();
  if (asked('https://example.com/', method) === null)
    throw new CommandFailed(`${JSON.stringify(typed)} is no method: write one such as GET.`);
  await withApplication(async app => {
    const { question, sent } = questionOf(url, method);
    const { publicUrl, registration } = app.get(AppConfig);
    const lines = explain({
      question,
      publicUrl,
      known: await app.get(Catalogue).current(),
      policy: { registrationOpen: registration === 'open' },
      subject: as === undefined ? null : await subjectOf(as),
    });
    if (sent !== null) say(`A browser sends ${sent}.`);
    for (const line of lines) say(line);
    if (!/^https?:\/\//i.test(url)) say('Write it whole, such as https://wiki.example.com/page.');

    async function subjectOf(name: string): Promise<Subject> {
      const person = await existing(app, name);
      const { id, username, disabledAt } = person;
      const groups = (await app.get(Memberships).of(id)).map(membership => membership.name);
      return { username, groups, disabled: disabledAt !== null, lacksFactor: mustAddFirst(app, person) };
    }
  });
}

/**
 * What is asked about an address: as it was typed, or where nobody sends it so, as a browser sends it: in ASCII, and without
 * what it keeps to itself. @returns `sent`: the latter; null for the former.
 */
function questionOf(
  url: string,
  method: string,
): { readonly question: Question | null; readonly sent: string | null } {
  const typed = /^[!-~]*$/.test(url) ? asked(withSlash(url), method) : null;
  if (typed !== null || !URL.canParse(url)) return { question: typed, sent: null };
  const { origin, pathname, search } = new URL(url);
  const sent = origin + pathname + search;
  const question = asked(sent, method);
  return { question, sent: question === null ? null : sent };
}

const asked = (url: string, method: string): Question | null =>
  questionIn('nginx', { 'x-original-url': url, 'x-original-method': method });

/** Browsers put it there. */
const withSlash = (url: string): string => (/^https?:\/\/[^/?#]+$/i.test(url) ? `${url}/` : url);
