#!/usr/bin/env bash
# shard-drain.sh [--target local|compose|k8s] [--rate N] [SHARD]
# Every service moves its buckets away from a shard, by default shard-2, and back again, while they are in use.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
setup "$@"
shard=${arguments[0]:-shard-2}
services=(order-service inventory-service payment-service)

# plan_of SERVICE ACTION BODY : the moves that it plans, as JSON
plan_of() {
  node_request "$1-1" management POST "/actuator/shards/$2" "$3" ||
    node_request "$1-2" management POST "/actuator/shards/$2" "$3"
}

# plan ACTION BODY : any instance of a service takes its plan
plan() {
  local service
  for service in "${services[@]}"; do
    plan_of "$service" "$@" > /dev/null || return 1
  done
}

inject_shard_drain() { plan drain "{\"shard\": \"$1\", \"dryRun\": false}"; }
heal_shard_drain() { plan rebalance '{"dryRun": false}'; }

# moves_are_done ACTION BODY : whether no service has moves to make or copies to delete, nor would plan any
moves_are_done() {
  local service state
  for service in "${services[@]}"; do
    state=$(node_request "$service-1" management GET /actuator/shards) || return 1
    [[ $state == *'"pending":[]'* && $state == *'"copies":0'* ]] || return 1
    [[ $(plan_of "$service" "$@") == '[]' ]] || return 1
  done
}

hypothesis "while every bucket leaves $shard and comes back, every order is accepted and confirmed, and none is lost"
start_load
sleep 5
inject shard-drain "$shard"
begin=$EPOCHSECONDS
expect 'the shard was empty within 5 minutes' within 300 moves_are_done drain "{\"shard\": \"$shard\", \"dryRun\": true}"
say observe "$shard was empty after $((EPOCHSECONDS - begin)) s"
heal
begin=$EPOCHSECONDS
expect 'its buckets were back within 5 minutes' within 300 moves_are_done rebalance '{"dryRun": true}'
say observe "its buckets were back after $((EPOCHSECONDS - begin)) s"
stop_load
expect 'every order was acknowledged within 2 s' at_most "$(max_column 3)" 2000
expect_guarantees
verdict
