//! What an operator has, judged: each finding says how it stands and what to do.

use super::{
	offline::Report,
	pieces::waits,
	time::{duration, relative, utc},
	words,
};
use crate::output::cdt;
use concordat_attestation::{Error, Field, Part, Vendor};
use concordat_primitives::{
	attest::{MeasurementStatus, SigningKey},
	enclave_api::Identity,
	views::{AppraisalView, CollateralView, LeaseView},
	Balance, BlockNumber, NodeId,
};
use serde::Serialize;
use std::{
	fmt,
	path::{Path, PathBuf},
};

/// Clocks may differ by as much without harm, in seconds.
const CLOCK_WARN: u64 = 30;
/// Fresh evidence may be refused as not yet valid when clocks differ by more, in seconds.
const CLOCK_FAIL: u64 = 300;
/// A clock before this was never set: 2025-01-01.
const CLOCK_UNSET: u64 = 1_735_689_600;
/// Collateral that ends within this time is told of, in seconds.
const SOON: u64 = 3 * 86_400;
/// A balance that covers fewer fees than this is told of.
const FEES_AHEAD: u128 = 20;

/// How a finding stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Level {
	/// Nothing to do.
	Ok,
	/// Works now, and will or may not for long.
	Warn,
	/// The chain refuses, or would refuse, the node because of this.
	Fail,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
	/// How it stands.
	pub level: Level,
	/// What it is about.
	pub about: &'static str,
	/// What was found.
	pub says: String,
	/// What to do.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub todo: Option<String>,
}

impl Finding {
	fn ok(about: &'static str, says: impl Into<String>) -> Self {
		Self { level: Level::Ok, about, says: says.into(), todo: None }
	}

	fn warn(about: &'static str, says: impl Into<String>, todo: impl Into<String>) -> Self {
		Self { level: Level::Warn, about, says: says.into(), todo: Some(todo.into()) }
	}

	/// Something that has to be mended.
	pub fn fail(about: &'static str, says: impl Into<String>, todo: impl Into<String>) -> Self {
		Self { level: Level::Fail, about, says: says.into(), todo: Some(todo.into()) }
	}
}

impl fmt::Display for Finding {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let mark = match self.level {
			Level::Ok => "ok  ",
			Level::Warn => "warn",
			Level::Fail => "FAIL",
		};
		write!(f, "  {mark}  {:<12} {}", self.about, self.says)?;
		match &self.todo {
			Some(todo) => write!(f, "\n        {:<12} \u{2192} {todo}", ""),
			None => Ok(()),
		}
	}
}

/// How many findings have to be mended.
pub fn failures(findings: &[Finding]) -> usize {
	findings.iter().filter(|finding| finding.level == Level::Fail).count()
}

/// How Gramine tells how an enclave was told to attest. It shows that Gramine is there.
const GRAMINE: &str = "dev/attestation/attestation_type";
/// Where a program inside of protected hardware finds something that makes evidence: the places where the enclave looks,
/// below a root.
const DEVICES: [(&str, &str); 9] = [
	(GRAMINE, "Gramine (SGX)"),
	("sys/kernel/config/tsm/report", "configfs-tsm (TDX or SEV-SNP guest)"),
	("dev/sev-guest", "/dev/sev-guest (SEV-SNP guest)"),
	("var/run/dstack.sock", "dstack (TDX)"),
	("run/dstack.sock", "dstack (TDX)"),
	("var/run/dstack/dstack.sock", "dstack (TDX)"),
	("run/dstack/dstack.sock", "dstack (TDX)"),
	("var/run/tappd.sock", "dstack, older service (TDX)"),
	("run/tappd.sock", "dstack, older service (TDX)"),
];

/// Looks for devices below `root`, which is `/` on a real machine.
pub fn devices(root: &Path) -> Vec<Finding> {
	const ABOUT: &str = "device";
	let mut found: Vec<(PathBuf, &str)> = DEVICES
		.iter()
		.map(|(path, name)| (root.join(path), *name))
		.filter(|(path, _)| path.exists())
		.collect();
	// `/var/run` usually is another name of `/run`.
	found.dedup_by_key(|(_, name)| *name);
	if found.is_empty() {
		return vec![Finding::warn(
			ABOUT,
			format!("nothing below {} makes evidence", root.display()),
			"Run this where the enclave runs. In a guest, load the driver (modprobe tdx_guest or sev-guest) and mount \
			 configfs.",
		)];
	}
	found.into_iter().map(|(path, name)| device(ABOUT, root, &path, name)).collect()
}

