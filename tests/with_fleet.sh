# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# with_fleet.sh - sourced by scripts that need the simulated fleet.
# fleet_start [OPTION...]: starts $B/fleet; sets $dir (inventory.yaml,
# expect.jsonl, client.pem) and $fleet_pid. The caller's exit ends both.
: "${B:=build}"
dir=''
fleet_pid=''

fleet_stop() {
	[ -z "$fleet_pid" ] || kill "$fleet_pid" 2>/dev/null || :
	[ -z "$fleet_pid" ] || wait "$fleet_pid" 2>/dev/null || :
	[ -z "$dir" ] || rm -rf "$dir"
	fleet_pid=''
	dir=''
}

fleet_start() {
	dir=$(mktemp -d) || exit 1
	trap fleet_stop EXIT
	trap 'exit 1' INT TERM HUP
	"$B/fleet" --dir "$dir" --ready-file "$dir/ready" --quiet "$@" \
	    >"$dir/fleet.log" 2>&1 &
	fleet_pid=$!
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		[ ! -s "$dir/ready" ] || return 0
		kill -0 "$fleet_pid" 2>/dev/null || break
		sleep 0.5
	done
	cat "$dir/fleet.log" >&2
	echo "the simulated fleet did not start" >&2
	exit 1
}
