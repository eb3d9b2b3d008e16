//! `concordat attest show | policy | verify | doctor | renew | forecast`.

mod doctor;
mod forecast;
pub mod renew;
mod show;
mod verify;

use crate::{
	attest::{material, pieces::Arranged, words},
	error::{Error, Result},
	output::Output,
};
use clap::{Subcommand, ValueEnum};
use concordat_attestation::policy::QuotePolicy;
use concordat_primitives::{clause::RiskClass, NodeId};
use std::path::{Path, PathBuf};

/// Longest file that holds a quote policy, in bytes.
const MAX_POLICY_BYTES: u64 = 64 * 1024;
/// Most files of one directory that are read.
const MAX_FILES: usize = 64;

/// Verbs.
#[derive(Subcommand, Debug)]
pub enum AttestCommand {
	/// Show a node's lease: what stands behind it, what it is good for, when it ends and why.
	Show {
		/// Number of the node.
		#[arg(long)]
		node: NodeId,
	},
	/// Show what a risk class demands of a platform.
	Policy {
		/// The class.
		#[arg(value_enum)]
		class: Class,
	},
	/// Verify a quote, report or document. Needs no chain and no network, unless `--chain` is given.
	Verify(verify::Verify),
	/// Find out what the chain would refuse, and what to do about it.
	Doctor(doctor::Doctor),
	/// Have the enclave attest again: post what is missing, ask what the chain would say, then submit.
	Renew(renew::Renew),
	/// Which leases will be refused, when, and why: as things are, or under what is announced.
	Forecast(forecast::Forecast),
}

/// Risk classes.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Class {
	/// Routine.
	Low,
	/// Ordinary.
	Medium,
	/// Financial or treaty-triggering.
	High,
	/// Disaster activation.
	Critical,
}

impl From<Class> for RiskClass {
	fn from(class: Class) -> Self {
		match class {
			Class::Low => Self::Low,
			Class::Medium => Self::Medium,
			Class::High => Self::High,
			Class::Critical => Self::Critical,
		}
	}
}

/// Runs a verb.
pub async fn run(command: AttestCommand, url: &str, output: &Output) -> Result<()> {
	match command {
		AttestCommand::Show { node } => show::show(node, url, output).await,
		AttestCommand::Policy { class } => show::policy(class.into(), url, output).await,
		AttestCommand::Verify(args) => verify::run(args, url, output).await,
		AttestCommand::Doctor(args) => doctor::run(args, url, output).await,
		AttestCommand::Renew(args) => renew::run(args, url, output).await,
		AttestCommand::Forecast(args) => forecast::run(args, url, output).await,
	}
}

/// What a refusal says and what to do about it, as the reason why a command did not work.
pub fn refused(why: &concordat_attestation::Error) -> Error {
	Error::Evidence(format!("{}. {}", words::error(why), words::advice(why)))
}

/// Reads files, and the files of directories, for whatever they hold.
pub fn read_materials(paths: &[PathBuf]) -> Result<Vec<material::Material>> {
	let mut files = Vec::new();
	for path in paths {
		let failed = |reason| Error::File { path: path.clone(), reason };
		if !path.is_dir() {
			files.push(path.clone());
			continue;
		}
		let mut inside = Vec::new();
		for entry in std::fs::read_dir(path).map_err(failed)? {
			let entry = entry.map_err(failed)?.path();
			if entry.is_file() {
				inside.push(entry);
			}
			if inside.len() > MAX_FILES {
				return Err(Error::Argument(format!(
					"{} holds more than {MAX_FILES} files",
					path.display()
				)));
			}
		}
		// In an order that does not depend on the file system.
		inside.sort();
		files.extend(inside);
	}
	let mut all = Vec::new();
	for file in files {
		let bytes = super::read_file(&file, material::MAX_FILE_BYTES)?;
		let found = material::read(&bytes)
			.map_err(|why| Error::Argument(format!("{}: {why}", file.display())))?;
		all.extend(found);
	}
	Ok(all)
}

/// Tells what could not be used.
pub fn tell_left_out(arranged: &Arranged, output: &Output) {
	for left in &arranged.left_out {
		output.progress(format!("not used: {left}"));
	}
	for leaf in &arranged.leaves {
		output.progress(format!(
			"not used: \u{201c}{}\u{201d} is the certificate of a platform: it goes with evidence",
			leaf.name
		));
	}
}

/// Reads a quote policy: JSON, as `concordat attest policy CLASS --json` prints it.
pub fn read_policy(path: &Path) -> Result<QuotePolicy> {
	let bytes = super::read_file(path, MAX_POLICY_BYTES)?;
	serde_json::from_slice(&bytes)
		.map_err(|e| Error::Argument(format!("{} is not a quote policy: {e}", path.display())))
}
