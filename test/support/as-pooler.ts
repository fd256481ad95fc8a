import { Transform } from 'node:stream';

/**
 * What a pooler does on the way from the engine: it tells its clients of a process of its own, by which they could cancel
 * (BackendKeyData: "K", a length of 12, process, secret).
 */
export const asPooler = () =>
  new Transform({
    transform: (chunk: Buffer, _, done) => {
      const at = chunk.indexOf(Buffer.from([0x4b, 0, 0, 0, 12]));
      if (at >= 0) chunk.writeInt32BE(chunk.readInt32BE(at + 5) + 1, at + 5);
      done(null, chunk);
    },
  });
