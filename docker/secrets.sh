#!/usr/bin/env bash
# secrets.sh DIRECTORY
# Generates what the containers prove their identity with: passwords in DIRECTORY/secrets and two certificate authorities in
# DIRECTORY/authority, as far as they do not exist yet, and a certificate for each node, which every run renews. Gives each
# node what it needs, and nothing else: DIRECTORY/nodes has a directory for each, and DIRECTORY/load-balancer is that of the
# load balancer. What each of them may do with it is in acls/.
set -euo pipefail

directory=$1
secrets=$directory/secrets
authority=$directory/authority
nodes=$directory/nodes
balancer=$directory/load-balancer

databases=(orders inventory payments)
declare -A database_of=([order-service]=orders [inventory-service]=inventory [payment-service]=payments)
services=(order-service inventory-service payment-service gateway-service identity-service acquirer-simulator)

# put FILE : writes the standard input; whoever reads the file at this moment sees the old or the new content
put() {
  mkdir -p "${1%/*}"
  cat > "$1.new"
  mv "$1.new" "$1"
}

# secret NAME [COMMAND...] : creates it if it does not exist, 24 characters unless the command prints another, and prints it
secret() {
  [[ -s $secrets/$1 ]] || if (($# > 1)); then "${@:2}"; else head --bytes=18 /dev/urandom | base64 | tr '+/' '-_'; fi | put "$secrets/$1"
  cat "$secrets/$1"
}

uuid() { cat /proc/sys/kernel/random/uuid; }

gossip_key() { head --bytes=32 /dev/urandom | base64; }

# What this container's openssl.cnf adds to certificates is not wanted.
export OPENSSL_CONF=/dev/null

new_key() { [[ -s $1 ]] || openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 | put "$1"; }

# new_authority NAME COMMON_NAME [OPTION...]
new_authority() {
  mkdir -p "$authority"
  new_key "$authority/$1.key"
  [[ -s $authority/$1.pem ]] || openssl req -x509 -new -key "$authority/$1.key" -days 3650 -subj "/CN=$2" "${@:3}" \
    -addext basicConstraints=critical,CA:TRUE,pathlen:0 -addext keyUsage=critical,keyCertSign,cRLSign | put "$authority/$1.pem"
}

# certificate AUTHORITY NAME USAGE[,USAGE] [SUBJECT_ALTERNATIVE_NAMES] : AUTHORITY/NAME.pem and .key; the key stays the same
certificate() {
  new_key "$authority/$2.key"
  openssl req -x509 -new -key "$authority/$2.key" -CA "$authority/$1.pem" -CAkey "$authority/$1.key" -days 30 -subj "/CN=$2" \
    -addext basicConstraints=critical,CA:FALSE -addext keyUsage=critical,digitalSignature -addext "extendedKeyUsage=$3" \
    ${4:+-addext "subjectAltName=$4"} 2> >(grep --invert-match 'Not using -key' >&2) | put "$authority/$2.pem"
}

# node NAME DNS_NAME... : the certificate of a server, which is also a client of others
node() {
  local names
  names=$(printf ',DNS:%s' "${@:2}")
  certificate cluster "$1" serverAuth,clientAuth "${names:1},DNS:localhost,IP:127.0.0.1"
  give "$1" "$1" node
}

# give NODE CERTIFICATE NAME : puts a certificate, its key and the authority where the node sees them
give() {
  put "$nodes/$1/ca.pem" < "$authority/cluster.pem"
  put "$nodes/$1/$3.pem" < "$authority/$2.pem"
  # An interrupted run may have left one that only the node may write to.
  rm --force "$nodes/$1/$3.key.new"
  cat "$authority/$2.key" > "$nodes/$1/$3.key.new"
  # PostgreSQL and its clients refuse keys that others than their owner can read.
  local own
  case $1 in
    shard) own=postgres:postgres ;;
    kafka | consul-*) own='' ;; # their images decide who they are
    *) own=10001:10001 ;;
  esac
  if [[ $own ]]; then
    chmod 600 "$nodes/$1/$3.key.new"
    chown "$own" "$nodes/$1/$3.key.new"
  fi
  mv "$nodes/$1/$3.key.new" "$nodes/$1/$3.key"
}

# Outside of the containers: for this machine only, so that a browser that trusts it believes it about nothing else (RFC 5280,
# name constraints).
new_authority ca 'Faultline development CA of the containers' \
  -addext 'nameConstraints=critical,permitted;DNS:localhost,permitted;IP:127.0.0.0/255.0.0.0'
certificate ca load-balancer serverAuth DNS:localhost,IP:127.0.0.1
put "$balancer/ca.pem" < "$authority/ca.pem"
# HAProxy wants both in one file.
cat "$authority/load-balancer.pem" "$authority/load-balancer.key" | put "$balancer/load-balancer.pem"

