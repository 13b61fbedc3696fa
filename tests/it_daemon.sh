#!/bin/bash
# SPDX-License-Identifier: ISC
# it_daemon.sh - the real daemon against the simulated fleet; what reaches
# syslog is captured at a socket of its own and compared.
# usage: it_daemon.sh BUILD-DIRECTORY
set -u
build=$(realpath "${1:-build}")

. "$(dirname "$0")/log_world.sh"
log_world_enter "$@"
log_world

start_log() { "$build/logsink" /dev/log "$log" & sink=$!; pids+=("$sink"); }
start_log
"$build/logsink" "$dir/notify" "$dir/notified" & pids+=($!)
start_fleet

write_config() {	# FORMAT
	cat >"$dir/cwauditd.yaml" <<-END
	inventory: inventory.yaml
	store: none
	control: none
	timeout: 3s
	interval: {https: 1h, mtls: 1h}
	settle: 0s
	coverage: 90%
	log: {facility: local3, format: $1, max_events: 1000, looks: ${2:-yes}}
	END
}
write_config kv

# -- one cycle: every expected finding is a line, with its head whole
"$build/cwauditd" -c "$dir/cwauditd.yaml" --once
ok "--once ends with 0" [ $? = 0 ]
ok "start is told" logged ' v=1 event=start version='
ok "a summary is told" logged ' v=1 event=summary cycle=1 hosts=[0-9]+ endpoints=[0-9]+ observed=[0-9]+ '
ok "each look is told, for who debugs" grep -qE '^<159>.* event=look .* outcome=observed ' "$log"
ok "stop is told" logged ' v=1 event=stop'
ok "facility local3, severity error" grep -q '^<155>.* severity=error ' "$log"
ok "critical is LOG_CRIT" grep -q '^<154>.* severity=critical ' "$log"
ok "no other severity is LOG_CRIT" not grep -qE '^<154>.* severity=(error|warning|notice) ' "$log"
ok "lines stay under 2 KB" not grep -qE '.{2200}' "$log"
ok "the head of a finding is whole and in order" grep -qE ' v=1 event=finding state=opened id=[0-9a-f]{16} rule=documented-single severity=error role=single host=cwa10.nwtraders.local endpoint=127\.77\.[0-9.]+:[0-9]+ group=lab owner=\"?uc-lab@contoso.com\"? endpoints=\"127[0-9.:]+,127[0-9.:]+\" ' "$log"
ok "what one certificate gets wrong is one line" [ "$(grep -c 'state=opened .*rule=documented-single .*host=cwa10' "$log")" = 1 ]
while IFS= read -r line; do
	rule=$(jq -r '.rule | sub("/.*"; "")' <<<"$line") host=$(jq -r .host <<<"$line")
	kind=$(jq -r .kind <<<"$line")
	ok "$host $kind $rule is logged" grep -qE \
	    " state=opened id=[0-9a-f]{16} rule=$rule severity=[a-z]+ role=($kind|single) host=$host " "$log"
done < <(jq -c 'select(.tolerated != true and .maybe != true)' "$dir/expect.jsonl" | head -n 40)

# -- the daemon proper: readiness, change, reload, end
: >"$log"
write_config kv no
mkdir "$dir/state"
NOTIFY_SOCKET=$dir/notify WATCHDOG_USEC=4000000 STATE_DIRECTORY=$dir/state \
    "$build/cwauditd" -c "$dir/cwauditd.yaml" 9</etc/passwd &
daemon=$!; pids+=("$daemon")
ok "the first cycle ends" logged 'event=summary cycle=1 '
ok "looks are told only to who wants them" not grep -q event=look "$log"
ok "READY=1 is sent" grep -q '^READY=1' "$dir/notified"
ok "STATUS= is the last summary" grep -q '^STATUS=summary cycle=1 hosts=' "$dir/notified"
ok "no descriptor is inherited" bash -c "! ls -l /proc/$daemon/fd | grep -q /etc/passwd"
ok "its state directory is taken" not env STATE_DIRECTORY="$dir/state" \
    "$build/cwauditd" -c "$dir/cwauditd.yaml" --once 2>"$dir/err"
ok "by it" grep -q "another cwauditd, process $daemon, is at work" "$dir/err"
ok "the watchdog is fed" soon grep -q '^WATCHDOG=1' "$dir/notified"

kill -USR1 "$daemon"
ok "SIGUSR1 is a cycle" logged 'event=summary cycle=2 '
sleep 0.5
ok "what was open is not told again" [ -z "$(sed -n 's/.* state=opened id=\([0-9a-f]*\) .*/\1/p' "$log" | sort | uniq -d)" ]
ok "a second miss in a row is told" grep -q 'state=opened .*rule=not-tls .*host=cwa93' "$log"

