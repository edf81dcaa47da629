#!/usr/bin/env bash
# acquirer-slow.sh [--target local|compose|k8s] [--rate N]
# The acquirer answers every request 2 seconds late for 15 seconds, while orders come in. Callers wait for it one second.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
begin "$@"

hypothesis 'the acquirer is slow; orders are accepted as quickly as ever, and end when it has recovered'
begin_load
sleep 5
on_exit no_faults
inject faults '{"slowShare": 1, "slowFor": "PT2S"}'
sleep 15
say observe "breaker of payment-service-1: $(metric payment-service-1 resilience4j_circuitbreaker_not_permitted_calls_total) calls not made"
say heal acquirer-simulator-1
no_faults
mended
sleep 10
end_load
expect 'accepting an order never took longer than 2 s' at_most "$(largest 3)" 2000
expect_promises
verdict
