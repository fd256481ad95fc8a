-- What the servers' role needs, and no more: run as the owner of the tables, after each `gatehouse migrate`.
GRANT USAGE ON SCHEMA public TO gatehouse;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO gatehouse;
-- So that a table of a later version can be used before this ran again.
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO gatehouse;
-- Security events are added, and otherwise changed by the two functions alone.
REVOKE UPDATE, DELETE ON audit_events, audit_streams FROM gatehouse;
GRANT UPDATE (live_until) ON audit_streams TO gatehouse;
GRANT EXECUTE ON FUNCTION audit_sweep, audit_pseudonymise TO gatehouse;
