import sqlite3 from 'sqlite3';
import { KeepingDatabase } from './kept-statements.js';

/**
 * TypeORM turns on sqlite3's "verbose" mode, which records a stack and prints the parameters of every
 * statement into it: slow, and parameters belong in no error message. This hands it the plain driver, with connections that
 * keep statements ready.
 */
const QUIET_SQLITE = { verbose: () => ({ ...sqlite3, Database: KeepingDatabase }) };

/** How TypeORM reaches a SQLite file, and makes it where it is not there. */
export function sqliteOptions(file: string) {
  return {
    type: 'sqlite',
    driver: QUIET_SQLITE,
    database: file,
    // Readers and one writer work side by side, in this process and in others on the same file.
    enableWAL: true,
    // A write waits this long (milliseconds) for another process' write before it fails.
    busyTimeout: 2000,
  } as const;
}
