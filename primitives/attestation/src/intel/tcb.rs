//! TCB info and QE identity: Intel's statements on which firmware is good, signed, in JSON.

use crate::{
	advisory::{AdvisorySet, AdvisoryTable},
	collateral::{Authority, KeyId, Role},
	crypto::Signature,
	error::stored,
	json::{self, Hex, Time},
	x509::{check_period, Serial},
	AnchorKind, Component, Error, Field, Part, Shortfall, TcbStatus,
};
use alloc::{string::String, vec::Vec};
use bounded_collections::{BoundedVec, ConstU32};
use core::cmp::Reverse;
use serde::Deserialize;

/// Longest TCB info that is looked at.
pub const MAX_TCB_INFO_BYTES: usize = 32 * 1024;
/// Longest QE identity that is looked at.
pub const MAX_QE_IDENTITY_BYTES: usize = 8 * 1024;
/// Most TCB levels of a TCB info.
const MAX_LEVELS: u32 = 64;
/// Most TCB levels of a module or of the quoting enclave.
const MAX_SMALL_LEVELS: u32 = 24;
/// Most TDX module generations.
const MAX_MODULES: u32 = 16;

stored! {
	/// Which of Intel's technologies.
	#[derive(Copy, PartialOrd, Ord)]
	pub enum Tee {
		/// Enclaves.
		Sgx,
		/// Trust domains.
		Tdx,
	}

	/// Who signed a statement, as far as it has to be judged again at use.
	#[derive(Copy)]
	pub struct Signer {
		/// Key of the root that issued the signer's certificate.
		pub issuer: KeyId,
		/// Serial number of that certificate.
		pub serial: Serial,
		/// Unix time from which it is valid.
		pub not_before: u64,
		/// Unix time up to which it is valid, inclusive.
		pub not_after: u64,
		/// Kind of the anchor at the top.
		pub kind: AnchorKind,
	}

	/// One TCB level: what a platform needs to be of this status.
	pub struct TcbLevel {
		/// Lowest SGX TCB components.
		pub sgx: [u8; 16],
		/// Lowest TDX TCB components; zeros for SGX.
		pub tdx: [u8; 16],
		/// Lowest security version of the provisioning certification enclave.
		pub pce_svn: u16,
		/// What a platform is that meets this level and none before it.
		pub status: TcbStatus,
		/// Advisories that stay open on this level.
		pub advisories: AdvisorySet,
	}

	/// A TCB level of a TDX module or of the quoting enclave.
	pub struct SvnLevel {
		/// Lowest security version.
		pub svn: u16,
		/// What it is then.
		pub status: TcbStatus,
		/// Advisories that stay open on this level.
		pub advisories: AdvisorySet,
	}

	/// Who made the TDX module, and its attributes.
	pub struct TdxModule {
		/// Generation: byte 1 of the TEE TCB SVN. 0 for the first, which has no levels of its own.
		pub version: u8,
		/// MRSIGNER of the module.
		pub mr_signer: [u8; 48],
		/// Attributes, as far as the mask tells.
		pub attributes: [u8; 8],
		/// Which attributes matter.
		pub attributes_mask: [u8; 8],
		/// TCB levels, in the vendor's order.
		pub levels: BoundedVec<SvnLevel, ConstU32<MAX_SMALL_LEVELS>>,
	}

	/// A verified TCB info.
	pub struct TcbInfo {
		/// For which technology.
		pub tee: Tee,
		/// For which platforms.
		pub fmspc: [u8; 6],
		/// Under which provisioning certification enclave.
		pub pce_id: [u8; 2],
		/// Number of the evaluation. Never replace a TCB info by one with a lower number.
		pub evaluation: u32,
		/// When it was issued.
		pub issued: u64,
		/// Up to when it counts, inclusive.
		pub next_update: u64,
		/// Who signed it.
		pub signer: Signer,
		/// TCB levels, best first.
		pub levels: BoundedVec<TcbLevel, ConstU32<MAX_LEVELS>>,
		/// TDX module generations; the first, 0, is the base module.
		pub modules: BoundedVec<TdxModule, ConstU32<MAX_MODULES>>,
		/// The advisories that the levels refer to.
		pub advisories: AdvisoryTable,
	}

	/// A verified QE identity.
	pub struct QeIdentity {
		/// For which technology.
		pub tee: Tee,
		/// Number of the evaluation. Never replace an identity by one with a lower number.
		pub evaluation: u32,
		/// When it was issued.
		pub issued: u64,
		/// Up to when it counts, inclusive.
		pub next_update: u64,
		/// Who signed it.
		pub signer: Signer,
		/// `MISCSELECT`, as far as the mask tells.
		pub misc_select: u32,
		/// Which of its bits matter.
		pub misc_select_mask: u32,
		/// Attributes, as far as the mask tells.
		pub attributes: [u8; 16],
		/// Which of their bits matter.
		pub attributes_mask: [u8; 16],
		/// Who signs quoting enclaves.
		pub mr_signer: [u8; 32],
		/// Product id of quoting enclaves.
		pub product_id: u16,
		/// TCB levels, in the vendor's order.
		pub levels: BoundedVec<SvnLevel, ConstU32<MAX_SMALL_LEVELS>>,
		/// The advisories that the levels refer to.
		pub advisories: AdvisoryTable,
	}
}

