#!/usr/bin/env bash
# drain.sh [--target k8s] [--rate N] [MACHINE]
# A machine is drained, as for its maintenance, and comes back. By default it is one that has no pod that is the only one of
# its kind, because such a pod may have to wait for the machine that has its volume. Needs several machines.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
setup "$@"
require_fault drain
machine=${arguments[0]:-$(machine_to_spare)}
[[ -n $machine ]] || die 'each machine has a pod that is the only one of its kind; name one, and clients may have to wait for it'

hypothesis "while $machine is drained, no request fails"
start_load
sleep 5
begin=$(milliseconds)
expect "every pod leaves $machine, each when its budget permits" inject drain "$machine"
say observe "$(grep --count evicted "$results/drained") pods left it in $(($(milliseconds) - begin)) ms"
sleep 5
heal
begin=$(milliseconds)
expect 'every pod is ready' within 300 all_pods_are_ready
say observe "that took $(($(milliseconds) - begin)) ms from the end of the drain"
sleep 5
stop_load
expect_no_failure
expect_guarantees
verdict
