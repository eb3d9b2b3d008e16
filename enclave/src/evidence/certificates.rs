//! The table of certificates that a host hands out with SEV-SNP reports.
//!
//! Entries of 24 bytes, a GUID, an offset and a length (both `u32`, little-endian), end with one of zeros; the
//! certificates follow (GHCB specification 2.03, §4.1.8.1). The host writes it, and nothing in it is trusted: it is read
//! within bounds, and the chain verifies the certificates.
//!
//! The GUID of the ASK is also used for the ASVK, which has none of its own; some hosts write GUIDs in the order of
//! Microsoft's, and some certificates in PEM. So the platform's certificate is found by its GUID in either order, and
//! those above it by the names that certificates carry.

use concordat_attestation::{
	decode_chain,
	source::CertificateBytes,
	x509::{Certificate, MAX_CERTIFICATE_BYTES},
	Error, Part,
};

/// Longest table that is looked at.
pub const MAX_TABLE_BYTES: usize = 64 * 1024;
/// Most entries that are looked at.
const MAX_ENTRIES: usize = 32;
const ENTRY_BYTES: usize = 24;
/// 63da758d-e664-4564-adc5-f4b93be8accd
const VCEK: Guid = Guid(0x63da758d_e664_4564_adc5_f4b93be8accd);
/// a8074bc2-a25a-483e-aae6-39c045a0b8a1
const VLEK: Guid = Guid(0xa8074bc2_a25a_483e_aae6_39c045a0b8a1);

/// A GUID, as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Guid(u128);

impl Guid {
	/// Whether these bytes are the GUID, in either order.
	fn is(self, bytes: [u8; 16]) -> bool {
		let [a, b, c, d, e, f, g, h, tail @ ..] = bytes;
		let mixed = [d, c, b, a, f, e, h, g];
		let mixed =
			mixed.into_iter().chain(tail).fold(0, |sum, byte| (sum << 8) | u128::from(byte));
		self.0 == u128::from_be_bytes(bytes) || self.0 == mixed
	}
}

/// Why the host's certificates do not make a chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
	/// The host hands out no certificates.
	#[error(
		"the host hands out no certificates with reports: have its operator load VCEK (or VLEK), ASK and ARK, for instance \
		 with snphost"
	)]
	Empty,
	/// The table is too long.
	#[error("the host's table of certificates has {0} bytes, {MAX_TABLE_BYTES} are looked at: have its operator mend it")]
	TooLong(usize),
	/// The table has no end, or too many entries.
	#[error("the host's table of certificates has no end within {MAX_ENTRIES} entries: have its operator mend it")]
	Endless,
	/// An entry points out of the table.
	#[error(
		"entry {0} of the host's table of certificates points out of it: have its operator mend it"
	)]
	OutOfBounds(usize),
	/// A certificate is missing.
	#[error("the host hands out no {0} with reports: have its operator load it, for instance with snphost")]
	Missing(&'static str),
	/// A certificate cannot be read.
	#[error("the host's {name} cannot be read: {reason}; have its operator load the one of AMD's key service")]
	Unreadable {
		/// Which.
		name: &'static str,
		/// What is wrong with it.
		reason: Error,
	},
	/// The report was signed by no key that certificates exist for.
	#[error("the report was signed by key {0}, and there are certificates for 0 (VCEK) and 1 (VLEK) only")]
	NoSuchKey(u32),
}

/// Certificates of one platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
	/// VCEK or VLEK.
	pub vek: CertificateBytes,
	/// ASK or ASVK.
	pub authority: CertificateBytes,
	/// ARK.
	pub root: CertificateBytes,
}

/// Takes a table apart.
fn entries(table: &[u8]) -> Result<Vec<([u8; 16], &[u8])>, TableError> {
	if table.len() > MAX_TABLE_BYTES {
		return Err(TableError::TooLong(table.len()));
	}
	let mut found = Vec::new();
	for (index, entry) in table.chunks_exact(ENTRY_BYTES).take(MAX_ENTRIES).enumerate() {
		if entry.iter().all(|byte| *byte == 0) {
			return Ok(found);
		}
		let out = TableError::OutOfBounds(index);
		let (guid, place) = entry.split_first_chunk().ok_or(out.clone())?;
		let (offset, place) = place.split_first_chunk().ok_or(out.clone())?;
		let length = place.first_chunk().ok_or(out.clone())?;
		let start = usize::try_from(u32::from_le_bytes(*offset)).ok();
		let end = start.and_then(|start| {
			start.checked_add(usize::try_from(u32::from_le_bytes(*length)).ok()?)
		});
		let bytes = start.zip(end).and_then(|(start, end)| table.get(start..end)).ok_or(out)?;
		found.push((*guid, bytes));
	}
	if table.is_empty() {
		return Ok(found);
	}
	Err(TableError::Endless)
}

