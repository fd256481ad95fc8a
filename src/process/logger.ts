import { ConsoleLogger, type LogLevel } from '@nestjs/common';
import { NODE_NAME } from '../kernel/node-name.js';

/** What one line holds beside its message; the ones Nest hands over. */
interface LineOptions {
  readonly context: string;
  readonly logLevel: LogLevel;
  readonly writeStreamType?: 'stdout' | 'stderr';
  readonly errorStack?: unknown;
  readonly error?: Error;
}

/**
 * The log: one JSON object a line in production, readable lines while developing. An event is an object; its
 * fields stand at the top of the line. Characters that could move a terminal's cursor, start a new line or turn the
 * direction of what is read are escaped wherever they came from (ASVS 16.4.1).
 */
export class GatehouseLogger extends ConsoleLogger {
  private readonly stream: 'stdout' | 'stderr';

  constructor({
    json,
    stream = 'stdout',
  }: {
    readonly json: boolean;
    readonly stream?: 'stdout' | 'stderr';
  }) {
    super({ json, colors: false, logLevels: ['log', 'warn', 'error', 'fatal'] });
    this.stream = stream;
  }

  override log(message: unknown, ...rest: unknown[]): void {
    if (!FRAMEWORK.has(String(rest.at(-1)))) super.log(message, ...rest);
  }

  /** Why the program could not start is said once, in one line, by `main.ts` and the command line. */
  override error(message: unknown, ...rest: unknown[]): void {
    if (!START_FAILURES.has(String(rest.at(-1)))) super.error(message, ...rest);
  }

  protected override printAsJson(message: unknown, options: LineOptions): void {
    const { logLevel: level, context, writeStreamType = 'stdout', error } = options;
    const stack = options.errorStack ?? error?.stack;
    const fields = isFields(message) ? message : { message };
    const line = {
      time: new Date().toISOString(),
      level,
      node: NODE_NAME,
      context,
      ...fields,
      ...(stack === undefined ? {} : { stack }),
    };
    process[writeStreamType].write(`${inert(JSON.stringify(line))}\n`);
  }

  // eslint-disable-next-line max-params -- Nest's own signature
  protected override printMessages(
    messages: unknown[],
    context?: string,
    logLevel?: LogLevel,
    writeStreamType?: 'stdout' | 'stderr',
    errorStack?: unknown,
  ): void {
    const stream = this.stream === 'stderr' ? 'stderr' : writeStreamType;
    super.printMessages(messages, context, logLevel, stream, errorStack);
  }

  protected override stringifyMessage(message: unknown, logLevel: LogLevel): string {
    if (!isFields(message)) return inert(String(super.stringifyMessage(message, logLevel)));
    const { event, stack, ...fields } = message;
    const words = Object.entries(fields)
      .filter(([, value]) => value !== null && value !== '')
      .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    return inert([event, ...words].join(' ')) + (typeof stack === 'string' ? `\n${inert(stack)}` : '');
  }

  protected override printStackTrace(stack: string): void {
    super.printStackTrace(stack && inert(stack));
  }
}

/** Nest's own account of how it starts: some forty lines that say nothing to an operator. */
const FRAMEWORK = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/** Who tells with a stack, and twice, that the program could not start. */
const START_FAILURES = new Set(['ExceptionHandler', 'NestApplication', 'TypeOrmModule']);

const isFields = (message: unknown): message is Record<string, unknown> =>
  typeof message === 'object' && message !== null && !(message instanceof Error) && !Array.isArray(message);

/**
 * Text whose control and formatting characters (Unicode's Cc, Cf, Zl and Zp) are written as JSON escapes: what moves
 * a cursor, and what is not seen or turns the direction of what is. JSON stays the same JSON. A line's end stays one.
 */
export const inert = (text: string): string =>
  text.replaceAll(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, character =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
