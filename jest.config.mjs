import { bundledPackages } from './test/support/bundle-packages.mjs';
import { lent } from './test/support/suites/loaded-once.mjs';

const swc = [
  '@swc/jest',
  {
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    },
    module: { type: 'es6' },
  },
];

const bundled = await bundledPackages();

/** @type {import('jest').Config} */
export default {
  testEnvironment: '<rootDir>/test/support/suites/world.mjs',
  testEnvironmentOptions: { bundled: bundled.folder },
  testMatch: [
    '<rootDir>/src/**/*.spec.ts',
    '<rootDir>/test/**/*.(spec|e2e-spec).ts',
    // What run-tests.mjs makes of many of them.
    '<rootDir>/node_modules/.cache/together/*.mjs',
  ],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { ...bundled.mapper, ...lent, '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': swc },
  // What goes wrong has a limit of its own, and says what it was: this one is for what hangs, on a machine of any speed.
  testTimeout: 300_000,
  // For two cores: one waits for a browser or a process most of the time.
  maxWorkers: 3,
  testSequencer: '<rootDir>/test/support/suites/slowest-first.mjs',
};
