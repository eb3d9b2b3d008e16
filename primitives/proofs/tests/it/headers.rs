//! Headers, next to those of the SDK.

use crate::made::{digest, header};
use codec::{Compact, DecodeAll, Encode};
use concordat_proofs::header::{
	DigestItem, Header, HeaderError, MAX_DIGEST_ITEMS, MAX_HEADER_BYTES, MMR_ENGINE_ID,
};
use sp_core::H256;
use sp_runtime::{
	generic,
	traits::{BlakeTwo256, Header as _},
	Digest, DigestItem as SdkItem,
};

type SdkHeader = generic::Header<u32, BlakeTwo256>;

fn sdk(numbers: &mut crate::Numbers) -> SdkHeader {
	let mut hash = || H256::from_low_u64_be(numbers.draw());
	let (parent, state, extrinsics) = (hash(), hash(), hash());
	let number = numbers.draw() as u32 >> numbers.below(32);
	let logs = (0..numbers.below(6))
		.map(|_| {
			let bytes = vec![numbers.draw() as u8; numbers.below(100)];
			match numbers.below(5) {
				0 => SdkItem::Other(bytes),
				1 => SdkItem::Consensus(*b"FRNK", bytes),
				2 => SdkItem::Seal(*b"BABE", bytes),
				3 => SdkItem::PreRuntime(*b"BABE", bytes),
				_ => SdkItem::RuntimeEnvironmentUpdated,
			}
		})
		.collect();
	SdkHeader::new(number, extrinsics, state, parent, Digest { logs })
}

#[test]
fn headers_are_those_of_the_sdk() {
	let mut numbers = crate::Numbers(1);
	for _ in 0..500 {
		let theirs = sdk(&mut numbers);
		let bytes = theirs.encode();
		let ours = Header::read(&bytes).unwrap();
		assert_eq!(ours.encode(), bytes);
		assert_eq!(ours.hash(), theirs.hash().0);
		assert_eq!(
			(ours.parent, ours.number, ours.state_root, ours.extrinsics_root),
			(theirs.parent_hash.0, theirs.number, theirs.state_root.0, theirs.extrinsics_root.0)
		);
	}
}

#[test]
fn what_is_read_here_the_sdk_reads_too() {
	let mut numbers = crate::Numbers(2);
	let (mut read, mut refused) = (0, 0);
	for _ in 0..5_000 {
		let mut bytes = sdk(&mut numbers).encode();
		let place = numbers.below(bytes.len());
		match numbers.below(3) {
			0 => bytes[place] ^= 1 << numbers.below(8),
			1 => bytes.truncate(place),
			_ => bytes.insert(place, numbers.draw() as u8),
		}
		let theirs = SdkHeader::decode_all(&mut &bytes[..]);
		match Header::read(&bytes) {
			Ok(ours) => {
				assert_eq!(ours.hash(), theirs.unwrap().hash().0);
				read += 1;
			},
			Err(_) => {
				assert!(theirs.is_err());
				refused += 1;
			},
		}
	}
	assert!(read > 500 && refused > 500, "{read} {refused}");
}

#[test]
fn headers_are_bounded() {
	let bytes = MAX_HEADER_BYTES + 1;
	assert_eq!(Header::read(&vec![0; bytes]), Err(HeaderError::TooLong { bytes }));
	let items = |count| header(3, vec![DigestItem::RuntimeEnvironmentUpdated; count]).encode();
	assert!(Header::read(&items(MAX_DIGEST_ITEMS)).is_ok());
	assert_eq!(Header::read(&items(MAX_DIGEST_ITEMS + 1)), Err(HeaderError::Malformed));
	// A length that is not there.
	let mut huge = header(3, vec![]).encode();
	huge.pop();
	huge.extend((Compact(1u32), 4u8, *b"cmmr", Compact(u32::MAX)).encode());
	assert_eq!(Header::read(&huge), Err(HeaderError::Malformed));
}

#[test]
fn a_header_has_one_root() {
	let root = |logs| header(3, logs).mmr_root();
	let item = |bytes: &[u8]| DigestItem::Consensus(MMR_ENGINE_ID, bytes.to_vec());
	assert_eq!(root(digest([5; 32])), Ok([5; 32]));
	assert_eq!(root(vec![]), Err(HeaderError::NoRoot));
	for other in [
		DigestItem::Consensus(*b"FRNK", vec![5; 32]),
		DigestItem::PreRuntime(MMR_ENGINE_ID, vec![5; 32]),
		DigestItem::Seal(MMR_ENGINE_ID, vec![5; 32]),
		DigestItem::Other(vec![5; 32]),
	] {
		assert_eq!(root(vec![other]), Err(HeaderError::NoRoot));
	}
	assert_eq!(root(vec![item(&[5; 32]), item(&[6; 32])]), Err(HeaderError::SeveralRoots));
	assert_eq!(root(vec![item(&[5; 32]), item(&[5; 32])]), Err(HeaderError::SeveralRoots));
	for bytes in [0, 31, 33] {
		assert_eq!(root(vec![item(&vec![5; bytes])]), Err(HeaderError::BadRoot { bytes }));
	}
}

#[test]
fn the_engine_is_the_one_of_the_chain() {
	assert_eq!(MMR_ENGINE_ID, concordat_primitives::rollup::MMR_ENGINE_ID);
}