kill -USR1 "$fleet"; sleep 1
kill -USR1 "$daemon"
ok "a bad reissue opens a finding" logged 'event=summary cycle=3 '
ok "it is the documented form" [ "$(grep -c 'state=opened .*rule=documented-single' "$log")" -gt \
    "$(head -n "$(grep -n 'cycle=2 ' "$log" | cut -d: -f1)" "$log" | grep -c 'state=opened .*rule=documented-single')" ]
kill -USR1 "$fleet"; sleep 1
kill -USR1 "$daemon"
ok "a good one clears it" logged 'state=cleared .*rule=documented-single'
ok "and says what is right now" grep -qE 'state=cleared .*rule=documented-single .*msg="the certificate presented now passes: CN ' "$log"

# -- nobody listens: lines are held, the daemon goes on, nothing is lost
kill "$sink"; wait "$sink" 2>/dev/null
kill -USR1 "$fleet"; sleep 1
kill -USR1 "$daemon"
kill -HUP "$daemon"
soon grep -q '^READY=1.*RELOAD\|^RELOADING=1' "$dir/notified"; sleep 1
before=$(grep -c 'state=opened .*rule=documented-single' "$log")
ok "nothing reaches a log that is gone" [ "$(grep -c event=reload "$log")" = 0 ]
start_log
ok "what was held is said" logged 'event=reload msg='
ok "findings, too" logged 'state=opened .*rule=documented-single' $((before + 1))
ok "and none was lost" not grep -q event=lost "$log"
kill -USR1 "$fleet"; sleep 1
kill -USR1 "$daemon"; sleep 1

# -- it listens and takes nothing: only the writer waits
kill -STOP "$sink"
for _ in 1 2 3 4 5 6; do kill -USR1 "$daemon"; sleep 0.3; done
fed=$(grep -c WATCHDOG=1 "$dir/notified")
ok "the watchdog is fed while the log hangs" soon lines WATCHDOG=1 "$dir/notified" $((fed + 2))
kill -CONT "$sink"
sleep 1

cp "$dir/inventory.yaml" "$dir/good.yaml"
sed -i 's/    layout: separate/    layuot: separate/' "$dir/inventory.yaml"
kill -HUP "$daemon"
ok "a bad inventory is refused" logged 'event=reload-refused'
kill -HUP "$daemon"
ok "the same file is refused again" logged 'event=reload-refused' 2
ok "with the place and a guess" grep -q 'inventory.yaml:[0-9]*:[0-9]*: .*layuot.*layout' "$log"
ok "the old one stays" kill -0 "$daemon"
# one host leaves
awk '/- fqdn: cwa10/ {skip=1; next} /- fqdn:|^  #|^published:/ {skip=0} !skip' \
    "$dir/good.yaml" >"$dir/inventory.yaml"
kill -HUP "$daemon"
ok "a good one is taken" logged 'event=reload msg='
ok "a host that left is closed" logged 'state=closed .*host=cwa10.nwtraders.local .*no longer in the inventory'
ok "no other host is closed" not grep -q 'state=closed .*host=cwa11' "$log"
cp "$dir/good.yaml" "$dir/inventory.yaml"
# a key that takes a restart stays as it is, and that is said each time
echo 'window: 100' >>"$dir/cwauditd.yaml"
for n in 1 2; do
	kill -HUP "$daemon"
	ok "a changed window takes a restart ($n)" logged \
	    'event=reload msg="window was changed, which takes a restart' "$n"
done
write_config kv
n=$(grep -c 'event=reload msg="config' "$log")
kill -HUP "$daemon"
ok "changed back" logged 'event=reload msg="config' $((n + 1))
sleep 0.2
ok "it takes none" [ "$(grep -c 'takes a restart' "$log")" = 2 ]
kill -TERM "$daemon"
ok "SIGTERM ends it within a second" gone "$daemon"
wait "$daemon"
ok "with status 0" [ $? = 0 ]
ok "the stop is told" logged 'event=stop'

# -- in the background, by a relative path, out of its folder
: >"$log"
(cd "$dir" && "$build/cwauditd" -c cwauditd.yaml) 2>"$dir/err"
ok "it leaves the terminal with 0" [ $? = 0 ]
ok "the background daemon starts" logged ' v=1 event=start version='
daemon=$(sed -n 's/.* cwauditd\[\([0-9]*\)\]: v=1 event=start .*/\1/p' "$log" | head -1)
pids+=("$daemon")
ok "it has left the folder" [ "$(readlink "/proc/$daemon/cwd")" = / ]
kill -HUP "$daemon"
ok "its relative path is found again" logged 'event=reload msg='
kill -HUP "$daemon"
ok "and once more" logged 'event=reload msg=' 2
kill -STOP "$sink"
kill -USR1 "$daemon"; sleep 2
kill -TERM "$daemon"
gone_slowly() { gone "$1" || gone "$1" || gone "$1"; }
ok "SIGTERM ends it in three seconds where the log hangs" gone_slowly "$daemon"
ok "which says how much was not logged" grep -qE '^cwauditd: [1-9][0-9]* lines were not logged: ' "$dir/err"
kill -CONT "$sink"; sleep 0.5

