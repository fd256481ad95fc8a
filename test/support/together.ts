// What these end after the last test, they end after all files: hooks of support come before any file's.
import './test-app.js';

/** What Jest gives every file to describe its tests with. */
const WORDS = ['describe', 'it', 'test', 'beforeAll', 'beforeEach', 'afterAll', 'afterEach'] as const;

/**
 * Runs several files of tests as if they were one: libraries and the program are loaded, and made fast by the engine,
 * once and not once a file. Each file's tests and hooks are in a `describe` with its path.
 * @param files as this file would import them.
 */
export async function together(files: readonly string[]): Promise<void> {
  for (const file of files) {
    const said = await whatItSays(file);
    const path = file.replace(/^(\.\.\/)+/, '').replace(/js$/, 'ts');
    describe(path, () => said.forEach(say => say()));
  }
}

/** What a file says at its top, each to be said again later. */
async function whatItSays(file: string): Promise<(() => void)[]> {
  const said: (() => void)[] = [];
  const jest = Object.fromEntries(WORDS.map(word => [word, globalThis[word]]));
  /** Remembers calls of what `real` gives, of its properties (`it.each`) and of what those calls give. */
  const recorder = (real: () => unknown): unknown =>
    new Proxy(() => undefined, {
      // Jest looks for symbols of its own on whatever was once global.
      get: (_, key) =>
        typeof key === 'symbol' ? undefined : recorder(() => Reflect.get(real() as object, key)),
      apply: (_, __, words) => {
        let answer: unknown;
        said.push(() => (answer = (real() as (...words: unknown[]) => unknown)(...words)));
        return recorder(() => answer);
      },
    });
  Object.assign(globalThis, Object.fromEntries(WORDS.map(word => [word, recorder(() => jest[word])])));
  try {
    await import(file);
  } finally {
    Object.assign(globalThis, jest);
  }
  return said;
}
