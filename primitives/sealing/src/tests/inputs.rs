//! Inputs: what opens, and all that does not.

use super::*;
use codec::{Decode, Encode};
use concordat_primitives::{
	job::JobInput,
	sealed::{
		ciphertext_hash, sealed_commitment, SealedBody, SealedKey, MAX_RECIPIENTS, MAX_SEALED_BYTES,
	},
	NodeId,
};

const NODES: [NodeId; 3] = [7, 8, 9];

fn recipients() -> Vec<(NodeId, EncryptionKey)> {
	NODES.iter().map(|node| (*node, key(*node as u8).public())).collect()
}

struct Case {
	prepared: Prepared,
	sealing: Sealing,
}

fn case(input: &[u8]) -> Case {
	let prepared = prepare_with(input, &mut counting()).unwrap();
	let sealing = seal_with(&prepared, input, &context(), &recipients(), &mut counting()).unwrap();
	Case { prepared, sealing }
}

impl Case {
	/// Opens as node 7, with one thing changed.
	fn open(&self, change: impl FnOnce(&mut Asked)) -> Result<Vec<u8>, OpenError> {
		let mut asked = Asked {
			secret: key(7),
			context: context(),
			node: 7,
			key: self.sealing.keys[0].clone(),
			hash: self.sealing.hash,
			commitment: self.prepared.commitment(),
			ciphertext: self.sealing.ciphertext.clone(),
		};
		change(&mut asked);
		let envelope = Envelope {
			context: &asked.context,
			node: asked.node,
			key: &asked.key,
			ciphertext: &asked.hash,
			commitment: &asked.commitment,
		};
		open_input(&asked.secret, &envelope, &asked.ciphertext).map(|opened| {
			assert_eq!(*opened.salt, *self.prepared.salt());
			opened.input.to_vec()
		})
	}
}

struct Asked {
	secret: SecretKey,
	context: SealContext,
	node: NodeId,
	key: SealedKey,
	hash: Hash,
	commitment: Hash,
	ciphertext: Vec<u8>,
}

impl Asked {
	/// As if the chain held the hash of these very bytes.
	fn hash_it(&mut self) {
		self.hash = ciphertext_hash(&self.ciphertext);
	}
}

#[test]
fn every_recipient_opens_what_was_sealed() {
	for input in [&b""[..], b"rain", &[7; 100_000]] {
		let case = case(input);
		assert_eq!(case.sealing.ciphertext.len(), input.len() + 48);
		for (index, node) in NODES.into_iter().enumerate() {
			let opened = case.open(|asked| {
				asked.secret = key(node as u8);
				asked.node = node;
				asked.key = case.sealing.keys[index].clone();
			});
			assert_eq!(opened.as_deref(), Ok(input));
		}
	}
}

#[test]
fn a_commitment_is_fixed_before_the_recipients_are_known() {
	let prepared = prepare(b"rain").unwrap();
	assert_eq!(prepared.commitment(), sealed_commitment(prepared.salt(), b"rain"));
	let expected = JobInput::Sealed { commitment: prepared.commitment(), len: 4 };
	assert_eq!(prepared.job_input(), expected);
	// Salts differ, so the same input is not recognised.
	assert_ne!(prepare(b"rain").unwrap().commitment(), prepared.commitment());
	// What the requester keeps comes back, and its bytes are those that the documentation names.
	let bytes = prepared.encode();
	let commitment = prepared.commitment();
	let parts = [&prepared.salt()[..], commitment.as_bytes(), &4u32.to_le_bytes()];
	assert_eq!(bytes, parts.concat());
	let restored = Prepared::decode(&mut &bytes[..]).unwrap();
	assert_eq!(restored, prepared);
	assert_eq!(Prepared::restore(*prepared.salt(), prepared.commitment(), 4), prepared);
	assert!(seal(&restored, b"rain", &context(), &recipients()).is_ok());
}

#[test]
fn only_what_was_prepared_is_sealed() {
	let prepared = prepare(b"rain").unwrap();
	let sealed = |prepared: &Prepared, input: &[u8]| {
		seal(prepared, input, &context(), &recipients()).map(|_| ())
	};
	assert_eq!(sealed(&prepared, b"rain"), Ok(()));
	assert_eq!(sealed(&prepared, b"snow"), Err(SealError::OtherInput));
	assert_eq!(sealed(&prepared, b"rain "), Err(SealError::OtherInput));
	let damaged = Prepared::restore([0; 32], prepared.commitment(), 4);
	assert_eq!(sealed(&damaged, b"rain"), Err(SealError::OtherInput));
	let damaged = Prepared::restore(*prepared.salt(), prepared.commitment(), 5);
	assert_eq!(sealed(&damaged, b"rain"), Err(SealError::OtherInput));
}

