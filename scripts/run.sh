#!/usr/bin/env bash
# Leaves a development chain up, with three simulated enclaves (SGX, TDX, SEV-SNP) and the example clauses, until Ctrl-C.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
work=$(mktemp -d)
log="$work/node.log"
trap 'stop_chain; rm -rf "$work"' EXIT
start_dev_chain --rpc-cors all
await_active_nodes 4 120
"$concordat" clause register WMO::HeavyRain@1.0 --program "$programs/heavy_rain.wasm" --capability hazard.rain --mode 2/3 --risk high >/dev/null
"$concordat" clause register WHO::DiseaseAlert@2.3 --program "$programs/epidemic.wasm" --capability sim.epidemic --mode 2/3 --risk high >/dev/null
"$concordat" clause register DRF::QuakePayout@1.0 --program "$programs/cat_payout.wasm" --capability finance.cat --mode 2/3 --risk high >/dev/null
"$concordat" clause list
cat <<TEXT

The chain is up. Leave it with Ctrl-C.
  polkadot.js   https://polkadot.js.org/apps/?rpc=ws://127.0.0.1:$RPC_PORT
  a lease       $concordat attest show --node 2
  a job         $concordat job submit WMO::HeavyRain@1.0 --input examples/inputs/heavy-rain.input --watch
  the log       $log
TEXT
wait "$node_pid"
