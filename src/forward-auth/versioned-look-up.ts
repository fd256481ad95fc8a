import type { DataSource } from 'typeorm';
import { VERSION_NOW } from '../applications/catalogue-version.entity.js';
import { BatchedLookUp } from '../database/batched-look-up.js';
import { type JsonRows, jsonLinesQuery, lineReader } from '../database/json-rows.js';
import { MadeOfTexts } from '../database/made-of-texts.js';
import { readOneRow } from '../database/read-one-row.js';
import { storable } from '../database/storable-text.js';

/** A row, and which version of the applications was in force when it was read: both of one moment. */
export interface Versioned<Row> {
  readonly version: string | null;
  /** Null for none. */
  readonly row: Row | null;
}

/** What is looked up, and what is made of its columns. */
export interface VersionedRows<Columns, Row> extends JsonRows {
  readonly make: (columns: Columns) => Row;
}

/**
 * Looks up what has a digest, together with the version of the applications: many requests in one statement. A row that
 * comes back as it was is the same object as before.
 */
export class VersionedLookUp<Columns, Row extends { readonly digest: string }> {
  private readonly rows: MadeOfTexts<Row>;
  private readonly lookUp: BatchedLookUp<Versioned<Row>>;
  private readonly query: string;

  constructor(
    private readonly dataSource: DataSource,
    { make, ...rows }: VersionedRows<Columns, Row>,
  ) {
    const columnsIn = lineReader<Columns>(rows);
    this.rows = new MadeOfTexts(line => make(columnsIn(line)));
    this.query = `SELECT ${VERSION_NOW} AS version, (${jsonLinesQuery(dataSource, rows)}) AS found`;
    this.lookUp = new BatchedLookUp(digests => this.read(digests));
  }

  /** @param digest null for none: then there is the version alone. @throws Unavailable */
  async look(digest: string | null): Promise<Versioned<Row>> {
    return (await this.lookUp.find(digest ?? '')) ?? { version: null, row: null };
  }

  private async read(digests: readonly string[]): Promise<ReadonlyMap<string, Versioned<Row>>> {
    const text = JSON.stringify(digests.map(storable));
    const answer = await readOneRow<Answer>(this.dataSource, this.query, text);
    const version = answer?.version ?? null;
    const none = { version, row: null };
    const found = new Map<string, Versioned<Row>>(digests.map(digest => [digest, none]));
    for (const line of answer?.found?.split('\n') ?? []) {
      const row = this.rows.of(line);
      found.set(row.digest, { version, row });
    }
    return found;
  }
}

interface Answer {
  readonly version: string | null;
  readonly found: string | null;
}
