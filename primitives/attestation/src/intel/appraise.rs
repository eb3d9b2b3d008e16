//! How an Intel platform stands under verified collateral: no signature is checked here.
//!
//! That makes it cheap enough to run again whenever collateral or policy moves.

use crate::{
	collateral::{Authority, Crl, Role},
	intel::{
		tcb::{match_svn, QeIdentity, Signer, SvnLevel, TcbInfo, TcbLevel, TdxModule, Tee},
		Facts, Qe, TdFacts,
	},
	policy::{allow, union, Period, QuotePolicy, Standing},
	x509::check_period,
	AdvisoryId, Component, Error, Field, Part, Shortfall, TcbStatus, Vendor,
};
use alloc::vec::Vec;

/// Verified collateral for one FMSPC and one technology.
#[derive(Clone, Copy, Debug)]
pub struct Collateral<'a> {
	/// The root.
	pub root: &'a Authority,
	/// The root's revocation list.
	pub root_crl: &'a Crl,
	/// The authority that issued the platform's certificate.
	pub pck_ca: &'a Authority,
	/// That authority's revocation list.
	pub pck_crl: &'a Crl,
	/// TCB info.
	pub tcb_info: &'a TcbInfo,
	/// Identity of the quoting enclave.
	pub qe_identity: &'a QeIdentity,
}

impl Collateral<'_> {
	/// Whether all of it belongs together and is valid at `now`; the period in which this stays so.
	pub fn check(&self, now: u64) -> Result<Period, Error> {
		let root = self.root.key.id();
		let ca = self.pck_ca.key.id();
		let mismatch = |part| Error::Mismatch { part, field: Field::Issuer };
		if self.root.role != Role::Root || self.pck_ca.role != Role::Issuer {
			return Err(Error::Mismatch { part: Part::Chain, field: Field::BasicConstraints });
		}
		if self.root_crl.issuer != root {
			return Err(mismatch(Part::RootCrl));
		}
		if self.pck_ca.issuer != root {
			return Err(mismatch(Part::Authority));
		}
		if self.pck_crl.issuer != ca {
			return Err(mismatch(Part::LeafCrl));
		}
		self.root.check(now, Part::Root)?;
		self.root_crl.check(now, Part::RootCrl)?;
		self.root_crl.clears(root, self.root.serial, Part::Root)?;
		self.pck_ca.check(now, Part::Authority)?;
		self.root_crl.clears(root, self.pck_ca.serial, Part::Authority)?;
		self.pck_crl.check(now, Part::LeafCrl)?;
		let mut period = Period::ALWAYS
			.and(self.root.not_before, self.root.not_after)
			.and(self.root_crl.this_update, self.root_crl.next_update.saturating_sub(1))
			.and(self.pck_ca.not_before, self.pck_ca.not_after)
			.and(self.pck_crl.this_update, self.pck_crl.next_update.saturating_sub(1));
		let (info, qe) = (self.tcb_info, self.qe_identity);
		for (signer, issued, next_update, part) in [
			(&info.signer, info.issued, info.next_update, Part::TcbInfo),
			(&qe.signer, qe.issued, qe.next_update, Part::QeIdentity),
		] {
			self.check_signer(signer, now)?;
			check_period(now, issued, next_update, part)?;
			period = period.and(issued, next_update).and(signer.not_before, signer.not_after);
		}
		Ok(period)
	}

	fn check_signer(&self, signer: &Signer, now: u64) -> Result<(), Error> {
		check_period(now, signer.not_before, signer.not_after, Part::TcbSigner)?;
		self.root_crl.clears(signer.issuer, signer.serial, Part::TcbSigner)
	}
}

/// A TCB level that a platform meets, with what its TDX module adds.
struct Met {
	status: TcbStatus,
	advisories: Vec<AdvisoryId>,
}

/// Merges the status of a component into the platform's: only an outdated or revoked component matters.
const fn converge(platform: TcbStatus, component: TcbStatus) -> TcbStatus {
	use TcbStatus as S;
	match (component, platform) {
		(S::Revoked, _) => S::Revoked,
		(S::OutOfDate, S::UpToDate | S::SwHardeningNeeded) => S::OutOfDate,
		(S::OutOfDate, S::ConfigurationNeeded | S::ConfigurationAndSwHardeningNeeded) => {
			S::OutOfDateConfigurationNeeded
		},
		_ => platform,
	}
}

/// A TD that was launched on outdated firmware which has been updated since should be launched again.
const fn relaunch(launch: TcbStatus, current: TcbStatus) -> TcbStatus {
	use TcbStatus as S;
	match (launch, current) {
		(S::OutOfDate, S::UpToDate | S::SwHardeningNeeded) => S::RelaunchAdvised,
		(
			S::OutOfDate | S::OutOfDateConfigurationNeeded,
			S::UpToDate
			| S::SwHardeningNeeded
			| S::ConfigurationNeeded
			| S::ConfigurationAndSwHardeningNeeded,
		) => S::RelaunchAdvisedConfigurationNeeded,
		_ => launch,
	}
}

