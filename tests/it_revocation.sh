#!/bin/sh
# SPDX-License-Identifier: ISC
# it_revocation.sh - the real command against a CA of its own: CRLs and OCSP
# responses from a server that also does all that one should not; what is said
# of each, who was asked, and what the cache is good for.
set -eu
: "${B:=build}"
B=$(realpath "$B")
dir=$(mktemp -d)
pids=
failed=0 passed=0
# shellcheck disable=SC2086,SC2317
stop() {
	[ -z "$pids" ] || kill $pids 2>/dev/null || :
	wait 2>/dev/null || :
	rm -rf "$dir"
}
trap stop EXIT
trap 'exit 1' INT TERM HUP

ok() {		# DESCRIPTION COMMAND...
	what=$1
	shift
	if "$@"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "it_revocation: FAILED: $what" >&2
	fi
}
not() { ! "$@"; }
wait_for() {	# FILE
	for _ in $(seq 100); do
		[ ! -s "$1" ] || return 0
		sleep 0.1
	done
	echo "it_revocation: $1 did not come" >&2
	exit 1
}

mkdir "$dir/www"
"$B/fetchd" "$dir/www" &
fetchd=$!
pids=$fetchd
wait_for "$dir/www/port"
port=$(cat "$dir/www/port")
www=http://127.0.0.1:$port
cd "$dir"

# ---- a root, a CA below it and one that it took back, a CA of the same name
for k in root ca sub other ocsp leaf; do
	openssl ecparam -name prime256v1 -genkey -noout -out $k.key
done
for by in root ca sub other; do
	cat >$by.cnf <<-END
	[req]
	distinguished_name = dn
	[dn]
	[ca]
	default_ca = it
	[it]
	database = $by.index
	default_md = sha256
	crl_extensions = crl
	[crl]
	authorityKeyIdentifier = keyid
	[root]
	basicConstraints = critical,CA:TRUE
	keyUsage = critical,keyCertSign,cRLSign
	subjectKeyIdentifier = hash
	END
	: >$by.index
done
openssl req -config root.cnf -x509 -new -key root.key -subj "/CN=IT Root" \
    -days 100 -extensions root -out root.pem
openssl req -config root.cnf -x509 -new -key other.key -subj "/CN=IT CA" \
    -days 100 -extensions root -out other.pem

issue() {	# NAME ISSUER SERIAL KEY SUBJECT EXTENSION...
	name=$1 by=$2 serial=$3 key=$4 subject=$5
	shift 5
	printf '%s\n' "subjectKeyIdentifier = hash" \
	    "authorityKeyIdentifier = keyid" "$@" >"$name.ext"
	openssl req -config root.cnf -new -key "$key.key" -subj "$subject" \
	    -out "$name.csr"
	openssl x509 -req -in "$name.csr" -CA "$by.pem" -CAkey "$by.key" \
	    -days 60 -set_serial "$serial" -extfile "$name.ext" \
	    -out "$name.pem" 2>/dev/null
}
a_ca() {	# NAME SERIAL SUBJECT
	issue "$1" root "$2" "$1" "$3" "basicConstraints = critical,CA:TRUE" \
	    "keyUsage = critical,keyCertSign,cRLSign" \
	    "crlDistributionPoints = URI:$www/file/root.crl"
}
a_ca ca 1 "/CN=IT CA"
a_ca sub 3 "/CN=IT Sub CA"
issue ocsp ca 2 ocsp "/CN=IT OCSP" "extendedKeyUsage = OCSPSigning"

end=$(date -u -d '+60 days' +%y%m%d%H%M%SZ)
entry() {	# INDEX SERIAL [REVOKED]
	printf '%s\t%s\t%s\t%s\tunknown\t/CN=%s\n' \
	    "$([ -z "${3:-}" ] && echo V || echo R)" "$end" "${3:-}" "$2" \
	    "$2" >>"$1.index"
}
entry ca 1001
entry ca 1002
entry ca 1010 260101120000Z,keyCompromise
entry ca 1011 260101120000Z,holdInstruction,holdInstructionReject
entry root 03 260201120000Z,CACompromise

