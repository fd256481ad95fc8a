import type { Visitor } from '../support/visitor.js';
import { Folder, ServerProcess } from './server-process.js';

describe('groups on the command line, beside a running server', () => {
  const folder = new Folder();
  let server: ServerProcess;
  let ada: Visitor;
  beforeAll(async () => {
    await folder.addPerson('ada');
    server = await ServerProcess.start(folder);
    ada = await server.signedIn('ada');
  });
  afterAll(async () => {
    await server.kill('SIGTERM');
    folder.remove();
  });

  const expectDone = async (command: string, stdout: string) => {
    const { code, stderr, ...said } = await folder.command(command.split(' '));
    expect([command, code, said.stdout, code === 0 ? '' : stderr]).toEqual([command, 0, stdout, '']);
    return stderr;
  };
  const expectRefused = async (command: string, line: RegExp, code = 1) => {
    const { stdout, stderr, ...end } = await folder.command(command.split(' '));
    expect([command, end.code, stdout]).toEqual([command, code, '']);
    expect(stderr).toMatch(line);
  };
  const groupsOfSession = async () => {
    const { user } = JSON.parse((await ada.get('/session')).body) as { user: { groups: string[] } };
    return user.groups;
  };

  it('are made, once', async () => {
    await expectDone('group list', '');
    for (const name of ['editors', 'home', 'h'])
      await expectDone(
        `group add ${name}`,
        `Made the group ${name}. "user groups NAME +${name}" puts somebody into it.\n`,
      );
    await expectRefused('group add editors', /^There is a group editors already\.\n$/);
    await expectRefused(
      'group add Editors',
      /^No group can be called "Editors": use 1 to 63 small letters, .+\n$/,
    );
  });

  it('have people, whose sessions know of it at once', async () => {
    await expectDone('user groups ada', '');
    const said = await expectDone('user groups ada +home +editors +h', 'ada is in editors, h, home now.\n');
    expect(said).toMatch(/"event":"group_joined".+"group":"editors"/);
    expect(await groupsOfSession()).toEqual(['editors', 'h', 'home']);
    await expectDone('user groups ada', 'editors\nh\nhome\n');
  });

  it('lose them, also those whose names look like options', async () => {
    await expectDone('user groups ada -home -h', 'ada is in editors now.\n');
    expect(await groupsOfSession()).toEqual(['editors']);
    await expectDone('user groups ada -editors', 'ada is in no group now.\n');
    expect(await groupsOfSession()).toEqual([]);
    await expectDone('user groups ada +editors', 'ada is in editors now.\n');
  });

  it('stay as they are where a word is wrong', async () => {
    await Promise.all([
      expectRefused(
        'user groups ada -editors +nothing',
        /^There is no group nothing: nothing was changed\. "group add nothing" makes it\.\n$/,
      ),
      expectRefused(
        'user groups ada home',
        /^Write \+home to put them into that group, or -home to take them out\./,
      ),
      expectRefused('user groups ada +home -home', /^\+home and -home contradict each other\./),
      expectRefused('user groups nobody +home', /^Nobody has the username or e-mail address "nobody"\.\n$/),
      expectRefused('user groups', /missing required argument 'name'/, 2),
    ]);
    expect(await groupsOfSession()).toEqual(['editors']);
  });

  it('are listed', async () => {
    const { stdout } = await folder.command(['group', 'list', '--json']);
    expect(JSON.parse(stdout)).toMatchObject([
      { group: 'editors', people: '1' },
      { group: 'h', people: '0' },
      { group: 'home', people: '0' },
    ]);
    expect((await folder.command(['group', 'list'])).stdout).toMatch(
      /^group +people +created\neditors +1 +2\d/,
    );
  });

  it('are removed, with people in them only where that is meant', async () => {
    await expectRefused(
      'group remove editors',
      /^One person is in editors: nothing was removed\. With --force it is removed all the same\.\n$/,
    );
    await expectDone('group remove editors --force', 'Removed the group editors, with one person in it.\n');
    expect(await groupsOfSession()).toEqual([]);
    await expectDone('group remove home', 'Removed the group home.\n');
    await expectRefused('group remove home', /^There is no group "home"\. "group list" shows all\.\n$/);
  });
});
