import { Command, Option } from 'commander';
import { ApplicationsFile } from '../applications/applications-file.js';
import { Applications, type ChangeOutcome } from '../applications/applications.js';
import type { Application } from '../applications/application.js';
import { Catalogue } from '../applications/catalogue.js';
import { PRESETS } from '../applications/presets.js';
import { Definition } from '../applications/definition.js';
import { appCheckCommand } from './app-check-command.js';
import { changesIn, definitionOf, type AppOptions } from './app-options.js';
import { cellsOf, inWords } from './app-in-words.js';
import { CommandFailed } from './command-failed.js';
import { printTable, say } from './output.js';
import { operator, withApplication } from './with-application.js';

/** `gatehouse app …` */
export function appCommands(): Command {
  const app = new Command('app').description('applications behind the gate');
  withRules(
    app.command('add <name>').description('add an application: say where it is, and who may enter'),
  ).action(add);
  withRules(app.command('change <name>').description('change what is said, and nothing else')).action(change);
  app
    .command('show <name>')
    .description('show an application')
    .option('--json', 'as JSON', false)
    .action(show);
  app.command('list').description('list all applications').option('--json', 'as JSON', false).action(list);
  app.command('remove <name>').description('remove an application: nobody enters any more').action(remove);
  app.addCommand(appCheckCommand());
  return app;
}

/** What was given so far, and one more; what took all away, such as `--no-open`, comes before it. */
const collected = (value: string, before?: readonly string[] | false): string[] => [...(before || []), value];

const withRules = (command: Command): Command =>
  command
    .addOption(new Option('--preset <name>', 'rules and advice for a program').choices(Object.keys(PRESETS)))
    .option('--label <text>', 'what people read')
    .option(
      '--origin <url>',
      'where people reach it, such as https://wiki.example.com; several times',
      collected,
    )
    .option('--group <name>', 'who may enter: people of this group; several times', collected)
    .option('--everybody', 'who may enter: everybody; where anybody may register, everybody in some group')
    .option('--including-registered', 'with --everybody: also people who registered by themselves')
    .addOption(new Option('--strength <n>', '1: a password; 2: a second factor, too').choices(['1', '2']))
    .option(
      '--recent <time>',
      'how long ago they may have proved who they are when they enter (24h at strength 2); 0: however long',
    )
    .option('--longest <time>', 'after this long they enter anew; 0: as long as they are signed in')
    .option('--tell-group <name>', 'which groups it learns of; several times', collected)
    .option('--no-tell-group', 'it learns of none')
    .option('--tell-name', 'it learns the name (it does unless told otherwise)')
    .option('--no-tell-name', 'it does not learn the name')
    .option('--tell-email', 'it learns the confirmed address (it does unless told otherwise)')
    .option('--no-tell-email', 'it does not learn the address')
    .option('--assertion', 'it also gets who is there as a signed token')
    .option('--no-assertion', 'it does not')
    .option('--open <path>', 'open to everybody: /path, or POST,GET:/path; several times', collected)
    .option('--no-open', 'nothing is open to everybody')
    .addOption(new Option('--preflight <what>', 'CORS preflights').choices(['deny', 'pass']))
    .addOption(
      new Option('--activity <what>', 'which requests keep people signed in').choices(['all', 'navigation']),
    )
    .option('--tokens', 'programs may come with access tokens')
    .option('--no-tokens', 'they may not')
    .option('--own-session', 'it has a session of its own, which signing out here does not end')
    .option('--no-own-session', 'it has none');

async function add(name: string, options: AppOptions): Promise<void> {
  await withApplication(async app => {
    const wanted = parsed(definitionOf(name, options));
    const done = await app.get(Applications).add(wanted, operator());
    const application = applied(name, done, app.get(Catalogue).inFile);
    say(`Added ${name} at ${application.origins.join(', ')}: ${inWords(application).enters}.`);
    advise(options);
  });
}

async function change(name: string, options: AppOptions): Promise<void> {
  if (Object.keys(options).length === 0) throw new CommandFailed(NOTHING_SAID);
  await withApplication(async app => {
    const wanted = (before: Application) => parsed(changesIn(before, options));
    const done = await app.get(Applications).change(name, wanted, operator());
    const application = applied(name, done, app.get(Catalogue).inFile);
    say(`Changed ${name}: ${inWords(application).enters}.`);
    advise(options);
  });
}

const NOTHING_SAID =
  'Say what is to be different: "app change --help" shows what can be. Nothing was changed.';

/** Says what a program that was named needs on its side. */
function advise({ preset }: AppOptions): void {
  const advice = preset === undefined ? undefined : PRESETS[preset]?.then;
  if (advice !== undefined) say(advice);
}

async function remove(name: string): Promise<void> {
  await withApplication(async app => {
    applied(name, await app.get(Applications).remove(name, operator()), app.get(Catalogue).inFile);
    say(`Removed ${name}: nobody enters any more.`);
  });
}

async function show(name: string, { json }: { readonly json: boolean }): Promise<void> {
  await withApplication(async app => {
    const application = (await app.get(Catalogue).current()).named(name);
    if (application === null) throw new CommandFailed(unknown(name));
    if (json) return void process.stdout.write(`${JSON.stringify(application, null, 2)}\n`);
    for (const [what, words] of Object.entries(inWords(application))) say(`${what}: ${words}`);
  });
}

async function list({ json }: { readonly json: boolean }): Promise<void> {
  await withApplication(async app => printTable((await app.get(Catalogue).current()).all.map(cellsOf), json));
}

/** @throws CommandFailed with every sentence of what is wrong. */
function parsed(written: unknown): Application {
  const { success, data, error } = Definition.safeParse(written);
  if (success) return data;
  throw new CommandFailed([...new Set(error.issues.map(({ message }) => message))].join(' '));
}

function applied(name: string, done: ChangeOutcome, file: ApplicationsFile | null): Application {
  switch (done.outcome) {
    case 'done':
      return done.application;
    case 'refused':
      throw new CommandFailed(done.why);
    case 'unknown':
      throw new CommandFailed(unknown(name));
    case 'in-file':
      throw new CommandFailed(
        `APPLICATIONS_FILE has the applications: change ${JSON.stringify(file?.path)}, then send the server SIGHUP.`,
      );
  }
}

const unknown = (name: string): string =>
  `There is no application ${JSON.stringify(name)}. "app list" shows all.`;
