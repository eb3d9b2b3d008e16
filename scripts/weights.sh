#!/usr/bin/env bash
# Measures what calls, hooks, transactions and blocks weigh on this machine, and writes the weights of the pallets
# (pallets/*/src/weights.rs) and of the runtime (runtime/src/weights/*.rs).
#
# Not part of any test run: the feature `runtime-benchmarks` changes the crates of the SDK, so that cargo compiles every
# one of them a second time (20 minutes and more on two cores). The measuring itself takes some five minutes, in which the
# machine should do nothing else.
#
#   scripts/weights.sh                              everything
#   scripts/weights.sh pallet_balances overhead     only these; `overhead` is what blocks and transactions cost
#   SKIP_BUILD=1 scripts/weights.sh …               with the binary of the last time
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
: "${STEPS:=20}" "${REPEAT:=10}" "${SECONDS_EACH:=2}"

ours=(attestation audits clause-registry disputes governance-timelocks job-dispatch node-identity node-staking quorum-results rollup-anchor triggers trust workflows zk-verifiers)
stock=(
	frame_system frame_system_extensions pallet_balances pallet_preimage pallet_scheduler pallet_sudo pallet_timestamp
	pallet_transaction_payment pallet_utility
)

# A name of its own: `debug/concordat-node` goes back to a node without the feature with the next normal build.
bench="$CARGO_TARGET_DIR/weights/concordat-node"
if [ -z "${SKIP_BUILD:-}" ]; then
	cargo build --locked -p concordat-node --features runtime-benchmarks
	install -D "$node" "$bench"
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

wanted=("$@")
selected() { # NAME
	[ ${#wanted[@]} = 0 ] || printf '%s\n' "${wanted[@]}" | grep -qxF "$1"
}

# One run for all pallets of a kind: before each run the node compiles the runtime, which takes most of a minute.
# The proofs of a solo chain are nobody's business: they are neither recorded while time is taken nor listed.
measure() { # TEMPLATE PALLET…
	local template=$1
	shift
	[ $# -gt 0 ] || return 0
	echo "== $*"
	"$bench" benchmark pallet --chain dev --genesis-builder spec-runtime --pallet "$(IFS=, && echo "$*")" --extrinsic '*' \
		--steps "$STEPS" --repeat "$REPEAT" --min-duration "$SECONDS_EACH" --disable-proof-recording --quiet \
		--template "$template" --output "$scratch"
}
written=()
publish() { # NAME OUTPUT
	sed '/^\t\/\/ Proof: /d' "$scratch/$1.rs" >"$2"
	written+=("$2")
}

names=()
for pallet in "${ours[@]}"; do
	name="pallet_${pallet//-/_}"
	selected "$name" && names+=("$name")
done
measure scripts/weights-pallet.hbs "${names[@]}"
for name in "${names[@]}"; do
	folder="${name#pallet_}"
	publish "$name" "pallets/${folder//_/-}/src/weights.rs"
done

names=()
for name in "${stock[@]}"; do
	selected "$name" && names+=("$name")
done
measure scripts/weights-runtime.hbs "${names[@]}"
for name in "${names[@]}"; do
	publish "$name" "runtime/src/weights/$name.rs"
done

if selected overhead; then
	echo "== overhead"
	# The median: one block that was interrupted does not make every block dearer.
	"$bench" benchmark overhead --chain dev --genesis-builder spec-runtime --metric median --weight-path "$scratch"
	for what in block extrinsic; do
		# The template of the SDK names this machine and a crate that the runtime does not name.
		sed -e '/^\/\/ Executed Command:/,/^$/d' -e '/^\/\/! WEIGHT-PATH/d' \
			-e 's/^\/\/! HOSTNAME: .*, CPU:/\/\/! CPU:/' -e 's/sp_weights/frame_support::weights/' \
			"$scratch/${what}_weights.rs" >"runtime/src/weights/${what}_weights.rs"
		written+=("runtime/src/weights/${what}_weights.rs")
	done
fi

[ ${#written[@]} -gt 0 ] || { echo "error: nothing has these names: ${wanted[*]}" >&2; exit 1; }
cargo fmt --all
printf '%s\n' "${written[@]}"
