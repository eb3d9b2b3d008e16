//! Verdicts in plain language: what is wrong, by how much, and what to do about it.

use super::time::{duration, relative};
use concordat_attestation::{
	policy::Standing, Component, Error, Field, Part, Shortfall, TcbStatus, Vendor,
};
use concordat_primitives::{
	attest::{LeaseRefusal, MeasurementStatus, RiskClasses},
	clause::RiskClass,
	views::ForecastCause,
	BlockNumber,
};

/// A vendor's technology.
pub const fn vendor(vendor: Vendor) -> &'static str {
	match vendor {
		Vendor::IntelSgx => "Intel SGX",
		Vendor::IntelTdx => "Intel TDX",
		Vendor::AmdSevSnp => "AMD SEV-SNP",
		Vendor::AwsNitro => "AWS Nitro",
	}
}

/// A part of evidence or collateral.
pub const fn part(part: Part) -> &'static str {
	match part {
		Part::Evidence => "the evidence",
		Part::Header => "the header of the quote",
		Part::Body => "the body of the evidence",
		Part::AuthData => "the signature section",
		Part::QeReport => "the report of the quoting enclave",
		Part::QeAuthData => "the quoting enclave's authentication data",
		Part::AttestationKey => "the attestation key",
		Part::CertificationData => "the certification data of the quote",
		Part::Chain => "the certificate chain",
		Part::Root => "the root certificate",
		Part::Authority => "the certificate of the authority",
		Part::TcbSigner => "the certificate of the signer of TCB info",
		Part::Leaf => "the platform's certificate",
		Part::LeafExtension => "the vendor's extension in the platform's certificate",
		Part::RootCrl => "the revocation list of the root",
		Part::LeafCrl => "the revocation list of the platforms' authority",
		Part::TcbInfo => "the TCB info",
		Part::QeIdentity => "the identity of the quoting enclave",
		Part::TdxModule => "the identity of the TDX module",
	}
}

/// A name in camel case as words: `SeptVeDisable` becomes `sept ve disable`.
fn spaced(name: &str) -> String {
	let mut text = String::new();
	for c in name.chars() {
		if c.is_ascii_uppercase() && !text.is_empty() {
			text.push(' ');
		}
		text.push(c.to_ascii_lowercase());
	}
	text
}

/// A field, with its name in the vendor's documents where people look it up.
fn field(field: Field) -> String {
	match field {
		Field::Fmspc => "FMSPC (family of processors)".into(),
		Field::PceId => "PCE id".into(),
		Field::MrSigner => "MRSIGNER".into(),
		Field::MiscSelect => "MISCSELECT".into(),
		Field::Xfam => "XFAM".into(),
		Field::Vmpl => "VMPL (privilege level)".into(),
		Field::Smt => "simultaneous multithreading".into(),
		Field::ServiceTd => "bound service TDs".into(),
		Field::Migration => "migration of the guest".into(),
		Field::ReportData => "report data".into(),
		Field::ReportedTcb => "reported TCB".into(),
		Field::CachedKeys => "platform keys that Intel keeps".into(),
		Field::DynamicPlatform => "a platform to which packages may be added".into(),
		other => spaced(&format!("{other:?}")),
	}
}

/// A property that a policy refuses.
fn property(of: Field) -> String {
	match of {
		Field::Issuer => "a platform without the revocation list of its root: post it".into(),
		Field::SingleSocket => "a guest that may run on several sockets".into(),
		Field::Abi => "firmware of so low a version".into(),
		Field::Vmpl => "a report from so low a privilege level (VMPL)".into(),
		Field::SeptVeDisable => "a TD with SEPT_VE_DISABLE switched off".into(),
		Field::SigningKey => "a key that a cloud provider's machines share (VLEK)".into(),
		other => field(other),
	}
}

