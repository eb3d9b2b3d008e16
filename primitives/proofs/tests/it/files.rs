//! Both forms of the file: what is read, and that nothing else is.

use crate::made::{small, GENESIS};
use codec::{Compact, Encode};
use concordat_proofs::{
	bundle::{Bundle, FORMAT, MAGIC, MAX_BYTES, MAX_CERTIFICATES},
	check::{check, Refusal, Trust, What},
};

#[test]
fn both_forms_say_the_same() {
	let mut made = small();
	made.bundle.certificates = vec![vec![1, 2, 3], vec![]];
	made.bundle.signatures = Some(vec![4, 5]);
	for bundle in [made.bundle.clone(), Bundle { finality: None, signatures: None, ..made.bundle }]
	{
		assert_eq!(Bundle::from_bytes(&bundle.to_bytes()), Ok(bundle.clone()));
		let json = serde_json::to_string(&bundle).unwrap();
		assert!(json.contains(FORMAT));
		assert_eq!(serde_json::from_str::<Bundle>(&json).unwrap(), bundle);
	}
}

#[test]
fn no_byte_of_a_file_can_be_changed() {
	let made = small();
	let trust = Trust::Authorities(&made.authorities);
	let holds = |bytes: &[u8]| {
		Bundle::from_bytes(bytes).and_then(|bundle| check(&bundle, &trust, Some(&GENESIS)))
	};
	let bytes = made.bundle.to_bytes();
	assert!(holds(&bytes).is_ok());
	for place in 0..bytes.len() {
		for change in [0x01, 0x02, 0x04, 0x20, 0x80, 0xff] {
			let mut bent = bytes.clone();
			bent[place] ^= change;
			assert!(holds(&bent).is_err(), "byte {place} by {change:#x}");
		}
	}
}

#[test]
fn no_character_of_a_json_file_can_be_changed() {
	let made = small();
	let trust = Trust::Authorities(&made.authorities);
	let holds = |text: &[u8]| {
		serde_json::from_slice::<Bundle>(text)
			.is_ok_and(|bundle| check(&bundle, &trust, Some(&GENESIS)).is_ok())
	};
	let text = serde_json::to_vec(&made.bundle).unwrap();
	assert!(holds(&text));
	for place in 0..text.len() {
		for change in [0x01, 0x20, 0x80] {
			let mut bent = text.clone();
			bent[place] ^= change;
			assert!(!holds(&bent), "character {place} by {change:#x}");
		}
	}
}

#[test]
fn files_are_read_whole_and_alone() {
	let bytes = small().bundle.to_bytes();
	for len in 0..bytes.len() {
		let expected =
			if len < MAGIC.len() { Refusal::OtherFormat } else { Refusal::Malformed(What::File) };
		assert_eq!(Bundle::from_bytes(&bytes[..len]), Err(expected), "{len} bytes");
	}
	let long = [&bytes[..], &[0]].concat();
	assert_eq!(Bundle::from_bytes(&long), Err(Refusal::Malformed(What::File)));
	let text = serde_json::to_string(&small().bundle).unwrap();
	for len in 0..text.len() {
		assert!(serde_json::from_str::<Bundle>(&text[..len]).is_err(), "{len} characters");
	}
}

#[test]
fn huge_files_are_refused_unread() {
	let found = MAX_BYTES + 1;
	let error = Refusal::TooLong { what: What::File, found, most: MAX_BYTES };
	assert_eq!(Bundle::from_bytes(&vec![0; found]), Err(error));
	// A receipt of four gigabytes that is not there.
	let claim = [MAGIC, &Compact(u32::MAX).encode()].concat();
	assert_eq!(Bundle::from_bytes(&claim), Err(Refusal::Malformed(What::File)));
	// Two million empty certificates: 24 bytes of memory for one of the file.
	let mut made = small().bundle;
	made.certificates = vec![vec![]; 2_000_000];
	assert_eq!(Bundle::from_bytes(&made.to_bytes()), Err(Refusal::Malformed(What::File)));
	made.certificates.truncate(MAX_CERTIFICATES + 1);
	let (found, most) = (MAX_CERTIFICATES + 1, MAX_CERTIFICATES);
	let error = Refusal::TooLong { what: What::Certificates, found, most };
	assert_eq!(Bundle::from_bytes(&made.to_bytes()), Err(error));
	assert_eq!(check(&made, &Trust::Nothing, None), Err(error));
}

#[test]
fn deeply_nested_files_are_refused() {
	for open in ["[", "{\"finality\":", "{\"path\":["] {
		assert!(serde_json::from_str::<Bundle>(&open.repeat(100_000)).is_err());
	}
	let text = serde_json::to_string(&small().bundle).unwrap();
	let nested =
		text.replace("\"signatures\":null", &format!("\"signatures\":{}", "[".repeat(9_999)));
	assert_ne!(nested, text);
	assert!(serde_json::from_str::<Bundle>(&nested).is_err());
}

#[test]
fn nothing_unknown_and_nothing_twice_is_read() {
	let text = serde_json::to_string(&small().bundle).unwrap();
	for (from, to) in [
		("\"index\":2", "\"index\":2,\"spare\":1"),
		("\"index\":2", "\"index\":2,\"index\":2"),
		("\"index\":2", "\"index\":-1"),
		("\"index\":2", "\"index\":4294967296"),
		("\"index\":2", "\"index\":2.0"),
		("\"setId\":5", "\"setId\":5,\"setId\":5"),
		("\"weight\":1", "\"weight\":1,\"name\":\"x\""),
		("concordat-receipt/3", "concordat-receipt/2"),
		("0x9e", "0x9E"),
		("0x9e", "9e"),
	] {
		let bent = text.replacen(from, to, 1);
		assert_ne!(bent, text, "{from}");
		assert!(serde_json::from_str::<Bundle>(&bent).is_err(), "{to}");
	}
}
