//! `concordat quota show`.

use super::clause::jurisdiction;
use crate::{
	chain::Chain,
	error::{Error, Result},
	output::Output,
};
use clap::{Args, Subcommand};
use codec::{Decode, Encode};
use concordat_primitives::{AccountId, BlockNumber, Jurisdiction};
use serde::Serialize;

/// Verbs.
#[derive(Subcommand, Debug)]
pub enum QuotaCommand {
	/// Show how many jobs a DAO or a jurisdiction may open, and what is left of it now.
	Show(Whose),
}

/// Whose quota.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub struct Whose {
	/// Jobs of the clauses that this account owns: a DAO's account for a DAO.
	#[arg(long, value_name = "ACCOUNT")]
	dao: Option<AccountId>,
	/// Jobs that are bound to this jurisdiction (ISO 3166-1 alpha-3).
	#[arg(long, value_parser = jurisdiction)]
	jurisdiction: Option<Jurisdiction>,
}

/// As the chain names it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Serialize)]
#[serde(rename_all = "camelCase")]
enum Scope {
	#[codec(index = 0)]
	Dao(AccountId),
	#[codec(index = 1)]
	Jurisdiction(Jurisdiction),
}

#[derive(Decode, Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
	/// Jobs in a window.
	jobs: u32,
	/// Length of the window in blocks.
	window: BlockNumber,
	/// Jobs in a window besides, for critical ones.
	burst: u32,
	/// Jobs that can be opened now.
	left: u32,
	/// Jobs that can be opened now out of the burst besides.
	burst_left: u32,
	/// Up to which block the burst is open to every class.
	burst_until: Option<BlockNumber>,
}

#[derive(Serialize)]
struct Shown {
	scope: Scope,
	quota: Option<View>,
}

impl Whose {
	fn scope(self) -> Result<Scope> {
		match (self.dao, self.jurisdiction) {
			(Some(account), None) => Ok(Scope::Dao(account)),
			(None, Some(place)) => Ok(Scope::Jurisdiction(place)),
			_ => Err(Error::Argument("either --dao or --jurisdiction".into())),
		}
	}
}

/// Runs a verb.
pub async fn run(command: QuotaCommand, url: &str, output: &Output) -> Result<()> {
	let QuotaCommand::Show(whose) = command;
	let scope = whose.scope()?;
	let chain = Chain::connect(url).await?;
	let quota: Option<View> = chain.view("Triggers", "quota", (&scope,)).await?;
	output.result(&Shown { scope, quota }, describe);
	Ok(())
}

fn describe(shown: &Shown) -> String {
	let Some(quota) = &shown.quota else { return "no quota: any number of jobs".into() };
	let mut lines = vec![
		format!("{} of {} jobs in {} blocks are left", quota.left, quota.jobs, quota.window),
		format!("burst: {} of {} are left, for critical jobs", quota.burst_left, quota.burst),
	];
	if let Some(until) = quota.burst_until {
		lines.push(format!("the burst is open to every class up to block {until}"));
	}
	lines.join("\n")
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::Parser;

	#[derive(Parser)]
	struct Command {
		#[command(subcommand)]
		command: QuotaCommand,
	}

	fn scope(args: &[&str]) -> std::result::Result<Scope, String> {
		let read = Command::try_parse_from(["quota", "show"].iter().chain(args));
		let QuotaCommand::Show(whose) = read.map_err(|e| e.to_string())?.command;
		whose.scope().map_err(|e| e.to_string())
	}

	#[test]
	fn a_quota_should_be_one_daos_or_one_jurisdictions() {
		let account = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
		let place = scope(&["--jurisdiction", "IDN"]).unwrap();
		assert_eq!(place.encode(), [&[1][..], b"IDN"].concat());
		assert_eq!(scope(&["--dao", account]).unwrap().encode()[0], 0);
		for wrong in
			[&[][..], &["--dao", account, "--jurisdiction", "IDN"], &["--jurisdiction", "id"]]
		{
			assert!(scope(wrong).is_err(), "{wrong:?}");
		}
	}

	#[test]
	fn a_view_should_be_read_as_the_chain_writes_it() {
		let bytes = ((9u32, 100u32, 3u32), 4u32, 2u32, Some(77u32)).encode();
		let quota = View::decode(&mut &bytes[..]).unwrap();
		let shown = Shown { scope: Scope::Jurisdiction(Jurisdiction(*b"IDN")), quota: Some(quota) };
		let text = describe(&shown);
		assert!(text.contains("4 of 9 jobs in 100 blocks") && text.contains("block 77"), "{text}");
		let json = serde_json::to_value(&shown).unwrap();
		assert_eq!(json["quota"]["burstLeft"], 2);
		assert_eq!(json["scope"]["jurisdiction"], "IDN");
		let none = Shown { quota: None, ..shown };
		assert!(describe(&none).contains("any number"));
	}
}
