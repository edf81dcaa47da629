#!/usr/bin/env bash
# pause.sh [--target local|compose|k8s] [--rate N] [NODE]
# Freezes a node for 15 seconds, by default inventory-service-1: longer than leases and sessions last. It is alive but does
# not respond, and when it resumes it does not know how much time has passed.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
setup "$@"
node=${arguments[0]:-inventory-service-1}

hypothesis "$node is paused for longer than its leases and sessions last; nothing is done twice when it resumes"
start_load
sleep 5
inject pause "$node"
sleep 15
heal
expect "$node is ready again" within 120 node_is_ready "$node"
sleep 5
stop_load
expect_guarantees
verdict
