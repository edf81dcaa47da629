#!/usr/bin/env bash
# acquirer-timeout.sh [--target local|compose|k8s] [--rate N]
# For 20 seconds, half of the acquirer's operations take effect but are not answered: the client cannot know whether the
# card was charged.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
setup "$@"
inject_acquirer_timeout() { configure_acquirer "$@"; }
heal_acquirer_timeout() { reset_acquirer "$1"; }

hypothesis 'a retried charge takes effect once: every order completes, and the journal agrees with the outcomes'
start_load
sleep 5
failed=$(failed_payment_requests)
inject acquirer-timeout acquirer-simulator-1 '{"timeoutAfterChargeShare": 0.5}'
sleep 20
heal
sleep 5
stop_load
expect 'requests of payment-service failed meanwhile' at_least "$(($(failed_payment_requests) - failed))" 1
expect_guarantees
verdict
