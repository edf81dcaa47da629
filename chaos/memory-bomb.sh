#!/usr/bin/env bash
# memory-bomb.sh [--target k8s] [--rate N] [NODE]
# Processes in a service's container, by default payment-service-1's, take memory until the kernel kills the largest, which
# is the service.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
setup "$@"
node=${arguments[0]:-payment-service-1}

hypothesis "$node is killed at the limit of its memory; others or its successor go on, and nothing is lost or done twice"
start_load
sleep 5
inject memory-bomb "$node"
expect 'the kernel killed it at its limit' within 60 was_killed_for_memory "$node"
begin=$(milliseconds)
expect "$node is ready again" within 120 node_is_ready "$node"
say observe "that took $(($(milliseconds) - begin)) ms"
sleep 5
stop_load
expect_guarantees
verdict
