#!/bin/sh
# SPDX-License-Identifier: ISC
# it_ways.sh - the ways to a server, each gone by the real command: proxies of
# Debian (tinyproxy, microsocks), HEAD requests, a client certificate, names
# with several addresses of both families, published entries.
# `make check-servers` runs it, `make deps-servers` installs what it needs.
set -u
net=127.89.0
. "$(dirname "$0")/servers_world.sh"
needs openssl jq gnutls-serv nginx haproxy tinyproxy microsocks dnsmasq
servers_world "$@"

# --- servers ---------------------------------------------------------------

web() {		# STATUS: a site whose page answers so
	cat >"$dir/nginx.$row" <<-END
	daemon off; worker_processes 1; pid $dir/nginx.$row.pid;
	error_log stderr;
	events { worker_connections 64; }
	http {
	  access_log off;
	  client_body_temp_path $dir/n1; proxy_temp_path $dir/n2;
	  fastcgi_temp_path $dir/n3; uwsgi_temp_path $dir/n4;
	  scgi_temp_path $dir/n5;
	  server { listen $at:$port ssl; server_name $site;
	    ssl_certificate $dir/$leaf.pem;
	    ssl_certificate_key $dir/$leaf.key; return $1; }
	}
	END
	start nginx -c "$dir/nginx.$row" -p "$dir"
}

old_tls() {	# RC4 alone: no TLS library of today speaks with it
	gnutls_serv --disable-client-cert \
	    "NONE:+VERS-TLS1.0:+RSA:+ARCFOUR-128:+MD5:+COMP-NULL:+SIGN-ALL"
}

mutual() {	# insists on a certificate of ours
	cat >"$dir/haproxy.$row" <<-END
	defaults
	  mode tcp
	  timeout connect 5s
	  timeout client 5s
	  timeout server 5s
	frontend f
	  bind $at:$port ssl crt $dir/$leaf.both ca-file $dir/ca.pem verify required
	END
	start haproxy -db -f "$dir/haproxy.$row"
}

# The next row: an address, a port and a leaf of its own, and the server.
serve() {	# COMMAND...
	row=$((row + 1))
	address=$net.$row at=$net.$row leaf=row$row
	pick_port
	make_leaf "$leaf" "$called"
	"$@" || { echo "FAIL  $* did not start" >&2; exit 1; }
}

# serve_at ADDRESS CN COMMAND...: at the port of the row before.
serve_at() {
	row=$((row + 1))
	address=$1 at=$1 leaf=row$row called=$2
	case $1 in *:*) at="[$1]" ;; esac
	shift 2
	make_leaf "$leaf" "$called"
	# somebody listens there already: wait for this one by its own address
	"$@" >"$dir/log.$row" 2>&1 || exit 1
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		stock_client "$called" && return
		sleep 0.2
	done
	exit 1
}

http_proxy() {	# CONFIGURATION-LINE...: at $proxy
	row=$((row + 1))
	kept=$port
	pick_port
	proxy=$net.100:$port
	{
		printf '%s\n' "Port $port" "Listen $net.100" "Timeout 20" \
		    "LogFile \"$dir/proxy.log\"" "LogLevel Connect" \
		    "MaxClients 20" "Allow 127.0.0.0/8"
		printf '%s\n' "$@"
	} >"$dir/tinyproxy.$row"
	start tinyproxy -d -c "$dir/tinyproxy.$row" || exit 1
	port=$kept
}

socks_proxy() {	# OPTION...: at $proxy
	row=$((row + 1))
	kept=$port
	pick_port
	proxy=$net.101:$port
	start microsocks -i $net.101 -p "$port" "$@" || exit 1
	port=$kept
}

secret() {	# LINE MODE
	printf '%s\n' "$1" >"$dir/secret"
	chmod "$2" "$dir/secret"
}

# --- looking ---------------------------------------------------------------

inventory() {	# LINE...: of the host, its sites last
	{
		cat <<-END
		defaults: {timeout: 5s, trust: {mtls: [test], https: [test]}}
		roots: {test: ca.pem}
		hosts:
		  - fqdn: $host
		    layout: separate
		END
		printf '    %s\n' "$@"
	} >"$dir/inventory.yaml"
	printf 'inventory: inventory.yaml\nresolver: {servers: ["%s:53"]}\n' \
	    "$net.53" >"$dir/cwauditd.yaml"
}

