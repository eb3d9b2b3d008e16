#!/usr/bin/env bash
# Compiles the example clauses to core WebAssembly and copies them to where the others look.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${CONCORDAT_EXAMPLES_TARGET:=$HOME/.cache/concordat/examples-target}"
CARGO_TARGET_DIR="$CONCORDAT_EXAMPLES_TARGET" cargo build --quiet --locked --release \
	--target wasm32v1-none --manifest-path examples/Cargo.toml
