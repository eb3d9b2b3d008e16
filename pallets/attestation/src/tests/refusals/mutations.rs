//! Seeded changes of good evidence and good collateral: every one of them is refused.
//!
//! Nothing in evidence or collateral is without effect: what no signature covers (framing, lengths, the chain in a quote,
//! the end of a report, the fingerprints beside it) has exactly one form, with two exceptions, both in quotes of Intel's:
//! zeros after the quote, which drivers hand out in a buffer of fixed size, and how the lines of the chain in PEM end.
//! Neither is read as anything: the certificates are compared by their hash.

use super::*;
use codec::Decode;
use concordat_attestation::simulator::dev::DevPlatform;
use sp_runtime::ModuleError;

/// Pseudo-random numbers, the same in every run (SplitMix64).
struct Random(u64);

impl Random {
	fn next(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut mixed = self.0;
		mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		mixed ^ (mixed >> 31)
	}

	fn below(&mut self, limit: usize) -> usize {
		(self.next() % limit as u64) as usize
	}
}

/// Changes encoded evidence or an encoded piece somewhere; says how. What no longer decodes is no call at all.
fn mutate(bytes: &mut [u8], random: &mut Random) -> String {
	let at = random.below(bytes.len());
	match random.below(8) {
		0 => {
			let value = random.next() as u8 | 1;
			bytes[at] = bytes[at].wrapping_add(value);
			format!("{value} added at {at}")
		},
		1 => {
			let other = random.below(bytes.len());
			bytes.swap(at, other);
			format!("{at} and {other} swapped")
		},
		_ => {
			let bit = random.below(8);
			bytes[at] ^= 1 << bit;
			format!("bit {bit} at {at}")
		},
	}
}

/// A mutant that decodes and is not the original.
fn mutant<V: Encode + Decode + PartialEq>(good: &V, random: &mut Random) -> Option<(V, String)> {
	let mut bytes = good.encode();
	let how = mutate(&mut bytes, random);
	let changed = V::decode(&mut &bytes[..]).ok()?;
	(changed != *good).then_some((changed, how))
}

/// Refused by the verifier, whatever for.
#[track_caller]
fn assert_refused(sent: &Sent, name: &str) {
	match sent.refused() {
		Ok(DispatchError::Module(ModuleError { message: Some("Refused"), .. })) => {},
		other => panic!("{name}: {other:?}"),
	}
}

#[test]
fn no_change_of_good_evidence_should_be_accepted() {
	with_all(|| {
		for (seed, kind) in (0..).zip(KINDS) {
			let mut random = Random(seed);
			let attempt = Attempt::with(kind, NODE_A);
			let good = attempt.evidence();
			let mut tried = 0;
			while tried < 250 {
				let Some((evidence, how)) = mutant(&good, &mut random) else { continue };
				tried += 1;
				let sent = Sent::Evidence(Box::new(attempt.clone()), evidence);
				assert_refused(&sent, &format!("{kind:?}: {how}"));
			}
			// Unchanged it is good.
			undone(|| {
				assert_ok!(attempt.send_with(good));
			});
		}
	});
}

/// With the certificates of the platform known, fewer signatures are checked: no less is refused.
#[test]
fn no_change_of_good_evidence_should_be_accepted_under_known_certificates() {
	with_all(|| {
		for (seed, kind) in (10..).zip(KINDS) {
			undone(|| {
				assert_ok!(Attempt::with(kind, NODE_A).send());
				next_block();
				let mut random = Random(seed);
				let attempt = Attempt::with(kind, NODE_A);
				let good = attempt.evidence();
				let mut tried = 0;
				while tried < 150 {
					let Some((evidence, how)) = mutant(&good, &mut random) else { continue };
					tried += 1;
					let sent = Sent::Evidence(Box::new(attempt.clone()), evidence);
					assert_refused(&sent, &format!("{kind:?}: {how}"));
				}
				assert_ok!(attempt.send_with(good));
			});
		}
	});
}

/// The one byte of a quote that may be another one: the line end after the last certificate.
#[test]
fn the_end_of_a_chain_should_not_matter() {
	with_all(|| {
		for kind in [DevKind::Sgx, DevKind::Tdx] {
			for end in 0..=u8::MAX {
				let attempt = Attempt::with(kind, NODE_A);
				let mut evidence = attempt.evidence();
				if let Evidence::Intel { quote } = &mut evidence {
					let last = quote.last_mut().expect("a quote has bytes");
					assert_eq!(*last, b'\n');
					*last = end;
				}
				let sent = Sent::Evidence(Box::new(attempt), evidence);
				match end {
					b'\n' | b'\r' | 0 => undone(|| {
						assert_ok!(sent.send());
					}),
					_ => assert_refused(&sent, &format!("{kind:?}: {end}")),
				}
			}
		}
	});
}

#[test]
fn no_beginning_of_good_evidence_should_be_accepted() {
	with_all(|| {
		for kind in KINDS {
			let attempt = Attempt::with(kind, NODE_A);
			let good = attempt.evidence();
			let whole = match &good {
				Evidence::Intel { quote } => quote.len(),
				Evidence::Amd { report, .. } => report.len(),
				Evidence::Aws { document } => document.len(),
			};
			// AMD's certificate is checked before the report is: a few lengths do.
			let step = if kind == DevKind::Snp { 97 } else { 13 };
			for len in (0..whole).step_by(step).chain([whole - 1]) {
				let mut cut = good.clone();
				match &mut cut {
					Evidence::Intel { quote } => quote.truncate(len),
					Evidence::Amd { report, .. } => report.truncate(len),
					Evidence::Aws { document } => document.truncate(len),
				}
				let sent = Sent::Evidence(Box::new(attempt.clone()), cut);
				assert_refused(&sent, &format!("{kind:?}: cut to {len}"));
			}
		}
	});
}

#[test]
fn no_change_of_good_collateral_should_be_taken() {
	// What is posted here is a day younger than what is held.
	with_all(|| {
		Clock::set(Some(Attestation::seconds() + DAY));
		let now = Attestation::seconds();
		for (seed, kind) in (20..).zip(KINDS) {
			let mut random = Random(seed);
			for (place, good) in DevPlatform::new(kind, "any").collateral(now).iter().enumerate() {
				let mut tried = 0;
				while tried < 40 {
					let Some((piece, how)) = mutant(good, &mut random) else { continue };
					tried += 1;
					assert_refused(&Sent::Piece(piece), &format!("{kind:?} {place}: {how}"));
				}
			}
		}
		Clock::set(None);
	});
}
