#!/usr/bin/env bash
# kill.sh [--target local|compose|k8s] [--rate N] [NODE]
# Kills a node with SIGKILL, by default payment-service-1; it is started again after 10 seconds at the latest.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
setup "$@"
node=${arguments[0]:-payment-service-1}

hypothesis "no guarantee is violated when $node is killed: other nodes take over its work, or it resumes when it restarts"
start_load
sleep 5
inject kill "$node"
sleep 10
heal
expect "$node is ready again" within 120 node_is_ready "$node"
sleep 5
stop_load
expect_guarantees
verdict
