//! Bytes that are not a message never become one.

use super::*;
use codec::{Decode, DecodeAll, DecodeLimit};
use concordat_primitives::{cac::SignedCac, clause::MAX_OUTPUT_BYTES};
use frame_support::MAX_EXTRINSIC_DEPTH;

fn extrinsic(call: RuntimeCall) -> Vec<u8> {
	UncheckedExtrinsic::new_transaction(call, (frame_system::AuthorizeCall::new(),)).encode()
}

fn decodes(bytes: &[u8]) -> bool {
	UncheckedExtrinsic::decode_all_with_depth_limit(MAX_EXTRINSIC_DEPTH, &mut &bytes[..]).is_ok()
}

#[test]
fn a_truncated_message_should_not_decode_wherever_it_is_cut() {
	ExtBuilder::default().build_and_execute(|| {
		for call in [submit_call(good(1)), ack_call(ack(1))] {
			let bytes = extrinsic(call.clone());
			assert!(decodes(&bytes));
			for len in 0..bytes.len() {
				assert!(!decodes(&bytes[..len]), "{len} of {}", bytes.len());
			}
			let call = call.encode();
			for len in 0..call.len() {
				assert!(RuntimeCall::decode(&mut &call[..len]).is_err(), "{len} of {}", call.len());
			}
		}
	});
}

#[test]
fn a_message_with_more_behind_it_should_not_decode() {
	ExtBuilder::default().build_and_execute(|| {
		for call in [submit_call(good(1)), ack_call(ack(1))] {
			let mut bytes = extrinsic(call.clone());
			bytes.push(0);
			assert!(!decodes(&bytes));
			// Nor if the length in front counts the surplus.
			let mut inner = Vec::<u8>::decode(&mut &extrinsic(call)[..]).unwrap();
			inner.push(0);
			assert!(!decodes(&inner.encode()));
		}
	});
}

/// The encoding of a certificate whose output claims `claimed` bytes and has `given`.
fn with_output(claimed: u32, given: usize) -> Vec<u8> {
	let signed = cac(1, outcome(b""));
	let bytes = signed.encode();
	let marker = codec::Compact(0u32).encode();
	let hash = concordat_primitives::hashing::output_hash(b"").encode();
	let at = bytes.windows(hash.len()).position(|w| w == &hash[..]).unwrap() + hash.len();
	// The variant of the output, then its length.
	assert_eq!(bytes[at..at + 2], [0, marker[0]]);
	let mut made = bytes[..=at].to_vec();
	made.extend(codec::Compact(claimed).encode());
	made.extend(vec![0u8; given]);
	made.extend(&bytes[at + 2..]);
	made
}

#[test]
fn an_output_beyond_the_format_should_not_decode() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(SignedCac::decode_all(&mut &with_output(0, 0)[..]), Ok(cac(1, outcome(b""))));
		let longest = with_output(MAX_OUTPUT_BYTES, MAX_OUTPUT_BYTES as usize);
		assert!(SignedCac::decode_all(&mut &longest[..]).is_ok());
		let longer = with_output(MAX_OUTPUT_BYTES + 1, MAX_OUTPUT_BYTES as usize + 1);
		assert!(SignedCac::decode_all(&mut &longer[..]).is_err());
		// A length without the bytes reserves no memory.
		for claimed in [1, MAX_OUTPUT_BYTES, 1 << 30] {
			assert!(SignedCac::decode_all(&mut &with_output(claimed, 0)[..]).is_err());
		}
	});
}

#[test]
fn a_message_should_not_nest() {
	ExtBuilder::default().build_and_execute(|| {
		// No type refers to itself: four levels of containers are all there is, whatever the bytes.
		for bytes in [good(1).encode(), with_output(512, 512)] {
			assert!(SignedCac::decode_all_with_depth_limit(4, &mut &bytes[..]).is_ok());
		}
		let bomb = [0x01u8; 100_000];
		assert!(SignedCac::decode_all_with_depth_limit(4, &mut &bomb[..]).is_err());
	});
}

#[test]
fn an_unknown_version_should_not_decode() {
	ExtBuilder::default().build_and_execute(|| {
		let mut bytes = good(1).encode();
		assert_eq!(bytes[0], 1);
		for version in [0, 2, 255] {
			bytes[0] = version;
			assert!(SignedCac::decode_all(&mut &bytes[..]).is_err());
		}
	});
}