fn component(component: Component) -> String {
	match component {
		Component::Sgx(index) => format!("SGX TCB component {index}"),
		Component::Tdx(index) => format!("TDX TCB component {index}"),
		Component::Pce => "the provisioning certification enclave".into(),
		Component::Qe => "the quoting enclave".into(),
		Component::TdxModule => "the TDX module".into(),
		Component::SnpFmc => "the firmware's microcode controller".into(),
		Component::SnpBootLoader => "the boot loader".into(),
		Component::SnpTee => "the security processor's system".into(),
		Component::SnpFirmware => "the SEV-SNP firmware".into(),
		Component::SnpMicrocode => "the microcode".into(),
		Component::Guest => "the guest's own security version".into(),
	}
}

/// By how much a version falls short.
pub fn shortfall(short: &Shortfall) -> String {
	format!("{} is at {}, {} is needed", component(short.component), short.found, short.required)
}

/// A TCB status.
pub const fn status(status: TcbStatus) -> &'static str {
	match status {
		TcbStatus::UpToDate => "up to date",
		TcbStatus::SwHardeningNeeded => "up to date, but the software needs hardening",
		TcbStatus::ConfigurationNeeded => "up to date, but a setting has to change",
		TcbStatus::ConfigurationAndSwHardeningNeeded => {
			"up to date, but a setting has to change and the software needs hardening"
		},
		TcbStatus::OutOfDate => "out of date",
		TcbStatus::OutOfDateConfigurationNeeded => "out of date, and a setting has to change",
		TcbStatus::Revoked => "revoked by the vendor",
		TcbStatus::RelaunchAdvised => "updated since the TD was launched: launch it again",
		TcbStatus::RelaunchAdvisedConfigurationNeeded => {
			"updated since the TD was launched: launch it again; and a setting has to change"
		},
	}
}

/// Why evidence or collateral is refused, as a sentence without its full stop.
pub fn error(error: &Error) -> String {
	match error {
		Error::TooLong { part: p, len, max } => {
			format!("{} is too long: {len} bytes, at most {max} are looked at", part(*p))
		},
		Error::Truncated { part: p, missing } => {
			format!("{} ends too early: {missing} bytes are missing", part(*p))
		},
		Error::TrailingBytes { part: p, extra } => {
			format!("{} is followed by {extra} bytes that belong to nothing", part(*p))
		},
		Error::Malformed(p) => format!("{} does not have the form that it should have", part(*p)),
		Error::TooDeep(p) => format!("{} is nested too deep", part(*p)),
		Error::TooMany { part: p, max } => {
			format!("{} lists more entries than are looked at ({max})", part(*p))
		},
		Error::Unsupported { part: p, field: f, found } => {
			format!("{}: {} {found} is not supported", part(*p), field(*f))
		},
		// What Intel's authorities are refused by without it.
		Error::Mismatch { part: Part::RootCrl, field: Field::Issuer } => {
			"the revocation list of the root is needed, and is missing or another root's".into()
		},
		Error::Mismatch { part: p, field: f } => {
			format!("{}: {} does not match what vouches for it", part(*p), field(*f))
		},
		Error::NoAnchor(v) => format!("no root of {} is trusted for this", vendor(*v)),
		Error::BadKey(p) => format!("{}: the key is of the wrong kind or broken", part(*p)),
		Error::BadSignature(p) => format!("{}: the signature does not verify", part(*p)),
		Error::NotYetValid { part: p, by } => {
			format!("{} is not valid yet: it will be in {}", part(*p), duration(*by))
		},
		Error::Expired { part: p, by } => {
			format!("{} has been out of date for {}", part(*p), duration(*by))
		},
		Error::Revoked(p) => format!("{} has been revoked by its issuer", part(*p)),
		Error::NoTcbLevel(short) => {
			format!("the platform is below every level that Intel lists: {}", shortfall(short))
		},
		Error::Debug => "the enclave, TD or guest runs in debug mode".into(),
		Error::VendorRefused(v) => format!("the policy does not accept {}", vendor(*v)),
		Error::StatusRefused { found, shortfall: short } => {
			let because =
				short.as_ref().map_or_else(String::new, |s| format!(" ({})", shortfall(s)));
			format!("the policy does not accept firmware that is {}{because}", status(*found))
		},
		Error::AdvisoryRefused(id) => {
			format!("the policy does not accept a platform with advisory {id} open")
		},
		Error::EvaluationTooOld { found, required } => {
			format!("the TCB evaluation number is {found}, {required} is demanded")
		},
		Error::BelowMinimum(short) => {
			format!("below the minimum that the policy sets: {}", shortfall(short))
		},
		Error::FmspcRefused(fmspc) => {
			format!("the policy does not accept the processor family {}", hex::encode(fmspc))
		},
		Error::TdxModuleRefused(prefix) => {
			format!("the policy does not accept the TDX module {}…", hex::encode(prefix))
		},
		Error::PropertyRefused(f) => format!("the policy does not accept {}", property(*f)),
		Error::PlatformDenied => "the policy denies this very platform".into(),
		Error::Missing(p) => format!("{} is needed and has not been posted", part(*p)),
		Error::RolledBack { part: p, by } => {
			format!("{} is {} older than the one that is held", part(*p), duration(*by))
		},
		Error::AlreadyHeld(p) => format!("{} is held already", part(*p)),
	}
}

