//! Simulated Nitro enclaves: root, authorities of region, zone and instance, enclave certificate, documents.

use super::{keys::SimKey, x509::CertificateSpec};
use crate::{
	crypto::sha256,
	x509::{CERT_SIGN, CRL_SIGN, DIGITAL_SIGNATURE},
	Anchor, AnchorKind, Vendor,
};
use alloc::{format, string::String, vec, vec::Vec};

const DAY: u64 = 86_400;
/// Labels of the keys, the root first.
const LABELS: [&str; 4] = ["nitro root", "region", "zone", "instance"];
/// Label of the enclave's key.
const ENCLAVE: &str = "enclave";

fn module_id(platform: &[u8]) -> String {
	format!("i-{}-enc01", super::x509::hex_upper(&sha256(platform)[..8]))
}

/// A simulated enclave with everything that vouches for it.
#[derive(Clone, Debug)]
pub struct NitroSimulator {
	/// The keys of root, region and zone follow from it.
	pub seed: Vec<u8>,
	/// The keys of instance and enclave follow from it.
	pub platform: Vec<u8>,
	/// Root, region, zone, instance.
	pub authorities: [CertificateSpec; 4],
	/// The enclave's certificate.
	pub leaf: CertificateSpec,
	/// Instance and enclave.
	pub module_id: String,
}

/// What goes into a document. Change any field to make a bad one.
#[derive(Clone, Debug)]
pub struct DocumentSpec {
	/// Protected header.
	pub protected: Vec<u8>,
	/// Digest algorithm.
	pub digest: String,
	/// Milliseconds since 1970.
	pub timestamp: u64,
	/// Registers.
	pub pcrs: Vec<(u8, Vec<u8>)>,
	/// The enclave's certificate.
	pub certificate: Vec<u8>,
	/// Certificates above it.
	pub authorities: Vec<Vec<u8>>,
	/// What the code binds itself to.
	pub user_data: Option<Vec<u8>>,
}

impl NitroSimulator {
	/// A good enclave at `now`, in Unix seconds.
	pub fn new(seed: &[u8], now: u64) -> Self {
		let certificate = |index: u8, issuer: &str, subject: &str, days: u64| CertificateSpec {
			serial: vec![index + 1],
			issuer: issuer.into(),
			subject: subject.into(),
			not_before: now.saturating_sub(days * DAY),
			not_after: now.saturating_add(days * DAY),
			key: SimKey::p384(seed, subject).spki(),
			ca: true,
			path_len: None,
			key_usage: Some(DIGITAL_SIGNATURE | CERT_SIGN | CRL_SIGN),
			extensions: vec![],
		};
		let [root, region, zone, instance] = LABELS;
		let below = |index: u8, issuer: &str, subject: &str, days: u64| CertificateSpec {
			path_len: Some(3 - index),
			..certificate(index, issuer, subject, days)
		};
		Self {
			seed: seed.to_vec(),
			authorities: [
				certificate(0, root, root, 3_650),
				below(1, root, region, 20),
				below(2, region, zone, 5),
				below(3, zone, instance, 1),
			],
			leaf: CertificateSpec {
				ca: false,
				key_usage: Some(DIGITAL_SIGNATURE),
				not_before: now.saturating_sub(3_600),
				not_after: now.saturating_add(7_200),
				..certificate(4, instance, ENCLAVE, 1)
			},
			module_id: module_id(seed),
			platform: seed.to_vec(),
		}
	}

	/// The same root, region and zone, another instance: its keys and name follow from `platform`.
	pub fn with_platform(mut self, platform: &[u8]) -> Self {
		self.platform = platform.to_vec();
		let [.., instance] = LABELS;
		let key = self.key(instance).spki();
		let [.., authority] = &mut self.authorities;
		authority.key = key;
		self.leaf.key = self.key(ENCLAVE).spki();
		self.module_id = module_id(platform);
		self
	}

	/// One of the keys, by the common name of whom it belongs to.
	pub fn key(&self, label: &str) -> SimKey {
		let [.., instance] = LABELS;
		let own = label == instance || label == ENCLAVE;
		SimKey::p384(if own { &self.platform } else { &self.seed }, label)
	}

