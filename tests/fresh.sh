#!/bin/sh
# SPDX-License-Identifier: ISC
# fresh.sh [COMMAND...] - does a fresh machine get there? Makes a minimal Debian
# 12 (git and make are all it has besides), clones this repository's HEAD into
# it and runs the commands as root: "make demo" and "make check" unless others
# are named. Afterwards no process may be left and no service enabled.
# Needs root and debootstrap; takes minutes and a gigabyte under $TMPDIR
# (/var/tmp). FRESH_INCLUDE names other packages than git,make.
set -eu
: "${FRESH_INCLUDE:=git,make}"
[ $# -gt 0 ] || set -- "make demo" "make check"

[ "$(id -u)" = 0 ] && command -v debootstrap >/dev/null || {
	echo "fresh: needs root and debootstrap" >&2
	exit 1
}
here=$(cd "$(dirname "$0")/.." && pwd)
root=$(mktemp -d "${TMPDIR:-/var/tmp}/cwaudit-fresh.XXXXXX")
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"	# as / is: others than root must get in
trap 'exit 1' INT TERM HUP

# The mirror that this machine uses.
mirror=$(sed -n 's/^URIs: *\([^ ]*debian\)\/*$/\1/p
    s/^deb \(\[[^]]*\] \)*\([^ ]*debian\)\/* .*/\2/p' \
    /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -1)
mirror=${mirror:-http://deb.debian.org/debian}

echo "fresh: debootstrap from $mirror (git, make and what they need)"
debootstrap --variant=minbase --include="$FRESH_INCLUDE" bookworm "$root" \
    "$mirror" >"$root.log" 2>&1 || {
	tail -5 "$root.log" >&2
	rm -f "$root.log"
	exit 1
}
rm -f "$root.log"
cat >"$root/etc/apt/sources.list" <<END
deb $mirror bookworm main
deb $mirror-security bookworm-security main
END
cp /etc/resolv.conf "$root/etc/resolv.conf"
cp /etc/apt/apt.conf.d/*proxy* "$root/etc/apt/apt.conf.d/" 2>/dev/null || :
git clone -q --no-hardlinks "$here" "$root/root/cwaudit"

# What starts at boot, of packages that were not there at first. systemd
# itself, where it arrives, enables its own and the base system's units.
packages() { chroot "$root" dpkg-query -W -f='${Package}\n' | sort; }
base=$(packages)
enabled() {
	find "$root/etc/systemd/system" "$root/etc/rc2.d" \
	    \( -path '*.wants/*' -o -name 'S[0-9]*' \) 2>/dev/null |
	    while read -r link; do
		name=$(basename "$link" | sed 's/@.*/@.service/;s/^S[0-9]*//')
		owner=$(chroot "$root" dpkg -S "*/$name" 2>/dev/null |
		    head -1 | cut -d: -f1)
		[ "$owner" = systemd ] ||
		    echo "$base" | grep -qx "${owner:-unknown}" ||
		    echo "$name (${owner:-unknown})"
	done
}

# Runs as the first process of its own process space.
cat >"$root/root/run" <<'END'
#!/bin/sh
export HOME=/root LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
cd /root/cwaudit || exit 1
for command; do
	echo "fresh: \$ $command"
	start=$(date +%s)
	sh -c "$command" || { echo "fresh: '$command' failed"; exit 1; }
	echo "fresh: '$command' took $(($(date +%s) - start)) s"
done
sleep 1
for p in /proc/[0-9]*; do
	[ -r "$p/cmdline" ] || continue
	name=$(tr '\0' ' ' <"$p/cmdline")
	case ${p#/proc/}:$name in
	1:*|*:|*/root/run*) ;;
	*) echo "fresh: left behind: $name"; left=1 ;;
	esac
done
[ -z "$left" ]
END
chmod 755 "$root/root/run"
status=0
unshare --mount --pid --fork --kill-child --mount-proc="$root/proc" \
    chroot "$root" /root/run "$@" </dev/null || status=$?
on=$(enabled)
[ -z "$on" ] || {
	echo "fresh: services were enabled: $on"
	status=1
}
[ ! -e "$root/usr/sbin/policy-rc.d" ] || {
	echo "fresh: policy-rc.d was left behind"
	status=1
}
[ $status = 0 ] && echo "fresh: passed" || echo "fresh: failed"
exit $status
