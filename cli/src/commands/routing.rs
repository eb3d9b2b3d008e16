//! `concordat routing`: whom the scheduler would ask, and why not the others: from whose perspective, and with what
//! wishes, can be said.

use super::{clause::clause_id, constraints::Constraints};
use crate::{
	chain::{one, Chain},
	error::{Error, Result},
	output::{score, table, Output},
};
use clap::Args;
use codec::Encode;
use concordat_primitives::{
	job::JobConstraints,
	trust::Originator,
	views::{ClauseView, Page, RoutingView},
	AccountId, ClauseId, NodeId,
};
use serde::Serialize;

/// What to explain.
#[derive(Args, Debug)]
pub struct Routing {
	/// Clause and version, for instance `WHO::DiseaseAlert@2.3`.
	#[arg(value_parser = clause_id)]
	clause: ClauseId,
	/// From the perspective of this account: what it has learnt of the nodes counts. Default: of one that has learnt
	/// nothing.
	#[arg(long, value_name = "ACCOUNT", conflicts_with = "node")]
	requester: Option<AccountId>,
	/// From the perspective of this node, as for the step after one that it ran.
	#[arg(long)]
	node: Option<NodeId>,
	/// Place of the first candidate.
	#[arg(long, default_value_t = 0)]
	from: u64,
	/// How many.
	#[arg(long, default_value_t = 50)]
	limit: u32,
	#[command(flatten)]
	constraints: Constraints,
}

impl Routing {
	/// What the job would ask for, if that is anything.
	fn wishes(&self) -> Result<Option<JobConstraints>> {
		let wishes = self.constraints.clone().build()?;
		Ok(Some(wishes).filter(|wishes| *wishes != JobConstraints::default()))
	}

