//! What a verifier demands beyond genuineness, and what it finds.

use crate::{
	amd::SnpPolicy, error::stored, serde_hex, AdvisoryId, AnchorKind, Error, Field, Measurement,
	Part, PlatformId, Shortfall, TcbStatus, Vendor,
};
use alloc::vec::Vec;
use bounded_collections::{BoundedVec, ConstU32};

stored! {
	/// Which open advisories are accepted. In JSON `"any"` or `{"only": ["INTEL-SA-00289"]}`.
	#[derive(serde::Serialize, serde::Deserialize)]
	#[serde(rename_all = "camelCase")]
	pub enum Advisories {
		/// Every one: the TCB status alone decides.
		Any,
		/// Only these.
		Only(BoundedVec<AdvisoryId, ConstU32<128>>),
	}

	/// What is demanded of a platform and its guest.
	///
	/// Two things no policy can accept: a debuggable enclave, TD or guest, and a revoked TCB.
	///
	/// In JSON every field has to be there, by its name in camelCase, and no other; bytes are `0x` and hex digits,
	/// and `null` leaves a list open.
	#[derive(serde::Serialize, serde::Deserialize)]
	#[serde(rename_all = "camelCase", deny_unknown_fields)]
	pub struct QuotePolicy {
		/// Vendors.
		pub vendors: BoundedVec<Vendor, ConstU32<8>>,
		/// Statuses. `Revoked` is refused even if it is listed.
		pub statuses: BoundedVec<TcbStatus, ConstU32<16>>,
		/// Open advisories.
		pub advisories: Advisories,
		/// Lowest number of the TCB evaluation data; 0 for any. Intel only.
		pub min_evaluation: u32,
		/// The only FMSPCs that are accepted; `None` for any. Intel only.
		#[serde(with = "serde_hex::optional_list")]
		pub fmspcs: Option<BoundedVec<[u8; 6], ConstU32<128>>>,
		/// FMSPCs that are not accepted. Intel only.
		#[serde(with = "serde_hex::list")]
		pub denied_fmspcs: BoundedVec<[u8; 6], ConstU32<128>>,
		/// The only TDX modules, by MRSEAM, that are accepted; `None` for any that TCB info knows.
		#[serde(with = "serde_hex::optional_list")]
		pub tdx_modules: Option<BoundedVec<[u8; 48], ConstU32<32>>>,
		/// Accept a TD to which service TDs are bound.
		pub allow_service_td: bool,
		/// Accept a platform to which packages may be added. Intel only.
		pub allow_dynamic_platform: bool,
		/// Accept a platform whose root keys Intel keeps. Intel only.
		pub allow_cached_keys: bool,
		/// Accept a platform with simultaneous multithreading. Intel only.
		pub allow_smt: bool,
		/// What is demanded of SEV-SNP.
		pub snp: SnpPolicy,
		/// Platforms that are not accepted.
		pub denied_platforms: BoundedVec<PlatformId, ConstU32<256>>,
	}

	/// The code that runs, and what it bound itself to.
	pub struct Workload {
		/// MRENCLAVE, MRTD, SNP launch digest, or Nitro PCR0.
		pub measurement: Measurement,
		/// MRSIGNER or SNP author key digest; zeros if there is none.
		pub signer: [u8; 48],
		/// Registers extended at run time: RTMRs of a TD, PCR1, 2, 3 (and 4) of Nitro; zeros otherwise.
		pub registers: [[u8; 48]; 4],
		/// Security version given by the author.
		pub svn: u32,
		/// Product id given by the author.
		pub product_id: u16,
		/// What the code bound itself to.
		pub report_data: [u8; 64],
	}

	/// How a platform stands under given collateral, policy and time.
	pub struct Standing {
		/// Who vouches.
		pub vendor: Vendor,
		/// Kind of the anchor at the top.
		pub kind: AnchorKind,
		/// State of the firmware.
		pub status: TcbStatus,
		/// What the platform lacks for the best state, if anything.
		pub shortfall: Option<Shortfall>,
		/// Open advisories.
		pub advisories: BoundedVec<AdvisoryId, ConstU32<128>>,
		/// The lower of the numbers of the evaluation data; 0 where there is no such thing.
		pub evaluation: u32,
		/// Unix time from which everything that was used is valid.
		pub not_before: u64,
		/// Unix time up to which everything that was used is valid, inclusive.
		pub not_after: u64,
	}

	/// Verified and accepted evidence.
	pub struct Appraisal {
		/// The machine.
		pub platform: PlatformId,
		/// Its state.
		pub standing: Standing,
		/// The code on it.
		pub workload: Workload,
	}
}

impl QuotePolicy {
	/// Only what is entirely up to date, with no advisory open, from any of the vendors.
	pub fn strict() -> Self {
		let vendors =
			[Vendor::IntelSgx, Vendor::IntelTdx, Vendor::AmdSevSnp, Vendor::AwsNitro].to_vec();
		Self {
			vendors: BoundedVec::truncate_from(vendors),
			statuses: BoundedVec::truncate_from([TcbStatus::UpToDate].to_vec()),
			advisories: Advisories::Only(BoundedVec::new()),
			min_evaluation: 0,
			fmspcs: None,
			denied_fmspcs: BoundedVec::new(),
			tdx_modules: None,
			allow_service_td: false,
			allow_dynamic_platform: false,
			allow_cached_keys: false,
			allow_smt: false,
			snp: SnpPolicy::strict(),
			denied_platforms: BoundedVec::new(),
		}
	}

