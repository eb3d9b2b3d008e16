//! RFC 9180, appendix A.2.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305, base mode. And our use of HPKE
//! against [`reference`](super::reference).

use super::{reference, *};
use crate::{
	input::{encrypt_body, wrap},
	output::seal_output_with,
	suite::{open_base, seal_base},
};
use concordat_primitives::sealed::ciphertext_hash;

fn unhex<const N: usize>(text: &str) -> [u8; N] {
	hex::decode(text).unwrap().try_into().unwrap()
}

const INFO: &[u8] = b"Ode on a Grecian Urn";
const PLAINTEXT: &[u8] = b"Beauty is truth, truth beauty";
/// Additional data of the message number 0.
const AAD: &[u8] = b"Count-0";

fn ikm_e() -> [u8; 32] {
	unhex("909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b")
}

fn recipient() -> SecretKey {
	SecretKey::from_bytes(&unhex(
		"8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb",
	))
}

fn encapsulated() -> [u8; 32] {
	unhex("1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a")
}

fn ciphertext() -> Vec<u8> {
	hex::decode(
		"1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28",
	)
	.unwrap()
}

#[test]
fn the_suite_is_the_one_of_the_rfc() {
	assert_eq!(hex::encode(INFO), "4f6465206f6e2061204772656369616e2055726e");
	assert_eq!(
		hex::encode(PLAINTEXT),
		"4265617574792069732074727574682c20747275746820626561757479"
	);
	let public = unhex("4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a");
	assert_eq!(recipient().public(), public);
	let sealed = seal_base(Zeroizing::new(ikm_e()), &public, INFO, AAD, PLAINTEXT).unwrap();
	assert_eq!(sealed, (encapsulated(), ciphertext()));
	let opened = open_base(&recipient(), &encapsulated(), INFO, AAD, &ciphertext()).unwrap();
	assert_eq!(opened.as_slice(), PLAINTEXT);
}

#[test]
fn the_reference_is_the_one_of_the_rfc_step_by_step() {
	let ikm_r = unhex("1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df");
	assert_eq!(reference::derive_secret_key(&ikm_r), *recipient().expose());
	assert_eq!(
		reference::derive_secret_key(&ikm_e()),
		unhex("f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600")
	);
	let schedule = reference::setup_base(&ikm_e(), &recipient().public(), INFO);
	assert_eq!(schedule.encapsulated, encapsulated());
	let shared = "0bbe78490412b4bbea4812666f7916932b828bba79942424abb65244930d69a7";
	assert_eq!(schedule.shared_secret, unhex(shared));
	let key = "ad2744de8e17f4ebba575b3f5f5a8fa1f69c2a07f6e7500bc60ca6e3e3ec1c91";
	assert_eq!(schedule.key, unhex(key));
	assert_eq!(schedule.base_nonce, unhex("5c4d98150661b848853b547f"));
	let sealed = reference::seal_base(&ikm_e(), &recipient().public(), INFO, AAD, PLAINTEXT);
	assert_eq!(sealed, (encapsulated(), ciphertext()));
}

#[test]
fn a_sealed_input_is_what_the_format_says_byte_by_byte() {
	let (context, recipient, content_key, material) = (context(), key(9), [0x22; 32], [0x33; 32]);
	let body = encrypt_body(&content_key, &context, &SALT, b"rain").unwrap();
	let expected = reference::encrypt(
		&content_key,
		&[0; 12],
		&context.body_aad(),
		&[&SALT[..], b"rain"].concat(),
	);
	assert_eq!(body, expected);

	let hash = ciphertext_hash(&body);
	let public = recipient.public();
	let wrapped =
		wrap(Zeroizing::new(material), &content_key, &context, 7, &public, &hash).unwrap();
	let (encapsulated, ciphertext) = reference::seal_base(
		&material,
		&public,
		&context.key_info(&public),
		&context.key_aad(7, &hash),
		&content_key,
	);
	assert_eq!((wrapped.node, wrapped.key), (7, public));
	assert_eq!((wrapped.encapsulated, wrapped.wrapped.to_vec()), (encapsulated, ciphertext));
}

#[test]
fn a_sealed_output_is_what_the_format_says_byte_by_byte() {
	let (context, public, material) = (context(), key(9).public(), [0x44; 32]);
	let sealed =
		seal_output_with(&context, &public, b"yes", &SALT, Zeroizing::new(material)).unwrap();
	let (encapsulated, ciphertext) = reference::seal_base(
		&material,
		&public,
		&context.output_info(&public),
		&context.output_aad(&sealed.hash),
		b"yes",
	);
	assert_eq!(sealed.bytes, [&encapsulated[..], &ciphertext].concat());
}
