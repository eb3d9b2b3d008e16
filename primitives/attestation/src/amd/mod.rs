//! AMD SEV-SNP: attestation reports.
//!
//! ```text
//! anchor ── ARK (one per product line) ──┬── revocation list
//!                                        ├── ASK  ── VCEK (one per chip and TCB) ──┐
//!                                        └── ASVK ── VLEK (one per cloud provider) ┴── report
//! ```
//!
//! ARK, ASK and ASVK sign with RSA-4096-PSS, once per product line or chip; a report costs one P-384
//! verification. AMD publishes no TCB status: a platform is up to date if its reported TCB reaches the
//! minimum that policy sets for its product line.

mod report;

pub use report::{Product, Report, SnpTcb, SnpVersion, REPORT_BYTES};

use crate::{
	collateral::{Authority, Crl, Family, KeyId, Role},
	crypto::{sha256, verify_p384, PublicKey, Signature},
	error::stored,
	policy::{allow, Appraisal, Period, QuotePolicy, Standing, Workload},
	x509::{check_period, Certificate, DerReader, Serial, Tlv},
	AnchorKind, Component, Error, Field, Measurement, Part, PlatformId, Shortfall, TcbStatus,
	Vendor,
};
use bounded_collections::{BoundedVec, ConstU32};
use der::Tag;
use sha2::{Digest, Sha256};

/// AMD's arc, 1.3.6.1.4.1.3704.1.
const OID_AMD: [u8; 8] = [0x2b, 0x06, 0x01, 0x04, 0x01, 0x9c, 0x78, 0x01];

/// Guest policy: simultaneous multithreading is allowed.
const POLICY_SMT: u64 = 1 << 16;
/// Guest policy: reserved, has to be one.
const POLICY_ONE: u64 = 1 << 17;
/// Guest policy: a migration agent may be attached.
const POLICY_MIGRATION: u64 = 1 << 18;
/// Guest policy: the guest may be debugged.
const POLICY_DEBUG: u64 = 1 << 19;
/// Guest policy: the guest runs on one socket only.
const POLICY_SINGLE_SOCKET: u64 = 1 << 20;
/// Platform: simultaneous multithreading is on.
const PLATFORM_SMT: u64 = 1;

stored! {
	/// Which kind of key signs reports.
	#[derive(Copy)]
	pub enum VekKind {
		/// Versioned chip endorsement key: derived in the chip from its secret and its TCB.
		Vcek,
		/// Versioned loaded endorsement key: AMD gives it to a cloud provider, whose machines share it.
		Vlek,
	}

	/// What is demanded of SEV-SNP.
	#[derive(serde::Serialize, serde::Deserialize)]
	#[serde(rename_all = "camelCase", deny_unknown_fields)]
	pub struct SnpPolicy {
		/// Lowest reported TCB for each product line that is accepted at all.
		#[serde(with = "minimums")]
		pub minimums: BoundedVec<(Product, SnpTcb), ConstU32<8>>,
		/// Lowest version of the firmware.
		pub min_firmware: SnpVersion,
		/// Lowest security version of the guest.
		pub min_guest_svn: u32,
		/// Highest privilege level number from which a report may be asked. 0 is the most privileged.
		pub max_vmpl: u32,
		/// Accept a guest that allows simultaneous multithreading, and a platform that has it on.
		pub allow_smt: bool,
		/// Accept a guest to which a migration agent may be attached.
		pub allow_migration: bool,
		/// Accept a guest that may run on several sockets.
		pub allow_multi_socket: bool,
		/// Accept reports signed with a key that a cloud provider's machines share.
		pub allow_vlek: bool,
		/// Demand AMD's revocation list.
		pub require_crl: bool,
	}

	/// A VCEK or VLEK certificate that was verified under its authority. Keep it by [`Vek::fingerprint`].
	pub struct Vek {
		/// SHA-256 of the certificate.
		pub fingerprint: [u8; 32],
		/// Its key, P-384.
		pub key: [u8; 96],
		/// Which kind.
		pub kind: VekKind,
		/// Product line.
		pub product: Product,
		/// TCB that the key stands for.
		pub tcb: SnpTcb,
		/// Chip id; a VLEK has none.
		pub hardware_id: Option<[u8; 64]>,
		/// Key of its issuer.
		pub issuer: KeyId,
		/// Serial number under its issuer; AMD gives 0.
		pub serial: Serial,
		/// Unix time from which it is valid.
		pub not_before: u64,
		/// Unix time up to which it is valid, inclusive.
		pub not_after: u64,
		/// Kind of the anchor at the top.
		pub anchor: AnchorKind,
	}

	/// What signatures prove about a platform and its guest. Everything that [`appraise`] needs.
	pub struct Facts {
		/// Hash of the chip id.
		pub platform: PlatformId,
		/// Product line.
		pub product: Product,
		/// Kind of key that signed.
		pub kind: VekKind,
		/// Key of the authority that certified that key.
		pub issuer: KeyId,
		/// Unix time from which the certificate is valid.
		pub not_before: u64,
		/// Unix time up to which it is valid, inclusive.
		pub not_after: u64,
		/// TCB of the platform.
		pub tcb: SnpTcb,
		/// Version of the firmware below which it can not be set back.
		pub committed: SnpVersion,
		/// State of the platform.
		pub platform_info: u64,
		/// Policy of the guest.
		pub policy: u64,
		/// Privilege level of who asked for the report.
		pub vmpl: u32,
		/// Security version of the guest.
		pub guest_svn: u32,
	}
}

