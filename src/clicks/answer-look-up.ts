import type { DataSource } from 'typeorm';
import { BatchedLookUp } from '../database/batched-look-up.js';
import { jsonRowsQuery, readJsonRows } from '../database/json-rows.js';
import { FormAnswer } from './form-answer.entity.js';

/** Looks up what was last sent from pages, by their names: many forms in one statement, outside every transaction. */
export function answerLookUp(dataSource: DataSource): BatchedLookUp<FormAnswer> {
  const columns = ['f.page', 'f.form', 'f.fields', 'f.at', 'f.answer'];
  const query = jsonRowsQuery(dataSource, { columns, from: 'form_answers f', key: 'f.page', where: 'true' });
  return new BatchedLookUp(async keys => {
    const rows = await readJsonRows<FormAnswer>(dataSource, query, keys);
    return new Map(rows.map(row => [row.page, row]));
  });
}
