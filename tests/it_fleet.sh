#!/bin/sh
# SPDX-License-Identifier: ISC
# it_fleet.sh - audits the simulated fleet with the real command and compares
# what it finds with what the fleet's table says it must: a finding that is
# missing fails, and one too many fails as well.
set -eu
. "$(dirname "$0")/with_fleet.sh"
export LC_ALL=C		# one order for sort and comm

fleet_start --time 120
status=0
timeout 100 "$B/cwaudit" audit -i "$dir/inventory.yaml" -o json \
    >"$dir/audit.json" 2>"$dir/audit.err" || status=$?
[ $status = 1 ] || {
	cat "$dir/audit.err" >&2
	echo "it_fleet: exit status $status, not 1 (findings)" >&2
	exit 1
}

# Each finding as lines "host kind site rule", "... rule/severity" and, if it
# is waived, "... rule/waived".
text='map(if . == "" then "-" else . end) | join(" ")'
jq -r '(.endpoints[] | . as $e | .findings[] | [$e.host, $e.kind, $e.site, .]),
    (.findings[] | if .host then [.host, "host", "", .]
	else ["", "wide", .site // "", .] end) |
    .[3] as $f | .[:3] + ([$f.rule, "\($f.rule)/\($f.severity)"] +
	(if $f.waived then ["\($f.rule)/waived"] else [] end) |
	map([.]))[] | '"$text" "$dir/audit.json" | sort -u >"$dir/known"
grep -v '/[a-z]*$' "$dir/known" >"$dir/found" || :
jq -r "select(.tolerated | not) | [.host, .kind, .site, .rule] | $text" \
    "$dir/expect.jsonl" | sort -u >"$dir/wanted"
jq -r "[.host, .kind, .site, .rule] | $text" "$dir/expect.jsonl" |
    sed 's,/[a-z]*$,,' | sort -u >"$dir/allowed"

comm -13 "$dir/known" "$dir/wanted" | sed 's/^/missing: /' >"$dir/faults"
comm -23 "$dir/found" "$dir/allowed" | sed 's/^/surplus: /' >>"$dir/faults"
cat "$dir/faults"
echo "it_fleet: $(wc -l <"$dir/wanted") findings expected," \
    "$(wc -l <"$dir/found") found, $(wc -l <"$dir/faults") wrong"

# Nothing of the table may have been skipped: every port gave an answer.
jq -e '[.endpoints[] | select(.outcome == "not-tried")] == []' \
    "$dir/audit.json" >/dev/null ||
    { echo "it_fleet: some endpoints were not tried"; exit 1; }
[ ! -s "$dir/faults" ]

# Short of descriptors, the auditor says so of itself: a port shows what it
# showed before or was not tried, and nothing is refused or silent for it.
outcomes='.endpoints[] | "\(.host) \(.kind) \(.port) \(.outcome)"'
jq -r "$outcomes" "$dir/audit.json" | sort >"$dir/outcomes"
few() {		# descriptors -> few.json, few.err, status
	status=0
	# shellcheck disable=SC3045  # dash and bash have it
	(ulimit -n "$1" && timeout 100 "$B/cwaudit" audit \
	    -i "$dir/inventory.yaml" -o json) >"$dir/few.json" \
	    2>"$dir/few.err" || status=$?
}
few 40
jq -r "$outcomes" "$dir/few.json" | sort | comm -13 "$dir/outcomes" - |
    grep -v ' not-tried$' >"$dir/faults" || :
cat "$dir/faults"
[ $status = 1 ] && [ ! -s "$dir/faults" ] || {
	echo "it_fleet: 40 descriptors: exit status $status, or ports blamed"
	exit 1
}
few 12
grep -q '12 descriptors are allowed (ulimit -n), at least' "$dir/few.err" &&
    [ $status = 2 ] || {
	cat "$dir/few.err"
	echo "it_fleet: 12 descriptors: exit status $status, not 2 and why"
	exit 1
}
echo "it_fleet: short of descriptors, no port was blamed"