/// What to do about it.
pub const fn advice(error: &Error) -> &'static str {
	match error {
		Error::TooLong { .. }
		| Error::Truncated { .. }
		| Error::TrailingBytes { .. }
		| Error::Malformed(_)
		| Error::TooDeep(_)
		| Error::TooMany { .. } => {
			"The bytes were damaged or are of another kind: fetch them again from where they were made."
		},
		Error::Unsupported { .. } => {
			"Use a platform or a quoting enclave that writes a supported format (docs/attestation.md)."
		},
		Error::Mismatch { part: Part::Evidence, field: Field::ReportData } => {
			"The evidence was made for another chain, node, key or block: ask the enclave for fresh evidence."
		},
		Error::Mismatch { part: Part::RootCrl, field: Field::Issuer } => {
			"Post the root's revocation list first: concordat collateral post."
		},
		Error::Mismatch { part: Part::TcbInfo, .. } => {
			"Post the TCB info of this platform's own family (FMSPC)."
		},
		Error::Mismatch { .. } | Error::BadKey(_) | Error::BadSignature(_) => {
			"It is not what it claims to be. Fetch evidence and collateral again; if it stays, do not trust the platform."
		},
		Error::NoAnchor(_) => {
			"The chain (or --anchors) does not trust that root. Simulated evidence counts only where genesis allows it; a \
			 vendor's root is added by governance."
		},
		Error::NotYetValid { .. } => "Set the clock of this machine, or wait.",
		Error::Expired { part: Part::RootCrl | Part::LeafCrl | Part::TcbInfo | Part::QeIdentity, .. } => {
			"Fetch the current one from the vendor and post it: concordat collateral post."
		},
		Error::Expired { .. } => "Have the platform certified again by its vendor, then attest anew.",
		Error::Revoked(Part::Leaf) => {
			"The vendor withdrew its trust in this machine: it can not be used any more."
		},
		Error::Revoked(_) => "The vendor withdrew an authority: post the one that took its place.",
		Error::NoTcbLevel(_)
		| Error::StatusRefused { .. }
		| Error::BelowMinimum(_)
		| Error::AdvisoryRefused(_) => {
			"Update firmware, microcode and settings as the vendor's advisories say, then attest anew."
		},
		Error::Debug => "Start it without debugging: no policy can accept this.",
		Error::EvaluationTooOld { .. } => {
			"Post collateral of a later evaluation: ask the vendor's service for the standard or early update."
		},
		Error::VendorRefused(_)
		| Error::FmspcRefused(_)
		| Error::TdxModuleRefused(_)
		| Error::PropertyRefused(_)
		| Error::PlatformDenied => {
			"Governance decides this for each risk class: see concordat attest policy, change the setting, or use another \
			 platform."
		},
		Error::Missing(Part::Leaf) => {
			"Attach the platform's certificate to the evidence: the chain does not know it yet."
		},
		Error::Missing(_) => "Post it: concordat collateral post.",
		Error::RolledBack { .. } | Error::AlreadyHeld(_) => {
			"Nothing to do: the chain holds this one or a newer one."
		},
	}
}

