#!/usr/bin/env bash
# standby-promotion.sh [--target local|compose|k8s] [--rate N] [SHARD]
# Promotes a shard's standby, by default shard-1's, in a planned switchover, and then switches back.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
setup "$@"
shard=${arguments[0]:-shard-1}

is_primary() { [[ $(primary_of "$shard") == "$1" ]]; }

old=$(primary_of "$shard")
new=$(servers_of "$shard" | grep --invert-match --line-regexp "$old") || inject_standby_promotion "$old" "$shard"
hypothesis "$new takes over $shard from $old, and $old takes it back; orders are delayed, and none is lost"
start_load
sleep 5
inject standby-promotion "$new" "$shard"
expect "$new is the primary" within 45 is_primary "$new"
expect "$old is ready again, as its standby" within 120 node_is_ready "$old"
sleep 10
inject standby-promotion "$old" "$shard"
expect "$old is the primary" within 45 is_primary "$old"
expect "$new is ready again" within 120 node_is_ready "$new"
sleep 5
stop_load
expect_guarantees
verdict