/// Judges one device that is there.
fn device(about: &'static str, root: &Path, path: &Path, name: &str) -> Finding {
	if path == root.join(GRAMINE) {
		let kind = std::fs::read(path).unwrap_or_default();
		let kind = String::from_utf8_lossy(kind.trim_ascii()).escape_debug().to_string();
		if kind != "dcap" {
			return Finding::fail(
				about,
				format!("{name} is there, but attests by {kind:?}"),
				"Set sgx.remote_attestation = \"dcap\" in the manifest and sign it again.",
			);
		}
	}
	let readable = match std::fs::metadata(path) {
		Ok(data) if data.is_dir() => std::fs::read_dir(path).map(drop),
		// A socket is not opened: it would answer.
		Ok(data) if is_socket(&data) => Ok(()),
		Ok(_) => std::fs::File::open(path).map(drop),
		Err(error) => Err(error),
	};
	match readable {
		Ok(()) => Finding::ok(about, name),
		Err(error) => Finding::fail(
			about,
			format!("{name} is there, but {}: {error}", path.display()),
			"Run the enclave as a user who may open it.",
		),
	}
}

#[cfg(unix)]
fn is_socket(data: &std::fs::Metadata) -> bool {
	std::os::unix::fs::FileTypeExt::is_socket(&data.file_type())
}

#[cfg(not(unix))]
const fn is_socket(_: &std::fs::Metadata) -> bool {
	false
}

/// Judges the clock of this machine against the chain's, if there is a chain.
pub fn clock(local: u64, chain: Option<u64>) -> Finding {
	const ABOUT: &str = "clock";
	if local < CLOCK_UNSET {
		return Finding::fail(ABOUT, format!("says {}", utc(local)), "Set it: it was never set.");
	}
	let Some(chain) = chain else {
		return Finding::ok(ABOUT, format!("{} (no chain to compare it with)", utc(local)));
	};
	let apart = local.abs_diff(chain);
	let says = format!(
		"{} {} the chain's",
		duration(apart),
		if local >= chain { "ahead of" } else { "behind" }
	);
	match apart {
		0..=CLOCK_WARN => Finding::ok(ABOUT, says),
		_ if apart <= CLOCK_FAIL => Finding::warn(ABOUT, says, "Have it set by NTP."),
		_ => Finding::fail(
			ABOUT,
			says,
			"Have it set by NTP; if it is right, the chain or this node's view of it stands still.",
		),
	}
}

/// Judges who the enclave says it is.
pub fn enclave(identity: &Identity) -> Finding {
	const ABOUT: &str = "enclave";
	let says = format!(
		"{}, version {}, key 0x{}…",
		words::vendor(identity.vendor),
		identity.version,
		&hex::encode(identity.signing_key)[..16]
	);
	if identity.simulated {
		Finding::warn(
			ABOUT,
			format!("{says}, simulated: no hardware stands behind it"),
			"Good for development only: start it with evidence of real hardware for anything else.",
		)
	} else {
		Finding::ok(ABOUT, says)
	}
}

