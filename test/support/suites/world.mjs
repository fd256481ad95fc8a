import { appendFileSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { relative } from 'node:path';
import vm from 'node:vm';
import { lend } from './loaded-once.mjs';
import { spent } from './times.mjs';
import { AS_INSTALLED, hasOneOf } from './which.mjs';

// Jest's own, which is CommonJS.
const { TestEnvironment } = createRequire(createRequire(import.meta.url).resolve('jest'))(
  'jest-environment-node',
);

/**
 * The world that Jest gives each file of tests, with four differences. Its global object is an ordinary one: by Jest's
 * own, every mention of `Object` or `Map` asks a proxy, some fifty times as slow
 * (https://nodejs.org/api/vm.html#when-contextobject-is-vmconstantsdont_contextify). It lends what is loaded once a
 * worker (`loaded-once.mjs`). It says which libraries the built program has here. And it notes what the file took, in the file that `TEST_TIMES` names.
 */
export default class World extends TestEnvironment {
  constructor(config, context) {
    const { createContext } = vm;
    vm.createContext = () => createContext(vm.constants.DONT_CONTEXTIFY);
    try {
      super(config, context);
    } finally {
      vm.createContext = createContext;
    }
    lend(this.global);
    this.path = relative(config.projectConfig.rootDir, context.testPath);
    this.begun = spent();
    // Node 20 has no such hooks: there all suites have them as operators do.
    if (module.registerHooks !== undefined && !hasOneOf(this.path, AS_INSTALLED))
      this.global.bundledLibraries = bundledLibraries(config.projectConfig.testEnvironmentOptions.bundled);
  }

  async teardown() {
    await super.teardown();
    this.note(this.path, this.begun);
  }

  /** Of a share, the files in it (`together.ts`). */
  handleTestEvent({ name, describeBlock }, { rootDescribeBlock }) {
    if (describeBlock?.parent !== rootDescribeBlock || !describeBlock.name.endsWith('spec.ts')) return;
    if (name === 'run_describe_start') this.describeBegun = spent();
    if (name === 'run_describe_finish') this.note(describeBlock.name, this.describeBegun);
  }

  note(path, begun) {
    const file = process.env.TEST_TIMES;
    if (!file) return;
    const [clock, processor] = spent().map((now, n) => Math.round(now - begun[n]));
    appendFileSync(file, `${JSON.stringify({ path, clock, processor })}\n`);
  }
}

/** What Node is to import first, so that a process has the libraries from `folder`. */
function bundledLibraries(folder) {
  const url = new URL('bundled-libraries.mjs', import.meta.url);
  url.searchParams.set('folder', folder);
  return url.href;
}
