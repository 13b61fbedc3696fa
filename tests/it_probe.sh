#!/bin/sh
# SPDX-License-Identifier: ISC
# it_probe.sh - hosts of the simulated fleet, probed by address as if nobody
# had described them. What the inventory of the fleet says, and what an audit
# by it finds, must come out again.
set -eu
. "$(dirname "$0")/with_fleet.sh"
fleet_start --time 120

fail() {
	echo "it_probe: $*" >&2
	cat "$dir/out" "$dir/err" >&2
	exit 1
}

probe() {	# status argument...
	wanted=$1 status=0
	shift
	COLUMNS=200 timeout 50 "$B/cwaudit" probe "$@" \
	    >"$dir/out" 2>"$dir/err" || status=$?
	[ $status = "$wanted" ] ||
	    fail "probe $*: exit status $status, not $wanted"
}

says() {
	for words in "$@"; do
		grep -q -e "$words" "$dir/out" "$dir/err" ||
		    fail "does not say \"$words\""
	done
}

# The places of a host: ADDRESS:PORT of each of its endpoints.
"$B/cwaudit" inventory -i "$dir/inventory.yaml" -o json >"$dir/inventory.json"
"$B/cwaudit" audit -i "$dir/inventory.yaml" -o json >"$dir/audit.json" || :
places() {
	jq -r --arg host "$1" '.endpoints[] | select(.host == $host) |
	    "\(.address):\(.port)"' "$dir/audit.json"
}

# Rules that one host fails, by an audit's document. foreign-names goes by the
# other hosts of an inventory.
failing() {
	jq -r --arg host "$1" '[(.endpoints[] | select(.host == $host) |
	    .findings[].rule), (.findings[] | select(.host == $host).rule)] -
	    ["foreign-names"] | unique | join(" ")' "$2"
}

# The same host, the same rules, by its certificates alone.
same=0
for n in 01 02 03 04 10 11 12 13 14 16 17 20; do
	host=cwa$n.nwtraders.local
	# shellcheck disable=SC2046
	set -- $(places $host)
	status=0
	"$B/cwaudit" probe "$@" --trust "$dir/corp-roots.pem" -o json \
	    >"$dir/out" 2>"$dir/err" || status=$?
	[ "$(jq -r '.probe.hosts[0].host' "$dir/out")" = $host ] ||
	    { [ $n = 13 ] && continue; fail "$host is not recognized"; }
	jq -r '.probe.entry' "$dir/out" >"$dir/entry.yaml"
	"$B/cwaudit" inventory -i "$dir/entry.yaml" >/dev/null 2>"$dir/err" ||
	    fail "$host: the entry is no inventory"
	before=$(failing $host "$dir/audit.json")
	after=$(failing $host "$dir/out")
	[ "$before" = "$after" ] ||
	    fail "$host: \"$after\" instead of \"$before\""
	same=$((same + 1))
done
[ $same = 11 ] || fail "$same hosts compared"

# shellcheck disable=SC2046
set -- $(places cwa10.nwtraders.local)
probe 1 "$@"
says 'not the single certificate of cwa10.nwtraders.local: its CN is the site' \
    '^  - fqdn: cwa10.nwtraders.local$' 'layout: single' \
    'ERROR     documented-single: ' 'chains are not, for want of a --trust'
probe 0 "$@" --fail-on critical
# shellcheck disable=SC2046
set -- $(places cwa02.nwtraders.local)
probe 0 "$@" --trust "$dir/corp-roots.pem"
says 'right as the HTTPS certificate of im02.contoso.com' \
    'right as the MTLS certificate of cwa02.nwtraders.local' 'no findings'
probe 0 "$@" -o csv
says '^"cwa02.nwtraders.local","mtls"'
probe 0 "$@" -o jsonl
says '"type":"summary".*"probe":' '"type":"endpoint"'

# What is not there is said, and never fine.
probe 3 "$@" "${1%:*}:9"
says '^  9 .*NOT OBSERVED: connection refused'
probe 3 127.77.250.250
says 'no entry: no port presented a certificate'
probe 3 127.77.250.250 -o csv
says 'cwaudit: 127.77.250.250: no port presented a certificate'
probe 3 nowhere.invalid
says '443, 5061, .* 5065  NOT OBSERVED: name not resolved'
probe 3 "$1"
says 'no entry: nothing tells the server.s FQDN'

# Mistakes.
probe 2
says 'name the hosts to probe'
probe 2 cwa01
says '"cwa01" has no dot'
probe 2 cwa01.nwtraders.local:70000
says '"cwa01.nwtraders.local:70000" '
probe 2 'a";b.contoso.com'
says 'is not a host name'
probe 2 "$1" --trust "$dir/no.pem"
says 'no.pem.*No such file'
probe 2 "$1" -o xml
says 'no format "xml"'
echo "it_probe: $same hosts told by their certificates alone"
