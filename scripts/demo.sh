#!/usr/bin/env bash
# One clause, end to end, on a development chain; then in a workflow, and on a sealed input. Every step is a verb that a
# person can type.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
work=$(mktemp -d)
log="$work/node.log"
trap 'status=$?; stop_chain; [ $status = 0 ] && rm -rf "$work" || echo "the node log is $log" >&2; exit $status' EXIT

say() { printf '\n== %s\n' "$*"; }
show() { printf '$ concordat %s\n' "$*"; "$concordat" "$@"; }

clause="WMO::HeavyRain@1.0"
judge="WMO::AlertCheck@1.0"

say "a development chain with three simulated enclaves: SGX, TDX and SEV-SNP in the vendors' own formats, no hardware behind them"
start_dev_chain
await_active_nodes 4 120
show node list

say "what stands behind their leases: each vendor's collateral is on chain, verified there, and each lease says simulated"
show collateral list
for id in 2 3 4; do
	show attest show --node "$id"
done

say "a clause: the heavy-rain trigger, its program stored on chain"
show clause register "$clause" --program "$programs/heavy_rain.wasm" --capability hazard.rain --mode 2/3 --risk high

say "a job: daily rain in Seattle (NOAA), run by three enclaves, two of which must agree"
show job submit "$clause" --input examples/inputs/heavy-rain.input --watch

say "what the nodes agreed on"
show job result 1

say "a workflow: the same again, and then a judge of what came out, on a node to which the one before hands over"
show clause register "$judge" --program "$programs/alert_check.wasm" --capability general --mode single --risk medium
show workflow submit examples/workflows/pipeline-with-validation.json

say "meanwhile, a sealed job: the chain has neither input nor output in the clear; an enclave opens the one only when it is proved that the chain gave it the job, and seals the other to a key that only the requester has (a simulated enclave, though, is a process that its host can read)"
show job submit "$clause" --input examples/inputs/heavy-rain.input --sealed --secret "$work/rain.secret" --output-key --watch

say "how the workflow went"
show workflow watch 1

say "who finalises blocks: an auditor writes that down once, from a source that they trust"
show receipt authorities --out "$work/authorities.json"

say "the receipt of the first job in one file, with its proof: rollup, leaf of the chain's MMR, header, GRANDPA's signatures"
show receipt fetch --job 1 --out "$work/receipt.json"

say "the job run again by an auditor: same program, same input, same engine"
show audit run 1 --out "$work/transcript.json"

say "the chain stops; the receipt is checked offline, down to the signatures of those voters"
stop_chain
show receipt verify "$work/receipt.json" --authorities "$work/authorities.json"
