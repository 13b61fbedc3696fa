#!/bin/sh
# SPDX-License-Identifier: ISC
# it_servers.sh - real servers of other makes, as old and as strict as they
# get, each looked at by the real command. Of each: the stock openssl client
# sees a certificate or is refused, as the server's settings promise (else the
# test would prove nothing); our audit observes; the certificate is the
# server's; version, proof and cause are what they must be.
# `make check-servers` runs it, `make deps-servers` installs the servers.
set -u
net=127.88.0
. "$(dirname "$0")/servers_world.sh"
needs openssl jq gnutls-serv selfserv certutil pk12util nginx haproxy stunnel4 \
    kamailio apache2
servers_world "$@"

# --- the servers -----------------------------------------------------------

old_gnutls() {	# CLIENT-CERT-DEMAND SUITE-WORDS: TLS 1.0, this suite alone
	gnutls_serv $1 "NONE:+VERS-TLS1.0:+RSA:$2:+COMP-NULL:+SIGN-ALL:%COMPAT"
}

rc4_md5='+ARCFOUR-128:+MD5' rc4_sha='+ARCFOUR-128:+SHA1'
des3='+3DES-CBC:+SHA1' aes='+AES-128-CBC:+SHA1'
gnutls_rc4_md5() { old_gnutls --disable-client-cert $rc4_md5; }
gnutls_rc4_sha() { old_gnutls --disable-client-cert $rc4_sha; }
gnutls_3des() { old_gnutls --disable-client-cert $des3; }
gnutls_aes() { old_gnutls --disable-client-cert $aes; }
gnutls_rc4_md5_mtls() { old_gnutls --require-client-cert $rc4_md5; }
gnutls_rc4_sha_mtls() { old_gnutls --require-client-cert $rc4_sha; }
gnutls_3des_mtls() { old_gnutls --require-client-cert $des3; }
gnutls_aes_mtls() { old_gnutls --require-client-cert $aes; }
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

openssl_10() { s_server -Verify 1 -tls1 -cipher ECDHE-RSA-AES128-SHA:@SECLEVEL=0; }
openssl_12() { s_server -Verify 1 -tls1_2 -verify_return_error; }
openssl_13() { s_server -Verify 1 -tls1_3 -verify_return_error; }
openssl_sni() {	# who names nobody, or the site, meets another certificate
	start openssl s_server -accept "$at:$port" -quiet -www -Verify 1 \
	    -tls1_2 -cert "$dir/second.pem" -key "$dir/second.key" \
	    -servername $host -cert2 "$dir/$leaf.pem" -key2 "$dir/$leaf.key" \
	    -CAfile "$dir/ca.pem"
}
openssl_dhe() {	# with the group of RFC 2409, 1024 bits
	cat >"$dir/dh1024.pem" <<-END
	-----BEGIN DH PARAMETERS-----
	MIGHAoGBAP//////////yQ/aoiFowjTExmKLgNwc0SkCTgiKZ8x0Agu+pjsTmyJR
	Sgh5jjQE3e+VGbPNOkMbMCsKbfJfFDdP4TVtbVHCReSFtXZiXn7G9ExC6aY37WsL
	/1y29Aa37e44a/taiZ+lrp8kEXxLH+ZJKGZR7OZTgf//////////AgEC
	-----END DH PARAMETERS-----
	END
	s_server -Verify 1 -tls1_2 -dhparam "$dir/dh1024.pem" \
	    -cipher DHE-RSA-AES128-SHA:@SECLEVEL=0
}

# A chain of three, 512 bytes a record: its Certificate message needs many.
make_chain() {
	make_sub policy "Contoso Policy CA" ca &&
	make_sub issuing "Contoso Issuing CA" policy &&
	make_leaf $leaf $host issuing &&
	cat "$dir/issuing.pem" "$dir/policy.pem" >"$dir/chain.pem"
}
openssl_chain() {
	make_chain &&
	s_server -Verify 1 -tls1_2 -cert_chain "$dir/chain.pem" \
	    -max_send_frag 512 &&
	[ "$(timeout 8 openssl s_client -connect "$at:$port" -msg </dev/null 2>&1 |
	    grep -c '^<<< .*RecordHeader')" -ge 6 ]
}

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