/// How a platform stands, in lines.
pub fn standing(standing: &Standing, now: u64) -> Vec<String> {
	let mut lines = vec![format!("firmware {}", status(standing.status))];
	if let Some(short) = &standing.shortfall {
		lines.push(format!("for the best state: {}", shortfall(short)));
	}
	if standing.advisories.is_empty() {
		lines.push("no advisory open".into());
	} else {
		let names: Vec<&str> = standing.advisories.iter().map(|id| id.name()).collect();
		lines.push(format!("advisories open: {}", names.join(", ")));
	}
	if standing.evaluation > 0 {
		lines.push(format!("TCB evaluation {}", standing.evaluation));
	}
	lines.push(format!("counts to {}", relative(standing.not_after, now)));
	lines
}

/// A risk class.
pub const fn class(class: RiskClass) -> &'static str {
	match class {
		RiskClass::Low => "low",
		RiskClass::Medium => "medium",
		RiskClass::High => "high",
		RiskClass::Critical => "critical",
	}
}

/// Risk classes in words.
pub fn classes(set: RiskClasses) -> String {
	let names: Vec<&str> =
		RiskClass::ALL.into_iter().filter(|one| set.contains(*one)).map(class).collect();
	if names.is_empty() {
		"none".into()
	} else {
		names.join(", ")
	}
}

/// Why a lease does not count.
pub const fn lease_refusal(refusal: LeaseRefusal) -> &'static str {
	match refusal {
		LeaseRefusal::None => "the node holds no lease",
		LeaseRefusal::Superseded => "the node holds another lease by now",
		LeaseRefusal::Expired => "its time is over: attest anew",
		LeaseRefusal::MeasurementRevoked => {
			"its measurement is no longer allowed: run an enclave of an allowed version and attest anew"
		},
		LeaseRefusal::MeasurementNotForClause => "the clause does not accept its measurement",
		LeaseRefusal::Simulated => "it is simulated, and simulated evidence is not accepted",
		LeaseRefusal::ClassNotMet => "its platform does not meet the policy of the clause's risk class",
	}
}

/// Where a measurement stands.
pub fn measurement(status: Option<&MeasurementStatus>) -> String {
	match status {
		None => "not on the chain's allow-list".into(),
		Some(MeasurementStatus::Proposed { active_at }) => {
			format!("proposed: counts from block {active_at} on")
		},
		Some(MeasurementStatus::Active { since }) => format!("active since block {since}"),
		Some(MeasurementStatus::Sunset { until }) => {
			format!("in its sunset: counts to block {until}")
		},
		Some(MeasurementStatus::Expired { at }) => format!("expired in block {at}"),
		Some(MeasurementStatus::Revoked { at }) => format!("revoked in block {at}, for good"),
	}
}

/// Why a lease stops to count for a class.
pub fn cause(why: &ForecastCause) -> String {
	match why {
		ForecastCause::LeaseEnds => "its time is over: renew it before".into(),
		ForecastCause::MeasurementEnds => "its measurement stops to count".into(),
		ForecastCause::AnchorRemoved => "the root of trust above it is no longer trusted".into(),
		ForecastCause::Evidence(why) => error(why),
	}
}

