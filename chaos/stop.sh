#!/usr/bin/env bash
# stop.sh [--target local|compose|k8s] [--rate N] [NODE]
# Ends a node, order-service-1 if none is named, in good order while orders come in, and starts it again 10 seconds later.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
begin "$@"
node=${arguments[0]:-order-service-1}

hypothesis "$node ends what it has begun before it goes, and is not missed"
begin_load
sleep 5
on_exit node_start "$node"
inject node_stop "$node"
sleep 10
say heal "$node"
node_start "$node"
mended
expect "$node is ready again" within 120 node_is_ready "$node"
sleep 5
end_load
expect_promises
verdict