fn find_level<'a>(
	info: &'a TcbInfo,
	facts: &Facts,
	tee: Option<&[u8; 16]>,
) -> Result<&'a TcbLevel, Error> {
	let pck = &facts.platform;
	let short = |level: &TcbLevel| level.shortfall(&pck.cpu_svn, pck.pce_svn, tee);
	info.levels.iter().find(|level| short(level).is_none()).ok_or_else(|| {
		info.levels
			.last()
			.and_then(short)
			.map_or(Error::Malformed(Part::TcbInfo), Error::NoTcbLevel)
	})
}

/// The TDX module of a generation.
fn module(info: &TcbInfo, generation: u8) -> Result<&TdxModule, Error> {
	info.modules.iter().find(|module| module.version == generation).ok_or(Error::Unsupported {
		part: Part::TdxModule,
		field: Field::Version,
		found: generation.into(),
	})
}

fn module_level<'a>(info: &'a TcbInfo, tee: &[u8; 16]) -> Result<Option<&'a SvnLevel>, Error> {
	let [svn, generation, ..] = *tee;
	if generation == 0 {
		return Ok(None);
	}
	match_svn(&module(info, generation)?.levels, svn.into(), Component::TdxModule).map(Some)
}

fn meet(info: &TcbInfo, facts: &Facts, tee: Option<&[u8; 16]>) -> Result<Met, Error> {
	let level = find_level(info, facts, tee)?;
	let mut met = Met { status: level.status, advisories: info.advisories.names(level.advisories) };
	if let Some(level) = tee.map(|tee| module_level(info, tee)).transpose()?.flatten() {
		met.status = converge(met.status, level.status);
		met.advisories.extend(info.advisories.names(level.advisories));
	}
	Ok(met)
}

/// The TDX module has to be the vendor's, with the attributes that TCB info names.
fn check_module(info: &TcbInfo, td: &TdFacts) -> Result<(), Error> {
	const PART: Part = Part::TdxModule;
	let [_, generation, ..] = td.tee_tcb_svn;
	let expected = module(info, generation)?;
	if td.mr_signer_seam != expected.mr_signer {
		return Err(Error::Mismatch { part: PART, field: Field::MrSigner });
	}
	let [found, value, mask] =
		[td.seam_attributes, expected.attributes, expected.attributes_mask].map(u64::from_le_bytes);
	if found & mask != value & mask {
		return Err(Error::Mismatch { part: PART, field: Field::Attributes });
	}
	if found & !mask != 0 {
		return Err(Error::Mismatch { part: PART, field: Field::ReservedBits });
	}
	Ok(())
}

/// The quoting enclave has to be the vendor's.
fn check_qe<'a>(identity: &'a QeIdentity, qe: &Qe) -> Result<&'a SvnLevel, Error> {
	const PART: Part = Part::QeReport;
	let mismatch = |field| Error::Mismatch { part: PART, field };
	if qe.mr_signer != identity.mr_signer {
		return Err(mismatch(Field::MrSigner));
	}
	if qe.debug() {
		return Err(Error::Debug);
	}
	if qe.product_id != identity.product_id {
		return Err(mismatch(Field::ProductId));
	}
	if (qe.misc_select ^ identity.misc_select) & identity.misc_select_mask != 0 {
		return Err(mismatch(Field::MiscSelect));
	}
	let [found, value, mask] =
		[qe.attributes, identity.attributes, identity.attributes_mask].map(u128::from_le_bytes);
	if (found ^ value) & mask != 0 {
		return Err(mismatch(Field::Attributes));
	}
	match_svn(&identity.levels, qe.svn, Component::Qe)
}

