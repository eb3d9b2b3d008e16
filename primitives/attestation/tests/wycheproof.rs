//! Project Wycheproof's vectors through the signature path of the verifiers.

use concordat_attestation::{
	crypto::{PublicKey, Signature},
	Part,
};
use wycheproof::{ecdsa, rsa_pss_verify, TestResult};

/// x ‖ y of an uncompressed point, if it has the length.
fn point<const N: usize>(sec1: &[u8]) -> [u8; N] {
	sec1.strip_prefix(&[4]).and_then(|point| point.try_into().ok()).unwrap()
}

fn ecdsa_set(name: ecdsa::TestName, key: fn(&[u8]) -> PublicKey, der: bool) {
	let set = ecdsa::TestSet::load(name).unwrap();
	let mut count = [0; 2];
	for group in &set.test_groups {
		let key = key(&group.key.key);
		for test in &group.tests {
			let signature =
				if der { Signature::X509(&test.sig) } else { Signature::Raw(&test.sig) };
			let verdict = key.verify(&test.msg, signature, Part::Evidence);
			match test.result {
				TestResult::Valid => assert_eq!(verdict, Ok(()), "{name:?} {}", test.tc_id),
				TestResult::Invalid => {
					assert!(verdict.is_err(), "{name:?} {}: {}", test.tc_id, test.comment);
				},
				TestResult::Acceptable => {},
			}
			count[usize::from(test.result == TestResult::Valid)] += 1;
		}
	}
	assert!(count[0] > 20 && count[1] > 20, "{name:?}: {count:?}");
}

#[test]
fn p256_in_der_and_raw() {
	let key = |sec1: &[u8]| PublicKey::P256(point(sec1));
	ecdsa_set(ecdsa::TestName::EcdsaSecp256r1Sha256, key, true);
	ecdsa_set(ecdsa::TestName::EcdsaSecp256r1Sha256P1363, key, false);
}

#[test]
fn p384_in_der_and_raw() {
	let key = |sec1: &[u8]| PublicKey::P384(point(sec1));
	ecdsa_set(ecdsa::TestName::EcdsaSecp384r1Sha384, key, true);
	ecdsa_set(ecdsa::TestName::EcdsaSecp384r1Sha384P1363, key, false);
}

#[test]
fn rsa_4096_pss() {
	let name = rsa_pss_verify::TestName::RsaPss4096Sha384Mgf1SaltLen48;
	let set = rsa_pss_verify::TestSet::load(name).unwrap();
	let mut count = [0; 2];
	for group in &set.test_groups {
		let modulus = &group.key.n;
		let modulus = modulus.strip_prefix(&[0]).unwrap_or(modulus).to_vec();
		let key = PublicKey::Rsa4096(modulus.try_into().unwrap());
		for test in &group.tests {
			let verdict = key.verify(&test.msg, Signature::X509(&test.sig), Part::Leaf);
			match test.result {
				TestResult::Valid => assert_eq!(verdict, Ok(()), "{}", test.tc_id),
				TestResult::Invalid => assert!(verdict.is_err(), "{}", test.tc_id),
				TestResult::Acceptable => {},
			}
			count[usize::from(test.result == TestResult::Valid)] += 1;
		}
	}
	assert!(count[0] > 20 && count[1] > 20, "{count:?}");
}
