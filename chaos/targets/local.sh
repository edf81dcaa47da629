# shellcheck shell=bash disable=SC2154 # lib.sh sets repository
# The processes of ./faultline; FAULTLINE_HOME names a cluster other than the default one.

faultline() { "$repository/faultline" "$@"; }

gateway_url() { faultline status | sed --quiet 's/^Gateway: \([^ ]*\) .*/\1/p'; }

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
servers_of() { echo "$1"; }

# primary_of SHARD
primary_of() { echo "$1"; }

inject_standby_promotion() { die "shards have no standby in the local layout; see --target compose"; }

consul_leader() { echo consul-1; }

# node_request NODE application|management METHOD PATH [BODY]
node_request() {
  local port
  port=$(faultline status | awk -v node="$1" '$1 == node { print $4 }')
  # Ports.java: a management port is 10 above the application's, the gateway's 57.
  [[ $2 == application ]] || case $1 in gateway-service-1) ((port += 57)) ;; *) ((port += 10)) ;; esac
  curl --silent --fail --max-time 5 --request "$3" --header 'Content-Type: application/json' ${5:+--data "$5"} \
    "http://127.0.0.1:$port$4"
}
