#!/usr/bin/env bash
# rolling-restart.sh [--target local|compose|k8s] [--rate N]
# Restarts every instance of every service, one after the other. Excludes the gateway, which has one instance.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
setup "$@"
service_instances() { nodes | grep --extended-regexp '^(acquirer-simulator|order-service|inventory-service|payment-service)-'; }

order_services=$(nodes | grep --count '^order-service-' || true)
hypothesis 'every instance is restarted under load, and no client notices'
start_load
sleep 3
for node in $(service_instances); do
  inject stop "$node"
  heal
  expect "$node is ready again" within 120 node_is_ready "$node"
  sleep 2
done
stop_load
if ((order_services > 1)); then
  expect 'no request was retried' equal "$(awk '$2 > 1' "$results/orders" | wc --lines)" 0
fi
expect_guarantees
verdict
