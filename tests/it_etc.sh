#!/bin/bash
# SPDX-License-Identifier: ISC
# it_etc.sh - the samples in etc/ for other programs, loaded by those: alert
# rules and their tests, the dashboard's metrics, rsyslog and syslog-ng with a
# line of each form, Icinga's command.
# usage: it_etc.sh
set -u
cd "$(dirname "$0")/.." || exit 1
dir=$(mktemp -d /tmp/cwaudit-etc.XXXXXX)
pids=()
leave() {
	for p in "${pids[@]}"; do kill "$p" 2>/dev/null; done
	wait 2>/dev/null
	rm -rf "$dir"
}
trap leave EXIT
passed=0 failed=0
ok() {			# DESCRIPTION COMMAND...
	local what=$1; shift
	if "$@" >"$dir/said" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $what" >&2
		tail -n 15 "$dir/said" >&2
	fi
}
soon() { for _ in $(seq 100); do "$@" && return 0; sleep 0.1; done; "$@"; }

# -- Prometheus and Grafana
ok "alert rules are rules" promtool check rules etc/prometheus/cwaudit.rules.yml
ok "and alert when they should" promtool test rules etc/prometheus/cwaudit.rules.test.yml
ok "the scrape is one" promtool check config --syntax-only etc/prometheus/scrape.yml
ok "metrics are clean" promtool check metrics <tests/golden/metrics.prometheus
names() { grep -oE 'cwaudit_[a-z0-9_]+' | sort -u; }
known=$(sed -n 's/^\(cwaudit_[a-z_]*\).*/\1/p' tests/golden/metrics.prometheus | sort -u)
used() { jq -r '.panels[].targets[].expr, .templating.list[].query' etc/grafana/cwaudit.json; grep -h 'expr:' etc/prometheus/cwaudit.rules.yml; }
ok "dashboard and alerts use metrics that there are" [ -z "$(used | names | comm -23 - <(echo "$known"))" ]
ok "and many of them" [ "$(used | names | wc -l)" -ge 15 ]
ok "panels have ids of their own" [ "$(jq '[.panels[].id] | length == (unique | length)' etc/grafana/cwaudit.json)" = true ]
ok "and do not overlap" [ "$(jq '[.panels[].gridPos | .x as $x | .y as $y | range(.w) as $i | range(.h) as $k | [$x + $i, $y + $k]] | length == (unique | length)' etc/grafana/cwaudit.json)" = true ]

# -- lines of both forms
kv='<27>Nov 28 17:42:05 cwauditd[77]: v=1 event=finding state=opened id=9f2c rule=site-names severity=error host=cwa01.nwtraders.local'
cee='<27>Nov 28 17:42:05 cwauditd[77]: @cee:{"v":1,"event":"finding","state":"opened","rule":"site-names","severity":"error","host":"cwa02.nwtraders.local"}'
other='<27>Nov 28 17:42:05 sshd[77]: nothing of ours'
send() { for line in "$kv" "$cee" "$other"; do printf '%s' "$line" | python3 -c 'import socket,sys; s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.connect(sys.argv[1]); s.send(sys.stdin.buffer.read())' "$1"; done; }
arrived() {		# DIRECTORY
	grep -q 'host=cwa01' "$1/cwaudit.log" && grep -q '"host": *"cwa02.nwtraders.local"' "$1/cwaudit.json"
}
alone() { ! grep -q 'sshd' "$1"/cwaudit.*; }

mkdir "$dir/rsyslog"
{
	printf 'module(load="imuxsock" SysSock.Use="off")\ninput(type="imuxsock" Socket="%s/rsyslog/log")\n' "$dir"
	sed "s|/var/log/|$dir/rsyslog/|" etc/rsyslog/30-cwaudit.conf
} >"$dir/rsyslog.conf"
ok "rsyslog takes its snippet" rsyslogd -N1 -f "$dir/rsyslog.conf"
rsyslogd -n -i "$dir/rsyslog/pid" -f "$dir/rsyslog.conf" >"$dir/rsyslog/out" 2>&1 & pids+=($!)
soon test -S "$dir/rsyslog/log"
send "$dir/rsyslog/log"
ok "and files lines of both forms" soon arrived "$dir/rsyslog"
ok "and those alone" alone "$dir/rsyslog"

# syslog-ng cannot be installed beside rsyslog: it runs from where it is unpacked
unpack() (
	cd "$dir" || return 1
	for p in syslog-ng-core $(apt-cache depends syslog-ng-core |
	    sed -n 's/^ *Depends: *\([^<]*\)$/\1/p'); do
		dpkg-query -W "$p" >/dev/null 2>&1 && [ "$p" != syslog-ng-core ] && continue
		apt-get download "$p" || return 1
	done
	for p in ./*.deb; do dpkg -x "$p" "$dir/ng" || return 1; done
)
ok "syslog-ng is there" unpack
ng=$dir/ng/usr
mkdir -p "$dir/syslog-ng"
{
	printf '@version: 3.38\n@include "scl.conf"\nsource s_src { unix-dgram("%s/syslog-ng/log"); };\n' "$dir"
	sed "s|/var/log/|$dir/syslog-ng/|" etc/syslog-ng/cwaudit.conf
} | grep -v scl.conf >"$dir/syslog-ng.conf"
run_ng() {
	LD_LIBRARY_PATH=$ng/lib/x86_64-linux-gnu:$ng/lib/syslog-ng:$ng/lib/syslog-ng/3.38 \
	    "$ng/sbin/syslog-ng" --module-path "$ng/lib/syslog-ng/3.38" \
	    -f "$dir/syslog-ng.conf" -R "$dir/syslog-ng/persist" \
	    -p "$dir/syslog-ng/pid" -c "$dir/syslog-ng/ctl" "$@"
}
ok "syslog-ng takes its snippet" run_ng --syntax-only
run_ng -F >"$dir/syslog-ng/out" 2>&1 & pids+=($!)
soon test -S "$dir/syslog-ng/log"
send "$dir/syslog-ng/log"
ok "and files lines of both forms" soon arrived "$dir/syslog-ng"
ok "and those alone" alone "$dir/syslog-ng"

# -- Icinga
mkdir -p "$dir/icinga"
cat >"$dir/icinga2.conf" <<-END
	include <itl>
	const NodeName = "test"
	include "$PWD/etc/icinga/cwaudit.conf"
	object Host "cwa01.nwtraders.local" { check_command = "dummy"; vars.cwa = true }
	object Host "other" { check_command = "dummy" }
	END
icinga() { icinga2 daemon -C -c "$dir/icinga2.conf" -DDataDir="$dir/icinga" -DRunAsUser=root -DRunAsGroup=root -DLogDir="$dir/icinga"; }
ok "Icinga takes its command" icinga
icinga >"$dir/icinga/said" 2>&1
ok "for the hosts that ask for it" grep -q 'Instantiated 1 Service\.' "$dir/icinga/said"

echo "etc: $passed passed, $failed failed"
[ "$failed" = 0 ]
