#!/bin/sh
# SPDX-License-Identifier: ISC
# it_request.sh - the whole way, with the tools that people use: a request
# printed by the real command for every host of every example, a key and a CSR
# made of it by openssl, signed by a CA, and the certificate judged by
# `cwaudit check`: no finding.
set -eu
: "${B:=build}"
unset CDPATH
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM HUP
made=0 checked=0

fail() {
	echo "it_request: $*" >&2
	exit 1
}

openssl req -x509 -newkey rsa:2048 -nodes -keyout "$dir/ca.key" \
    -out "$dir/ca.pem" -days 400 -subj "/DC=com/DC=contoso/CN=Contoso CA" \
    2>/dev/null
cp "$dir/ca.pem" "$dir/corp-roots.pem"
echo "crlDistributionPoints=URI:http://pki.contoso.com/ca.crl" >"$dir/cdp"

# The names of a certificate, or of a list "DNS.1 = name", in order.
names_of() {
	openssl x509 -in "$1" -noout -ext subjectAltName |
	    sed -n 's/^ *DNS://p' | sed 's/, DNS:/ /g'
}

# As the request's comments say.
judge() {	# name
	if ! "$B/cwaudit" help check >/dev/null 2>&1; then
		return 0
	fi
	sed -n 's/^#  *cwaudit check/check/p' "$dir/$1.cnf" >"$dir/step"
	[ -s "$dir/step" ] || fail "$1.cnf does not say how to check"
	# An inventory says what is trusted; without one it must be said.
	grep -q -e ' -i ' "$dir/step" ||
	    sed -i 's/$/ --trust ca.pem/' "$dir/step"
	(cd "$dir" && eval "set -- $(cat step)" &&
	    "$command" "$@" --fail-on notice) \
	    >"$dir/said" 2>&1 || {
		cat "$dir/step" "$dir/said" >&2
		fail "$1: the certificate is not right"
	}
	checked=$((checked + 1))
}

issue() {	# name
	# A key takes long to make: the first one does for all.
	key="-newkey rsa:2048 -nodes -keyout one.key"
	[ ! -e "$dir/one.key" ] || key="-key one.key"
	# shellcheck disable=SC2086
	(cd "$dir" && openssl req -new $key -config "$1.cnf" \
	    -out "$1.csr") 2>"$dir/said" ||
	    { cat "$dir/said" >&2; fail "openssl req refuses $1.cnf"; }
	openssl x509 -req -in "$dir/$1.csr" -CA "$dir/ca.pem" \
	    -CAkey "$dir/ca.key" -days 200 -copy_extensions copyall \
	    -extfile "$dir/cdp" -out "$dir/$1.cer" 2>"$dir/said" ||
	    { cat "$dir/said" >&2; fail "$1.csr cannot be signed"; }
	made=$((made + 1))
	wanted=$(sed -n 's/^DNS\.[0-9]* = //p' "$dir/$1.cnf" | xargs)
	[ "$(names_of "$dir/$1.cer")" = "$wanted" ] ||
	    fail "$1: $(names_of "$dir/$1.cer"), not $wanted"
	judge "$1"
}

command=$(cd "$B" && pwd)/cwaudit
for example in etc/examples/*.yaml; do
	rm -f "$dir"/*.cnf
	cp "$example" "$dir/inventory.yaml"
	# shellcheck disable=SC2046
	set -- $("$B/cwaudit" inventory -i "$dir/inventory.yaml" -o json |
	    jq -r '.hosts[].host, (.published[] |
		select(.kind != "virtual-address").url)')
	(cd "$dir" && "$command" request "$@" -i inventory.yaml --out . \
	    --format openssl --org "O'Reilly & Sons, Ltd." 2>said) ||
	    { cat "$dir/said" >&2; fail "$example: no request"; }
	for cnf in "$dir"/*.cnf; do
		name=$(basename "$cnf" .cnf)
		issue "$name"
		openssl x509 -in "$dir/$name.cer" -noout -subject |
		    grep -q "O'Reilly & Sons, Ltd\." ||
		    fail "$name: the organization got lost"
	done
done
[ $made -ge 15 ] || fail "only $made certificates were made"

# What certreq of Windows Server 2003 reads is the extension openssl made.
set -- cwa01.nwtraders.local --site https://im.contoso.com
"$B/cwaudit" request --host "$@" --os 2003 2>/dev/null |
    sed -n 's/^2\.5\.29\.17=//p' | base64 -d >"$dir/san.der"
rm -f "$dir"/*.cnf
"$B/cwaudit" request --host "$@" --format openssl --out "$dir" 2>/dev/null
issue cwa01.nwtraders.local-single
openssl asn1parse -in "$dir/cwa01.nwtraders.local-single.cer" |
    grep -A1 ':X509v3 Subject Alt' |
    sed -n 's/.*\[HEX DUMP\]://p' | tr 'A-F' 'a-f' >"$dir/hex"
[ "$(od -An -v -tx1 "$dir/san.der" | tr -d ' \n')" = "$(cat "$dir/hex")" ] ||
    fail "the base64 value is not what openssl makes of the same names"

# Files: lines end as Windows likes them, and nothing is ever overwritten.
mkdir "$dir/out"
"$B/cwaudit" request --host "$@" --out "$dir/out" 2>/dev/null
inf=$dir/out/cwa01.nwtraders.local-single.inf
[ "$(grep -c "$(printf '\r')\$" "$inf")" = "$(wc -l <"$inf")" ] ||
    fail "an INF whose lines do not end with CR LF"
echo mine >"$inf"
status=0
"$B/cwaudit" request --host "$@" --out "$dir/out" 2>"$dir/said" || status=$?
[ $status = 2 ] || fail "exit status $status, where a file is in the way"
[ "$(cat "$inf")" = mine ] || fail "a file was overwritten"
grep -q "nothing is overwritten" "$dir/said" || fail "it does not say why"

# Words that mean nothing, and what is meant.
refused() {	# part-of-the-message argument...
	part=$1
	shift
	status=0
	"$B/cwaudit" request "$@" >"$dir/out.txt" 2>"$dir/said" || status=$?
	[ $status = 2 ] || fail "request $*: exit status $status, not 2"
	[ ! -s "$dir/out.txt" ] || fail "request $*: printed something"
	grep -q -e "$part" "$dir/said" ||
	    { cat "$dir/said" >&2; fail "request $*: does not say \"$part\""; }
}
i=etc/examples/offload.yaml
refused 'mean "cwa01.nwtraders.local"' cwa1.nwtraders.local -i $i
refused 'is a site; name a host' im.contoso.com -i etc/examples/single.yaml
refused 'not both' cwa01.nwtraders.local --host a.b -i $i
refused 'goes with --host' --site https://a.b
refused 'belongs to what stands in front' cwa01.nwtraders.local --as https -i $i
refused 'pass.*TLS through' https://im.contoso.com -i etc/examples/array.yaml
refused 'mtls, https or single' --host a.b --as published
refused 'inf lcscmd openssl' --host a.b --format pem
refused 'name an inventory\|No such file' cwa01.nwtraders.local -i "$dir/none"
refused 'No such file' --host a.b --out "$dir/none"

echo "it_request: $made certificates made of requests, $checked judged right"
if ! "$B/cwaudit" help check >/dev/null 2>&1; then
	echo "it_request: SKIPPED: there is no \`cwaudit check\` to judge them"
elif [ $checked != $made ]; then
	fail "$((made - checked)) were not judged"
fi
