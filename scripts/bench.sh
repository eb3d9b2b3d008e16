#!/usr/bin/env bash
# The figures: weights and times against a transfer; the scheduler's reads and times against the number of nodes and against a full
# scan; how evenly it loads the nodes; a workflow against single jobs; what it costs to verify evidence, by the runtime, in
# WebAssembly and natively, and by the verifiers alone, next to dcap-qvl; the time from dispatch to assignment on a running node;
# what it costs to verify Groth16 proofs and the signatures of many, with host functions and without; what it costs to make a
# receipt provable, to check it offline, and to keep what stays of a job; and how long a running node takes to prove a receipt.
# With the name of a section (lifecycle, scheduler, placement, workflow, attestation, verifiers, latency, pairing, aggregates,
# rollups, receipts, proofs), that one alone.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
# `make bench` has built them with everything else: they are example targets, which no test run executes.
examples="$CARGO_TARGET_DIR/debug/examples"
case "${1:-all}" in
verifiers | latency | proofs) ;;
all) "$examples/chain-figures" ;;
*) "$examples/chain-figures" "$1" ;;
esac
case "${1:-all}" in
verifiers | all)
	printf '\n6. The verifiers alone, next to dcap-qvl in the same run\n\n'
	"$examples/figures"
	;;
esac
case "${1:-all}" in
latency | all)
	printf '\n'
	"$examples/latency-figures"
	;;
esac
case "${1:-all}" in
proofs | all)
	printf '\n'
	"$examples/proof-figures"
	;;
esac
