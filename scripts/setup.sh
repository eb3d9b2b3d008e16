#!/usr/bin/env bash
# Installs what a Debian machine with rustup lacks. Idempotent: asks for nothing that is there.
set -euo pipefail

have() { command -v "$1" >/dev/null 2>&1; }

missing=()
have protoc || missing+=(protobuf-compiler)
have g++ || missing+=(build-essential)
have perl || missing+=(perl)
have pkg-config || missing+=(pkg-config)
have python3 || missing+=(python3)
have curl || missing+=(curl)
have node || missing+=(nodejs npm)
# The off-chain worker's HTTP client wants root certificates, even for loopback.
[ -e /etc/ssl/certs/ca-certificates.crt ] || missing+=(ca-certificates)

if [ ${#missing[@]} -gt 0 ]; then
	echo "installing: ${missing[*]}"
	sudo=""
	[ "$(id -u)" = 0 ] || sudo=sudo
	$sudo apt-get update -qq
	DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq "${missing[@]}"
fi

if ! have cargo; then
	echo "error: cargo is missing; install Rust with rustup (https://rustup.rs)" >&2
	exit 1
fi
for component in rustfmt clippy; do
	have "cargo-${component/rustfmt/fmt}" || rustup component add "$component"
done
if ! rustc --print target-libdir --target wasm32v1-none 2>/dev/null | xargs -r test -d; then
	rustup target add wasm32v1-none
fi
