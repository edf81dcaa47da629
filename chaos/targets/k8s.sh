# shellcheck shell=bash disable=SC2154 # lib.sh sets results and repository
# The pods of k8s/ in the namespace NAMESPACE (default: faultline). A pod of a StatefulSet, or of CloudNativePG, has its own
# name, for example shard-1-0; payment-service-2 is the second oldest pod of payment-service.
#
# The gateway is reached through kubectl port-forward, unless GATEWAY_URL names its address. A forward ends with its pod, so
# it is begun again; requests fail meanwhile. An experiment on the gateway needs an address that leads to all its pods.

kube() { kubectl --namespace "${NAMESPACE:-faultline}" "$@"; }

pod() {
  local name number=${1##*-}
  name=$(kube get pod "$1" --ignore-not-found --output 'jsonpath={.metadata.name}')
  [[ -n $name || $number == *[!0-9]* ]] || name=$(pods_of "${1%-*}" | sed --quiet "${number}p")
  [[ -n $name ]] || die "unknown node $1; the nodes are: $(nodes | tr '\n' ' ')"
  echo "$name"
}

# pods_of SERVICE : those that are not being deleted, the oldest first
pods_of() {
  kube get pods --selector "app.kubernetes.io/name=$1" --output \
    'go-template={{range .items}}{{if not .metadata.deletionTimestamp}}{{.metadata.creationTimestamp}} {{.metadata.name}}{{"\n"}}{{end}}{{end}}' |
    LC_ALL=C sort | cut --delimiter=' ' --fields=2
}

in_node() { kube exec "$(pod "$1")" -- "${@:2}"; }

# In overlays/local, the name of the Secret has a suffix.
client_secret() {
  local secret
  secret=$(kube get deployment identity-service --output 'jsonpath={.spec.template.spec.volumes[?(@.name=="clients")].secret.secretName}')
  kube get secret "$secret" --output "jsonpath={.data.$1}" | base64 --decode
}

# Empty if it cannot be reached.
gateway_url() {
  local url=${GATEWAY_URL:-http://127.0.0.1:$forwarded_port}
  ! within 30 curl --silent --output /dev/null --max-time 5 "$url/docs" || echo "$url"
}

forward_gateway() {
  local forward=
  trap - EXIT INT TERM
  while [[ ! -e $results/closed ]]; do
    # Not by kube, whose process would be a shell.
    kubectl --namespace "${NAMESPACE:-faultline}" port-forward service/gateway-service "$forwarded_port:80" > /dev/null 2>&1 &
    forward=$!
    while [[ ! -e $results/closed ]] && kill -0 "$forward" 2> /dev/null; do sleep 0.2; done
  done
  [[ -z $forward ]] || kill "$forward" 2> /dev/null || true
}

close_target() { touch "$results/closed"; }

if [[ -z ${GATEWAY_URL:-} ]]; then
  forwarded_port=$((20000 + $$ % 10000))
  forward_gateway &
fi

# Whether there are several behind one address, so that no client notices when one stops. A forward leads to one of them.
has_balanced_gateways() { [[ -n ${GATEWAY_URL:-} ]] && (($(pods_of gateway-service | grep --count .) > 1)); }

nodes() {
  kube get pods --output \
    'go-template={{range .items}}{{if not .metadata.deletionTimestamp}}{{.metadata.creationTimestamp}} {{.metadata.name}} {{index .metadata.labels "app.kubernetes.io/name"}} {{(index .metadata.ownerReferences 0).kind}}{{"\n"}}{{end}}{{end}}' |
    LC_ALL=C sort | awk '{ print $4 == "ReplicaSet" ? $3 "-" ++n[$3] : $2 }' | sort
}

# Of a Deployment all pods have to be ready, because a pod that is replaced has another name.
node_is_ready() {
  local service=${1%-*} wanted
  wanted=$(kube get deployment "$service" --ignore-not-found --output 'jsonpath={.spec.replicas}')
  if [[ -n $wanted ]]; then
    [[ $(pods_of "$service" | wc --lines) == "$wanted" && $(ready_pods_of "$service") == "$wanted" ]]
  else
    [[ $(kube get pod "$1" --ignore-not-found --output 'go-template={{if not .metadata.deletionTimestamp}}{{range .status.conditions}}{{if eq .type "Ready"}}{{.status}}{{end}}{{end}}{{end}}') == True ]]
  fi
}

# ready_pods_of SERVICE : their number
ready_pods_of() {
  kube get pods --selector "app.kubernetes.io/name=$1" --output \
    'go-template={{range .items}}{{if not .metadata.deletionTimestamp}}{{range .status.conditions}}{{if eq .type "Ready"}}{{.status}}{{"\n"}}{{end}}{{end}}{{end}}{{end}}' |
    grep --count True || true
}

# Process 1 takes no SIGKILL and no SIGSTOP from inside its container, so an agent on the pod's machine sends signals.
# signal POD NAME : to every process of the pod's container
signal() {
  local machine container agent
  read -r machine container < <(kube get pod "$1" --output 'jsonpath={.spec.nodeName} {.status.containerStatuses[0].containerID}{"\n"}')
  # Otherwise every process of the machine would match.
  [[ -n $container ]] || die "the container of $1 does not run yet"
  agent=$(kubectl --namespace faultline-chaos get pods --field-selector "spec.nodeName=$machine" --output name 2> /dev/null)
  [[ -n $agent ]] || die "no agent is on $machine: kubectl apply --filename chaos/targets/k8s-agent.yaml"
  # shellcheck disable=SC2016 # the agent's bash expands it
  kubectl --namespace faultline-chaos exec "$agent" -- bash -c 'for process in /proc/[1-9]*; do
    if grep --quiet --no-messages "$0" "$process/cgroup"; then kill -s "$1" "${process#/proc/}" && sent=yes; fi; done; [[ -n ${sent:-} ]]' \
    "${container##*/}" "$2"
}

# The kubelet restarts the container in its pod.
inject_kill() { signal "$(pod "$1")" KILL; }

# The pod is deleted, and its controller replaces it.
inject_stop() { kube delete pod "$(pod "$1")" > /dev/null; }

# By the pod's name, because the number may be another pod's in the meantime.
inject_pause() { pod "$1" > "$results/paused.$1" && signal "$(<"$results/paused.$1")" STOP; }

heal_pause() { signal "$(<"$results/paused.$1")" CONT; }

# NetworkPolicies are additive: none can deny what another allows.
inject_partition() { die "a pod cannot be disconnected without deleting its NetworkPolicies"; }

# inject_cordon NODE : no machine takes new pods, and the node's pod is deleted
inject_cordon() {
  kubectl get nodes --output 'go-template={{range .items}}{{if not .spec.unschedulable}}{{.metadata.name}}{{"\n"}}{{end}}{{end}}' > "$results/cordoned"
  xargs kubectl cordon < "$results/cordoned" > /dev/null
  kube delete pod "$(pod "$1")" > /dev/null
}

heal_cordon() { xargs kubectl uncordon < "$results/cordoned" > /dev/null; }

# pending_pods_of SERVICE : their number
pending_pods_of() { kube get pods --selector "app.kubernetes.io/name=$1" --field-selector status.phase=Pending --output name | wc --lines; }

# inject_evict NODE : as kubectl drain does; fails with the reason if a PodDisruptionBudget forbids it
inject_evict() {
  local name
  name=$(pod "$1")
  kubectl create --filename - --raw "/api/v1/namespaces/${NAMESPACE:-faultline}/pods/$name/eviction" 2>&1 > /dev/null \
    <<< "{\"apiVersion\": \"policy/v1\", \"kind\": \"Eviction\", \"metadata\": {\"name\": \"$name\"}}"
}

# inject_drain MACHINE : every pod leaves it, as its budget permits
inject_drain() { kubectl drain "$1" --ignore-daemonsets --delete-emptydir-data --timeout 5m > "$results/drained" 2>&1; }

heal_drain() { kubectl uncordon "$1" > /dev/null; }

# machine_to_spare : one that has pods, and none that is the only one of its kind; empty if there is none
machine_to_spare() {
  kube get pods --output 'go-template={{range .items}}{{.spec.nodeName}} {{index .metadata.labels "app.kubernetes.io/name"}}{{"\n"}}{{end}}' |
    awk '{ machine[NR] = $1; kind[NR] = $2; ++pods[$2] }
      END { for (i = 1; i <= NR; i++) if (pods[kind[i]] == 1) needed[machine[i]]
        for (i = 1; i <= NR; i++) if (!(machine[i] in needed)) { print machine[i]; exit } }'
}

# Those that are being deleted do not count.
all_pods_are_ready() {
  local ready
  # shellcheck disable=SC2016 # a variable of the template
  ready=$(kube get pods --output 'go-template={{range .items}}{{if not .metadata.deletionTimestamp}}{{$ready := "False"}}{{range .status.conditions}}{{if eq .type "Ready"}}{{$ready = .status}}{{end}}{{end}}{{$ready}}{{"\n"}}{{end}}{{end}}') || return 1
  [[ -n $ready ]] && ! grep --quiet --invert-match True <<< "$ready"
}

# inject_rolling_update SERVICE TAG : returns when only new pods are left
inject_rolling_update() {
  revision_of "$1" > "$results/revision.$1"
  kube set image "deployment/$1" "service=faultline/$1:$2" > /dev/null && finish_rollout "$1"
}

# To the revision before the injection, which may have made none.
heal_rolling_update() {
  local revision
  revision=$(<"$results/revision.$1")
  [[ $(revision_of "$1") == "$revision" ]] ||
    { kube rollout undo "deployment/$1" --to-revision "$revision" > /dev/null && finish_rollout "$1"; }
}

revision_of() { kube get deployment "$1" --output 'jsonpath={.metadata.annotations.deployment\.kubernetes\.io/revision}'; }

# inject_stuck_update SERVICE : to pods whose readiness probe fails
inject_stuck_update() {
  revision_of "$1" > "$results/revision.$1"
  kube patch deployment "$1" --patch '{"spec": {"template": {"spec": {"containers": [
    {"name": "service", "readinessProbe": {"httpGet": {"path": "/actuator/health/nowhere"}}}]}}}}' > /dev/null
}

