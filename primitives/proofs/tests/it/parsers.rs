//! The bodies of the fuzz targets, over their seeds with seeded mutations; and the file that they start from.

#[path = "../../../../fuzz/src/receipts.rs"]
mod receipts;

use crate::{made::small, Numbers};
use concordat_proofs::bundle::Bundle;
use receipts::{seeds, TARGETS};

/// Changes bytes the way fuzzers do: bits, lengths, copies, interesting values, another seed's tail.
fn mutate(bytes: &mut Vec<u8>, other: &[u8], numbers: &mut Numbers) {
	for _ in 0..1 + numbers.below(4) {
		let at = numbers.below(bytes.len().max(1));
		let end = (at + 1 + numbers.below(16)).min(bytes.len());
		match numbers.below(9) {
			_ if bytes.is_empty() => bytes.push(numbers.draw() as u8),
			0 | 1 => bytes[at] ^= 1 << numbers.below(8),
			2 => bytes[at] = [0, 1, 2, 4, 0x7f, 0x80, 0xfe, 0xff][numbers.below(8)],
			3 => bytes.truncate(at),
			4 => drop(bytes.drain(at..end)),
			5 => bytes.insert(at, numbers.draw() as u8),
			6 => {
				let copy = bytes[at..end].to_vec();
				let to = numbers.below(bytes.len());
				bytes.splice(to..to, copy);
			},
			7 => bytes[at..end].fill(numbers.draw() as u8),
			_ => {
				bytes.truncate(at);
				bytes.extend_from_slice(&other[numbers.below(other.len())..]);
			},
		}
	}
}

#[test]
fn parsers_take_any_bytes() {
	for (name, target) in TARGETS {
		let seeds = seeds(name);
		assert!(!seeds.is_empty(), "{name}");
		seeds.iter().for_each(|seed| target(seed));
		target(&[]);
		let mut numbers = Numbers(name.len() as u64);
		for _ in 0..4_000 {
			let mut bytes = seeds[numbers.below(seeds.len())].clone();
			let other = &seeds[numbers.below(seeds.len())];
			mutate(&mut bytes, other, &mut numbers);
			target(&bytes);
		}
	}
}

#[test]
fn the_vector_is_the_small_receipt() {
	let text = include_str!("../../vectors/receipt.json");
	assert_eq!(serde_json::from_str::<Bundle>(text).unwrap(), small().bundle);
	assert_eq!(text.trim_end(), serde_json::to_string_pretty(&small().bundle).unwrap());
}
