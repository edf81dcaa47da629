#!/usr/bin/env bash
# kill.sh [--target local|compose|k8s] [--rate N] [NODE]
# Kills a node, payment-service-1 if none is named, while orders come in: kill -9, no goodbye.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
begin "$@"
node=${arguments[0]:-payment-service-1}

hypothesis "$node is killed, and no promise is broken: what it had under way others take over, or itself when it is back"
begin_load
sleep 5
on_exit node_revive "$node"
inject node_kill "$node"
sleep 10
say heal "$node"
node_revive "$node"
mended
expect "$node is ready again" within 120 node_is_ready "$node"
sleep 5
end_load
expect_promises
verdict
