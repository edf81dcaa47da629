#!/bin/sh
# Makes a database and the role that owns it for every file in a directory; the file has the role's password.
# Runs at each start of a shard's server, inside its pod. Repeatable: what exists is kept, passwords are set anew.
#
#   POSTGRES_USER           the superuser
#   POSTGRES_PASSWORD_FILE  has the superuser's password
#   DATABASES               the directory [/etc/faultline/databases]
#   PGPORT                  [5432]
set -eu

export PGUSER="${POSTGRES_USER:?}" PGHOST=127.0.0.1 PGDATABASE=postgres
PGPASSWORD=$(cat "${POSTGRES_PASSWORD_FILE:?}")
export PGPASSWORD

# While the image makes a new data directory its server listens on a socket only, so this waits for the real one.
seconds=0
until pg_isready --quiet; do
    seconds=$((seconds + 1))
    [ "$seconds" -lt 300 ] || { echo "the server is not ready after 300 s" >&2; exit 1; }
    sleep 1
done

for file in "${DATABASES:-/etc/faultline/databases}"/*; do
    # By way of the environment, for what a command is called with can be seen by others.
    DATABASE=$(basename "$file") DATABASE_PASSWORD=$(cat "$file") \
        psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 <<'SQL'
\getenv database DATABASE
\getenv password DATABASE_PASSWORD
SELECT format('CREATE ROLE %I', :'database')
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'database') \gexec
ALTER ROLE :"database" LOGIN REPLICATION PASSWORD :'password';
SELECT format('CREATE DATABASE %I OWNER %I', :'database', :'database')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
REVOKE CONNECT ON DATABASE :"database" FROM PUBLIC;
SQL
done