/// JSON form of the minimums: a list of `{"product": …, "tcb": …}`.
mod minimums {
	use super::*;
	use serde::{Deserialize, Deserializer, Serialize, Serializer};

	type Minimums = BoundedVec<(Product, SnpTcb), ConstU32<8>>;

	#[derive(Serialize, Deserialize)]
	#[serde(deny_unknown_fields)]
	struct Minimum {
		product: Product,
		tcb: SnpTcb,
	}

	pub fn serialize<S: Serializer>(list: &Minimums, serializer: S) -> Result<S::Ok, S::Error> {
		serializer
			.collect_seq(list.iter().map(|(product, tcb)| Minimum { product: *product, tcb: *tcb }))
	}

	pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Minimums, D::Error> {
		let list = BoundedVec::<Minimum, ConstU32<8>>::deserialize(deserializer)?;
		Ok(BoundedVec::truncate_from(
			list.into_iter().map(|Minimum { product, tcb }| (product, tcb)).collect(),
		))
	}
}

impl SnpPolicy {
	/// Accepts no product line until minimums are set.
	pub fn strict() -> Self {
		Self {
			minimums: BoundedVec::new(),
			min_firmware: SnpVersion { major: 1, minor: 51, build: 0 },
			min_guest_svn: 0,
			max_vmpl: 0,
			allow_smt: false,
			allow_migration: false,
			allow_multi_socket: true,
			allow_vlek: false,
			require_crl: true,
		}
	}

	/// Accepts every product line at every TCB.
	pub fn lenient() -> Self {
		let all = [Product::Milan, Product::Genoa, Product::Turin];
		Self {
			minimums: BoundedVec::truncate_from(all.map(|p| (p, SnpTcb::default())).to_vec()),
			min_firmware: SnpVersion::default(),
			max_vmpl: 3,
			allow_smt: true,
			allow_migration: true,
			allow_vlek: true,
			require_crl: false,
			..Self::strict()
		}
	}
}

/// Verified collateral for one product line.
#[derive(Clone, Copy, Debug)]
pub struct Collateral<'a> {
	/// ARK.
	pub root: &'a Authority,
	/// ARK's revocation list.
	pub crl: Option<&'a Crl>,
	/// ASK for a VCEK, ASVK for a VLEK.
	pub authority: &'a Authority,
}

impl Collateral<'_> {
	/// Whether all of it belongs together and is valid at `now`; the period in which this stays so.
	pub fn check(&self, now: u64) -> Result<Period, Error> {
		let root = self.root.key.id();
		if self.root.family != Family::Amd || self.root.role != Role::Root {
			return Err(Error::Mismatch { part: Part::Root, field: Field::BasicConstraints });
		}
		if self.authority.issuer != root || self.authority.role != Role::Issuer {
			return Err(Error::Mismatch { part: Part::Authority, field: Field::Issuer });
		}
		self.root.check(now, Part::Root)?;
		self.authority.check(now, Part::Authority)?;
		let mut period = Period::ALWAYS
			.and(self.root.not_before, self.root.not_after)
			.and(self.authority.not_before, self.authority.not_after);
		if let Some(crl) = self.crl {
			crl.check(now, Part::RootCrl)?;
			crl.clears(root, self.root.serial, Part::Root)?;
			crl.clears(root, self.authority.serial, Part::Authority)?;
			period = period.and(crl.this_update, crl.next_update.saturating_sub(1));
		}
		Ok(period)
	}

	/// The product line that both names agree on, and the kind of key that the authority certifies.
	fn line(&self) -> Result<(Product, VekKind), Error> {
		let mismatch = |part| Error::Mismatch { part, field: Field::Product };
		let product = self
			.root
			.common_name
			.strip_prefix(b"ARK-")
			.and_then(Product::from_name)
			.ok_or(mismatch(Part::Root))?;
		let line =
			self.authority.common_name.strip_prefix(b"SEV-").ok_or(mismatch(Part::Authority))?;
		let (name, kind) = match line.strip_prefix(b"VLEK-") {
			Some(name) => (name, VekKind::Vlek),
			None => (line, VekKind::Vcek),
		};
		if Product::from_name(name) != Some(product) {
			return Err(mismatch(Part::Authority));
		}
		Ok((product, kind))
	}
}

