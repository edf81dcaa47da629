#!/usr/bin/env bash
# cut-off.sh [--target local|compose] [--rate N] [SHARD]
# The primary of a shard, by default shard-1's, answers nobody for about 10 seconds, and nothing promotes its standby: each
# read has to choose between consistency and availability (CAP).
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
setup "$@"
[[ $target != k8s ]] || die 'on k8s an operator may replace a primary that is paused'
shard=${arguments[0]:-shard-1}

# reads CONSISTENCY : reads twelve orders at once; for each a line with status code, Served-By, Staleness-Ms and the body
reads() {
  local id reading=()
  for id in $(awk '$4 != "-" { print $4 }' "$results/orders" | head --lines=12); do
    curl --silent --max-time 10 --header @<(authorization shop) --header "Consistency: $1" --output "$results/body.$id" \
      --write-out "%{http_code} %header{served-by} %header{staleness-ms} $id\n" "$gateway/api/orders/$id" >> "$results/$1" &
    reading+=($!)
  done
  wait "${reading[@]}"
}

# refused_in_words : the strong reads that were answered 503, with the reason
refused_in_words() {
  local id count=0
  while read -r id; do
    ! grep --quiet 'primary of a shard does not answer' "$results/body.$id" || ((++count))
  done < <(awk '$1 == 503 { print $NF }' "$results/strong")
  echo "$count"
}

strong_reads_succeed() {
  rm --force "$results/strong"
  reads strong
  ! grep --quiet --invert-match '^200' "$results/strong"
}

primary=$(primary_of "$shard")
[[ $(servers_of "$shard" | wc --lines) -gt 1 ]] ||
  die "$shard has no standby on $target; docs/faults.md says where there are some"
promoter=$(nodes | grep '^failover-' || true)
hypothesis "while $primary answers nobody, strong reads of its shard are refused with the reason, and eventual ones are answered and say how old they are"
start_load
sleep 5
expect 'strong reads are answered' within 30 strong_reads_succeed
[[ -z $promoter ]] || inject pause "$promoter"
inject pause "$primary"
sleep 6
reads eventual
rm "$results/strong"
reads strong
say observe "strong reads: $(cut --delimiter=' ' --fields=1 "$results/strong" | sort | uniq --count | xargs)"
expect 'strong reads of the shard were refused' at_least "$(grep --count '^503' "$results/strong")" 1
expect 'each of them with the reason' equal "$(refused_in_words)" "$(grep --count '^503' "$results/strong")"
expect 'all others were answered by primaries' equal "$(grep --count --invert-match --extended-regexp '^(503|200 primary)' "$results/strong")" 0
expect 'every eventual read was answered' equal "$(grep --count --invert-match '^200' "$results/eventual")" 0
expect "the oldest was said to be 5 s old or older" at_least "$(awk '$2 == "replica" && $3 > max { max = $3 } END { print max + 0 }' "$results/eventual")" 5000
heal
expect "$primary is ready again" within 60 node_is_ready "$primary"
expect 'strong reads are answered again' within 60 strong_reads_succeed
sleep 5
stop_load
expect_guarantees
verdict
