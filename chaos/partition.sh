#!/usr/bin/env bash
# partition.sh [--target compose|k8s] [--rate N] [NODE [NETWORK]]
# Cuts a node off from one network for 20 seconds while orders come in: inventory-service-1 from messaging if none is
# named. The networks are services, messaging, storage, consensus and acquiring; in Kubernetes it is always all of them.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
begin "$@"
node=${arguments[0]:-inventory-service-1}
network=${arguments[1]:-messaging}

hypothesis "$node is cut off from $network for 20 s; what it cannot do waits or goes to others, and nothing is done twice"
begin_load
sleep 5
on_exit node_mend "$node" "$network"
inject node_cut "$node" "$network"
sleep 20
say heal "$node"
node_mend "$node" "$network"
mended
expect "$node is ready again" within 120 node_is_ready "$node"
sleep 5
end_load
expect_promises
verdict
