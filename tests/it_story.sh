#!/bin/sh
# SPDX-License-Identifier: ISC
# it_story.sh - the story of README.md, typed as it stands there: what it shows
# of the answers is what they say.
set -eu
: "${B:=build}"
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
unset NO_COLOR
export COLUMNS=80 TMPDIR="$dir" LC_ALL=C

fail() {
	echo "it_story: $*" >&2
	[ ! -e "$dir/said" ] || cat "$dir/said" "$dir/noise" >&2
	exit 1
}

sed -n '/^## The story/,/^## What/p' README.md >"$dir/story"
sed -n '/^```sh$/,/^```$/p' "$dir/story" | grep -v '^```' >"$dir/typed"
sed -n '/^```text$/,/^```$/p' "$dir/story" | grep -v '^```' >"$dir/shown"
[ "$(grep -c cwaudit "$dir/typed")" = 3 ] || fail "three commands are not there"

# Where one works, not where it was built.
mkdir "$dir/place"
ln -s "$(cd "$B" && pwd)" "$dir/place/build"
(cd "$dir/place" && sh "$dir/typed") >"$dir/said" 2>"$dir/noise" ||
    fail "the last command failed"
while IFS= read -r line; do
	grep -qxF -e "$line" "$dir/said" || fail "\"$line\" is not said"
done <"$dir/shown"
[ "$(grep -c 'right request' "$dir/said")" = 2 ] || fail "two answers are not"
echo "it_story: $(wc -l <"$dir/shown") lines of answers are as README.md shows"
