#!/bin/bash
# SPDX-License-Identifier: ISC
# it_web.sh - the pages in a real browser: a daemon that has looked at the
# simulated fleet and at a server whose certificate is as odd as can be.
# usage: it_web.sh BUILD-DIRECTORY
set -u
build=$(realpath "${1:-build}")
here=$(realpath "$(dirname "$0")")

. "$here/log_world.sh"
log_world_enter "$@"
modules=$build/web
mkdir -p "$modules"
if ! cmp -s "$here/web/package-lock.json" "$modules/package-lock.json" ||
    [ ! -d "$modules/node_modules/axe-core" ]; then
	cp "$here/web/package.json" "$here/web/package-lock.json" "$modules/"
	(cd "$modules" && npm ci --no-audit --no-fund --ignore-scripts) >/dev/null ||
	    { echo "it_web.sh: npm could not install what the tests need" >&2; exit 1; }
fi
log_world

"$build/logsink" /dev/log "$log" & pids+=($!)
start_fleet
odd=$'<script>alert(1)</script>"\u202eevil'
cat >"$dir/odd.cnf" <<-END
	[req]
	distinguished_name = dn
	x509_extensions = v3
	prompt = no
	string_mask = utf8only
	utf8 = yes
	[dn]
	CN = "<script>alert(1)</script>\\"$odd"
	O = "\\"><img src=x onerror=alert(2)>"
	[v3]
	subjectAltName = @names
	[names]
	DNS.1 = odd.nwtraders.local
	DNS.2 = "'><b>x</b>"
	END
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$dir/odd.key" -out "$dir/odd.pem" \
    -days 100 -config "$dir/odd.cnf" 2>"$dir/err" || { cat "$dir/err" >&2; exit 1; }
openssl s_server -accept 127.77.9.9:20443 -cert "$dir/odd.pem" -key "$dir/odd.key" -quiet -www \
    >/dev/null 2>&1 & pids+=($!)
openssl s_server -accept 127.77.9.9:20061 -cert "$dir/odd.pem" -key "$dir/odd.key" -quiet -www \
    >/dev/null 2>&1 & pids+=($!)
cat >>"$dir/inventory.yaml" <<-END
	include: odd.yaml
	END
cat >"$dir/odd.yaml" <<-END
	hosts:
	  - fqdn: odd.nwtraders.local
	    address: 127.77.9.9
	    layout: separate
	    sites: [{url: "https://odd.contoso.com:20443", mtls_port: 20061}]
	END
cat >"$dir/cwauditd.yaml" <<-END
	inventory: inventory.yaml
	store: sqlite:cwaudit.db
	control: none
	timeout: 2s
	interval: {https: 1h, mtls: 1h}
	settle: 0s
	coverage: 0%
	http: {listen: "127.77.0.1:9817", hosts: [cwaudit.contoso.com]}
	END
NOTIFY_SOCKET=$dir/none "$build/cwauditd" -c "$dir/cwauditd.yaml" 2>"$dir/err" &
daemon=$!; pids+=("$daemon")
logged event=summary || { echo "it_web.sh: no cycle ended" >&2; cat "$dir/err" >&2; exit 1; }
url=http://127.77.0.1:9817
# what the cycle found is in the next edition
has_odd() { curl -fs "$url/api/v1/summary" | jq -e '.summary.hosts.wrong > 30' >/dev/null; }
soon has_odd || { echo "it_web.sh: nothing is served" >&2; exit 1; }
CWAUDIT_URL=$url CWAUDIT_MODULES=$modules CWAUDIT_SHOTS=${WEB_SHOW:-$build/web/shots} \
    timeout 600 node --test "$here/web/page.test.mjs" || failed=1
kill -TERM "$daemon"
wait "$daemon"
exit "$failed"
