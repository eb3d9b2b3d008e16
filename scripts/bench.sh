#!/usr/bin/env bash
# The figures: weights and times against a transfer, scheduler reads and times against the number of nodes, and what it costs
# to verify evidence: by the runtime, in WebAssembly and natively, and by the verifiers alone, next to dcap-qvl.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
# `make bench` has built them with everything else: they are example targets, which no test run executes.
"$CARGO_TARGET_DIR/debug/examples/chain-figures" "$@"
printf '\n4. The verifiers alone, next to dcap-qvl in the same run\n\n'
"$CARGO_TARGET_DIR/debug/examples/figures"
