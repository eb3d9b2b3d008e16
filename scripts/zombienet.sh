#!/usr/bin/env bash
# Runs the network definitions of zombienet/ with this build's node.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
if [ ! -x "$node" ]; then
	echo "error: $node is missing: run make build" >&2
	exit 1
fi
cd zombienet
[ -x node_modules/.bin/zombienet ] || npm ci --ignore-scripts --no-audit --no-fund
# The nodes are asked over loopback; a proxy would only be in the way.
export no_proxy="127.0.0.1,localhost${no_proxy:+,$no_proxy}"
export PATH="$(dirname "$node"):$PATH"
for definition in "${@:-two-validators.zndsl}"; do
	npx --no-install zombienet -p native test "$definition"
done
