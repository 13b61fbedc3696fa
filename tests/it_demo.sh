#!/bin/sh
# SPDX-License-Identifier: ISC
# it_demo.sh - the demonstration ends well, and each file that it points to is
# there, or is what `cwaudit init my` writes.
set -eu
: "${B:=build}"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
fault() {
	echo "it_demo: $1"
	tail -n 20 "$dir/out"
	exit 1
}

sh "$(dirname "$0")/demo.sh" >"$dir/out" 2>&1 || fault "exit status $?"
grep -q '^[0-9]* hosts, [0-9]* endpoints: [1-9][0-9]* observed' "$dir/out" ||
    fault "nothing was observed"
(umask 077 && "$B/cwaudit" init "$dir/my" >/dev/null)
files=$(sed '1,/Where to go next:$/d' "$dir/out" | tr ' =' '\n\n' | grep /)
for f in $files; do
	[ -e "$f" ] || [ -e "$dir/$f" ] || fault "there is no $f"
done
echo "it_demo: it ends well, and points to" $files