#[test]
fn a_sealing_never_repeats_itself() {
	let prepared = prepare(b"rain").unwrap();
	let one = seal(&prepared, b"rain", &context(), &recipients()).unwrap();
	let two = seal(&prepared, b"rain", &context(), &recipients()).unwrap();
	// With a content key of its own, no two bytes in a row are alike but by chance.
	assert_ne!(one.ciphertext, two.ciphertext);
	for (a, b) in one.keys.iter().zip(&two.keys) {
		assert_ne!(a.encapsulated, b.encapsulated);
		assert_ne!(a.wrapped, b.wrapped);
	}
	let encapsulated: std::collections::BTreeSet<_> =
		one.keys.iter().map(|key| key.encapsulated).collect();
	assert_eq!(encapsulated.len(), one.keys.len());
}

#[test]
fn recipients_are_counted_and_named_once() {
	let prepared = prepare(b"rain").unwrap();
	let sealed = |list: &[(NodeId, EncryptionKey)]| {
		seal(&prepared, b"rain", &context(), list).map(|sealing| sealing.keys.len())
	};
	let many = |count: u32| -> Vec<_> { (0..count).map(|n| (n, key(1).public())).collect() };
	assert_eq!(sealed(&[]), Err(SealError::NoRecipient));
	assert_eq!(sealed(&many(MAX_RECIPIENTS)), Ok(MAX_RECIPIENTS as usize));
	let count = MAX_RECIPIENTS as usize + 1;
	assert_eq!(sealed(&many(MAX_RECIPIENTS + 1)), Err(SealError::TooManyRecipients(count)));
	let twice = [(7, key(1).public()), (8, key(2).public()), (7, key(3).public())];
	assert_eq!(sealed(&twice), Err(SealError::RecipientTwice(7)));
}

#[test]
fn lengths_are_bounded_on_both_sides() {
	assert_eq!(
		prepare(&vec![0; MAX_SEALABLE_INPUT + 1]),
		Err(SealError::InputTooLong(MAX_SEALABLE_INPUT + 1))
	);
	let longest = vec![3; MAX_SEALABLE_INPUT];
	let case = case(&longest);
	assert_eq!(case.open(|_| ()).as_deref(), Ok(&longest[..]));
	let longer = vec![3; MAX_SEALABLE_INPUT + 1];
	let sealed = seal(&case.prepared, &longer, &context(), &recipients());
	assert_eq!(sealed, Err(SealError::InputTooLong(longer.len())));

	for len in [0, 1, 16, 47, MAX_SEALABLE_INPUT + 49] {
		let opened = case.open(|asked| {
			asked.ciphertext.resize(len, 0);
			asked.hash_it();
		});
		assert_eq!(opened, Err(OpenError::Length(len)));
	}
}

#[test]
fn a_sealing_goes_on_chain_only_as_long_as_the_chain_takes_it() {
	let fits = case(&[1; MAX_SEALED_BYTES as usize - 48]).sealing;
	let submission = fits.inline().unwrap();
	assert_eq!((submission.round, submission.ciphertext), (3, fits.hash));
	assert_eq!(submission.keys.to_vec(), fits.keys);
	assert!(matches!(&submission.body, SealedBody::Inline(body) if **body == fits.ciphertext));
	let long = case(&[1; MAX_SEALED_BYTES as usize - 47]).sealing;
	assert_eq!(long.inline(), None);
	let submission = long.external(b"ipfs://x".to_vec().try_into().unwrap()).unwrap();
	let len = MAX_SEALED_BYTES + 1;
	assert!(matches!(submission.body, SealedBody::External { len: l, .. } if l == len));
}

#[test]
fn nobody_else_opens_it() {
	let case = case(b"rain");
	// Another enclave of the same node, after a restart say.
	assert_eq!(case.open(|asked| asked.secret = key(70)), Err(OpenError::OtherKey));
	// Another recipient's key, and the own one under another node's name.
	assert_eq!(
		case.open(|asked| asked.key = case.sealing.keys[1].clone()),
		Err(OpenError::OtherNode)
	);
	assert_eq!(case.open(|asked| asked.node = 8), Err(OpenError::OtherNode));
	// A stranger who writes its own names on a key that was wrapped for another.
	let renamed = case.open(|asked| {
		asked.secret = key(70);
		asked.key.key = key(70).public();
	});
	assert_eq!(renamed, Err(OpenError::WrappedKey));
	let renamed = case.open(|asked| {
		asked.key = case.sealing.keys[1].clone();
		(asked.key.node, asked.key.key) = (7, key(7).public());
	});
	assert_eq!(renamed, Err(OpenError::WrappedKey));
	// The same enclave for another node: the name is in the additional data, not only beside the key.
	let renamed = case.open(|asked| (asked.node, asked.key.node) = (8, 8));
	assert_eq!(renamed, Err(OpenError::WrappedKey));
}

#[test]
fn a_sealing_opens_in_its_own_context_only() {
	let case = case(b"rain");
	for (name, other) in other_contexts() {
		assert_eq!(case.open(|asked| asked.context = other), Err(OpenError::WrappedKey), "{name}");
	}
}

