# shellcheck shell=bash
# The pods of k8s/ in the namespace NAMESPACE (default: faultline). GATEWAY_URL (default: http://127.0.0.1:8080) must lead
# to the gateway, for example through
#   kubectl --namespace faultline port-forward service/gateway-service 8080
# payment-service-2 is the second pod of payment-service.

kube() { kubectl --namespace "${NAMESPACE:-faultline}" "$@"; }

pod() {
  local service=${1%-*} number=${1##*-} name
  name=$(kube get pods --selector "app.kubernetes.io/name=$service" --sort-by .metadata.name --output name | sed --quiet "${number}p")
  [[ -n $name ]] || die "$service has no pod $number"
  echo "${name#pod/}"
}

in_node() { kube exec "$(pod "$1")" -- "${@:2}"; }

client_secret() { kube get secret identity-clients --output "jsonpath={.data.$1}" | base64 --decode; }

gateway_url() { echo "${GATEWAY_URL:-http://127.0.0.1:8080}"; }

nodes() {
  kube get pods --sort-by .metadata.name --output 'jsonpath={range .items[*]}{.metadata.labels.app\.kubernetes\.io/name}{"\n"}{end}' |
    awk 'NF { print $1 "-" ++n[$1] }'
}

node_is_ready() {
  [[ $(kube get pod "$(pod "$1")" --output 'jsonpath={.status.conditions[?(@.type=="Ready")].status}') == True ]]
}

# The pod's controller replaces it.
inject_kill() { kube delete pod "$(pod "$1")" --grace-period 0 --force > /dev/null 2>&1; }

inject_stop() { kube delete pod "$(pod "$1")" > /dev/null; }

inject_pause() { die "a pod cannot be paused from outside"; }

# NetworkPolicies are additive: none can deny what another allows.
inject_partition() { die "a pod cannot be disconnected without deleting its NetworkPolicies"; }

# servers_of SHARD : CloudNativePG's pods
servers_of() { kube get pods --selector "cnpg.io/cluster=$1" --output 'jsonpath={range .items[*]}{.metadata.name}{"\n"}{end}'; }

# primary_of SHARD : empty if it has none
primary_of() { kube get pods --selector "cnpg.io/cluster=$1,cnpg.io/instanceRole=primary" --output 'jsonpath={.items[*].metadata.name}'; }

# inject_standby_promotion SERVER SHARD : a planned switchover
inject_standby_promotion() { kubectl cnpg --namespace "${NAMESPACE:-faultline}" promote "$2" "$1"; }

# inject_standby_lag SERVER
inject_standby_lag() { sql "$1" 'SELECT pg_wal_replay_pause()'; }

heal_standby_lag() { sql "$1" 'SELECT pg_wal_replay_resume() WHERE pg_is_in_recovery()'; }

# sql SERVER STATEMENT
sql() { kube exec "$1" --container postgres -- psql --no-psqlrc --command="$2" > /dev/null; }
