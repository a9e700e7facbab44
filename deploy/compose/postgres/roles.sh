#!/bin/bash
# Run once by the image of PostgreSQL, when its data folder is empty: the two roles of docs/run.md, and the database.
# bash, because the image runs it in its own shell, which is bash.
set -euo pipefail

# psql quotes the passwords, whatever is in them; they are in no list of processes, because they come from the environment.
OWNER_PASSWORD="$(cat "${OWNER_PASSWORD_FILE:-/run/secrets/owner-password}")"
SERVER_PASSWORD="$(cat "${SERVER_PASSWORD_FILE:-/run/secrets/server-password}")"
export OWNER_PASSWORD SERVER_PASSWORD

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
\getenv owner_password OWNER_PASSWORD
\getenv server_password SERVER_PASSWORD
CREATE ROLE partners_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE partners_server LOGIN PASSWORD :'server_password';
CREATE DATABASE partners OWNER partners_owner;
REVOKE ALL ON DATABASE partners FROM PUBLIC;
GRANT CONNECT ON DATABASE partners TO partners_server;
SQL
