//! `concordat attest forecast`.

use super::{read_materials, read_policy, refused, tell_left_out};
use crate::{
	attest::{json, pieces::arrange, time, words},
	chain::Chain,
	error::{Error, Result},
	output::{table, Output},
};
use clap::Args;
use concordat_attestation::Error as Refusal;
use concordat_primitives::{
	clause::RiskClass,
	views::{Announcement, ForecastView, Page},
	NodeId,
};
use std::path::PathBuf;

/// Most announcements that a chain takes at once.
const MAX_ANNOUNCEMENTS: usize = 16;

/// For whom, and under what.
#[derive(Args, Debug)]
pub struct Forecast {
	/// Number of the node to start from.
	#[arg(long, default_value_t = 0)]
	from: NodeId,
	/// How many nodes.
	#[arg(long, default_value_t = 50)]
	limit: u32,
	/// Collateral that its vendor has published and nobody has posted: files or directories.
	#[arg(long, value_name = "PATH", num_args = 1..)]
	collateral: Vec<PathBuf>,
	/// A quote policy that is planned: `high=FILE`; repeat for more classes.
	#[arg(long, value_name = "CLASS=FILE", value_parser = planned)]
	policy: Vec<(RiskClass, PathBuf)>,
	/// The time at which to look. Default: now.
	#[arg(long, value_parser = time::parse)]
	at: Option<u64>,
}

fn planned(text: &str) -> std::result::Result<(RiskClass, PathBuf), String> {
	let (class, path) = text.split_once('=').ok_or("CLASS=FILE, as in high=strict.json")?;
	let class = RiskClass::ALL
		.into_iter()
		.find(|one| words::class(*one) == class)
		.ok_or("a class is low, medium, high or critical")?;
	Ok((class, path.into()))
}

/// Runs it.
pub async fn run(args: Forecast, url: &str, output: &Output) -> Result<()> {
	let chain = Chain::connect(url).await?;
	let mut announced: Vec<Announcement> = args.at.into_iter().map(Announcement::At).collect();
	let arranged = arrange(read_materials(&args.collateral)?);
	tell_left_out(&arranged, output);
	for piece in arranged.pieces {
		// What the chain holds already is no news.
		if !matches!(
			chain.check_piece(&piece).await?,
			Err(Refusal::AlreadyHeld(_) | Refusal::RolledBack { .. })
		) {
			announced.push(Announcement::Collateral(piece));
		}
	}
	for (class, path) in &args.policy {
		announced.push(Announcement::Policy(*class, read_policy(path)?));
	}
	if announced.len() > MAX_ANNOUNCEMENTS {
		return Err(Error::Argument(format!(
			"{} announcements; at most {MAX_ANNOUNCEMENTS} are taken at once",
			announced.len()
		)));
	}
	let page =
		chain.forecast(args.from, args.limit, &announced).await?.map_err(|why| refused(&why))?;
	let as_json = json::page(&page, json::forecast);
	output.result(&as_json, |_| describe(&page, time::now()));
	Ok(())
}

fn describe(page: &Page<ForecastView>, now: u64) -> String {
	let mut rows = Vec::new();
	for view in &page.items {
		let mut head = [
			view.node.to_string(),
			view.lease.to_string(),
			format!(
				"{}{}",
				words::vendor(view.vendor),
				if view.simulated { " (simulated)" } else { "" }
			),
			words::classes(view.now),
			words::classes(view.then),
		];
		for refusal in &view.refusals {
			let mut row = head.to_vec();
			row.push(words::class(refusal.class).into());
			row.push(if refusal.at <= now {
				"at once".into()
			} else {
				time::relative(refusal.at, now)
			});
			row.push(words::cause(&refusal.why));
			rows.push(row);
			// Said once for each node.
			head = Default::default();
		}
		if view.refusals.is_empty() {
			rows.push(head.to_vec());
		}
	}
	let mut text =
		table(&["NODE", "LEASE", "STANDS ON", "NOW", "THEN", "CLASS", "ENDS", "WHY"], &rows);
	if let Some(next) = page.next {
		text.push_str(&format!("\nmore: --from {next}"));
	}
	text
}

#[cfg(test)]
mod tests {
	use super::*;
	use concordat_attestation::Vendor;
	use concordat_primitives::{
		attest::RiskClasses,
		views::{ForecastCause, ForecastRefusal},
	};

	#[test]
	fn planned_policies_should_name_their_class() {
		assert_eq!(planned("high=a.json"), Ok((RiskClass::High, "a.json".into())));
		assert!(planned("highest=a.json").is_err());
		assert!(planned("a.json").is_err());
	}

	#[test]
	fn a_forecast_should_say_when_and_why_for_each_class() {
		let refusal = |class, at, why| ForecastRefusal { class, at, why };
		let view = ForecastView {
			node: 7,
			lease: 4,
			vendor: Vendor::AmdSevSnp,
			simulated: true,
			now: RiskClasses::ALL,
			then: RiskClasses::NONE.with(RiskClass::Low),
			refusals: vec![
				refusal(RiskClass::Low, 7_600, ForecastCause::LeaseEnds),
				refusal(RiskClass::High, 100, ForecastCause::Evidence(Refusal::PlatformDenied)),
			],
		};
		let text = describe(&Page { items: vec![view], next: Some(8) }, 4_000);
		let lines: Vec<&str> = text.lines().collect();
		assert!(lines[1]
			.starts_with("7     4      AMD SEV-SNP (simulated)  low, medium, high, critical  low"));
		assert!(lines[1].ends_with("its time is over: renew it before"), "{text}");
		assert!(lines[2].contains("at once"), "{text}");
		assert!(lines[2].ends_with("the policy denies this very platform"));
		assert_eq!(lines[3], "more: --from 8");
	}
}
