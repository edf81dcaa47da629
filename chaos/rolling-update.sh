#!/usr/bin/env bash
# rolling-update.sh [--target k8s] [--rate N] SERVICE TAG
# Updates a service to the image with another tag, and rolls it back.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
setup "$@"
service=${arguments[0]:?which service? See --help} tag=${arguments[1]:?to which tag of its image? See --help}

hypothesis "while $service is updated to $tag and rolled back, no request fails"
start_load
sleep 5
begin=$EPOCHSECONDS
inject rolling-update "$service" "$tag"
say observe "the update took $((EPOCHSECONDS - begin)) s"
sleep 5
begin=$EPOCHSECONDS
heal
say observe "the rollback took $((EPOCHSECONDS - begin)) s"
sleep 5
stop_load
expect_no_failure
expect_guarantees
verdict
