#!/bin/sh
# SPDX-License-Identifier: ISC
# it_verify.sh - chains of every kind to three verifiers: cwaudit check,
# openssl verify and certtool --verify. The table at the end says what each
# must answer; where they differ it says why. cwaudit's answer is bad if the
# path or a date is (untrusted, self-signed, expired, not-yet-valid): short
# keys and weak signatures have rules of their own and are listed after it.
set -eu
: "${B:=build}"
check=$(cd "$B" && pwd)/cwaudit
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

fqdn=cwa01.nwtraders.local
cat >ca.cnf <<END
[ca]
default_ca = own
[own]
database = index
new_certs_dir = .
policy = any
unique_subject = no
rand_serial = yes
[any]
commonName = supplied
END
: >index
ca='basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign'
leaf='basicConstraints=CA:FALSE
keyUsage=critical,digitalSignature,keyEncipherment
extendedKeyUsage=serverAuth
crlDistributionPoints=URI:http://pki.contoso.com/ca.crl'

key() {			# NAME BITS
	[ -e "$1.key" ] || openssl genrsa -out "$1.key" "$2" 2>/dev/null
}

# make NAME CN ISSUER EXTENSIONS; ISSUER self: a root
from=20200101000000Z to=20491231235959Z md=sha256
make() {
	name=$1 issuer=$3
	key "$name" 2048
	printf '%s\n' "$4" 'subjectKeyIdentifier=hash' >ext
	[ "$issuer" = self ] || echo 'authorityKeyIdentifier=keyid' >>ext
	printf '[req]\ndistinguished_name=dn\n[dn]\n' >req.cnf
	openssl req -new -config req.cnf -key "$name.key" -subj "/CN=$2" \
	    -out req.csr
	set -- -config ca.cnf -batch -notext -in req.csr -extfile ext \
	    -startdate "$from" -enddate "$to" -md "$md" -out "$name.pem"
	if [ "$issuer" = self ]; then
		openssl ca -selfsign -keyfile "$name.key" "$@" 2>log
	else
		openssl ca -cert "$issuer.pem" -keyfile "$issuer.key" "$@" \
		    2>log
	fi || { cat log; exit 1; }
}

make root 'Contoso Root' self "$ca"
make other 'Other Root' self "$ca"
make inter 'Contoso Issuing' root "$ca"
make good $fqdn inter "$leaf"
cp good.key leaf-expired.key; cp good.key leaf-early.key
cp good.key below-expired.key; cp good.key below-no-basic.key
cp good.key below-no-sign.key; cp good.key below-sub.key
cp good.key below-fabrikam.key; cp good.key below-nwtraders.key
cp good.key below-sha1.key; cp good.key selfsigned.key
from=20200101000000Z to=20210101000000Z
make leaf-expired $fqdn inter "$leaf"
make inter-expired 'Contoso Old Issuing' root "$ca"
from=20490101000000Z to=20491231235959Z
make leaf-early $fqdn inter "$leaf"
from=20200101000000Z to=20491231235959Z
make below-expired $fqdn inter-expired "$leaf"
make selfsigned $fqdn self "$leaf"
# The same CA's name and key, certified by another root.
cp inter.key cross.key
make cross 'Contoso Issuing' other "$ca"
make no-basic 'Contoso No CA' root 'keyUsage=critical,digitalSignature'
make below-no-basic $fqdn no-basic "$leaf"
make no-sign 'Contoso No Sign' root \
    'basicConstraints=critical,CA:TRUE
keyUsage=critical,cRLSign'
make below-no-sign $fqdn no-sign "$leaf"
make short 'Contoso Short Path' root \
    'basicConstraints=critical,CA:TRUE,pathlen:0
keyUsage=critical,keyCertSign,cRLSign'
make sub 'Contoso Sub' short "$ca"
make below-sub $fqdn sub "$leaf"
make fabrikam 'Fabrikam Issuing' root "$ca
nameConstraints=critical,permitted;DNS:fabrikam.com"
make below-fabrikam $fqdn fabrikam "$leaf
subjectAltName=DNS:$fqdn"
make nwtraders 'Nwtraders Issuing' root "$ca
nameConstraints=critical,permitted;DNS:nwtraders.local"
make below-nwtraders $fqdn nwtraders "$leaf
subjectAltName=DNS:$fqdn"
md=sha1
make inter-sha1 'Contoso SHA-1' root "$ca"
md=sha256
make below-sha1 $fqdn inter-sha1 "$leaf"
key leaf-1024 1024
make leaf-1024 $fqdn inter "$leaf"
# One bit of the signature is turned.
openssl x509 -in good.pem -outform der -out good.der
size=$(wc -c <good.der)
head -c $((size - 1)) good.der >forged.der
last=$(tail -c 1 good.der | od -An -tu1)
# shellcheck disable=SC2059
printf "\\$(printf '%03o' $((last ^ 1)))" >>forged.der
openssl x509 -inform der -in forged.der -out forged.pem

