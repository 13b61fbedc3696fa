#!/bin/bash
# SPDX-License-Identifier: ISC
# it_rsyslog.sh - the real daemon through a real syslog server, Debian's
# rsyslog with a configuration of our own: one event is one line, JSON parses
# there, names from certificates forge nothing, and a server that goes and
# comes back misses nothing.
# usage: it_rsyslog.sh BUILD-DIRECTORY
set -u
build=$(realpath "${1:-build}")
. "$(dirname "$0")/log_world.sh"
log_world_enter "$@"
log_world

cat >"$dir/rsyslog.conf" <<END
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="/dev/log" RateLimit.Interval="0")
module(load="mmjsonparse")
if \$programname != "cwauditd" then stop
template(name="line" type="string" string="%syslogseverity% %programname%%msg%\n")
template(name="json" type="string" string="%\$!all-json%\n")
action(type="omfile" file="$log" template="line")
action(type="mmjsonparse")
if \$parsesuccess == "OK" then
	action(type="omfile" file="$dir/json" template="json")
END
start_rsyslog() {
	rsyslogd -n -f "$dir/rsyslog.conf" -i "$dir/pid" &
	rsyslog=$!; pids+=("$rsyslog")
	for _ in $(seq 50); do [ -S /dev/log ] && break; sleep 0.1; done
}
stop_rsyslog() {
	kill "$rsyslog"; wait "$rsyslog" 2>/dev/null
}
write_config() {	# FORMAT
	printf '%s\n' 'inventory: inventory.yaml' 'store: none' 'control: none' 'timeout: 3s' 'settle: 0s' \
	    'coverage: 90%' "log: {format: $1}" >"$dir/cwauditd.yaml"
}
: >"$dir/json"
start_rsyslog
start_fleet

# -- key=value
write_config kv
"$build/cwauditd" -c "$dir/cwauditd.yaml" --once
ok "the cycle arrives" logged 'event=summary cycle=1 '
ok "and its end" logged 'event=stop'
sleep 0.5		# it is written whole
ok "one event is one line" not grep -avqE '^[2-7] cwauditd v=1 event=[a-z]+ ?' "$log"
ok "each finding arrived, once" [ "$(grep -ac 'state=opened' "$log")" = \
    "$(sed -n 's/.*event=summary .* opened=\([0-9]*\) .*/\1/p' "$log")" ]
# what is waived is a notice
level() {		# DIGIT SEVERITY
	[ "$(grep -a " state=opened .* severity=$2 " "$log" | grep -av ' waived=yes ' |
	    cut -c1 | sort -u)" = "$1" ]
}
ok "critical is 2" level 2 critical
ok "error is 3" level 3 error
ok "warning is 4" level 4 warning
ok "notice is 5" level 5 notice
ok "a forged line stays a value" grep -aqF \
    'malformed="CN '"'"'Contoso\x0Av=1 event=finding state=cleared\x1B[31m' "$log"
ok "so do a bidi mark, a 0xFF and a NUL" grep -aqF '\x1B[31m\xE2\x80\xAE' "$log"
ok "of a SAN, too" grep -aqE 'host=cwa28\..* malformed=".*\\xFF\\x00' "$log"
ok "nothing is cleared" not grep -aq '^. cwauditd v=1 event=finding state=cleared' "$log"
ok "no control, no bidi mark" not env LC_ALL=C grep -aqP \
    '[\x00-\x08\x0b-\x1f\x7f]|\xe2\x80[\xaa-\xae]' "$log"
ok "all of it is UTF-8" iconv -f UTF-8 -t UTF-8 -o /dev/null "$log"
ok "rsyslog had no control to escape" not grep -aqE '#(012|033|000|377)' "$log"

# -- JSON
: >"$log"
write_config cee
"$build/cwauditd" -c "$dir/cwauditd.yaml" --once
ok "the JSON cycle arrives" logged '"event":"stop"'
sleep 0.5
ok "mmjsonparse takes every line" [ "$(grep -ac '@cee:' "$log")" = "$(wc -l <"$dir/json")" ]
ok "and it is what was said" jq -se '[.[] | select(.event == "finding")] |
    length > 80 and all(.[]; .v == 1 and (.id | length) == 16 and .msg != null)' \
    "$dir/json" >/dev/null
ok "hostile names are values there" jq -se 'any(.[]; .rule == "malformed-name" and
    .host == "cwa29.nwtraders.local" and (.msg | contains("v=1 event=finding")))' \
    "$dir/json" >/dev/null

# -- it goes, findings change, it comes back
: >"$log"
write_config kv
"$build/logsink" "$dir/notify" "$dir/notified" & pids+=($!)
soon [ -S "$dir/notify" ]
NOTIFY_SOCKET=$dir/notify "$build/cwauditd" -c "$dir/cwauditd.yaml" &
daemon=$!; pids+=("$daemon")
ok "the daemon's cycle arrives" logged 'event=summary cycle=1 '
stop_rsyslog
kill -USR1 "$fleet"; sleep 1		# a bad reissue ...
kill -USR1 "$daemon"
soon lines 'STATUS=summary cycle=2 ' "$dir/notified" 1
kill -USR1 "$fleet"; sleep 1		# ... and a good one
kill -USR1 "$daemon"
soon lines 'STATUS=summary cycle=3 ' "$dir/notified" 1
start_rsyslog
kill -USR1 "$fleet"; sleep 1
kill -USR1 "$daemon"
for n in opened cleared; do
	ok "what $n meanwhile is said" logged \
	    "state=$n .*rule=documented-single .*host=cwa01"
done
ok "and what comes now" logged 'state=opened .*rule=documented-single .*host=cwa01' 2
ok "in their order" [ "$(sed -n 's/.*state=\([a-z]*\) .*rule=documented-single .*host=cwa01.*/\1/p' "$log" |
    tr '\n' ' ')" = "opened cleared opened " ]
ok "none was lost" not grep -aq event=lost "$log"
kill -TERM "$daemon"
ok "it ends" gone "$daemon"

echo "rsyslog: $passed passed, $failed failed"
[ "$failed" = 0 ]