/// Judges authentic facts about a platform under collateral, policy and time.
pub fn appraise(
	facts: &Facts,
	collateral: &Collateral<'_>,
	policy: &QuotePolicy,
	now: u64,
) -> Result<Standing, Error> {
	let vendor = match facts.tee {
		Tee::Sgx => Vendor::IntelSgx,
		Tee::Tdx => Vendor::IntelTdx,
	};
	policy.check_vendor(vendor)?;
	policy.check_platform(facts.platform.id)?;
	policy.check_fmspc(facts.platform.fmspc)?;
	let pck = &facts.platform;
	allow(policy.allow_dynamic_platform, pck.dynamic == Some(true), Field::DynamicPlatform)?;
	allow(policy.allow_cached_keys, pck.cached_keys == Some(true), Field::CachedKeys)?;
	allow(policy.allow_smt, pck.smt == Some(true), Field::Smt)?;
	facts.check_attributes(policy)?;

	let period = collateral.check(now)?.and(facts.not_before, facts.not_after);
	check_period(now, facts.not_before, facts.not_after, Part::Leaf)?;
	collateral.pck_crl.clears(facts.issuer, facts.serial, Part::Leaf)?;

	let info = collateral.tcb_info;
	let mismatch = |field| Error::Mismatch { part: Part::TcbInfo, field };
	if info.tee != facts.tee {
		return Err(mismatch(Field::Id));
	}
	if info.fmspc != pck.fmspc {
		return Err(mismatch(Field::Fmspc));
	}
	if info.pce_id != pck.pce_id {
		return Err(mismatch(Field::PceId));
	}
	if collateral.qe_identity.tee != facts.tee {
		return Err(Error::Mismatch { part: Part::QeIdentity, field: Field::Id });
	}
	let evaluation = info.evaluation.min(collateral.qe_identity.evaluation);
	policy.check_evaluation(evaluation)?;

	let qe = check_qe(collateral.qe_identity, &facts.qe)?;
	let qe_advisories = collateral.qe_identity.advisories.names(qe.advisories);
	let launch = meet(info, facts, facts.td.as_ref().map(|td| &td.tee_tcb_svn))?;
	let mut status = converge(launch.status, qe.status);
	let mut current_advisories = Vec::new();
	if let Some(td) = &facts.td {
		check_module(info, td)?;
		policy.check_tdx_module(&td.mr_seam)?;
		if let Some(svn) = &td.tee_tcb_svn2 {
			let current = meet(info, facts, Some(svn))?;
			let current_status = converge(current.status, qe.status);
			// A platform that is revoked now is revoked, however it was at launch.
			status = if current_status == TcbStatus::Revoked {
				TcbStatus::Revoked
			} else {
				relaunch(status, current_status)
			};
			current_advisories = current.advisories;
		}
	}
	let shortfall = shortfall(collateral, facts);
	policy.check_status(status, shortfall)?;
	// Every one of them is judged; the list that is handed back holds as many as fit.
	let open = launch.advisories.iter().chain(&qe_advisories).chain(&current_advisories);
	policy.check_advisories(open)?;
	Ok(Standing {
		vendor,
		kind: collateral.root.kind,
		status,
		shortfall,
		advisories: union([launch.advisories, qe_advisories]),
		evaluation,
		not_before: period.not_before,
		not_after: period.not_after,
	})
}

/// What the platform lacks for the best level of TCB info, its TDX module or the quoting enclave.
fn shortfall(collateral: &Collateral<'_>, facts: &Facts) -> Option<Shortfall> {
	let pck = &facts.platform;
	let tee = facts.td.as_ref().map(|td| &td.tee_tcb_svn);
	let lacks = |levels: &[SvnLevel], svn: u16, component| {
		levels.first().filter(|best| svn < best.svn).map(|best| Shortfall {
			component,
			found: svn.into(),
			required: best.svn.into(),
		})
	};
	let info = collateral.tcb_info;
	info.levels
		.first()
		.and_then(|best| best.shortfall(&pck.cpu_svn, pck.pce_svn, tee))
		.or_else(|| {
			let [svn, generation, ..] = *tee?;
			let module = module(info, generation).ok()?;
			lacks(&module.levels, svn.into(), Component::TdxModule)
		})
		.or_else(|| lacks(&collateral.qe_identity.levels, facts.qe.svn, Component::Qe))
}

#[cfg(test)]
mod tests {
	use super::*;
	use TcbStatus as S;

	#[test]
	fn only_an_outdated_or_revoked_component_matters() {
		for (platform, component, expected) in [
			(S::UpToDate, S::OutOfDate, S::OutOfDate),
			(S::SwHardeningNeeded, S::OutOfDate, S::OutOfDate),
			(S::ConfigurationNeeded, S::OutOfDate, S::OutOfDateConfigurationNeeded),
			(S::ConfigurationAndSwHardeningNeeded, S::OutOfDate, S::OutOfDateConfigurationNeeded),
			(S::OutOfDateConfigurationNeeded, S::OutOfDate, S::OutOfDateConfigurationNeeded),
			(S::ConfigurationNeeded, S::Revoked, S::Revoked),
			(S::UpToDate, S::ConfigurationNeeded, S::UpToDate),
			(S::SwHardeningNeeded, S::UpToDate, S::SwHardeningNeeded),
			(S::Revoked, S::UpToDate, S::Revoked),
		] {
			assert_eq!(converge(platform, component), expected, "{platform:?} {component:?}");
		}
	}

	#[test]
	fn relaunch_is_advised_only_if_the_update_mended_it() {
		for (launch, current, expected) in [
			(S::OutOfDate, S::UpToDate, S::RelaunchAdvised),
			(S::OutOfDate, S::SwHardeningNeeded, S::RelaunchAdvised),
			(S::OutOfDate, S::ConfigurationNeeded, S::RelaunchAdvisedConfigurationNeeded),
			(S::OutOfDateConfigurationNeeded, S::UpToDate, S::RelaunchAdvisedConfigurationNeeded),
			(S::OutOfDate, S::OutOfDate, S::OutOfDate),
			(S::UpToDate, S::UpToDate, S::UpToDate),
			(S::ConfigurationNeeded, S::UpToDate, S::ConfigurationNeeded),
		] {
			assert_eq!(relaunch(launch, current), expected, "{launch:?} {current:?}");
		}
	}
}
