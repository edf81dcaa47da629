#!/usr/bin/env bash
# pause.sh [--target local|compose] [--rate N] [NODE]
# Freezes a node, inventory-service-1 if none is named, for 15 seconds while orders come in, and lets it go on: it is not
# dead, which no one can tell, and it does not know how late it is.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
begin "$@"
node=${arguments[0]:-inventory-service-1}

hypothesis "$node stands still for 15 s, longer than leases and sessions last; when it wakes up nothing is done twice"
begin_load
sleep 5
on_exit node_resume "$node"
inject node_pause "$node"
sleep 15
say heal "$node"
node_resume "$node"
mended
expect "$node is ready again" within 120 node_is_ready "$node"
sleep 5
end_load
expect_promises
verdict
