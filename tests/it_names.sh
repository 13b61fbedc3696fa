#!/bin/bash
# SPDX-License-Identifier: ISC
# it_names.sh - the real daemon with a real resolver, Debian's dnsmasq: names
# that are not there, that fail, that hang, that have several addresses, and
# that change while it runs.
# usage: it_names.sh BUILD-DIRECTORY
set -u
build=$(realpath "${1:-build}")
. "$(dirname "$0")/log_world.sh"
log_world_enter "$@"
log_world
"$build/logsink" /dev/log "$log" & pids+=($!)
start_fleet
https=$(grep -om1 'im01\.contoso\.com:[0-9]*' "$dir/inventory.yaml" | cut -d: -f2)
mtls=$((https - 443 + 61))

# Two resolvers: one answers, one is stopped and never does.
dns() {			# PORT HOSTS [OPTION...]
	local port=$1 hosts=$2; shift 2
	dnsmasq --keep-in-foreground --no-resolv --no-hosts --no-daemon \
	    --listen-address=127.0.0.1 --bind-interfaces --port="$port" \
	    --addn-hosts="$hosts" --local-ttl=1 --user=root --pid-file= \
	    "$@" >>"$dir/dns.log" 2>&1 &
	pids+=($!)
}
echo '127.77.0.1 unused.test' >"$dir/silent.hosts"
cat >"$dir/hosts" <<END
127.77.0.1 cwa01.nwtraders.local
127.77.0.2 both.nwtraders.local
127.77.0.200 both.nwtraders.local
127.77.0.1 moves.nwtraders.local
127.77.0.1 differs.nwtraders.local
127.77.0.2 differs.nwtraders.local
END
dns 15353 "$dir/silent.hosts"; silent=$!
dns 15354 "$dir/hosts" --local=/nwtraders.local/ --server=/hangs.test/127.0.0.1#15353 \
    --server=/fails.test/127.0.0.1#9; resolver=$!
sleep 0.5
kill -STOP "$silent"

{
	sed -n '/^defaults:/,/^hosts:/p' "$dir/inventory.yaml"
	for host in cwa01.nwtraders.local both.nwtraders.local \
	    moves.nwtraders.local differs.nwtraders.local \
	    none.nwtraders.local a.hangs.test a.fails.test; do
		printf '  - fqdn: %s\n    sites:\n      - url: https://im01.contoso.com:%s\n        mtls_port: %s\n' \
		    "$host" "$https" "$mtls"
	done
} >"$dir/names.yaml"
printf '%s\n' 'inventory: names.yaml' 'store: none' 'control: none' 'timeout: 3s' 'settle: 0s' \
    'coverage: 0%' 'resolver: {servers: ["127.0.0.1:15354"], timeout: 500ms}' \
    >"$dir/cwauditd.yaml"

"$build/cwauditd" -c "$dir/cwauditd.yaml" --once
ok "a cycle ends in spite of them" logged 'event=summary cycle=1 '
ok "a name is resolved and looked at" grep -aq "host=cwa01.* endpoint=127.77.0.1:$mtls outcome=observed" "$log"
ok "one of two addresses is dead: observed" grep -aq "host=both.* endpoint=127.77.0.2:$mtls outcome=observed" "$log"
ok "the dead one was tried" grep -aq "host=both.* endpoint=127.77.0.200:$mtls outcome=refused" "$log"
ok "no such name is the host's fault" grep -aqE \
    'state=opened .*rule=host-down .*host=none.nwtraders.local .*name not resolved' "$log"
ok "that look is told, too" grep -aqE \
    'event=look .*host=none.nwtraders.local .* outcome=dns-failure ' "$log"
ok "a resolver that fails is not" not grep -aq 'state=opened .*host=a.fails.test' "$log"
ok "one that hangs is not" not grep -aq 'state=opened .*host=a.hangs.test' "$log"
ok "addresses that answer differently are named" grep -aqE \
    'host=differs.* msg=".*127\.77\.0\.[12]: CN=' "$log"

# -- a change while it runs
: >"$log"
NOTIFY_SOCKET=/nowhere "$build/cwauditd" -c "$dir/cwauditd.yaml" &
daemon=$!; pids+=("$daemon")
ok "the daemon's cycle ends" logged 'event=summary cycle=1 '
ok "the old address is looked at" grep -aq "host=moves.* endpoint=127.77.0.1:$mtls" "$log"
sed -i 's/127.77.0.1 moves/127.77.0.2 moves/' "$dir/hosts"
kill -HUP "$resolver"; sleep 1.5
kill -USR1 "$daemon"
ok "the new one is, after the old one's time" logged "host=moves.* endpoint=127.77.0.2:$mtls"
logged 'event=summary cycle=2 '	# names that hang take longer

# -- all names hang: it is the auditor
kill -STOP "$resolver"; sleep 1.5
: >"$log"
kill -USR1 "$daemon"
logged 'event=summary cycle=3 '
kill -USR1 "$daemon"
ok "nobody answers: the auditor is blind" logged 'state=opened .*rule=auditor-blind .*cause=".*no answer from any name server'
ok "nothing closes or clears for it" not grep -aqE 'state=(closed|cleared)' "$log"
ok "and no host is blamed for it" not grep -aqE 'state=opened .*rule=(host-down|unreachable)' "$log"
kill -CONT "$resolver"; sleep 1
kill -USR1 "$daemon"
kill -TERM "$daemon"
ok "it ends" gone "$daemon"
kill -CONT "$silent" "$resolver"

echo "names: $passed passed, $failed failed"
[ "$failed" = 0 ]
