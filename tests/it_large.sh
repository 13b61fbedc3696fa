#!/bin/bash
# SPDX-License-Identifier: ISC
# it_large.sh - reports of 10,000 hosts with two ports and two certificates
# each: in 200 MB, and how long each format takes; pages of 2,000 and 10,000.
# usage: it_large.sh BUILD-DIRECTORY
set -eu
build=$(realpath "${1:-build}")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

"$build/store_fleet" "$dir/cwaudit.db" 10000
printf 'store: sqlite:cwaudit.db\n' >"$dir/cwauditd.yaml"
for f in text html json csv oscal; do
	began=$(date +%s%N)
	(ulimit -d 204800
	    exec "$build/cwaudit" report -c "$dir/cwauditd.yaml" --format $f \
	    --as-of 2026-06-01T01:30Z -o "$dir/report.$f")
	printf 'large: %-5s %5d ms %4d MiB\n' $f \
	    $((($(date +%s%N) - began) / 1000000)) \
	    $(($(stat -c %s "$dir/report.$f") / 1048576))
done
[ "$(jq '.summary.hosts.right, .summary.hosts.wrong' "$dir/report.json" | tr '\n' ' ')" = "9800 200 " ]
[ "$(grep -c '^"endpoint"' "$dir/report.csv")" = 20000 ]
[ "$(grep -c '<article' "$dir/report.html")" = 10000 ]
"$build/cwaudit" report -c "$dir/cwauditd.yaml" --verify "$dir/report.json"
"$build/store_fleet" "$dir/fewer.db" 2000
for db in cwaudit fewer; do
	"$build/page_cost" "$dir/$db.db" 2026-06-01T01:30Z / '/?q=cwa00020' \
	    /metrics /report /api/v1/hosts | sed 's/^/large: /' | tee "$dir/pages"
done
[ "$(awk '$2 == "/" { print $NF }' "$dir/pages")" -lt 307200 ]
