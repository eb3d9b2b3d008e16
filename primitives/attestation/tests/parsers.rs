//! The bodies of the fuzz targets, over their seeds with seeded mutations.

#[path = "../../../fuzz/src/lib.rs"]
mod targets;

use targets::{seeds, TARGETS};

/// splitmix64.
struct Random(u64);

impl Random {
	fn next(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut z = self.0;
		z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
		z ^ z >> 31
	}

	fn below(&mut self, bound: usize) -> usize {
		(self.next() % bound.max(1) as u64) as usize
	}
}

/// Changes bytes the way fuzzers do: bits, lengths, copies, interesting values, another seed's tail.
fn mutate(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) {
	for _ in 0..1 + random.below(4) {
		let at = random.below(bytes.len());
		let end = (at + 1 + random.below(16)).min(bytes.len());
		match random.below(9) {
			_ if bytes.is_empty() => bytes.push(random.next() as u8),
			0 | 1 => bytes[at] ^= 1 << random.below(8),
			2 => bytes[at] = [0, 1, 0x7f, 0x80, 0x81, 0x82, 0xfe, 0xff][random.below(8)],
			3 => bytes.truncate(at),
			4 => drop(bytes.drain(at..end)),
			5 => bytes.insert(at, random.next() as u8),
			6 => {
				let copy = bytes[at..end].to_vec();
				let to = random.below(bytes.len());
				bytes.splice(to..to, copy);
			},
			7 => bytes[at..end].fill(random.next() as u8),
			_ => {
				bytes.truncate(at);
				bytes.extend_from_slice(&other[random.below(other.len())..]);
			},
		}
	}
}

fn run(name: &str, rounds: usize) {
	let (_, target) = TARGETS.into_iter().find(|(target, _)| *target == name).expect("a target");
	let seeds = seeds(name);
	assert!(!seeds.is_empty());
	for seed in &seeds {
		target(seed);
	}
	target(&[]);
	let mut random = Random(name.len() as u64);
	for _ in 0..rounds {
		let mut bytes = seeds[random.below(seeds.len())].clone();
		let other = &seeds[random.below(seeds.len())];
		mutate(&mut bytes, other, &mut random);
		target(&bytes);
		// Whatever it is, anywhere it may end.
		bytes.truncate(random.below(bytes.len()));
		target(&bytes);
	}
}

macro_rules! parsers {
	($($test:ident: $name:literal, $rounds:literal;)*) => {
		$(
			#[test]
			fn $test() {
				run($name, $rounds);
			}
		)*

		#[test]
		fn every_target_should_be_run() {
			assert_eq!([$($name),*].len(), TARGETS.len());
			assert!(TARGETS.iter().all(|(target, _)| [$($name),*].contains(target)));
		}
	};
}

parsers! {
	quotes_should_never_panic: "quote", 60_000;
	certificates_should_never_panic: "certificate", 60_000;
	revocation_lists_should_never_panic: "crl", 60_000;
	tcb_infos_should_never_panic: "tcb_info", 2_000;
	qe_identities_should_never_panic: "qe_identity", 2_000;
	chains_should_never_panic: "pem_chain", 60_000;
	reports_should_never_panic: "snp_report", 60_000;
	documents_should_never_panic: "nitro_document", 60_000;
	tpm_quotes_should_never_panic: "tpm_attest", 60_000;
	evidence_should_never_panic: "evidence", 4_000;
	pieces_should_never_panic: "piece", 6_000;
}
