#!/usr/bin/env bash
# acquirer-decline.sh [--target local|compose|k8s] [--rate N]
# The acquirer declines every payment for 10 seconds.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
setup "$@"
inject_acquirer_decline() { configure_acquirer "$@"; }
heal_acquirer_decline() { reset_acquirer "$1"; }

hypothesis 'every order whose payment is declined is REJECTED, its stock is released, and nothing is charged'
start_load
sleep 5
inject acquirer-decline acquirer-simulator-1 '{"declineShare": 1}'
sleep 10
heal
place_order after
sleep 5
stop_load
expect 'orders were rejected while payments were declined' at_least "$(count_orders REJECTED)" 1
expect 'an order that was placed after it was confirmed' equal "$(awk '$1 == "after" { print $5 }' "$results/orders")" CONFIRMED
expect_guarantees
verdict
