# shellcheck shell=bash disable=SC2154 # lib.sh has repository and evidence
# The processes of ./faultline; FAULTLINE_HOME names a cluster other than the default one.

faultline() { "$repository/faultline" "$@"; }

gateway_url() { faultline status | sed --quiet 's/^Gateway: \([^ ]*\) .*/\1/p'; }

nodes() { faultline status | awk '$2 ~ /^(ready|waiting|starting|stopping|restarting|stopped)$/ { print $1 }'; }

node_is_ready() { faultline status | grep --quiet "^$1  *ready" && ! faultline status | grep --quiet "^$1 .*does not answer"; }

node_kill() { faultline kill "$1" > /dev/null; }

# Its supervisor does it.
node_revive() { :; }

node_stop() { faultline stop "$1" > /dev/null && within 60 node_is_stopped "$1"; }

node_is_stopped() { faultline status | grep --quiet "^$1  *stopped"; }

node_start() { faultline start "$1" > /dev/null; }

node_pause() { faultline pause "$1" > /dev/null; }

node_resume() { faultline resume "$1" > /dev/null; }

node_cut() { refuse "processes of one machine share its loopback, and cannot be cut off from each other; see --target compose"; }

node_mend() { :; }

# The servers of a shard.
servers_of() { echo "$1"; }

primary_of() { echo "$1"; }

promote() { refuse "a shard has no standby in this layout; see --target compose"; }

leading_consul() { echo consul-1; }

# node_request NODE application|management METHOD PATH [BODY]
node_request() {
  local port
  port=$(faultline status | awk -v node="$1" '$1 == node { print $4 }')
  # Ports.java: ten above, and the gateway's behind those of all others.
  [[ $2 == application ]] || case $1 in gateway-service-1) ((port += 57)) ;; *) ((port += 10)) ;; esac
  curl --silent --fail --max-time 5 --request "$3" --header 'Content-Type: application/json' ${5:+--data "$5"} \
    "http://127.0.0.1:$port$4"
}
