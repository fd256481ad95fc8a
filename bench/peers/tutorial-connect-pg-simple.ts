import connectPgSimple from 'connect-pg-simple';
import session from 'express-session';
import pg from 'pg';
import { tutorial } from './tutorial-app.js';

/** The tutorial with sessions in PostgreSQL, as the store's README sets it up. */
const PgStore = connectPgSimple(session);
const pool = new pg.Pool({ connectionString: process.env['STORE_URL'] });

tutorial(new PgStore({ pool, createTableIfMissing: true }));
