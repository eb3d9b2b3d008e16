//! TPM quotes: a recorded one of an Azure machine, and made ones for what that one does not show.

use codec::{Decode, Encode, MaxEncodedLen};
use concordat_attestation::{
	decode_chain,
	simulator::tpm::{ak, sign, spec, TpmQuoteSpec},
	tpm::{
		authenticate, parse, pcr_digest, verify_quote, Ak, Selection, TpmFacts, MAX_ATTEST_BYTES,
	},
	Error, Field, Part,
};
use rsa::{pkcs1::DecodeRsaPrivateKey, traits::PublicKeyParts, Pkcs1v15Sign, Pss, RsaPrivateKey};
use sha2::{Digest, Sha256};

const SEED: &[u8] = b"tpm tests";
const CHALLENGE: [u8; 32] = [0x5a; 32];

/// Signature, message and registers, each behind its length in 8 bytes.
struct Recorded {
	signature: Vec<u8>,
	attest: Vec<u8>,
	registers: Vec<[u8; 32]>,
}

fn recorded() -> Recorded {
	let mut rest = &include_bytes!("fixtures/tpm/quote.bin")[..];
	let len = |rest: &mut &[u8]| {
		let (head, tail) = rest.split_first_chunk().unwrap();
		*rest = tail;
		u64::from_le_bytes(*head) as usize
	};
	let bytes = |rest: &mut &[u8]| {
		let len = len(rest);
		let (head, tail) = rest.split_at(len);
		*rest = tail;
		head.to_vec()
	};
	let (signature, attest) = (bytes(&mut rest), bytes(&mut rest));
	let count = u64::from_le_bytes(*rest.first_chunk().unwrap()) as usize;
	let registers: Vec<[u8; 32]> =
		rest[8..].chunks_exact(32).map(|chunk| chunk.try_into().unwrap()).collect();
	assert_eq!(registers.len(), count);
	Recorded { signature, attest, registers }
}

fn recorded_ak() -> Ak {
	let pem = include_str!("fixtures/tpm/akpub.pem").replace("PUBLIC KEY", "CERTIFICATE");
	let der = decode_chain(pem.as_bytes(), 1, 1024).unwrap();
	Ak::from_spki(&der[0]).unwrap()
}

#[test]
fn the_recorded_quote_should_verify_and_say_what_it_said() {
	let Recorded { signature, attest, registers } = recorded();
	let facts = authenticate(&attest, &signature, &recorded_ak()).unwrap();
	assert_eq!(facts.extra_data[..], b"challenge"[..]);
	assert_eq!(facts.selections[..], [Selection { bank: 0x000b, registers: 0x00ff_ffff }]);
	assert_eq!(facts.pcr_digest, pcr_digest(&registers));
	assert_eq!((facts.resets, facts.restarts, facts.clock_safe), (3, 0, true));
	assert_eq!(facts.signer.len(), 34);
	// It is bound to nine bytes, so it is nobody's answer to a challenge of 32.
	assert_eq!(
		verify_quote(&attest, &signature, &recorded_ak(), &CHALLENGE),
		Err(Error::Mismatch { part: Part::Evidence, field: Field::ReportData })
	);
}

#[test]
fn no_change_of_the_recorded_quote_should_be_accepted() {
	let Recorded { signature, attest, .. } = recorded();
	let ak = recorded_ak();
	for at in 0..attest.len() {
		let mut changed = attest.clone();
		changed[at] ^= 1 << (at % 8);
		assert!(authenticate(&changed, &signature, &ak).is_err(), "byte {at}");
		assert!(authenticate(&attest[..at], &signature, &ak).is_err(), "cut to {at}");
	}
	for at in 0..signature.len() {
		let mut changed = signature.clone();
		changed[at] ^= 1 << (at % 8);
		let refused = Err(Error::BadSignature(Part::Evidence));
		assert_eq!(authenticate(&attest, &changed, &ak), refused, "byte {at}");
		assert_eq!(authenticate(&attest, &signature[..at], &ak), refused, "cut to {at}");
	}
	let Ak::RsaSsa(modulus) = ak else { panic!("RSA") };
	assert_eq!(
		authenticate(&attest, &signature, &Ak::RsaPss(modulus)),
		Err(Error::BadSignature(Part::Evidence))
	);
}

