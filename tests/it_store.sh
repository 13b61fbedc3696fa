#!/bin/bash
# SPDX-License-Identifier: ISC
# it_store.sh - what the daemon does when its store can't be written: it goes
# on auditing and logging, says so once, recovers by itself, and leaves alone
# what it can't read.
# usage: it_store.sh BUILD-DIRECTORY
set -u
build=$(realpath "${1:-build}")

. "$(dirname "$0")/log_world.sh"
log_world_enter "$@"
log_world

"$build/logsink" /dev/log "$log" & pids+=($!)
start_fleet
mkdir "$dir/disk"
mount -t tmpfs -o size=24m tmpfs "$dir/disk" || exit 1
trap 'umount -l "$dir/disk" 2>/dev/null; log_world_leave' EXIT
store=$dir/disk/cwaudit.db
cat >"$dir/cwauditd.yaml" <<-END
	inventory: inventory.yaml
	store: sqlite:disk/cwaudit.db
	control: control
	timeout: 2s
	interval: {https: 1h, mtls: 1h}
	settle: 0s
	coverage: 0%
	END

start() {
	NOTIFY_SOCKET=$dir/none "$build/cwauditd" -c "$dir/cwauditd.yaml" \
	    2>"$dir/err" &
	daemon=$!; pids+=("$daemon")
	logged event=start	# it hears signals by then
}
stop() { kill -TERM "$daemon"; wait "$daemon"; }
sql() { sqlite3 "$store" "$1"; }
cycle() {		# sweeps until the log has one summary more
	local before
	before=$(grep -c event=summary "$log")
	kill -USR1 "$daemon"
	logged event=summary $((before + 1))
}
# One more line of auditor-store in this state.
told() {		# STATE N
	logged "state=$1 .*rule=auditor-store " "$2"
}

start
ok "a first cycle" logged event=summary
ok "lines carry their number" logged ' event=summary seq=[0-9]+ '
ok "its mode lets the group read" [ "$(stat -c %a "$store" "$store-wal" "$store-shm" | sort -u)" = 640 ]

# -- another daemon for the same store
ok "a second one is refused" not "$build/cwauditd" -f -c "$dir/cwauditd.yaml" 2>"$dir/second"
ok "and told who has it" grep -q "another cwauditd, process $daemon, is at work for this store" "$dir/second"

# -- requests of people
chmod 755 "$dir"; chmod 644 "$dir/cwauditd.yaml"
cli() { "$build/cwaudit" "$@" -c "$dir/cwauditd.yaml" >"$dir/said" 2>&1; }
ok "the socket is the daemon's alone" [ "$(stat -c %a "$dir/control")" = 600 ]
before=$(grep -c event=summary "$log")
ok "a cycle can be asked for" cli run
ok "and comes" logged event=summary $((before + 1))
ok "a change is announced" cli expect cwa01.nwtraders.local --until 1h
ok "by whom, the log says" logged 'event=expect .*host=cwa01.nwtraders.local by=root'
ok "of no host of ours it is not" not cli expect nobody.example --until 1h
ok "nor for a time that is over" not cli expect cwa01.nwtraders.local --until 2020-01-01
ok "no such verdict can be accepted" not cli accept 0123456789abcdef --reason x
ok "in words" grep -q 'no bad exchange with this id' "$dir/said"
ok "nor one without a reason" not cli accept 0123456789abcdef
plan() { "$build/cwaudit" status --plan -c "$dir/cwauditd.yaml" "$@"; }
ok "the next day is planned" [ "$(plan -o json | jq '.hours | length')" = 24 ]
ok "with every port in it" [ "$(plan -o json | jq '[.hours[].https] | add')" -gt 1000 ]
ok "and the table says so" grep -q '^the day ' <(plan)
ok "others are not heard" not setpriv --reuid=nobody --regid=nogroup --clear-groups "$build/cwaudit" run -c "$dir/cwauditd.yaml" 2>/dev/null
chmod 666 "$dir/control"
ok "also where they may connect" not setpriv --reuid=nobody --regid=nogroup --clear-groups "$build/cwaudit" run -c "$dir/cwauditd.yaml" 2>/dev/null
chmod 600 "$dir/control"
# anything else does no harm
speak() { timeout 8 openssl s_client -unix "$dir/control" >/dev/null 2>&1; }
head -c 100000 /dev/urandom >"$dir/junk"
speak <"$dir/junk"; speak </dev/null
ok "and is answered after that" cli run

