#!/usr/bin/env bash
# A circom circuit compiled, proven by snarkjs over both curves, and checked by `concordat zk`.
set -euo pipefail
cd "$(dirname "$0")/../tests/zk"
[ -d node_modules/snarkjs ] || npm ci --ignore-scripts --no-audit --no-fund
node --test zk.test.mjs
