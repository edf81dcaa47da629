#!/usr/bin/env bash
# acquirer-timeout.sh [--target local|compose|k8s] [--rate N]
# The acquirer does what it is asked and then does not answer, half of the time, for 20 seconds, while orders come in: who
# asks cannot know whether the money is taken.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
begin "$@"

hypothesis 'what is asked again is charged once: every order ends, and the journal agrees with the ends'
begin_load
sleep 5
on_exit no_faults
inject faults '{"timeoutAfterChargeShare": 0.5}'
sleep 20
say heal acquirer-simulator-1
no_faults
mended
sleep 5
end_load
expect_promises
verdict