/// Judges what the chain says to fresh evidence of the enclave. `expected` is what it has to be bound to.
pub fn appraisal(
	verdict: &Result<AppraisalView, Error>,
	node: Option<NodeId>,
	expected: &[u8; 64],
	now: u64,
) -> Vec<Finding> {
	const ABOUT: &str = "evidence";
	let view = match verdict {
		Ok(view) => view,
		Err(why) => {
			return vec![Finding::fail(
				ABOUT,
				format!("would be refused: {}", words::error(why)),
				words::advice(why),
			)]
		},
	};
	let mut findings = Vec::new();
	if view.workload.report_data != *expected {
		let why = Error::Mismatch { part: Part::Evidence, field: Field::ReportData };
		findings.push(Finding::fail(ABOUT, words::error(&why), words::advice(&why)));
	}
	let standing = &view.standing;
	let genuine = format!(
		"genuine {}, firmware {}",
		words::vendor(standing.vendor),
		words::status(standing.status)
	);
	match view.refusals.first() {
		Some(first) if view.classes.is_empty() => findings.push(Finding::fail(
			ABOUT,
			format!("{genuine}, and good for no risk class: {}", words::error(&first.why)),
			words::advice(&first.why),
		)),
		_ => findings.push(Finding::ok(
			ABOUT,
			format!("{genuine}; good for risk classes {}", words::classes(view.classes)),
		)),
	}
	if !view.classes.is_empty() {
		for refusal in &view.refusals {
			findings.push(Finding::warn(
				"class",
				format!(
					"not good for {}: {}",
					words::class(refusal.class),
					words::error(&refusal.why)
				),
				words::advice(&refusal.why),
			));
		}
	}
	findings.push(measurement(view.measurement.as_ref()));
	if let Some(holder) = view.platform_held_by.filter(|holder| Some(*holder) != node) {
		findings.push(Finding::fail(
			"platform",
			format!("node {holder} holds a lease for this very machine"),
			"One machine is one node: have that node surrender its lease, or use another machine.",
		));
	}
	findings.push(validity(standing.vendor, standing.not_after, now));
	findings
}

/// Judges a verification without a chain.
pub fn offline(report: &Report) -> Finding {
	const ABOUT: &str = "evidence";
	match &report.refusal {
		None => Finding::ok(
			ABOUT,
			"genuine, bound to the enclave's keys, and of the code that it names, as far as can be told without the chain",
		),
		Some(why) => Finding::fail(ABOUT, words::error(why), words::advice(why)),
	}
}

/// Judges how long all that stands behind evidence is valid.
fn validity(vendor: Vendor, not_after: u64, now: u64) -> Finding {
	const ABOUT: &str = "validity";
	let says = format!("all that stands behind it counts to {}", relative(not_after, now));
	let left = not_after.saturating_sub(now);
	// A document of Nitro ends after three hours, whatever is done: renewal is due long before.
	if vendor == Vendor::AwsNitro || left > SOON {
		Finding::ok(ABOUT, says)
	} else {
		Finding::warn(
			ABOUT,
			says,
			"Post current collateral (concordat collateral post) and attest anew: a lease never outlives what it rests on.",
		)
	}
}

/// Judges where the enclave's code stands on the allow-list.
pub fn measurement(status: Option<&MeasurementStatus>) -> Finding {
	const ABOUT: &str = "measurement";
	let says = words::measurement(status);
	match status {
		Some(MeasurementStatus::Active { .. }) => Finding::ok(ABOUT, says),
		Some(MeasurementStatus::Sunset { .. }) => Finding::warn(
			ABOUT,
			says,
			"Move to a version of the enclave that is active: concordat measurement list.",
		),
		Some(MeasurementStatus::Proposed { .. }) => {
			Finding::fail(ABOUT, says, "Wait until its timelock is over, or run an active version.")
		},
		None | Some(MeasurementStatus::Expired { .. } | MeasurementStatus::Revoked { .. }) => {
			Finding::fail(
				ABOUT,
				says,
				"Run a version of the enclave that is on the list: concordat measurement list.",
			)
		},
	}
}

/// Judges collateral that the platform has at hand: what the chain would say to each piece.
pub fn at_hand(verdicts: &[(String, Result<CollateralView, Error>)]) -> Finding {
	const ABOUT: &str = "collateral";
	let new = verdicts.iter().filter(|(_, verdict)| verdict.is_ok()).count();
	let bad: Vec<String> = verdicts
		.iter()
		.filter_map(|(what, verdict)| match verdict {
			// A piece whose authority is not there yet is judged when that one is posted.
			Ok(_) | Err(Error::AlreadyHeld(_) | Error::RolledBack { .. }) => None,
			Err(Error::EvaluationTooOld { .. }) => None,
			Err(why) if new > 0 && waits(why) => None,
			Err(why) => Some(format!("{what}: {}", words::error(why))),
		})
		.collect();
	if let Some(first) = bad.first() {
		return Finding::warn(
			ABOUT,
			format!(
				"{} of {} pieces of the platform would be refused; {first}",
				bad.len(),
				verdicts.len()
			),
			"Fetch the current ones from the vendor and post them: concordat collateral post.",
		);
	}
	match new {
		0 => Finding::ok(
			ABOUT,
			format!("the chain holds all {} pieces of the platform", verdicts.len()),
		),
		new => Finding::warn(
			ABOUT,
			format!("{new} of {} pieces of the platform are not on the chain yet", verdicts.len()),
			"concordat attest renew posts them before it attests.",
		),
	}
}