	/// The root certificate.
	pub fn root_der(&self) -> Vec<u8> {
		let [root, ..] = &self.authorities;
		root.sign(&self.key(&root.subject))
	}

	/// Test anchor for this root.
	pub fn anchor(&self) -> Anchor {
		let key = sha256(&self.root_der());
		Anchor { vendor: Vendor::AwsNitro, kind: AnchorKind::Test, key }
	}

	/// A good document's contents.
	pub fn spec(&self, pcr0: [u8; 48], report_data: [u8; 64]) -> DocumentSpec {
		let authorities =
			self.authorities.iter().map(|spec| spec.sign(&self.key(&spec.issuer))).collect();
		let mut pcrs: Vec<_> = (0..16).map(|index| (index, vec![0; 48])).collect();
		if let Some((_, value)) = pcrs.first_mut() {
			*value = pcr0.to_vec();
		}
		DocumentSpec {
			protected: vec![0xa1, 0x01, 0x38, 0x22],
			digest: "SHA384".into(),
			timestamp: self.leaf.not_before.saturating_add(60).saturating_mul(1_000),
			pcrs,
			certificate: self.leaf.sign(&self.key(&self.leaf.issuer)),
			authorities,
			user_data: Some(report_data.to_vec()),
		}
	}

	/// A good document.
	pub fn document(&self, pcr0: [u8; 48], report_data: [u8; 64]) -> Vec<u8> {
		self.build(&self.spec(pcr0, report_data))
	}

	/// Puts a document together and signs it.
	pub fn build(&self, spec: &DocumentSpec) -> Vec<u8> {
		let mut payload = head(5, 9);
		let mut put = |key: &str, value: &[u8]| {
			payload.extend(text(key));
			payload.extend_from_slice(value);
		};
		put("module_id", &text(&self.module_id));
		put("digest", &text(&spec.digest));
		put("timestamp", &head(0, spec.timestamp));
		let mut pcrs = head(5, spec.pcrs.len() as u64);
		for (index, value) in &spec.pcrs {
			pcrs.extend(head(0, (*index).into()));
			pcrs.extend(bytes(value));
		}
		put("pcrs", &pcrs);
		put("certificate", &bytes(&spec.certificate));
		let mut bundle = head(4, spec.authorities.len() as u64);
		for authority in &spec.authorities {
			bundle.extend(bytes(authority));
		}
		put("cabundle", &bundle);
		put("public_key", &[0xf6]);
		put("user_data", &spec.user_data.as_ref().map_or(vec![0xf6], |data| bytes(data)));
		put("nonce", &[0xf6]);

		let mut signed = head(4, 4);
		signed.extend(text("Signature1"));
		signed.extend(bytes(&spec.protected));
		signed.extend(bytes(&[]));
		signed.extend(bytes(&payload));
		let signature = self.key(ENCLAVE).sign_raw(&signed);
		let mut document = head(4, 4);
		document.extend(bytes(&spec.protected));
		document.extend(head(5, 0));
		document.extend(bytes(&payload));
		document.extend(bytes(&signature));
		document
	}
}

/// Head of an item: major type and argument.
fn head(major: u8, value: u64) -> Vec<u8> {
	let initial = major << 5;
	match value {
		0..=23 => vec![initial | value as u8],
		24..=0xff => vec![initial | 24, value as u8],
		0x100..=0xffff => [&[initial | 25], &(value as u16).to_be_bytes()[..]].concat(),
		0x1_0000..=0xffff_ffff => [&[initial | 26], &(value as u32).to_be_bytes()[..]].concat(),
		_ => [&[initial | 27], &value.to_be_bytes()[..]].concat(),
	}
}

fn bytes(value: &[u8]) -> Vec<u8> {
	[&head(2, value.len() as u64), value].concat()
}

fn text(value: &str) -> Vec<u8> {
	[&head(3, value.len() as u64), value.as_bytes()].concat()
}
