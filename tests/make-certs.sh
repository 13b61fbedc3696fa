#!/bin/sh
# SPDX-License-Identifier: ISC
# make-certs.sh - writes tests/certs/<rule>.{good,bad}.pem, two for each rule
# that looks at a certificate, and root.pem and issuing.pem above them. Dates
# are fixed; keys and serial numbers are new with each run, so run it only when
# a fixture changes. Needs the openssl command, nothing else.
#
# A file holds what a server would send: the leaf first, then the issuing CA.
set -eu

out=$(cd "$(dirname "$0")" && pwd)/certs
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"
cd "$work"

fqdn=cwa01.nwtraders.local
site=im.contoso.com
site_names="DNS:$site,DNS:as.$site,DNS:download.$site"
all_names="DNS:$fqdn,$site_names"
tree=/DC=com/DC=contoso

cat >ca.cnf <<-EOF
	[ca]
	default_ca = own
	[own]
	database = index
	new_certs_dir = .
	policy = any
	unique_subject = no
	rand_serial = yes
	default_md = sha256
	preserve = yes
	email_in_dn = no
	[any]
	domainComponent = optional
	organizationName = optional
	commonName = optional
EOF
: >index

new_key() {		# file [bits]
	openssl genrsa -out "$1" "${2:-2048}" 2>/dev/null
}

# sign NAME KEY SUBJECT FROM TO ISSUER [openssl ca options]; extensions in ext
sign() {
	name=$1 key=$2 subject=$3 from=$4 to=$5 issuer=$6
	shift 6
	printf '[req]\ndistinguished_name=dn\n[dn]\n' >req.cnf
	openssl req -new -config req.cnf -utf8 -multivalue-rdn \
	    -key "$key" -subj "$subject" -out "$name.csr" 2>/dev/null
	set -- "$@" -config ca.cnf -batch -notext -in "$name.csr" \
	    -startdate "$from" -enddate "$to" -out "$name.crt"
	[ -s ext ] && set -- "$@" -extfile ext
	if [ "$issuer" = self ]; then
		openssl ca -selfsign -keyfile "$key" "$@" 2>log
	else
		openssl ca -cert "$issuer.crt" -keyfile "$issuer.key" \
		    "$@" 2>log
	fi || { cat log >&2; exit 1; }
}

# ca NAME SUBJECT FROM TO ISSUER [options]
ca() {
	name=$1
	new_key "$name.key"
	printf '%s\n' 'basicConstraints = critical,CA:TRUE' \
	    'keyUsage = critical,keyCertSign,cRLSign' \
	    'subjectKeyIdentifier = hash' >ext
	subject=$2 from=$3 to=$4 issuer=$5
	shift 5
	sign "$name" "$name.key" "$subject" "$from" "$to" "$issuer" "$@"
}

# What a right leaf has; a fixture overrides a line by setting the variable.
defaults() {
	key=leaf.key subject="/CN=$fqdn" san= from=20260101000000Z
	to=20271231235959Z by=issuing sent=issuing md=sha256
	usage='critical,digitalSignature,keyEncipherment'
	eku=serverAuth constraints= cdp=URI:http://pki.contoso.com/ca2.crl
	extensions=yes
}

extension() {		# name value
	[ -z "$2" ] || printf '%s = %s\n' "$1" "$2" >>ext
}

# leaf FIXTURE: from the variables
leaf() {
	: >ext
	if [ "$extensions" = yes ]; then
		extension keyUsage "$usage"
		extension extendedKeyUsage "$eku"
		extension basicConstraints "$constraints"
		extension crlDistributionPoints "$cdp"
		extension subjectAltName "$san"
	fi
	sign leaf "$key" "$subject" "$from" "$to" "$by" -md "$md"
	cat leaf.crt >"$out/$1.pem"
	for above in $sent; do
		cat "$above.crt" >>"$out/$1.pem"
	done
}

https() {
	defaults
	subject="/CN=$site" san=$site_names
}

single() {
	defaults
	san=$all_names
}

