#!/usr/bin/env bash
# pool-exhaustion.sh [--target local|compose] [--rate N] [SHARD]
# The primary of a shard, shard-1 if none is named, stands still for 8 seconds while orders come in, so that every
# connection to it is taken by someone who waits. Too short for a standby to take over.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
begin "$@"
shard=${arguments[0]:-shard-1}

# Asks for an order of each of so many customers: about half of them live on the shard.
probe() {
  local customer
  for customer in {1..16}; do
    curl --silent --output /dev/null --max-time 15 --write-out '%{http_code} %{time_total}\n' --header 'Content-Type: application/json' \
      "$gateway/api/orders" --header "Idempotency-Key: $run-probe-$customer" \
      --data "{\"customer\": \"$run-probe-$customer\", \"paymentMethod\": \"card-declined\", \"lines\": [{\"sku\": \"$run\", \"quantity\": 1}]}" \
      >> "$evidence/probes" &
    probes+=($!)
  done
  wait "${probes[@]}"
}

in_use() {
  local node sum=0
  for node in $(nodes | grep '^order-service'); do
    sum=$(awk -v sum="$sum" -v more="$(metric "$node" hikaricp_connections_active)" 'BEGIN { print sum + more }')
  done
  echo "$sum"
}

primary=$(primary_of "$shard")
probes=()
hypothesis "$primary stands still for 8 s and its pools fill; every caller is answered in time, and those of other shards as always"
begin_load
sleep 5
on_exit node_resume "$primary"
inject node_pause "$primary"
probe &
probing=$!
sleep 3
say observe "$(in_use) connections of order-service are in use"
sleep 4
say heal "$primary"
node_resume "$primary"
mended
wait "$probing"
say observe "the probes' answers: $(cut --delimiter=' ' --fields=1 "$evidence/probes" | sort | uniq --count | xargs)"
sleep 10
end_load
expect 'every caller was answered within the 15 s that the gateway gives' at_most "$(awk '{ t = $2 * 1000; if (t > most) most = t } END { print int(most) }' "$evidence/probes")" 15000
expect 'some were told to come again: 503' at_most 1 "$(grep --count '^503' "$evidence/probes")"
expect 'those of the other shard were served' at_most 1 "$(grep --count '^20' "$evidence/probes")"
expect "$primary is ready again" within 60 node_is_ready "$primary"
expect_promises
verdict
