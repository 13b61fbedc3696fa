#!/bin/bash
# SPDX-License-Identifier: ISC
# it_kill.sh - the daemon is killed at any moment, again and again, while
# servers and the inventory change and the log lags: no event is missing from
# the log, what is there twice is so with the same seq and only from the last
# batch that was not marked, and the store is whole.
# usage: it_kill.sh BUILD-DIRECTORY [KILLS]
set -u
build=$(realpath "${1:-build}")
kills=${2:-20}

. "$(dirname "$0")/log_world.sh"
log_world_enter "$@"
log_world

"$build/logsink" /dev/log "$log" 15000 & pids+=($!)
start_fleet --time 1200
store=$dir/cwaudit.db
cp "$dir/inventory.yaml" "$dir/all.yaml"
# the same without the last hosts
awk '/^  - fqdn:/ { n++ } n > 12 && /^  - fqdn:/ && n % 3 == 0 { skip = 1 }
    /^  - fqdn:/ && !(n > 12 && n % 3 == 0) { skip = 0 }
    /^[a-z]/ { skip = 0 } !skip' "$dir/all.yaml" >"$dir/some.yaml"
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
	    2>>"$dir/err" &
	daemon=$!; pids+=("$daemon")
}

slay() { { kill -KILL "$daemon"; wait "$daemon"; } 2>/dev/null; }

now_ms() { date +%s%3N; }

# How long a daemon takes until it finds something: a sanitizer makes that
# seconds, and it is to be killed while it has something to say.
begun=$(now_ms)
start
ok "something is found" logged 'event=finding'
span=$(($(now_ms) - begun + 1000))
slay

for i in $(seq "$kills"); do
	if [ $((i % 2)) = 0 ]; then cp "$dir/all.yaml" "$dir/inventory.yaml"
	else cp "$dir/some.yaml" "$dir/inventory.yaml"; fi
	[ $((i % 3)) != 0 ] || kill -USR1 "$fleet"
	start
	# all at once, so that there is much to lose
	sleep 0.15
	kill -USR1 "$daemon"
	moment=$((RANDOM % span))
	sleep "$(printf "%d.%03d" $((moment / 1000)) $((moment % 1000)))"
	slay
done
cp "$dir/all.yaml" "$dir/inventory.yaml"
cycles=$(grep -c event=summary "$log")
start
ok "the last one finishes a cycle" logged event=summary $((cycles + 1))
sleep 1
kill -TERM "$daemon"
wait "$daemon"
ok "and ends well" [ $? = 0 ]
sleep 1

sql() { sqlite3 "$store" "$1"; }
ok "the store is whole" [ "$(sql 'PRAGMA integrity_check')" = ok ]
ok "all was marked" [ "$(sql "SELECT seq FROM sink WHERE name = 'syslog'")" = \
    "$(sql 'SELECT max(seq) FROM event WHERE quiet = 0')" ]

# PID SEQ TEXT of every line that has a seq
sed -nE 's/.*cwauditd\[([0-9]+)\]: (v=1 .* ?seq=([0-9]+)( .*)?)$/\1 \3 \2/p' "$log" >"$dir/said"
sql 'SELECT seq FROM event WHERE quiet = 0 ORDER BY seq' >"$dir/kept"
cut -d' ' -f2 "$dir/said" | sort -n -u >"$dir/seqs"
ok "no event is missing from the log" [ -z "$(comm -23 <(sort "$dir/kept") <(sort "$dir/seqs"))" ]
ok "nothing was said that is not kept" [ -z "$(comm -13 <(sort "$dir/kept") <(sort "$dir/seqs"))" ]
ok "most were killed while they had something to say" \
    [ "$(cut -d' ' -f1 "$dir/said" | sort -u | wc -l)" -gt $((kills / 2)) ]
ok "a repeat is the same line" [ -z "$(cut -d' ' -f2- "$dir/said" | sort -u | cut -d' ' -f1 | uniq -d)" ]
# A process repeats at its beginning only, no more than a batch, and goes on in
# the order of the numbers.
awk '
$1 != pid { pid = $1; begun = 0; last = 0; repeats = 0 }
$2 <= last { print "out of order: " $0 }
{ last = $2 }
$2 in seen { if (begun || ++repeats > 64) print "repeated: " $0; next }
{ seen[$2] = begun = 1 }' "$dir/said" >"$dir/wrong"
ok "repeats are of one batch, and come first" [ ! -s "$dir/wrong" ]
head -n 3 "$dir/wrong" >&2

# What is open opens no more, and what is not open does not end.
sql "SELECT seq || ' ' || finding || ' ' || state FROM event WHERE event = 'finding' ORDER BY seq" |
    awk '
    $3 == "opened" { if ($2 in open) print "opened twice: " $0; open[$2] = 1; next }
    !($2 in open) { print "not open: " $0 }
    /cleared|superseded|closed/ { delete open[$2] }' >"$dir/wrong"
ok "no alert is there twice" [ ! -s "$dir/wrong" ]
head -n 3 "$dir/wrong" >&2
ok "what the store holds as open is what was not ended" [ "$(sql 'SELECT count(*) FROM finding WHERE ended IS NULL')" = \
    "$(sql "SELECT count(*) FROM (SELECT finding, max(seq), state FROM event WHERE event = 'finding' GROUP BY finding) WHERE state NOT IN ('cleared', 'closed', 'superseded')")" ]

echo "kill: $passed passed, $failed failed ($kills kills, $(wc -l <"$dir/said") lines, $(($(wc -l <"$dir/said") - $(wc -l <"$dir/seqs"))) repeats)"
[ "$failed" = 0 ]
