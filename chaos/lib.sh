# shellcheck shell=bash
# Shared by all chaos experiments: faults, load, observations, and the guarantees checked after each run.
# targets/TARGET.sh reaches the nodes of a target. Needs bash 5 and curl.
#
# An experiment exits with 0 if its hypothesis held, with 1 if it did not, and with 2 if it cannot run on this target.
#
# A fault has a name, a target and parameters: inject_NAME TARGET [PARAMETER] injects it and heal_NAME TARGET [PARAMETER]
# heals it, with underscores for dashes. A fault without a heal function heals by itself. The names are those of
# ./faultline prove --only. A new fault is a pair of functions: in each targets/*.sh if it affects nodes, or in its script.

repository=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
run=CHAOS-$EPOCHSECONDS-$$
target=local
rate=4
arguments=()
active_faults=()
failures=0
has_verdict=
initial_stock=100000
# In cents, and probably unique: it identifies this run's payments in the acquirer's journal.
price=$((1000 + RANDOM % 9000))
client_timeout_s=120

die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 2
}

# setup "$@" : parses the command line, and heals every fault on exit, even if interrupted
setup() {
  while (($# > 0)); do
    case $1 in
      --target) target=${2:?--target needs one of local, compose, k8s} && shift ;;
      --rate) rate=${2:?--rate needs a number of orders per second} && shift ;;
      --help | -h) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" && exit ;;
      -*) die "unknown option $1; see --help" ;;
      *) arguments+=("$1") ;;
    esac
    shift
  done
  [[ -f $repository/chaos/targets/$target.sh ]] || die "unknown target $target; the targets are local, compose and k8s"
  results=$(mktemp --directory)
  trap 'teardown $?' EXIT
  trap 'exit 130' INT TERM
  # shellcheck source-path=SCRIPTDIR source=targets/compose.sh
  source "$repository/chaos/targets/$target.sh"
  gateway=$(gateway_url)
  [[ -n $gateway ]] || die "no platform is running on target $target"
}

teardown() {
  local status=$1 healed='All faults are healed.'
  trap '' INT TERM
  touch "$results/stop_load" "$results/abandon_orders"
  heal || healed='SOME FAULTS ARE NOT HEALED: see above.'
  ! declare -F close_target > /dev/null || close_target
  wait
  rm -r "$results"
  if ((status >= 128)); then
    printf '\nINTERRUPTED: no verdict. %s\n' "$healed"
  elif ((status != 2)) && [[ -z $has_verdict ]]; then
    printf '\nNO VERDICT: a step failed with %d. %s\n' "$status" "$healed"
    exit 2
  elif [[ $healed == SOME* ]]; then
    printf '\n%s\n' "$healed"
  fi
}

say() { printf '%-12s%s\n' "$1" "${*:2}"; }

# fault_function inject|heal NAME : the function, or an empty string if there is none
fault_function() { declare -F "$1_${2//-/_}" || true; }

# require_fault NAME
require_fault() { [[ -n $(fault_function inject "$1") ]] || die "target $target has no fault $1"; }

# inject NAME TARGET [PARAMETER]
inject() {
  local function
  require_fault "$1"
  function=$(fault_function inject "$1")
  # Before the attempt, so that a fault that is only partly injected is healed too.
  active_faults+=("${*@Q}")
  say inject "$*"
  "$function" "${@:2}"
}

