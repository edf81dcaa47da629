#!/usr/bin/env bash
# patroni-confirms primary|replica|readiness|... : whether Patroni in this container answers so. Its REST API responds to nobody
# without a certificate of the platform.
set -euo pipefail

read -r _ status _ < <(printf 'GET /%s HTTP/1.0\r\n\r\n' "$1" | timeout 3 openssl s_client -quiet -verify_quiet \
  -verify_return_error -connect 127.0.0.1:8008 -CAfile /run/node/ca.pem -cert /run/node/node.pem -key /run/node/node.key 2> /dev/null)
[[ $status == 200 ]]
