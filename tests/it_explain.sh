#!/bin/sh
# SPDX-License-Identifier: ISC
# it_explain.sh - one host of the simulated fleet told whole, by a live look.
set -eu
. "$(dirname "$0")/with_fleet.sh"
fleet_start --time 60

fail() {
	echo "it_explain: $*" >&2
	exit 1
}

explain() {	# status argument...
	wanted=$1 status=0
	shift
	COLUMNS=200 timeout 50 "$B/cwaudit" explain "$@" \
	    >"$dir/out" 2>"$dir/err" || status=$?
	[ $status = "$wanted" ] || { cat "$dir/out" "$dir/err" >&2;
	    fail "explain $*: exit status $status, not $wanted"; }
}

says() {
	for words in "$@"; do
		grep -q -e "$words" "$dir/out" ||
		    { cat "$dir/out" >&2; fail "does not say \"$words\""; }
	done
}

complains() {
	grep -q -e "$1" "$dir/err" ||
	    { cat "$dir/err" >&2; fail "does not complain \"$1\""; }
}

i=$dir/inventory.yaml
explain 0 cwa01.nwtraders.local -i "$i"
says 'present   download.im01.contoso.com' 'derived: HTTPS and MTLS' \
    'pass  *[0-9]*: ' 'cwaudit request cwa01.nwtraders.local -i '
! grep -q 'MISSING\|WRONG\|NOT OBSERVED' "$dir/out" || fail "a wrong alarm"

# As documented, and wrong: the CN is the site.
explain 1 CWA10.nwtraders.local. -i "$i"
says 'WRONG     im10.contoso.com  *cwa10.nwtraders.local needed' \
    'ERROR     documented-single: ' \
    'silent .*mtls-subject (documented-single speaks for it)'

explain 1 cwa10.nwtraders.local -i "$i" -o json
jq -e '.schema == "cwaudit/explain/1" and (.endpoints | length) == 2 and
    ([.endpoints[].names[] | select(.state == "wrong").name] |
	unique == ["im10.contoso.com"]) and
    .expected[0].cn == "cwa10.nwtraders.local" and
    (.expected[0].request | startswith("cwaudit request "))' \
    "$dir/out" >/dev/null || fail "the document is not right"

offload=$(grep -o 'https://im06\.contoso\.com:[0-9]*' "$i" | sed -n 1p)
explain 0 "$offload" -i "$i"
says 'kind  *offload' 'present   as.im06.contoso.com'

# The command that it names prints the request.
explain 0 cwa02.nwtraders.local -i "$i"
request=$(sed -n 's/^ *request *cwaudit //p' "$dir/out" | sed -n 1p)
# shellcheck disable=SC2086
"$B/cwaudit" $request >"$dir/request" 2>/dev/null ||
    fail "cwaudit $request fails"
grep -q 'Subject="CN=im02.contoso.com"' "$dir/request" ||
    fail "cwaudit $request lacks the site"

# And it has the same requests to copy, comments aside.
grep -v '^;\|^$' "$dir/request" | sed 's/\r$//' >"$dir/wanted"
sed -n '/^\[Version\]/,$p' "$dir/out" | grep -v '^ \|^$' >"$dir/shown"
cmp -s "$dir/wanted" "$dir/shown" ||
    fail "explain and request do not ask for the same"

# A rule needs no inventory; words that mean nothing bring suggestions.
explain 0 weak-key
says '^weak-key: '
explain 2 weak-kee
complains 'no rule "weak-kee", did you mean "weak-key"'
explain 2 weak-kee -i "$i"
complains 'mean "weak-key"'
explain 2 cwa1.nwtraders.local -i "$i"
complains 'did you mean "cwa[0-9]*.nwtraders.local"'
explain 2 im01.contoso.com -i "$i"
complains 'is a site; name a host that has it: cwa01.nwtraders.local'
explain 2
complains 'usage: cwaudit explain RULE'

# A mistake in the options says where these are listed.
for c in audit check inventory request rules explain probe status findings \
    history report expect accept run init; do
	! "$B/cwaudit" $c --nonsense >"$dir/out" 2>"$dir/err" ||
		fail "$c takes --nonsense"
	complains "\"cwaudit help $c\" lists its options"
done
echo "it_explain: hosts, rules and mistakes are told"
