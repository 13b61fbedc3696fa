#!/bin/sh
# SPDX-License-Identifier: ISC
# it_servers.sh - real servers of other makes, as old and as strict as they
# get, each looked at by the real command. Of each: the stock openssl client
# sees a certificate or is refused, as the server's settings promise (else the
# test would prove nothing); our audit observes; the certificate is the
# server's; version, proof and cause are what they must be.
# `make check-servers` runs it, `make deps-servers` installs the servers.
set -u
: "${B:=build}"
PATH=$PATH:/usr/sbin:/sbin
net=127.88.0
host=cwa01.nwtraders.local
site=im01.contoso.com
passed=0 failed=0 row=0 pids=''

for tool in openssl jq gnutls-serv selfserv certutil pk12util nginx haproxy \
    stunnel4 kamailio; do
	command -v $tool >/dev/null || {
		echo "it_servers: $tool is missing; make deps-servers" >&2
		exit 1
	}
done

dir=$(mktemp -d) || exit 1
chmod 755 "$dir"

end() {
	for p in $pids; do kill "$p" 2>/dev/null; done
	for p in $pids; do
		for _ in 1 2 3 4 5 6 7 8 9 10; do
			kill -0 "$p" 2>/dev/null || break
			sleep 0.2
		done
		kill -9 "$p" 2>/dev/null
		wait "$p" 2>/dev/null
	done
	rm -rf "$dir"
}
trap end EXIT
trap 'exit 1' INT TERM HUP

# --- certificates ----------------------------------------------------------

make_ca() {
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$dir/ca.key" \
	    -out "$dir/ca.pem" -days 30 \
	    -subj "/DC=com/DC=contoso/CN=Contoso Test CA" 2>/dev/null
}

make_leaf() {	# name cn
	cat >"$dir/$1.ext" <<-END
	subjectAltName=DNS:$2,DNS:as.$2,DNS:download.$2
	extendedKeyUsage=serverAuth
	keyUsage=digitalSignature,keyEncipherment
	END
	openssl req -newkey rsa:2048 -nodes -keyout "$dir/$1.key" \
	    -out "$dir/$1.csr" -subj "/CN=$2" 2>/dev/null &&
	openssl x509 -req -in "$dir/$1.csr" -CA "$dir/ca.pem" \
	    -CAkey "$dir/ca.key" -CAcreateserial -days 20 \
	    -extfile "$dir/$1.ext" -out "$dir/$1.pem" 2>/dev/null &&
	cat "$dir/$1.pem" "$dir/$1.key" >"$dir/$1.both"
}

# --- servers ---------------------------------------------------------------

listening() {	# port: is anybody in LISTEN on it?
	hex=$(printf ':%04X' "$1")
	grep -Eqs "^ *[0-9]+: [0-9A-F]+$hex 0+:0000 0A" \
	    /proc/net/tcp /proc/net/tcp6
}

pick_port() {	# the next one that is free -> $port
	port=${port:-31400}
	port=$((port + 1))
	while listening $port; do port=$((port + 1)); done
}

# start COMMAND...: in the background, until $port listens.
start() {
	"$@" >"$dir/log.$row" 2>&1 </dev/null &
	pid=$!
	pids="$pids $pid"
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 \
	    21 22 23 24 25; do
		listening $port && return 0
		kill -0 $pid 2>/dev/null || break
		sleep 0.2
	done
	sed 's/^/    /' "$dir/log.$row" | tail -5
	return 1
}

# gnutls-serv and selfserv listen on every address; the shim pins them to one.
gnutls_serv() {	# client-cert-demand priority
	demand=$1 priority=$2
	start env LD_PRELOAD="$so" BINDTO=$address \
	    gnutls-serv --nodb -p $port $demand --x509cafile "$dir/ca.pem" \
	    --x509certfile "$dir/$leaf.pem" --x509keyfile "$dir/$leaf.key" \
	    --priority "$priority"
}

old_gnutls() {	# suite words: TLS 1.0 and this suite alone
	gnutls_serv --require-client-cert \
	    "NONE:+VERS-TLS1.0:+RSA:$1:+COMP-NULL:+SIGN-ALL:%COMPAT"
}

gnutls_rc4_md5() { old_gnutls +ARCFOUR-128:+MD5; }
gnutls_rc4_sha() { old_gnutls +ARCFOUR-128:+SHA1; }
gnutls_3des() { old_gnutls +3DES-CBC:+SHA1; }
gnutls_aes() { old_gnutls +AES-128-CBC:+SHA1; }
gnutls_old_reneg() {
	gnutls_serv --require-client-cert \
	    "NORMAL:-VERS-ALL:+VERS-TLS1.2:%DISABLE_SAFE_RENEGOTIATION"
}
gnutls_old_reneg_https() {
	gnutls_serv --disable-client-cert \
	    "NORMAL:-VERS-ALL:+VERS-TLS1.0:+SHA1:%DISABLE_SAFE_RENEGOTIATION"
}