# -- as the unit runs it, as far as that goes without systemd: another user, no
# capability, no new privilege, the unit's filter of system calls, and a file
# system of which nothing but its state can be written
unit=$build/systemd/cwauditd.service
expand() {		# @SET or CALL: calls, a name a line
	case $1 in
	@*)	for n in $(systemd-analyze syscall-filter "$1" |
		    sed -n 's/^    \([-@a-z0-9_]*\)$/\1/p'); do expand "$n"; done ;;
	*)	echo "$1" ;;
	esac
}
calls() {		# of the unit's filter; TILDE: those it takes away
	for set in $(sed -n "s/^SystemCallFilter=$1\(@.*\)/\1/p" "$unit"); do
		expand "$set"
	done | sort -u
}
comm -23 <(calls '') <(calls '~') >"$dir/calls"
: >"$log"
# where others may run it: this checkout may be in root's own folder
cp "$build/cwauditd" "$build/confine" "$dir"; chmod 755 "$dir" "$dir"/c*d "$dir/confine"
mkdir "$dir/own"; chown nobody "$dir/own"
chmod 644 "$dir"/*.yaml "$dir"/*.pem "$dir/calls"
# Of the sanitizers the one for leaks can't work there: it traces.
as_the_unit() {		# PROGRAM...
	ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 \
	    unshare --mount bash -c '
		own=$1 calls=$2; shift 2
		mount --bind "$own" "$own" && mount -o remount,bind,ro / ||
		    echo "daemon: NOT TRIED: a read-only file system"
		exec setpriv --reuid nobody --regid nogroup --clear-groups \
		    --bounding-set=-all --inh-caps=-all --no-new-privs \
		    "$(dirname "$calls")/confine" "$calls" "$@"' \
		sh "$dir/own" "$dir/calls" "$@"
}
as_the_unit "$dir/cwauditd" --version >/dev/null; tried=$?
case $tried in
77|126)
	echo "daemon: NOT TRIED as the unit runs it: no filter of system calls" \
	    "here, or others may run nothing" ;;
*)
	ok "the filter filters" not as_the_unit /bin/unshare --user true 2>/dev/null
	STATE_DIRECTORY=$dir/own as_the_unit "$dir/cwauditd" \
	    -c "$dir/cwauditd.yaml" --once
	ok "as the unit runs it, it ends with 0" [ $? = 0 ]
	ok "and sees as much" logged 'event=summary cycle=1 .* observed=152 '
	: >"$log"
	sed 's|^store: none|store: sqlite:own/cwaudit.db|; s|^control: none|control: own/control|' \
	    "$dir/cwauditd.yaml" >"$dir/stored.yaml"
	echo 'notify: [{name: page, command: [/bin/true]}]' >>"$dir/stored.yaml"
	chmod 644 "$dir/stored.yaml"
	NOTIFY_SOCKET=$dir/none as_the_unit "$dir/cwauditd" -c "$dir/stored.yaml" &
	ok "with its store, too" logged 'event=summary seq=[0-9]+ cycle=1 .* observed=152 '
	ok "and its socket" [ -S "$dir/own/control" ]
	sleep 1
	ok "and its sinks" not grep -q 'event=notify state=failing' "$log"
	pkill -TERM -f "$dir/stored.yaml"; wait $! ;;
esac

# -- few descriptors are told
: >"$log"
(ulimit -n 100 && exec "$build/cwauditd" -c "$dir/cwauditd.yaml" --once)
ok "a bounded window is told" logged 'event=limits msg="too few descriptors .* instead of 256"'

# -- in a terminal: the gist, whoever listens
ok "-f tells stderr" bash -c "timeout 20 '$build/cwauditd' -c '$dir/cwauditd.yaml' -f --once 2>&1 |
    grep -qE '^[0-9:]{8} critical opened mtls-subject cwa[0-9]+.nwtraders.local 127'"

# -- JSON lines
: >"$log"
write_config cee
"$build/cwauditd" -c "$dir/cwauditd.yaml" --once
ok "cee lines are JSON" bash -c "sed -n 's/.*@cee: //p' '$log' | jq -se 'length > 100 and all(.v == 1)' >/dev/null"
ok "cee findings carry lists" bash -c "sed -n 's/.*@cee: //p' '$log' | jq -se 'any(.rule == \"site-names\" and (.missing | type) == \"array\")' >/dev/null"

# -- configuration errors
echo "inventroy: x" >"$dir/bad.yaml"
"$build/cwauditd" -c "$dir/bad.yaml" -t 2>"$dir/err"
ok "-t ends with 2" [ $? = 2 ]
ok "and says where, and what was meant" grep -q 'bad.yaml:1:1: .*inventory' "$dir/err"
ok "-t of a good one ends with 0" "$build/cwauditd" -c "$dir/cwauditd.yaml" -t >/dev/null

echo "daemon: $passed passed, $failed failed"
[ "$failed" = 0 ]
