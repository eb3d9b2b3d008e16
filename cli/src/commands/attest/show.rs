//! `concordat attest show | policy`.

use crate::{
	attest::{json, time, words},
	chain::{one, Chain},
	error::{Error, Result},
	output::Output,
};
use concordat_attestation::policy::{Advisories, QuotePolicy};
use concordat_primitives::{
	attest::MeasurementStatus,
	clause::RiskClass,
	views::{ForecastView, LeaseView},
	BlockNumber, NodeId,
};
use serde_json::json;

/// All that is shown of a lease.
struct Shown {
	node: NodeId,
	view: LeaseView,
	measurement: Option<MeasurementStatus>,
	forecast: Option<ForecastView>,
	best: BlockNumber,
}

/// Shows a node's lease.
pub async fn show(node: NodeId, url: &str, output: &Output) -> Result<()> {
	let chain = Chain::connect(url).await?;
	let view: Option<LeaseView> = chain.ask("concordat_attestation", one(node)?).await?;
	let view = view.ok_or_else(|| Error::NotFound(format!("lease of node {node}")))?;
	let forecast = chain
		.forecast(node, 1, &[])
		.await?
		.ok()
		.and_then(|page| page.items.into_iter().find(|row| row.node == node));
	let shown = Shown {
		node,
		measurement: chain.measurement(&view.lease.measurement).await?,
		view,
		forecast,
		best: chain.best().await?,
	};
	let as_json = json!({
		"node": shown.node,
		"lease": shown.view.lease,
		"classes": json::classes(shown.view.lease.classes),
		"refusal": shown.view.refusal,
		"measurementStatus": shown.measurement,
		"forecast": shown.forecast.as_ref().map(json::forecast),
		"bestBlock": shown.best,
	});
	output.result(&as_json, |_| describe(&shown, time::now()));
	Ok(())
}

/// The lease in plain words.
fn describe(shown: &Shown, now: u64) -> String {
	let lease = &shown.view.lease;
	let mut lines = vec![format!("lease {} of node {}", lease.id, shown.node)];
	let mut say = |name: &str, text: String| lines.push(format!("  {name:<12} {text}"));
	say(
		"counts",
		match shown.view.refusal {
			None => "yes".into(),
			Some(refusal) => format!("no: {}", words::lease_refusal(refusal)),
		},
	);
	say(
		"stands on",
		if lease.simulated {
			format!("{}, simulated: no hardware stands behind it", words::vendor(lease.vendor))
		} else {
			format!("{} hardware", words::vendor(lease.vendor))
		},
	);
	say("firmware", words::status(lease.tcb).into());
	say("good for", format!("risk classes: {}", words::classes(lease.classes)));
	say("measurement", lease.measurement.to_string());
	say("", words::measurement(shown.measurement.as_ref()));
	say("platform", lease.platform.to_string());
	say("signs with", json::bytes(&lease.signing_key));
	say("issued", words::blocks(lease.issued_at, shown.best));
	say("ends", words::blocks(lease.expires_at, shown.best));
	say("", format!("and by the clock {}", time::relative(lease.not_after, now)));
	for refusal in shown.forecast.iter().flat_map(|forecast| &forecast.refusals) {
		say(
			"forecast",
			format!(
				"{} until {}: {}",
				words::class(refusal.class),
				time::relative(refusal.at, now),
				words::cause(&refusal.why)
			),
		);
	}
	lines.join("\n")
}

/// Shows what a risk class demands.
pub async fn policy(class: RiskClass, url: &str, output: &Output) -> Result<()> {
	let chain = Chain::connect(url).await?;
	let policy = chain.policy(class).await?;
	output.result(&policy, |policy| describe_policy(class, policy));
	Ok(())
}

fn list<T>(items: impl IntoIterator<Item = T>, text: impl Fn(T) -> String) -> String {
	let all: Vec<String> = items.into_iter().map(text).collect();
	if all.is_empty() {
		"none".into()
	} else {
		all.join(", ")
	}
}

