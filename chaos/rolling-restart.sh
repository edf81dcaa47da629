#!/usr/bin/env bash
# rolling-restart.sh [--target local|compose|k8s] [--rate N]
# Stops every service's every instance and starts it again, one after the other, while orders come in. The gateway is
# left out: there is one of it.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
begin "$@"
services() { nodes | grep --extended-regexp '^(acquirer-simulator|order-service|inventory-service|payment-service)-'; }

alone=$(nodes | grep --count '^order-service-' || true)
hypothesis 'every instance is restarted under load, and nobody notices'
begin_load
sleep 3
for node in $(services); do
  on_exit node_start "$node"
  inject node_stop "$node"
  node_start "$node"
  mended
  expect "$node is ready again" within 120 node_is_ready "$node"
  sleep 2
done
end_load
if ((alone > 1)); then
  expect 'no request had to be repeated' equal "$(awk '$2 > 1' "$evidence/orders" | wc --lines)" 0
fi
expect_promises
verdict
