#!/usr/bin/env bash
# Tests of the example clauses: their logic natively, and their results against the independent computation.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${CONCORDAT_EXAMPLES_TARGET:=$HOME/.cache/concordat/examples-target}"
CARGO_TARGET_DIR="$CONCORDAT_EXAMPLES_TARGET" cargo test --quiet --locked --manifest-path examples/Cargo.toml
CARGO_TARGET_DIR="$CONCORDAT_EXAMPLES_TARGET" python3 examples/check.py
