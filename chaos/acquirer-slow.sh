#!/usr/bin/env bash
# acquirer-slow.sh [--target local|compose|k8s] [--rate N]
# The acquirer delays every response by 2 seconds for 15 seconds; its clients time out after one.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
setup "$@"
inject_acquirer_slow() { configure_acquirer "$@"; }
heal_acquirer_slow() { reset_acquirer "$1"; }

hypothesis 'while the acquirer is slow, orders are accepted as fast as before; they complete when it has recovered'
start_load
sleep 5
inject acquirer-slow acquirer-simulator-1 '{"slowShare": 1, "slowFor": "PT2S"}'
sleep 15
say observe "circuit breaker of payment-service-1: $(metric payment-service-1 resilience4j_circuitbreaker_not_permitted_calls_total) calls not permitted"
heal
sleep 10
stop_load
expect 'every order was acknowledged within 2 s' at_most "$(max_column 3)" 2000
expect_guarantees
verdict