const BAD: Error = Error::Malformed(Part::LeafExtension);

/// A small number in one of AMD's extensions.
fn number(certificate: &Certificate<'_>, suffix: &[u8]) -> Result<Option<u8>, Error> {
	let Some(value) = find(certificate, suffix) else {
		return Ok(None);
	};
	let mut reader = DerReader::new(value, Part::LeafExtension);
	let tlv = reader.expect(Tag::Integer)?;
	reader.finish()?;
	match tlv {
		Tlv { value: [low], .. } if *low < 0x80 => Ok(Some(*low)),
		Tlv { value: [0, low], .. } => Ok(Some(*low)),
		_ => Err(BAD),
	}
}

fn find<'a>(certificate: &Certificate<'a>, suffix: &[u8]) -> Option<&'a [u8]> {
	certificate
		.extensions
		.iter()
		.find(|extension| extension.id.strip_prefix(&OID_AMD) == Some(suffix))
		.map(|extension| extension.value)
}

fn tcb(certificate: &Certificate<'_>, product: Product) -> Result<SnpTcb, Error> {
	let required = |suffix: &[u8]| number(certificate, suffix)?.ok_or(BAD);
	Ok(SnpTcb {
		fmc: match product {
			Product::Turin => required(&[3, 9])?,
			Product::Milan | Product::Genoa => 0,
		},
		boot_loader: required(&[3, 1])?,
		tee: required(&[3, 2])?,
		snp: required(&[3, 3])?,
		microcode: required(&[3, 8])?,
	})
}

/// Chip id: 64 bytes, or 8 since Turin.
fn hardware_id(certificate: &Certificate<'_>) -> Result<[u8; 64], Error> {
	let value = find(certificate, &[4]).ok_or(BAD)?;
	if !matches!(value.len(), 8 | 64) {
		return Err(BAD);
	}
	let mut id = [0; 64];
	for (to, from) in id.iter_mut().zip(value) {
		*to = *from;
	}
	Ok(id)
}

/// Verifies a VCEK or VLEK certificate under its authority.
pub fn verify_vek(der: &[u8], collateral: &Collateral<'_>, now: u64) -> Result<Vek, Error> {
	const PART: Part = Part::Leaf;
	let certificate = Certificate::parse(der, PART)?;
	collateral.check(now)?;
	let (product, kind) = collateral.line()?;
	check_period(now, certificate.not_before, certificate.not_after, PART)?;
	if certificate.ca {
		return Err(Error::Mismatch { part: PART, field: Field::BasicConstraints });
	}
	let PublicKey::P384(key) = certificate.key else {
		return Err(Error::BadKey(PART));
	};
	collateral.authority.issued(&certificate, PART)?;
	let expected: &[u8] = match kind {
		VekKind::Vcek => b"SEV-VCEK",
		VekKind::Vlek => b"SEV-VLEK",
	};
	if certificate.common_name() != Some(expected) {
		return Err(Error::Mismatch { part: PART, field: Field::SigningKey });
	}
	// The product name is an IA5String such as `Milan-B0`.
	let mut name = DerReader::new(find(&certificate, &[2]).ok_or(BAD)?, Part::LeafExtension);
	let value = name.expect(Tag::Ia5String)?.value;
	name.finish()?;
	if !value.starts_with(product.name().as_bytes()) {
		return Err(Error::Mismatch { part: Part::LeafExtension, field: Field::Product });
	}
	Ok(Vek {
		fingerprint: sha256(der),
		key,
		kind,
		product,
		tcb: tcb(&certificate, product)?,
		hardware_id: match kind {
			VekKind::Vcek => Some(hardware_id(&certificate)?),
			VekKind::Vlek => None,
		},
		issuer: collateral.authority.key.id(),
		serial: certificate.serial,
		not_before: certificate.not_before,
		not_after: certificate.not_after,
		anchor: collateral.authority.kind,
	})
}

