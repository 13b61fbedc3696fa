#!/bin/sh
# SPDX-License-Identifier: ISC
# check-unit-files.sh - the unit files are valid, and shut what they can:
# systemd-analyze's exposure stays at or below 1.5 of 10.
set -eu
: "${MAKE:=make}"
limit=15		# tenths

command -v systemd-analyze >/dev/null || {
	echo "check-unit-files: systemd-analyze is missing; make deps-test" >&2
	exit 1
}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# verify wants the program and its user's manual pages to be there.
mkdir "$dir/sbin" "$dir/bin"
printf '#!/bin/sh\n' >"$dir/sbin/cwauditd"
chmod 755 "$dir/sbin/cwauditd"
cp "$dir/sbin/cwauditd" "$dir/bin/cwaudit"
$MAKE -s --no-print-directory units B="$dir" sbindir="$dir/sbin" \
    bindir="$dir/bin"

failed=0
verify() {	# unit file
	said=$(systemd-analyze verify --man=no --recursive-errors=no "$1" 2>&1) ||
	    failed=1
	[ -z "$said" ] || { echo "$said"; failed=1; }
}

exposure() {	# unit file -> tenths
	systemd-analyze security --offline=true --no-pager "$1" 2>/dev/null |
	    sed -n 's/.*[Oo]verall exposure level for [^:]*: \([0-9]*\)\.\([0-9]\).*/\1\2/p'
}

cp "$dir/systemd/cwauditd@.service" "$dir/systemd/cwauditd@emea.service"
verify "$dir/systemd/cwaudit-report.timer"
systemd-analyze calendar "$(sed -n 's/^OnCalendar=//p' \
    "$dir/systemd/cwaudit-report.timer")" >/dev/null || failed=1
for unit in cwauditd.service cwauditd@emea.service cwaudit-report.service; do
	verify "$dir/systemd/$unit"
	tenths=$(exposure "$dir/systemd/$unit")
	echo "$unit: exposure ${tenths:-unknown} tenths"
	[ "${tenths:-100}" -le $limit ] || failed=1
done
if command -v systemd-sysusers >/dev/null; then
	mkdir -p "$dir/root/etc"
	systemd-sysusers --root="$dir/root" "$PWD/systemd/cwaudit.sysusers" \
	    >/dev/null || failed=1
	grep -q '^cwaudit:' "$dir/root/etc/passwd" || failed=1
fi
[ $failed = 0 ] || { echo "check-unit-files: failed" >&2; exit 1; }