# ours TRUST FILE...: ok or bad, then the other rules that speak of the chain
ours() {
	trust=$1
	shift
	"$check" check "$@" --as mtls --host $fqdn --trust "$trust" \
	    --fail-on off -o json </dev/null | jq -r '
	    ["untrusted", "self-signed", "expired", "not-yet-valid"] as $path |
	    ["weak-key", "weak-signature", "incomplete-chain"] as $more |
	    [.endpoints[0].findings[].rule] as $found |
	    ([if $found - $path == $found then "ok" else "bad" end] +
	    ($found - ($found - $more) | sort)) | join("+")'
}

by_openssl() {		# TRUST LEAF [ABOVE...]
	trust=$1 first=$2
	shift 2
	cat "$first" "$@" >untrusted
	if openssl verify -no-CAfile -no-CApath -no-CAstore -CAfile "$trust" \
	    -untrusted untrusted "$first" >log 2>&1; then
		echo ok
	else
		echo bad
	fi
}

by_gnutls() {		# TRUST LEAF [ABOVE...]
	trust=$1
	shift
	cat "$@" >sent
	if certtool --verify --load-ca-certificate "$trust" --infile sent \
	    >log 2>&1; then
		echo ok
	else
		echo bad
	fi
}

faults=0 cases=0
same() {		# WHO EXPECTED GOT
	[ "$2" != "$3" ] || return 0
	echo "it_verify: $title: $1 says $3, not $2"
	faults=$((faults + 1))
}

# chain TITLE OURS OPENSSL GNUTLS TRUST LEAF [ABOVE...]
chain() {
	title=$1 us=$2 them=$3 gnu=$4
	shift 4
	cases=$((cases + 1))
	same cwaudit "$us" "$(ours "$@")"
	same openssl "$them" "$(by_openssl "$@")"
	same certtool "$gnu" "$(by_gnutls "$@")"
}

chain 'good' ok ok ok root.pem good.pem inter.pem
chain 'root sent, too' ok ok ok root.pem good.pem inter.pem root.pem
chain 'wrong order' ok ok ok root.pem good.pem root.pem inter.pem
chain 'missing intermediate' bad bad bad root.pem good.pem
cat root.pem inter.pem >both.pem
chain 'intermediate in the trust' ok+incomplete-chain ok ok both.pem good.pem
chain 'expired leaf' bad bad bad root.pem leaf-expired.pem inter.pem
chain 'leaf of the future' bad bad bad root.pem leaf-early.pem inter.pem
chain 'expired CA' bad bad bad root.pem below-expired.pem inter-expired.pem
chain 'self-signed' bad bad bad root.pem selfsigned.pem
# GnuTLS lets no certificate but a CA's vouch, not even for itself; Windows
# trusts what is in its root store, and so do we.
chain 'self-signed and trusted' ok ok bad selfsigned.pem selfsigned.pem
chain 'untrusted root' bad bad bad other.pem good.pem inter.pem root.pem
# openssl takes the first issuer of that name among those sent and does not
# come back to try the other; certtool takes the chain as a list. Browsers and
# Windows try every path, and so do we.
chain 'cross-signed, both sent' ok bad bad other.pem good.pem inter.pem \
    cross.pem
chain 'cross-signed, other root' ok ok ok other.pem good.pem cross.pem
chain 'wrong signature' bad bad bad root.pem forged.pem inter.pem
chain 'CA without basicConstraints' bad bad bad root.pem below-no-basic.pem \
    no-basic.pem
chain 'CA without keyCertSign' bad bad bad root.pem below-no-sign.pem \
    no-sign.pem
chain 'path length' bad bad bad root.pem below-sub.pem sub.pem short.pem
chain 'name constraints broken' bad bad bad root.pem below-fabrikam.pem \
    fabrikam.pem
chain 'name constraints kept' ok ok ok root.pem below-nwtraders.pem \
    nwtraders.pem
# GnuTLS refuses SHA-1 in a path; weak-signature says so without calling the
# path broken, since servers and peers of the time accept it.
chain 'SHA-1' ok+weak-signature ok bad root.pem below-sha1.pem inter-sha1.pem
chain 'RSA 1024' ok+weak-key ok ok root.pem leaf-1024.pem inter.pem

echo "it_verify: $cases chains, three verifiers, $faults answers wrong"
[ $faults = 0 ]
