# shellcheck shell=bash disable=SC2154 # lib.sh has repository and evidence
# The containers of docker-compose.yml, full or slim.

compose() { docker compose --project-directory "$repository" --profile '*' "$@"; }

container() {
  local id
  id=$(compose ps --all --quiet "$1")
  [[ -n $id ]] || refuse "there is no node $1; there are: $(nodes | tr '\n' ' ')"
  echo "$id"
}

gateway_url() { compose port gateway-service-1 8080 2> /dev/null | sed 's|^|http://|'; }

nodes() { compose ps --all --format '{{.Service}}' | sort; }

node_is_ready() { [[ $(docker inspect --format '{{.State.Status}} {{.State.Health.Status}}' "$(container "$1")") == 'running healthy' ]]; }

node_kill() { docker kill "$(container "$1")" > /dev/null; }

# Docker takes a kill for the wish that it stay dead.
node_revive() { docker start "$(container "$1")" > /dev/null; }

node_stop() { docker stop "$(container "$1")" > /dev/null; }

node_start() { docker start "$(container "$1")" > /dev/null; }

node_pause() { docker pause "$(container "$1")" > /dev/null; }

node_resume() { docker unpause "$(container "$1")" > /dev/null; }

network() { echo "${COMPOSE_PROJECT_NAME:-faultline}_$1"; }

# node_cut NODE NETWORK : keeps what it was known by, for it has to come back under the same address
node_cut() {
  local id network
  id=$(container "$1") && network=$(network "$2")
  docker inspect --format "{{with index .NetworkSettings.Networks \"$network\"}}--ip={{.IPAddress}}{{range .Aliases}} --alias={{.}}{{end}}{{end}}" \
    "$id" > "$evidence/$1.$2"
  docker network disconnect "$network" "$id"
}

node_mend() {
  local options
  read -r -a options < "$evidence/$1.$2"
  docker network connect "${options[@]}" "$(network "$2")" "$(container "$1")"
}

# The servers of a shard.
servers_of() { nodes | grep --extended-regexp "^$1(-[ab])?$"; }

# Nothing while there is none.
primary_of() {
  local server
  for server in $(servers_of "$1"); do
    if [[ $server == "$1" ]] || patroni_says "$server" primary; then
      echo "$server"
      return
    fi
  done
}

patroni_says() { docker exec "$(container "$1")" bash -c 'exec 3<>/dev/tcp/127.0.0.1/8008 && printf "GET /%s HTTP/1.0\r\n\r\n" "$0" >&3 &&
  read -r _ status _ <&3 && [[ $status == 200 ]]' "$2" 2> /dev/null; }

# promote SERVER SHARD : in good order
promote() { docker exec "$(container "$1")" patronictl --config-file /etc/patroni.yml switchover "$2" --candidate "${1//-/_}" --force > /dev/null; }

# By the first of its servers that knows; nothing while none does.
leading_consul() {
  local server leader
  for server in $(nodes | grep --extended-regexp '^consul(-[0-9])?$'); do
    leader=$(docker exec "$(container "$server")" consul operator raft list-peers 2> /dev/null | awk '$4 == "leader" { print $1 }') || continue
    [[ -z $leader ]] || break
  done
  echo "${leader:-}"
}

# node_request NODE application|management METHOD PATH [BODY] : from within, so that no network needs to be whole
node_request() {
  local port=8080
  [[ $2 == application ]] || port=8081
  # shellcheck disable=SC2016 # the container's bash expands it
  docker exec "$(container "$1")" bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$0" && printf "%s %s HTTP/1.0\r\nHost: localhost\r\n" "$1" "$2" >&3 &&
    printf "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" "${#3}" "$3" >&3 && timeout 5 cat <&3' \
    "$port" "$3" "$4" "${5:-}" | sed '1,/^\r$/d'
}