	/// Accepts every genuine platform that is neither debuggable nor revoked. For showing, not for admission.
	pub fn lenient() -> Self {
		let statuses = [
			TcbStatus::UpToDate,
			TcbStatus::SwHardeningNeeded,
			TcbStatus::ConfigurationNeeded,
			TcbStatus::ConfigurationAndSwHardeningNeeded,
			TcbStatus::OutOfDate,
			TcbStatus::OutOfDateConfigurationNeeded,
			TcbStatus::RelaunchAdvised,
			TcbStatus::RelaunchAdvisedConfigurationNeeded,
		];
		Self {
			statuses: BoundedVec::truncate_from(statuses.to_vec()),
			advisories: Advisories::Any,
			allow_dynamic_platform: true,
			allow_cached_keys: true,
			allow_smt: true,
			snp: SnpPolicy::lenient(),
			..Self::strict()
		}
	}

	/// Whether a vendor is accepted.
	pub fn check_vendor(&self, vendor: Vendor) -> Result<(), Error> {
		if self.vendors.contains(&vendor) {
			Ok(())
		} else {
			Err(Error::VendorRefused(vendor))
		}
	}

	/// Whether a platform is accepted at all.
	pub fn check_platform(&self, id: PlatformId) -> Result<(), Error> {
		if self.denied_platforms.contains(&id) {
			Err(Error::PlatformDenied)
		} else {
			Ok(())
		}
	}

	/// Whether a status is accepted.
	pub fn check_status(
		&self,
		found: TcbStatus,
		shortfall: Option<Shortfall>,
	) -> Result<(), Error> {
		if found != TcbStatus::Revoked && self.statuses.contains(&found) {
			Ok(())
		} else {
			Err(Error::StatusRefused { found, shortfall })
		}
	}

	/// Whether all of these advisories may be open.
	pub fn check_advisories<'a>(
		&self,
		open: impl IntoIterator<Item = &'a AdvisoryId>,
	) -> Result<(), Error> {
		match &self.advisories {
			Advisories::Any => Ok(()),
			Advisories::Only(accepted) => open
				.into_iter()
				.find(|id| !accepted.contains(id))
				.map_or(Ok(()), |id| Err(Error::AdvisoryRefused(*id))),
		}
	}

	/// Whether the evaluation data are new enough.
	pub fn check_evaluation(&self, found: u32) -> Result<(), Error> {
		if found < self.min_evaluation {
			return Err(Error::EvaluationTooOld { found, required: self.min_evaluation });
		}
		Ok(())
	}

	/// Whether a family of processors is accepted.
	pub fn check_fmspc(&self, fmspc: [u8; 6]) -> Result<(), Error> {
		let listed = self.fmspcs.as_ref().is_none_or(|only| only.contains(&fmspc));
		if !listed || self.denied_fmspcs.contains(&fmspc) {
			return Err(Error::FmspcRefused(fmspc));
		}
		Ok(())
	}

	/// Whether a TDX module is accepted.
	pub fn check_tdx_module(&self, mr_seam: &[u8; 48]) -> Result<(), Error> {
		if self.tdx_modules.as_ref().is_none_or(|only| only.contains(mr_seam)) {
			return Ok(());
		}
		let (prefix, _) = mr_seam.split_first_chunk().unwrap_or((&[0; 8], &[]));
		Err(Error::TdxModuleRefused(*prefix))
	}
}

/// Refuses a property unless policy allows it.
pub fn allow(allowed: bool, has: bool, field: Field) -> Result<(), Error> {
	if has && !allowed {
		return Err(Error::PropertyRefused(field));
	}
	Ok(())
}

/// The period in which everything that is added is valid.
#[derive(Clone, Copy)]
pub struct Period {
	/// Start.
	pub not_before: u64,
	/// End, inclusive.
	pub not_after: u64,
}

impl Period {
	/// Without limits.
	pub const ALWAYS: Self = Self { not_before: 0, not_after: u64::MAX };

	/// What is left after `other`.
	pub fn and(self, not_before: u64, not_after: u64) -> Self {
		Self {
			not_before: self.not_before.max(not_before),
			not_after: self.not_after.min(not_after),
		}
	}
}

impl Appraisal {
	/// Whether no hardware stands behind it: a test anchor stands at the top.
	pub const fn simulated(&self) -> bool {
		matches!(self.standing.kind, AnchorKind::Test)
	}

	/// Whether the code bound itself to this, as [`report_data`](crate::report_data) computes it.
	pub fn check_report_data(&self, expected: &[u8; 64]) -> Result<(), Error> {
		if self.workload.report_data == *expected {
			Ok(())
		} else {
			Err(Error::Mismatch { part: Part::Evidence, field: Field::ReportData })
		}
	}
}

/// The union of lists of advisories, in order, each once, as much as fits.
pub fn union(
	lists: impl IntoIterator<Item = Vec<AdvisoryId>>,
) -> BoundedVec<AdvisoryId, ConstU32<128>> {
	let mut all: Vec<AdvisoryId> = Vec::new();
	for id in lists.into_iter().flatten() {
		if !all.contains(&id) {
			all.push(id);
		}
	}
	BoundedVec::truncate_from(all)
}
