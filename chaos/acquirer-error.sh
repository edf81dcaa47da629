#!/usr/bin/env bash
# acquirer-error.sh [--target local|compose|k8s] [--rate N]
# For 15 seconds, half of the acquirer's operations fail without an effect.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
setup "$@"
inject_acquirer_error() { configure_acquirer "$@"; }
heal_acquirer_error() { reset_acquirer "$1"; }

hypothesis 'every order completes although half of the requests to the acquirer fail'
start_load
sleep 5
failed=$(failed_payment_requests)
inject acquirer-error acquirer-simulator-1 '{"failShare": 0.5}'
sleep 15
heal
sleep 5
stop_load
expect 'requests of payment-service failed meanwhile' at_least "$(($(failed_payment_requests) - failed))" 1
expect_guarantees
verdict
