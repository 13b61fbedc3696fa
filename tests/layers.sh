#!/bin/sh
# SPDX-License-Identifier: ISC
# layers.sh - a file includes only headers of modules that stand above it on
# the Makefile's lists (LIB, then DAEMON), a room's modules stand together
# there and in its folder, lib/ touches nothing of the world,
# and the library's headers show no type of another library.
# A module X_y is a part of X: it may include X.h and X's private headers.
set -eu
: "${MAKE:=make}"

lib=$($MAKE -s --no-print-directory print-LIB)
daemon=$($MAKE -s --no-print-directory print-DAEMON)
programs="cwaudit cwauditd"

faults=$(
# A room is a folder, whose modules stand together on the list.
for list in "$lib" "$daemon"; do
	for m in $list; do echo "${m%/*}"; done | uniq | sort | uniq -d |
	    sed 's/$/\/ is in several places of a list/'
done
for m in $lib; do [ -e "lib/$m.c" ] || echo "lib/$m.c is not there"; done
for m in $daemon; do
	[ -e "daemon/$m.c" ] || echo "daemon/$m.c is not there"
done
for f in lib/*/*.[ch] include/cwaudit/*.h daemon/*.[ch] daemon/*/*.[ch]; do
	[ -e "$f" ] || continue
	sed -n 's/^#[ 	]*include[ 	]*"\([^"]*\.h\)".*/\1/p' "$f" |
	    sed "s|^|$f |"
done | awk -v order="$lib $daemon $programs" -v nlib="$(echo "$lib" | wc -w)" '
function noun(path) {
	sub(/.*\//, "", path)
	sub(/\.[ch]$/, "", path)
	return path
}
# The listed module that a name is, or is a part of; "" if none.
function module(name) {
	while (name != "" && !(name in rank))
		if (!sub(/_[^_]*$/, "", name))
			return ""
	return name
}
function part_of(name, whole) {
	return name == whole || index(name, whole "_") == 1
}
BEGIN {
	n = split(order, m, " ")
	for (i = 1; i <= n; i++) {
		rank[noun(m[i])] = i
		room[noun(m[i])] = m[i]
		sub(/\/[^\/]*$/, "", room[noun(m[i])])
	}
}
{
	me = module(noun($1))
	it = module(noun($2))
	at = $1
	if (me != "" && at ~ /^[a-z]+\/[a-z]+\// && at !~ /^include/) {
		sub(/^[a-z]+\//, "", at)
		sub(/\/.*/, "", at)
		if (at != room[me])
			print $1 ": its room is " room[me] "/"
	}
	if (me == "")
		print $1 ": its module stands on no list of the Makefile"
	else if (it == "")
		print $1 ": " $2 " is of no module on the lists"
	else if (rank[it] > nlib && rank[me] <= nlib)
		print $1 ": lib/ includes " $2 " of daemon/"
	else if (rank[it] > rank[me] && !part_of(noun($1), noun($2)) &&
	    !part_of(noun($1), it))
		print $1 ": " $2 " stands below it"
}' | sort -u

# No loop, socket, log, thread, database or file in lib/.
grep -nE '^#[ 	]*include[ 	]*<(event2/|event\.h|curl/|ares\.h|syslog\.h|sqlite3|libpq|postgresql/|pthread\.h|sys/socket\.h|sys/stat\.h|sys/epoll\.h|netdb\.h|netinet/|unistd\.h|fcntl\.h|dirent\.h|glob\.h|openssl/ssl\.h)' \
    lib/*/*.[ch] /dev/null | sed 's/$/ is not for lib\//'
# Nor does it log, end the process (abort() without memory aside), or read a
# clock; two files may.
grep -nE '(^|[^A-Za-z0-9_.>])(fopen|open|socket|connect|syslog|exit|_exit|errx?|warnx?|perror|f?printf|puts|time|gettimeofday|clock_gettime)\(' \
    lib/*/*.c /dev/null |
    grep -vE '^lib/base/(mem|clock)\.c:|^[^:]*:[0-9]*:[ 	]*(/?\*|\*)' |
    sed 's/$/ : not in lib\//'

grep -nE '^#[ 	]*include[ 	]*<(openssl/|event2/|curl/|ares\.h|sqlite3|libpq|postgresql/)' \
    include/cwaudit/*.h /dev/null | sed 's/$/ : a type of another library/'
)
[ -z "$faults" ] || { echo "$faults"; echo "layers: failed" >&2; exit 1; }
