#!/bin/bash
# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# log_world.sh - sourced by tests of the daemon: a /dev of our own in a mount
# namespace, so that the machine's log is neither needed nor touched; $dir, a
# scratch folder; ok, logged, not, gone. Set $build before, and call
# log_world_enter "$@" first: it starts the script anew inside.

log_world_enter() {
	local how=private

	[ "${IT_INSIDE:-}" != yes ] || return 0
	# the root of a chroot is no mount point, and can't be made private
	unshare --mount --propagation private true 2>/dev/null || how=unchanged
	IT_INSIDE=yes exec unshare --mount --propagation $how "$0" "$@"
}

log_world_leave() {
	for p in "${pids[@]}"; do kill "$p" 2>/dev/null; done
	wait 2>/dev/null
	umount -l /dev 2>/dev/null
	umount -l "$dir"/dev/* 2>/dev/null
	rm -rf "$dir"
}

# Makes $dir and $log, and /dev empty but for a few devices.
log_world() {
	passed=0 failed=0 pids=()
	dir=$(mktemp -d /tmp/cwaudit-it.XXXXXX)
	log=$dir/log
	trap log_world_leave EXIT
	mkdir "$dir/dev"
	for n in null zero random urandom; do
		touch "$dir/dev/$n" && mount --bind "/dev/$n" "$dir/dev/$n"
	done
	ln -s /proc/self/fd "$dir/dev/fd"
	mount --rbind "$dir/dev" /dev ||
	    { echo "no mount namespace" >&2; exit 1; }
	: >"$log"
}

start_fleet() {		# OPTION...; sets $fleet
	"$build/fleet" --quiet --dir "$dir" --ready-file "$dir/ready" \
	    --time 300 "$@" &
	fleet=$!; pids+=("$fleet")
	for _ in $(seq 200); do [ -e "$dir/ready" ] && break; sleep 0.1; done
}

ok() {			# DESCRIPTION COMMAND...
	local what=$1; shift
	if "$@"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $what" >&2
		tail -n 15 "$log" >&2
	fi
}

# Waits until the log has at least N lines that match, at most 20 s.
logged() {		# REGEX [N]
	for _ in $(seq 200); do
		[ "$(grep -caE -- "$1" "$log")" -ge "${2:-1}" ] && return 0
		sleep 0.1
	done
	return 1
}

# Waits until a command succeeds, at most 20 s.
soon() {		# COMMAND...
	for _ in $(seq 200); do
		"$@" && return 0
		sleep 0.1
	done
	return 1
}

lines() {		# REGEX FILE N: at least so many
	[ "$(grep -caE -- "$1" "$2")" -ge "$3" ]
}

not() { ! "$@"; }

gone() {		# PID, within about a second
	for _ in $(seq 15); do
		# nobody may be there to reap a daemon
		grep -qs '^State:[^Z]*$' "/proc/$1/status" || return 0
		sleep 0.1
	done
	return 1
}
