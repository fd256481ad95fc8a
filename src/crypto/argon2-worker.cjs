// Runs on a worker thread of PasswordHasher. Plain JavaScript, because a worker is loaded by Node itself,
// also when the rest is compiled on the fly by the tests. CommonJS, because Piscina loads it by `require` first: a thread that
// ended while it loaded an ES module that way once took its whole process with it (Node 24.21, a failed assertion).
const { setPriority } = require('node:os');
const { Algorithm, hashSync, verifySync } = require('@node-rs/argon2');

try {
  // On Linux "process 0" is the calling thread: hashing yields to the thread that answers requests, so a
  // flood of sign-ins cannot slow down people who are signed in already.
  setPriority(0, 5);
} catch {
  // Not allowed here: hashing then competes as an equal, which is slower for others but safe.
}

/**
 * Hashes `password`, or verifies it where `encoded` is not null.
 *
 * @param {{ password: string, encoded: string | null, cost: { memoryCost: number, timeCost: number, parallelism: number } }} task
 * @returns {{ answer: string | boolean, took: number }} the PHC string or whether it matches, and the milliseconds it took.
 */
module.exports = function argon2({ password, encoded, cost }) {
  const start = performance.now();
  const answer =
    encoded === null
      ? hashSync(password, { ...cost, algorithm: Algorithm.Argon2id })
      : verifySync(encoded, password);
  return { answer, took: performance.now() - start };
};
