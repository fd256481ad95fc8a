import { existsSync } from 'node:fs';
import type { AppConfig } from './app-config.js';
import { readEnvironment } from './read-environment.js';

/** The configuration of this process, from its environment and, where there is one, the file `.env`. @throws ConfigError */
export function loadConfig(): AppConfig {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return readEnvironment(process.env);
}
