#!/bin/sh
# SPDX-License-Identifier: ISC
# check-corpus.sh BUILD CORPUS - certs, fuzz and tls of CORPUS, directories or
# archives of that name, through our readers, rules and callbacks.
set -u
build=$1 corpus=$2 failed=0 passed=0
export ASAN_OPTIONS=detect_leaks=1

part() {	# NAME PROGRAM
	from=$corpus/$1
	if [ ! -d "$from" ] && [ -f "$from.tar.xz" ]; then
		mkdir -p "$build/unpacked" &&
		tar -xJf "$from.tar.xz" -C "$build/unpacked" || exit 1
		from=$build/unpacked/$1
	fi
	[ -d "$from" ] || from=''
	[ -n "$from" ] || { echo "check-corpus: no $corpus/$1"; return; }
	if timeout 1200 "$build/$2" "$from"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
	fi
}

part certs corpus
part fuzz corpus
part tls corpus_tls
echo "corpus: $passed passed, $failed failed"
[ $failed = 0 ] && [ $passed -gt 0 ] || {
	echo "name a directory with certs, fuzz or tls in it: make" \
	    "check-corpus CORPUS=DIRECTORY"
	exit 1
}
