#!/usr/bin/env bash
# databases.sh [CONNECTION]
# Makes, on a server that is new, the database of each service and the role of the same name that owns it. Run by the
# image of PostgreSQL, and by Patroni where there are standbys. A role owns nothing else, and reads the write-ahead log.
set -euo pipefail

connection=${1:-dbname=postgres user=$POSTGRES_USER}
for name in orders inventory payments; do
  # psql reads the password itself: arguments of a process are public.
  NAME=$name psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --set=name="$name" "$connection" <<'SQL'
\set password `cat /run/secrets/$NAME/faultline.database.password`
create role :"name" login replication password :'password';
create database :"name" owner :"name";
revoke connect on database :"name" from public;
SQL
done