nss_ssl3() {
	mkdir "$dir/nss.$row" &&
	certutil -N -d "$dir/nss.$row" --empty-password &&
	certutil -A -d "$dir/nss.$row" -n ca -t C,, -i "$dir/ca.pem" &&
	openssl pkcs12 -export -in "$dir/$leaf.pem" -inkey "$dir/$leaf.key" \
	    -name server -passout pass: -out "$dir/$leaf.p12" &&
	pk12util -i "$dir/$leaf.p12" -d "$dir/nss.$row" -W '' >/dev/null &&
	start env LD_PRELOAD="$so" BINDTO=$address selfserv \
	    -d "$dir/nss.$row" -n server -p $port -V ssl3:ssl3 \
	    -c :0004:0005:000a -r -r
}

s_server() {	# options: with -www it does not wait for its terminal
	start openssl s_server -accept $address:$port -quiet -www \
	    -cert "$dir/$leaf.pem" -key "$dir/$leaf.key" \
	    -CAfile "$dir/ca.pem" -Verify 1 "$@"
}
openssl_10() { s_server -tls1 -cipher ECDHE-RSA-AES128-SHA:@SECLEVEL=0; }
openssl_12() { s_server -tls1_2 -verify_return_error; }
openssl_13() { s_server -tls1_3 -verify_return_error; }

nginx_sni() {	# two names, two certificates, one port
	cat >"$dir/nginx.conf" <<-END
	daemon off; worker_processes 1; pid $dir/nginx.pid;
	error_log stderr;
	events { worker_connections 64; }
	http {
	  access_log off;
	  client_body_temp_path $dir/n1; proxy_temp_path $dir/n2;
	  fastcgi_temp_path $dir/n3; uwsgi_temp_path $dir/n4;
	  scgi_temp_path $dir/n5;
	  server { listen $address:$port ssl default_server;
	    server_name im02.contoso.com;
	    ssl_certificate $dir/second.pem;
	    ssl_certificate_key $dir/second.key; return 204; }
	  server { listen $address:$port ssl; server_name $site;
	    ssl_certificate $dir/$leaf.pem;
	    ssl_certificate_key $dir/$leaf.key; return 204; }
	}
	END
	start nginx -c "$dir/nginx.conf" -p "$dir"
}
running() { listening $port; }		# the server of the row before

haproxy_mtls() {
	cat >"$dir/haproxy.cfg" <<-END
	defaults
	  mode tcp
	  timeout connect 5s
	  timeout client 5s
	  timeout server 5s
	frontend f
	  bind $address:$port ssl crt $dir/$leaf.both ca-file $dir/ca.pem verify required
	END
	start haproxy -db -f "$dir/haproxy.cfg"
}

stunnel_mtls() {
	cat >"$dir/stunnel.conf" <<-END
	foreground = yes
	pid =
	[mtls]
	accept = $address:$port
	connect = $address:9
	cert = $dir/$leaf.pem
	key = $dir/$leaf.key
	CAfile = $dir/ca.pem
	verifyChain = yes
	requireCert = yes
	END
	start stunnel4 "$dir/stunnel.conf"
}

kamailio_mtls() {	# SIP over mutual TLS, as the pool speaks it
	cat >"$dir/kamailio.cfg" <<-END
	children=1
	log_stderror=yes
	enable_tls=yes
	listen=tls:$address:$port
	loadmodule "sl.so"
	loadmodule "tls.so"
	modparam("tls", "config", "$dir/kamailio-tls.cfg")
	request_route { sl_send_reply("200", "OK"); }
	END
	cat >"$dir/kamailio-tls.cfg" <<-END
	[server:default]
	method = TLSv1.2+
	verify_certificate = yes
	require_certificate = yes
	private_key = $dir/$leaf.key
	certificate = $dir/$leaf.pem
	ca_list = $dir/ca.pem
	[client:default]
	verify_certificate = no
	require_certificate = no
	END
	mkdir "$dir/kamailio.run" &&
	start kamailio -f "$dir/kamailio.cfg" -DD -E -m 64 -M 8 \
	    -w "$dir" -Y "$dir/kamailio.run"
}

# --- looking ---------------------------------------------------------------

write_inventory() {	# kind name
	cat <<-END
	defaults: {timeout: 8s, trust: {mtls: [test], https: [test]}}
	roots: {test: ca.pem}
	hosts:
	  - fqdn: $host
	    address: $address
	    layout: separate
	    sites:
	END
	case $1 in
	https) echo "      - {url: \"https://$2:$port\", mtls_port: unknown}" ;;
	mtls) echo "      - {url: \"https://$2\", mtls_port: $port, tls: no}" ;;
	esac
}

# What the stock client gets to see: yes or no.
stock_client_sees() {	# name
	timeout 8 openssl s_client -connect $address:$port -servername "$1" \
	    -cipher ALL:@SECLEVEL=0 </dev/null >"$dir/stock" 2>&1
	grep -q 'BEGIN CERTIFICATE' "$dir/stock" && echo yes || echo no
}

