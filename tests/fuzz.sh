#!/bin/sh
# SPDX-License-Identifier: ISC
# fuzz.sh BUILD SECONDS [CORPUS] - each target of tests/fuzz for so long, as
# many at a time as there are cores. What was interesting stays in BUILD/kept,
# what is wrong goes to BUILD/found: make it a file under tests/fuzz/found/TARGET,
# which every run begins with.
set -u
build=$1 seconds=$2 corpus=${3:-}
found=$build/found
rm -rf "$found"
mkdir -p "$found"

seeds() {	# TARGET -> directories
	echo "tests/fuzz/found/$1"
	case $1 in
	fuzz_hello) echo "$corpus/tls" ;;
	fuzz_cert) echo "$build/leaves $corpus/certs $corpus/fuzz" ;;
	fuzz_bundle) echo "tests/bundles tests/certs $corpus/fuzz" ;;
	fuzz_inventory) echo "etc etc/examples" ;;
	fuzz_report) echo "tests/fuzz/seeds/fuzz_report tests/golden" ;;
	esac
}

fuzz() {	# TARGET
	dirs=$build/kept/$1
	mkdir -p "$dirs"
	for d in $(seeds "$1"); do
		[ ! -d "$d" ] || dirs="$dirs $d"
	done
	# shellcheck disable=SC2086
	timeout $((seconds + 120)) "$build/$1" -max_total_time="$seconds" \
	    -timeout=5 -rss_limit_mb=1024 -max_len=65536 -verbosity=1 \
	    -print_final_stats=1 -artifact_prefix="$found/$1-" $dirs \
	    >"$build/$1.log" 2>&1 && status=0 || status=$?
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' \
	    "$build/$1.log")
	if [ $status = 0 ] && [ "${runs:-0}" -gt 0 ]; then
		echo "$1: $runs inputs, nothing found"
		return
	fi
	echo "$1: exit status $status; $build/$1.log ends:"
	tail -n 30 "$build/$1.log"
	return 1
}

# DER of the fixtures, for fuzz_cert.
mkdir -p "$build/leaves"
for f in tests/certs/*.pem; do
	openssl x509 -in "$f" -outform DER \
	    -out "$build/leaves/$(basename "$f" .pem).der" 2>/dev/null
done

# Pairs of them, one in the place of the other.
cat "$build/leaves/documented-single.good.der" \
    "$build/leaves/documented-single.bad.der" >"$build/leaves/documented.der"
cat "$build/leaves/single-names.good.der" \
    "$build/leaves/weak-key.bad.der" >"$build/leaves/weaker.der"

cores=$(nproc)
failed=0 pids='' n=0
for source in tests/fuzz/fuzz_*.c; do
	fuzz "$(basename "$source" .c)" & pids="$pids $!"
	n=$((n + 1))
	[ $((n % cores)) = 0 ] || continue
	for p in $pids; do wait "$p" || failed=$((failed + 1)); done
	pids=''
done
for p in $pids; do wait "$p" || failed=$((failed + 1)); done
echo "fuzz: $((n - failed)) passed, $failed failed"
[ $failed = 0 ]