fn verdict(spec: &TpmQuoteSpec) -> Result<TpmFacts, Error> {
	let attest = spec.attest();
	verify_quote(&attest, &sign(SEED, &attest), &ak(SEED), &CHALLENGE)
}

fn refused(change: impl Fn(&mut TpmQuoteSpec)) -> Error {
	let mut spec = spec(CHALLENGE);
	change(&mut spec);
	verdict(&spec).unwrap_err()
}

#[test]
fn a_quote_of_p256_should_verify_and_fit_its_bound() {
	let facts = verdict(&spec(CHALLENGE)).unwrap();
	assert_eq!(facts.pcr_digest, pcr_digest(&[[0; 32]; 24]));
	assert_eq!(TpmFacts::decode(&mut &facts.encode()[..]), Ok(facts.clone()));
	assert!(facts.encode().len() <= TpmFacts::max_encoded_len());
	for key in [ak(SEED), recorded_ak()] {
		assert_eq!(Ak::decode(&mut &key.encode()[..]), Ok(key.clone()));
		assert!(key.encode().len() <= Ak::max_encoded_len());
	}
}

#[test]
fn bad_quotes_should_be_refused_for_their_reason() {
	let malformed = |part| Error::Malformed(part);
	assert_eq!(refused(|s| s.magic = *b"\xffTCH"), malformed(Part::Header));
	// TPM_ST_ATTEST_CERTIFY: signed by the same key, another statement.
	assert_eq!(
		refused(|s| s.kind = 0x8017),
		Error::Unsupported { part: Part::Header, field: Field::BodyType, found: 0x8017 }
	);
	assert_eq!(refused(|s| s.clock_safe = 2), malformed(Part::Header));
	let extra = Error::Mismatch { part: Part::Evidence, field: Field::ReportData };
	assert_eq!(refused(|s| s.extra_data = vec![]), extra);
	assert_eq!(refused(|s| s.extra_data = [0; 32].to_vec()), extra);
	assert_eq!(refused(|s| s.extra_data.push(0)), extra);
	let long = |part, len| Error::TooLong { part, len, max: 66 };
	assert_eq!(refused(|s| s.extra_data = vec![0; 67]), long(Part::Header, 67));
	assert_eq!(refused(|s| s.signer = vec![0; 67]), long(Part::Header, 67));
	assert_eq!(refused(|s| s.pcr_digest = vec![0; 67]), long(Part::Body, 67));
	for found in [0, 20, 31, 33, 48, 64] {
		assert_eq!(
			refused(|s| s.pcr_digest = vec![0; found as usize]),
			Error::Unsupported { part: Part::Body, field: Field::Digest, found }
		);
	}
	let bank = Selection { bank: 4, registers: 1 };
	assert_eq!(
		refused(|s| s.selections = vec![bank; 9]),
		Error::TooMany { part: Part::Body, max: 8 }
	);
	let mut full = spec(CHALLENGE);
	full.selections = vec![bank; 8];
	assert!(verdict(&full).is_ok());
}

#[test]
fn bytes_that_do_not_belong_should_be_refused() {
	let mut attest = spec(CHALLENGE).attest();
	attest.push(0);
	assert_eq!(parse(&attest), Err(Error::TrailingBytes { part: Part::Evidence, extra: 1 }));
	let long = vec![0xff; MAX_ATTEST_BYTES + 1];
	assert_eq!(parse(&long), Err(Error::TooLong { part: Part::Evidence, len: 513, max: 512 }));
	// A bit map longer than there are registers.
	let mut attest = spec(CHALLENGE).attest();
	let at = attest.len() - 34 - 4;
	assert_eq!(attest[at], 3);
	attest[at] = 5;
	assert_eq!(parse(&attest), Err(Error::TooLong { part: Part::Body, len: 5, max: 4 }));
}

#[test]
fn the_longest_quote_should_fit() {
	let mut longest = spec(CHALLENGE);
	longest.signer = vec![1; 66];
	longest.extra_data = vec![1; 66];
	longest.selections = vec![Selection { bank: 0x0b, registers: 1 }; 8];
	let facts = parse(&longest.attest()).unwrap();
	assert!(longest.attest().len() < MAX_ATTEST_BYTES);
	assert!(facts.encode().len() <= TpmFacts::max_encoded_len());
}

