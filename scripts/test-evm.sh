#!/usr/bin/env bash
# The receipt tree in an EVM: compiles contracts/ with the pinned compiler, compares with what is committed, and runs it next to the Rust
# code. Its workspace has dependencies, and a target directory, of its own.
set -euo pipefail
cd "$(dirname "$0")/../tests/evm"
[ -d node_modules/solc ] || npm ci --ignore-scripts --no-audit --no-fund
node compile.mjs --check
CARGO_TARGET_DIR="${CONCORDAT_EVM_TARGET:-$HOME/.cache/concordat/evm-target}" cargo test --locked "$@"