ca root "$tree/CN=Contoso Root CA" 20200101000000Z 20401231235959Z self
ca issuing "$tree/CN=Contoso Issuing CA 2" 20200101000000Z 20351231235959Z root
ca old "$tree/CN=Contoso Old CA" 20200101000000Z 20351231235959Z root -md sha1
ca other "/O=Elsewhere/CN=Other Root" 20200101000000Z 20401231235959Z self
new_key leaf.key
new_key weak.key 1024
openssl ecparam -name prime256v1 -genkey -noout -out ec.key
cat root.crt >"$out/root.pem"
cat issuing.crt >"$out/issuing.pem"

# names
defaults;	leaf mtls-subject.good
		subject=/CN=$site; leaf mtls-subject.bad
single;		leaf documented-single.good
		subject=/CN=$site; leaf documented-single.bad
defaults;	leaf wrong-service.good
		subject=/CN=pool01.contoso.com; leaf wrong-service.bad
https;		leaf site-subject.good
		subject=/CN=www.contoso.com
		san="$site_names,DNS:www.contoso.com"
		leaf site-subject.bad
https;		leaf site-names.good
		san="DNS:$site,DNS:as.$site,URI:https://download.$site/"
		leaf site-names.bad
single;		leaf single-names.good
		san="DNS:$fqdn,DNS:$site"; leaf single-names.bad
defaults;	san=DNS:$fqdn; leaf subject-not-in-san.good
		san=DNS:other.nwtraders.local; leaf subject-not-in-san.bad
https;		leaf layout-differs.good
single;		leaf layout-differs.bad
https;		leaf wildcard.good
		san="$site_names,DNS:*.contoso.com"; leaf wildcard.bad
https;		leaf foreign-names.good
		san="$site_names,DNS:www.fabrikam.com"; leaf foreign-names.bad
https;		leaf malformed-name.good
		san="$site_names,DNS:im contoso.com"; leaf malformed-name.bad
defaults;	leaf unreadable.good
{
	echo '-----BEGIN CERTIFICATE-----'
	echo 'MIIBnot a certificate' | openssl base64
	echo '-----END CERTIFICATE-----'
} >"$out/unreadable.bad.pem"

# dates; the tests look at 2026-06-01
defaults;	leaf expired.good
		to=20260530120000Z; leaf expired.bad
defaults;	leaf not-yet-valid.good
		from=20260701000000Z; leaf not-yet-valid.bad
defaults;	leaf expiring.good
		to=20260610000000Z; leaf expiring.bad
defaults;	leaf validity-order.good
		from=20270101000000Z to=20260101000000Z; leaf validity-order.bad
https;		from=20260401000000Z to=20260930235959Z; leaf lifetime.good
		to=20270401000000Z; leaf lifetime.bad

# key, signature, usages
defaults;	leaf weak-key.good
		key=weak.key; leaf weak-key.bad
defaults;	leaf key-type.good
		key=ec.key usage=critical,digitalSignature; leaf key-type.bad
defaults;	leaf weak-signature.good
		by=old sent=old; leaf weak-signature.bad
defaults;	md=sha1; leaf sha2-on-2003.good
		md=sha256; leaf sha2-on-2003.bad
defaults;	leaf key-usage.good
		usage=critical,digitalSignature; leaf key-usage.bad
defaults;	leaf eku-server-auth.good
		eku=clientAuth; leaf eku-server-auth.bad
defaults;	leaf version.good
		extensions=no; leaf version.bad
defaults;	leaf leaf-is-ca.good
		constraints=CA:TRUE; leaf leaf-is-ca.bad
defaults;	leaf no-cdp.good
		cdp=; leaf no-cdp.bad

# chains
defaults;	leaf self-signed.good
		by=self sent=; leaf self-signed.bad
defaults;	leaf untrusted.good
		by=other sent=other; leaf untrusted.bad
defaults;	leaf incomplete-chain.good
		sent=; leaf incomplete-chain.bad
defaults;	sent="issuing root"; leaf chain-order.good
		sent="root issuing"; leaf chain-order.bad
defaults;	leaf issuer-unexpected.good
		by=root sent=; leaf issuer-unexpected.bad
