import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import type { Received } from '../support/echo-application.js';
import { GatedSite } from '../support/gated-site.js';
import { FETCH, type Found, type Wanderer } from '../support/wanderer.js';

interface Claims {
  readonly iss: string;
  readonly aud: string;
  readonly sub: string;
  readonly sid: string;
  readonly amr: readonly string[];
  readonly auth_time: number;
  readonly iat: number;
  readonly exp: number;
}

const received = ({ body }: Found) => (JSON.parse(body) as Received).headers;
const part = (text: string) =>
  JSON.parse(Buffer.from(text, 'base64url').toString()) as Record<string, unknown>;

describe.each(['nginx', 'caddy'] as const)('Remote-Assertion, behind %s', kind => {
  let site: GatedSite;
  let ada: Wanderer;
  let id: string;
  beforeAll(async () => {
    site = await GatedSite.start(kind);
    id = await site.test.person('ada');
    await site.add({ assertion: true });
    await site.add({ name: 'tools', label: 'Tools', origins: [site.tools] });
    ada = await site.inside();
  });
  afterAll(() => site.close());

  const assertion = async (who = ada): Promise<string> =>
    String(received(await who.send(site.wiki, { headers: FETCH }))['remote-assertion'] ?? '');
  const keys = async () => {
    const { status, body } = await site.test.visitor().get('/.well-known/gatehouse.jwks');
    expect(status).toBe(200);
    return (JSON.parse(body) as { keys: (JsonWebKey & { kid: string })[] }).keys;
  };
  const isGood = async (token: string) => {
    const [head = '', claims = '', signature = ''] = token.split('.');
    const key = (await keys()).find(({ kid }) => kid === part(head)['kid']);
    if (key === undefined) return false;
    const signed = Buffer.from(`${head}.${claims}`);
    const publicKey = createPublicKey({ key, format: 'jwk' });
    const signer = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
    return verify('sha256', signed, signer, Buffer.from(signature, 'base64url'));
  };

  it('is signed by ES256 with a key of the key set, and is of a type of its own', async () => {
    const token = await assertion();
    expect(part(token.split('.')[0] ?? '')).toEqual({
      alg: 'ES256',
      typ: 'gatehouse+jwt',
      kid: expect.stringMatching(/^[\w-]{43}$/) as string,
    });
    expect(await isGood(token)).toBe(true);
    for (const key of await keys())
      expect([key.alg, key.use, key.kty, key.d]).toEqual(['ES256', 'sig', 'EC', undefined]);
  });

  it('names who it is, of which sign-in, and the one application that it is for, for a minute', async () => {
    const claims = part((await assertion()).split('.')[1] ?? '') as unknown as Claims;
    const [signIn] = await site.test.sql<{ id: string }>('SELECT id FROM sign_ins WHERE ended_at IS NULL');
    const now = Math.floor(site.test.clock.now() / 1000);
    expect(claims).toEqual({
      iss: expect.stringMatching(/\/forward-auth$/) as string,
      aud: site.wiki,
      sub: id,
      sid: signIn?.id,
      amr: ['pwd'],
      auth_time: expect.any(Number) as number,
      iat: now,
      exp: now + 60,
    });
  });

  it('is good no more once anything in it is another one', async () => {
    const [head = '', claims = '', signature = ''] = (await assertion()).split('.');
    const other = Buffer.from(JSON.stringify({ ...part(claims), aud: site.tools })).toString('base64url');
    expect(await isGood(`${head}.${other}.${signature}`)).toBe(false);
  });

  it('is made anew after half a minute, and empty where an application is told none', async () => {
    const before = await assertion();
    expect(await assertion()).toBe(before);
    site.test.clock.pass(30_000);
    const after = await assertion();
    expect([after === before, await isGood(after)]).toEqual([false, true]);
    const tools = received(await (await site.inside(site.tools)).send(site.tools, { headers: FETCH }));
    expect(tools['remote-assertion'] ?? '').toBe('');
  });
});