# TLS 1.3 refuses for want of a certificate after our Finished, TLS 1.2 before.
apache_conf() {	# PROTOCOL WHERE-VERIFY-STANDS
	mkdir -p "$dir/www" && echo ok >"$dir/www/index.html" || return
	cat >"$dir/apache.$row" <<-END
	ServerName $site
	ServerRoot $dir
	PidFile $dir/apache.$row.pid
	ErrorLog /dev/stderr
	Listen $address:$port
	$(for m in mpm_event authz_core dir ssl socache_shmcb; do
		echo "LoadModule ${m}_module /usr/lib/apache2/modules/mod_$m.so"
	done)
	Mutex file:$dir default
	DocumentRoot $dir/www
	SSLEngine on
	SSLProtocol $1
	SSLCertificateFile $dir/$leaf.pem
	SSLCertificateKeyFile $dir/$leaf.key
	SSLCACertificateFile $dir/ca.pem
	$2
	END
	start apache2 -X -f "$dir/apache.$row"
}
verify='SSLVerifyClient require'
apache_12() { apache_conf TLSv1.2 "$verify"; }
apache_13() { apache_conf TLSv1.3 "$verify"; }
apache_location() {	# asked for after the request: by renegotiation
	apache_conf TLSv1.2 "<Location />
	$verify
	</Location>"
}

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

write_inventory() {	# KIND NAME
	cat <<-END
	defaults: {timeout: 8s, trust: {mtls: [test], https: [test]}}
	roots: {test: ca.pem}
	hosts:
	  - fqdn: $host
	    address: $address
	    layout: separate
	    http: $http
	    sites:
	END
	case $1 in
	https) echo "      - {url: \"https://$2:$port\", mtls_port: unknown}" ;;
	mtls) echo "      - {url: \"https://$2\", mtls_port: $port, tls: no}" ;;
	esac
}

# look KIND NAME CERT WANT: prints what is wrong, nothing if all is right.
# WANT: a jq condition on the endpoint.
look() {
	write_inventory "$1" "$2" >"$dir/inventory.yaml"
	audit --mode "$mode" || return
	jq -r --arg sha "$(sha256_of "$3")" --arg kind "$1" '
	    def legacy: [.findings[] | select(.rule == "legacy-tls") |
		.offenders[]];
	    if (.endpoints | length) != 1 then "not one endpoint" else
	    .endpoints[0] |
	    if .kind != $kind then "kind \(.kind)"
	    elif .outcome != "observed" then "\(.outcome): \(.detail)"
	    elif .certificate.sha256 != $sha then "another certificate"
	    elif ('"$4"') | not then
		"\({via, proof, tls, http_status, detail} | tojson)"
	    else empty end end' "$dir/audit.json" 2>&1
}

