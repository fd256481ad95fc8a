import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOfBase32 } from '../../src/crypto/base32.js';
import { codeOf, periodAt } from '../../src/crypto/one-time-code.js';
import { codeIn, documentText, tablesIn } from '../support/document-tables.js';
import { PASSWORD } from '../support/password.js';
import { answerStep, fieldOf, makeCodes, secretOn, toSecondStep } from '../support/second-factor.js';
import type { Visitor } from '../support/visitor.js';
import { failedStart, Folder, ServerProcess } from './server-process.js';
import { changed } from './sqlite-installation.js';

const [, SECTION = ''] = documentText('docs/operations.md').split('### A data key that is lost\n');
const [ROWS = []] = tablesIn(SECTION);
const [, NAMES = ''] = /```sql\n([^`]+)```/.exec(SECTION) ?? [];

const codeFor = (secret: string) => codeOf(bytesOfBase32(secret), periodAt(Date.now()));

async function enrol(visitor: Visitor): Promise<void> {
  const page = await visitor.get('/account/security/authenticator');
  const fields = { pending: fieldOf(page, 'pending'), code: codeFor(secretOn(page)) };
  expect((await visitor.postForm('/account/security/authenticator', fields)).status).toBe(303);
}

describe('an installation whose data key is lost', () => {
  const folder = new Folder();
  const file = join(folder.data, 'data-key');
  const database = join(folder.data, 'gatehouse.sqlite');
  let server: ServerProcess | null = null;
  afterAll(async () => {
    await server?.kill('SIGTERM');
    folder.remove();
  });

  it('comes up again by what docs/operations.md says, and its people come in', async () => {
    await folder.addPeople(['ada', 'ben']);
    server = await ServerProcess.start(folder);
    const ada = await server.signedIn('ada');
    await enrol(ada);
    expect(await makeCodes(ada)).toHaveLength(10);
    await server.kill('SIGTERM');
    const [, lost = ''] = /^(\w+):/m.exec(readFileSync(file, 'utf8')) ?? [];
    rmSync(file);
    expect(await failedStart(folder, { PORT: '0' })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        new RegExp(`A data key is missing: ${lost}, .+1 authenticator, 10 recovery codes`),
      ) as string,
    });
    const names = await changed<{ username: string }>(database, NAMES.replaceAll('ID', lost));
    expect(names).toEqual([{ username: 'ada' }]);
    for (const row of ROWS)
      for (const statement of codeIn(row.at(-1) ?? '')
        .flatMap(text => text.split(/; ?/))
        .filter(Boolean))
        await changed(database, statement.replaceAll("'ID", `'${lost}`));
    const { code, stdout } = await folder.command(['user', 'reset-factors', 'ada', '--now']);
    expect(code).toBe(0);
    const [, handed = ''] = /: ([0-9a-z-]{31})\n$/.exec(stdout) ?? [];
    server = await ServerProcess.start(folder);
    expect((await (await server.signedIn('ben')).get('/welcome')).status).toBe(200);
    const again = server.visitor();
    const page = await toSecondStep(again);
    expect((await answerStep(again, page, { reset_code: handed })).location).toBe(page);
    const adding = await again.get(page);
    const fields = { pending: fieldOf(adding, 'pending'), code: codeFor(secretOn(adding)) };
    expect((await answerStep(again, page, fields)).location).toMatch(/^\/account\/security/);
    expect((await again.get('/welcome')).status).toBe(200);
    expect((await server.visitor().signIn('ada', PASSWORD)).location).toMatch(/^\/login\/second-step/);
  });
});
