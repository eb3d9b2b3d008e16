//! Outputs: what opens, and all that does not.

use super::*;
use concordat_primitives::{
	clause::MAX_OUTPUT_BYTES,
	sealed::{blinded_output_hash, MAX_SEALED_OUTPUT},
};

fn sealed(output: &[u8]) -> SealedOutput {
	seal_output(&context(), &key(9).public(), output, &SALT).unwrap()
}

#[test]
fn the_requester_opens_what_was_sealed() {
	for output in [&b""[..], b"yes", &[7; MAX_OUTPUT_BYTES as usize]] {
		let sealed = sealed(output);
		assert_eq!(sealed.hash, blinded_output_hash(&SALT, output));
		assert_eq!(sealed.bytes.len(), output.len() + 48);
		assert!(sealed.bytes.len() <= MAX_SEALED_OUTPUT as usize);
		let opened = open_output(&key(9), &context(), &SALT, &sealed.hash, &sealed.bytes).unwrap();
		assert_eq!(opened.as_slice(), output);
	}
	let len = MAX_OUTPUT_BYTES as usize + 1;
	let refused = seal_output(&context(), &key(9).public(), &vec![0; len], &SALT);
	assert_eq!(refused, Err(SealError::OutputTooLong(len)));
}

#[test]
fn nodes_agree_on_the_hash_and_on_nothing_else() {
	let (one, two) = (sealed(b"yes"), sealed(b"yes"));
	assert_eq!(one.hash, two.hash);
	assert_ne!(one.bytes, two.bytes);
	assert_ne!(sealed(b"no").hash, one.hash);
	// Who does not know the salt cannot try the two answers.
	assert_ne!(blinded_output_hash(&[0; 32], b"yes"), one.hash);
}

#[test]
fn an_output_opens_for_its_requester_and_job_only() {
	let SealedOutput { hash, bytes } = sealed(b"yes");
	let open = |secret: &SecretKey, context: &SealContext, salt: &Salt, hash: &Hash| {
		open_output(secret, context, salt, hash, &bytes).map(|output| output.to_vec())
	};
	assert_eq!(open(&key(9), &context(), &SALT, &hash), Ok(b"yes".to_vec()));
	assert_eq!(open(&key(8), &context(), &SALT, &hash), Err(OpenError::Output));
	assert_eq!(open(&key(9), &context(), &[1; 32], &hash), Err(OpenError::OutputHash));
	let other = Hash::repeat_byte(9);
	assert_eq!(open(&key(9), &context(), &SALT, &other), Err(OpenError::Output));
	for (name, other) in other_contexts() {
		let opened = open(&key(9), &other, &SALT, &hash);
		// The round is the input's: an output belongs to the job, whichever round it came from.
		let expected = if name == "round" { Ok(b"yes".to_vec()) } else { Err(OpenError::Output) };
		assert_eq!(opened, expected, "{name}");
	}
}

#[test]
fn an_output_that_is_not_what_the_nodes_agreed_on_is_noticed() {
	// One node seals something else under the hash that the others agree on.
	let hash = blinded_output_hash(&SALT, b"yes");
	let (requester, context) = (key(9), context());
	let (encapsulated, ciphertext) = crate::suite::seal_base(
		Zeroizing::new([5; 32]),
		&requester.public(),
		&context.output_info(&requester.public()),
		&context.output_aad(&hash),
		b"no",
	)
	.unwrap();
	let bytes = [&encapsulated[..], &ciphertext].concat();
	let opened = open_output(&requester, &context, &SALT, &hash, &bytes);
	assert_eq!(opened, Err(OpenError::OutputHash));
}

#[test]
fn a_flipped_bit_or_another_length_is_noticed() {
	let SealedOutput { hash, bytes } = sealed(b"yes");
	let open = |bytes: &[u8]| {
		open_output(&key(9), &context(), &SALT, &hash, bytes).map(|output| output.to_vec())
	};
	for bit in 0..bytes.len() * 8 {
		let mut bent = bytes.clone();
		bent[bit / 8] ^= 1 << (bit % 8);
		let opened = open(&bent);
		let refused = matches!(opened, Err(OpenError::Output | OpenError::EncapsulatedKey));
		assert!(refused, "{bit}: {opened:?}");
	}
	for len in 0..48 {
		assert_eq!(open(&bytes[..len]), Err(OpenError::Length(len)));
	}
	for len in 48..bytes.len() {
		assert_eq!(open(&bytes[..len]), Err(OpenError::Output));
	}
	let longest = MAX_SEALED_OUTPUT as usize;
	assert_eq!(open(&vec![1; longest]), Err(OpenError::Output));
	assert_eq!(open(&vec![1; longest + 1]), Err(OpenError::Length(longest + 1)));
	for bad in bad_keys() {
		let bent = [&bad[..], &bytes[32..]].concat();
		assert_eq!(open(&bent), Err(OpenError::EncapsulatedKey));
	}
}
