# shellcheck shell=bash
# What the experiments share: orders from the outside, the promises that are checked after each, and the verdict.
# Breaking and mending nodes is up to the target's driver, chaos/targets/TARGET.sh. Needs bash 5 and curl.
#
# An experiment ends with 0 if its hypothesis held, with 1 if not, and with 2 if it could not be made here.

repository=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
run=CHAOS-$EPOCHSECONDS-$$
target=local
rate=4
arguments=()
restorations=()
failures=0
stocked=100000
# In cents, and likely to be no other order's: by it the orders of this run are known in the acquirer's journal.
price=$((1000 + RANDOM % 9000))
# How long a shopper repeats a request, and waits for an order's end.
patience_s=120

refuse() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 2
}

# begin "$@" : reads the command line, and makes sure that whatever happens what was broken is mended
begin() {
  while (($# > 0)); do
    case $1 in
      --target) target=${2:?--target needs one of local, compose, k8s} && shift ;;
      --rate) rate=${2:?--rate needs a number of orders a second} && shift ;;
      --help | -h) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" && exit ;;
      -*) refuse "does not know $1; see --help" ;;
      *) arguments+=("$1") ;;
    esac
    shift
  done
  [[ -f $repository/chaos/targets/$target.sh ]] || refuse "there is no target $target; there are local, compose and k8s"
  evidence=$(mktemp --directory)
  trap 'finish $?' EXIT
  trap 'exit 130' INT TERM
  # shellcheck source-path=SCRIPTDIR source=targets/compose.sh
  source "$repository/chaos/targets/$target.sh"
  gateway=$(gateway_url)
  [[ -n $gateway ]] || refuse "no platform runs at target $target"
}

