//! What a requester asks of the nodes, as options of a command.

use super::clause::jurisdiction;
use crate::{
	error::{Error, Result},
	output::parse_cdt,
};
use clap::{Args, ValueEnum};
use concordat_primitives::{
	attest::Vendor,
	clause::{RiskClass, Spread, TriggerKind, MAX_SEATS},
	ensemble::{Aggregation, Ensemble},
	job::{JobClass, JobConstraints},
	BlockNumber, Jurisdiction, NodeId,
};
use std::fmt::Display;

/// One part in a million.
const ONE: u32 = 1_000_000;

/// Classes of jobs.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum Class {
	/// Whenever there is room.
	Low,
	/// Ordinary.
	#[default]
	Normal,
	/// Before ordinary ones.
	High,
	/// Disaster activation.
	Critical,
}

impl From<Class> for JobClass {
	fn from(class: Class) -> Self {
		match class {
			Class::Low => Self::Low,
			Class::Normal => Self::Normal,
			Class::High => Self::High,
			Class::Critical => Self::Critical,
		}
	}
}

/// Risk classes.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Risk {
	/// Routine.
	Low,
	/// Ordinary.
	Medium,
	/// Financial or treaty-triggering.
	High,
	/// Disaster activation.
	Critical,
}

impl From<Risk> for RiskClass {
	fn from(risk: Risk) -> Self {
		match risk {
			Risk::Low => Self::Low,
			Risk::Medium => Self::Medium,
			Risk::High => Self::High,
			Risk::Critical => Self::Critical,
		}
	}
}

/// What vouches for a node's hardware.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Hardware {
	/// Intel SGX.
	Sgx,
	/// Intel TDX.
	Tdx,
	/// AMD SEV-SNP.
	Snp,
	/// AWS Nitro.
	Nitro,
}

impl From<Hardware> for Vendor {
	fn from(hardware: Hardware) -> Self {
		match hardware {
			Hardware::Sgx => Self::IntelSgx,
			Hardware::Tdx => Self::IntelTdx,
			Hardware::Snp => Self::AmdSevSnp,
			Hardware::Nitro => Self::AwsNitro,
		}
	}
}

/// What set a job off.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum Trigger {
	/// A person or a program decided.
	#[default]
	Manual,
	/// A sensor reading.
	Sensor,
	/// The outcome of a simulation.
	Simulation,
	/// A proposal of a DAO.
	Proposal,
	/// A schedule.
	Schedule,
	/// Another job.
	Dependency,
}

impl From<Trigger> for TriggerKind {
	fn from(trigger: Trigger) -> Self {
		match trigger {
			Trigger::Manual => Self::Manual,
			Trigger::Sensor => Self::Sensor,
			Trigger::Simulation => Self::Simulation,
			Trigger::Proposal => Self::Proposal,
			Trigger::Schedule => Self::Schedule,
			Trigger::Dependency => Self::Dependency,
		}
	}
}

