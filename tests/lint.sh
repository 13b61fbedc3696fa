#!/bin/sh
# SPDX-License-Identifier: ISC
# lint.sh - cppcheck, clang-tidy (.clang-tidy) and gcc -fanalyzer: a line each
# and 0, or what they say and 1. The two analyzers that walk every path leave
# the tests out, of which they would take minutes.
# LINT="cppcheck tidy analyzer shell" names the ones to run.
set -u
: "${LINT:=cppcheck tidy analyzer shell}"
: "${B:=build}"
out=$B/lint
mkdir -p "$out"
jobs=$(getconf _NPROCESSORS_ONLN)
flags="-std=c11 -D_GNU_SOURCE -Iinclude -Ilib -Idaemon -Itests -Itests/fleet"
flags="$flags -DCWAUDIT_VERSION=\"0\""
sources=$(ls lib/*/*.c daemon/*.c daemon/*/*.c tests/*.c tests/*/*.c 2>/dev/null)
deep=$(ls lib/*/*.c daemon/*.c daemon/*/*.c tests/fleet/*.c 2>/dev/null)
tests=$(ls tests/*.c 2>/dev/null)
failed=0

need() {
	command -v "$1" >/dev/null || {
		echo "lint: $1 is missing; make deps-lint" >&2
		exit 1
	}
}

# Not asked: who ends the process without memory (xcalloc), a descriptor that
# a conditional expression returns, readdir() by one thread.
cppcheck_run() {
	need cppcheck
	queue=$(find /usr/include -path '*/sys/queue.h' | head -1)
	# shellcheck disable=SC2086
	cppcheck -q -j "$jobs" --error-exitcode=1 --std=c11 --inline-suppr \
	    --enable=warning,performance,portability \
	    --suppress=missingIncludeSystem --suppress=unknownMacro \
	    --suppress=leakReturnValNotUsed --suppress=invalidFunctionArg \
	    --suppress=resourceLeak --suppress=readdirCalled \
	    --library=posix,gnu -D__GNUC__ ${queue:+--include="$queue"} \
	    -Iinclude -Ilib -Idaemon -Itests -Itests/fleet $sources
}

# tidy CHECKS FILE... - a process for each: what the checks keep of one file would
# be held against the next.
tidy() {
	checks=$1; shift
	printf '%s\n' "$@" | xargs -P "$jobs" -n 1 sh -c '
		flags=$1 checks=$2; shift 2
		clang-tidy --quiet --warnings-as-errors="*" \
		    --checks="$checks" "$@" -- $flags 2>/dev/null' \
	    tidy "$flags" "$checks"
}

tidy_run() {
	need clang-tidy
	# shellcheck disable=SC2086
	tidy '' $deep && tidy '-clang-analyzer-*' $tests
}

analyzer_run() {
	need gcc
	# shellcheck disable=SC2086
	printf '%s\n' $deep | xargs -P "$jobs" -n 1 sh -c '
		gcc -fanalyzer -Werror -O1 -w -fdiagnostics-plain-output \
		    -Wanalyzer-double-free -Wanalyzer-use-after-free \
		    $1 -c -o /dev/null "$2"' analyzer "$flags"
}

shell_run() {
	for f in tests/*.sh; do
		case $(head -1 "$f") in
		*bash) bash -n "$f" || return 1 ;;
		*) sh -n "$f" || return 1 ;;
		esac
	done
	command -v shellcheck >/dev/null || return 0
	# variables that a sourced file sets; files found at run time
	shellcheck -S warning -e SC2154,SC1090,SC1091,SC1007 tests/*.sh
}

for tool in $LINT; do
	if "${tool}_run" >"$out/$tool" 2>&1; then
		echo "lint: $tool ok"
	else
		cat "$out/$tool"
		echo "lint: $tool found something"
		failed=1
	fi
done
[ $failed = 0 ]
