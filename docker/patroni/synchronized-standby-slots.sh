#!/usr/bin/env bash
# synchronized-standby-slots ACTION ROLE SCOPE: called by Patroni
# Makes the outboxes wait for the synchronous standby and for no other. By default, logical decoding does not wait for
# standbys, so a relay could send a message of a transaction that a failover then loses. If it waited for a standby that is
# down, no message would be sent at all.
#
# Patroni adds a standby to synchronous_standby_names before the standby can be promoted, and removes it only after it
# cannot be promoted any more. So the outboxes are never ahead of a standby that may take over.
set -euo pipefail

sql() { psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --dbname=postgres --username=faultline "$@"; }

standbys=$(sql --command='show synchronous_standby_names')
if [[ $(sql --command='show synchronized_standby_slots') != "$standbys" ]]; then
  sql --command="alter system set synchronized_standby_slots = '$standbys'" --command='select pg_reload_conf()' > /dev/null
fi