#[test]
fn other_keys_should_be_refused() {
	let attest = spec(CHALLENGE).attest();
	let signature = sign(SEED, &attest);
	let bad = Error::BadSignature(Part::Evidence);
	let verdict = |key: &Ak| verify_quote(&attest, &signature, key, &CHALLENGE).unwrap_err();
	assert_eq!(verdict(&ak(b"other")), bad);
	assert_eq!(verdict(&recorded_ak()), bad);
	let no_key = Error::BadKey(Part::AttestationKey);
	assert_eq!(verdict(&Ak::P256([1; 64])), no_key);
	assert_eq!(verdict(&Ak::RsaSsa([0; 256])), no_key);
	assert_eq!(verdict(&Ak::RsaPss([0x7f; 256])), no_key);
	let mut even = [0xff; 256];
	even[255] = 0;
	assert_eq!(verdict(&Ak::RsaSsa(even)), no_key);
}

#[test]
fn both_rsa_schemes_should_verify_only_as_themselves() {
	let key = RsaPrivateKey::from_pkcs1_der(include_bytes!("fixtures/tpm/rsa2048.der")).unwrap();
	let modulus: [u8; 256] = key.n().to_bytes_be().try_into().unwrap();
	let attest = spec(CHALLENGE).attest();
	let digest = Sha256::digest(&attest);
	let bad = Err(Error::BadSignature(Part::Evidence));
	let verdict =
		|signature: &[u8], key: &Ak| verify_quote(&attest, signature, key, &CHALLENGE).map(|_| ());
	let (ssa_key, pss_key) = (Ak::RsaSsa(modulus), Ak::RsaPss(modulus));

	// DigestInfo of SHA-256, then the digest.
	let mut prefix = vec![0x30, 0x31, 0x30, 0x0d, 0x06, 0x09];
	prefix.extend([0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0, 0x04, 0x20]);
	let scheme = Pkcs1v15Sign { hash_len: Some(32), prefix: prefix.into() };
	let ssa = key.sign(scheme, &digest).unwrap();
	assert_eq!(verdict(&ssa, &ssa_key), Ok(()));
	assert_eq!(verdict(&ssa, &pss_key), bad);
	// Without DigestInfo: a signature over a bare digest.
	let bare = key.sign(Pkcs1v15Sign::new_unprefixed(), &digest).unwrap();
	assert_eq!(verdict(&bare, &ssa_key), bad);

	struct Salt;
	impl rsa::rand_core::RngCore for Salt {
		fn next_u32(&mut self) -> u32 {
			7
		}
		fn next_u64(&mut self) -> u64 {
			7
		}
		fn fill_bytes(&mut self, dest: &mut [u8]) {
			dest.fill(7);
		}
		fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), rsa::rand_core::Error> {
			dest.fill(7);
			Ok(())
		}
	}
	impl rsa::rand_core::CryptoRng for Salt {}
	for (salt, expected) in [(32, Ok(())), (222, Ok(())), (0, bad), (20, bad), (221, bad)] {
		let pss =
			key.sign_with_rng(&mut Salt, Pss::new_with_salt::<Sha256>(salt), &digest).unwrap();
		assert_eq!(verdict(&pss, &pss_key), expected, "salt of {salt}");
		assert_eq!(verdict(&pss, &ssa_key), bad);
	}
}

#[test]
fn keys_should_be_read_only_in_the_forms_that_count() {
	assert!(matches!(recorded_ak(), Ak::RsaSsa(_)));
	let p256 = concordat_attestation::simulator::keys::SimKey::p256(SEED, "tpm").spki();
	assert_eq!(Ak::from_spki(&p256), Some(ak(SEED)));
	let p384 = concordat_attestation::simulator::keys::SimKey::p384(SEED, "tpm").spki();
	assert_eq!(Ak::from_spki(&p384), None);
	assert_eq!(Ak::from_spki(&p256[..p256.len() - 1]), None);
	assert_eq!(Ak::from_spki(&[]), None);
}