/// Collateral on the chain that ends soon. Certificates end by the decade and are left out.
pub fn ending(held: &[CollateralView], simulated: bool, now: u64) -> Vec<Finding> {
	use concordat_attestation::source::Slot;
	held.iter()
		.filter(|view| view.simulated == simulated && !matches!(view.slot, Slot::Authority(_)))
		.filter(|view| view.not_after <= now.saturating_add(SOON))
		.map(|view| {
			let what = match &view.slot {
				Slot::Authority(_) => "a certificate".into(),
				Slot::Crl(_) => "a revocation list".into(),
				Slot::TcbInfo { tee, fmspc, .. } => {
					format!("TCB info for {tee:?} {}", hex::encode(fmspc))
				},
				Slot::QeIdentity { tee, .. } => {
					format!("the identity of the {tee:?} quoting enclave")
				},
			};
			let verb = if view.not_after < now { "ended" } else { "ends" };
			Finding::warn(
				"collateral",
				format!("{what} {verb} {}", relative(view.not_after, now)),
				"If your platform needs it, fetch the current one and post it: concordat collateral post.",
			)
		})
		.collect()
}

/// Judges the lease of the node. `key` is the enclave's, if it answered.
pub fn lease(
	node: NodeId,
	view: Option<&LeaseView>,
	key: Option<&SigningKey>,
	best: BlockNumber,
) -> Finding {
	const ABOUT: &str = "lease";
	let renew = format!("concordat attest renew --node {node} --enclave URL");
	let Some(view) = view else {
		return Finding::fail(ABOUT, format!("node {node} holds none"), renew);
	};
	let lease = &view.lease;
	if let Some(refusal) = view.refusal {
		return Finding::fail(
			ABOUT,
			format!("does not count: {}", words::lease_refusal(refusal)),
			renew,
		);
	}
	if key.is_some_and(|key| *key != lease.signing_key) {
		return Finding::fail(
			ABOUT,
			"is for another key: the enclave was started again since",
			renew,
		);
	}
	let says = format!(
		"{}, good for {}, to {}",
		lease.id,
		words::classes(lease.classes),
		words::blocks(lease.expires_at, best)
	);
	let life = lease.expires_at.saturating_sub(lease.issued_at);
	let left = lease.expires_at.saturating_sub(best);
	if left < life / 4 {
		Finding::warn(
			ABOUT,
			format!("{says}: less than a quarter of its life is left"),
			format!("It should have been renewed by now. Look at the node's log, or {renew}."),
		)
	} else {
		Finding::ok(ABOUT, says)
	}
}

/// Judges the balance of an account that attests. A renewal in time is refunded, but the fee is held meanwhile.
pub fn balance(whose: &'static str, free: Balance, fee: Balance) -> Finding {
	let says = format!("{}, an attestation costs {}", cdt(free), cdt(fee));
	if free < fee {
		Finding::fail(whose, says, "Put money into it: without, no lease can be renewed.")
	} else if free < fee.saturating_mul(FEES_AHEAD) {
		Finding::warn(whose, says, "Put money into it before it runs out.")
	} else {
		Finding::ok(whose, says)
	}
}

/// Also what the tests of renewal judge.
#[cfg(test)]
pub mod tests {
	use super::*;
	use concordat_attestation::{
		policy::{Standing, Workload},
		source::Slot,
		AnchorKind, Measurement, PlatformId, TcbStatus,
	};
	use concordat_primitives::{
		attest::{Lease, LeaseRefusal, RiskClasses},
		clause::RiskClass,
		views::ClassRefusal,
	};

	const NOW: u64 = 1_800_000_000;
	const DAY: u64 = 86_400;

