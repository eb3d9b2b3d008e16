#!/usr/bin/env bash
# Tests of the verifiers of vendor evidence: recorded evidence, negative cases, and tens of thousands of mutations whose
# verdicts are compared with those of independent verifiers.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${CONCORDAT_EVIDENCE_TARGET:=$HOME/.cache/concordat/evidence-target}"
export CARGO_TARGET_DIR="$CONCORDAT_EVIDENCE_TARGET"
manifest=primitives/evidence/Cargo.toml
cargo fmt --check --manifest-path "$manifest"
cargo clippy --quiet --locked --all-targets --manifest-path "$manifest" -- -D warnings
cargo test --quiet --locked --manifest-path "$manifest"
