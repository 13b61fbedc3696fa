#!/bin/sh
# SPDX-License-Identifier: ISC
# it_check.sh - the real `cwaudit check` against files of every kind: verdict,
# words and exit status. Keys and files are made here.
set -eu
: "${B:=build}"
here=$(cd "$(dirname "$0")" && pwd)
check=$(cd "$B" && pwd)/cwaudit
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
unset COLUMNS NO_COLOR
cd "$dir"

fqdn=cwa01.nwtraders.local
site=im.contoso.com
site_names="DNS:$site,DNS:as.$site,DNS:download.$site"
names="DNS:$fqdn,$site_names"
faults=0 cases=0

# request NAME SUBJECT SAN; key in NAME.key
request() {
	set -- "$1" "$2" "${3:-}"
	{
		printf '[req]\ndistinguished_name=dn\nprompt=no\n'
		printf 'req_extensions=ext\n[dn]\nCN=%s\n[ext]\n' "$2"
		echo 'keyUsage=critical,digitalSignature,keyEncipherment'
		echo 'extendedKeyUsage=serverAuth'
		[ -z "$3" ] || echo "subjectAltName=$3"
	} >"$1.cnf"
	[ -e key.pem ] || openssl genrsa -out key.pem 2048 2>/dev/null
	cp key.pem "$1.key"
	openssl req -new -config "$1.cnf" -key "$1.key" -out "$1.csr"
}

# leaf NAME SUBJECT SAN
leaf() {
	request "$@"
	{
		sed -n '/^\[ext\]/,$p' "$1.cnf" | tail -n +2
		echo 'crlDistributionPoints=URI:http://pki.contoso.com/ca.crl'
	} >"$1.ext"
	openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -days 700 \
	    -extfile "$1.ext" -set_serial 0x"$(openssl rand -hex 8)" \
	    -out "$1.pem" 2>/dev/null
}

openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem \
    -days 3000 -subj '/CN=Contoso Root' 2>/dev/null
leaf good $fqdn "$names"
leaf documented $site "$names"
leaf wrong-cn www.contoso.com "$names,DNS:www.contoso.com"
leaf no-san $fqdn
leaf https $site "$site_names"
openssl x509 -in good.pem -outform der -out good.cer
openssl crl2pkcs7 -nocrl -certfile good.pem -certfile ca.pem -outform der \
    -out good.p7b
echo geheim >password
printf 'geheim\r\n' >password.dos
echo falsch >wrong
openssl pkcs12 -export -in good.pem -inkey good.key -certfile ca.pem \
    -passout pass:geheim -out good.pfx
openssl pkcs12 -export -nokeys -in good.pem -passout pass:geheim \
    -out no-key.pfx
iconv -t UTF-16 good.pem >utf16.cer
echo '<html><body>Certificate Services</body></html>' >page.cer
cat >inventory.yaml <<END
roots: {corp: ca.pem}
defaults: {trust: {mtls: [corp], https: [corp]}}
hosts:
  - fqdn: $fqdn
    state: planned
    rules: {no-cdp: {severity: off, owner: me, reason: private CA}}
    sites:
      - {url: "https://$site", mtls_port: 5061}
      - {url: "https://chat.contoso.com:444", mtls_port: 5062, layout: separate}
  - fqdn: cwa02.nwtraders.local
    sites:
      - {url: "https://$site", mtls_port: 5061}
END

fault() {
	echo "it_check: $*"
	sed 's/^/    /' out err
	faults=$((faults + 1))
}

# expect STATUS WORDS ARGUMENT...: of standard output and error
expect() {
	status=$1 words=$2
	shift 2
	cases=$((cases + 1))
	got=0
	"$check" check "$@" --host "${host:-$fqdn}" >out 2>err </dev/null ||
	    got=$?
	[ $got = "$status" ] || fault "exit $got, not $status: $*"
	tr '\n' ' ' <out | tr -s ' ' | grep -qF -- "$words" ||
	    grep -qF -- "$words" err || fault "does not say \"$words\": $*"
}

single="--as single --site https://$site --trust ca.pem"
right='This is the right certificate for the job:'
wizard="The subject of the certificate you selected doesn't match the current \
computer's FQDN."