# server NAME START KIND STOCK WANT [LEAF SITE]
# STOCK: yes or no, does the stock client see a certificate; after a colon what
# it says besides, an extended regular expression.
server() {
	name=$1 starter=$2 kind=$3 stock=${4%%:*} says=${4#*:} want=$5
	called=${7:-$site}
	[ "$kind" = https ] || called=$host
	if [ "$starter" != running ]; then
		row=$((row + 1))
		address=$net.$row
		at=$address
		leaf=row$row
		pick_port
	else
		leaf=$6
	fi
	[ -f "$dir/$leaf.pem" ] || make_leaf "$leaf" "$called"
	$starter || { report "$name" "the server did not start"; return; }
	stock_client "$called" && sees=yes || sees=no
	[ "$sees" = "$stock" ] || {
		report "$name" "stock client sees a certificate: $sees"
		return
	}
	[ "$says" = "$4" ] || grep -Eq "$says" "$dir/stock" || {
		report "$name" "stock client does not say: $says"
		return
	}
	report "$name" "$(look "$kind" "${7:-$site}" "$leaf" "$want")"
}

mode=handshake
http=false		# ask for a page, too
make_leaf second im02.contoso.com ||
    { echo "it_servers: no certificates" >&2; exit 1; }

# No proof can be had of who speaks no suite of ours; the cause is named.
unproven='.via == "hello" and .proof == "none" and (.detail | length) > 0'
asked='.tls.client_certificate_requested == true'
proven='.proof == "signature" or .proof == "finished"'
cause='(.detail | test("client certificate"; "i"))'
unsafe='(legacy | any(. == "no secure renegotiation"))'

old_suite() {	# WORDS STARTER CIPHER
	old=".tls.version == \"TLSv1\" and (.tls.cipher | test(\"$3\")) and
	    (legacy | any(test(\"$3\")))"
	server "gnutls TLS 1.0 $1" "$2" https no \
	    "$unproven and (.tls.client_certificate_requested | not) and $old"
	server "gnutls TLS 1.0 $1, mutual" "${2}_mtls" mtls no \
	    "$unproven and $asked and $old"
}
old_suite RC4-MD5 gnutls_rc4_md5 RC4_128_MD5
old_suite RC4-SHA gnutls_rc4_sha RC4_128_SHA
old_suite 3DES gnutls_3des 3DES_EDE_CBC_SHA
server "gnutls TLS 1.0 AES-CBC" gnutls_aes https yes:AES128-SHA \
    '.proof == "finished" and .tls.version == "TLSv1"'
server "gnutls TLS 1.0 AES-CBC, mutual" gnutls_aes_mtls mtls yes \
    "$asked and $cause and .tls.version == \"TLSv1\""
server "gnutls TLS 1.2, no RFC 5746, mutual" gnutls_old_reneg mtls \
    "no:unsafe legacy renegotiation disabled" "($proven) and $asked and $cause
    and .tls.version == \"TLSv1.2\" and $unsafe"
server "gnutls TLS 1.0, no RFC 5746" gnutls_old_reneg_https https \
    "no:unsafe legacy renegotiation disabled" \
    ".proof == \"finished\" and .tls.version == \"TLSv1\" and $unsafe"
server "NSS SSL 3.0" nss_ssl3 mtls no \
    "$unproven and $asked and .tls.version == \"SSLv3\""
server "openssl TLS 1.0 ECDHE" openssl_10 mtls yes \
    "($proven) and $asked and $cause and .tls.version == \"TLSv1\""
server "openssl TLS 1.2" openssl_12 mtls yes \
    "($proven) and $asked and $cause and .tls.version == \"TLSv1.2\""
server "openssl TLS 1.3" openssl_13 mtls yes \
    "($proven) and $asked and $cause and .tls.version == \"TLSv1.3\""
server "openssl TLS 1.2 DHE, 1024 bits" openssl_dhe mtls \
    "yes:Server Temp Key: DH, 1024 bits" \
    "($proven) and $asked and $cause and (.tls.cipher | test(\"_DHE_\"))"
server "openssl, chain of 3 in small records" openssl_chain mtls yes \
    "($proven) and $asked and $cause and (.chain | length) == 3"
mode=hello
server "the same, by a hello" running mtls yes \
    '.via == "hello" and .proof == "none" and (.chain | length) == 3' $leaf
mode=handshake
server "openssl, mutual, named by SNI" openssl_sni mtls yes "$asked and $cause"
server "nginx, named by SNI" nginx_sni https yes '.proof == "finished"'
mode=hello
server "nginx, named by SNI, hello" running https yes \
    '.via == "hello" and .proof == "none"' $leaf
mode=handshake
server "nginx, its default name" running https yes '.proof == "finished"' \
    second im02.contoso.com
server "haproxy" haproxy_mtls mtls yes "($proven) and $asked and $cause"
server "stunnel" stunnel_mtls mtls yes "($proven) and $asked and $cause"
server "kamailio, SIP over mutual TLS" kamailio_mtls mtls yes \
    "($proven) and $asked and $cause"
http=true
server "apache TLS 1.2, SSLVerifyClient" apache_12 https yes \
    "($proven) and $asked and $cause and .http_status == null"
server "apache TLS 1.3, SSLVerifyClient" apache_13 https yes \
    "($proven) and $asked and $cause and .http_status == null"
server "apache, SSLVerifyClient for a place" apache_location https yes \
    ".proof == \"finished\" and .http_status == null"

servers_seen
