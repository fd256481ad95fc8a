import { SessionRow } from './sessions/session.entity.js';
import { User } from './users/user.entity.js';

/** Every table TypeORM knows, for the server, the CLI and `ormconfig.ts`. */
export const entities = [User, SessionRow];
