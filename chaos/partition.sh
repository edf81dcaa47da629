#!/usr/bin/env bash
# partition.sh [--target compose] [--rate N] [NODE [NETWORK]]
# Disconnects a node from one network for 20 seconds, by default inventory-service-1 from messaging. The networks are
# entry, services, messaging, storage, consensus and acquiring.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
setup "$@"
node=${arguments[0]:-inventory-service-1}
network=${arguments[1]:-messaging}

hypothesis "while $node is disconnected from $network, its work waits or moves to other nodes, and nothing is done twice"
start_load
sleep 5
inject partition "$node" "$network"
sleep 20
heal
expect "$node is ready again" within 120 node_is_ready "$node"
sleep 5
stop_load
expect_guarantees
verdict