crl() {		# NAME CA [OPTION...]
	name=$1 by=$2
	shift 2
	openssl ca -config "$by.cnf" -gencrl -keyfile "$by.key" \
	    -cert "$by.pem" "$@" 2>openssl.err |
	    openssl crl -outform DER -out "www/$name.crl" ||
	    { cat openssl.err >&2; exit 1; }
}
crl ca ca -crldays 2
crl root root -crldays 2
crl sub sub -crldays 2
crl other other -crldays 2
crl stale ca -crl_lastupdate 20250101000000Z -crl_nextupdate 20250102000000Z
echo '<html>sign in first</html>' >www/garbage.crl

# ---- leaves, each on a port of its own
: >inventory.part
leaf() {	# NAME SERIAL [EXTENSION...]; by, serve: more of it
	name=$1 serial=$2
	shift 2
	issue "$name" "${by:-ca}" "0x$serial" leaf "/CN=$name.it.test" \
	    "subjectAltName = DNS:$name.it.test" "$@"
	# shellcheck disable=SC2086
	openssl s_server -www -accept 127.0.0.1:0 -cert "$name.pem" -key leaf.key \
	    -cert_chain "${by:-ca}.pem" ${serve:-} >"$name.out" 2>&1 &
	pids="$pids $!"
	names="${names:-} $name"
}
cdp() { echo "crlDistributionPoints = URI:$1"; }
aia() { echo "authorityInfoAccess = OCSP;URI:$1"; }
response() {	# NAME SERIAL SIGNER [OPTION...]
	name=$1 serial=$2 signer=$3
	shift 3
	openssl ocsp -issuer ca.pem -serial "0x$serial" -no_nonce \
	    -reqout req.der >/dev/null 2>&1
	openssl ocsp -index ca.index -CA ca.pem -rsigner "$signer.pem" \
	    -rkey "$signer.key" -reqin req.der -respout "www/$name" \
	    "$@" >/dev/null 2>openssl.err || { cat openssl.err >&2; exit 1; }
}
response good.ocsp 1001 ocsp -ndays 1
response revoked.ocsp 1010 ocsp -ndays 1
response by-ca.ocsp 1001 ca -ndays 1

leaf good 1001 "$(cdp "$www/file/ca.crl")"
leaf revoked 1010 "$(cdp "$www/file/ca.crl")"
leaf hold 1011 "$(cdp "$www/file/ca.crl")"
leaf off 1010 "$(cdp "$www/file/ca.crl")"
leaf hops 1001 "$(cdp "$www/hop/3/ca.crl")"
leaf stale 1010 "$(cdp "$www/file/stale.crl")"
leaf signer 1010 "$(cdp "$www/file/other.crl")"
leaf garbage 1001 "$(cdp "$www/file/garbage.crl")"
leaf missing 1001 "$(cdp "$www/file/none.crl")"
leaf huge 1001 "$(cdp "$www/huge")"
leaf endless 1001 "$(cdp "$www/endless")"
leaf loop 1001 "$(cdp "$www/loop")"
leaf hops4 1001 "$(cdp "$www/hop/4/ca.crl")"
leaf away 1001 "$(cdp "$www/away")"
leaf scheme 1001 "$(cdp "$www/ldap")"
leaf unlisted 1001 "$(cdp "http://127.0.0.2:$port/file/ca.crl")"
leaf user 1001 "$(cdp "http://me:secret@127.0.0.1:$port/file/ca.crl")"
leaf ldap 1001 "$(cdp "ldap:///CN=IT?certificateRevocationList?base")"
leaf second 1010 "crlDistributionPoints = URI:ldap://127.0.0.2/x,URI:$www/file/ca.crl"
leaf slow 1001 "$(cdp "http://127.0.0.3:$port/slow")"
leaf drip 1001 "$(cdp "http://127.0.0.3:$port/drip")"
leaf closed 1001 "$(cdp "http://127.0.0.1:1/x")"
leaf none 1001
leaf ocsp-good 1001 "$(aia "$www/ocsp/good.ocsp")" "$(cdp "$www/none")"
leaf ocsp-by-ca 1001 "$(aia "$www/ocsp/by-ca.ocsp")"
leaf ocsp-revoked 1010 "$(aia "$www/ocsp/revoked.ocsp")"
leaf ocsp-other 1002 "$(aia "$www/ocsp/good.ocsp")"
leaf ocsp-then-crl 1002 "$(aia "$www/ocsp/good.ocsp")" "$(cdp "$www/file/ca.crl")"
serve="-status_file www/revoked.ocsp"
leaf staple 1010 "$(cdp "$www/none")"
serve="-status_file www/good.ocsp"
leaf bad-staple 1010 "$(cdp "$www/file/ca.crl")"
serve=
by=sub leaf below 1001 "$(cdp "$www/file/sub.crl")"

