#!/bin/bash
# SPDX-License-Identifier: ISC
# it_notify.sh - alerts beyond syslog: a webhook that fails, hangs and comes
# back, a command, and a real Alertmanager.
# usage: it_notify.sh BUILD-DIRECTORY
set -u
build=$(realpath "${1:-build}")

. "$(dirname "$0")/log_world.sh"
log_world_enter "$@"
log_world

am=http://127.0.0.1:29093
"$build/logsink" /dev/log "$log" & pids+=($!)
start_fleet
: >"$dir/bodies"
echo ok >"$dir/mode"
"$build/hookd" 29080 "$dir/bodies" "$dir/mode" & pids+=($!)
printf 'route: {receiver: none}\nreceivers: [{name: none}]\n' >"$dir/am.yaml"
prometheus-alertmanager --config.file="$dir/am.yaml" --storage.path="$dir/am" \
    --web.listen-address=127.0.0.1:29093 --cluster.listen-address= \
    >"$dir/am.log" 2>&1 & pids+=($!)
cat >"$dir/page" <<-'END'
	#!/bin/sh
	printf '%s %s %s %s [%s]\n' "$CWAUDIT_STATE" "$CWAUDIT_RULE" \
	    "$CWAUDIT_HOST" "$CWAUDIT_SEQ" "$*" >>"${0%/*}/paged"
	[ ! -e "${0%/*}/stubborn" ] || sleep 60
	END
chmod 755 "$dir/page"
cat >"$dir/cwauditd.yaml" <<-END
	inventory: inventory.yaml
	store: sqlite:cwaudit.db
	control: none
	timeout: 2s
	interval: {https: 1h, mtls: 1h}
	settle: 0s
	coverage: 0%
	notify:
	  - {name: hook, webhook: "http://127.0.0.1:29080/x", severity: error}
	  - {name: am, alertmanager: "$am", severity: error}
	  - {name: page, command: [$dir/page, "a b; touch $dir/shell"], severity: critical}
	END
start() {
	NOTIFY_SOCKET=$dir/none "$build/cwauditd" -c "$dir/cwauditd.yaml" \
	    2>"$dir/err" &
	daemon=$!; pids+=("$daemon")
	logged event=start
}
stop() { kill -TERM "$daemon"; wait "$daemon"; }
soon_in() { soon grep -q -- "$1" "$2"; }
hooked() { jq -r '.events[] | "\(.state) \(.rule) \(.host) \(.seq)"' "$dir/bodies"; }
alerts() { curl -s "$am/api/v2/alerts?$1" | jq -r '.[] | "\(.labels.alertname) \(.labels.host)"'; }

start
ok "a cycle" logged event=summary
sleep 2
ok "the webhook has events" [ "$(hooked | wc -l)" -gt 20 ]
ok "of error and worse" [ -z "$(jq -r '.events[].severity' "$dir/bodies" | grep -v 'error\|critical')" ]
ok "each once" [ -z "$(hooked | sort | uniq -d)" ]
ok "the command was run" [ "$(wc -l <"$dir/paged")" -ge 5 ]
ok "with its arguments, and no shell" grep -q "\[a b; touch $dir/shell\]" "$dir/paged"
ok "none" [ ! -e "$dir/shell" ]
opened() { hooked | sed -n 's/^opened \([^ ]* [^ ]*\) .*/\1/p' | sort -u; }
agree() { [ "$(alerts active=true | sort -u)" = "$(opened)" ]; }
ok "Alertmanager has what is open, as the webhook" soon agree

# -- a bad exchange is one alert, and what it brought is none
echo fail >"$dir/mode"
before=$(hooked | wc -l)
kill -USR1 "$fleet"; sleep 1; kill -USR1 "$daemon"
ok "an exchange is told" logged 'event=reissue verdict=bad'
ok "a webhook that fails is told, once" logged 'event=notify state=failing sink=hook .*HTTP status 500'
ok "and gets nothing" [ "$(hooked | wc -l)" = "$before" ]
echo hang >"$dir/mode"; sleep 7
echo redirect >"$dir/mode"; sleep 1
echo ok >"$dir/mode"
ok "it gets all when it is back" soon_in reissue-bad "$dir/bodies"
ok "that is told, too" logged 'event=notify state=well sink=hook'
ok "nothing is there twice" [ -z "$(hooked | sort | uniq -d)" ]
host=$(hooked | sed -n 's/^opened reissue-bad \([^ ]*\) .*/\1/p' | head -n 1)
ok "what the exchange brought is not sent" [ -z "$(hooked | grep "opened documented-single $host")" ]
ok "it was told as failing once" [ "$(grep -c 'event=notify state=failing sink=hook' "$log")" = 1 ]

# -- what has ended is resolved
kill -USR1 "$fleet"; sleep 1; kill -USR1 "$daemon"
ok "the way back" logged "state=cleared .*rule=reissue-bad .*host=$host"
ok "is sent" soon_in '"state":"cleared"' "$dir/bodies"

resolved() { ! alerts active=true | grep -q "reissue-bad $host"; }
ok "and resolved at Alertmanager" soon resolved

# -- killed and begun again: the marks hold
sent=$(hooked | sort -u | wc -l)
sleep 1
kill -KILL "$daemon"; wait "$daemon" 2>/dev/null
start
sleep 3
ok "a restart sends nothing again" [ "$(hooked | wc -l)" = "$sent" ]

# -- a command that does not end keeps nobody
touch "$dir/stubborn"
kill -USR1 "$daemon"
began=$SECONDS
stop
ok "the end does not wait for sinks" [ $((SECONDS - began)) -le 4 ]

echo "notify: $passed passed, $failed failed"
[ "$failed" = 0 ]
