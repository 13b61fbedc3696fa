#!/bin/sh
# SPDX-License-Identifier: ISC
# it_hostile.sh - one host that misbehaves among 500 good ones: the real
# command's audit of all takes no longer than without it, but for that host's
# own deadline, and each good host is observed.
# `make check-hostile` runs it.
set -u
: "${B:=build}"
PATH=$PATH:/usr/sbin:/sbin
[ "${IT_INSIDE:-}" = yes ] ||
    IT_INSIDE=yes exec unshare --net --pid --fork --kill-child "$0" "$@"
ip link set lo up || exit 1
dir=$(mktemp -d) || exit 1
trap 'kill $server 2>/dev/null; rm -rf "$dir"' EXIT
hosts=500
timeout_s=2

"$B/badserver" --any >"$dir/ports" & server=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do
	grep -q '^ready' "$dir/ports" && break
	sleep 0.3
done
port_of() { sed -n "s/^\\([0-9]*\\) $1\$/\\1/p" "$dir/ports"; }
good=$(port_of good)

host() {	# FQDN ADDRESS PORT
	printf '  - {fqdn: %s, address: %s, sites: [%s]}\n' "$1" "$2" \
	    "{url: \"https://im.contoso.com:$3\", mtls_port: unknown}"
}

{
	printf '%s\n' "defaults: {timeout: ${timeout_s}s, layout: separate}" \
	    'hosts:'
	i=0
	while [ $i -lt $hosts ]; do
		host "cwa$i.nwtraders.local" \
		    "127.90.$((i / 250)).$((i % 250 + 1))" "$good"
		i=$((i + 1))
	done
} >"$dir/good.yaml"

# Milliseconds of an audit; $dir/seen: how many hosts were observed.
audit() {	# INVENTORY
	from=$(date +%s%N)
	timeout 60 "$B/cwaudit" audit -i "$1" -o json >"$dir/audit.json" \
	    2>"$dir/audit.err"
	echo $((($(date +%s%N) - from) / 1000000))
	jq '[.endpoints[] | select(.outcome == "observed" and
	    (.host | startswith("cwa")))] | length' "$dir/audit.json" \
	    >"$dir/seen"
}

alone=$(audit "$dir/good.yaml")
again=$(audit "$dir/good.yaml")
[ "$again" -ge "$alone" ] || alone=$again
echo "it_hostile: $hosts good hosts: $alone ms"
[ "$(cat "$dir/seen")" = $hosts ] || {
	cat "$dir/audit.err" >&2
	echo "it_hostile: $(cat "$dir/seen") of them observed" >&2
	exit 1
}

failed=0
passed=0
while read -r name; do
	{
		cat "$dir/good.yaml"
		host bad.nwtraders.local 127.0.0.1 "$(port_of "$name")"
	} >"$dir/bad.yaml"
	took=$(audit "$dir/bad.yaml")
	if [ "$took" -le $((alone + timeout_s * 1000)) ] &&
	    [ "$(cat "$dir/seen")" = $hosts ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL  $name: $took ms, $(cat "$dir/seen") observed"
	fi
done <<END
never answers
a byte a second
one-byte segments
garbage without end
HTTP, an endless page
16 MB of Certificate
empty records without end
warnings without end
HelloRequests
HelloRequests after the certificate
KeyUpdates after TLS 1.3
tickets after TLS 1.3
data after TLS 1.3
renegotiates after TLS 1.2
END
echo "hostile: $passed passed, $failed failed"
[ $failed = 0 ] && [ $passed = 14 ]