{
	echo 'roots: {it: root.pem}'
	echo 'defaults:'
	echo '  trust: it'
	echo "  revocation: {enabled: yes, hosts: ['127.0.0.1:$port'," \
	    "'127.0.0.3:$port', '127.0.0.1:1']}"
	echo 'published:'
	for n in $names; do
		for _ in $(seq 100); do
			p=$(sed -n 's/^ACCEPT 127.0.0.1://p' "$n.out")
			[ -z "$p" ] || break
			sleep 0.1
		done
		[ -n "$p" ] || { cat "$n.out" >&2; exit 1; }
		off=
		[ "$n" != off ] || off=', revocation: no'
		echo "  - {url: 'https://$n.it.test:$p', address: 127.0.0.1," \
		    "kind: reverse-proxy$off}"
	done
} >inventory.yaml

audit() {	# OPTION...; what is said of revocation as lines
	timeout 60 "$B/cwaudit" audit -i inventory.yaml -o json "$@" \
	    >audit.json 2>audit.err || [ $? -lt 2 ] ||
	    { cat audit.err >&2; exit 1; }
	jq -r '.endpoints[] | (.site | sub(".it.test$"; "")) as $n |
	    .findings[] | select(.rule | test("^revo")) |
	    "\($n) \(.rule)/\(.severity) \(.message)"' audit.json | sort >said
}
start=$(date +%s)
audit --cache cache
ok "an audit is over when the last time-out is" \
    [ $(($(date +%s) - start)) -lt 30 ]

# ---- what is said
says() {	# NAME RULE/SEVERITY WORDS
	ok "$1: $2: $3" grep -qF -- "$3" <<-END
	$(grep "^$1 $2 " said || :)
	END
	[ "$failed" = 0 ] || grep "^$1 " said >&2 || :
}
critical() { says "$1" revoked/critical "$2"; }
unknown() { says "$1" revocation-unknown/notice "$2"; }
critical revoked "is revoked since 2026-01-01T12:00:00Z (reason: key compromise), says the CRL $www/file/ca.crl"
critical hold "is on hold since 2026-01-01T12:00:00Z (its CA may release it again)"
critical second "says the CRL $www/file/ca.crl"
critical ocsp-revoked "says the OCSP responder $www/ocsp/revoked.ocsp"
critical staple "says the OCSP response that the server staples"
critical bad-staple "says the CRL $www/file/ca.crl"
critical below "CN=IT Sub CA, a CA above the certificate published at https://below.it.test"
critical below "(reason: CA compromise), says the CRL $www/file/root.crl"
unknown stale "CRL $www/file/stale.crl: it is out of date since 2025-01-02T00:00:00Z"
unknown signer "its signature is not by the CA that issued the certificate"
unknown garbage "what came is no CRL (27 bytes)"
unknown missing "HTTP status 404"
unknown huge "larger than 16384 KiB"
unknown endless "larger than 16384 KiB"
unknown loop "redirected more than 3 times"
unknown hops4 "redirected more than 3 times"
unknown away "redirected to http://127.0.0.2:$port/file/ca.crl: not fetched: the inventory's revocation.hosts does not have 127.0.0.2:$port"
unknown scheme "redirected to ldap://127.0.0.2/cn=ca: ldap: is out of the auditor's reach"
unknown unlisted "not fetched: the inventory's revocation.hosts does not have 127.0.0.2:$port"
unknown user "has a user or password in it"
unknown ldap "ldap: is out of the auditor's reach"
unknown slow "no whole answer within 10 s"
unknown drip "no whole answer within 10 s"
unknown closed "Connection refused"
unknown none "it names neither an OCSP responder nor a CRL"
unknown ocsp-other "the response is about other certificates"
for n in good off hops ocsp-good ocsp-by-ca ocsp-then-crl; do
	ok "$n: nothing is said" not grep -q "^$n " said
