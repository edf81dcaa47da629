#!/usr/bin/env bash
# pool-exhaustion.sh [--target local|compose] [--rate N] [SHARD]
# Freezes the primary of a shard for 8 seconds, by default shard-1's, so that every pooled connection to it is in use. This
# is too short for a failover.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
setup "$@"
[[ $target != k8s ]] || die 'on k8s an operator may replace a primary that is paused'
shard=${arguments[0]:-shard-1}

# Places one order for each of 16 customers at once; about half of the customers are on the shard.
probe() {
  local customer
  for customer in {1..16}; do
    curl --silent --output /dev/null --max-time 20 --write-out '%{http_code} %{time_total}\n' --header @<(authorization shop) --header 'Content-Type: application/json' \
      "$gateway/api/orders" --header "Idempotency-Key: $run-probe-$customer" \
      --data "{\"customer\": \"$run-probe-$customer\", \"paymentMethod\": \"card-declined\", \"lines\": [{\"sku\": \"$run\", \"quantity\": 1}]}" \
      >> "$results/probes" &
    probes+=($!)
  done
  wait "${probes[@]}"
}

connections_in_use() {
  local node sum=0
  for node in $(nodes | grep '^order-service'); do
    sum=$(awk -v sum="$sum" -v more="$(metric "$node" hikaricp_connections_active)" 'BEGIN { print sum + more }')
  done
  echo "$sum"
}

primary=$(primary_of "$shard")
probes=()
hypothesis "while $primary is paused and its pools are exhausted, every request is answered in time, and the other shard serves as before"
start_load
sleep 5
inject pause "$primary"
probe &
probing=$!
sleep 3
say observe "order-service has $(connections_in_use) connections in use"
sleep 4
heal
wait "$probing" || true
say observe "responses to the probes: $(cut --delimiter=' ' --fields=1 "$results/probes" | sort | uniq --count | xargs)"
sleep 10
stop_load
expect 'every probe was answered' equal "$(grep --count '^000' "$results/probes")" 0
expect "every probe was answered within the gateway's timeout of 15 s" at_most "$(awk '{ t = $2 * 1000; if (t > max) max = t } END { print int(max) }' "$results/probes")" 15000
expect 'probes of the paused shard were answered 503' at_least "$(grep --count '^503' "$results/probes")" 1
expect 'probes of the other shard succeeded' at_least "$(grep --count '^20' "$results/probes")" 1
expect "$primary is ready again" within 60 node_is_ready "$primary"
expect_guarantees
verdict