/// Status names of the vendor.
#[derive(Clone, Copy, Deserialize)]
enum Status {
	UpToDate,
	#[serde(rename = "SWHardeningNeeded")]
	SwHardeningNeeded,
	ConfigurationNeeded,
	#[serde(rename = "ConfigurationAndSWHardeningNeeded")]
	ConfigurationAndSwHardeningNeeded,
	OutOfDate,
	OutOfDateConfigurationNeeded,
	Revoked,
}

impl From<Status> for TcbStatus {
	fn from(status: Status) -> Self {
		match status {
			Status::UpToDate => Self::UpToDate,
			Status::SwHardeningNeeded => Self::SwHardeningNeeded,
			Status::ConfigurationNeeded => Self::ConfigurationNeeded,
			Status::ConfigurationAndSwHardeningNeeded => Self::ConfigurationAndSwHardeningNeeded,
			Status::OutOfDate => Self::OutOfDate,
			Status::OutOfDateConfigurationNeeded => Self::OutOfDateConfigurationNeeded,
			Status::Revoked => Self::Revoked,
		}
	}
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TcbInfoJson {
	id: String,
	version: u8,
	issue_date: Time,
	next_update: Time,
	fmspc: Hex<6>,
	pce_id: Hex<2>,
	tcb_type: u32,
	tcb_evaluation_data_number: u32,
	tcb_levels: Vec<TcbLevelJson>,
	tdx_module: Option<TdxModuleJson>,
	#[serde(default)]
	tdx_module_identities: Vec<TdxModuleIdentityJson>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TcbLevelJson {
	tcb: TcbJson,
	#[allow(dead_code)] // its form is checked
	tcb_date: Time,
	tcb_status: Status,
	#[serde(rename = "advisoryIDs", default)]
	advisory_ids: Vec<String>,
}

#[derive(Deserialize)]
struct TcbJson {
	sgxtcbcomponents: [ComponentJson; 16],
	tdxtcbcomponents: Option<[ComponentJson; 16]>,
	pcesvn: u16,
}

#[derive(Clone, Copy, Deserialize)]
struct ComponentJson {
	svn: u8,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TdxModuleJson {
	mrsigner: Hex<48>,
	attributes: Hex<8>,
	attributes_mask: Hex<8>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TdxModuleIdentityJson {
	id: String,
	mrsigner: Hex<48>,
	attributes: Hex<8>,
	attributes_mask: Hex<8>,
	tcb_levels: Vec<SvnLevelJson>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SvnLevelJson {
	tcb: SvnJson,
	#[allow(dead_code)] // its form is checked
	tcb_date: Time,
	tcb_status: Status,
	#[serde(rename = "advisoryIDs", default)]
	advisory_ids: Vec<String>,
}

#[derive(Deserialize)]
struct SvnJson {
	isvsvn: u16,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct QeIdentityJson {
	id: String,
	version: u8,
	issue_date: Time,
	next_update: Time,
	tcb_evaluation_data_number: u32,
	miscselect: Hex<4>,
	miscselect_mask: Hex<4>,
	attributes: Hex<16>,
	attributes_mask: Hex<16>,
	mrsigner: Hex<32>,
	isvprodid: u16,
	tcb_levels: Vec<SvnLevelJson>,
}

/// Checks who signed and that the signature covers `json`, before anything in it is parsed.
fn verify_signed(
	json: &[u8],
	max: usize,
	signature: &[u8; 64],
	signer: &Authority,
	now: u64,
	part: Part,
) -> Result<Signer, Error> {
	crate::bytes::capped(json, max, part)?;
	if signer.role != Role::TcbSigner {
		return Err(Error::Mismatch { part: Part::TcbSigner, field: Field::KeyUsage });
	}
	signer.check(now, Part::TcbSigner)?;
	signer.key.verify(json, Signature::Raw(signature), part)?;
	Ok(Signer {
		issuer: signer.issuer,
		serial: signer.serial,
		not_before: signer.not_before,
		not_after: signer.not_after,
		kind: signer.kind,
	})
}

fn advisories<'a>(
	table: &mut AdvisoryTable,
	ids: &'a [String],
	part: Part,
) -> Result<AdvisorySet, Error> {
	table.intern(ids.iter().map(|id: &'a String| id.as_str()), part)
}

fn svn_levels(
	levels: &[SvnLevelJson],
	table: &mut AdvisoryTable,
	allowed: impl Fn(TcbStatus) -> bool,
	part: Part,
) -> Result<BoundedVec<SvnLevel, ConstU32<MAX_SMALL_LEVELS>>, Error> {
	let mut bounded = BoundedVec::new();
	for level in levels {
		let status = TcbStatus::from(level.tcb_status);
		if !allowed(status) {
			return Err(Error::Malformed(part));
		}
		let advisories = advisories(table, &level.advisory_ids, part)?;
		bounded
			.try_push(SvnLevel { svn: level.tcb.isvsvn, status, advisories })
			.map_err(|_| Error::TooMany { part, max: MAX_SMALL_LEVELS })?;
	}
	Ok(bounded)
}

/// Generation in the name of a TDX module: `TDX_03` is 3.
fn module_version(id: &str) -> Option<u8> {
	let digits = id.strip_prefix("TDX_")?;
	let mut version = [0];
	hex::decode_to_slice(digits, &mut version).ok()?;
	let [version] = version;
	(version > 0).then_some(version)
}

/// Verifies a TCB info: the JSON text of `tcbInfo` exactly as the vendor's service sends it, and its signature.
pub fn verify_tcb_info(
	json: &[u8],
	signature: &[u8; 64],
	signer: &Authority,
	now: u64,
) -> Result<TcbInfo, Error> {
	const PART: Part = Part::TcbInfo;
	let signer = verify_signed(json, MAX_TCB_INFO_BYTES, signature, signer, now, PART)?;
	let info: TcbInfoJson = json::parse(json, MAX_TCB_INFO_BYTES, PART)?;
	let tee = match info.id.as_str() {
		"SGX" => Tee::Sgx,
		"TDX" => Tee::Tdx,
		_ => return Err(Error::Unsupported { part: PART, field: Field::Id, found: 0 }),
	};
	if info.version != 3 {
		let found = u32::from(info.version);
		return Err(Error::Unsupported { part: PART, field: Field::Version, found });
	}
	if info.tcb_type != 0 {
		return Err(Error::Unsupported { part: PART, field: Field::KeyType, found: info.tcb_type });
	}
	check_period(now, info.issue_date.0, info.next_update.0, PART)?;

	let mut table = AdvisoryTable::default();
	let mut levels = Vec::with_capacity(info.tcb_levels.len());
	for level in &info.tcb_levels {
		let tdx = match (tee, level.tcb.tdxtcbcomponents) {
			(Tee::Sgx, _) => [0; 16],
			(Tee::Tdx, Some(components)) => components.map(|component| component.svn),
			(Tee::Tdx, None) => return Err(Error::Malformed(PART)),
		};
		levels.push(TcbLevel {
			sgx: level.tcb.sgxtcbcomponents.map(|component| component.svn),
			tdx,
			pce_svn: level.tcb.pcesvn,
			status: level.tcb_status.into(),
			advisories: advisories(&mut table, &level.advisory_ids, PART)?,
		});
	}
	// Best first, whatever the order in the text: this is how the vendor's own library reads it.
	levels.sort_by_key(|level| Reverse((level.sgx, level.pce_svn, level.tdx)));
	let levels =
		BoundedVec::try_from(levels).map_err(|_| Error::TooMany { part: PART, max: MAX_LEVELS })?;

	let mut modules = BoundedVec::new();
	if tee == Tee::Tdx {
		let base = info.tdx_module.as_ref().ok_or(Error::Malformed(PART))?;
		let too_many = |_| Error::TooMany { part: Part::TdxModule, max: MAX_MODULES };
		modules
			.try_push(TdxModule {
				version: 0,
				mr_signer: base.mrsigner.0,
				attributes: base.attributes.0,
				attributes_mask: base.attributes_mask.0,
				levels: BoundedVec::new(),
			})
			.map_err(too_many)?;
		for module in &info.tdx_module_identities {
			let version = module_version(&module.id).ok_or(Error::Malformed(Part::TdxModule))?;
			let levels = svn_levels(
				&module.tcb_levels,
				&mut table,
				|status| {
					matches!(
						status,
						TcbStatus::UpToDate | TcbStatus::OutOfDate | TcbStatus::Revoked
					)
				},
				Part::TdxModule,
			)?;
			modules
				.try_push(TdxModule {
					version,
					mr_signer: module.mrsigner.0,
					attributes: module.attributes.0,
					attributes_mask: module.attributes_mask.0,
					levels,
				})
				.map_err(too_many)?;
		}
	}
	Ok(TcbInfo {
		tee,
		fmspc: info.fmspc.0,
		pce_id: info.pce_id.0,
		evaluation: info.tcb_evaluation_data_number,
		issued: info.issue_date.0,
		next_update: info.next_update.0,
		signer,
		levels,
		modules,
		advisories: table,
	})
}

/// Verifies a QE identity: the JSON text of `enclaveIdentity` exactly as the vendor's service sends it, and its signature.
pub fn verify_qe_identity(
	json: &[u8],
	signature: &[u8; 64],
	signer: &Authority,
	now: u64,
) -> Result<QeIdentity, Error> {
	const PART: Part = Part::QeIdentity;
	let signer = verify_signed(json, MAX_QE_IDENTITY_BYTES, signature, signer, now, PART)?;
	let identity: QeIdentityJson = json::parse(json, MAX_QE_IDENTITY_BYTES, PART)?;
	let tee = match (identity.id.as_str(), identity.version) {
		("QE", 2) => Tee::Sgx,
		("TD_QE", 2 | 3) => Tee::Tdx,
		("QE" | "TD_QE", version) => {
			let found = u32::from(version);
			return Err(Error::Unsupported { part: PART, field: Field::Version, found });
		},
		_ => return Err(Error::Unsupported { part: PART, field: Field::Id, found: 0 }),
	};
	check_period(now, identity.issue_date.0, identity.next_update.0, PART)?;
	let mut table = AdvisoryTable::default();
	let levels = svn_levels(
		&identity.tcb_levels,
		&mut table,
		|status| {
			!matches!(
				status,
				TcbStatus::SwHardeningNeeded | TcbStatus::ConfigurationAndSwHardeningNeeded
			)
		},
		PART,
	)?;
	Ok(QeIdentity {
		tee,
		evaluation: identity.tcb_evaluation_data_number,
		issued: identity.issue_date.0,
		next_update: identity.next_update.0,
		signer,
		misc_select: u32::from_le_bytes(identity.miscselect.0),
		misc_select_mask: u32::from_le_bytes(identity.miscselect_mask.0),
		attributes: identity.attributes.0,
		attributes_mask: identity.attributes_mask.0,
		mr_signer: identity.mrsigner.0,
		product_id: identity.isvprodid,
		levels,
		advisories: table,
	})
}

impl TcbLevel {
	/// The first component in which a platform falls short of this level.
	///
	/// `tee` is the TEE TCB SVN of a trust domain. A module generation other than 0 leaves components 0
	/// and 1 to the identity of that generation.
	pub fn shortfall(
		&self,
		cpu_svn: &[u8; 16],
		pce_svn: u16,
		tee: Option<&[u8; 16]>,
	) -> Option<Shortfall> {
		let short = |component, found: u16, required: u16| {
			(found < required).then_some(Shortfall {
				component,
				found: found.into(),
				required: required.into(),
			})
		};
		let sgx = (0u8..)
			.zip(cpu_svn.iter().zip(&self.sgx))
			.find_map(|(i, (have, need))| short(Component::Sgx(i), (*have).into(), (*need).into()));
		let pce = || short(Component::Pce, pce_svn, self.pce_svn);
		let tdx = || {
			let have = tee?;
			let [_, generation, ..] = have;
			let skip = if *generation > 0 { 2 } else { 0 };
			(0u8..).zip(have.iter().zip(&self.tdx)).skip(skip).find_map(|(i, (have, need))| {
				short(Component::Tdx(i), (*have).into(), (*need).into())
			})
		};
		sgx.or_else(pce).or_else(tdx)
	}
}

/// The first of `levels` that `svn` meets.
pub fn match_svn(levels: &[SvnLevel], svn: u16, component: Component) -> Result<&SvnLevel, Error> {
	levels.iter().find(|level| svn >= level.svn).ok_or(Error::NoTcbLevel(Shortfall {
		component,
		found: svn.into(),
		required: levels.last().map_or(0, |level| level.svn.into()),
	}))
}

#[cfg(test)]
mod tests {
	use super::*;

	fn level(sgx: u8, pce_svn: u16, tdx: [u8; 16]) -> TcbLevel {
		let status = TcbStatus::UpToDate;
		TcbLevel { sgx: [sgx; 16], tdx, pce_svn, status, advisories: AdvisorySet::default() }
	}

	#[test]
	fn a_shortfall_names_its_component_and_both_numbers() {
		let level = level(2, 10, [3; 16]);
		let mut cpu = [2; 16];
		assert_eq!(level.shortfall(&cpu, 10, None), None);
		cpu[5] = 1;
		let short = Shortfall { component: Component::Sgx(5), found: 1, required: 2 };
		assert_eq!(level.shortfall(&cpu, 10, None), Some(short));
		let short = Shortfall { component: Component::Pce, found: 9, required: 10 };
		assert_eq!(level.shortfall(&[2; 16], 9, None), Some(short));
	}

	#[test]
	fn a_module_generation_leaves_the_first_two_components_to_its_identity() {
		let level = level(0, 0, [3; 16]);
		let mut tee = [3; 16];
		tee[0] = 0;
		assert_eq!(level.shortfall(&[0; 16], 0, Some(&tee)), None);
		tee[1] = 0;
		let short = Shortfall { component: Component::Tdx(0), found: 0, required: 3 };
		assert_eq!(level.shortfall(&[0; 16], 0, Some(&tee)), Some(short));
		tee = [3; 16];
		tee[2] = 2;
		let short = Shortfall { component: Component::Tdx(2), found: 2, required: 3 };
		assert_eq!(level.shortfall(&[0; 16], 0, Some(&tee)), Some(short));
	}

	#[test]
	fn module_names_are_read_as_two_hex_digits() {
		assert_eq!(module_version("TDX_03"), Some(3));
		assert_eq!(module_version("TDX_1F"), Some(31));
		for bad in ["TDX_00", "TDX_3", "TDX_003", "TDX_+3", "SGX_03", ""] {
			assert_eq!(module_version(bad), None, "{bad}");
		}
	}
}
