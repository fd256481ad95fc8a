import type { EntityMetadata } from 'typeorm';

const MARK = 'gatehouse:only-added';

/**
 * Marks the entity of a table whose rows are added, and otherwise changed by functions of the database alone: on PostgreSQL
 * the server's role needs no UPDATE and no DELETE there.
 */
export const OnlyAdded = (): ClassDecorator => entity => Reflect.defineMetadata(MARK, true, entity);

/** Whether a table is such a one. */
export const isOnlyAdded = ({ target }: EntityMetadata): boolean =>
  typeof target === 'function' && Reflect.getMetadata(MARK, target) === true;
