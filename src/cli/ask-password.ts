import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CommandFailed } from './command-failed.js';

/** The most that is read of a password, in bytes: as much as the largest form that is read. */
const MAX_BYTES = 4 * 1024;

/**
 * A password from standard input or a prompt that shows nothing, as the pages would take it: whatever could not be
 * typed there would lock its owner out. Never from an argument: those stand in the shell's history and in the list of
 * processes.
 * @throws CommandFailed where there is neither, or what comes is no single line in UTF-8.
 */
export async function askPassword({ stdin }: { readonly stdin: boolean }): Promise<string> {
  if (stdin) return passwordIn(await atMost(MAX_BYTES, process.stdin));
  if (!process.stdin.isTTY)
    throw new CommandFailed('Give the password on standard input, with --password-stdin.');
  const password = await askHidden('Password: ');
  // What a terminal sends in another encoding arrives as this.
  if (password.includes('\ufffd')) throw new CommandFailed(NOT_UTF8);
  if ((await askHidden('The same password again: ')) === password) return password;
  throw new CommandFailed('The two passwords differ. Nothing was changed.');
}

/** One line in UTF-8, with or without its end. A byte order mark in front is no part of it. @throws CommandFailed */
export function passwordIn(bytes: Uint8Array): string {
  if (bytes.length > MAX_BYTES) throw new CommandFailed(TOO_LONG);
  const password = decode(bytes).replace(/\r?\n$/, '');
  if (/[\r\n]/.test(password))
    throw new CommandFailed(
      'The password on standard input has several lines, and nobody can type those: give one. Nothing was changed.',
    );
  return password;
}

const NOT_UTF8 = 'The password is not in UTF-8, as browsers send it: give it in that. Nothing was changed.';
const TOO_LONG = 'What comes on standard input is longer than any password. Nothing was changed.';

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new CommandFailed(NOT_UTF8);
  }
}

/** Reads no more than one chunk beyond `most` bytes. */
async function atMost(most: number, stream: AsyncIterable<Buffer | string>): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(Buffer.from(chunk));
    size += chunk.length;
    if (size > most) break;
  }
  return Buffer.concat(chunks);
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
