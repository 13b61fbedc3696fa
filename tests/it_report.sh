#!/bin/bash
# SPDX-License-Identifier: ISC
# it_report.sh - reports of a fleet that a daemon has looked at, while it runs
# and after: the same time gives the same bytes, a report that was changed is
# told from one whose store was, and the unit of the timer does what it says.
# usage: it_report.sh BUILD-DIRECTORY
set -u
build=$(realpath "${1:-build}")

. "$(dirname "$0")/log_world.sh"
log_world_enter "$@"
log_world

"$build/logsink" /dev/log "$log" & pids+=($!)
start_fleet
store=$dir/cwaudit.db
cat >"$dir/cwauditd.yaml" <<-END
	inventory: inventory.yaml
	store: sqlite:cwaudit.db
	control: none
	timeout: 2s
	interval: {https: 1h, mtls: 1h}
	settle: 0s
	coverage: 0%
	END
start() {
	NOTIFY_SOCKET=$dir/none "$build/cwauditd" -c "$dir/cwauditd.yaml" \
	    2>"$dir/err" &
	daemon=$!; pids+=("$daemon")
	logged event=start "$1"
}
stop() { kill -TERM "$daemon"; wait "$daemon"; }
report() { "$build/cwaudit" report -c "$dir/cwauditd.yaml" "$@" 2>"$dir/said"; }
nagios() { "$build/cwaudit" nagios --config "$dir/cwauditd.yaml" "$@" >"$dir/line" 2>"$dir/said"; }
ends() { local code=$1; shift; "$@"; [ $? = "$code" ]; }	# CODE COMMAND...
formats="text html json csv oscal"

ok "before anything is written there is no report" ends 2 report
start 1
ok "a first cycle" logged event=summary
report --format json >"$dir/running" || ok "while it runs" false
stop
sleep 1.1
at=$(date -u +%Y-%m-%dT%H:%M:%SZ)

