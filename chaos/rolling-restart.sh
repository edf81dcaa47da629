#!/usr/bin/env bash
# rolling-restart.sh [--target local|compose|k8s] [--rate N]
# Restarts every instance of the services that place and pay orders, one after the other; also of the acquirer, without which
# some orders are rejected, and of the gateway if there are several behind one address. Not of identity-service,
# without which no client gets a token.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
setup "$@"
services='acquirer-simulator|order-service|inventory-service|payment-service'
! has_balanced_gateways || services+='|gateway-service'
service_instances() { nodes | grep --extended-regexp "^($services)-"; }

# On k8s a successor has another name, and may take another's number.
declare -A names
mapfile -t instances < <(service_instances)
for node in "${instances[@]}"; do
  names[$node]=$node
  ! declare -F pod > /dev/null || names[$node]=$(pod "$node")
done
order_services=$(nodes | grep --count '^order-service-' || true)
hypothesis 'every instance is restarted under load, and no request fails'
start_load
sleep 3
for node in "${instances[@]}"; do
  inject stop "${names[$node]}"
  heal
  expect "$node is ready again" within 120 node_is_ready "$node"
  sleep 2
done
stop_load
if ((order_services > 1)); then
  expect_no_failure
fi
expect_guarantees
verdict