	/// Evidence without fault.
	pub fn view() -> AppraisalView {
		AppraisalView {
			platform: PlatformId([1; 32]),
			standing: Standing {
				vendor: Vendor::IntelTdx,
				kind: AnchorKind::Production,
				status: TcbStatus::UpToDate,
				shortfall: None,
				advisories: Vec::new().try_into().unwrap(),
				evaluation: 17,
				not_before: 0,
				not_after: NOW + 10 * DAY,
			},
			workload: Workload {
				measurement: Measurement([2; 48]),
				signer: [0; 48],
				registers: [[0; 48]; 4],
				svn: 0,
				product_id: 0,
				report_data: [3; 64],
			},
			classes: RiskClasses::ALL,
			refusals: Vec::new(),
			measurement: Some(MeasurementStatus::Active { since: 0 }),
			platform_held_by: None,
		}
	}

	fn judged(view: AppraisalView) -> Vec<Finding> {
		appraisal(&Ok(view), Some(7), &[3; 64], NOW)
	}

	fn worst(findings: &[Finding]) -> Level {
		findings.iter().map(|finding| finding.level).max().unwrap()
	}

	fn only_fault(findings: &[Finding]) -> &Finding {
		let faults: Vec<&Finding> =
			findings.iter().filter(|finding| finding.level != Level::Ok).collect();
		let [fault] = faults[..] else { panic!("{findings:?}") };
		assert!(fault.todo.is_some());
		fault
	}

	#[test]
	fn evidence_without_fault_should_be_fine() {
		let findings = judged(view());
		assert_eq!(worst(&findings), Level::Ok, "{findings:?}");
		assert_eq!(failures(&findings), 0);
	}

	#[test]
	fn each_fault_of_evidence_should_be_found_alone() {
		let good = view();
		for (level, about, bad) in [
			(
				Level::Fail,
				"evidence",
				AppraisalView {
					workload: Workload { report_data: [4; 64], ..good.workload.clone() },
					..good.clone()
				},
			),
			(
				Level::Fail,
				"evidence",
				AppraisalView {
					classes: RiskClasses::NONE,
					refusals: vec![ClassRefusal {
						class: RiskClass::Low,
						why: Error::VendorRefused(Vendor::IntelTdx),
					}],
					..good.clone()
				},
			),
			(
				Level::Warn,
				"class",
				AppraisalView {
					classes: RiskClasses::NONE.with(RiskClass::Low),
					refusals: vec![ClassRefusal {
						class: RiskClass::High,
						why: Error::EvaluationTooOld { found: 1, required: 2 },
					}],
					..good.clone()
				},
			),
			(Level::Fail, "measurement", AppraisalView { measurement: None, ..good.clone() }),
			(Level::Fail, "platform", AppraisalView { platform_held_by: Some(8), ..good.clone() }),
			(
				Level::Warn,
				"validity",
				AppraisalView {
					standing: Standing { not_after: NOW + DAY, ..good.standing.clone() },
					..good.clone()
				},
			),
		] {
			let findings = judged(bad);
			let fault = only_fault(&findings);
			assert_eq!((fault.level, fault.about), (level, about), "{fault}");
		}
		// The node's own lease is no obstacle, and a document of Nitro ends soon anyhow.
		let own = AppraisalView { platform_held_by: Some(7), ..good.clone() };
		assert_eq!(worst(&judged(own)), Level::Ok);
		let standing =
			Standing { vendor: Vendor::AwsNitro, not_after: NOW + 600, ..good.standing.clone() };
		assert_eq!(worst(&judged(AppraisalView { standing, ..good })), Level::Ok);
		let refused = appraisal(&Err(Error::Debug), None, &[0; 64], NOW);
		assert_eq!(only_fault(&refused).level, Level::Fail);
	}

	#[test]
	fn measurements_should_be_judged_by_where_they_stand() {
		for (status, level) in [
			(MeasurementStatus::Active { since: 1 }, Level::Ok),
			(MeasurementStatus::Sunset { until: 9 }, Level::Warn),
			(MeasurementStatus::Proposed { active_at: 9 }, Level::Fail),
			(MeasurementStatus::Expired { at: 9 }, Level::Fail),
			(MeasurementStatus::Revoked { at: 9 }, Level::Fail),
		] {
			assert_eq!(measurement(Some(&status)).level, level, "{status:?}");
		}
	}