# -- the store is read, and nothing else
chmod 755 "$dir"; chmod 644 "$dir"/*.yaml; chmod 644 "$store"*
before=$(sha256sum "$store" "$store-wal")
for f in $formats; do
	ok "$f of a time" report --format "$f" --as-of "$at" -o "$dir/one.$f"
	ok "$f is not empty" [ "$(wc -c <"$dir/one.$f")" -gt 2000 ]
done
ok "the store is as it was" [ "$before" = "$(sha256sum "$store" "$store-wal")" ]
ok "another user may read it, while no daemon runs" setpriv --reuid=nobody --regid=nogroup --clear-groups "$build/cwaudit" report -c "$dir/cwauditd.yaml" --as-of "$at" >"$dir/nobody" 2>"$dir/said"
report --as-of "$at" >"$dir/one.text2"
ok "and reads the same" cmp -s "$dir/nobody" "$dir/one.text"
ok "as on standard output" cmp -s "$dir/one.text2" "$dir/one.text"
ok "a report is for its group too" [ "$(stat -c %a "$dir/one.html")" = 640 ]

# -- it says what the daemon found
sql() { sqlite3 "$store" "$1"; }
open=$(sql "SELECT count(*) FROM finding WHERE ended IS NULL")
ok "each open finding is in it, once" [ "$(jq '[.hosts[].findings[], .findings[]] | length' "$dir/one.json")" = "$open" ]
ok "each port of the inventory is" [ "$(jq '[.hosts[].endpoints[]] | length' "$dir/one.json")" = "$("$build/cwaudit" inventory -i "$dir/inventory.yaml" -o json | jq '[.hosts[].endpoints[], .published[].endpoints[]] | length')" ]
ok "hosts are wrong" [ "$(jq '.summary.hosts.wrong' "$dir/one.json")" -gt 0 ]
ok "and right" [ "$(jq '.summary.hosts.right + .summary.hosts.warning' "$dir/one.json")" -gt 0 ]
ok "all of them stand somehow" [ "$(jq '[.summary.hosts[]] | add' "$dir/one.json")" = "$(jq '.hosts | length' "$dir/one.json")" ]
ok "none is right of which a port was not observed" [ "$(jq '[.hosts[] | select(.standing == "right" or .standing == "warning" or .standing == "waived") | .endpoints[] | select(.outcome != "observed")] | length' "$dir/one.json")" = 0 ]
ok "a wrong one says how to mend it" [ "$(jq '[.hosts[] | select(.standing == "wrong") | .findings[] | select(.severity == "error" and .remedy == null)] | length' "$dir/one.json")" = 0 ]

# -- a time that has passed stays as it was
start 2
ok "a second cycle" logged event=summary 2
for f in $formats; do
	report --format "$f" --as-of "$at" -o "$dir/two.$f"
	ok "$f is the same later" cmp -s "$dir/one.$f" "$dir/two.$f"
done
ok "what changed is told" report --format json --diff 7d "$at" -o "$dir/diff.json"
ok "and all that was opened is in it" [ "$(jq '[.changes[] | select(.state == "opened")] | length' "$dir/diff.json")" -ge "$open" ]
ok "OSCAL has no form for that" ends 2 report --format oscal --diff 7d "$at"

# -- verification
for f in json oscal; do
	ok "a report in $f is verified" ends 0 report --verify "$dir/one.$f" >/dev/null
	sed 's/: "critical"/: "notice"/; s/: "timeout"/: "observed"/; s/"value": "critical"/"value": "notice"/' "$dir/one.$f" >"$dir/forged"
	cmp -s "$dir/one.$f" "$dir/forged" && ok "$f can be forged" false
	ok "a forged one is told" ends 1 report --verify "$dir/forged" >"$dir/verdict"
	ok "as one that was changed" grep -q 'was changed after it was made: line [0-9]* is not' "$dir/verdict"
	head -c 3000 "$dir/one.$f" >"$dir/cut"
	ok "half of one is none" ends 2 report --verify "$dir/cut"
done
echo >>"$dir/one.json"
ok "nor may anything follow" ends 1 report --verify "$dir/one.json" >/dev/null
ok "a page can't be verified" ends 2 report --verify "$dir/one.html"
ok "which is said" grep -q 'only reports in JSON and OSCAL' "$dir/said"
stop
sqlite3 "$store" "UPDATE finding_past SET facts = replace(facts, '\"severity\":\"error\"', '\"severity\":\"notice\"')"
ok "a store that was changed is told" ends 1 report --verify "$dir/two.oscal" >"$dir/verdict"
ok "from a changed report" grep -q 'facts of that time are others' "$dir/verdict"

# -- an audit of this moment, in the same form
"$build/cwaudit" audit -i "$dir/inventory.yaml" -o oscal >"$dir/audit.oscal" 2>"$dir/said"
wrong='[."assessment-results".results[0]."local-definitions"."inventory-items"[] | select(any(.props[]; .name == "standing" and .value == "wrong")) | .description] | sort'
# what must be seen twice the daemon has not said after one cycle
ok "an audit finds the same hosts wrong" [ "$(jq -cn --argjson daemon "$(jq -c "$wrong" "$dir/two.oscal")" --argjson audit "$(jq -c "$wrong" "$dir/audit.oscal")" '[($daemon | length) > 30, $daemon - $audit]')" = '[true,[]]' ]
one=$(jq -r '.hosts[0].host' "$dir/two.json")
"$build/cwaudit" audit -i "$dir/inventory.yaml" -o html "$one" >"$dir/audit.html" 2>"$dir/said"
ok "and of one host tells of that one" [ "$(grep -c '<article' "$dir/audit.html")" = 1 ]

# -- what is asked for
host=$(jq -r '[.hosts[] | select(.standing == "wrong" and .kind == "host")][0].host' "$dir/two.json")
ok "one host alone" [ "$(report --format json --host "$host" | jq -r '.hosts | length, .[0].host' | tr '\n' ' ')" = "1 $host " ]
ok "nobody's hosts are none" ends 2 report --owner nobody
ok "which is said" grep -q 'no host of the inventory' "$dir/said"
report | head -n 1 >"$dir/line"
ok "a reader that has seen enough is no fault" [ ! -s "$dir/said" ]
ok "the future is not known" ends 2 report --as-of 2999-01-01
ok "a period has a beginning" ends 2 report --as-of 2026-01-01 --since 2026-02-01
ok "times are times" ends 2 report --as-of yesterday
ok "formats are those there are" ends 2 report --format pdf
ok "which are listed" grep -q 'there are text, html, json, csv, oscal' "$dir/said"
ok "before the store began nothing was assessed" [ "$(report --format json --as-of 2020-01-01 | jq '.summary.hosts | add')" = 0 ]
echo precious >"$dir/kept"; mkdir "$dir/closed"; cp "$dir/kept" "$dir/closed/kept"
mount -t tmpfs -o ro tmpfs "$dir/closed"
ok "where it can't be written it says so" ends 2 report -o "$dir/closed/kept"
umount "$dir/closed"
mount -t tmpfs -o size=8k tmpfs "$dir/closed"; cp "$dir/kept" "$dir/closed/kept"
ok "without room too" ends 2 report --format html -o "$dir/closed/kept"
ok "and leaves what was there" [ "$(cat "$dir/closed/kept"; ls "$dir/closed" | wc -l)" = "$(printf 'precious\n1')" ]
umount "$dir/closed"

# -- the unit of the timer
sed -n 's/^ExecStart=//p' "$build/systemd/cwaudit-report.service" |
    sed 's/\$\$/$/g; s/%%/%/g' |
    sed "s|[^ ]*/cwaudit report -c [^ ]*|$build/cwaudit report -c $dir/cwauditd.yaml|" >"$dir/month"
