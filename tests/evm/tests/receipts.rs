//! Receipts under a trusted rollup, by the contract.

use concordat_evm_tests::{call_data, word, Answer, Arg, Contract};
use concordat_proofs::{keccak_256, leaf_hash, prove, rollup::RollupHeader, root, Digest32};

const HEADER: &str = "(uint32,bytes32,bytes32,bytes32,uint32,uint64,uint32,uint32)";

fn words(header: &RollupHeader) -> Vec<Arg<'static>> {
	vec![
		Arg::Word(word(header.epoch)),
		Arg::Word(header.genesis),
		Arg::Word(header.previous),
		Arg::Word(header.root),
		Arg::Word(word(header.count)),
		Arg::Word(word(header.first_receipt)),
		Arg::Word(word(header.opened_at)),
		Arg::Word(word(header.closed_at)),
	]
}

/// Number and block, and something else.
fn receipt(number: u64) -> Vec<u8> {
	[&number.to_le_bytes()[..], &7u32.to_le_bytes(), &[number as u8; 90]].concat()
}

struct Made {
	header: RollupHeader,
	bodies: Vec<Vec<u8>>,
	leaves: Vec<Digest32>,
}

fn made(first: u64, count: u32) -> Made {
	let bodies: Vec<_> = (0..u64::from(count)).map(|place| receipt(first + place)).collect();
	let leaves: Vec<_> = (0..).zip(&bodies).map(|(place, body)| leaf_hash(place, body)).collect();
	let header = RollupHeader {
		epoch: 0x0102_0304,
		genesis: [0x9e; 32],
		previous: [7; 32],
		root: root(&leaves).unwrap(),
		count,
		first_receipt: first,
		opened_at: 0x0a0b_0c0d,
		closed_at: u32::MAX - 1,
	};
	Made { header, bodies, leaves }
}

fn check(
	contract: &mut Contract,
	trusted: Digest32,
	header: &RollupHeader,
	index: u32,
	body: &[u8],
	path: &[Digest32],
) -> Answer {
	let signature = format!("verifyReceipt(bytes32,{HEADER},uint32,bytes,bytes32[])");
	let mut args = vec![Arg::Word(trusted)];
	args.extend(words(header));
	args.extend([Arg::Word(word(index)), Arg::Bytes(body), Arg::Words(path)]);
	contract.call(call_data(&signature, &args))
}

fn reverted(answer: Answer, signature: &str) -> bool {
	matches!(answer, Answer::Reverted(output) if output[..4] == keccak_256(signature.as_bytes())[..4])
}

#[test]
fn the_hash_of_a_rollup_is_the_chains() {
	let mut contract = Contract::deploy();
	for count in [1, 5, 200] {
		let header = made(0x0102_0304_0506_0708 * u64::from(count), count).header;
		let answer = contract.call(call_data(&format!("rollupHash({HEADER})"), &words(&header)));
		let Answer::Returned(output, _) = answer else { panic!("{answer:?}") };
		assert_eq!(output, header.hash());
	}
}

#[test]
fn receipts_of_a_trusted_rollup_hold_with_their_numbers() {
	let mut contract = Contract::deploy();
	let Made { header, bodies, leaves } = made(40, 9);
	for (index, body) in (0..).zip(&bodies) {
		let path = prove(&leaves, index).unwrap();
		let answer = check(&mut contract, header.hash(), &header, index, body, &path);
		let Answer::Returned(output, gas) = answer else { panic!("{answer:?}") };
		assert_eq!(output, word(40 + index));
		assert!(gas < 60_000, "{gas} gas");
	}
}

#[test]
fn anything_else_than_the_trusted_rollup_is_refused() {
	let mut contract = Contract::deploy();
	let Made { header, bodies, leaves } = made(40, 9);
	let path = prove(&leaves, 4).unwrap();
	let mut with = |change: fn(&mut RollupHeader)| {
		let mut other = header.clone();
		change(&mut other);
		check(&mut contract, header.hash(), &other, 4, &bodies[4], &path)
	};
	let other = "OtherRollup(bytes32,bytes32)";
	let changes: [fn(&mut RollupHeader); 8] = [
		|header| header.epoch += 1,
		|header| header.genesis[0] ^= 1,
		|header| header.previous[31] ^= 1,
		|header| header.root[9] ^= 1,
		|header| header.count += 1,
		|header| header.first_receipt += 1,
		|header| header.opened_at += 1,
		|header| header.closed_at += 1,
	];
	for change in changes {
		assert!(reverted(with(change), other));
	}
	assert!(reverted(
		check(&mut contract, header.hash(), &header, 5, &bodies[4], &path),
		"WrongRoot()"
	));
}

#[test]
fn a_receipt_whose_number_does_not_fit_its_place_is_refused() {
	let mut contract = Contract::deploy();
	let Made { mut header, bodies, leaves } = made(40, 9);
	let path = prove(&leaves, 4).unwrap();
	for first in [39, 41, u64::MAX] {
		header.first_receipt = first;
		let answer = check(&mut contract, header.hash(), &header, 4, &bodies[4], &path);
		assert!(reverted(answer, "WrongNumber(uint64,uint64)"), "{first}");
	}
	// Numbers do not start again at 0 after the last one: the fifth receipt after this one cannot be.
	let wrapping = made(u64::MAX - 1, 1).header;
	let bodies: Vec<_> =
		(0..9).map(|place| receipt(u64::wrapping_add(u64::MAX - 1, place))).collect();
	let leaves: Vec<_> = (0..).zip(&bodies).map(|(place, body)| leaf_hash(place, body)).collect();
	let wrapping = RollupHeader { root: root(&leaves).unwrap(), count: 9, ..wrapping };
	let path = prove(&leaves, 4).unwrap();
	let answer = check(&mut contract, wrapping.hash(), &wrapping, 4, &bodies[4], &path);
	assert!(reverted(answer, "WrongNumber(uint64,uint64)"));
	// A leaf too short to have a number.
	let leaves = [leaf_hash(0, b"short")];
	let header = RollupHeader { root: root(&leaves).unwrap(), count: 1, ..header };
	let answer = check(&mut contract, header.hash(), &header, 0, b"short", &[]);
	assert!(reverted(answer, "NoReceipt()"));
}

#[test]
fn words_that_are_no_numbers_of_32_bits_are_refused() {
	let mut contract = Contract::deploy();
	let Made { header, bodies, leaves } = made(40, 9);
	let path = prove(&leaves, 4).unwrap();
	let call = |index: [u8; 32], count: [u8; 32]| {
		call_data(
			"verify(bytes32,uint32,uint32,bytes,bytes32[])",
			&[
				Arg::Word(header.root),
				Arg::Word(count),
				Arg::Word(index),
				Arg::Bytes(&bodies[4]),
				Arg::Words(&path),
			],
		)
	};
	let holds = contract.call(call(word(4u8), word(9u8)));
	assert!(matches!(holds, Answer::Returned(..)));
	for (index, count) in [(word((1u64 << 32) + 4), word(9u8)), (word(4u8), word((1u64 << 32) + 9))]
	{
		assert_eq!(contract.call(call(index, count)), Answer::Reverted(vec![]));
	}
	// Cut in the middle.
	let whole = call(word(4u8), word(9u8));
	assert!(matches!(contract.call(whole[..whole.len() - 33].to_vec()), Answer::Reverted(_)));
}
