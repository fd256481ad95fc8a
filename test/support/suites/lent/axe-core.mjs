// See loaded-once.mjs.
export default globalThis.loadedOnce('axe-core');
