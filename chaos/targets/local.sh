# shellcheck shell=bash disable=SC2154 # lib.sh sets repository
# The processes of ./faultline; FAULTLINE_HOME names a cluster other than the default one.

faultline() { "$repository/faultline" "$@"; }

# What a cluster of ./faultline up --secure has: its authority, which curl reads from here, and the operator's certificate.
tls=${FAULTLINE_HOME:-$repository/.faultline}/tls
if [[ -f $tls/ca.pem ]]; then
  export CURL_CA_BUNDLE=$tls/ca.pem
fi

client_secret() { cat "${FAULTLINE_HOME:-$repository/.faultline}/secrets/$1"; }

gateway_url() { faultline status | sed --quiet 's/^Gateway: \([^ ]*\) .*/\1/p'; }

# Two share a port, and a connection that the one that stops has not accepted yet is reset.
has_balanced_gateways() { false; }

nodes() { faultline status | awk '$2 ~ /^(ready|waiting|starting|stopping|restarting|stopped)$/ { print $1 }'; }

node_is_ready() { faultline status | grep --quiet "^$1  *ready" && ! faultline status | grep --quiet "^$1 .*does not respond"; }

# The supervisor restarts the node.
inject_kill() { faultline kill "$1" > /dev/null; }

inject_stop() { faultline stop "$1" > /dev/null && within 60 node_is_stopped "$1"; }

node_is_stopped() { faultline status | grep --quiet "^$1  *stopped"; }

heal_stop() { faultline start "$1" > /dev/null; }

inject_pause() { faultline pause "$1" > /dev/null; }

heal_pause() { faultline resume "$1" > /dev/null; }

inject_partition() { die "processes on one machine share its loopback interface and cannot be partitioned; see --target compose"; }

# servers_of SHARD
servers_of() { nodes | grep --extended-regexp "^$1(-[ab])?$"; }

# primary_of SHARD : empty if it has none
primary_of() {
  if [[ $(servers_of "$1") == "$1" ]]; then
    echo "$1"
  else
    faultline status | sed --quiet --regexp-extended "s/^($1-[ab]) +ready .* primary;.*/\1/p"
  fi
}

# inject_standby_promotion SERVER SHARD
inject_standby_promotion() {
  [[ $(servers_of "$2") != "$2" ]] || die "$2 has no standby; start the cluster with ./faultline up --standbys, or see --target compose"
  faultline promote "$2" > /dev/null
}

inject_standby_lag() { faultline lag "$1" > /dev/null; }

heal_standby_lag() { faultline resume "$1" > /dev/null; }

# Of several servers, the one that the others follow.
consul_leader() {
  local node port
  [[ $(nodes | grep --count '^consul-') != 1 ]] || { echo consul-1; return; }
  for node in $(nodes | grep '^consul-'); do
    port=$(faultline status | awk -v node="$node" '$1 == node { print $4 }')
    curl --silent --max-time 5 "http://127.0.0.1:$port/v1/operator/raft/configuration" | sed 's/},{/\n/g' |
      sed --quiet '/"Leader":true/s/.*"Node":"\([^"]*\)".*/\1/p' | grep . && return
  done || true
}

# node_request NODE application|management METHOD PATH [BODY]
node_request() {
  local port authorization='Accept: */*' scheme=http certificate=()
  if [[ $2 == application && -f $tls/ca.pem ]]; then
    scheme=https certificate=(--cert "$tls/operator.pem" --key "$tls/operator.key")
  fi
  [[ $4 == /actuator/prometheus ]] || authorization=$(authorization operator)
  port=$(faultline status | awk -v node="$1" '$1 == node { print $4 }')
  # Ports.java: a management port is 10 above the application's, the gateways' 57 and 59, the identity service's 9.
  [[ $2 == application ]] || case $1 in gateway-service-1) ((port += 57)) ;; gateway-service-2) ((port += 59)) ;; identity-service-1) ((port += 9)) ;; *) ((port += 10)) ;; esac
  curl --silent --fail --max-time 5 "${certificate[@]}" --request "$3" --header @<(echo "$authorization") --header 'Content-Type: application/json' ${5:+--data "$5"} \
    "$scheme://127.0.0.1:$port$4"
}
