#!/usr/bin/env bash
# stop.sh [--target local|compose|k8s] [--rate N] [NODE]
# Stops a node gracefully, by default order-service-1, and starts it again after 10 seconds.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
setup "$@"
node=${arguments[0]:-order-service-1}

instances=$(nodes | grep --count "^${node%-*}-" || true)
hypothesis "$node completes the requests in flight before it stops, and no guarantee is violated"
start_load
sleep 5
inject stop "$node"
sleep 10
heal
expect "$node is ready again" within 120 node_is_ready "$node"
sleep 5
stop_load
[[ $node != *-service-* ]] || ((instances < 2)) || expect_no_failure
expect_guarantees
verdict
