# shellcheck shell=bash disable=SC2154 # lib.sh sets results
# The containers of docker-compose.yml, in the full or the slim layout.

# The engine's own list, because docker compose takes a second on a busy machine, and observations would include it.
containers() { docker ps --all --filter "label=com.docker.compose.project=${COMPOSE_PROJECT_NAME:-faultline}" "$@"; }

# container NODE : its id
container() {
  local id
  id=$(containers --quiet --filter "label=com.docker.compose.service=$1")
  [[ -n $id ]] || die "unknown node $1; the nodes are: $(nodes | tr '\n' ' ')"
  echo "$id"
}

in_node() { docker exec "$(container "$1")" "${@:2}"; }

client_secret() { in_node identity-service-1 cat "/run/secrets/$1"; }

# Empty if it does not run.
gateway_url() {
  docker port "$(container load-balancer 2> /dev/null)" 8080 2> /dev/null | sed --quiet '1s|^|http://|p' || true
}

# Whether there are several behind one address, so that no client notices when one stops.
has_balanced_gateways() { (($(nodes | grep --count '^gateway-service-') > 1)); }

# Without those that prepare the others, and end.
nodes() { containers --format '{{.Label "com.docker.compose.service"}}' |
  sed --regexp-extended '/^(secrets|.*-acls)$/d' | sort; }

node_is_ready() { [[ $(docker inspect --format '{{.State.Status}} {{.State.Health.Status}}' "$(container "$1")") == 'running healthy' ]]; }

inject_kill() { docker kill "$(container "$1")" > /dev/null; }

# Docker does not restart a container that was killed with docker kill.
heal_kill() { docker start "$(container "$1")" > /dev/null; }

inject_stop() { docker stop "$(container "$1")" > /dev/null; }

heal_stop() { docker start "$(container "$1")" > /dev/null; }

inject_pause() { docker pause "$(container "$1")" > /dev/null; }

heal_pause() { docker unpause "$(container "$1")" > /dev/null; }

network() { echo "${COMPOSE_PROJECT_NAME:-faultline}_$1"; }

# inject_partition NODE NETWORK : saves the node's address and aliases, under which it must be reachable again
inject_partition() {
  local id network
  id=$(container "$1") && network=$(network "$2")
  docker inspect --format "{{with index .NetworkSettings.Networks \"$network\"}}--ip={{.IPAddress}}{{range .Aliases}} --alias={{.}}{{end}}{{end}}" \
    "$id" > "$results/$1.$2"
  docker network disconnect "$network" "$id"
}

heal_partition() {
  local options
  read -r -a options < "$results/$1.$2"
  docker network connect "${options[@]}" "$(network "$2")" "$(container "$1")"
}

# servers_of SHARD
servers_of() { nodes | grep --extended-regexp "^$1(-[ab])?$"; }

# primary_of SHARD : empty if it has none
primary_of() {
  local server
  for server in $(servers_of "$1"); do
    if [[ $server == "$1" ]] || patroni_confirms "$server" primary; then
      echo "$server"
      return
    fi
  done
}

# patroni_confirms SERVER primary|replica|...
patroni_confirms() { in_node "$1" patroni-confirms "$2" 2> /dev/null; }

# inject_standby_promotion SERVER SHARD : a planned switchover
inject_standby_promotion() {
  [[ $(servers_of "$2") != "$2" ]] || die "$2 has no standby in the slim layout"
  in_node "$1" with-secrets patronictl --config-file /etc/patroni.yml switchover "$2" --candidate "${1//-/_}" --force > /dev/null
}

# The process that replays is stopped, because Patroni resumes a replay that is paused, and undoes a delay.
# inject_standby_lag SERVER
inject_standby_lag() { signal_replay "$1" STOP; }

heal_standby_lag() { signal_replay "$1" CONT; }

# signal_replay SERVER NAME : does nothing if the server is a primary
# shellcheck disable=SC2016 # the container's bash expands it
signal_replay() { in_node "$1" bash -c 'for process in /proc/[1-9]*; do
  ! grep --quiet --no-messages "startup[ ]recovering" "$process/cmdline" || kill -s "$0" "${process#/proc/}"; done' "$2"; }