# right ones, in every wrapping
for f in good.pem good.cer good.p7b utf16.cer; do
	expect 0 "$right" $f $single
done
expect 0 'the private key matches' good.pfx $single --password-file password
expect 0 "$right" good.pfx $single --password-file password.dos
expect 0 "$right" ca.pem good.pem $single
expect 0 "$right" good.key good.pem $single
expect 0 "$right" https.pem --as https --site $site --trust ca.pem
expect 0 "$right" no-san.pem --as mtls --trust ca.pem
expect 0 'as far as it was judged' good.pem --as single --site $site
grep -q 'untrusted.*no trust is named' out || fault "trust is not missed"
! grep -q 'ERROR\|WARNING\|CRITICAL' out || fault "an alarm without a trust"

# wrong ones
expect 1 "refuse this certificate: $wizard" documented.pem $single
expect 1 'documented-single:' documented.pem $single
! grep -q 'also at' out || fault "a file is said to be at a port"
expect 1 'mtls-subject: CN is www.contoso.com' wrong-cn.pem $single
expect 1 "$wizard" wrong-cn.pem $single
expect 1 'single-names: there is no SAN' no-san.pem $single
expect 1 "$wizard" https.pem --as mtls --trust ca.pem
expect 1 '2 of the certificates issued no other; the first is judged' \
    no-san.pem good.pem $single
expect 1 "no SAN, so it lacks $site, as.$site, download.$site" no-san.pem \
    --as https --site $site
expect 1 'untrusted:' good.pem --as single --site $site --trust \
    "$here/certs/root.pem"
host=cwa02.nwtraders.local
expect 1 'must have the host' good.pem $single
unset host
expect 0 'documented-single:' documented.pem $single --fail-on critical
expect 1 'foreign-names:' wrong-cn.pem --as https --site www.contoso.com \
    --fail-on notice

# passwords at a terminal: each line is typed when it is asked for
typed() {
	n=0
	for line in "$@"; do
		n=$((n + 1)) tries=0
		while [ "$(grep -ac 'password of' typescript)" -lt $n ] &&
		    [ $tries -lt 100 ]; do
			sleep 0.1
			tries=$((tries + 1))
		done
		printf '%s\n' "$line"
	done
}
# asked STATUS WORDS LINE...
asked() {
	status=$1 words=$2 got=0
	shift 2
	cases=$((cases + 1))
	: >typescript
	: >err
	typed "$@" | timeout 60 script -qefc "'$check' check good.pfx \
	    --host $fqdn $single >out" typescript >/dev/null || got=$?
	[ $got = "$status" ] || fault "exit $got, not $status: typed $*"
	grep -qF -- "$words" out typescript || fault "does not say \"$words\""
	! grep -qa 'geheim\|falsch' typescript out || fault "the password is shown"
}
asked 0 'the private key matches' geheim
asked 0 'the private key matches' falsch '' geheim
asked 2 'the password is not' falsch falsch falsch

# private keys
expect 1 'there is no private key in no-key.pfx' no-key.pfx $single \
    --password-file password
expect 1 'Windows cannot bind this certificate' no-key.pfx $single \
    --password-file password
expect 1 'does not match the certificate' "$here/bundles/other-key.pfx" \
    --as mtls --password-file password
expect 1 'the private key matches' "$here/bundles/windows-rc2.pfx" \
    --as mtls --password-file password	# version 1, but read

# in the place of another: what the exchange changes
expect 1 'in the place of good.pem: bad' documented.pem $single \
    --replaces good.pem
expect 1 'reissue-bad: the certificate SHA-256' documented.pem $single \
    --replaces good.pem
grep -q '  breaks  *documented-single fails (error), and did not' out ||
	fault "it is not said what breaks"
grep -q '  notes  *the CN went from cwa01' out || fault "the CN is not noted"
expect 0 'in the place of documented.pem: good' good.pem $single \
    --replaces documented.pem
expect 0 'mends what failed before passes: documented-single' good.pem \
    $single --replaces documented.pem
