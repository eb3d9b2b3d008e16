#!/usr/bin/env bash
# Tests of the example clauses: their logic natively, and their results, natively and as WebAssembly, against the
# independent computation.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${CONCORDAT_EXAMPLES_TARGET:=$HOME/.cache/concordat/examples-target}"
export CARGO_TARGET_DIR="$CONCORDAT_EXAMPLES_TARGET"
cargo test --quiet --locked --manifest-path examples/Cargo.toml
python3 examples/check.py --native --wasm "$CARGO_TARGET_DIR/wasm32v1-none/release"