	fn originator(&self) -> Option<Originator> {
		match (&self.requester, self.node) {
			(Some(account), _) => Some(Originator::Account(account.clone())),
			(None, Some(node)) => Some(Originator::Node(node)),
			(None, None) => None,
		}
	}
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Explained {
	clause: ClauseId,
	#[serde(skip_serializing_if = "Option::is_none")]
	originator: Option<Originator>,
	/// Best first; those that would not be asked last.
	candidates: Vec<RoutingView>,
	next: Option<u64>,
}

/// Explains.
pub async fn run(args: Routing, url: &str, output: &Output) -> Result<()> {
	let chain = Chain::connect(url).await?;
	let known: Option<ClauseView> = chain.ask("concordat_clause", one(&args.clause)?).await?;
	if known.is_none() {
		return Err(Error::NotFound(format!("clause {}", args.clause)));
	}
	let originator = args.originator();
	let asked = (&args.clause, &originator, args.wishes()?, args.from, args.limit);
	let mut page: Page<RoutingView> = chain.runtime("ConcordatApi_routing", asked.encode()).await?;
	page.items.sort_by_key(|candidate| (std::cmp::Reverse(candidate.score), candidate.node));
	let explained =
		Explained { clause: args.clause, originator, candidates: page.items, next: page.next };
	output.result(&explained, describe);
	Ok(())
}

fn parts(value: u32) -> String {
	format!("{}.{:03}", value / 1_000_000, value / 1_000 % 1_000)
}

fn describe(explained: &Explained) -> String {
	let rows: Vec<Vec<String>> = explained
		.candidates
		.iter()
		.map(|candidate| {
			let factors = &candidate.factors;
			vec![
				candidate.node.to_string(),
				candidate.score.map_or("-".into(), score),
				parts(factors.trust),
				parts(factors.quality),
				parts(factors.load),
				parts(factors.connection),
				parts(factors.threat),
				parts(factors.preference),
				parts(factors.freshness),
				parts(factors.proximity),
				format!("{}", candidate.state.volume / 1_000),
				match candidate.state.last_used {
					0 => "-".into(),
					block => block.to_string(),
				},
				candidate.excluded.clone().unwrap_or_default(),
			]
		})
		.collect();
	let mut text = table(
		&[
			"NODE",
			"SCORE",
			"TRUST",
			"QUALITY",
			"LOAD",
			"CONNECTED",
			"THREAT",
			"PREFERRED",
			"FRESH",
			"NEAR",
			"HOPS",
			"LAST",
			"NOT ASKED BECAUSE",
		],
		&rows,
	);
	if rows.is_empty() {
		text.push_str("\nnobody offers what it asks for");
	}
	text.push_str(
		"\nscore = trust · quality · (1 − load) · connected · (1 − threat) · preferred · fresh · near",
	);
	if let Some(next) = explained.next {
		text.push_str(&format!("\nmore: --from {next}"));
	}
	text
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::Parser;
	use concordat_primitives::{
		routing::{CapabilityState, Factors, ONE, W_INIT},
		views::Exclusion,
		CapabilityId,
	};

	#[derive(Parser)]
	struct Command {
		#[command(flatten)]
		routing: Routing,
	}

	fn read(args: &[&str]) -> std::result::Result<Routing, clap::Error> {
		let head = ["routing", "WHO::DiseaseAlert@2.3"];
		Command::try_parse_from(head.iter().chain(args)).map(|command| command.routing)
	}

	fn candidate() -> RoutingView {
		let factors = Factors {
			trust: ONE,
			quality: ONE,
			load: 0,
			connection: W_INIT,
			threat: 0,
			preference: ONE,
			freshness: ONE,
			proximity: ONE,
		};
		let state = CapabilityState::new(CapabilityId::parse("sim.epidemic").unwrap());
		RoutingView {
			node: 4,
			score: Some(factors.score()),
			factors,
			state: CapabilityState { volume: 12_500, last_used: 77, ..state },
			capability_load: 0,
			aggregate: ONE / 2,
			tie: None,
			exclusion: None,
			excluded: None,
		}
	}

	#[test]
	fn a_perspective_should_be_one_account_or_one_node() {
		let account = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
		assert_eq!(read(&[]).unwrap().originator(), None);
		assert_eq!(read(&["--node", "4"]).unwrap().originator(), Some(Originator::Node(4)));
		assert!(matches!(
			read(&["--requester", account]).unwrap().originator(),
			Some(Originator::Account(_))
		));
		assert!(read(&["--requester", account, "--node", "4"]).is_err());
		assert!(read(&["--requester", "somebody"]).is_err());
	}

	#[test]
	fn wishes_should_count_only_where_there_are_any() {
		assert_eq!(read(&[]).unwrap().wishes().unwrap(), None);
		let wishes = read(&["--exclude", "4", "--min-trust", "0.5"]).unwrap().wishes().unwrap();
		let wishes = wishes.unwrap();
		assert_eq!((wishes.excluded.to_vec(), wishes.min_trust), (vec![4], ONE / 2));
	}

	#[test]
	fn every_factor_and_reason_should_be_shown() {
		let out = RoutingView {
			node: 5,
			score: None,
			exclusion: Some(Exclusion::RiskClassNotMet),
			excluded: Some("no lease for this risk".into()),
			..candidate()
		};
		let explained = Explained {
			clause: ClauseId::parse("WHO::DiseaseAlert@2.3").unwrap(),
			originator: None,
			candidates: vec![candidate(), out],
			next: Some(9),
		};
		let text = describe(&explained);
		for part in ["NODE", "no lease for this risk", "more: --from 9", "1.000", "12", "77"] {
			assert!(text.contains(part), "{text}");
		}
		let json = serde_json::to_value(&explained).unwrap();
		assert_eq!(json["candidates"][0]["factors"]["trust"], ONE);
		assert_eq!(json["candidates"][1]["excluded"], "no lease for this risk");
		assert_eq!(json["candidates"][1]["exclusion"], "riskClassNotMet");
		assert!(json.get("originator").is_none());
	}
}
