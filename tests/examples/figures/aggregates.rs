//! What it costs to verify that many have signed one thing: one BLS aggregate, or an Ed25519 signature of each.

use crate::blob::{Blob, Call, RUNS};
use codec::Encode;
use concordat_pairing::bls::{aggregate, unpack, BlsError, SecretKey};
use concordat_primitives::{
	rollup::{rollup_message, Ed25519Share, RollupCertificate, Signatures},
	Hash,
};
use concordat_runtime::pallet_rollup_anchor;
use concordat_wasm_figures::{AggregateCall, Ed25519Call};
use pallet_rollup_anchor::certificate::bitmap;
use sp_core::{ed25519, Pair};

/// Signers.
const SIGNERS: [usize; 10] = [1, 2, 4, 7, 10, 16, 32, 64, 100, 128];

/// So many signers of both schemes.
struct Signers {
	bls: Vec<SecretKey>,
	ed25519: Vec<ed25519::Pair>,
}

impl Signers {
	fn new(count: usize) -> Self {
		let seeds = || (0..count).map(|place| [place as u8 + 1; 32]);
		Self {
			bls: seeds().map(|seed| SecretKey::generate(&seed)).collect(),
			ed25519: seeds().map(|seed| ed25519::Pair::from_seed(&seed)).collect(),
		}
	}

	/// The calls of the blob for the first `n` of them, and the bytes of both certificates.
	fn sign(&self, n: usize) -> ([Call; 2], [usize; 2]) {
		let message = rollup_message(Hash::repeat_byte(1), 7, Hash::repeat_byte(2));
		let shares: Vec<_> = self.bls[..n].iter().map(|key| key.sign(&message)).collect();
		let sum = aggregate(&shares).expect("signatures of different keys");
		let keys = self.bls[..n].iter();
		let keys = keys.map(|key| unpack(&key.public()).expect("a good key")).collect();
		let pairs = || self.ed25519[..n].iter();
		let each = pairs().map(|pair| (pair.public().0, pair.sign(&message).0)).collect();
		let calls = [
			Call::new(
				"bls_aggregate",
				&AggregateCall { keys, message: message.clone(), aggregate: sum },
				&Ok::<(), BlsError>(()),
			),
			Call::new(
				"ed25519_each",
				&Ed25519Call { shares: each, message: message.clone() },
				&true,
			),
		];
		let signers = bitmap(0..n as u16, n as u32).expect("no more than a set has");
		let named = (0..).zip(pairs());
		let named: Vec<Ed25519Share> = named
			.map(|(place, pair)| Ed25519Share { place, signature: pair.sign(&message).0 })
			.collect();
		let bytes = [
			Signatures::Bls { signers, aggregate: sum.0 },
			Signatures::Ed25519(named.try_into().expect("no more than a set has")),
		]
		.map(|signatures| RollupCertificate { epoch: 1_000, set: 7, signatures }.encode().len());
		(calls, bytes)
	}
}

/// Signers at which one line goes below the other, between the two nearest that were measured.
fn crossing(points: &[(f64, f64, f64)]) -> Option<f64> {
	if points.first().is_some_and(|(_, bls, each)| bls <= each) {
		return points.first().map(|(n, ..)| *n);
	}
	points.windows(2).find_map(|pair| {
		let [(n, bls, each), (m, next_bls, next_each)] = pair else { return None };
		let (before, after) = (bls - each, next_bls - next_each);
		(after <= 0.0).then(|| n + (m - n) * before / (before - after))
	})
}

/// Prints the figures.
pub fn print() {
	println!("\n9. Signatures of many over one rollup");
	println!(
		"  One BLS12-381 aggregate (keys of 96 bytes in G2, kept unpacked; signature of 48 bytes in G1; hash to the curve, sum of the \
		 keys by the host, two pairings) against an Ed25519 signature of each signer (by the host), in the same blob as section 8. \
		 Milliseconds, median of {RUNS} rounds, A-B-B-A, and the least; a call that does nothing is taken off. Bytes: the whole certificate, as it is \
		 submitted and kept; of a set of just these signers."
	);
	let Some(blob) = Blob::new() else {
		println!("    skipped: built with SKIP_WASM_BUILD");
		return;
	};
	let signers = Signers::new(SIGNERS[SIGNERS.len() - 1]);
	let made = SIGNERS.map(|n| signers.sign(n));
	println!(
		"\n    {:>7}{:>28}{:>28}{:>12}{:>9}{:>12}{:>15}",
		"signers",
		"BLS aggregate, least",
		"Ed25519, each, least",
		"BLS / Ed",
		"by least",
		"BLS bytes",
		"Ed25519 bytes"
	);
	let (mut medians, mut least, mut sizes) = (Vec::new(), Vec::new(), Vec::new());
	for (n, (calls, bytes)) in SIGNERS.iter().zip(&made) {
		let measured = blob.millis(calls);
		let [bls, each] = &measured[..] else { unreachable!("as many as calls") };
		println!(
			"    {n:>7}{:>28}{:>28}{:>12.2}{:>9.2}{:>12}{:>15}",
			bls.to_string(),
			each.to_string(),
			bls.all.median / each.all.median,
			bls.least / each.least,
			bytes[0],
			bytes[1]
		);
		medians.push((*n as f64, bls.all.median, each.all.median));
		least.push((*n as f64, bls.least, each.least));
		sizes.push((*n as f64, bytes[0] as f64, bytes[1] as f64));
	}
	let words = |at: Option<f64>| match at {
		Some(n) => format!("from {:.0} signers on", n.ceil()),
		None => format!("not up to {}", SIGNERS[SIGNERS.len() - 1]),
	};
	println!(
		"    BLS is quicker: by medians {}, by the least {}",
		words(crossing(&medians)),
		words(crossing(&least))
	);
	println!("    BLS is smaller: {}", words(crossing(&sizes)));
}
