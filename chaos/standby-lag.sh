#!/usr/bin/env bash
# standby-lag.sh [--target local|compose|k8s] [--rate N] [SHARD]
# The standby of a shard, by default shard-1's, replays nothing for about 10 seconds, although it goes on receiving the log.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
setup "$@"
shard=${arguments[0]:-shard-1}

# reads CONSISTENCY : one line for each completed order: status code, Served-By and Staleness-Ms of the answer
reads() {
  local id
  while read -r _ _ _ id _; do
    [[ $id == - ]] || curl --silent --output /dev/null --max-time 5 --header @<(authorization shop) --header "Consistency: $1" \
      --write-out '%{http_code} %header{served-by} %header{staleness-ms}\n' "$gateway/api/orders/$id"
  done < "$results/orders"
}

# session CUSTOMER : places an order and reads it in the same session; prints the status code of the read
session() {
  local order token
  order=$(curl --silent --fail --max-time 10 --dump-header "$results/headers" --header @<(authorization shop) \
    --header 'Content-Type: application/json' --header "Idempotency-Key: $run-$1" --header 'Consistency: session' "$gateway/api/orders" --data \
    "{\"customer\": \"$run-$1\", \"paymentMethod\": \"card-declined\", \"lines\": [{\"sku\": \"$run\", \"quantity\": 1}]}") || return 0
  token=$(awk 'tolower($1) == "consistency-token:" { print $2 }' "$results/headers")
  [[ $order =~ \"id\":\"([^\"]+)\" ]] || return 0
  curl --silent --output /dev/null --max-time 5 --write-out '%{http_code}\n' --header @<(authorization shop) \
    --header 'Consistency: session' --header "Consistency-Token: ${token%$'\r'}" "$gateway/api/orders/${BASH_REMATCH[1]}"
}

# Whether a replica answers, and no answer is older than two seconds or lacks an order.
replicas_are_fresh() { reads eventual | awk '{ n += $2 == "replica"; bad += $1 != 200 || $3 > 2000 } END { exit !(n && !bad) }'; }

primary=$(primary_of "$shard")
standby=$(servers_of "$shard" | grep --invert-match --line-regexp "$primary") ||
  die "$shard has no standby on $target; docs/faults.md says where there are some"
hypothesis "while $standby lags, orders are accepted as before, strong and session reads see them, and eventual reads say how old they are"
start_load
sleep 5
expect 'replicas answer eventual reads' within 30 replicas_are_fresh
inject standby-lag "$standby"
sleep 8
reads strong > "$results/strong"
reads eventual > "$results/eventual"
for customer in {1..8}; do session "session-$customer"; done > "$results/sessions"
say observe "eventual reads: $(cut --delimiter=' ' --fields=1,2 "$results/eventual" | sort | uniq --count | xargs)"
expect 'strong reads were answered by primaries, and saw every order' equal "$(grep --count --invert-match '^200 primary' "$results/strong")" 0
expect 'each of 8 sessions saw its own order' equal "$(grep --count '^200' "$results/sessions")" 8
expect "eventual reads said that $standby was 8 s old or older" at_least "$(awk '$2 == "replica" && $3 > max { max = $3 } END { print max + 0 }' "$results/eventual")" 8000
heal
expect 'the standby caught up within 10 s' within 10 replicas_are_fresh
sleep 3
stop_load
expect 'every order was acknowledged within 2 s' at_most "$(max_column 3)" 2000
expect_guarantees
verdict
