#!/bin/sh
# Fuzzes one target: ./run.sh <target> [seconds]. Works with the stable toolchain; `seeds` fills the corpus first.
set -eu
cd "$(dirname "$0")"
target=${1:?target, see Cargo.toml}
seconds=${2:-60}
cargo run --release --locked --bin seeds
# Coverage of edges and comparisons for libFuzzer. Building for a named target keeps it out of build scripts.
host=$(rustc -vV | sed -n 's/^host: //p')
RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1" \
	cargo run --release --locked --target "$host" --bin "$target" -- \
	"corpus/$target" -max_total_time="$seconds" -max_len=40000 -timeout=5 -rss_limit_mb=1024
