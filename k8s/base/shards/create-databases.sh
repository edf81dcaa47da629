#!/bin/sh
# Creates a database and its owner for every file in a directory; the file contains the owner's password.
# Runs in the pod at each start of a shard's server. Idempotent: keeps existing databases, and updates passwords.
#
#   POSTGRES_USER           the superuser
#   POSTGRES_PASSWORD_FILE  contains the superuser's password
#   DATABASES               the directory [/etc/faultline/databases]
#   PGPORT                  [5432]
set -eu

export PGUSER="${POSTGRES_USER:?}" PGHOST=127.0.0.1 PGDATABASE=postgres
PGPASSWORD=$(cat "${POSTGRES_PASSWORD_FILE:?}")
export PGPASSWORD

# While the image initializes the data directory, its temporary server listens only on a socket.
seconds=0
until pg_isready --quiet; do
    seconds=$((seconds + 1))
    [ "$seconds" -lt 300 ] || { echo "the server is not ready after 300 s" >&2; exit 1; }
    sleep 1
done

for file in "${DATABASES:-/etc/faultline/databases}"/*; do
    # Through the environment, because arguments are visible to other processes.
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
