#!/bin/bash
# SPDX-License-Identifier: ISC
# it_formats.sh - reports, as programs read them that did not write them: the
# golden files, whose names are as nasty as names can be, and those of a year.
# usage: it_formats.sh BUILD-DIRECTORY
set -u
build=$(realpath "${1:-build}")
cd "$(dirname "$0")/.." || exit 1
passed=0 failed=0
dir=$(mktemp -d /tmp/cwaudit-it.XXXXXX)
trap 'rm -rf "$dir"' EXIT
ok() {			# DESCRIPTION COMMAND...
	local what=$1; shift
	if "$@" >"$dir/said" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $what" >&2
		head -n 15 "$dir/said" >&2
	fi
}
not() { ! "$@"; }
golden=tests/golden
REPORT_SHOW=$dir "$build/tests/test_audit_year" >"$dir/year" 2>&1 ||
    { cat "$dir/year"; exit 1; }

# -- JSON and OSCAL, by ajv
ours=etc/schemas/cwaudit-report-1.json
nist=tests/schemas/oscal-ar-1.1.2.json
valid() { NODE_PATH=/usr/share/nodejs node tests/validate.js "$@"; }
ok "JSON is what its schema says" valid $ours $golden/report.json $golden/report-diff.json "$dir"/*.json
ok "OSCAL is what NIST's says" valid $nist $golden/report.oscal "$dir"/*.oscal
for broken in 'del(.summary.hosts.wrong)' '.hosts[0].standing = "fine"' '.surprise = 1' 'del(.hosts)' '.period.until = "yesterday"'; do
	jq "$broken" $golden/report.json >"$dir/broken"
	ok "$broken would be noticed" not valid $ours "$dir/broken"
done
for broken in 'del(."assessment-results".uuid)' '."assessment-results".results[0].end = "2026-06-01"' '."assessment-results".results[0].findings[0].target.status.state = "fine"' '."assessment-results".metadata.props[0].name = "two words"'; do
	jq "$broken" $golden/report.oscal >"$dir/broken"
	ok "$broken would be noticed" not valid $nist "$dir/broken"
done
same() { [ "$1" = "$2" ]; }	# what jq says and what it should
for f in $golden/report.oscal "$dir"/*.oscal; do
	ok "UUIDs are unique" same "$(jq '[.. | objects | select(has("uuid")) | .uuid] | length - (unique | length)' "$f")" 0
	ok "what is referred to is there" same "$(jq '."assessment-results" as $r | ([.. | objects | select(has("uuid")) | .uuid]) as $all | [.. | objects | (."subject-uuid"?, ."observation-uuid"? | select(. != null)), ($r."import-ap".href | ltrimstr("#"))] | unique - $all | length' "$f")" 0
done
ok "every control has an answer" same "$(jq '."assessment-results".results[0] | (."reviewed-controls"."control-selections"[0]."include-controls" | map(."control-id") | sort) == (.findings | map(.target."target-id") | sort)' $golden/report.oscal)" true

# -- CSV, by Python and by a spreadsheet
cat >"$dir/read.py" <<-'END'
	import csv, json, sys
	rows = list(csv.DictReader(open(sys.argv[1], newline='', encoding='utf-8'), strict=True))
	report = json.load(open(sys.argv[2]))
	kinds = [r['record'] for r in rows]
	assert kinds.count('endpoint') == sum(len(h['endpoints']) for h in report['hosts'])
	assert kinds.count('finding') == sum(len(h['findings']) for h in report['hosts']) + len(report['findings'])
	assert kinds.count('change') == len(report['changes'])
	assert kinds.count('reissue') == len(report['reissues'])
	assert all(None not in r and None not in r.values() for r in rows)
	assert not any(v[:1] in ('=', '+', '@', '\t') for r in rows for v in r.values())
	END
for f in $golden/report "$dir/2027-06-01"; do
	ok "Python reads the rows of $f" python3 "$dir/read.py" "$f.csv" "$f.json"
done
ok "CSV ends its lines as RFC 4180 says" same "$(grep -c $'\r$' "$dir/2027-06-01.csv")" "$(wc -l <"$dir/2027-06-01.csv")"
ok "a spreadsheet reads it" ssconvert $golden/report.csv "$dir/sheet.gnumeric"
zcat "$dir/sheet.gnumeric" >"$dir/sheet.xml" 2>/dev/null
ok "with names that look like formulas" grep -q "cmd|.*calc" "$dir/sheet.xml"
formulas() {	# SHEET: cells that are run; text has a type
	zcat "$1" | grep -oE '<gnm:Cell[^>]*>=' | grep -qv ValueType
}
ok "which it does not take for any" not formulas "$dir/sheet.gnumeric"
sed "s/\"'+1\"/\"=1+1\"/" $golden/report.csv >"$dir/bare.csv"
ssconvert "$dir/bare.csv" "$dir/bare.gnumeric" >/dev/null 2>&1
ok "but would without our mark" formulas "$dir/bare.gnumeric"

# -- HTML, by tidy and in a browser
browser() { timeout 60 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$dir/browser" "$@"; }
for f in $golden/report.html $golden/report-diff.html "$dir"/*.html; do
	ok "tidy finds nothing in $f" same "$(tidy -q -e "$f" 2>&1)" ""
	ok "it asks for nothing from elsewhere" not grep -qE '(src|href)="[^#]|@import|url\(' "$f"
done
cp $golden/report.html "$dir/page.html"
browser --dump-dom "file://$dir/page.html" >"$dir/dom" 2>/dev/null
ok "a browser shows it" grep -q cwa01.nwtraders.local "$dir/dom"
ok "and makes no element of a name" not grep -qE '<(script|b>alert)' "$dir/dom"
ok "but text" grep -q '&lt;script&gt;alert(1)&lt;/script&gt;' "$dir/dom"
ok "whose order nothing changes" not grep -qP '\x{202e}' "$dir/dom"
browser --no-pdf-header-footer --print-to-pdf="$dir/page.pdf" "file://$dir/page.html" >/dev/null 2>&1
ok "it prints on A4" same "$(pdfinfo "$dir/page.pdf" | grep -c 'Page size.*A4')" 1
pdftotext -layout -l 1 "$dir/page.pdf" "$dir/first"
for words in 'of 8 hosts is wrong' 'Became wrong' 'No longer wrong' 'What ends next' 'cwa01.nwtraders.local' 'not assessed'; do
	ok "the first page says \"$words\"" grep -q "$words" "$dir/first"
done

# -- a monitor's line, by the module that monitors' plugins use
cat >"$dir/read.pl" <<-'END'
	use Monitoring::Plugin::Performance;
	my ($data) = <STDIN> =~ /^CWA [A-Z]+ - [^|]*\|(.*)$/ or die "no line";
	my @p = Monitoring::Plugin::Performance->parse_perfstring($data);
	die "perfdata" unless @p == 7 && $p[0]->label eq 'days_left' && $p[0]->value == 578;
	my $t = $p[0]->threshold;
	die "warning" unless $t->get_status(599) == 1 && $t->get_status(13) == 2 && $t->get_status(600) == 0;
	END
ok "a monitor's library reads our line" perl "$dir/read.pl" <<<"$(sed -n 's/^line: //p' "$golden/nagios.txt")"

echo "it_formats: $passed passed, $failed failed"
[ $failed = 0 ]
