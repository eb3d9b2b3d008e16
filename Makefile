# One profile, one target directory: what one verb has built, the others use.
SHELL := /bin/bash
.DEFAULT_GOAL := help

export CARGO_TARGET_DIR ?= $(HOME)/.cache/concordat/target
export WASM_BUILD_WORKSPACE_HINT := $(CURDIR)
# The clause programs are small; they have a directory of their own.
export CONCORDAT_EXAMPLES_TARGET ?= $(HOME)/.cache/concordat/examples-target

# The same packages and targets everywhere, so that cargo unifies features once.
ALL := --workspace --all-targets
TESTER := $(shell if command -v cargo-nextest >/dev/null; then echo "nextest run"; else echo "test"; fi)

.PHONY: help
help: ## List the verbs.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.PHONY: setup
setup: ## Install what is missing: compilers, protobuf, the wasm target.
	@scripts/setup.sh

.PHONY: clauses
clauses: setup ## Compile the example clauses to WebAssembly.
	@scripts/build-clauses.sh

.PHONY: build
build: setup clauses ## Build everything.
	cargo build --locked $(ALL)

.PHONY: demo
demo: build ## One clause, end to end, on a development chain; ends with an offline check of the receipt.
	@scripts/demo.sh

.PHONY: run
run: build ## Leave a development chain up, with three simulated enclaves, for polkadot.js and the CLI.
	@scripts/run.sh

.PHONY: fmt
fmt: ## Check the format.
	cargo fmt --all --check
	cargo fmt --all --check --manifest-path examples/Cargo.toml
	cargo fmt --all --check --manifest-path tests/evm/Cargo.toml

.PHONY: lint
lint: setup ## Clippy, warnings denied.
	cargo clippy --locked $(ALL) -- -D warnings

.PHONY: test
test: fmt build lint ## Everything: format, clippy, unit, scenario and end-to-end tests.
	cargo $(TESTER) --locked --workspace
	@scripts/test-clauses.sh
	@scripts/test-client.sh
	@scripts/test-zk.sh
	@scripts/test-evm.sh

.PHONY: zombienet
zombienet: build ## Two validators under zombienet, natively.
	@scripts/zombienet.sh

.PHONY: bench
bench: build ## Figures: weights, times and reads of jobs, assignments, placement, workflows, evidence; latency on a running node.
	@scripts/bench.sh

.PHONY: weights
weights: setup ## Measure all weights on this machine and write them. Compiles the SDK a second time.
	@scripts/weights.sh

.PHONY: chain-specs
chain-specs: build ## Write the chain specs again from the runtime's presets.
	@scripts/chain-specs.sh