/// What is asked of the nodes.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "What is asked of the nodes")]
pub struct Constraints {
	/// Class of the job: which queue it waits in.
	#[arg(long, value_enum, default_value = "normal")]
	class: Class,
	/// Blocks within which it has to be done, from dispatch.
	#[arg(long, alias = "timeout-blocks", value_name = "BLOCKS")]
	timeout: Option<BlockNumber>,
	/// Least trust of a node, from 0 to 1.
	#[arg(long, value_parser = parts, default_value = "0")]
	min_trust: u32,
	/// Least quality of a node, from 0 to 1.
	#[arg(long, value_parser = parts, default_value = "0")]
	min_quality: u32,
	/// Nodes to prefer: their score counts 1.2 times.
	#[arg(long, value_name = "NODE")]
	prefer: Vec<NodeId>,
	/// Nodes that must not be asked.
	#[arg(long, value_name = "NODE")]
	exclude: Vec<NodeId>,
	/// Jurisdictions that nodes must stand in (ISO 3166-1 alpha-3), besides what the clause says.
	#[arg(long, value_parser = jurisdiction)]
	jurisdiction: Vec<Jurisdiction>,
	/// Who may vouch for a node's hardware, besides what the clause says.
	#[arg(long, value_enum)]
	vendor: Vec<Hardware>,
	/// Risk class whose quote policy a node's platform has to meet, if that is stricter than the clause's.
	#[arg(long, value_enum)]
	tier: Option<Risk>,
	/// Only nodes under sovereign control.
	#[arg(long)]
	sovereign: bool,
	/// As many vendors of hardware as there are, before one comes twice.
	#[arg(long)]
	spread_vendors: bool,
	/// As many jurisdictions as there are, before one comes twice.
	#[arg(long)]
	spread_jurisdictions: bool,
	/// Your jobs of the same group go to the same node, for as long as it is eligible.
	#[arg(long, value_name = "GROUP")]
	collocate: Option<u32>,
	/// Several nodes in place of one, and one answer out of theirs: size and strategy (voting, averaging, consensus,
	/// best-effort), as in 3:voting. Where the clause has a single node run it.
	#[arg(long, value_parser = ensemble, value_name = "N:STRATEGY")]
	ensemble: Option<Ensemble>,
	/// The most that it may cost, in CDT.
	#[arg(long, value_parser = parse_cdt, value_name = "CDT")]
	max_price: Option<u128>,
	/// What set it off.
	#[arg(long, value_enum, default_value = "manual")]
	trigger: Trigger,
}

impl Constraints {
	/// As the chain takes them.
	pub fn build(self) -> Result<JobConstraints> {
		Ok(JobConstraints {
			class: self.class.into(),
			trigger: self.trigger.into(),
			timeout_blocks: self.timeout,
			jurisdictions: list(self.jurisdiction, "jurisdictions")?,
			min_trust: self.min_trust,
			min_quality: self.min_quality,
			preferred: list(self.prefer, "preferred nodes")?,
			excluded: list(self.exclude, "excluded nodes")?,
			vendors: list(self.vendor.into_iter().map(Into::into).collect(), "vendors")?,
			tier: self.tier.map(Into::into),
			sovereign_only: self.sovereign,
			spread: Spread {
				vendors: self.spread_vendors,
				jurisdictions: self.spread_jurisdictions,
			},
			collocate: self.collocate,
			ensemble: self.ensemble,
			output_key: None,
			max_price: self.max_price,
		})
	}
}

/// A list as the chain takes it.
pub fn list<T, B: TryFrom<Vec<T>>>(items: Vec<T>, what: impl Display) -> Result<B> {
	let count = items.len();
	B::try_from(items).map_err(|_| Error::Argument(format!("{count} {what} are too many")))
}

/// Reads a part of one, such as 0.75, in parts of 10⁶.
pub fn parts(text: &str) -> std::result::Result<u32, String> {
	let wrong = || "a number from 0 to 1 with at most 6 decimals, as in 0.75".to_string();
	let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
	let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
	if whole.is_empty() || fraction.len() > 6 || !digits(whole) || !digits(fraction) {
		return Err(wrong());
	}
	let whole: u32 = whole.parse().map_err(|_| wrong())?;
	let fraction: u32 = format!("{fraction:0<6}").parse().map_err(|_| wrong())?;
	whole
		.checked_mul(ONE)
		.and_then(|parts| parts.checked_add(fraction))
		.filter(|parts| *parts <= ONE)
		.ok_or_else(wrong)
}

/// Reads how several answers become one.
pub fn aggregation(text: &str) -> std::result::Result<Aggregation, String> {
	Ok(match text {
		"voting" => Aggregation::Voting,
		"averaging" => Aggregation::Averaging,
		"consensus" => Aggregation::Consensus,
		"best-effort" => Aggregation::BestEffort,
		_ => return Err("voting, averaging, consensus or best-effort".into()),
	})
}

/// As [`aggregation`] reads it.
pub const fn aggregation_text(aggregation: Aggregation) -> &'static str {
	match aggregation {
		Aggregation::Voting => "voting",
		Aggregation::Averaging => "averaging",
		Aggregation::Consensus => "consensus",
		Aggregation::BestEffort => "best-effort",
	}
}

