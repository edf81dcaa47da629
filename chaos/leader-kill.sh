#!/usr/bin/env bash
# leader-kill.sh [--target local|compose|k8s] [--rate N] [GROUP]
# Kills the leader of a group with SIGKILL: order-service, whose leader sweeps overdue checkouts (the default); shard-1
# or shard-2, whose leader is the primary; or consul.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
setup "$@"
group=${arguments[0]:-order-service}

leader() {
  local node
  case $group in
    order-service)
      for node in $(nodes | grep '^order-service'); do
        [[ $(metric "$node" faultline_checkout_sweep_leader) != 1 ]] || echo "$node"
      done
      ;;
    shard-*) primary_of "$group" ;;
    consul) consul_leader ;;
    *) die "unknown group $group; the groups are order-service, shard-1, shard-2 and consul" ;;
  esac
}

has_leader() { [[ -n $(leader) ]]; }

has_another_leader() {
  local now
  now=$(leader)
  [[ -n $now && $now != "$old" ]]
}

count_candidates() {
  case $group in
    order-service) nodes | grep --count '^order-service' ;;
    shard-*) servers_of "$group" | wc --lines ;;
    consul) nodes | grep --count '^consul-[0-9]' ;;
  esac
}

old=$(leader)
[[ -n $old ]] || die "$group has no leader"
hypothesis "when $old, the leader of $group, is killed, another takes over, and nothing acknowledged is lost"
start_load
sleep 5
killed=$(milliseconds)
inject kill "$old"
if (($(count_candidates) > 1)); then
  sleep 1
  expect "$group has another leader within 45 s" within 45 has_another_leader
  say observe "$(leader) leads $(($(milliseconds) - killed)) ms later"
  sleep 5
fi
heal
expect "$old is ready again" within 120 node_is_ready "$old"
expect "$group has a leader" within 45 has_leader
sleep 5
stop_load
expect_guarantees
verdict