fn describe_policy(class: RiskClass, policy: &QuotePolicy) -> String {
	let mut lines = vec![format!("risk class {}", words::class(class))];
	let mut say = |name: &str, text: String| lines.push(format!("  {name:<12} {text}"));
	say("vendors", list(&policy.vendors, |one| words::vendor(*one).into()));
	say("firmware", list(&policy.statuses, |one| words::status(*one).into()));
	say(
		"advisories",
		match &policy.advisories {
			Advisories::Any => "any may be open".into(),
			Advisories::Only(ids) => format!("may be open: {}", list(ids, |id| id.to_string())),
		},
	);
	say("evaluation", format!("{} or later (Intel)", policy.min_evaluation));
	if let Some(only) = &policy.fmspcs {
		say("families", format!("only {}", list(only, hex::encode)));
	}
	if !policy.denied_fmspcs.is_empty() {
		say("families", format!("not {}", list(&policy.denied_fmspcs, hex::encode)));
	}
	if let Some(only) = &policy.tdx_modules {
		say("TDX modules", format!("only {}", list(only, hex::encode)));
	}
	let allowed = [
		(policy.allow_service_td, "service TDs"),
		(policy.allow_dynamic_platform, "platforms to which packages may be added"),
		(policy.allow_cached_keys, "platform keys that Intel keeps"),
		(policy.allow_smt, "multithreading (Intel)"),
		(policy.snp.allow_smt, "multithreading (AMD)"),
		(policy.snp.allow_migration, "migration agents (AMD)"),
		(policy.snp.allow_multi_socket, "several sockets (AMD)"),
		(policy.snp.allow_vlek, "keys that a cloud provider's machines share (AMD)"),
	];
	say("may have", list(allowed.iter().filter(|(yes, _)| *yes), |(_, what)| (*what).into()));
	say(
		"AMD minimums",
		list(&policy.snp.minimums, |(product, tcb)| {
			format!(
				"{} boot loader {} TEE {} SNP {} microcode {}{}",
				product.name(),
				tcb.boot_loader,
				tcb.tee,
				tcb.snp,
				tcb.microcode,
				if tcb.fmc > 0 { format!(" FMC {}", tcb.fmc) } else { String::new() }
			)
		}),
	);
	say("denied", format!("{} platforms", policy.denied_platforms.len()));
	say("always", "debug mode and revoked firmware are refused".into());
	lines.join("\n")
}

#[cfg(test)]
mod tests {
	use super::*;
	use concordat_attestation::{Measurement, PlatformId, TcbStatus, Vendor};
	use concordat_primitives::{
		attest::{Lease, LeaseRefusal, RiskClasses},
		views::{ForecastCause, ForecastRefusal},
	};

	#[test]
	fn a_lease_should_be_told_in_plain_words() {
		let mut shown = Shown {
			node: 7,
			view: LeaseView {
				lease: Lease {
					id: 4,
					node: 7,
					vendor: Vendor::IntelTdx,
					measurement: Measurement([2; 48]),
					platform: PlatformId([1; 32]),
					tcb: TcbStatus::UpToDate,
					classes: RiskClasses::NONE.with(RiskClass::Low),
					signing_key: [5; 32],
					encryption_key: [6; 32],
					simulated: false,
					issued_at: 100,
					expires_at: 2_000,
					not_after: 10_000,
				},
				refusal: None,
			},
			measurement: Some(MeasurementStatus::Sunset { until: 1_500 }),
			forecast: Some(ForecastView {
				node: 7,
				lease: 4,
				vendor: Vendor::IntelTdx,
				simulated: false,
				now: RiskClasses::ALL,
				then: RiskClasses::ALL,
				refusals: vec![ForecastRefusal {
					class: RiskClass::Low,
					at: 7_600,
					why: ForecastCause::MeasurementEnds,
				}],
			}),
			best: 200,
		};
		let text = describe(&shown, 4_000);
		for line in [
			"lease 4 of node 7",
			"  counts       yes",
			"  stands on    Intel TDX hardware",
			"  good for     risk classes: low",
			"               in its sunset: counts to block 1500",
			"  ends         block 2000, in about 1 h",
			"  forecast     low until 1970-01-01 02:06:40 UTC, in 1 h: its measurement stops to count",
		] {
			assert!(text.lines().any(|found| found == line), "{line}\n{text}");
		}
		shown.view.lease.simulated = true;
		shown.view.refusal = Some(LeaseRefusal::Expired);
		let text = describe(&shown, 4_000);
		assert!(text.contains("simulated: no hardware stands behind it"));
		assert!(text.contains("no: its time is over"));
	}

	#[test]
	fn a_policy_should_be_told_in_plain_words() {
		let text = describe_policy(RiskClass::High, &QuotePolicy::strict());
		assert!(text.contains("  firmware     up to date\n"), "{text}");
		assert!(text.contains("  advisories   may be open: none\n"));
		assert!(text.contains("  AMD minimums none\n"));
		let text = describe_policy(RiskClass::Low, &QuotePolicy::lenient());
		assert!(text.contains("any may be open") && text.contains("multithreading (Intel)"));
	}
}
