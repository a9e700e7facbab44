-- The time of a production database is the machine's, whichever process asks. NOT VALID, because an earlier version let
-- a development server move it: such a database can still be migrated, and its servers refuse to start as before.
ALTER TABLE installation
    ADD CONSTRAINT installation_production_time CHECK (NOT (ever_production AND clock_offset_seconds > 0)) NOT VALID;

-- Made by the demo, or with a credential that was: accepted in development mode only.
ALTER TABLE api_keys ADD COLUMN demo boolean NOT NULL DEFAULT false;
ALTER TABLE operators ADD COLUMN demo boolean NOT NULL DEFAULT false;
