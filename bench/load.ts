import autocannon from 'autocannon';

/** Connections that ask at the same time: keep-alive, each with one request on its way, no pipelining. */
export const CONNECTIONS = 64;

/** What is asked for. */
export interface Load {
  readonly url: string;
  readonly seconds: number;
  /** How many requests, however long they take; `seconds` counts for nothing then. */
  readonly amount?: number;
  /** The status every answer must have; null: any. */
  readonly status: number | null;
  readonly connections?: number;
  /** Requests a second, all connections together; without it as many as the server can answer. */
  readonly rate?: number;
  /** Session cookies, one a connection in turn. */
  readonly cookies?: readonly string[];
  /** Ends it before its time. */
  readonly end?: AbortSignal;
  /** Makes each request anew. */
  readonly next?: () => autocannon.Request;
}

/** What came back. */
export interface Measured {
  /** Answers a second. */
  readonly rate: number;
  /** Half of the answers took no longer, in milliseconds. */
  readonly p50: number;
  /** The 99th percentile of the time to an answer, in milliseconds. */
  readonly p99: number;
  /** How many answers of each status. */
  readonly statuses: Readonly<Record<string, number>>;
}

/** Sends requests for a while. @throws where an answer has another status than it should, or none came. */
export async function load({
  url,
  seconds,
  status,
  cookies = [],
  next,
  ...options
}: Load): Promise<Measured> {
  const times: number[] = [];
  let turn = 0;
  const settings: autocannon.Options = {
    url,
    ...(options.amount === undefined ? { duration: seconds } : { amount: options.amount }),
    connections: options.connections ?? CONNECTIONS,
    ...(options.rate === undefined ? {} : { overallRate: options.rate }),
    ...(next === undefined ? {} : { requests: [{ setupRequest: request => ({ ...request, ...next() }) }] }),
    setupClient: client => {
      const cookie = cookies[turn++ % cookies.length];
      if (cookie !== undefined) client.setHeaders({ cookie });
    },
  };
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const run = autocannon(settings, (error: unknown, done) => (error ? reject(error) : resolve(done)));
    options.end?.addEventListener('abort', () => run.stop());
    run.on('response', (_client, _status, _bytes, time) => times.push(time));
  });
  const statuses = Object.fromEntries(
    Object.entries(result.statusCodeStats ?? {}).map(([code, { count = 0 }]) => [code, count]),
  );
  const wrong = Object.keys(statuses).filter(code => status !== null && code !== String(status));
  if (result.errors > 0 || wrong.length > 0 || times.length === 0) {
    throw new Error(
      `${url}: ${result.errors} requests without an answer; statuses ${JSON.stringify(statuses)}`,
    );
  }
  const rate = times.length / result.duration;
  return { rate, p50: percentile(times, 0.5), p99: percentile(times, 0.99), statuses };
}

function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}
