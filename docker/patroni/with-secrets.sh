#!/usr/bin/env bash
# with-secrets COMMAND... : patroni and patronictl read secrets from their environment, which docker inspect would show if it
# were the container's.
set -euo pipefail

PATRONI_SUPERUSER_PASSWORD=$(< /run/node/passwords/superuser)
PATRONI_REPLICATION_PASSWORD=$(< /run/node/passwords/replication)
PATRONI_CONSUL_TOKEN=$(< /run/node/consul-token)
# For what changes something through its REST API: any node's certificate is enough to read.
PATRONI_RESTAPI_USERNAME=patroni
PATRONI_RESTAPI_PASSWORD=$(< /run/node/passwords/patroni)
export PATRONI_SUPERUSER_PASSWORD PATRONI_REPLICATION_PASSWORD PATRONI_CONSUL_TOKEN PATRONI_RESTAPI_USERNAME PATRONI_RESTAPI_PASSWORD
exec "$@"