expect 1 'it lost cwa01.nwtraders.local' no-san.pem $single \
    --replaces good.pem
expect 0 'nothing to compare' good.pem $single --replaces good.cer
expect 0 'key-reused: the certificate SHA-256' good.pem $single \
    --replaces documented.pem
expect 1 '"verdict": "bad"' documented.pem $single --replaces good.pem \
    -o json
[ "$(jq -r '.check.replaces.reasons[0].what[0]' out)" = documented-single ] ||
	fault "the document does not say why"
expect 2 'a request is none' good.csr $single --replaces good.pem
expect 2 'No such file' good.pem $single --replaces nothing.pem

# requests
expect 0 'This is the right request for the job' good.csr $single
expect 1 "$wizard" documented.csr $single
expect 1 'single-names:' no-san.csr $single
! grep -q 'expir.*:\|no-cdp:' out || fault "a request cannot expire"

# an inventory; planned hosts are judged like others
expect 0 "$right" good.pem --as single -i inventory.yaml
expect 1 'documented-single:' documented.pem --as single -i inventory.yaml
expect 0 "$right" https.pem --as https --site $site -i inventory.yaml
expect 0 'no-cdp: switched off' good.pem --as mtls -i inventory.yaml
expect 2 'has 2 sites; --as https needs --site' https.pem --as https \
    -i inventory.yaml
expect 2 'has no site https://im.contoso.org' https.pem --as https \
    -i inventory.yaml --site im.contoso.org
expect 2 'do not go together' good.pem $single -i inventory.yaml
host=cwa03.nwtraders.local
expect 2 'did you mean "cwa0' good.pem --as mtls -i inventory.yaml
unset host

# what cannot be read, and mistakes
expect 2 'give it with --password-file' good.pfx $single
expect 2 'the password is not its own' good.pfx $single --password-file wrong
expect 2 'this is a private key alone' good.key $single
expect 2 'this is an HTML page' page.cer $single
expect 2 'No such file' nothing.cer $single
expect 2 '--as mtls, --as https or --as single' good.pem
expect 2 'no --as "both"' good.pem --as both
expect 2 'name every site' good.pem --as single
expect 2 'is for one site' good.pem --as https --site a.test --site b.test
expect 2 'name the files' --as mtls
expect 2 'no format "xml"' good.pem $single -o xml
expect 2 'no severity "bad"' good.pem $single --fail-on bad

# what programs read
expect 1 '"schema"' documented.pem $single -o json
jq -e '.schema == "cwaudit/audit/1" and .summary.findings.error == 1 and
    .endpoints[0].port == null and .check.as == "single" and
    .endpoints[0].findings[0].rule == "documented-single" and
    (.check.not_judged | map(.rule) | index("legacy-tls")) != null and
    (.endpoints[0].chain | length) == 1' out >/dev/null || fault "json"
expect 0 '"schema"' good.csr $single -o json
jq -e '.check.request and .endpoints[0].certificate.not_after == null and
    (.check.not_judged | map(.rule) | index("expired")) != null' out \
    >/dev/null || fault "json of a request"
expect 1 'documented-single' documented.pem $single -o csv
[ "$(wc -l <out)" = 2 ] || fault "csv has a row for each finding"
expect 1 '"type"' documented.pem $single -o jsonl
jq -se 'map(.type) == ["endpoint", "summary"] and .[1].check.form == "PEM"' \
    out >/dev/null || fault "jsonl"
# Ids come from the port that the inventory knows, so they are an audit's.
expect 1 '"schema"' documented.pem --as single -i inventory.yaml -o json
jq -e '.endpoints[0] | .port == 5061 and .kind == "mtls" and
    .site == "im.contoso.com"' out >/dev/null || fault "another port"

# No line of the table is wider than asked, but for words that may not break.
for COLUMNS in 80 120; do
	export COLUMNS
	expect 1 documented-single documented.pem $single -v
	awk -v w=$COLUMNS 'length > w && $2 !~ /^[0-9a-f]+$/ { exit 1 }' out ||
	    fault "a line over $COLUMNS columns"
done

echo "it_check: $cases cases, $faults wrong"
[ $faults = 0 ]
