//! The layout of SEV-SNP attestation reports, version 2 and later (SEV-SNP firmware ABI, table 23).

use crate::{
	bytes::{len32, Cursor},
	error::stored,
	Component, Error, Field, Part, Shortfall,
};

/// Length of a report.
pub const REPORT_BYTES: usize = 1184;
/// How much of it is signed.
const SIGNED_BYTES: usize = 0x2a0;
/// ECDSA with P-384 and SHA-384.
const SIGNATURE_P384: u32 = 1;
/// Bytes of r and of s as the firmware writes them.
const SCALAR_BYTES: usize = 72;

stored! {
	/// Product line. Each has its own root.
	#[derive(Copy, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
	#[serde(rename_all = "camelCase")]
	pub enum Product {
		/// EPYC 7003.
		Milan,
		/// EPYC 9004 and 8004 (Genoa, Bergamo, Siena).
		Genoa,
		/// EPYC 9005.
		Turin,
	}

	/// Security versions of a platform's firmware.
	#[derive(Copy, Default, serde::Serialize, serde::Deserialize)]
	#[serde(rename_all = "camelCase", deny_unknown_fields)]
	pub struct SnpTcb {
		/// Firmware microcode controller; 0 before Turin.
		pub fmc: u8,
		/// Boot loader.
		pub boot_loader: u8,
		/// TEE, the security processor's operating system.
		pub tee: u8,
		/// SEV-SNP firmware.
		pub snp: u8,
		/// Microcode.
		pub microcode: u8,
	}

	/// Version of the SEV-SNP firmware.
	#[derive(Copy, Default, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
	#[serde(rename_all = "camelCase", deny_unknown_fields)]
	pub struct SnpVersion {
		/// Major.
		pub major: u8,
		/// Minor.
		pub minor: u8,
		/// Build.
		pub build: u8,
	}
}

impl Product {
	/// Name in certificates.
	pub const fn name(self) -> &'static str {
		match self {
			Self::Milan => "Milan",
			Self::Genoa => "Genoa",
			Self::Turin => "Turin",
		}
	}

	/// From its name in certificates.
	pub fn from_name(name: &[u8]) -> Option<Self> {
		[Self::Milan, Self::Genoa, Self::Turin]
			.into_iter()
			.find(|product| product.name().as_bytes() == name)
	}

	/// From the processor's family and model, which reports carry since version 3.
	const fn from_cpuid(family: u8, model: u8) -> Option<Self> {
		match (family, model) {
			(0x19, 0x00..=0x0f) => Some(Self::Milan),
			(0x19, 0x10..=0x1f | 0xa0..=0xaf) => Some(Self::Genoa),
			(0x1a, 0x00..=0x11) => Some(Self::Turin),
			_ => None,
		}
	}
}

impl SnpTcb {
	/// Reads the eight bytes of a TCB version, whose layout depends on the product.
	pub const fn read(bytes: [u8; 8], product: Product) -> Self {
		match product {
			Product::Milan | Product::Genoa => {
				let [boot_loader, tee, _, _, _, _, snp, microcode] = bytes;
				Self { fmc: 0, boot_loader, tee, snp, microcode }
			},
			Product::Turin => {
				let [fmc, boot_loader, tee, snp, _, _, _, microcode] = bytes;
				Self { fmc, boot_loader, tee, snp, microcode }
			},
		}
	}

	/// Writes the eight bytes.
	pub const fn write(self, product: Product) -> [u8; 8] {
		let Self { fmc, boot_loader, tee, snp, microcode } = self;
		match product {
			Product::Milan | Product::Genoa => [boot_loader, tee, 0, 0, 0, 0, snp, microcode],
			Product::Turin => [fmc, boot_loader, tee, snp, 0, 0, 0, microcode],
		}
	}

	/// The first component that is lower than in `required`.
	pub fn shortfall(&self, required: &Self) -> Option<Shortfall> {
		[
			(Component::SnpFmc, self.fmc, required.fmc),
			(Component::SnpBootLoader, self.boot_loader, required.boot_loader),
			(Component::SnpTee, self.tee, required.tee),
			(Component::SnpFirmware, self.snp, required.snp),
			(Component::SnpMicrocode, self.microcode, required.microcode),
		]
		.into_iter()
		.find(|(_, found, required)| found < required)
		.map(|(component, found, required)| Shortfall {
			component,
			found: found.into(),
			required: required.into(),
		})
	}
}

/// A report, taken apart but not verified.
#[derive(Clone, Debug)]
pub struct Report<'a> {
	/// What is signed.
	pub signed: &'a [u8],
	/// Signature: r ‖ s, big-endian.
	pub signature: [u8; 96],
	/// Version of the layout.
	pub version: u32,
	/// Security version that the guest's owner gave it.
	pub guest_svn: u32,
	/// Policy that the guest's owner gave it.
	pub policy: u64,
	/// Privilege level of who asked for the report.
	pub vmpl: u32,
	/// State of the platform.
	pub platform_info: u64,
	/// Which key signed, and what the host hid.
	pub key_info: u32,
	/// What the code bound itself to.
	pub report_data: [u8; 64],
	/// Launch digest.
	pub measurement: [u8; 48],
	/// Data that the host gave at launch.
	pub host_data: [u8; 32],
	/// Digest of the key that signed the guest's identity block.
	pub id_key_digest: [u8; 48],
	/// Digest of the key that signed that key.
	pub author_key_digest: [u8; 48],
	/// TCB that the signing key stands for.
	pub reported_tcb: [u8; 8],
	/// Product, if the report tells (version 3 and later).
	pub product: Option<Product>,
	/// Which chip it is; zeros if the host hides it.
	pub chip_id: [u8; 64],
	/// Version of the firmware that runs.
	pub current: SnpVersion,
	/// Version below which the firmware can not be set back.
	pub committed: SnpVersion,
}

