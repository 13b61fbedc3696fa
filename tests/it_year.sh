#!/bin/bash
# SPDX-License-Identifier: ISC
# it_year.sh - a year of 100,000 ports, looked at hourly, with 1 % changes a
# month: the store stays below 1 GB, is whole, and is read in good time.
# usage: it_year.sh BUILD-DIRECTORY
set -eu
build=$(realpath "${1:-build}")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

bytes=$("$build/store_year" "$dir/cwaudit.db" 100000)
echo "year: a store of $((bytes / 1048576)) MiB"
[ "$bytes" -lt 1000000000 ] || { echo "it_year: over 1 GB" >&2; exit 1; }
[ "$(sqlite3 "$dir/cwaudit.db" 'PRAGMA quick_check')" = ok ]
[ "$(sqlite3 "$dir/cwaudit.db" 'SELECT count(*) FROM sighting')" = 112000 ]
[ "$(sqlite3 "$dir/cwaudit.db" 'SELECT count(*) FROM event')" = 12000 ]
printf 'store: sqlite:cwaudit.db\n' >"$dir/cwauditd.yaml"
timeout 60 "$build/cwaudit" history -c "$dir/cwauditd.yaml" \
    cwa000000.nwtraders.local >"$dir/said"
grep -q 'cwa000000.nwtraders.local https' "$dir/said"
