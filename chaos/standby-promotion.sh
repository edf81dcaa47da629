#!/usr/bin/env bash
# standby-promotion.sh [--target compose|k8s] [--rate N] [SHARD]
# Promotes a shard's standby in good order, shard-1's if none is named, while orders come in; then the old one again.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
begin "$@"
shard=${arguments[0]:-shard-1}

leads() { [[ $(primary_of "$shard") == "$1" ]]; }

old=$(primary_of "$shard")
new=$(servers_of "$shard" | grep --invert-match --line-regexp "$old") || promote "$old" "$shard"
hypothesis "$new takes over $shard from $old, and $old again from $new; orders wait a moment, and none is lost"
begin_load
sleep 5
inject promote "$new" "$shard"
expect "$new is the primary" within 45 leads "$new"
expect "$old is ready again, as its standby" within 120 node_is_ready "$old"
sleep 10
inject promote "$old" "$shard"
expect "$old is the primary" within 45 leads "$old"
expect "$new is ready again" within 120 node_is_ready "$new"
sleep 5
end_load
expect_promises
verdict