# Mends in the opposite order.
finish() {
  local status=$1 i
  trap '' INT TERM
  touch "$evidence/stop" "$evidence/abandon"
  for ((i = ${#restorations[@]} - 1; i >= 0; i--)); do
    say restore "${restorations[i]}"
    eval "${restorations[i]}" || say restore "failed: ${restorations[i]}"
  done
  wait
  rm -r "$evidence"
  ((status < 128)) || printf '\nINTERRUPTED: no verdict. What was broken is mended.\n'
}

say() { printf '%-12s%s\n' "$1" "${*:2}"; }

# on_exit COMMAND... : is run at the end, also if that comes early
on_exit() { restorations+=("${*@Q}"); }

# Nothing is left to be mended.
mended() { restorations=(); }

# inject COMMAND...
inject() {
  say inject "$*"
  "$@"
}

# hypothesis TEXT : and the proof that the platform is well before anything is broken
hypothesis() {
  say target "$target, $gateway"
  say hypothesis "$1"
  api PUT "/api/catalogue/$run" "{\"name\": \"Something to order\", \"price\": {\"minorUnits\": $price, \"currency\": \"EUR\"}}" \
    > "$evidence/answer" || refuse "the platform takes no product: $(<"$evidence/answer")"
  api PUT "/api/stock/$run/receipts/first" "{\"quantity\": $stocked}" > "$evidence/answer" ||
    refuse "the platform takes no goods: $(<"$evidence/answer")"
  shop 0
  [[ $(ends CONFIRMED) == 1 ]] || refuse "the platform is not well: before anything was broken an order was $(<"$evidence/orders")"
}

# api METHOD PATH [BODY] : by the gateway; repeats what was not answered
api() {
  curl --silent --show-error --fail-with-body --max-time 5 --retry 3 --retry-connrefused --retry-delay 1 --request "$1" \
    --header 'Content-Type: application/json' ${3:+--data "$3"} "$gateway$2"
}

milliseconds() {
  local microseconds=${EPOCHREALTIME/[.,]/}
  echo $((microseconds / 1000))
}

# shop NUMBER : a shopper as they ought to be, who repeats a request with the same key until it is answered, and follows
# the order to its end. Leaves a line: number, attempts, ms to the acknowledgement, order, end, ms to the end.
shop() {
  local begin id='-' end=NONE attempts=0 acknowledged=0 answer
  begin=$(milliseconds)
  while (($(milliseconds) - begin < patience_s * 1000)) && [[ ! -e $evidence/abandon ]]; do
    if [[ $id == - ]]; then
      ((++attempts))
      answer=$(curl --silent --fail --max-time 10 --header 'Content-Type: application/json' \
        --header "Idempotency-Key: $run-$1" "$gateway/api/orders" --data \
        "{\"customer\": \"$run-$1\", \"paymentMethod\": \"card-visa\", \"lines\": [{\"sku\": \"$run\", \"quantity\": 1}]}") || answer=''
    else
      answer=$(curl --silent --fail --max-time 5 "$gateway/api/orders/$id") || answer=''
    fi
    if [[ $id == - && $answer =~ \"id\":\"([^\"]+)\" ]]; then
      id=${BASH_REMATCH[1]}
      acknowledged=$(($(milliseconds) - begin))
    fi
    if [[ $answer =~ \"status\":\"([A-Z]+)\" ]]; then
      end=${BASH_REMATCH[1]}
    fi
    [[ $end != CONFIRMED && $end != REJECTED ]] || break
    sleep 0.4
  done
  echo "$1 $attempts $acknowledged $id $end $(($(milliseconds) - begin))" >> "$evidence/orders"
}

# Orders come from here on, at a steady rate, whatever becomes of them.
begin_load() {
  local pause
  pause=$(awk -v rate="$rate" 'BEGIN { print 1 / rate }')
  say load "$rate orders a second"
  {
    trap - EXIT INT TERM
    number=0
    while [[ ! -e $evidence/stop ]]; do
      ((++number))
      shop "$number" &
      sleep "$pause"
    done
    wait
  } &
  load=$!
}

# No further orders; returns when all have come to their end, or were given up.
end_load() {
  touch "$evidence/stop"
  wait "$load"
  say observe "$(summary)"
}

# ends STATUS : how many orders came to this end
ends() { awk -v status="$1" '$5 == status { n++ } END { print n + 0 }' "$evidence/orders"; }

# largest COLUMN
largest() { awk -v column="$1" '$column > most { most = $column } END { print most + 0 }' "$evidence/orders"; }

summary() {
  awk '{ n++; again += $2 > 1; unknown += $4 == "-"; ends[$5]++; if ($3 > a) a = $3; if ($6 > e) e = $6 }
    END { printf "%d orders:", n; for (end in ends) printf " %d %s,", ends[end], end
      printf " %d asked again, %d never acknowledged; longest wait %.1f s to be acknowledged, %.1f s to the end\n",
        again, unknown, a / 1000, e / 1000 }' "$evidence/orders"
}

# expect WHAT COMMAND... : an assertion
expect() {
  if "${@:2}"; then
    say ok "$1"
  else
    say FAILED "$1"
    ((++failures))
  fi
}

# within SECONDS COMMAND... : whether it comes true in that time
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

at_most() {
  (($1 <= $2)) || { say '' "found $1, expected at most $2" && return 1; }
}

# metric NODE NAME : the sum of a metric's values; nothing from a node that does not answer
metric() {
  node_request "$1" management GET /actuator/prometheus 2> /dev/null |
    awk -v name="$2" 'index($1, name) == 1 && $1 ~ "^" name "({|$)" { sum += $NF; seen = 1 } END { if (seen) print sum }'
}

# faults JSON : what is to go wrong at the acquirer from now on
faults() { node_request acquirer-simulator-1 application PUT /faults "$1" > /dev/null; }

no_faults() { node_request acquirer-simulator-1 application DELETE /faults > /dev/null; }

# journal KIND : how many of this run's payments the acquirer really came to that with; twice the same is told
journal() {
  local after=0 page last
  while page=$(node_request acquirer-simulator-1 application GET "/journal?after=$after&limit=1000") &&
    [[ $page =~ \"last\":([0-9]+) ]]; do
    last=${BASH_REMATCH[1]}
    grep "\"kind\":\"$1\".*\"minorUnits\":$price," <<< "${page//'{"sequence"'/$'\n'}" | grep --only-matching '"paymentId":"[^"]*"' || true
    after=$((after + 1000))
    ((after < last)) || break
  done
}

taken() { echo $(($(journal CAPTURED | sort --unique | wc --lines) - $(journal REFUNDED | sort --unique | wc --lines))); }

in_stock() { [[ $(api GET "/api/stock/$run") =~ \"available\":([0-9]+) ]] && echo "${BASH_REMATCH[1]}"; }

stock_is_right() { [[ $(in_stock) == $((stocked - $(ends CONFIRMED))) ]]; }

money_is_right() { [[ $(taken) == $(ends CONFIRMED) && -z $(journal CAPTURED | sort | uniq --repeated) ]]; }

# What must hold whatever was broken.
expect_promises() {
  expect 'each shopper got an order of their own' \
    equal "$(awk '$4 != "-" { print $4 }' "$evidence/orders" | sort | uniq --repeated | wc --lines)" 0
  expect 'every order was acknowledged in the end' equal "$(awk '$4 == "-"' "$evidence/orders" | wc --lines)" 0
  expect 'no acknowledged order is lost: each is CONFIRMED or REJECTED' \
    equal "$(awk '$4 != "-" && $5 != "CONFIRMED" && $5 != "REJECTED"' "$evidence/orders" | wc --lines)" 0
  expect 'stock: delivered less confirmed is what is there' within 60 stock_is_right
  expect "money: as many payments taken as orders confirmed, none twice, by the acquirer's journal" within 60 money_is_right
}

# The last line of every experiment.
verdict() {
  echo
  if ((failures == 0)); then
    printf 'HELD: %s on %s\n' "${0##*/}" "$target"
    exit 0
  fi
  printf 'DID NOT HOLD: %s on %s, %d assertions failed\n' "${0##*/}" "$target" "$failures"
  exit 1
}
