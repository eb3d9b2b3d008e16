#!/usr/bin/env bash
# The life cycle through @polkadot/api against a real node.
set -euo pipefail
cd "$(dirname "$0")/../tests/client"
[ -d node_modules/@polkadot/api ] || npm ci --ignore-scripts --no-audit --no-fund
node --test vectors.test.mjs lifecycle.test.mjs
