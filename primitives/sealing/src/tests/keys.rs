//! Keys and the points that are none.

use super::{reference, *};

#[test]
fn a_public_key_is_the_x25519_key_of_its_secret() {
	for seed in [0, 1, 0x7f, 0xff] {
		assert_eq!(key(seed).public(), reference::public_key(&[seed; 32]));
	}
}

#[test]
fn generated_keys_differ_and_come_back_from_their_bytes() {
	let (a, b) = (SecretKey::generate().unwrap(), SecretKey::generate().unwrap());
	assert_ne!(a.public(), b.public());
	assert_eq!(SecretKey::from_bytes(a.expose()).public(), a.public());
	assert_eq!(check_key(&a.public()), Ok(()));
}

#[test]
fn debug_output_shows_the_public_half_only() {
	let secret = key(0x5b);
	let text = format!("{secret:?}");
	assert!(text.contains(&format!("{:?}", secret.public())));
	assert!(!text.contains("91, 91"));
}

#[test]
fn low_order_points_and_other_encodings_are_no_keys() {
	for bad in bad_keys() {
		assert_eq!(check_key(&bad), Err(BadKey), "{}", hex::encode(bad));
	}
	// The greatest canonical point that is of no low order, and its like with a high last byte.
	let mut high = [0xff; 32];
	(high[0], high[31]) = (0xeb, 0x7f);
	assert_eq!(check_key(&high), Ok(()));
	(high[0], high[1]) = (0xff, 0xfe);
	assert_eq!(check_key(&high), Ok(()));
}

#[test]
fn nothing_is_sealed_to_a_key_that_is_none() {
	let prepared = prepare(b"rain").unwrap();
	for bad in bad_keys() {
		let recipients = [(1, key(1).public()), (2, bad)];
		let sealed = seal(&prepared, b"rain", &context(), &recipients);
		assert_eq!(sealed, Err(SealError::RecipientKey(2)));
		let sealed = seal_output(&context(), &bad, b"yes", &SALT);
		assert_eq!(sealed, Err(SealError::RequesterKey));
	}
}