/// A certificate in DER, whichever way it was written.
fn der(bytes: &[u8]) -> Result<CertificateBytes, Error> {
	let malformed = Error::Malformed(Part::Chain);
	let der = if bytes.starts_with(b"-----BEGIN") {
		let mut chain = decode_chain(bytes, 1, MAX_CERTIFICATE_BYTES)?;
		chain.pop().ok_or(malformed)?
	} else {
		bytes.to_vec()
	};
	der.try_into().map_err(|_| malformed)
}

/// Picks the chain above the key that signed a report with this `key_info`.
pub fn chain(table: &[u8], key_info: u32) -> Result<Chain, TableError> {
	let entries = entries(table)?;
	if entries.is_empty() {
		return Err(TableError::Empty);
	}
	let (guid, name, above) = match (key_info >> 2) & 7 {
		0 => (VCEK, "VCEK", "ASK"),
		1 => (VLEK, "VLEK", "ASVK"),
		other => return Err(TableError::NoSuchKey(other)),
	};
	let unreadable = |name| move |reason| TableError::Unreadable { name, reason };
	let (_, vek) = entries.iter().find(|(id, _)| guid.is(*id)).ok_or(TableError::Missing(name))?;
	let vek = der(vek).map_err(unreadable(name))?;
	let leaf = Certificate::parse(&vek, Part::Leaf).map_err(unreadable(name))?;
	// Revocation lists and whatever else a host may add are no certificates: passed over.
	let others: Vec<CertificateBytes> =
		entries.iter().filter_map(|(_, bytes)| der(bytes).ok()).collect();
	let others: Vec<(&CertificateBytes, Certificate<'_>)> = others
		.iter()
		.filter_map(|bytes| Some((bytes, Certificate::parse(bytes, Part::Authority).ok()?)))
		.filter(|(_, certificate)| certificate.ca)
		.collect();
	let (authority, issuer) = others
		.iter()
		.find(|(_, one)| one.subject == leaf.issuer)
		.ok_or(TableError::Missing(above))?;
	let (root, _) = others
		.iter()
		.find(|(_, one)| one.subject == issuer.issuer && one.subject == one.issuer)
		.ok_or(TableError::Missing("ARK"))?;
	let (authority, root) = ((*authority).clone(), (*root).clone());
	Ok(Chain { authority, root, vek: vek.clone() })
}

#[cfg(test)]
pub(super) mod tests {
	use super::*;

	const MILAN_VCEK: &[u8] =
		include_bytes!("../../../primitives/attestation/tests/fixtures/amd/vcek_milan.der");
	const MILAN_CHAIN: &[u8] =
		include_bytes!("../../../primitives/attestation/tests/fixtures/amd/cert_chain_milan");
	const TURIN_VCEK: &[u8] =
		include_bytes!("../../../primitives/attestation/tests/fixtures/amd/vcek_turin.der");
	const ASK: Guid = Guid(0x4ab7b379_bbac_4fe4_a02f_05aef327c782);
	const ARK: Guid = Guid(0xc0b406a4_a803_4952_9743_3fb6014cd0ae);
	const CRL: Guid = Guid(0x92f81bc3_5811_4d3d_97ff_d19f88dc67ea);

	/// A table as hosts write it.
	pub fn table(entries: &[([u8; 16], &[u8])]) -> Vec<u8> {
		let mut offset = (entries.len() + 1) * ENTRY_BYTES;
		let mut table = Vec::new();
		for (guid, bytes) in entries {
			table.extend_from_slice(guid);
			table.extend_from_slice(&(offset as u32).to_le_bytes());
			table.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
			offset += bytes.len();
		}
		table.resize((entries.len() + 1) * ENTRY_BYTES, 0);
		entries.iter().for_each(|(_, bytes)| table.extend_from_slice(bytes));
		table
	}

	/// The certificates of a Milan platform, ASK and ARK in DER.
	pub fn milan() -> (Vec<u8>, Vec<u8>, Vec<u8>) {
		let chain = decode_chain(MILAN_CHAIN, 2, MAX_CERTIFICATE_BYTES).unwrap();
		(MILAN_VCEK.to_vec(), chain[0].clone(), chain[1].clone())
	}

	/// The table of a Milan host.
	pub fn milan_table() -> Vec<u8> {
		let (vcek, ask, ark) = milan();
		table(&[(bytes(VCEK), &vcek), (bytes(ASK), &ask), (bytes(ARK), &ark)])
	}

	fn bytes(guid: Guid) -> [u8; 16] {
		guid.0.to_be_bytes()
	}

	#[test]
	fn the_chain_should_be_found_whatever_the_order_and_whatever_else_is_there() {
		let (vcek, ask, ark) = milan();
		let expected = chain(&milan_table(), 0).unwrap();
		assert_eq!((&expected.vek[..], &expected.authority[..]), (&vcek[..], &ask[..]));
		assert_eq!(&expected.root[..], &ark[..]);
		let crl = [0x30, 3, 1, 2, 3];
		let shuffled = table(&[
			(bytes(CRL), &crl),
			(bytes(ARK), &ark),
			([9; 16], TURIN_VCEK),
			(bytes(ASK), &ask),
			(bytes(VCEK), &vcek),
		]);
		assert_eq!(chain(&shuffled, 0), Ok(expected.clone()));
		// Bytes after the certificates do no harm.
		let padded = [milan_table(), vec![0; 100]].concat();
		assert_eq!(chain(&padded, 0), Ok(expected));
	}

	#[test]
	fn guids_of_the_other_order_and_certificates_in_pem_should_be_read() {
		let (vcek, ask, ark) = milan();
		// 63da758d-e664-4564-adc5-f4b93be8accd with its first three fields little-endian.
		let mixed = hex::decode("8d75da6364e66445adc5f4b93be8accd").unwrap().try_into().unwrap();
		let block = b"-----BEGIN CERTIFICATE-----";
		let second = MILAN_CHAIN.windows(block.len()).skip(1).position(|w| w == block).unwrap() + 1;
		let (ask_pem, ark_pem) = MILAN_CHAIN.split_at(second);
		let other = table(&[(mixed, &vcek), (bytes(ASK), ask_pem), (bytes(ARK), ark_pem)]);
		assert_eq!(chain(&other, 0), chain(&milan_table(), 0));
		assert_ne!(ask, ark);
	}

	#[test]
	fn what_is_missing_should_be_named() {
		let (vcek, ask, ark) = milan();
		let missing = |entries: &[([u8; 16], &[u8])]| chain(&table(entries), 0).unwrap_err();
		assert_eq!(chain(&[], 0), Err(TableError::Empty));
		assert_eq!(chain(&[0; 4096], 0), Err(TableError::Empty));
		assert_eq!(missing(&[(bytes(ASK), &ask), (bytes(ARK), &ark)]), TableError::Missing("VCEK"));
		assert_eq!(
			missing(&[(bytes(VCEK), &vcek), (bytes(ARK), &ark)]),
			TableError::Missing("ASK")
		);
		assert_eq!(
			missing(&[(bytes(VCEK), &vcek), (bytes(ASK), &ask)]),
			TableError::Missing("ARK")
		);
		// Signed by the VLEK, of which the host hands out nothing.
		assert_eq!(chain(&milan_table(), 1 << 2), Err(TableError::Missing("VLEK")));
		assert_eq!(chain(&milan_table(), 7 << 2), Err(TableError::NoSuchKey(7)));
		let bad = missing(&[(bytes(VCEK), b"no certificate"), (bytes(ASK), &ask)]);
		assert!(matches!(bad, TableError::Unreadable { name: "VCEK", .. }));
	}

	#[test]
	fn tables_that_lie_should_be_refused() {
		let entry = |offset: u32, length: u32| {
			let place = [offset.to_le_bytes(), length.to_le_bytes()].concat();
			[&bytes(VCEK)[..], &place, &[0; 24]].concat()
		};
		for (offset, length) in
			[(0, 49), (48, 1), (u32::MAX, 1), (1, u32::MAX), (u32::MAX, u32::MAX)]
		{
			let lie = entry(offset, length);
			assert_eq!(chain(&lie, 0), Err(TableError::OutOfBounds(0)), "{offset} {length}");
		}
		let endless = [7; ENTRY_BYTES * (MAX_ENTRIES + 1)];
		assert_eq!(chain(&endless, 0), Err(TableError::OutOfBounds(0)));
		let no_end = [&bytes(VCEK)[..], &[0; 8]].concat().repeat(MAX_ENTRIES + 8);
		assert_eq!(chain(&no_end, 0), Err(TableError::Endless));
		assert_eq!(chain(&entry(0, 1)[..24], 0), Err(TableError::Endless));
		let long = vec![0; MAX_TABLE_BYTES + 1];
		assert_eq!(chain(&long, 0), Err(TableError::TooLong(long.len())));
	}

	#[test]
	fn bytes_that_are_cut_or_flipped_should_never_be_taken_for_more_than_they_are() {
		let whole = milan_table();
		let expected = chain(&whole, 0).unwrap();
		for len in (0..whole.len()).step_by(7) {
			assert!(chain(&whole[..len], 0).is_err(), "{len}");
		}
		for at in 0..96 {
			let mut flipped = whole.clone();
			flipped[at] ^= 0x55;
			if let Ok(found) = chain(&flipped, 0) {
				assert_eq!(found, expected, "{at}: only what is not looked at may change");
			}
		}
	}
}