#[test]
fn a_body_opens_in_its_own_context_only() {
	let case = case(b"rain");
	for (name, other) in other_contexts() {
		// Somebody who knows the content key wraps it anew for another context: the body still does not open there.
		let key = crate::input::wrap(
			Zeroizing::new([5; 32]),
			&[1; 32],
			&other,
			7,
			&key(7).public(),
			&case.sealing.hash,
		)
		.unwrap();
		let opened = case.open(|asked| {
			asked.key = key;
			asked.context = other;
		});
		assert_eq!(opened, Err(OpenError::Body), "{name}");
	}
}

#[test]
fn a_key_opens_only_the_ciphertext_that_it_was_wrapped_with() {
	let (one, two) = (case(b"rain"), case(b"snow"));
	let opened = one.open(|asked| asked.ciphertext = two.sealing.ciphertext.clone());
	assert_eq!(opened, Err(OpenError::OtherCiphertext));
	// Even where the chain names that other ciphertext, and the content key is the same.
	let opened = one.open(|asked| {
		asked.ciphertext = two.sealing.ciphertext.clone();
		asked.hash_it();
	});
	assert_eq!(opened, Err(OpenError::WrappedKey));
}

#[test]
fn a_flipped_bit_anywhere_is_noticed() {
	let case = case(b"rain");
	for bit in 0..case.sealing.ciphertext.len() * 8 {
		let opened = case.open(|asked| asked.ciphertext[bit / 8] ^= 1 << (bit % 8));
		assert_eq!(opened, Err(OpenError::OtherCiphertext), "{bit}");
	}
	for bit in 0..48 * 8 {
		let opened = case.open(|asked| asked.key.wrapped[bit / 8] ^= 1 << (bit % 8));
		assert_eq!(opened, Err(OpenError::WrappedKey), "{bit}");
	}
	for bit in 0..32 * 8 {
		let opened = case.open(|asked| asked.key.encapsulated[bit / 8] ^= 1 << (bit % 8));
		let refused = matches!(opened, Err(OpenError::WrappedKey | OpenError::EncapsulatedKey));
		assert!(refused, "{bit}: {opened:?}");
		let opened = case.open(|asked| asked.key.key[bit / 8] ^= 1 << (bit % 8));
		assert_eq!(opened, Err(OpenError::OtherKey), "{bit}");
		let opened = case.open(|asked| asked.commitment.0[bit / 8] ^= 1 << (bit % 8));
		assert_eq!(opened, Err(OpenError::Commitment), "{bit}");
		let opened = case.open(|asked| asked.hash.0[bit / 8] ^= 1 << (bit % 8));
		assert_eq!(opened, Err(OpenError::OtherCiphertext), "{bit}");
	}
}

#[test]
fn a_bit_of_the_body_that_was_flipped_before_the_key_was_wrapped_is_noticed() {
	let case = case(b"rain");
	for bit in (0..case.sealing.ciphertext.len() * 8).step_by(7) {
		let opened = case.open(|asked| {
			asked.ciphertext[bit / 8] ^= 1 << (bit % 8);
			asked.hash_it();
			let key = crate::input::wrap(
				Zeroizing::new([5; 32]),
				&[1; 32],
				&asked.context,
				7,
				&asked.secret.public(),
				&asked.hash,
			);
			asked.key = key.unwrap();
		});
		assert_eq!(opened, Err(OpenError::Body), "{bit}");
	}
}

#[test]
fn encapsulated_keys_that_are_none_are_refused() {
	let case = case(b"rain");
	for bad in bad_keys() {
		let opened = case.open(|asked| asked.key.encapsulated = bad);
		assert_eq!(opened, Err(OpenError::EncapsulatedKey), "{}", hex::encode(bad));
	}
}

#[test]
fn nothing_is_sealed_without_randomness() {
	let fault = getrandom::Error::UNSUPPORTED;
	let mut never = |_: &mut [u8]| Err(fault);
	assert_eq!(prepare_with(b"rain", &mut never), Err(SealError::Randomness(fault)));
	let prepared = prepare(b"rain").unwrap();
	for draws in 0..=NODES.len() {
		let mut left = draws;
		let mut sometimes = |target: &mut [u8]| {
			target.fill(1);
			left = left.checked_sub(1).ok_or(fault)?;
			Ok(())
		};
		let sealed = seal_with(&prepared, b"rain", &context(), &recipients(), &mut sometimes);
		assert_eq!(sealed, Err(SealError::Randomness(fault)));
	}
}

#[test]
fn debug_output_shows_no_secret() {
	let prepared = prepare_with(b"rain", &mut |salt: &mut [u8]| {
		salt.fill(0x5b);
		Ok(())
	})
	.unwrap();
	let text = format!("{prepared:?}");
	assert!(!text.contains("91") && !text.contains("5b5b"), "{text}");
	let opened =
		OpenedInput { salt: Zeroizing::new(SALT), input: Zeroizing::new(b"rain".to_vec()) };
	let text = format!("{opened:?}");
	assert!(!text.contains("114") && !text.contains("90"), "{text}");
}