https_of() {	# what a site needs besides its URL
	printf '%s' "sites: [{url: \"https://$site:$port\", mtls_port: unknown$1}]"
}

# is NAME WANT [OPTION...]: a jq condition on the endpoint, which may use leaf,
# is it $leaf, and rules, the names of the findings.
is() {
	name=$1 want=$2
	shift 2
	audit -c "$dir/cwauditd.yaml" "$@" >"$dir/fault" || {
		report "$name" "$(cat "$dir/fault")"
		return
	}
	report "$name" "$(jq -r --arg sha "$(sha256_of "$leaf")" '
	    def rules: [.findings[].rule];
	    def leaf: .certificate.sha256 == $sha;
	    if (.endpoints | length) != 1 then "not one endpoint" else
	    .endpoints[0] | if ('"$want"') then empty else
	    "\({outcome, via, proof, address, http_status, detail} |
		tojson) \(rules)" end end' "$dir/audit.json" 2>&1)"
}

called=$site
ok='.outcome == "observed" and leaf'

# -- a HEAD's status is evidence, never a verdict
serve web 204
inventory "address: $address" "http: true" "$(https_of '')"
is "HEAD, 204" "$ok and .http_status == 204 and .proof == \"finished\""
findings=$(jq -c '[.endpoints[].findings[].rule]' "$dir/audit.json")
inventory "address: $address" "$(https_of '')"
is "no HEAD" "$ok and .http_status == null and rules == $findings"
serve web 503
inventory "address: $address" "http: true" "$(https_of '')"
is "HEAD, 503" "$ok and .http_status == 503 and rules == $findings"

# -- an HTTP proxy
http_proxy "ConnectPort $port"
inventory "address: $address" "proxy: http://$proxy" "$(https_of '')"
is "tinyproxy" "$ok and .via == \"curl\" and .proof == \"finished\" and
    .address == \"$address\""
grep -q "CONNECT $address:$port" "$dir/proxy.log" ||
    report "tinyproxy saw us" "it logged no CONNECT to $address:$port"
is "tinyproxy, hello" "$ok and .via == \"hello\"" --mode hello
inventory "address: $address" "proxy: http://$proxy" \
    "sites: [{url: \"https://$site:9\", mtls_port: unknown}]"
is "tinyproxy, port forbidden" '.outcome == "proxy-error" and
    (.detail | test("it answered CONNECT with 403")) and
    (rules | index("legacy-tls") == null)'

serve old_tls
http_proxy "BasicAuth auditor secretword"
inventory "address: $address" "proxy: http://$proxy" \
    "proxy_credentials: secret" "$(https_of '')"
secret 'auditor:secretword' 600
is "tinyproxy, password, RC4 server" "$ok and .via == \"hello\" and
    .tls.version == \"TLSv1\""
secret 'auditor:wrong' 600
is "tinyproxy, wrong password" '.outcome == "proxy-error" and
    (.detail | test("40[17]: it wants other proxy_credentials"))'
secret 'auditor:secretword' 644
is "a password that others may read" '.outcome == "not-tried" and
    (.detail | test("secret: mode 0644")) and
    (.detail | test("secretword") | not)'
secret 'auditor:secretword' 600
dead=$((port + 500))
inventory "address: $address" "proxy: http://$proxy" \
    "proxy_credentials: secret" \
    "sites: [{url: \"https://$site:$dead\", mtls_port: unknown}]"
is "tinyproxy, nobody behind it" '.outcome == "proxy-error" and
    (.detail | test("it answered CONNECT with 50"))'
inventory "address: $address" "proxy: http://$net.100:9" "$(https_of '')"
is "no such proxy" '.outcome == "proxy-error"'

# -- a SOCKS proxy
serve web 204
socks_proxy
inventory "address: $address" "proxy: socks5://$proxy" "$(https_of '')"
is "microsocks" "$ok and .via == \"curl\" and .proof == \"finished\""
is "microsocks, hello" "$ok and .via == \"hello\"" --mode hello
inventory "address: $address" "proxy: socks5://$proxy" \
    "sites: [{url: \"https://$site:$dead\", mtls_port: unknown}]"
