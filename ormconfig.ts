import { DataSource } from 'typeorm';
import { openExisting } from './src/cli/open-database.js';
import { loadConfig } from './src/config/load-config.js';
import { dataSourceOptions } from './src/database/data-source-options.js';
import { withoutMaking } from './src/database/existing-database.js';
import { schema } from './src/schema.js';

// The TypeORM CLI's view of the database: the same options the server uses. It makes no database: where there is
// none, it says so, before TypeORM's commands, which only look, make a file or a table of their own.
// npm run typeorm -- migration:show
const config = loadConfig({ makes: false });
await (await openExisting(config, { anyVersion: true })).destroy();

export default new DataSource(withoutMaking(dataSourceOptions(config.database, schema)));