heal_stuck_update() { heal_rolling_update "$1"; }

finish_rollout() { kube rollout status "deployment/$1" --timeout 5m > /dev/null; }

# inject_memory_bomb NODE : each process holds less than the service, which therefore is the one that the kernel kills
inject_memory_bomb() {
  restarts_of "$1" > "$results/restarts.$1"
  # shellcheck disable=SC2016 # the node's bash expands it
  in_node "$1" bash -c 'for _ in {1..12}; do { held=$(head --bytes 60M /dev/zero | tr "\0" x); sleep 20; } & sleep 0.2; done; wait' ||
    true # it ends with its container
}

restarts_of() { kube get pod "$(pod "$1")" --output 'jsonpath={.status.containerStatuses[0].restartCount}'; }

# was_killed_for_memory NODE
was_killed_for_memory() {
  (($(restarts_of "$1") > $(<"$results/restarts.$1"))) && [[ $(kube get pod "$(pod "$1")" --output 'jsonpath={.status.containerStatuses[0].lastState.terminated.reason}') == OOMKilled ]]
}

# servers_of SHARD : the shard's pod, or CloudNativePG's pods
servers_of() { pods_of "$1" && kube get pods --selector "cnpg.io/cluster=$1" --output 'jsonpath={range .items[*]}{.metadata.name}{"\n"}{end}'; }

# primary_of SHARD : empty if it has none
primary_of() { pods_of "$1" && kube get pods --selector "cnpg.io/cluster=$1,cnpg.io/instanceRole=primary" --output 'jsonpath={.items[*].metadata.name}'; }

# inject_standby_promotion SERVER SHARD : a planned switchover
inject_standby_promotion() {
  [[ $(servers_of "$2") != "$2-0" ]] || die "$2 has no standby; it has some with the component standbys"
  kubectl cnpg --namespace "${NAMESPACE:-faultline}" promote "$2" "$1"
}

# inject_standby_lag SERVER
inject_standby_lag() { sql "$1" 'SELECT pg_wal_replay_pause()'; }

heal_standby_lag() { sql "$1" 'SELECT pg_wal_replay_resume() WHERE pg_is_in_recovery()'; }

# sql SERVER STATEMENT
sql() { kube exec "$1" --container postgres -- psql --no-psqlrc --command="$2" > /dev/null; }