/// Reads an ensemble, such as 3:voting.
pub fn ensemble(text: &str) -> std::result::Result<Ensemble, String> {
	let wrong = || {
		format!("2 to {MAX_SEATS} nodes and a strategy (voting, averaging, consensus, best-effort), as in 3:voting")
	};
	let (size, strategy) = text.split_once(':').ok_or_else(wrong)?;
	let size: u8 = size.parse().map_err(|_| wrong())?;
	if !(2..=MAX_SEATS).contains(&size.into()) {
		return Err(wrong());
	}
	Ok(Ensemble { size, aggregation: aggregation(strategy).map_err(|_| wrong())? })
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::Parser;

	#[derive(Parser)]
	struct Command {
		#[command(flatten)]
		constraints: Constraints,
	}

	fn read(args: &str) -> Result<JobConstraints> {
		let args = std::iter::once("test").chain(args.split_whitespace());
		Command::try_parse_from(args)
			.map_err(|e| Error::Argument(e.to_string()))?
			.constraints
			.build()
	}

	#[test]
	fn no_option_should_restrict_nothing() {
		assert_eq!(read("").unwrap(), JobConstraints::default());
	}

	#[test]
	fn every_option_should_reach_the_chain() {
		let all = "--class critical --timeout 90 --min-trust 0.75 --min-quality 0.5 --prefer 4 --prefer 5 \
			--exclude 9 --jurisdiction IDN --jurisdiction NLD --vendor tdx --vendor snp --tier high --sovereign \
			--spread-vendors --spread-jurisdictions --collocate 7 --ensemble 3:best-effort --max-price 0.5 \
			--trigger sensor";
		let expected = JobConstraints {
			class: JobClass::Critical,
			trigger: TriggerKind::Sensor,
			timeout_blocks: Some(90),
			jurisdictions: vec![Jurisdiction(*b"IDN"), Jurisdiction(*b"NLD")].try_into().unwrap(),
			min_trust: 750_000,
			min_quality: 500_000,
			preferred: vec![4, 5].try_into().unwrap(),
			excluded: vec![9].try_into().unwrap(),
			vendors: vec![Vendor::IntelTdx, Vendor::AmdSevSnp].try_into().unwrap(),
			tier: Some(RiskClass::High),
			sovereign_only: true,
			spread: Spread { vendors: true, jurisdictions: true },
			collocate: Some(7),
			ensemble: Some(Ensemble { size: 3, aggregation: Aggregation::BestEffort }),
			output_key: None,
			max_price: Some(500_000_000_000),
		};
		assert_eq!(read(all).unwrap(), expected);
		// As it was called before.
		assert_eq!(read("--timeout-blocks 90").unwrap().timeout_blocks, Some(90));
	}

	#[test]
	fn what_makes_no_sense_should_be_refused() {
		for wrong in [
			"--min-trust 1.1",
			"--min-trust -0.5",
			"--min-trust 0.1234567",
			"--min-quality one",
			"--jurisdiction idn",
			"--vendor arm",
			"--tier extreme",
			"--ensemble 3",
			"--ensemble 1:voting",
			"--ensemble 8:voting",
			"--ensemble 3:majority",
			"--prefer -1",
			"--exclude 1 --exclude 2 --exclude 3 --exclude 4 --exclude 5 --exclude 6 --exclude 7 --exclude 8 --exclude 9",
		] {
			assert!(read(wrong).is_err(), "{wrong}");
		}
	}

	#[test]
	fn parts_should_be_read_exactly() {
		for (text, value) in
			[("0", 0), ("1", ONE), ("1.000000", ONE), ("0.000001", 1), ("0.3", 300_000)]
		{
			assert_eq!(parts(text), Ok(value), "{text}");
		}
		for wrong in ["", ".", ".5", "1.0000001", "2", "0.5.5", "+0.5", "4295"] {
			assert!(parts(wrong).is_err(), "{wrong}");
		}
	}

	#[test]
	fn strategies_should_be_written_as_they_are_read() {
		for one in [
			Aggregation::Voting,
			Aggregation::Averaging,
			Aggregation::Consensus,
			Aggregation::BestEffort,
		] {
			assert_eq!(aggregation(aggregation_text(one)), Ok(one));
		}
	}
}