impl<'a> Report<'a> {
	/// Takes a report apart.
	pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
		let extra = bytes.len().saturating_sub(REPORT_BYTES);
		if extra > 0 {
			return Err(Error::TrailingBytes { part: Part::Evidence, extra: len32(extra) });
		}
		let mut cursor = Cursor::new(bytes, Part::Evidence);
		let signed = cursor.take(SIGNED_BYTES)?;
		cursor.part(Part::AuthData);
		let signature = signature(&mut cursor)?;
		let padding = cursor.take(REPORT_BYTES - SIGNED_BYTES - 2 * SCALAR_BYTES)?;
		if padding.iter().any(|byte| *byte != 0) {
			return Err(Error::Malformed(Part::AuthData));
		}

		let mut cursor = Cursor::new(signed, Part::Body);
		let unsupported = |field, found| Error::Unsupported { part: Part::Evidence, field, found };
		let version = cursor.u32()?;
		if !(2..=5).contains(&version) {
			return Err(unsupported(Field::Version, version));
		}
		let guest_svn = cursor.u32()?;
		let policy = cursor.u64()?;
		cursor.take(32)?;
		let vmpl = cursor.u32()?;
		let algorithm = cursor.u32()?;
		if algorithm != SIGNATURE_P384 {
			return Err(unsupported(Field::KeyType, algorithm));
		}
		cursor.take(8)?;
		let platform_info = cursor.u64()?;
		let key_info = cursor.u32()?;
		cursor.take(4)?;
		let report_data = cursor.array()?;
		let measurement = cursor.array()?;
		let host_data = cursor.array()?;
		let id_key_digest = cursor.array()?;
		let author_key_digest = cursor.array()?;
		cursor.take(64)?;
		let reported_tcb = cursor.array()?;
		let [family, model, _stepping] = cursor.array()?;
		cursor.take(21)?;
		let product =
			match version {
				2 => None,
				_ => Some(Product::from_cpuid(family, model).ok_or(unsupported(
					Field::Product,
					u32::from_be_bytes([0, 0, family, model]),
				))?),
			};
		let chip_id = cursor.array()?;
		cursor.take(8)?;
		let current = snp_version(&mut cursor)?;
		let committed = snp_version(&mut cursor)?;
		Ok(Self {
			signed,
			signature,
			version,
			guest_svn,
			policy,
			vmpl,
			platform_info,
			key_info,
			report_data,
			measurement,
			host_data,
			id_key_digest,
			author_key_digest,
			reported_tcb,
			product,
			chip_id,
			current,
			committed,
		})
	}
}

fn snp_version(cursor: &mut Cursor<'_>) -> Result<SnpVersion, Error> {
	let [build, minor, major, _] = cursor.array()?;
	Ok(SnpVersion { major, minor, build })
}

/// The firmware writes r and s little-endian into fields of 72 bytes.
fn signature(cursor: &mut Cursor<'_>) -> Result<[u8; 96], Error> {
	let mut signature = [0; 96];
	for scalar in signature.chunks_exact_mut(48) {
		let field = cursor.take(SCALAR_BYTES)?;
		let (low, high) = field.split_at_checked(48).ok_or(Error::Malformed(Part::AuthData))?;
		if high.iter().any(|byte| *byte != 0) {
			return Err(Error::Malformed(Part::AuthData));
		}
		for (to, from) in scalar.iter_mut().zip(low.iter().rev()) {
			*to = *from;
		}
	}
	Ok(signature)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn tcb_versions_keep_their_layout() {
		let tcb = SnpTcb { fmc: 0, boot_loader: 2, tee: 3, snp: 4, microcode: 5 };
		for product in [Product::Milan, Product::Genoa] {
			assert_eq!(SnpTcb::read(tcb.write(product), product), tcb);
			assert_eq!(tcb.write(product), [2, 3, 0, 0, 0, 0, 4, 5]);
		}
		let tcb = SnpTcb { fmc: 1, ..tcb };
		assert_eq!(tcb.write(Product::Turin), [1, 2, 3, 4, 0, 0, 0, 5]);
		assert_eq!(SnpTcb::read(tcb.write(Product::Turin), Product::Turin), tcb);
	}

	#[test]
	fn every_component_counts() {
		let required = SnpTcb { fmc: 1, boot_loader: 1, tee: 1, snp: 1, microcode: 1 };
		assert_eq!(required.shortfall(&required), None);
		for (lower, component) in [
			(SnpTcb { fmc: 0, ..required }, Component::SnpFmc),
			(SnpTcb { boot_loader: 0, ..required }, Component::SnpBootLoader),
			(SnpTcb { tee: 0, ..required }, Component::SnpTee),
			(SnpTcb { snp: 0, ..required }, Component::SnpFirmware),
			(SnpTcb { microcode: 0, ..required }, Component::SnpMicrocode),
		] {
			let short = Shortfall { component, found: 0, required: 1 };
			assert_eq!(lower.shortfall(&required), Some(short));
		}
	}

	#[test]
	fn products_are_told_by_family_and_model() {
		assert_eq!(Product::from_cpuid(0x19, 0x01), Some(Product::Milan));
		assert_eq!(Product::from_cpuid(0x19, 0x11), Some(Product::Genoa));
		assert_eq!(Product::from_cpuid(0x19, 0xa0), Some(Product::Genoa));
		assert_eq!(Product::from_cpuid(0x1a, 0x02), Some(Product::Turin));
		assert_eq!(Product::from_cpuid(0x17, 0x31), None);
	}
}