sha256_of() {
	openssl x509 -in "$dir/$1.pem" -outform DER | openssl dgst -sha256 -r |
	    cut -d' ' -f1
}

# look KIND NAME CERT: prints what is wrong, nothing if all is right.
# $want: a jq condition on the endpoint.
look() {
	write_inventory "$1" "$2" >"$dir/inventory.yaml"
	timeout 40 "$B/cwaudit" audit -i "$dir/inventory.yaml" -o json \
	    >"$dir/audit.json" 2>"$dir/audit.err"
	status=$?
	case $status in
	0|1|3) ;;
	*) echo "exit status $status: $(tail -1 "$dir/audit.err")"; return ;;
	esac
	jq -r --arg sha "$(sha256_of "$3")" --arg kind "$1" '
	    if (.endpoints | length) != 1 then "not one endpoint" else
	    .endpoints[0] |
	    if .kind != $kind then "kind \(.kind)"
	    elif .outcome != "observed" then "\(.outcome): \(.detail)"
	    elif .certificate.sha256 != $sha then "another certificate"
	    elif ('"$want"') | not then
		"\({via, proof, tls, detail} | tojson)"
	    else empty end end' "$dir/audit.json" 2>&1
}

report() {	# name fault
	if [ -z "$2" ]; then
		passed=$((passed + 1))
		jq -r '.endpoints[0] | [.tls.version // "-", .via // "-",
		    .proof // "-", .detail // ""] | join(" ")' \
		    "$dir/audit.json" | sed "s/^/ok    $1: /"
		return
	fi
	failed=$((failed + 1))
	echo "FAIL  $1: $2"
}

# server NAME START KIND STOCK-CLIENT-SEES WANT [LEAF SITE]
server() {
	name=$1 starter=$2 kind=$3 stock=$4 want=$5
	at=${7:-$site}
	[ "$kind" = https ] || at=$host
	if [ "$starter" != running ]; then
		row=$((row + 1))
		address=$net.$row
		leaf=row$row
		pick_port
	else
		leaf=$6
	fi
	[ -f "$dir/$leaf.pem" ] || make_leaf "$leaf" "$at"
	$starter || { report "$name" "the server did not start"; return; }
	sees=$(stock_client_sees "$at")
	[ "$sees" = "$stock" ] || {
		report "$name" "stock client sees a certificate: $sees"
		return
	}
	fault=$(look "$kind" "${7:-$site}" "$leaf")
	report "$name" "$fault"
}

so=$(cd "$B" && pwd)/tests/bindto.so
make_ca && make_leaf second im02.contoso.com ||
    { echo "it_servers: no certificates" >&2; exit 1; }

# No proof can be had of who speaks no suite of ours; the cause is named.
unproven='.via == "hello" and .proof == "none" and (.detail | length) > 0'
asked='.tls.client_certificate_requested == true'
proven='.proof == "signature" or .proof == "finished"'
cause='(.detail | test("client certificate"; "i"))'

server "gnutls TLS 1.0 RC4-MD5" gnutls_rc4_md5 mtls no \
    "$unproven and $asked and .tls.version == \"TLSv1\""
server "gnutls TLS 1.0 RC4-SHA" gnutls_rc4_sha mtls no \
    "$unproven and $asked and .tls.version == \"TLSv1\""
server "gnutls TLS 1.0 3DES" gnutls_3des mtls no \
    "$unproven and $asked and .tls.version == \"TLSv1\""
server "gnutls TLS 1.0 AES128-SHA, RSA key exchange" gnutls_aes mtls yes \
    "$asked and $cause and .tls.version == \"TLSv1\""
server "gnutls TLS 1.2 without RFC 5746" gnutls_old_reneg mtls no \
    "($proven) and $asked and $cause and .tls.version == \"TLSv1.2\""
server "gnutls TLS 1.0 without RFC 5746" gnutls_old_reneg_https https no \
    ".proof == \"finished\" and .tls.version == \"TLSv1\""
server "NSS SSL 3.0" nss_ssl3 mtls no \
    "$unproven and $asked and .tls.version == \"SSLv3\""
server "openssl TLS 1.0 ECDHE" openssl_10 mtls yes \
    "($proven) and $asked and $cause and .tls.version == \"TLSv1\""
server "openssl TLS 1.2" openssl_12 mtls yes \
    "($proven) and $asked and $cause and .tls.version == \"TLSv1.2\""
server "openssl TLS 1.3" openssl_13 mtls yes \
    "($proven) and $asked and $cause and .tls.version == \"TLSv1.3\""
server "nginx, named by SNI" nginx_sni https yes '.proof == "finished"'
server "nginx, its default name" running https yes '.proof == "finished"' \
    second im02.contoso.com
server "haproxy" haproxy_mtls mtls yes "($proven) and $asked and $cause"
server "stunnel" stunnel_mtls mtls yes "($proven) and $asked and $cause"
server "kamailio, SIP over mutual TLS" kamailio_mtls mtls yes \
    "($proven) and $asked and $cause"

echo "$passed passed, $failed failed"
[ $failed = 0 ]
