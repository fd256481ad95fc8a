import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { ON_ENGINES } from './which.mjs';

const { env } = process;

/** The first of these paths that is there. */
export const first = (...paths) => paths.find(path => path !== undefined && existsSync(path));

/** Whether something listens where a URL says. */
const answers = url =>
  new Promise(resolve => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });

// The same engine; without a window's parts a suite takes two thirds of the time.
const headless = '/usr/bin/chromium-headless-shell';
export const chromium = first(env.CHROMIUM, headless, '/usr/bin/chromium', '/usr/bin/chromium-browser');

/** A PostgreSQL that answers, but where `npm run test:all` starts one itself, and whatever suites start of their own. */
export const engines =
  ((process.argv[2] === '--all' && env.TEST_POSTGRES_URL === undefined) ||
    (await answers(env.TEST_POSTGRES_URL ?? 'postgres://127.0.0.1:5432'))) &&
  (await answers(env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379')) &&
  first('/usr/bin/redis-server') !== undefined &&
  first('/usr/lib/postgresql') !== undefined;

/** Whether a test may make a small file system: as root, and not in a container that forbids it. */
const mounts = spawnSync('unshare', ['--mount', 'true']).status === 0 ? true : undefined;

const nginx = first('/usr/sbin/nginx', '/usr/bin/nginx');

/** What cannot run here, by the beginnings of paths, and why not. */
export const unmet = [
  [
    chromium,
    ['test/browser/', 'test/engine-gate-store'],
    'Chromium (Debian package "chromium-headless-shell" or "chromium", or CHROMIUM=path)',
  ],
  [first('/usr/bin/firefox-esr'), ['test/browser/firefox'], 'Firefox (Debian package "firefox-esr")'],
  [
    first('/usr/bin/WebKitWebDriver') && first('/usr/bin/Xvfb'),
    ['test/browser/webkit'],
    'WebKitGTK (Debian packages "webkit2gtk-driver" and "xvfb")',
  ],
  [
    engines || undefined,
    ON_ENGINES,
    'PostgreSQL and Redis (Debian packages "postgresql" and "redis-server", running; TEST_POSTGRES_URL, TEST_REDIS_URL)',
  ],
  [
    mounts,
    ['test/process/full-disk'],
    'the right to mount a file system (root; Docker: --cap-add SYS_ADMIN)',
  ],
  [nginx, ['test/nodes/'], 'nginx (Debian package "nginx")'],
  [
    nginx && first('/usr/bin/caddy'),
    [
      ...['test/forward-auth/', 'test/attacks/gate-addresses', 'test/browser/applications'],
      ...['test/browser/gate-', 'test/browser/firefox-gate', 'test/browser/webkit-gate'],
      'test/engine-gate-store',
    ],
    'nginx and Caddy (Debian packages "nginx", "caddy")',
  ],
  [
    first('/usr/bin/chromium'),
    ['test/browser/gate-cookies'],
    'Chromium with settings (Debian package "chromium")',
  ],
  [
    first('/usr/bin/cc') && first('/usr/bin/firefox-esr') && first('/usr/bin/WebKitWebDriver'),
    ['test/browser/gate-clocks'],
    'a C compiler, Firefox and WebKitGTK (Debian packages "gcc", "libc6-dev", "firefox-esr", "webkit2gtk-driver", "xvfb")',
  ],
  [first('/usr/bin/redis-server'), ['test/browser/gate-store'], 'Redis (Debian package "redis-server")'],
  [first('/usr/bin/radicale'), ['test/forward-auth/radicale'], 'Radicale (Debian package "radicale")'],
  [first('/usr/bin/oathtool'), ['test/oathtool'], 'oathtool (Debian package "oathtool")'],
  [first('/usr/bin/spamassassin'), ['test/mail-spam'], 'SpamAssassin (Debian package "spamassassin")'],
].filter(([present]) => present === undefined);
