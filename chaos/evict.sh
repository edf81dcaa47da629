#!/usr/bin/env bash
# evict.sh [--target k8s] [--rate N] [SERVICE]
# Evicts both pods of a service, by default order-service, as the drain of their machines does. The service needs two:
#   kubectl --namespace faultline scale deployment order-service --replicas 2
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
setup "$@"
require_fault evict
service=${arguments[0]:-order-service}

second_is_refused() { [[ $(<"$results/refusal") == *'disruption budget'* ]]; }
all_are_ready() { node_is_ready "$service-1"; }

[[ $(ready_pods_of "$service") == 2 ]] || die "$service does not have two pods that are ready; see --help"
second=$(pod "$service-2")
hypothesis "the PodDisruptionBudget of $service lets one pod go at a time, and no request fails"
start_load
sleep 5
inject evict "$service-1"
inject_evict "$second" > "$results/refusal" || true
say observe "$(<"$results/refusal")"
expect 'the second eviction is refused while the first pod stops' second_is_refused
expect 'both are ready again' within 120 all_are_ready
if second_is_refused; then
  say inject "evict $second"
  # The budget is counted anew a moment after the pods are ready.
  expect 'once they are, the second may go' within 30 inject_evict "$second"
  expect 'both are ready again' within 120 all_are_ready
fi
sleep 5
stop_load
expect_no_failure
expect_guarantees
verdict
