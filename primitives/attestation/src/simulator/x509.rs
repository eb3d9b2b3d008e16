//! Certificates and revocation lists of the simulator.

use super::{
	der::{bits, boolean, context, integer, name, octets, oid, sequence, time, tlv},
	keys::SimKey,
};
use alloc::{format, string::String, vec, vec::Vec};

/// What goes into a certificate. Change any field to make a bad one.
#[derive(Clone, Debug)]
pub struct CertificateSpec {
	/// Serial number, big-endian.
	pub serial: Vec<u8>,
	/// Common name of the issuer.
	pub issuer: String,
	/// Common name of the subject.
	pub subject: String,
	/// Unix time from which it is valid.
	pub not_before: u64,
	/// Unix time up to which it is valid.
	pub not_after: u64,
	/// Public key info.
	pub key: Vec<u8>,
	/// Whether it is an authority.
	pub ca: bool,
	/// How many authorities may follow.
	pub path_len: Option<u8>,
	/// Allowed uses; `None` leaves the extension out.
	pub key_usage: Option<u8>,
	/// Further extensions: id, critical, value.
	pub extensions: Vec<(Vec<u8>, bool, Vec<u8>)>,
}

fn extension(id: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
	let mut parts = vec![oid(id)];
	if critical {
		parts.push(boolean(true));
	}
	parts.push(octets(value));
	sequence(&parts)
}

fn sealed(signed: Vec<u8>, signer: &SimKey) -> Vec<u8> {
	let signature = bits(&signer.sign_x509(&signed));
	sequence(&[signed, signer.algorithm(), signature])
}

impl CertificateSpec {
	/// Signs it.
	pub fn sign(&self, signer: &SimKey) -> Vec<u8> {
		let mut extensions = Vec::new();
		let mut constraints = Vec::new();
		if self.ca {
			constraints.push(boolean(true));
		}
		if let Some(len) = self.path_len {
			constraints.push(integer(&[len]));
		}
		extensions.push(extension(&[0x55, 0x1d, 0x13], true, &sequence(&constraints)));
		if let Some(uses) = self.key_usage {
			let unused = uses.trailing_zeros().min(7) as u8;
			let value = tlv(0x03, &[unused, uses]);
			extensions.push(extension(&[0x55, 0x1d, 0x0f], true, &value));
		}
		for (id, critical, value) in &self.extensions {
			extensions.push(extension(id, *critical, value));
		}
		let signed = sequence(&[
			context(0, &integer(&[2])),
			integer(&self.serial),
			signer.algorithm(),
			name(&self.issuer),
			sequence(&[time(self.not_before), time(self.not_after)]),
			name(&self.subject),
			self.key.clone(),
			context(3, &sequence(&extensions)),
		]);
		sealed(signed, signer)
	}
}

/// What goes into a revocation list.
#[derive(Clone, Debug)]
pub struct CrlSpec {
	/// Common name of the issuer.
	pub issuer: String,
	/// When it is made.
	pub this_update: u64,
	/// When the next one is due.
	pub next_update: u64,
	/// Number.
	pub number: u64,
	/// Serial numbers of revoked certificates.
	pub revoked: Vec<Vec<u8>>,
	/// Further extensions: id, critical, value.
	pub extensions: Vec<(Vec<u8>, bool, Vec<u8>)>,
}

impl CrlSpec {
	/// Signs it.
	pub fn sign(&self, signer: &SimKey) -> Vec<u8> {
		let mut fields = vec![
			integer(&[1]),
			signer.algorithm(),
			name(&self.issuer),
			time(self.this_update),
			time(self.next_update),
		];
		if !self.revoked.is_empty() {
			let entry = |serial: &Vec<u8>| sequence(&[integer(serial), time(self.this_update)]);
			fields.push(sequence(&self.revoked.iter().map(entry).collect::<Vec<_>>()));
		}
		let number = integer(&self.number.to_be_bytes());
		let mut extensions = vec![extension(&[0x55, 0x1d, 0x14], false, &number)];
		for (id, critical, value) in &self.extensions {
			extensions.push(extension(id, *critical, value));
		}
		fields.push(context(0, &sequence(&extensions)));
		sealed(sequence(&fields), signer)
	}
}

/// Base64 in lines of 64 characters between BEGIN and END.
pub fn pem(certificates: &[&[u8]]) -> String {
	const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	let digit =
		|value: u32| DIGITS.get((value & 63) as usize).map_or('=', |digit| char::from(*digit));
	let mut text = String::new();
	for certificate in certificates {
		text.push_str("-----BEGIN CERTIFICATE-----\n");
		for line in certificate.chunks(48) {
			for group in line.chunks(3) {
				let mut bytes = [0; 4];
				for (to, from) in bytes.iter_mut().skip(1).zip(group) {
					*to = *from;
				}
				let value = u32::from_be_bytes(bytes);
				let count = group.len() + 1;
				for index in 0..4 {
					text.push(if index < count {
						digit(value >> (18 - 6 * index as u32))
					} else {
						'='
					});
				}
			}
			text.push('\n');
		}
		text.push_str("-----END CERTIFICATE-----\n");
	}
	text
}

/// Bytes as upper-case hex digits.
pub fn hex_upper(bytes: &[u8]) -> String {
	bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}