	#[test]
	fn clocks_should_be_compared() {
		for (local, chain, level) in [
			(NOW, Some(NOW + 5), Level::Ok),
			(NOW + 30, Some(NOW), Level::Ok),
			(NOW + 31, Some(NOW), Level::Warn),
			(NOW, Some(NOW + 300), Level::Warn),
			(NOW, Some(NOW + 301), Level::Fail),
			(0, None, Level::Fail),
			(NOW, None, Level::Ok),
		] {
			assert_eq!(clock(local, chain).level, level, "{local} {chain:?}");
		}
	}

	#[test]
	fn leases_should_be_judged_by_what_is_left() {
		let lease_view = |best_refusal| LeaseView {
			lease: Lease {
				id: 4,
				node: 7,
				vendor: Vendor::IntelTdx,
				measurement: Measurement([2; 48]),
				platform: PlatformId([1; 32]),
				tcb: TcbStatus::UpToDate,
				classes: RiskClasses::ALL,
				signing_key: [5; 32],
				encryption_key: [6; 32],
				simulated: false,
				issued_at: 100,
				expires_at: 500,
				not_after: NOW,
			},
			refusal: best_refusal,
		};
		let good = lease_view(None);
		let level = |view: Option<&LeaseView>, key, best| lease(7, view, key, best).level;
		assert_eq!(level(Some(&good), Some(&[5; 32]), 400), Level::Ok);
		assert_eq!(level(Some(&good), None, 401), Level::Warn);
		assert_eq!(level(Some(&good), Some(&[9; 32]), 200), Level::Fail);
		assert_eq!(level(None, None, 200), Level::Fail);
		let dead = lease_view(Some(LeaseRefusal::MeasurementRevoked));
		assert_eq!(level(Some(&dead), None, 200), Level::Fail);
	}

	#[test]
	fn collateral_should_be_judged_by_what_is_new_and_what_ends() {
		let piece = |not_after, simulated| CollateralView {
			slot: Slot::Crl(concordat_attestation::collateral::KeyId([1; 32])),
			issued: 1,
			not_after,
			evaluation: 0,
			posted_at: 1,
			simulated,
		};
		let held = || ("a list".to_string(), Err(Error::AlreadyHeld(Part::RootCrl)));
		let new = || ("a list".to_string(), Ok(piece(NOW, false)));
		let waiting = || ("info".to_string(), Err(Error::Missing(Part::TcbSigner)));
		let bad = || ("a list".to_string(), Err(Error::Expired { part: Part::RootCrl, by: 5 }));
		assert_eq!(at_hand(&[held(), held()]).level, Level::Ok);
		assert_eq!(at_hand(&[held(), new(), waiting()]).level, Level::Warn);
		assert!(at_hand(&[new(), bad()]).says.contains("1 of 2 pieces"));
		assert!(at_hand(&[held(), waiting()]).says.contains("would be refused"));

		let all = [
			piece(NOW - 1, false),
			piece(NOW + DAY, false),
			piece(NOW + 4 * DAY, false),
			piece(NOW, true),
		];
		let found = ending(&all, false, NOW);
		assert_eq!(found.len(), 2);
		assert!(found[0].says.contains("ended") && found[1].says.contains("ends"));
	}

	#[test]
	fn balances_should_cover_what_is_ahead() {
		assert_eq!(balance("operator", 9, 10).level, Level::Fail);
		assert_eq!(balance("operator", 10, 10).level, Level::Warn);
		assert_eq!(balance("operator", 200, 10).level, Level::Ok);
	}

	#[test]
	fn devices_should_be_found_below_the_root() {
		let dir = tempfile::tempdir().unwrap();
		assert_eq!(devices(dir.path())[0].level, Level::Warn);
		std::fs::create_dir_all(dir.path().join("sys/kernel/config/tsm/report")).unwrap();
		std::fs::create_dir_all(dir.path().join("dev/attestation")).unwrap();
		let kind = dir.path().join("dev/attestation/attestation_type");
		std::fs::write(&kind, b"dcap\n").unwrap();
		let found = devices(dir.path());
		assert_eq!(found.len(), 2);
		assert!(found.iter().all(|finding| finding.level == Level::Ok));
		assert!(found[0].says.contains("Gramine") && found[1].says.contains("configfs-tsm"));
		std::fs::write(&kind, b"none").unwrap();
		let found = devices(dir.path());
		assert_eq!((found[0].level, found[1].level), (Level::Fail, Level::Ok));
	}
}
