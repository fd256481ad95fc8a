import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Folder } from './server-process.js';

describe('applications on the command line', () => {
  const folder = new Folder();
  beforeAll(async () => {
    await folder.addPerson('ada');
    for (const command of ['group add staff', 'group add night', 'user groups ada +staff'])
      await folder.command(command.split(' '));
  });
  afterAll(() => folder.remove());

  const run = (command: string) => folder.command(command.split(' '));
  const expectDone = async (command: string, stdout: string | RegExp) => {
    const done = await run(command);
    expect([command, done.code, done.code === 0 ? '' : done.stderr]).toEqual([command, 0, '']);
    if (typeof stdout === 'string') expect(done.stdout).toBe(stdout);
    else expect(done.stdout).toMatch(stdout);
  };
  const expectRefused = async (command: string, line: RegExp) => {
    const done = await run(command);
    expect([command, done.code, done.stdout]).toEqual([command, 1, '']);
    expect(done.stderr).toMatch(line);
  };

  it('are added, where it is said who may enter', async () => {
    await expectDone('app list', '');
    await expectRefused(
      'app add wiki --origin https://wiki.example.com',
      /Say who may enter: groups, or everybody\./,
    );
    await expectRefused('app add wiki --group staff', /It needs an origin at least/);
    await expectRefused(
      'app add wiki --group staff --including-registered --origin https://wiki.example.com',
      /^“Including registered” goes with “everybody” alone/,
    );
    await expectRefused(
      'app add wiki --group stuff --origin https://wiki.example.com',
      /^There is no group stuff\. "group add stuff" makes it\.\n$/,
    );
    await expectRefused(
      'app add wiki --group staff --origin http://wiki.example.com',
      /is reached over plain http\./,
    );
    await expectRefused('app add wiki --group staff --origin https://wiki.example.com/path', /is no origin/);
    await expectRefused(
      'app add Wiki --group staff --origin https://wiki.example.com --open /a/../b',
      /has 1 to 63 small letters.+plain segments/,
    );
    await expectDone(
      'app add wiki --group staff --origin HTTPS://Wiki.Example.com:443/ --open /public --open POST:/hooks --longest 8h',
      'Added wiki at https://wiki.example.com: people in staff.\n',
    );
    await expectRefused(
      'app add wiki --everybody --origin https://w.example.com',
      /^There is an application wiki already\./,
    );
    await expectRefused(
      'app add other --everybody --origin https://wiki.example.com',
      /^https:\/\/wiki\.example\.com is where wiki is reached already\.\n$/,
    );
  });

  it('are shown in words', async () => {
    await expectDone(
      'app show wiki',
      /enters: people in staff\n.*longest: 8 hours\n.*open: GET,HEAD \/public; POST \/hooks\n/s,
    );
    await expectDone('app show wiki --json', /"openPaths": \[/);
    await expectDone(
      'app list',
      /^application +at +enters +strength\nwiki +https:\/\/wiki\.example\.com +people in staff +1\n$/,
    );
    await expectRefused('app show nothing', /^There is no application "nothing"\. "app list" shows all\.\n$/);
  });

  it('are changed in what is said, and in nothing else', async () => {
    await expectRefused('app change wiki', /^Say what is to be different: .+ Nothing was changed\.\n$/);
    await expectDone(
      'app change wiki --strength 2 --tell-group staff --no-tell-email',
      /^Changed wiki: people in staff\.\n$/,
    );
    await expectDone('app change wiki --everybody --label Books', 'Changed wiki: everybody.\n');
    await expectDone(
      'app show wiki',
      /label: Books\n.*enters: everybody\nstrength: 2.*longest: 8 hours\ntold: id and username, name, whether in staff\nopen: GET/s,
    );
    await expectDone(
      'app change wiki --group night --longest 0 --strength 1',
      'Changed wiki: people in night.\n',
    );
    await expectDone('app show wiki', /longest: as long as they are signed in/);
    const blank = await folder.command(['app', 'change', 'wiki', '--label', '  ']);
    expect([blank.code, blank.stderr]).toEqual([1, 'A label has 1 to 60 characters.\n']);
  });

  it('are explained, for an address and a person', async () => {
    await expectDone('explain https://wiki.example.com/public/a', /GET \/public\/a is open to everybody/);
    await expectDone(
      'explain https://wiki.example.com/secret --as ada',
      /ada may not enter: it is for people in night, and they are in staff\./,
    );
    await expectDone('explain https://wiki.example.com/public/%2e%2e/x', /is not open, though \/public is/);
    await expectDone(
      'explain https://else.example.com',
      /no application is at https:\/\/else\.example\.com\.\nThere are: https:\/\/wiki\.example\.com\./,
    );
    await expectDone(
      'explain http://wiki.example.com',
      /There is one at https:\/\/wiki\.example\.com: another scheme or port\./,
    );
    await expectDone(
      'explain https://wiki.example.com/.gatehouse/start',
      /passes what is below \/\.gatehouse\/ on to Gatehouse, and asks nobody/,
    );
    await expectDone('explain https://wiki.example.com', /May enter: people in night\./);
    await expectDone('explain http://localhost:4000/x', /is the sign-in itself/);
    await expectDone('explain nonsense', /^Refused: this is no address.+\nWrite it whole, such as https:/);
    await expectDone('explain https://wiki.example.com//x', /^Refused: this is no address[^\n]+\n$/);
    await expectDone(
      'explain https://wiki.example.com:8443/',
      /There is one at https:\/\/wiki\.example\.com: another scheme or port\./,
    );
    await expectDone(
      'explain https://wiki.example.com/public/a --as ada',
      /is open to everybody.+\nada may not enter: [^\n]+\nWhat is open they get all the same, and it is not told who they are\.\n$/,
    );
    await expectDone(
      'explain https://wiki.example.com/ --method options',
      /A CORS preflight.+ is answered 401/,
    );
    await expectDone(
      'explain https://wiki.example.com/public/a --method get',
      /^.+\nGET \/public\/a is open/,
    );
    await expectRefused(
      'explain https://wiki.example.com/ --method G%T',
      /^"G%T" is no method: write one such as GET\.\n$/,
    );
  });

  it.each([
    ['https://wiki.example.com/public#top', 'https://wiki.example.com/public'],
    ['https://wiki.example.com?x=1', 'https://wiki.example.com/?x=1'],
    ['https://wiki.example.com/public/caf\u00e9', 'https://wiki.example.com/public/caf%C3%A9'],
    ['https://b\u00fccher.example/', 'https://xn--bcher-kva.example/'],
  ])('are explained for what a browser sends where somebody copies its address: %s', async (typed, sent) => {
    const [first] = (await run(`explain ${typed}`)).stdout.split('\n');
    expect(first).toBe(`A browser sends ${sent}.`);
  });

  it('are looked at for what is odd', async () => {
    const done = await run('app check');
    expect([done.code, done.stdout]).toEqual([
      1,
      expect.stringMatching(
        /^GATE_LISTEN is not set.+\nwiki: nobody is in the group night\.\nwiki: \/hooks is open to everybody for POST: is that meant\?\n$/,
      ),
    ]);
  });

  it('lose what was given to them before', async () => {
    await expectDone(
      'app add given --group staff --origin https://given.example.com --open /a --open /b --tell-group staff',
      'Added given at https://given.example.com: people in staff.\n',
    );
    await expectDone('app show given', /told: .*whether in staff\nopen: GET,HEAD \/a; GET,HEAD \/b\n/);
    await expectDone('app change given --no-open', 'Changed given: people in staff.\n');
    await expectDone('app show given', /told: .*whether in staff\nopen: nothing\n/);
    await expectDone('app change given --no-tell-group', 'Changed given: people in staff.\n');
    await expectDone('app show given', /told: id and username, name, confirmed address\nopen: nothing\n/);
    await expectDone('app change given --no-open --open /c', 'Changed given: people in staff.\n');
    await expectDone('app show given', /open: GET,HEAD \/c\n/);
    await expectRefused(
      'app change given --open get:/d',
      /^A method is written in capitals, such as GET\.\n$/,
    );
    await expectDone('app change given --open VERSION-CONTROL:/d', 'Changed given: people in staff.\n');
    await expectDone('app remove given', 'Removed given: nobody enters any more.\n');
  });

  it('are changed whatever length of time they have', async () => {
    await expectDone(
      'app add long --group staff --origin https://long.example.com --longest 120d --recent 200d',
      'Added long at https://long.example.com: people in staff.\n',
    );
    await expectDone('app change long --label Long', 'Changed long: people in staff.\n');
    await expectDone('app show long', /label: Long\n.*recent: within 200 days\nlongest: 120 days\n/s);
    await expectRefused('app change long --longest 9999999d', /"9999999d" is no length of time/);
    await expectDone('app remove long', 'Removed long: nobody enters any more.\n');
  });

  it('of a known program come with what to configure there', async () => {
    await expectDone(
      'app add cal --preset radicale --group staff --origin https://cal.example.com',
      /type = http_x_remote_user/,
    );
    await expectDone('app show cal --json', /"tokens": true/);
    await expectDone('app show cal', /tokens: programs may come with access tokens/);
    await expectDone(
      'app change cal --preset grafana',
      /^Changed cal: people in staff\.\n.*header_name = Remote-User/,
    );
    await expectDone('app remove cal', 'Removed cal: nobody enters any more.\n');
    await expectDone('app remove wiki', 'Removed wiki: nobody enters any more.\n');
    await expectRefused('app remove wiki', /^There is no application "wiki"\./);
  });

  describe('in a file', () => {
    const file = join(folder.path, 'applications.json');
    const withFile = (command: string, text: string) => {
      writeFileSync(file, text);
      return folder.command(command.split(' '), '', { APPLICATIONS_FILE: file });
    };

    it('are those of the file alone, and are changed there', async () => {
      const text =
        '{ "applications": [{ "name": "notes", "origins": ["https://notes.example.com"], "everybody": true }] }';
      expect((await withFile('app list --json', text)).stdout).toContain('notes');
      const refused = await withFile('app remove notes', text);
      expect([refused.code, refused.stderr]).toEqual([
        1,
        expect.stringMatching(/^APPLICATIONS_FILE has the applications: change "/),
      ]);
    });

    it.each([
      [
        '{ "applications": [\n{ "name": "a",\n"origins": ["https://a.example.com"] }] }',
        /line 2, groups: Say who may enter/,
      ],
      [
        '{ "applications": [\n{ "name": "a",\n\n"origins": ["http://a.example.com"], "everybody": true }] }',
        /line 4, origins: /,
      ],
      [
        '{ "applications": [\n{ "name": "a", "everybody": true,\n "origins": ["https://a.example.com"], "open": 1 }] }',
        /line 3, open: Unrecognized key: "open"/,
      ],
      ['{ "applications": [\n{},,\n] }', /line 2: it is no JSON from there on\./],
      [
        '{ "applications": [\n{ "name": "a", "groups": ["staff"],\n "origins": ["https://a.example.com"],\n"groups": ["all"] }] }',
        /line 4: "groups" is there twice\./,
      ],
      ['[]', /line 1: /],
    ])('say on which line something is wrong: %j', async (text, words) => {
      const { code, stderr } = await withFile('app list', text);
      expect([code, stderr]).toEqual([1, expect.stringMatching(words)]);
    });
  });
});
