//! Every TCB status under every policy that accepts a single one.

use super::*;
use concordat_attestation::{
	intel::{Body, Td15, TdReport, Tee},
	policy::Advisories,
	simulator::intel::{td, IntelSimulator},
	TcbStatus,
};
use concordat_primitives::attest::RiskClasses;
use TcbStatus::*;

/// Each status, the vendor's name for that of the present level, and whether the TD was launched on the level below,
/// which is out of date.
const STATUSES: [(TcbStatus, &str, bool); 9] = [
	(UpToDate, "UpToDate", false),
	(SwHardeningNeeded, "SWHardeningNeeded", false),
	(ConfigurationNeeded, "ConfigurationNeeded", false),
	(ConfigurationAndSwHardeningNeeded, "ConfigurationAndSWHardeningNeeded", false),
	(OutOfDate, "OutOfDate", false),
	(OutOfDateConfigurationNeeded, "OutOfDateConfigurationNeeded", false),
	(Revoked, "Revoked", false),
	(RelaunchAdvised, "UpToDate", true),
	(RelaunchAdvisedConfigurationNeeded, "ConfigurationNeeded", true),
];

/// A platform whose present level has the status of this place in the list. Each is of a family of its own.
fn platform(place: usize) -> IntelSimulator {
	let mut s = intel(&Attempt::of(NODE_A).platform);
	s.fmspc = [place as u8; 6];
	s.tcb_fmspc = s.fmspc;
	s.levels[0].status = STATUSES[place].1;
	s
}

/// Evidence of a TD on that platform.
fn quote(place: usize) -> Sent {
	let s = platform(place);
	let attempt = Attempt::of(NODE_A);
	let report = td(CODE.0, attempt.bound_to());
	let body = match STATUSES[place].2 {
		false => report,
		true => TdReport {
			td15: Some(Td15 { tee_tcb_svn2: report.tee_tcb_svn, mr_service_td: [0; 48] }),
			tee_tcb_svn: {
				let mut launch = [0; 16];
				(launch[0], launch[2]) = (1, 1);
				launch
			},
			..report
		},
	};
	let quote = bounded(s.quote(Body::Td(body)));
	Sent::Evidence(Box::new(attempt), Evidence::Intel { quote })
}

/// Posts the TCB info of that platform, and has every class accept this status alone.
fn prepare(place: usize, accepted: TcbStatus) {
	posted(&platform(place).pieces(Tee::Tdx).swap_remove(5));
	set_policies(|policy| {
		policy.statuses = BoundedVec::truncate_from(vec![accepted]);
		policy.advisories = Advisories::Any;
	});
}

pub fn rows() -> Vec<Row> {
	let mut rows = Vec::new();
	for (place, (status, ..)) in STATUSES.into_iter().enumerate() {
		for (accepted, ..) in STATUSES {
			// A revoked platform is refused even by a policy that accepts that.
			if accepted == status && status != Revoked {
				continue;
			}
			let name = format!("{status:?} where {accepted:?} is accepted");
			rows.push(row(name, Error::Refused(Refusal::StatusRefused(status)), move || {
				prepare(place, accepted);
				quote(place)
			}));
		}
	}
	// AMD publishes no status: below policy's minimum is out of date. Nitro is up to date for as long as it lives.
	rows.push(row(
		"Snp: below the minimum",
		Error::Refused(Refusal::StatusRefused(OutOfDate)),
		|| attempt(DevKind::Snp, |a| a.amd = |s| s.tcb.microcode -= 1),
	));
	for kind in [DevKind::Snp, DevKind::Nitro] {
		rows.push(row(
			format!("{kind:?}: up to date where nothing is good enough"),
			Error::Refused(Refusal::StatusRefused(UpToDate)),
			move || {
				set_policies(|policy| policy.statuses.clear());
				attempt(kind, |_| ())
			},
		));
	}
	rows
}

#[test]
fn every_status_should_be_refused_by_every_policy_that_does_not_accept_it() {
	each_should_be_refused(rows());
}

#[test]
fn every_status_but_revoked_should_pass_the_policy_that_accepts_it() {
	with_all(|| {
		for (place, (status, ..)) in STATUSES.into_iter().enumerate() {
			if status == Revoked {
				continue;
			}
			undone(|| {
				prepare(place, status);
				assert_ok!(quote(place).send());
				let lease = present(NODE_A);
				assert_eq!((lease.tcb, lease.classes), (status, RiskClasses::ALL));
			});
		}
	});
}

#[test]
fn the_list_should_hold_every_status() {
	use scale_info::TypeInfo;
	let all = match TcbStatus::type_info().type_def {
		TypeDef::Variant(all) => all.variants.len(),
		_ => 0,
	};
	assert_eq!(STATUSES.len(), all);
}
