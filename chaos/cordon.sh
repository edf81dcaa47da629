#!/usr/bin/env bash
# cordon.sh [--target k8s] [--rate N] [SERVICE]
# A pod of a service, by default order-service's first, is deleted while no machine takes new pods; 20 seconds later they do.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
setup "$@"
service=${arguments[0]:-order-service}

is_pending() { (($(pending_pods_of "$service") > 0)); }

hypothesis "while the new pod of $service finds no machine, clients wait and try again; nothing acknowledged is lost"
start_load
sleep 5
inject cordon "$service-1"
expect 'the new pod is Pending' within 30 is_pending
sleep 20
expect 'and still is after 20 s' is_pending
begin=$(milliseconds)
heal
expect "every pod of $service is ready" within 120 node_is_ready "$service-1"
say observe "that took $(($(milliseconds) - begin)) ms from the end of the cordon"
sleep 5
stop_load
expect_guarantees
verdict
