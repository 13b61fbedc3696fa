#!/bin/sh
# SPDX-License-Identifier: ISC
# deps.sh GROUP... - installs the Debian packages that a group of targets
# needs and that are missing. Nothing missing: silent, and apt is not asked.
# No server that comes along is started, now or at the next boot.
# Exit: 0 all there, 1 not root or not installed, 2 usage.
set -eu

# group   package   what it is for
table() {
	cat <<-'END'
	build gcc the C compiler
	build libc6-dev the C library's headers
	build make the builder
	build libevent-dev event loops, timers, signals, the HTTP page
	build libcurl4-openssl-dev looks at HTTPS sites
	build libssl-dev looks at MTLS ports, X.509
	build libc-ares-dev names to addresses
	build libyaml-dev inventory and configuration
	build libjansson-dev JSON in and out
	build libcsv-dev CSV in
	build libsqlite3-dev what the daemon remembers
	build zlib1g-dev pages, compressed
	build ca-certificates the public roots
	test libcmocka-dev unit tests
	test openssl s_client and s_server against our probes
	test gnutls-bin a second TLS library to look at
	test jq what an audit said, compared with what it should say
	test systemd systemd-analyze for the unit files
	test sqlite3 what the store holds, read by another
	test procps kill, which the unit reloads with
	test rsyslog what the daemon says, through a real syslog server
	test dnsmasq-base a real resolver, for names that come and go
	test iproute2 the loopback of a network of their own
	test libseccomp-dev the unit's filter of system calls, without systemd
	store prometheus-alertmanager alerts beyond syslog, taken by the real one
	store curl what it holds
	report node-ajv JSON and OSCAL reports against their schemas
	report jq what refers to what in them
	report tidy the HTML of reports
	report chromium what a browser makes of it, and prints
	report poppler-utils what was printed
	report python3 CSV, read by another
	report gnumeric CSV as a spreadsheet takes it
	report libmonitoring-plugin-perl what a monitor makes of our line
	web prometheus promtool, and a real scrape
	web icinga2-bin whether it takes our command
	web chromium the pages, in a real browser
	web curl requests, odd ones too
	web python3 many readers at once
	bench linux-perf where it goes
	bench python3 rounds, medians, the table
	bench curl libcurl's own command, many at once; the exporter's client
	bench nmap ssl-cert, the script
	bench sslscan what people scan with
	bench prometheus-blackbox-exporter what people probe with
	bench monitoring-plugins-basic check_http -C
	bench ssl-cert-check what people run from cron
	npm nodejs the browser's tests
	npm npm what these need
	servers openssl s_server, and certificates for the others
	servers gnutls-bin gnutls-serv: RC4, 3DES, no RFC 5746
	servers jq the answers of the audit
	servers libnss3-tools selfserv: SSL 3.0
	servers nginx-light HTTPS sites by SNI
	servers haproxy a listener that demands a client certificate
	servers stunnel4 another one
	servers kamailio SIP over mutual TLS, the real thing
	servers kamailio-tls-modules its TLS
	servers tinyproxy an HTTP proxy, for CONNECT
	servers microsocks a SOCKS proxy
	servers dnsmasq-base a real resolver
	servers apache2-bin SSLVerifyClient
	servers iproute2 a network of their own
	fuzz clang libFuzzer
	fuzz libclang-rt-14-dev its run-time library
	fuzz llvm-14 where a fault is, by name
	fuzz xz-utils archives of odd certificates
	lint cppcheck lint
	lint clang-tidy lint
	END
}

backup=/usr/sbin/policy-rc.d.before-cwaudit
policy=/usr/sbin/policy-rc.d

missing() {	# group... -> package names, once each, in table order
	table | while read -r group package _; do
		case " $* " in *" $group "*) ;; *) continue ;; esac
		s=$(dpkg-query -W -f='${db:Status-Status}' "$package" \
		    2>/dev/null) || s=
		[ "$s" = installed ] || echo "$package"
	done | awk '!seen[$0]++'
}

why() {		# package group... -> the reason
	p=$1; shift
	table | while read -r group package reason; do
		case " $* " in *" $group "*) ;; *) continue ;; esac
		[ "$package" = "$p" ] && echo "$reason" && break
	done
}

hold_services() {
	[ ! -e $backup ] || mv -f $backup $policy	# an earlier run died
	[ ! -e $policy ] || mv $policy $backup
	printf '#!/bin/sh\nexit 101\n' >$policy
	chmod 755 $policy
}

installed() {
	dpkg-query -W -f='${db:Status-Status} ${Package}\n' |
	    sed -n 's/^installed //p' | sort -u
}

# Packages that came with this run must not start anything at the next boot:
# policy-rc.d does not keep deb-systemd-helper from enabling units.
disable_services() {
	installed | comm -13 "$tmp/before" - | while read -r package; do
		case $package in systemd*|dbus*|init*) continue ;; esac
		files=$(dpkg -L "$package" 2>/dev/null) || continue
		echo "$files" | sed -n \
		    's|^/\(usr/\)*lib/systemd/system/\([^/]*\)$|\2|p' |
		    grep -E '\.(service|socket|timer|path|target)$' |
		    while read -r unit; do
			DPKG_MAINTSCRIPT_PACKAGE=$package \
			    deb-systemd-helper disable "$unit" \
			    >/dev/null 2>&1 || :
		done
		echo "$files" | sed -n 's,^/etc/init\.d/,,p' |
		    while read -r script; do
			update-rc.d "$script" disable >/dev/null 2>&1 || :
		done
	done
}

release() {
	trap - EXIT
	disable_services
	rm -f $policy
	[ ! -e $backup ] || mv $backup $policy
	rm -rf "$tmp"
}

install() {
	export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
	apt="apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0"
	$apt update >"$tmp/log" 2>&1 ||
	    echo "deps: package lists not refreshed, trying with the old ones" >&2
	# shellcheck disable=SC2086
	$apt install --no-install-recommends --no-remove \
	    -o Dpkg::Options::=--force-confold "$@" >>"$tmp/log" 2>&1 && return
	cat "$tmp/log" >&2
	return 1
}

[ $# -gt 0 ] || { echo "usage: deps.sh build|test|servers|lint..." >&2; exit 2; }
for group; do
	table | grep -q "^$group " ||
	    { echo "deps.sh: no group '$group'" >&2; exit 2; }
done
command -v dpkg-query >/dev/null || {
	echo "deps: not a Debian system; it needs the equivalents of:" >&2
	table | while read -r group package reason; do
		case " $* " in *" $group "*) echo "  $package: $reason" >&2 ;; esac
	done
	exit 0		# whether they are there, the build will tell
}

want=$(missing "$@")
[ -n "$want" ] || exit 0

echo "deps: these packages are missing:"
for package in $want; do
	printf '  %-24s %s\n' "$package" "$(why "$package" "$@")"
done
if [ "$(id -u)" != 0 ]; then
	echo "deps: run this as root, then try again:"
	# shellcheck disable=SC2086
	echo "  apt-get install --no-install-recommends" $want
	exit 1
fi

tmp=$(mktemp -d)
installed >"$tmp/before"
trap release EXIT
trap 'exit 1' INT TERM HUP
hold_services
echo "deps: installing (no server is started or enabled) ..."
# shellcheck disable=SC2086
install $want || { echo "deps: apt-get failed" >&2; exit 1; }
echo "deps: done"
