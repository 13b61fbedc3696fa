#!/bin/sh
# SPDX-License-Identifier: ISC
# it_crowd.sh - the simulated fleet of any size is what its seed says: who is
# dead or resets is told so, all others show two certificates of their own
# that are right, and after a change only those that change show others.
set -eu
B=$(realpath "${B:-build}")
export B

if [ "${1:-}" = inside ]; then	# with a crowd around us
	dir=$2 mode=$3
	look() {
		timeout 60 "$B/cwaudit" audit -i "$dir/inventory.yaml" \
		    --mode "$mode" -o json >"$dir/$1.json" || [ $? -le 3 ]
		jq -r '.endpoints[] | "\(.host) \(.kind) \(.outcome) " +
		    "\(.certificate.sha256) \(.findings | map(.rule) |
		    join(","))"' "$dir/$1.json" >"$dir/$1"
	}
	look before
	kill -USR1 "$(cat "$dir/crowd.pid")"
	look after
	exit 0
fi

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
faults=0
is() {		# what, wanted, got
	[ "$2" = "$3" ] && return
	echo "it_crowd: $1: wanted $2, got $3"
	faults=$((faults + 1))
}
count() { grep -c -e "$1" "$2" || :; }
run() {		# mode, option...
	mode=$1
	shift
	"$B/crowd" --seed 7 --dead 60 --reset 50 --slow 40 --change 100 \
	    "$@" "$dir" sh "$0" inside "$dir" "$mode"
	sort "$dir/before" "$dir/after" | uniq -u | cut -d' ' -f1 |
	    sort -u >"$dir/changed"
}

run hello --hosts 300 --timeout 2s
# what the seed made, once and for all
is dead 40 "$(count ' timeout ' "$dir/before")"
is resets 38 "$(count ' reset ' "$dir/before")"
is observed 522 "$(count ' observed ' "$dir/before")"
is "wrong certificates" 0 "$(count ' observed [0-9a-f]* .' "$dir/before")"
is "different certificates" 522 "$(grep ' observed ' "$dir/before" |
    cut -d' ' -f4 | sort -u | wc -l)"
is "hosts that changed" 36 "$(wc -l <"$dir/changed")"
cp "$dir/changed" "$dir/canned"
cp "$dir/inventory.yaml" "$dir/first.yaml"

# a loaded machine, or a build with a sanitizer, signs slowly
run handshake --hosts 300 --timeout 15s --real
is "another inventory" 0 "$(diff "$dir/first.yaml" "$dir/inventory.yaml" |
    grep '^[<>]' | grep -cv ' timeout: ')"
is "other hosts changed" 0 "$(diff "$dir/canned" "$dir/changed" | wc -l)"
is "observed, really" 522 "$(count ' observed ' "$dir/before")"
is "wrong, really" 0 "$(count ' observed [0-9a-f]* .' "$dir/before")"
is proofs 522 "$(jq '[.endpoints[] | select(.proof == "finished" or
    .proof == "signature")] | length' "$dir/before.json")"
[ $faults = 0 ]
echo "it_crowd: 300 hosts of a seed, canned and real"