done
ok "each is said once" [ "$(wc -l <said)" = 25 ]

# ---- who was asked, and how often
asked() { grep -cxF -- "$1" www/requests || :; }
ok "a host off the list is never asked" not grep -q ' 127.0.0.2 ' www/requests
ok "one fetch serves all" [ "$(asked "GET 127.0.0.1 /file/ca.crl -")" = 1 ]
ok "for the CAs, too" [ "$(asked "GET 127.0.0.1 /file/root.crl -")" = 1 ]
ok "a response is POSTed for, once a certificate" \
    [ "$(asked "POST 127.0.0.1 /ocsp/good.ocsp application/ocsp-request")" = 2 ]
ok "where OCSP or a staple answers no CRL is fetched" \
    [ "$(asked "GET 127.0.0.1 /none -")" = 0 ]

# ---- the cache: what is good is not fetched again, what is spoilt is
ok "it keeps what gave an answer, and only that" \
    [ "$(find cache -type f | wc -l)" = 7 ]
ok "and nobody else may read it" [ -z "$(find cache -perm /077)" ]
: >www/requests
audit --cache cache revoked.it.test ocsp-revoked.it.test
ok "nothing is asked for what is held" [ ! -s www/requests ]
critical revoked "says the CRL $www/file/ca.crl"
critical ocsp-revoked "says the OCSP responder"
for f in cache/*; do
	printf x | dd of="$f" bs=1 seek=200 conv=notrunc 2>/dev/null
done
audit --cache cache revoked.it.test
critical revoked "says the CRL $www/file/ca.crl"
ok "what is spoilt is fetched again" \
    [ "$(asked "GET 127.0.0.1 /file/ca.crl -")" = 1 ]
audit revoked.it.test
ok "without a cache it is fetched anew" \
    [ "$(asked "GET 127.0.0.1 /file/ca.crl -")" = 2 ]

# ---- the daemon tells the same, and has its state directory for a cache
printf '%s\n' 'inventory: inventory.yaml' 'store: none' 'control: none' 'timeout: 3s' 'settle: 0s' \
    >cwauditd.yaml
mkdir state
how=private	# the root of a chroot is no mount point
unshare --mount --propagation private true 2>/dev/null || how=unchanged
# shellcheck disable=SC2016
STATE_DIRECTORY=$dir/state timeout 60 unshare --mount --propagation $how \
    sh -c '[ ! -e /dev/log ] || mount --bind /dev/null /dev/log; exec "$@"' - \
    "$B/cwauditd" -c cwauditd.yaml -f --once >cwauditd.err 2>&1
ok "the daemon tells what is revoked" grep -q \
    '^[0-9:]* critical opened revoked https://revoked.it.test' cwauditd.err
ok "and what is not known" grep -q \
    '^[0-9:]* notice   opened revocation-unknown https://stale.it.test' cwauditd.err
ok "and keeps what it fetched" \
    [ "$(find state/revocation -type f | wc -l)" = 7 ]

kill $fetchd
wait $fetchd 2>/dev/null || :
audit --cache cache revoked.it.test good.it.test
critical revoked "says the CRL $www/file/ca.crl"
rm -r cache
audit --cache cache revoked.it.test
unknown revoked "Connection refused"
ok "never revoked without a CRL" not grep -q "^revoked revoked/" said
ok "a cache that cannot be is said" [ "$("$B/cwaudit" audit \
    -i inventory.yaml --cache /dev/null/x 2>&1 >/dev/null | head -n 1)" = \
    "cwaudit: --cache /dev/null/x: Not a directory" ]

echo "revocation: $passed passed, $failed failed"
[ "$failed" = 0 ]
