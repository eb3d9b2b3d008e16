# Shared by the scripts: where the programs are, and how a development chain is started and stopped.
: "${CARGO_TARGET_DIR:=$HOME/.cache/concordat/target}"
: "${CONCORDAT_EXAMPLES_TARGET:=$HOME/.cache/concordat/examples-target}"
node="$CARGO_TARGET_DIR/debug/concordat-node"
concordat="$CARGO_TARGET_DIR/debug/concordat"
programs="$CONCORDAT_EXAMPLES_TARGET/wasm32v1-none/release"
: "${RPC_PORT:=9944}"
export CONCORDAT_URL="ws://127.0.0.1:$RPC_PORT"

rpc() { # METHOD [PARAMS as JSON]
	curl -sS --max-time 5 -H 'content-type: application/json' \
		-d "{\"id\":1,\"jsonrpc\":\"2.0\",\"method\":\"$1\",\"params\":${2:-[]}}" "http://127.0.0.1:$RPC_PORT"
}

# Starts a development chain in the background; its log goes to $log, its number to $node_pid.
start_dev_chain() {
	if rpc system_health >/dev/null 2>&1; then
		echo "error: something already listens on port $RPC_PORT; choose another with RPC_PORT=…" >&2
		return 1
	fi
	"$node" --dev --tmp --rpc-port "$RPC_PORT" "$@" >"$log" 2>&1 &
	node_pid=$!
	for _ in $(seq 1 120); do
		if ! kill -0 "$node_pid" 2>/dev/null; then
			echo "error: the node stopped; the end of its log:" >&2
			tail -n 20 "$log" >&2
			return 1
		fi
		rpc system_health 2>/dev/null | grep -q '"peers"' && return 0
		sleep 0.5
	done
	echo "error: the node does not answer; the end of its log:" >&2
	tail -n 20 "$log" >&2
	return 1
}

stop_chain() {
	[ -n "${node_pid:-}" ] && kill "$node_pid" 2>/dev/null && wait "$node_pid" 2>/dev/null
	node_pid=""
	return 0
}

# Waits until COUNT nodes are active.
await_active_nodes() { # COUNT SECONDS
	local active=0 said=-1
	for _ in $(seq 1 "$2"); do
		active=$("$concordat" node list --json 2>/dev/null | grep -c '"status": "active"' || true)
		if [ "$active" != "$said" ]; then
			echo "  $active of $1 nodes are active"
			said=$active
		fi
		[ "$active" -ge "$1" ] && return 0
		sleep 1
	done
	echo "error: only $active of $1 nodes became active; the end of the node's log:" >&2
	tail -n 20 "$log" >&2
	return 1
}
