# SPDX-License-Identifier: ISC
# shellcheck shell=sh disable=SC2034
# servers_world.sh - sourced by tests against real servers: namespaces that end
# with the test, certificates, ports, start, the stock client, our audit, and a
# table of what was seen. Set $net before (addresses $net.1, $net.2, ...), and
# call servers_world "$@" first: it starts the script anew inside.
: "${B:=build}"
PATH=$PATH:/usr/sbin:/sbin
host=cwa01.nwtraders.local
site=im01.contoso.com
passed=0 failed=0 row=0 pids=''

# What goes wrong in here goes wrong on no real network, and ends with us.
servers_world() {
	[ "${IT_INSIDE:-}" = yes ] ||
	    IT_INSIDE=yes exec unshare --net --pid --fork --kill-child \
	    "$0" "$@"
	ip link set lo up || exit 1
	so=$(cd "$B" && pwd)/tests/bindto.so
	dir=$(mktemp -d) || exit 1
	chmod 755 "$dir"
	: >"$dir/table"
	trap servers_world_leave EXIT
	trap 'exit 1' INT TERM HUP
	make_ca || { echo "no certificates" >&2; exit 1; }
}

servers_world_leave() {
	for p in $pids; do kill "$p" 2>/dev/null; done
	for p in $pids; do
		for _ in 1 2 3 4 5 6 7 8 9 10; do
			kill -0 "$p" 2>/dev/null || break
			sleep 0.2
		done
		kill -9 "$p" 2>/dev/null
		wait "$p" 2>/dev/null
	done
	rm -rf "$dir"
}

needs() {	# PROGRAM...
	for tool; do
		command -v "$tool" >/dev/null || {
			echo "$0: $tool is missing; make deps-servers" >&2
			exit 1
		}
	done
}

# --- certificates ----------------------------------------------------------

make_ca() {
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$dir/ca.key" \
	    -out "$dir/ca.pem" -days 30 \
	    -subj "/DC=com/DC=contoso/CN=Contoso Test CA" 2>/dev/null
}

# signed NAME SUBJECT CA: $dir/NAME.ext says what it is for.
signed() {
	openssl req -newkey rsa:2048 -nodes -keyout "$dir/$1.key" \
	    -out "$dir/$1.csr" -subj "$2" 2>/dev/null &&
	openssl x509 -req -in "$dir/$1.csr" -CA "$dir/$3.pem" \
	    -CAkey "$dir/$3.key" -CAcreateserial -days 20 \
	    -extfile "$dir/$1.ext" -out "$dir/$1.pem" 2>/dev/null &&
	cat "$dir/$1.pem" "$dir/$1.key" >"$dir/$1.both"
}

make_leaf() {	# NAME CN [CA]
	cat >"$dir/$1.ext" <<-END
	subjectAltName=DNS:$2,DNS:as.$2,DNS:download.$2
	extendedKeyUsage=serverAuth
	keyUsage=digitalSignature,keyEncipherment
	END
	signed "$1" "/CN=$2" "${3:-ca}"
}

make_sub() {	# NAME CN CA
	printf 'basicConstraints=critical,CA:true\nkeyUsage=keyCertSign,cRLSign\n' \
	    >"$dir/$1.ext"
	signed "$1" "/DC=com/DC=contoso/CN=$2" "$3"
}

sha256_of() {	# NAME
	openssl x509 -in "$dir/$1.pem" -outform DER | openssl dgst -sha256 -r |
	    cut -d' ' -f1
}

# --- servers ---------------------------------------------------------------

listening() {	# PORT: is anybody in LISTEN on it?
	hex=$(printf ':%04X' "$1")
	grep -Eqs "^ *[0-9]+: [0-9A-F]+$hex 0+:0000 0A" \
	    /proc/net/tcp /proc/net/tcp6
}

pick_port() {	# the next one that is free -> $port
	port=${port:-31400}
	port=$((port + 1))
	while listening $port; do port=$((port + 1)); done
}

# start COMMAND...: in the background, until $port listens.
start() {
	"$@" >"$dir/log.$row" 2>&1 </dev/null &
	pid=$!
	pids="$pids $pid"
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 \
	    21 22 23 24 25; do
		listening $port && return 0
		kill -0 $pid 2>/dev/null || break
		sleep 0.2
	done
	sed 's/^/    /' "$dir/log.$row" | tail -5
	return 1
}

# gnutls-serv and selfserv listen on every address; the shim pins them to one.
gnutls_serv() {	# CLIENT-CERT-DEMAND PRIORITY [OPTION...]
	demand=$1 priority=$2
	shift 2
	start env LD_PRELOAD="$so" BINDTO=$address \
	    gnutls-serv --nodb -p $port $demand --x509cafile "$dir/ca.pem" \
	    --x509certfile "$dir/$leaf.pem" --x509keyfile "$dir/$leaf.key" \
	    --priority "$priority" "$@"
}

s_server() {	# OPTION...; with -www it does not wait for its terminal
	start openssl s_server -accept "$at:$port" -quiet -www \
	    -cert "$dir/$leaf.pem" -key "$dir/$leaf.key" \
	    -CAfile "$dir/ca.pem" "$@"
}

# --- looking ---------------------------------------------------------------

# What the stock client gets to see -> $dir/stock. True if a certificate.
stock_client() {	# NAME
	timeout 8 openssl s_client -connect "$at:$port" -servername "$1" \
	    -cipher ALL:@SECLEVEL=0 -showcerts </dev/null >"$dir/stock" 2>&1
	grep -q 'BEGIN CERTIFICATE' "$dir/stock"
}

# audit: the inventory $dir/inventory.yaml -> $dir/audit.json
audit() {
	timeout 60 "$B/cwaudit" audit -i "$dir/inventory.yaml" -o json "$@" \
	    >"$dir/audit.json" 2>"$dir/audit.err"
	status=$?
	case $status in
	0|1|3) return 0 ;;
	esac
	echo "exit status $status: $(tail -1 "$dir/audit.err")"
	return 1
}

# report NAME FAULT: counts it; a row of the table for each endpoint.
report() {
	if [ -n "$2" ]; then
		failed=$((failed + 1))
		echo "FAIL  $1: $2"
		return
	fi
	passed=$((passed + 1))
	jq -r --arg name "$1" '.endpoints[] | [$name, .tls.version // "-",
	    .tls.cipher // "-", .via // "-", .proof // "-",
	    if .outcome == "observed" then .detail else
	    "\(.outcome): \(.detail)" end] | @tsv' \
	    "$dir/audit.json" >>"$dir/table"
}

# The table, and the end: 0 if nothing failed.
servers_seen() {
	awk -F '\t' 'function cells(a, b, c, d, e, f) {
		printf "%-36s %-8s %-38s %-8s %-10s %.90s\n", a, b, c, d, e, f
	}
	NR == 1 { cells("server", "version", "cipher", "via", "proof",
	    "how it ended") }
	{ cells($1, $2, $3, $4, $5, $6) }' "$dir/table"
	echo "$passed passed, $failed failed"
	[ $failed = 0 ]
}