/// Checks a report's signature and that report and certificate speak of the same chip and TCB.
pub fn authenticate(report: &Report<'_>, vek: &Vek) -> Result<Facts, Error> {
	verify_p384(&vek.key, report.signed, Signature::Raw(&report.signature), Part::Evidence)?;
	let mismatch = |field| Error::Mismatch { part: Part::Evidence, field };
	if report.product.is_some_and(|product| product != vek.product) {
		return Err(mismatch(Field::Product));
	}
	let signing_key = match report.key_info >> 2 & 0b111 {
		0 => VekKind::Vcek,
		1 => VekKind::Vlek,
		_ => return Err(mismatch(Field::SigningKey)),
	};
	if signing_key != vek.kind {
		return Err(mismatch(Field::SigningKey));
	}
	// A report without chip id can not be tied to one machine. The host may hide it; then it is refused.
	if vek.hardware_id.is_some_and(|id| id != report.chip_id) || report.chip_id == [0; 64] {
		return Err(mismatch(Field::ChipId));
	}
	if SnpTcb::read(report.reported_tcb, vek.product) != vek.tcb {
		return Err(mismatch(Field::ReportedTcb));
	}
	let mut hasher = Sha256::new();
	hasher.update(b"concordat/platform/amd/v1");
	hasher.update(vek.product.name());
	hasher.update(report.chip_id);
	Ok(Facts {
		platform: PlatformId(hasher.finalize().into()),
		product: vek.product,
		kind: vek.kind,
		issuer: vek.issuer,
		not_before: vek.not_before,
		not_after: vek.not_after,
		tcb: vek.tcb,
		committed: report.committed,
		platform_info: report.platform_info,
		policy: report.policy,
		vmpl: report.vmpl,
		guest_svn: report.guest_svn,
	})
}

/// Judges the guest's own settings.
fn check_guest(facts: &Facts, policy: &SnpPolicy) -> Result<(), Error> {
	let has = |bits| facts.policy & bits != 0;
	if has(POLICY_DEBUG) {
		return Err(Error::Debug);
	}
	if !has(POLICY_ONE) {
		return Err(Error::Mismatch { part: Part::Body, field: Field::ReservedBits });
	}
	allow(policy.allow_migration, has(POLICY_MIGRATION), Field::Migration)?;
	allow(policy.allow_multi_socket, !has(POLICY_SINGLE_SOCKET), Field::SingleSocket)?;
	let smt = has(POLICY_SMT) || facts.platform_info & PLATFORM_SMT != 0;
	allow(policy.allow_smt, smt, Field::Smt)?;
	allow(policy.allow_vlek, facts.kind == VekKind::Vlek, Field::SigningKey)?;
	allow(false, facts.vmpl > policy.max_vmpl, Field::Vmpl)?;
	allow(false, facts.committed < policy.min_firmware, Field::Abi)?;
	if facts.guest_svn < policy.min_guest_svn {
		return Err(Error::BelowMinimum(Shortfall {
			component: Component::Guest,
			found: facts.guest_svn,
			required: policy.min_guest_svn,
		}));
	}
	Ok(())
}

/// Judges authentic facts about a platform under collateral, policy and time.
pub fn appraise(
	facts: &Facts,
	collateral: &Collateral<'_>,
	policy: &QuotePolicy,
	now: u64,
) -> Result<Standing, Error> {
	policy.check_vendor(Vendor::AmdSevSnp)?;
	policy.check_platform(facts.platform)?;
	check_guest(facts, &policy.snp)?;
	allow(!policy.snp.require_crl, collateral.crl.is_none(), Field::Issuer)?;
	let period = collateral.check(now)?.and(facts.not_before, facts.not_after);
	check_period(now, facts.not_before, facts.not_after, Part::Leaf)?;
	if facts.issuer != collateral.authority.key.id() {
		return Err(Error::Mismatch { part: Part::Leaf, field: Field::Issuer });
	}
	let (_, minimum) = policy
		.snp
		.minimums
		.iter()
		.find(|(product, _)| *product == facts.product)
		.ok_or(Error::PropertyRefused(Field::Product))?;
	let shortfall = facts.tcb.shortfall(minimum);
	let status = match shortfall {
		None => TcbStatus::UpToDate,
		Some(_) => TcbStatus::OutOfDate,
	};
	policy.check_status(status, shortfall)?;
	Ok(Standing {
		vendor: Vendor::AmdSevSnp,
		kind: collateral.root.kind,
		status,
		shortfall,
		advisories: BoundedVec::new(),
		evaluation: 0,
		not_before: period.not_before,
		not_after: period.not_after,
	})
}

/// A report that was verified and accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
	/// What the caller asked for.
	pub appraisal: Appraisal,
	/// What to keep, to judge again later.
	pub facts: Facts,
}

/// Verifies a report under a verified certificate and judges it.
pub fn verify(
	report: &[u8],
	vek: &Vek,
	collateral: &Collateral<'_>,
	policy: &QuotePolicy,
	now: u64,
) -> Result<Verified, Error> {
	let report = Report::parse(report)?;
	let facts = authenticate(&report, vek)?;
	let standing = appraise(&facts, collateral, policy, now)?;
	let workload = Workload {
		measurement: Measurement(report.measurement),
		signer: report.author_key_digest,
		registers: [[0; 48]; 4],
		svn: report.guest_svn,
		product_id: 0,
		report_data: report.report_data,
	};
	Ok(Verified { appraisal: Appraisal { platform: facts.platform, standing, workload }, facts })
}