/// How far away a block is, at one block in each slot.
pub fn blocks(until: BlockNumber, now: BlockNumber) -> String {
	let seconds =
		|blocks: BlockNumber| u64::from(blocks) * concordat_primitives::units::SLOT_MILLIS / 1_000;
	if until > now {
		format!("block {until}, in about {}", duration(seconds(until - now)))
	} else {
		format!("block {until}, about {} ago", duration(seconds(now - until)))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use concordat_attestation::AdvisoryId;

	#[test]
	fn refusals_should_say_what_and_by_how_much() {
		let short = Shortfall { component: Component::Sgx(7), found: 3, required: 5 };
		for (why, text) in [
			(
				Error::Expired { part: Part::RootCrl, by: 273_600 },
				"the revocation list of the root has been out of date for 3 days 4 h",
			),
			(
				Error::NoTcbLevel(short),
				"the platform is below every level that Intel lists: SGX TCB component 7 is at 3, 5 is needed",
			),
			(
				Error::StatusRefused { found: TcbStatus::OutOfDate, shortfall: Some(short) },
				"the policy does not accept firmware that is out of date (SGX TCB component 7 is at 3, 5 is needed)",
			),
			(
				Error::AdvisoryRefused(AdvisoryId::new("INTEL-SA-00615").unwrap()),
				"the policy does not accept a platform with advisory INTEL-SA-00615 open",
			),
			(
				Error::Mismatch { part: Part::Body, field: Field::BodySize },
				"the body of the evidence: body size does not match what vouches for it",
			),
		] {
			assert_eq!(error(&why), text);
		}
	}

	#[test]
	fn advice_should_fit_the_reason() {
		let advice_on = |why| advice(&why);
		assert!(
			advice_on(Error::Expired { part: Part::TcbInfo, by: 1 }).contains("collateral post")
		);
		assert!(advice_on(Error::Expired { part: Part::Leaf, by: 1 }).contains("certified again"));
		assert!(advice_on(Error::Missing(Part::Root)).contains("collateral post"));
		assert!(advice_on(Error::Missing(Part::Leaf)).contains("Attach"));
		assert!(advice_on(Error::Debug).contains("no policy can accept"));
		assert_ne!(
			advice_on(Error::Mismatch { part: Part::Evidence, field: Field::ReportData }),
			advice_on(Error::Mismatch { part: Part::Evidence, field: Field::ChipId })
		);
	}

	/// One of each.
	fn every_refusal() -> Vec<Error> {
		let part = Part::Evidence;
		let short = Shortfall { component: Component::Qe, found: 1, required: 2 };
		vec![
			Error::TooLong { part, len: 1, max: 0 },
			Error::Truncated { part, missing: 1 },
			Error::TrailingBytes { part, extra: 1 },
			Error::Malformed(part),
			Error::TooDeep(part),
			Error::TooMany { part, max: 1 },
			Error::Unsupported { part, field: Field::Version, found: 1 },
			Error::Mismatch { part, field: Field::ReportData },
			Error::NoAnchor(Vendor::IntelSgx),
			Error::BadKey(part),
			Error::BadSignature(part),
			Error::NotYetValid { part, by: 1 },
			Error::Expired { part, by: 1 },
			Error::Revoked(part),
			Error::NoTcbLevel(short),
			Error::Debug,
			Error::VendorRefused(Vendor::IntelSgx),
			Error::StatusRefused { found: TcbStatus::OutOfDate, shortfall: None },
			Error::AdvisoryRefused(AdvisoryId::new("A").unwrap()),
			Error::EvaluationTooOld { found: 1, required: 2 },
			Error::BelowMinimum(short),
			Error::FmspcRefused([0; 6]),
			Error::TdxModuleRefused([0; 8]),
			Error::PropertyRefused(Field::Smt),
			Error::PlatformDenied,
			Error::Missing(part),
			Error::RolledBack { part, by: 1 },
			Error::AlreadyHeld(part),
		]
	}

	#[test]
	fn the_guide_should_name_every_refusal_and_each_should_have_words_of_its_own() {
		let guide = include_str!("../../../docs/attestation.md");
		let all = every_refusal();
		// Every variant is there once: the last one's index in SCALE is the number of the others.
		use codec::Encode;
		let mut indices: Vec<u8> = all.iter().map(|why| why.encode()[0]).collect();
		indices.sort_unstable();
		assert!(indices.iter().enumerate().all(|(at, index)| at == usize::from(*index)));
		let mut said: Vec<String> = all.iter().map(error).collect();
		for why in &all {
			let code = super::super::json::name(why);
			assert!(guide.contains(&format!("`{code}`")), "{code}");
			assert!(advice(why).ends_with('.'), "{code}");
		}
		said.sort();
		said.dedup();
		assert_eq!(said.len(), all.len());
	}

	#[test]
	fn distances_in_blocks_should_be_told_in_time() {
		assert_eq!(blocks(1_900, 100), "block 1900, in about 1 h");
		assert_eq!(blocks(100, 130), "block 100, about 1 min ago");
	}

	#[test]
	fn classes_should_be_listed() {
		assert_eq!(classes(RiskClasses::NONE), "none");
		assert_eq!(classes(RiskClasses::ALL), "low, medium, high, critical");
	}
}
