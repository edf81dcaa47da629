#!/usr/bin/env bash
# stuck-update.sh [--target k8s] [--rate N] [SERVICE]
# For a minute, a service is updated, by default order-service, to a version whose readiness probe fails; then it is rolled
# back.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
setup "$@"
service=${arguments[0]:-order-service}

update_is_incomplete() { (($(pods_of "$service" | wc --lines) > $(ready_pods_of "$service"))); }

before=$(ready_pods_of "$service")
hypothesis "the old version of $service serves until the new one is ready, which is never: no request fails"
start_load
sleep 5
inject stuck-update "$service"
sleep 60
say observe "$(ready_pods_of "$service") of $(pods_of "$service" | wc --lines) pods of $service are ready"
expect 'the new pod is there and not ready' update_is_incomplete
expect 'no old pod has stopped' equal "$(ready_pods_of "$service")" "$before"
heal
sleep 5
stop_load
expect_no_failure
expect_guarantees
verdict