# Between the containers.
new_authority cluster 'Faultline containers'
put "$balancer/cluster.pem" < "$authority/cluster.pem"

for client in alice bob carol clerk shop operator payment-service; do
  secret "clients/$client" > /dev/null
done
secret grafana/password > /dev/null

# The gateway compares a service's certificate with the first name, whoever has its address with the others.
node order-service order-service.faultline.internal
node inventory-service inventory-service.faultline.internal
node payment-service payment-service.faultline.internal
node gateway-service gateway-service.faultline.internal
node identity-service identity-service.faultline.internal identity
node acquirer-simulator acquirer-simulator.faultline.internal acquirer
for service in "${services[@]}"; do
  properties=$nodes/$service/properties
  secret "consul/$service" uuid | put "$properties/spring.cloud.consul.discovery.acl-token"
  database=${database_of[$service]:-}
  if [[ $database ]]; then
    certificate cluster "$database" clientAuth
    give "$service" "$database" role
    secret "$database/faultline.database.password" | put "$properties/faultline.database.password"
    echo "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"$service\"" \
      "password=\"$(secret "kafka/$service")\";" | put "$properties/spring.kafka.properties.sasl.jaas.config"
  fi
done
secret clients/payment-service | put "$nodes/payment-service/properties/faultline.acquirer.client-secret"

# A shard has the services' passwords, because it creates their roles.
node shard shard-1 shard-1-a shard-1-b shard-2 shard-2-a shard-2-b
certificate cluster faultline clientAuth
give shard faultline superuser
certificate cluster replication clientAuth
give shard replication replication
for role in superuser replication; do
  secret "$role/password" | put "$nodes/shard/passwords/$role"
done
for database in "${databases[@]}"; do
  secret "$database/faultline.database.password" | put "$nodes/shard/passwords/$database"
done
secret patroni/password | put "$nodes/shard/passwords/patroni"
secret consul/patroni uuid | put "$nodes/shard/consul-token"

# Brokers know all users' passwords (SASL PLAIN).
node kafka kafka kafka-1 kafka-2 kafka-3
cat "$nodes/kafka/node.key" "$nodes/kafka/node.pem" | put "$nodes/kafka/keystore.pem"
{
  echo 'KafkaServer {'
  echo "  org.apache.kafka.common.security.plain.PlainLoginModule required username=\"broker\" password=\"$(secret kafka/broker)\""
  for user in broker operator "${!database_of[@]}"; do
    echo "  user_$user=\"$(secret "kafka/$user")\""
  done
  echo '  ;'
  echo '};'
} | put "$nodes/kafka/jaas.conf"

# Only servers have the name by which servers know each other. The names of the settings are those of Consul 1.8, which later
# versions understand too.
node consul-server server.dc1.consul consul consul-servers consul-1 consul-2 consul-3
node consul-agent consul
for agent in consul-server consul-agent; do
  token=$(if [[ $agent == consul-server ]]; then secret consul/management uuid; else secret consul/consul-agent uuid; fi)
  put "$nodes/$agent/token" <<< "$token"
  put "$nodes/$agent/security.json" << JSON
{
  "encrypt": "$(secret consul/gossip-key gossip_key)",
  "ca_file": "/run/node/ca.pem", "cert_file": "/run/node/node.pem", "key_file": "/run/node/node.key",
  "verify_incoming_rpc": true, "verify_outgoing": true, "verify_server_hostname": true,
  "ports": {"http": -1, "https": 8501},
  "acl": {
    "enabled": true, "default_policy": "deny",
    "tokens": {$(if [[ $agent == consul-server ]]; then echo "\"master\": \"$token\", "; fi)"agent": "$token"}
  }
}
JSON
done

# What the containers that set rights need.
for directory in consul-acls kafka-acls; do
  put "$nodes/$directory/ca.pem" < "$authority/cluster.pem"
done
put "$nodes/consul-acls/consul-token" < "$secrets/consul/management"
for client in "${services[@]}" consul-agent patroni; do
  put "$nodes/consul-acls/consul-tokens/$client" < "$secrets/consul/$client"
done
put "$nodes/kafka-acls/kafka.properties" << PROPERTIES
security.protocol=SASL_SSL
sasl.mechanism=PLAIN
sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="operator" password="$(secret kafka/operator)";
ssl.truststore.type=PEM
ssl.truststore.location=/run/node/ca.pem
PROPERTIES

# What commands on this machine need, which is in no other container: everything may be done with it.
certificate cluster operator clientAuth
give operator operator node
for database in "${databases[@]}"; do
  give operator "$database" "$database"
done
put "$nodes/operator/consul-token" < "$secrets/consul/management"
put "$nodes/operator/kafka.properties" < "$nodes/kafka-acls/kafka.properties"
