import { Logger } from '@nestjs/common';
import { GatehouseLogger } from './logger.js';

/** What a logger writes, line by line. */
function written(json: boolean, log: (logger: GatehouseLogger) => void): string[] {
  const chunks: string[] = [];
  const { write } = process.stdout;
  process.stdout.write = (chunk: string | Uint8Array) => chunks.push(String(chunk)) > 0;
  try {
    log(new GatehouseLogger({ json }));
  } finally {
    process.stdout.write = write;
  }
  return chunks.join('').split('\n').slice(0, -1);
}

const EVIL =
  'ada\n{"event":"authn_login_success"}\r\u001b[31m\u0000\u0085\u2028\u2029\u009b2J' +
  '\u202atxt.exe\u202e\u2066\u2069\u200e\u200f\u061c\u200b\ufeff\u{e0041}';
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

describe('the log in production', () => {
  it('is one JSON object a line, with time, level, process and context', () => {
    const [line = '', ...more] = written(true, logger => logger.warn('Something happened', 'Gatehouse'));
    expect(more).toEqual([]);
    expect(JSON.parse(line)).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      level: 'warn',
      node: expect.stringMatching(/^[^/]+\/\d+$/) as string,
      context: 'Gatehouse',
      message: 'Something happened',
    });
  });

  it('puts the fields of an event at the top of its line', () => {
    const event = { event: 'authn_login_fail', outcome: 'failure', userId: null };
    const [line = ''] = written(true, logger => logger.log(event, 'Security'));
    expect(JSON.parse(line)).toMatchObject({ level: 'log', context: 'Security', ...event });
  });

  it.each([
    ['a message', EVIL],
    ['a field', { event: 'x', path: EVIL }],
    ['a field’s name', { event: 'x', [EVIL]: 1 }],
    ['an error', new Error(EVIL)],
  ])('keeps what a visitor sent inside its line, as %s', (_, message) => {
    const lines = written(true, logger => logger.log(message, 'Security'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toMatch(UNSAFE);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'log' });
  });

  it.each(['%s%o%n%d%j%c%%', '${7*7}{0}{{x}}\\x41'])(
    'reads nothing that a visitor sent as a format: %j',
    sent => {
      const [message = '', field = ''] = written(true, logger => {
        logger.log(sent, 'Security');
        logger.log({ event: 'x', agent: sent }, 'Security');
      });
      expect(JSON.parse(message)).toMatchObject({ message: sent });
      expect(JSON.parse(field)).toMatchObject({ agent: sent });
    },
  );

  it('gives back unharmed what it escaped', () => {
    const [line = ''] = written(true, logger => logger.log({ event: 'x', agent: EVIL }, 'Security'));
    expect(JSON.parse(line)).toMatchObject({ agent: EVIL });
  });

  it('keeps an error’s stack in the same line', () => {
    const lines = written(true, logger =>
      logger.log({ event: 'sys_error', stack: new Error('no').stack }, 'Errors'),
    );
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('logger.spec');
  });

  it('leaves out what the framework tells of its start', () => {
    expect(written(true, logger => logger.log('Mapped {/welcome, GET} route', 'RouterExplorer'))).toEqual([]);
  });
});

describe('the log while developing', () => {
  it('is readable: the event and its fields that say something', () => {
    const [line] = written(false, logger =>
      logger.log({ event: 'authn_login_fail', reason: 'password', userId: null, ip: '' }, 'Security'),
    );
    expect(line).toMatch(/\[Security\] authn_login_fail reason="password"$/);
  });

  it.each([
    ['a message', EVIL],
    ['a field', { event: 'x', path: EVIL }],
  ])('moves no cursor and colours nothing, as %s', (_, message) => {
    const lines = written(false, logger => logger.log(message, 'Security'));
    for (const line of lines) expect(line).not.toMatch(UNSAFE);
  });

  it.each([
    ['an event’s stack', (logger: GatehouseLogger) => logger.log({ event: 'x', stack: EVIL }, 'Errors')],
    [
      'an error’s stack',
      (logger: GatehouseLogger) => logger.error('x', `Error: ${EVIL}\n    at x:1:2`, 'Errors'),
    ],
  ])('nor does %s', (_, log) => {
    const { write } = process.stderr;
    const chunks: string[] = [];
    process.stderr.write = (chunk: string | Uint8Array) => chunks.push(String(chunk)) > 0;
    const lines = written(false, log);
    process.stderr.write = write;
    const text = [...lines, ...chunks.join('').split('\n')];
    expect(text.join('')).toContain('txt.exe');
    for (const line of text) expect(line).not.toMatch(UNSAFE);
  });

  it('starts no line with what a visitor sent', () => {
    const lines = written(false, logger => logger.log({ event: 'x', path: EVIL }, 'Security'));
    expect(lines).toHaveLength(1);
  });
});

describe('the log of a command', () => {
  it.each([true, false])('goes to standard error as a whole (as JSON: %s)', json => {
    const { write } = process.stderr;
    const chunks: string[] = [];
    process.stderr.write = (chunk: string | Uint8Array) => chunks.push(String(chunk)) > 0;
    const out = written(json, () => {
      const logger = new GatehouseLogger({ json, stream: 'stderr' });
      for (const level of ['log', 'warn', 'error'] as const)
        logger[level]({ event: 'user_created' }, 'Security');
    });
    process.stderr.write = write;
    expect(out).toEqual([]);
    expect(chunks.join('').match(/user_created/g)).toHaveLength(3);
  });
});

describe('a logger of a class', () => {
  it('writes through the same door', () => {
    const lines = written(true, logger => {
      Logger.overrideLogger(logger);
      new Logger('Sessions').warn({ event: 'session_touch_failed', reason: EVIL });
    });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ context: 'Sessions', event: 'session_touch_failed' });
  });
});
