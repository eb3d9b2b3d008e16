#!/usr/bin/env bash
# The figures: weights and times against a transfer, scheduler reads and times against the number of nodes.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
# `make bench` has built it with everything else: it is an example target, which no test run executes.
exec "$CARGO_TARGET_DIR/debug/examples/figures" "$@"