# -- no room
# its log may be long enough for the next commits: begun anew it must grow
sql 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
dd if=/dev/zero of="$dir/disk/fill" bs=4k 2>/dev/null
kill -USR1 "$fleet"; sleep 0.5
cycle
ok "a full disk is told" told opened 1
ok "in words" grep -q 'rule=auditor-store .*no room is left on the device' "$log"
ok "auditing goes on" logged 'event=reissue verdict=bad'
ok "its lines have no number" grep -qE 'event=reissue verdict=bad id=[0-9a-f]+ .*owner=[^ ]+ old_sha256' "$log"
cycle; cycle
ok "and it is told once" [ "$(grep -c 'state=opened .*rule=auditor-store ' "$log")" = 1 ]
rm "$dir/disk/fill"
ok "it recovers by itself" told cleared 1
cycle
ok "and lines have numbers again" logged " event=summary seq=[0-9]+ cycle=$(grep -c event=summary "$log") "
sleep 0.5
ok "what happened meanwhile is what it holds" [ "$(sql "SELECT count(*) FROM finding WHERE ended IS NULL AND rule = 'reissue-bad'")" -ge 1 ]

# -- the state is whole after that: a restart tells nothing again
: >"$log"
stop
: >"$log"
start
cycle
ok "a restart opens nothing" not grep -q 'state=opened' "$log"
ok "and clears nothing" not grep -q 'state=cleared' "$log"

# -- locked
{ echo 'BEGIN EXCLUSIVE;'; sleep 8; } | sqlite3 "$store" &
locker=$!; pids+=("$locker")
sleep 0.3
cycle
ok "a lock is told" told opened 1
ok "by name" grep -q 'rule=auditor-store .*keeps it locked' "$log"
ok "and that is over" told cleared 1

# -- moved away while it is open
mv "$store" "$store.old"
cycle
ok "a file that was moved away is told" told opened 2
ok "a new one is begun" told cleared 2
cycle; sleep 0.5
ok "with the whole state" [ "$(sql 'SELECT count(*) FROM finding WHERE ended IS NULL')" -gt 30 ]
ok "and every port" [ "$(sql "SELECT count(*) FROM sighting WHERE until IS NULL")" -gt 100 ]
stop
ok "it is whole" [ "$(sql 'PRAGMA integrity_check')" = ok ]

# -- read by the group while no daemon runs, and by nobody else
chmod 755 "$dir"
chgrp -R nogroup "$dir/disk" && chmod 750 "$dir/disk"
as() { setpriv --reuid=nobody --regid="$1" --clear-groups "${@:2}"; }
cli=$build/cwaudit
chmod 644 "$dir/cwauditd.yaml"
reads() {		# COMMAND...: exit 0 or 1, and says something
	as nogroup "$cli" "$@" -c "$dir/cwauditd.yaml" >"$dir/said" 2>&1
	[ $? -le 1 ] && [ -s "$dir/said" ]
}
ok "status says how it fares" reads status
ok "with the counts" grep -qE '^open +[0-9]+ critical, ' "$dir/said"
ok "findings are listed" reads findings
ok "the worst first" grep -q 'CRITICAL' "$dir/said"
ok "those of one rule" reads findings --rule documented-single --all
ok "and of no other" [ "$(grep -c '^  [A-Z]' "$dir/said")" = "$(grep -c ' documented-single$' "$dir/said")" ]
ok "as JSON" bash -c "'$cli' findings -c '$dir/cwauditd.yaml' -o json | jq -e '.schema == \"cwaudit/findings/1\" and (.findings | length > 30)' >/dev/null"
host=$(sql "SELECT host FROM event WHERE event = 'reissue' LIMIT 1")
host=${host:-cwa01.nwtraders.local}
ok "history of a host" reads history "$host"
sha=$(sql "SELECT lower(hex(sha256)) FROM certificate WHERE id = (SELECT leaf FROM sighting WHERE leaf NOT NULL LIMIT 1)")
ok "of a certificate" reads history --certificate "${sha:0:16}"
ok "whose PEM it prints" [ "$(sed -n '/BEGIN/,/END/p' "$dir/said" | openssl x509 -noout -fingerprint -sha256 | tr -d : | cut -d= -f2 | tr A-F a-f)" = "$sha" ]
# -- what is there now, beside what is to come: the daemon's own verdict
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$dir/k.pem" -days 300 \
    -subj /CN=im01.contoso.com -out "$dir/documented.pem" -addext "subjectAltName=DNS:im01.contoso.com,DNS:cwa01.nwtraders.local" 2>/dev/null
