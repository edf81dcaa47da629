#!/usr/bin/env bash
# leader-kill.sh [--target local|compose|k8s] [--rate N] [ROLE]
# Kills whoever has a role while orders come in. The roles: checkout, who drives overdue orders on (if none is named);
# shard-1 or shard-2, the shard's primary; consul, the leader of its servers.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
begin "$@"
role=${arguments[0]:-checkout}

leader() {
  local node
  case $role in
    checkout)
      for node in $(nodes | grep '^order-service'); do
        [[ $(metric "$node" faultline_checkout_sweep_leader) != 1 ]] || echo "$node"
      done
      ;;
    shard-*) primary_of "$role" ;;
    consul) leading_consul ;;
    *) refuse "knows no leader of $role" ;;
  esac
}

is_led() { [[ -n $(leader) ]]; }

# How many can have the role.
candidates() {
  case $role in
    checkout) nodes | grep --count '^order-service' ;;
    shard-*) servers_of "$role" | wc --lines ;;
    consul) nodes | grep --count '^consul-[0-9]' ;;
  esac
}

old=$(leader)
[[ -n $old ]] || refuse "nobody leads $role"
hypothesis "$old, which leads $role, is killed; another takes over, and nothing that was acknowledged is lost"
begin_load
sleep 5
on_exit node_revive "$old"
killed=$(milliseconds)
inject node_kill "$old"
if (($(candidates) > 1)); then
  sleep 1
  expect "$role is led again within 45 s" within 45 is_led
  say observe "$(leader) leads $(($(milliseconds) - killed)) ms later"
  sleep 5
fi
say heal "$old"
node_revive "$old"
mended
expect "$old is ready again" within 120 node_is_ready "$old"
expect "$role is led" within 45 is_led
sleep 5
end_load
expect_promises
verdict
