#!/usr/bin/env bash
# secrets.sh DIRECTORY
# Generates all passwords, in DIRECTORY/secrets, and a certificate authority, in DIRECTORY/authority, as far as they do not
# exist yet. Renews the load balancer's certificate, in DIRECTORY/load-balancer.
set -euo pipefail

directory=$1
secrets=$directory/secrets
authority=$directory/authority
balancer=$directory/load-balancer

for secret in superuser/password replication/password grafana/password \
    {orders,inventory,payments}/faultline.database.password \
    clients/{alice,bob,carol,clerk,shop,operator,payment-service}; do
  [[ ! -s $secrets/$secret ]] || continue
  mkdir -p "$secrets/${secret%/*}"
  head --bytes=18 /dev/urandom | base64 | tr '+/' '-_' > "$secrets/$secret"
done
cp "$secrets/clients/payment-service" "$secrets/payments/faultline.acquirer.client-secret"

# What this container's openssl.cnf adds to certificates is not wanted.
export OPENSSL_CONF=/dev/null
new_key() { [[ -s $1 ]] || openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }
mkdir -p "$authority" "$balancer"
new_key "$authority/ca.key"
if [[ ! -s $authority/ca.pem ]]; then
  # For this machine only, so that a browser that trusts it believes it about nothing else (RFC 5280, name constraints).
  openssl req -x509 -new -key "$authority/ca.key" -days 3650 -subj '/CN=Faultline development CA of the containers' \
    -addext basicConstraints=critical,CA:TRUE,pathlen:0 -addext keyUsage=critical,keyCertSign,cRLSign \
    -addext 'nameConstraints=critical,permitted;DNS:localhost,permitted;IP:127.0.0.0/255.0.0.0' -out "$authority/ca.pem"
fi
new_key "$authority/load-balancer.key"
openssl req -x509 -new -key "$authority/load-balancer.key" -CA "$authority/ca.pem" -CAkey "$authority/ca.key" -days 30 \
  -subj /CN=load-balancer -addext basicConstraints=critical,CA:FALSE -addext keyUsage=critical,digitalSignature \
  -addext extendedKeyUsage=serverAuth -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -out "$authority/load-balancer.pem"
cp "$authority/ca.pem" "$balancer/ca.pem"
# HAProxy wants both in one file.
cat "$authority/load-balancer.pem" "$authority/load-balancer.key" > "$balancer/new.pem"
mv "$balancer/new.pem" "$balancer/load-balancer.pem"
