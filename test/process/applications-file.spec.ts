import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Folder, ServerProcess } from './server-process.js';

const applications = (...names: readonly string[]) =>
  JSON.stringify({
    applications: names.map(name => ({ name, origins: [`https://${name}.example.com`], everybody: true })),
  });

describe('a server whose applications stand in a file', () => {
  const folder = new Folder();
  const file = join(folder.path, 'applications.json');
  let server: ServerProcess;
  beforeAll(() => folder.addPerson('ada'));
  beforeEach(async () => {
    put(applications('wiki'));
    server = await ServerProcess.start(folder, { APPLICATIONS_FILE: file });
  });
  afterEach(() => server.kill('SIGKILL'));
  afterAll(() => folder.remove());

  /** Replaces the file as operators do: whole, in one step. */
  function put(text: string): void {
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  }
  const digest = async () => {
    const { body } = await server.visitor().get('/health/ready');
    return (JSON.parse(body) as { applications: string }).applications;
  };
  const offered = async () => {
    const { body } = await (await server.signedIn('ada')).get('/account/apps');
    return [...body.matchAll(/href="https:\/\/(\w+)\.example\.com"/g)].map(([, name]) => name);
  };

  it('reads it again at SIGHUP, and says so in its readiness', async () => {
    const before = await digest();
    put(applications('notes', 'tools'));
    server.process.kill('SIGHUP');
    await server.says(/The applications were read again: there are 2\./);
    expect(await offered()).toEqual(['notes', 'tools']);
    expect(await digest()).not.toBe(before);
  });

  it.each([
    [
      'has a mistake',
      () => put('{ "applications": [\n{ "name": "a",\n"origins": ["https://a.example.com"] }] }'),
      /line 2, groups: Say who may enter.+ The applications from before stay in force\./,
    ],
    [
      'is not there',
      () => renameSync(file, `${file}.gone`),
      /cannot be read \(ENOENT\)\. The applications from before stay in force\./,
    ],
  ])('keeps those from before where it %s', async (_, harm, words) => {
    const before = await digest();
    harm();
    server.process.kill('SIGHUP');
    await server.says(words);
    expect([await offered(), await digest()]).toEqual([['wiki'], before]);
  });
});
