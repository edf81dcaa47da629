#!/usr/bin/env bash
# acquirer-decline.sh [--target local|compose|k8s] [--rate N]
# The acquirer declines every payment for 10 seconds, while orders come in.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
begin "$@"

hypothesis 'every order whose payment is declined is REJECTED, its stock comes back, and nothing is taken'
begin_load
sleep 5
on_exit no_faults
inject faults '{"declineShare": 1}'
sleep 10
say heal acquirer-simulator-1
no_faults
mended
sleep 5
end_load
expect 'orders were rejected while payments were declined' at_most 1 "$(ends REJECTED)"
expect 'orders were confirmed before and after' at_most 2 "$(ends CONFIRMED)"
expect_promises
verdict
