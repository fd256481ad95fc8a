import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { CommandFailed } from './command-failed.js';

/**
 * A password from standard input or a prompt that shows nothing. Never from an argument: those stand in the
 * shell's history and in the list of processes.
 * @throws CommandFailed where there is neither.
 */
export async function askPassword({ stdin }: { readonly stdin: boolean }): Promise<string> {
  if (stdin) return (await text(process.stdin)).replace(/\r?\n$/, '');
  if (!process.stdin.isTTY)
    throw new CommandFailed('Give the password on standard input, with --password-stdin.');
  const password = await askHidden('Password: ');
  if ((await askHidden('The same password again: ')) === password) return password;
  throw new CommandFailed('The two passwords differ. Nothing was changed.');
}

async function askHidden(question: string): Promise<string> {
  process.stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const prompt = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    return await prompt.question('');
  } finally {
    prompt.close();
    process.stderr.write('\n');
  }
}
