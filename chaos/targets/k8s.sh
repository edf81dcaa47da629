# shellcheck shell=bash
# The pods of k8s/, in the namespace NAMESPACE (faultline), by a gateway that GATEWAY_URL leads to, such as that of
#   kubectl --namespace faultline port-forward service/gateway-service 8080
# payment-service-2 is the second pod of payment-service.

kube() { kubectl --namespace "${NAMESPACE:-faultline}" "$@"; }

pod() {
  local service=${1%-*} number=${1##*-} name
  name=$(kube get pods --selector "app.kubernetes.io/name=$service" --sort-by .metadata.name --output name | sed --quiet "${number}p")
  [[ -n $name ]] || refuse "there is no pod $number of $service"
  echo "${name#pod/}"
}

gateway_url() { echo "${GATEWAY_URL:-http://127.0.0.1:8080}"; }

nodes() {
  kube get pods --sort-by .metadata.name --output 'jsonpath={range .items[*]}{.metadata.labels.app\.kubernetes\.io/name}{"\n"}{end}' |
    awk 'NF { print $1 "-" ++n[$1] }'
}

node_is_ready() {
  [[ $(kube get pod "$(pod "$1")" --output 'jsonpath={.status.conditions[?(@.type=="Ready")].status}') == True ]]
}

node_kill() { kube delete pod "$(pod "$1")" --grace-period 0 --force > /dev/null 2>&1; }

# Its controller does it.
node_revive() { :; }

node_stop() { kube delete pod "$(pod "$1")" > /dev/null; }

node_start() { :; }

node_pause() { refuse "a pod cannot be frozen from outside"; }

node_resume() { :; }

# NetworkPolicies only add up: what one allows, no other forbids.
node_cut() { refuse "a pod cannot be cut off without taking its NetworkPolicies away"; }

node_mend() { :; }

# The servers of a shard are CloudNativePG's.
servers_of() { kube get pods --selector "cnpg.io/cluster=$1" --output 'jsonpath={range .items[*]}{.metadata.name}{"\n"}{end}'; }

primary_of() { kube get pods --selector "cnpg.io/cluster=$1,cnpg.io/instanceRole=primary" --output 'jsonpath={.items[*].metadata.name}'; }

promote() { kubectl cnpg --namespace "${NAMESPACE:-faultline}" promote "$2" "$1"; }

# By the first of its servers that knows; nothing while none does.
leading_consul() {
  local number leader
  for number in 1 2 3; do
    leader=$(kube exec "$(pod "consul-$number")" -- consul operator raft list-peers 2> /dev/null | awk '$4 == "leader" { print $1 }') || continue
    [[ -z $leader ]] || break
  done
  echo "${leader:-}"
}

# node_request NODE application|management METHOD PATH [BODY]
node_request() {
  local port=8080
  [[ $2 == application ]] || port=8081
  # shellcheck disable=SC2016 # the container's bash expands it
  kube exec "$(pod "$1")" -- bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$0" && printf "%s %s HTTP/1.0\r\nHost: localhost\r\n" "$1" "$2" >&3 &&
    printf "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" "${#3}" "$3" >&3 && timeout 5 cat <&3' \
    "$port" "$3" "$4" "${5:-}" | sed '1,/^\r$/d'
}