sed -i "s/^inventory:.*/inventory: inventory.yaml/" "$dir/cwauditd.yaml"
"$cli" check "$dir/documented.pem" --as single --host cwa01.nwtraders.local -c "$dir/cwauditd.yaml" --replaces cwa01.nwtraders.local >"$dir/said" 2>&1
ok "an exchange is judged before it is made" grep -q 'reissue-bad' "$dir/said"
ok "beside what the store saw" grep -q 'cwa01.nwtraders.local, port 20443, as last seen' "$dir/said"
ok "a port that it does not have is said" not "$cli" check "$dir/documented.pem" --as single --host cwa01.nwtraders.local -c "$dir/cwauditd.yaml" --replaces cwa01.nwtraders.local:1 2>"$dir/said"
ok "in words" grep -q 'the store knows no certificate of such a host and port' "$dir/said"
ok "others may not" not as daemon "$cli" status -c "$dir/cwauditd.yaml" 2>/dev/null
ok "no such host is said" not reads history nobody.example
ok "no such rule is said" not reads findings --rule documented-singel
ok "with a guess" grep -q 'did you mean "documented-single"' "$dir/said"

# -- read-only
mkdir "$dir/ro"
mount --bind "$dir/disk" "$dir/ro" && mount -o remount,bind,ro "$dir/ro"
sed -i 's|sqlite:disk/|sqlite:ro/|' "$dir/cwauditd.yaml"
: >"$log"
start
ok "a read-only file system is told" told opened 1
ok "in words" grep -q 'rule=auditor-store .*Read-only file system' "$log"
ok "auditing goes on, too" logged event=summary
mount -o remount,bind,rw "$dir/ro"
ok "and that is over" told cleared 1
stop
umount "$dir/ro"
sed -i 's|sqlite:ro/|sqlite:disk/|' "$dir/cwauditd.yaml"

# -- damaged
dd if=/dev/urandom of="$store" bs=4k count=60 seek=1 conv=notrunc 2>/dev/null
rm -f "$store-wal" "$store-shm"
before=$(sha256sum <"$store")
: >"$log"
start
ok "a damaged store keeps no daemon from its work" logged event=summary
ok "it is told" told opened 1
ok "with what to do" grep -q 'rule=auditor-store .*it is damaged, and left as it is; move it away' "$log"
sleep 1
ok "and left as it is" [ "$before" = "$(sha256sum <"$store")" ]
mkdir "$dir/disk/old" && mv "$store"* "$dir/disk/old/"
ok "moved away, a new one is begun" told cleared 1
stop

# -- newer
sql 'PRAGMA user_version = 99'
ok "a newer schema is refused" not "$build/cwauditd" -f -c "$dir/cwauditd.yaml" 2>"$dir/second"
ok "in words" grep -q 'made by a newer cwaudit (schema 99' "$dir/second"

echo "store: $passed passed, $failed failed"
[ "$failed" = 0 ]