# Heals all active faults, the latest first.
heal() {
  local i fault function status=0
  for ((i = ${#active_faults[@]} - 1; i >= 0; i--)); do
    eval "fault=(${active_faults[i]})"
    function=$(fault_function heal "${fault[0]}")
    if [[ -n $function ]]; then
      say heal "${fault[0]} ${fault[1]}"
      # In a shell of its own, because it may exit, and the other faults have to be healed too.
      ("$function" "${fault[@]:1}") || { say heal "failed: ${fault[0]} ${fault[1]}" && status=1 && continue; }
    fi
    unset "active_faults[i]"
  done
  return "$status"
}

# Acquirer faults use its fault API; the parameter is the body of PUT /faults.
configure_acquirer() { node_request "$1" application PUT /faults "$2" > /dev/null; }

reset_acquirer() { node_request "$1" application DELETE /faults > /dev/null; }

# token CLIENT : an access token, which is used for three minutes, and is valid for five. One of those that find it old gets
# another; meanwhile the others use the old one, because all of them at once would take seconds.
token() {
  local file=$results/token.$1 written=$results/token.$1.$BASHPID response
  if [[ ! -s $file ]] || { [[ -n $(find "$file" -mmin +3) ]] && mkdir "$file.refresh" 2> /dev/null; }; then
    response=$(curl --silent --fail --max-time 5 --retry 3 --retry-connrefused --retry-delay 1 \
      --config <(printf 'user = "%s:%s"\n' "$1" "$(client_secret "$1")") --data grant_type=client_credentials \
      "$gateway/oauth2/token") || response=''
    if [[ $response =~ \"access_token\":\"([^\"]+)\" ]]; then
      echo "${BASH_REMATCH[1]}" > "$written" && mv "$written" "$file"
    fi
    rmdir "$file.refresh" 2> /dev/null || true
  fi
  [[ ! -s $file ]] || cat "$file"
}

# authorization CLIENT : a header. curl reads it from a file, because everybody can see a program's arguments.
authorization() { echo "Authorization: Bearer $(token "$1")"; }

# hypothesis TEXT : also checks that the platform is healthy before the first fault
hypothesis() {
  say target "$target, $gateway"
  say hypothesis "$1"
  api PUT "/api/catalogue/$run" "{\"name\": \"Chaos experiment\", \"price\": {\"minorUnits\": $price, \"currency\": \"EUR\"}}" \
    > "$results/response" || die "the platform rejected a product: $(<"$results/response")"
  api PUT "/api/stock/$run/receipts/first" "{\"quantity\": $initial_stock}" > "$results/response" ||
    die "the platform rejected a goods receipt: $(<"$results/response")"
  place_order 0
  [[ $(count_orders CONFIRMED) == 1 ]] || die "the platform is unhealthy: an order without any fault ended as $(<"$results/orders")"
}

# api METHOD PATH [BODY] : through the gateway, as the clerk, with retries
api() {
  curl --silent --show-error --fail-with-body --max-time 5 --retry 3 --retry-connrefused --retry-delay 1 --request "$1" \
    --header @<(authorization clerk) --header 'Content-Type: application/json' ${3:+--data "$3"} "$gateway$2"
}

milliseconds() {
  local microseconds=${EPOCHREALTIME/[.,]/}
  echo $((microseconds / 1000))
}

# place_order NUMBER : a well-behaved client, which retries with the same idempotency key until the order is acknowledged,
# then polls it until it is complete. Appends a line to orders: number, attempts, ms to the acknowledgement, id, status,
# ms to completion.
place_order() {
  local begin id='-' status=NONE attempts=0 acknowledged=0 response
  begin=$(milliseconds)
  while (($(milliseconds) - begin < client_timeout_s * 1000)) && [[ ! -e $results/abandon_orders ]]; do
    if [[ $id == - ]]; then
      ((++attempts))
      response=$(curl --silent --fail --max-time 10 --header @<(authorization shop) --header 'Content-Type: application/json' \
        --header "Idempotency-Key: $run-$1" "$gateway/api/orders" --data \
        "{\"customer\": \"$run-$1\", \"paymentMethod\": \"card-visa\", \"lines\": [{\"sku\": \"$run\", \"quantity\": 1}]}") || response=''
    else
      response=$(curl --silent --fail --max-time 5 --header @<(authorization shop) "$gateway/api/orders/$id") ||
        { response='' && echo "$1" >> "$results/failed_reads"; }
    fi
    if [[ $id == - && $response =~ \"id\":\"([^\"]+)\" ]]; then
      id=${BASH_REMATCH[1]}
      acknowledged=$(($(milliseconds) - begin))
    fi
    if [[ $response =~ \"status\":\"([A-Z]+)\" ]]; then
      status=${BASH_REMATCH[1]}
    fi
    [[ $status != CONFIRMED && $status != REJECTED ]] || break
    sleep 0.4
  done
  echo "$1 $attempts $acknowledged $id $status $(($(milliseconds) - begin))" >> "$results/orders"
}

# Open-loop load: orders arrive at a fixed rate, whether or not earlier ones are complete.
start_load() {
  local interval
  interval=$(awk -v rate="$rate" 'BEGIN { print 1 / rate }')
  say load "$rate orders per second"
  {
    trap - EXIT INT TERM
    number=0
    while [[ ! -e $results/stop_load ]]; do
      ((++number))
      place_order "$number" &
      sleep "$interval"
    done
    wait
  } &
  load=$!
}

# Stops the load; returns when every order is complete or its client timed out.
stop_load() {
  touch "$results/stop_load"
  wait "$load"
  say observe "$(summary)"
}

# count_orders STATUS
count_orders() { awk -v status="$1" '$5 == status { n++ } END { print n + 0 }' "$results/orders"; }

# max_column COLUMN
max_column() { awk -v column="$1" '$column > max { max = $column } END { print max + 0 }' "$results/orders"; }

summary() {
  awk '{ n++; retried += $2 > 1; unknown += $4 == "-"; count[$5]++; if ($3 > a) a = $3; if ($6 > c) c = $6 }
    END { printf "%d orders:", n; for (status in count) printf " %d %s,", count[status], status
      printf " %d retried, %d never acknowledged; at most %.1f s to the acknowledgement, %.1f s to completion\n",
        retried, unknown, a / 1000, c / 1000 }' "$results/orders"
}

# expect CLAIM COMMAND... : an assertion
expect() {
  if "${@:2}"; then
    say ok "$1"
  else
    say FAILED "$1"
    ((++failures))
  fi
}

# within SECONDS COMMAND... : retries the command until it succeeds or the time is over
within() {
  local deadline=$((EPOCHSECONDS + $1))
  until "${@:2}"; do
    ((EPOCHSECONDS < deadline)) || return 1
    sleep 0.5
  done
}

equal() {
  [[ $1 == "$2" ]] || { say '' "found $1, expected $2" && return 1; }
}

at_least() {
  (($1 >= $2)) || { say '' "found $1, expected at least $2" && return 1; }
}

at_most() {
  (($1 <= $2)) || { say '' "found $1, expected at most $2" && return 1; }
}

# node_request NODE application|management METHOD PATH [BODY] : as the operator, from inside the node, so that it works
# during a partition. Fails if the node does not respond with 2xx. A node that speaks TLS believes its own certificate.
node_request() {
  local port=8080 authorization='Accept: */*' response
  [[ $4 == /actuator/prometheus ]] || authorization=$(authorization operator)
  [[ $2 == application ]] || port=8081
  # shellcheck disable=SC2016 # the node's bash expands it
  response=$(in_node "$1" bash -c 'request() { printf "%s %s HTTP/1.0\r\nHost: localhost\r\n%s\r\n" "$1" "$2" "$4" &&
      printf "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" "${#3}" "$3"; }
    if [[ $0 == 8080 && -e /run/node/ca.pem ]]; then
      request "$@" | timeout 5 openssl s_client -quiet -verify_quiet -verify_return_error -connect "127.0.0.1:$0" \
        -CAfile /run/node/ca.pem -cert /run/node/node.pem -key /run/node/node.key 2> /dev/null
    else
      exec 3<>"/dev/tcp/127.0.0.1/$0" && request "$@" >&3 && timeout 5 cat <&3
    fi' "$port" "$3" "$4" "${5:-}" "$authorization") && [[ $response =~ ^HTTP/[0-9.]+\ 2 ]] && sed '1,/^\r$/d' <<< "$response"
}

# Asks one Consul server after the other; empty if none knows a leader.
consul_leader() {
  local server leader
  for server in $(nodes | grep --extended-regexp '^consul(-[0-9])?$'); do
    leader=$(in_node "$server" consul operator raft list-peers 2> /dev/null | awk '$4 == "leader" { print $1 }') || continue
    [[ -z $leader ]] || break
  done
  echo "${leader:-}"
}

# metric NODE NAME [LABEL] : the sum over all labels, or over those with LABEL; empty if the node does not respond
metric() {
  node_request "$1" management GET /actuator/prometheus 2> /dev/null |
    awk -v name="$2" -v label="${3:-}" 'index($1, name) == 1 && $1 ~ "^" name "({|$)" && index($1, label) { sum += $NF; seen = 1 }
      END { if (seen) print sum }'
}

# failed_payment_requests : by all instances of payment-service since their start
failed_payment_requests() {
  local node
  for node in $(nodes | grep '^payment-service'); do
    metric "$node" resilience4j_circuitbreaker_calls_seconds_count 'kind="failed"'
  done | awk '{ sum += $1 } END { printf "%d\n", sum }'
}

# journal KIND : one line for each entry of this kind in the acquirer's journal that belongs to this run, sorted
journal() { entries "$1" | LC_ALL=C sort; }

entries() {
  local after=0 page last
  while true; do
    page=$(node_request acquirer-simulator-1 application GET "/journal?after=$after&limit=1000") || return 1
    [[ $page =~ \"last\":([0-9]+) ]] || return 1
    last=${BASH_REMATCH[1]}
    grep "\"kind\":\"$1\".*\"minorUnits\":$price," <<< "${page//'{"sequence"'/$'\n'}" | grep --only-matching '"paymentId":"[^"]*"' || true
    after=$((after + 1000))
    ((after < last)) || break
  done
}

available_stock() { [[ $(api GET "/api/stock/$run") =~ \"available\":([0-9]+) ]] && echo "${BASH_REMATCH[1]}"; }

stock_is_conserved() { [[ $(available_stock) == $((initial_stock - $(count_orders CONFIRMED))) ]]; }

# A payment has the id of its order. Repeated charges and refunds are lines of their own.
money_is_conserved() {
  journal CHARGED > "$results/charged" && journal REFUNDED > "$results/refunded" || return 1
  awk '$5 == "CONFIRMED" { printf "\"paymentId\":\"%s\"\n", $4 }' "$results/orders" | LC_ALL=C sort > "$results/confirmed"
  [[ -z $(LC_ALL=C comm -13 "$results/charged" "$results/refunded") ]] &&
    LC_ALL=C comm -23 "$results/charged" "$results/refunded" | cmp --silent - "$results/confirmed"
}

# Under a fault that no client may notice.
expect_no_failure() {
  expect 'no order had to be sent again' equal "$(awk '$2 > 1' "$results/orders" | wc --lines)" 0
  expect 'no read failed' test ! -s "$results/failed_reads"
}

# What docs/guarantees.md promises under any fault.
expect_guarantees() {
  expect 'no order is duplicated' \
    equal "$(awk '$4 != "-" { print $4 }' "$results/orders" | sort | uniq --repeated | wc --lines)" 0
  expect 'every order is acknowledged' equal "$(awk '$4 == "-"' "$results/orders" | wc --lines)" 0
  expect 'no acknowledged order is lost: each is CONFIRMED or REJECTED' \
    equal "$(awk '$4 != "-" && $5 != "CONFIRMED" && $5 != "REJECTED"' "$results/orders" | wc --lines)" 0
  expect 'stock is conserved: available = received - confirmed' within 60 stock_is_conserved
  expect "money is conserved: the acquirer's journal has one charge for each confirmed order" within 60 money_is_conserved
}

# The last line of every experiment.
verdict() {
  has_verdict=yes
  echo
  if ((failures == 0)); then
    printf 'HELD: %s on %s\n' "${0##*/}" "$target"
    exit 0
  fi
  printf 'DID NOT HOLD: %s on %s, %d assertions failed\n' "${0##*/}" "$target" "$failures"
  exit 1
}
