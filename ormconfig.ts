import { DataSource } from 'typeorm';
import { loadConfig } from './src/config/load-config.js';
import { dataSourceOptions } from './src/database/data-source-options.js';
import { entities } from './src/entities.js';

// The TypeORM CLI's view of the database: the same options the server uses.
// npm run typeorm -- migration:show
export default new DataSource(dataSourceOptions(loadConfig().database, entities));
