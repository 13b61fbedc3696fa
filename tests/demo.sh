#!/bin/sh
# SPDX-License-Identifier: ISC
# demo.sh - what `make demo` shows: a simulated fleet, really listening on
# 127.77.0.0/16, and an audit of it by the real command.
set -u
. "$(dirname "$0")/with_fleet.sh"

fleet_start --time 120
ready=$(cat "$dir/ready")
cat <<END
A simulated fleet of Communicator Web Access servers is listening on
127.77.0.0/16 ($ready).
Auditing it: $B/cwaudit audit -i inventory.yaml

END
timeout 60 "$B/cwaudit" audit -i "$dir/inventory.yaml" -o table
status=$?
case $status in
0|1|3) ;;
*)	echo "demo: the audit failed with exit status $status" >&2
	exit 1 ;;
esac
cat <<END

That was one audit of servers that are wrong on purpose (exit status $status: 1
means findings, 3 that some port was not observed). Where to go next:

END
next() {		# COMMAND WHAT
	printf '  %-37s %s\n' "$@"
}
next "$B/fleet --dir /tmp --print" 'keep such a fleet, see what is wrong where'
next "$B/cwaudit rules" 'everything that is checked'
next "$B/cwaudit init my" 'an inventory to start from'
next 'make run INVENTORY=my/inventory.yaml' 'audit your own servers'
next 'make install; cwauditd -f' 'the daemon: audits by itself, tells syslog'
next '' 'what changes (README.md)'
