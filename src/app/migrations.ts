import type { MigrationInterface } from 'typeorm';

/** The changes of your tables. Add new ones at the end; never edit one that has run somewhere. */
export const OWN_MIGRATIONS: readonly (new () => MigrationInterface)[] = [];
