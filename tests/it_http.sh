#!/bin/bash
# SPDX-License-Identifier: ISC
# it_http.sh - what the daemon serves: to clients that follow the rules, to those
# that do not, to a real Prometheus, and what many of them cost the looks.
# usage: it_http.sh BUILD-DIRECTORY
set -u
build=$(realpath "${1:-build}")
here=$(realpath "$(dirname "$0")")

. "$here/log_world.sh"
log_world_enter "$@"
log_world

"$build/logsink" /dev/log "$log" & pids+=($!)
start_fleet
place=127.77.0.1:9817 url=http://127.77.0.1:9817
configure() {		# LISTEN [MORE]
	cat >"$dir/cwauditd.yaml" <<-END
		inventory: inventory.yaml
		store: sqlite:cwaudit.db
		control: none
		timeout: 2s
		interval: {https: 1h, mtls: 1h}
		settle: 0s
		coverage: 0%
		http: {listen: "$1", hosts: [cwaudit.contoso.com]}
		${2:-}
	END
}
start() {		# how many starts there are by then
	NOTIFY_SOCKET=$dir/none "$build/cwauditd" -c "$dir/cwauditd.yaml" 2>"$dir/err" &
	daemon=$!; pids+=("$daemon")
	logged event=start "$1"
}
stop() { kill -TERM "$daemon"; wait "$daemon"; }
get() { curl -s -m 20 "$@"; }
code() { get -o "$dir/body" -D "$dir/head" -w '%{http_code}' "$@"; }
is() {			# CODE CURL-OPTION...
	local want=$1 got; shift
	got=$(code "$@")
	[ "$got" = "$want" ] || { echo "$got for $*" >&2; return 1; }
}
header() { sed -n "s/^$1: *\(.*\)\r/\1/Ip" "$dir/head"; }
raw() { printf "$1" | timeout 15 python3 -c '
import socket, sys
s = socket.create_connection(("127.77.0.1", 9817), 15)
s.sendall(sys.stdin.buffer.read())
while True:
    b = s.recv(65536)
    if not b: break
    sys.stdout.buffer.write(b)' >"$dir/raw" 2>/dev/null; }
answers() { raw "$2"; head -1 "$dir/raw" | grep -q "^HTTP/1.[01] $1 "; }

configure "$place"
start 1
ok "a first cycle" logged event=summary
sql() { sqlite3 -readonly "$dir/cwaudit.db" "$1"; }
api() { get "$url/api/v1/$1"; }
open_now() { sql 'SELECT count(*) FROM finding WHERE ended IS NULL'; }
settled() { [ "$(api findings | jq .total)" = "$(open_now)" ] && [ "$(api summary | jq '.summary.findings.critical')" = 9 ]; }
ok "and what it found is served" soon settled

# -- pages
ok "the status page" is 200 "$url/"
ok "forbids what it does not need" grep -q "^default-src 'none'; script-src 'self'" <(header content-security-policy)
ok "and to be taken for something else" [ "$(header x-content-type-options)" = nosniff ]
ok "a host" is 200 "$url/host/cwa13.nwtraders.local"
row() { tr -d '\n' <"$dir/body" | sed 's|</tr>|&\n|g; s|<svg[^>]*>||g; s|<[^>]*>| |g' | grep -qE "$1"; }
ok "its layout is told" grep -q 'separate certificates; declared' "$dir/body"
ok "a name that is wrong" row 'wrong +CN +CWA13 +cwa13.nwtraders.local needed .the short name.'
ok "names that are there" row 'present +SAN +as.im13.contoso.com +desktop sharing'
ok "the request for the right one" grep -q '^Subject=&quot;CN=cwa13.nwtraders.local&quot;' "$dir/body"
ok "what was seen" row '20..-..-.. ..:.. +now +mtls im13.contoso.com:20061 +observed +CN CWA13'
ok "what was said" row 'finding opened critical mtls-subject'
ok "by whatever case" is 200 "$url/host/CWA13.nwtraders.local"
ok "a published entry" is 200 "$url/host/https%3A%2F%2Fim.contoso.com%3A20443"
ok "the report" is 200 "$url/report"
ok "is the one of the command" grep -q 'compliance report' "$dir/body"
ok "the script" is 200 "$url/script.js"
ok "the picture" is 200 "$url/favicon.ico"
ok "health" is 200 "$url/healthz"
for p in nothing host/ host/nobody host/..%2f..%2fetc%2fpasswd host/%00 %00 report/x api api/v1/ metrics%00 host/cwa13.nwtraders.local%00x; do
	ok "there is no /$p" is 404 "$url/$p"
done
for q in 'page=-1' 'page=99999999999999999999' 'q=%zz' 'q=%' '&&&=' 'q=a&q=b' "q=$(printf 'x%.0s' $(seq 3000))"; do
	ok "an odd query: ${q:0:20}" is 200 "$url/?$q"
done

# -- HTTP
get "$url/report" >"$dir/plain"
is 200 --compressed "$url/report"
ok "compressed it is the same" cmp -s "$dir/plain" "$dir/body"
is 200 -H 'Accept-Encoding: gzip' "$url/report"
ok "and a fifth of it" [ $((5 * $(wc -c <"$dir/body"))) -lt "$(wc -c <"$dir/plain")" ]
ok "unless gzip is not wanted" [ "$(is 200 -H 'Accept-Encoding: gzip;q=0' "$url/report"; header content-encoding)" = "" ]
tag=$(is 200 "$url/report"; header etag)
ok "what is known is not sent again" is 304 -H "If-None-Match: $tag" "$url/report"
ok "nor in a list" is 304 -H "If-None-Match: \"x\", $tag" "$url/report"
ok "but what is not" is 200 -H 'If-None-Match: "x"' "$url/report"
for p in / /metrics /healthz /report /host/cwa13.nwtraders.local; do
	get -o "$dir/plain" "$url$p"
	raw "HEAD $p HTTP/1.1\r\nHost: localhost\r\n\r\n"
	ok "HEAD of $p has no body" [ "$(sed '1,/^\r$/d' "$dir/raw" | wc -c)" = 0 ]
	case $p in /report | /host/*)
		ok "but its length" grep -qi "^content-length: $(wc -c <"$dir/plain")" "$dir/raw" ;;
	esac
done
for m in POST PUT DELETE PATCH OPTIONS; do
	ok "no $m" is 405 -X $m "$url/"
	ok "which is said" [ "$(header allow)" = "GET, HEAD" ]
done
ok "localhost is its name" is 200 -H 'Host: localhost:9817' "$url/"
ok "and one on the list" is 200 -H 'Host: CWAudit.contoso.com' "$url/"
ok "no other is" is 421 -H 'Host: evil.example' "$url/metrics"
ok "nor one that begins so" is 421 -H 'Host: localhost.evil.example' "$url/"
ok "nor none" answers 421 'GET / HTTP/1.0\r\n\r\n'
ok "a whole URL is as good as its path" answers 200 'GET http://localhost:9817/?x=2 HTTP/1.1\r\nHost: localhost\r\n\r\n'
ok "but its name counts" answers 421 'GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n'
for bytes in 'GET\r\n\r\n' 'GET / HTTP/9.9\r\n\r\n' '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n' 'FOO / HTTP/1.1\r\nHost: localhost\r\n\r\n' 'GET / HTTP/1.1\r\nHost localhost\r\n\r\n' "GET /$(printf 'x%.0s' $(seq 9000)) HTTP/1.1\r\nHost: localhost\r\n\r\n" 'GET * HTTP/1.1\r\nHost: localhost\r\n\r\n' 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n'; do
	raw "$bytes"
	ok "no answer but a refusal to ${bytes:0:24}" [ "$(head -1 "$dir/raw" | grep -c ' 200 ')" = 0 ]
done
ok "and it serves on" is 200 "$url/"

# -- the API
ok "findings are all there" [ "$(api 'findings?per_page=1000' | jq '.items | length')" = "$(open_now)" ]
ok "page by page as well" [ "$(for p in 1 2 3 4 5 6 7 8 9 10; do api "findings?per_page=10&page=$p" | jq -r '.items[].id'; done | sort -u | wc -l)" = "$(open_now)" ]
ok "hosts that are wrong" [ "$(api 'hosts?standing=wrong&per_page=1000' | jq '.items | length')" = "$(api summary | jq .summary.hosts.wrong)" ]
ok "a certificate by its name" [ "$(api 'certificates?q=CWA13' | jq -r '.items[].subject_cn')" = CWA13 ]
ok "as of when it says" [ "$(api summary | jq -r .as_of | cut -c1-10)" = "$(date -u +%Y-%m-%d)" ]

# -- metrics
ok "metrics are clean" promtool check metrics < <(get "$url/metrics")
get "$url/metrics" >"$dir/metrics"
ends=$(api 'certificates?per_page=1000' | jq -c '[.items[] | select(.not_after != null).sha256]')
ok "each port has an end, where its certificate has one" [ "$(grep -c '^cwaudit_certificate_not_after_timestamp_seconds{' "$dir/metrics")" = "$(api 'hosts?per_page=1000' | jq --argjson ends "$ends" '[.items[].endpoints[].sha256 | select(. as $c | $ends | index($c))] | length')" ]
ok "and is up where it was seen" [ "$(grep -c '^cwaudit_endpoint_up{.* 1$' "$dir/metrics")" = "$(sed -n 's/^cwaudit_endpoints_observed //p' "$dir/metrics")" ]
ok "critical findings are counted" [ "$(awk '/^cwaudit_findings{.*critical/ { n += $2 } END { print n }' "$dir/metrics")" = "$(sql "SELECT count(*) FROM finding WHERE ended IS NULL AND severity = 'critical' AND state != 'waived'")" ]
prometheus() {
	mkdir "$dir/prometheus"
	{ sed 's/scrape_interval: 1m/scrape_interval: 1s/; s/127.0.0.1:9817/'$place'/' "$here/../etc/prometheus/scrape.yml"
	echo "rule_files: [$(realpath "$here/../etc/prometheus/cwaudit.rules.yml")]"
	echo 'global: {evaluation_interval: 1s}'; } >"$dir/prometheus.yml"
	/usr/bin/prometheus --config.file="$dir/prometheus.yml" --storage.tsdb.path="$dir/prometheus" \
	    --web.listen-address=127.77.0.2:9818 >"$dir/prometheus.log" 2>&1 & pids+=($!)
}
prom=http://127.77.0.2:9818/api/v1
query() { get -G --data-urlencode "query=$1" "$prom/query"; }
value() { query "$1" | jq -r '.data.result[0].value[1]'; }
scraped() { [ "$(value 'up{job="cwaudit"}')" = 1 ]; }
prometheus
ok "a real Prometheus scrapes it" soon scraped
ok "and finds what there is" [ "$(value 'sum(cwaudit_findings{severity="critical"})')" = 9 ]
ok "its histograms too" [ "$(value 'sum(cwaudit_probe_duration_seconds_count)')" -gt 100 ]
while read -r expr; do
	ok "a query of the dashboard: ${expr:0:50}" [ "$(query "${expr//\$(job|instance)/.*}" | jq -r .status)" = success ]
done < <(jq -r '.panels[].targets[].expr' "$here/../etc/grafana/cwaudit.json" | sed 's/\$job/.*/g; s/\$instance/.*/g')
ok "its tables have rows" [ "$(query "$(jq -r '.panels[] | select(.title == "What ends next").targets[0].expr' "$here/../etc/grafana/cwaudit.json" | sed 's/\$job/.*/; s/\$instance/.*/')" | jq '.data.result | length')" = 20 ]
fires() { get "$prom/alerts" | jq -r '.data.alerts[].labels.alertname' | sort -u | grep -qx "$1"; }
for a in CwauditFindingsCritical CwauditCertificateEnded CwauditCertificateEndsIn2Days; do
	ok "$a fires" soon fires $a
done
ok "alerts about the auditor do not" [ "$(get "$prom/alerts" | jq -r '[.data.alerts[] | select(.state == "firing").labels.alertname | select(test("Down|Stopped|Old|Auditor"))] | length')" = 0 ]

# -- health
cp "$dir/inventory.yaml" "$dir/right.yaml"
echo 'nonsense: yes' >>"$dir/inventory.yaml"
kill -HUP "$daemon"
ok "a refused reload" logged event=reload-refused
ok "is ill health" is 503 "$url/healthz"
ok "with its place" grep -q 'inventory.yaml:[0-9]*:1: ' "$dir/body"
in_trouble() { get "$url/" | grep -q 'in trouble: the inventory was refused'; }
ok "which the page says first, soon" soon in_trouble
cp "$dir/right.yaml" "$dir/inventory.yaml"
kill -HUP "$daemon"
ok "a right one" logged 'event=reload ' 1
ok "mends it" is 200 "$url/healthz"

# -- many
cycle() {		# prints how long one took, s
	local n
	n=$(grep -c event=summary "$log")
	kill -USR1 "$daemon"
	for _ in $(seq 600); do
		[ "$(grep -c event=summary "$log")" -gt "$n" ] && break
		sleep 0.1
	done
	grep event=summary "$log" | tail -1 | sed -n 's/.*duration=\([0-9.]*\)s.*/\1/p'
}
rss() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$daemon/status"; }
alone=$( (cycle; cycle; cycle) | sort -n | sed -n 2p)
held=$(rss)
for kind in rate slow open flood; do
	python3 "$here/web/load.py" $kind 127.77.0.1 9817 16 >"$dir/load.$kind" 2>&1 & load=$!
	sleep 2
	took=$( (cycle; cycle) | sort -n | head -1)
	within=$(awk "BEGIN { print ($took <= $alone * 1.25 + 1) }")
	ok "a cycle takes as long under $kind: $took s, alone $alone s" [ "$within" = 1 ]
	[ $kind = open ] && ok "no more than allowed are let in" [ "$(ls "/proc/$daemon/fd" | wc -l)" -lt 320 ]
	[ $kind = rate ] || ok "and somebody else is served" is 200 --max-time 30 "$url/healthz"
	wait "$load" || ok "load: $(cat "$dir/load.$kind")" false
	echo "http: cycle $took s ($alone s alone), resident $(($(rss) / 1024)) MiB ($((held / 1024)) before); $(tail -1 "$dir/load.$kind")"
done
ok "no look was late" [ "$(grep -c auditor-late "$log")" = 0 ]
ok "it serves on" is 200 "$url/"
few() { [ "$(ls "/proc/$daemon/fd" | wc -l)" -lt 60 ]; }
ok "and lets go of them" soon few
ok "memory did not run away" [ $(($(rss) - held)) -lt 120000 ]
stop
ok "it ends well" [ $? = 0 ]

# -- where it listens
configure unix:page.sock
python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$dir/page.sock"
start 2
local_get() { get --unix-socket "$dir/page.sock" "$@"; }
served() { local_get http://whatever/ | grep -q 'hosts are wrong'; }
ok "a UNIX socket serves, in the place of a dead one" soon served
ok "its group alone" [ "$(stat -c %a "$dir/page.sock")" = 660 ]
stop
ok "and goes with it" [ ! -e "$dir/page.sock" ]
configure "$place"
python3 -c 'import socket, time; s = socket.create_server(("127.77.0.1", 9817)); time.sleep(60)' & taken=$!; pids+=("$taken")
sleep 0.5
start 3
ok "a port that is taken is told" logged 'event=http .*Address already in use'
ok "and looks go on" logged event=summary "$(($(grep -c event=summary "$log") + 1))"
stop
kill "$taken"
configure none
start 4
sleep 1
ok "nowhere is nowhere" is 000 "$url/"
stop
configure 0.0.0.0:9817
ok "the whole world is refused" grep -q 'is not of the loopback' <("$build/cwauditd" -t -c "$dir/cwauditd.yaml" 2>&1)

echo "it_http: $passed passed, $failed failed"
[ "$failed" = 0 ]