is "microsocks, nobody behind it" '.outcome == "refused" and
    (.detail | test("says the proxy"))'
secret 'auditor:pass%41word' 600
socks_proxy -u auditor -P pass%41word
inventory "address: $address" "proxy: socks5://$proxy" \
    "proxy_credentials: secret" "$(https_of '')"
is "microsocks, password" "$ok and .via == \"curl\""
secret 'auditor:passAword' 600
is "microsocks, wrong password" '.outcome == "proxy-error"'

# -- the environment leads nobody astray
inventory "address: $address" "$(https_of '')"
for v in http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY; do
	export "$v=http://$net.100:9"
done
is "the environment's proxy is not used" "$ok and .proof == \"finished\""
is "nor for a hello" "$ok and .via == \"hello\"" --mode hello
unset http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY

# -- a client certificate; MTLS never goes through a proxy
called=$host
serve mutual
make_leaf auditor auditor.contoso.com
chmod 600 "$dir/auditor.key"
mtls="sites: [{url: \"https://$site\", mtls_port: $port, tls: no}]"
inventory "address: $address" "proxy: http://$net.100:9" "$mtls"
is "refused without a client certificate" "$ok and
    (.detail | test(\"client certificate\"))"
inventory "address: $address" "client_cert: auditor.pem" \
    "client_key: auditor.key" "$mtls"
is "one that is none for clients" "$ok and .proof == \"finished\" and
    (.detail | test(\"our client certificate was refused\"))"
printf 'extendedKeyUsage=clientAuth\n' >"$dir/auditor.ext"
signed auditor /CN=auditor.contoso.com ca
is "accepted with one" "$ok and .proof == \"finished\" and .detail == null"
chmod 640 "$dir/auditor.key"
is "a key that others may read" '.outcome == "not-tried" and
    (.detail | test("auditor.key: mode 0640"))'

# -- addresses: one name, IPv4 and IPv6
called=$site
serve web 204
v4=$address v4leaf=$leaf
serve_at ::1 "$site" web 204
cat >"$dir/hosts" <<-END
$net.250 dark.nwtraders.local
::1 dark.nwtraders.local
$v4 two.nwtraders.local
$net.251 two.nwtraders.local
END
(port=53; start dnsmasq --keep-in-foreground --no-resolv --no-hosts \
    --no-daemon --listen-address=$net.53 --bind-interfaces --user=root \
    --pid-file= --addn-hosts="$dir/hosts" --local=/nwtraders.local/) || exit 1
host=dark.nwtraders.local
inventory "$(https_of '')"
is "IPv4 alone, nobody there" '.outcome == "refused"'
inventory "families: [ipv6]" "$(https_of '')"
is "IPv6" "$ok and .address == \"::1\" and .proof == \"finished\""
inventory "families: [ipv4, ipv6]" "$(https_of '')"
is "both families, one answers" "$ok and .address == \"::1\" and
    (rules | index(\"address-ambiguous\") != null)"

# -- several addresses: judged by the one that presents the site's names
host=two.nwtraders.local
serve_at $net.251 other.contoso.com web 204
leaf=$v4leaf
inventory "$(https_of '')"
is "several addresses" "$ok and .address == \"$v4\" and
    (rules | index(\"address-ambiguous\") != null) and
    (rules | index(\"site-names\") == null)"
inventory "$(https_of ", listen: {address: $v4}")"
is "listen.address" "$ok and (rules | index(\"address-ambiguous\") == null)"
inventory "$(https_of ", listen: {address: $net.251}")"
is "listen.address, the wrong one" '.outcome == "observed" and
    (leaf | not) and (rules | index("site-names") != null)'

# -- published: by the rules for what stands in front, and no others
inventory "$(https_of ", listen: {address: $v4}")" "state: retired"
cat >>"$dir/inventory.yaml" <<-END
published:
  - {url: "https://$site:$port", address: $v4, kind: reverse-proxy}
END
is "a published reverse proxy" "$ok and .kind == \"published\" and
    (rules | index(\"site-subject\") == null)"
sed -i "s/$v4, kind/$net.251, kind/" "$dir/inventory.yaml"
is "one that lacks the names" '.outcome == "observed" and
    .kind == "published" and (rules | index("site-names") != null)'

servers_seen
