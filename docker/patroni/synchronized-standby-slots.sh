#!/usr/bin/env bash
# synchronized-standby-slots ACTION ROLE SCOPE: called by Patroni
# Has the outboxes wait for the synchronous standby, and for no other. Logical decoding does not wait for a standby by
# itself: a message could be sent of a transaction that a failover then loses. And if it waited for a standby that is
# gone, no message would be sent at all.
#
# Patroni names a standby in synchronous_standby_names before it may be promoted, and drops it from there after that, so
# that in between the outboxes are never ahead of whom they may be continued by.
set -euo pipefail

sql() { psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --dbname=postgres --username=faultline "$@"; }

standbys=$(sql --command='show synchronous_standby_names')
if [[ $(sql --command='show synchronized_standby_slots') != "$standbys" ]]; then
  sql --command="alter system set synchronized_standby_slots = '$standbys'" --command='select pg_reload_conf()' > /dev/null
fi