eval "export $(sed -n 's/^Environment="\([^=]*\)=\([^"]*\)" KEEP_DAYS=\(.*\)/\1="\2" KEEP_DAYS=\3/p' "$build/systemd/cwaudit-report.service")"
export STATE_DIRECTORY=$dir/reports
mkdir "$STATE_DIRECTORY"
touch -d '2000 days ago' "$STATE_DIRECTORY/cwaudit-2021-01-01.html"
touch "$STATE_DIRECTORY/cwaudit-2022-01-01.html" "$STATE_DIRECTORY/other"
ok "the month's reports are made" sh "$dir/month"
ok "each, and the old ones are gone" [ "$(cd "$STATE_DIRECTORY" && echo ./*)" = "./cwaudit-2022-01-01.html ./cwaudit-$(date -u +%Y-%m)-01.html ./cwaudit-$(date -u +%Y-%m)-01.json ./cwaudit-$(date -u +%Y-%m)-01.oscal.json ./other" ]

# -- a monitor asks
right=$(jq -r '[.hosts[] | select((.standing == "right" or .standing == "warning") and .kind == "host")][0].host' "$dir/two.json")
ok "of a wrong host it is critical" ends 2 nagios "$host"
ok "in one line with data" [ "$(grep -cE '^CWA CRITICAL - .*\| days_left=-?[0-9]+;;;; ports=' "$dir/line")/$(wc -l <"$dir/line")" = 1/1 ]
nagios "$right"
ok "of another it is not" [ $? -lt 2 ]
ok "days are held against their limits" ends 2 nagios "$right" -w 99999 -c 99998:
ok "which the data names" grep -q 'days_left=[0-9]*;99999:;99998:;;' "$dir/line"
ok "of a host that nobody knows nothing is" ends 3 nagios cwa99.example
ok "nor with a limit that is none" ends 3 nagios "$right" -w soon
ok "nor without a host" ends 3 nagios
mv "$store" "$store.away"
ok "nor without a store" ends 3 nagios "$right"
ok "in one line" [ "$(grep -c '^CWA UNKNOWN - ' "$dir/line")/$(wc -l <"$dir/line")" = 1/1 ]
mv "$store.away" "$store"
sqlite3 "$store" "UPDATE auditor_run SET until = until - 7300, since = since - 7300"
ok "nor of what is older than twice the interval" ends 3 nagios "$right"

echo "it_report: $passed passed, $failed failed"
[ $failed = 0 ]
