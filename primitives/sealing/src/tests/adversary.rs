//! ChaCha20-Poly1305 does not commit to its key: one ciphertext can open under two keys, to two inputs. A requester who
//! wraps one of the keys for each half of a quorum makes honest nodes contradict each other, were it not for the
//! commitment.

use super::{
	reference::{
		add, bytes, chacha20, invert, less, mac_block, mac_data, mul, number, one_time_key, sub,
		Number, POLY_P,
	},
	*,
};
use crate::input::{decrypt_body, wrap};
use concordat_primitives::sealed::{ciphertext_hash, SealedKey};

const NONCE: [u8; 12] = [0; 12];

/// A body of `head ‖ x ‖ y ‖ tag` that opens under both keys: two linear equations in two blocks, one for each key.
/// `head` is a whole number of blocks. Whatever x and y decrypt to is rubbish at the end of the inputs.
fn two_faced_body(keys: [&[u8; 32]; 2], aad: &[u8], head: &[u8]) -> Vec<u8> {
	assert_eq!(head.len() % 16, 0);
	let p = POLY_P;
	let body_len = head.len() + 32;
	let data = mac_data(aad, &[head, &[0; 32]].concat());
	let blocks: Vec<&[u8]> = data.chunks(16).collect();
	// After the two unknown blocks there is one more: the lengths.
	let unknown = blocks.len() - 3;
	let mut tag = [0u8; 16];
	loop {
		// Most tags give an x or a y that is no block: try the next.
		for byte in &mut tag {
			*byte = byte.wrapping_add(1);
			if *byte != 0 {
				break;
			}
		}
		// a·x + b·y = c, for each key; a, b are powers of r.
		let equations = keys.map(|key| {
			let (r, s) = one_time_key(key, &NONCE);
			let mut known = [0; 4];
			for (index, block) in blocks.iter().enumerate() {
				let value = if index == unknown || index == unknown + 1 {
					[0; 4]
				} else {
					mac_block(block)
				};
				known = mul(add(known, value, p), r, p);
			}
			// The tag is the sum modulo 2¹²⁸; the least sum that makes it.
			let mut sum = number(&tag);
			if less(sum, s) {
				sum[2] = 1;
			}
			let sum = sub(sum, s, p);
			let b = mul(r, r, p);
			(mul(b, r, p), b, sub(sum, known, p))
		});
		let [(a1, b1, c1), (a2, b2, c2)] = equations;
		let determinant = sub(mul(a1, b2, p), mul(a2, b1, p), p);
		let inverse = invert(determinant, p);
		let solve = |u: (Number, Number), v: (Number, Number)| {
			mul(sub(mul(u.0, u.1, p), mul(v.0, v.1, p), p), inverse, p)
		};
		let x = solve((c1, b2), (c2, b1));
		let y = solve((a1, c2), (a2, c1));
		let is_block = |n: Number| n[2] == 1 && n[3] == 0;
		if is_block(x) && is_block(y) {
			let body = [head, &bytes(x)[..16], &bytes(y)[..16], &tag].concat();
			assert_eq!(body.len(), body_len + 16);
			return body;
		}
	}
}

#[test]
fn a_body_with_two_faces_passes_at_no_more_than_one_of_two_nodes() {
	let context = context();
	let (key_a, key_b) = ([0x11; 32], [0x22; 32]);
	// 16 bytes after the salt decrypt to what the requester chose under the first key.
	let salt = [0x77; 32];
	let head = chacha20(&key_a, &NONCE, &[&salt[..], b"no flood today. "].concat());
	let body = two_faced_body([&key_a, &key_b], &context.body_aad(), &head);

	// The cipher itself takes it under both keys, and the inputs differ.
	let (salt_a, input_a) = decrypt_body(&key_a, &context, &body).unwrap();
	let (salt_b, input_b) = decrypt_body(&key_b, &context, &body).unwrap();
	assert!(input_a.starts_with(b"no flood today. "));
	assert_ne!((&salt_a, &input_a), (&salt_b, &input_b));

	// One ciphertext, one hash; the first key for one node, the second for the other.
	let hash = ciphertext_hash(&body);
	let sealed = |node: u8, content_key: &[u8; 32]| -> SealedKey {
		let public = key(node).public();
		wrap(Zeroizing::new([node; 32]), content_key, &context, node.into(), &public, &hash)
			.unwrap()
	};
	let (for_a, for_b) = (sealed(7, &key_a), sealed(8, &key_b));
	let open = |sealed: &SealedKey, commitment: &Hash| {
		let envelope = Envelope {
			context: &context,
			node: sealed.node,
			key: sealed,
			ciphertext: &hash,
			commitment,
		};
		open_input(&key(sealed.node as u8), &envelope, &body).map(|opened| opened.input.to_vec())
	};
	// Whichever input the job commits to, the other node signs that it got another.
	let commit =
		|salt: &Salt, input: &[u8]| concordat_primitives::sealed::sealed_commitment(salt, input);
	let commitment = commit(&salt_a, &input_a);
	assert_eq!(open(&for_a, &commitment), Ok(input_a.to_vec()));
	assert_eq!(open(&for_b, &commitment), Err(OpenError::Commitment));
	let commitment = commit(&salt_b, &input_b);
	assert_eq!(open(&for_a, &commitment), Err(OpenError::Commitment));
	assert_eq!(open(&for_b, &commitment), Ok(input_b.to_vec()));
}

#[test]
fn a_body_of_its_own_for_one_node_does_not_pass_at_the_other() {
	let prepared = prepare(b"flood").unwrap();
	let other = prepare(b"rain!").unwrap();
	let recipients = [(7, key(7).public())];
	let one = seal(&prepared, b"flood", &context(), &recipients).unwrap();
	let two = seal(&other, b"rain!", &context(), &[(8, key(8).public())]).unwrap();
	let open = |sealing: &Sealing, hash: &Hash, commitment: &Hash| {
		let sealed = &sealing.keys[0];
		let context = context();
		let envelope = Envelope {
			context: &context,
			node: sealed.node,
			key: sealed,
			ciphertext: hash,
			commitment,
		};
		open_input(&key(sealed.node as u8), &envelope, &sealing.ciphertext)
			.map(|opened| opened.input.to_vec())
	};
	// The chain holds one hash and one commitment.
	let commitment = prepared.commitment();
	assert_eq!(open(&one, &one.hash, &commitment), Ok(b"flood".to_vec()));
	assert_eq!(open(&two, &one.hash, &commitment), Err(OpenError::OtherCiphertext));
	assert_eq!(open(&two, &two.hash, &commitment), Err(OpenError::Commitment));
}
