//! `concordat receipt fetch | verify`.

use super::{job, read_file, write_file};
use crate::{
	chain::{one, Chain},
	error::{Error, Result},
	output::Output,
	verify::{verify, Bundle},
};
use clap::{Args, Subcommand};
use concordat_primitives::{receipt::Operation, views::ReceiptProof, Hash, JobId, ReceiptId};
use std::path::PathBuf;

/// Longest bundle that is read, in bytes.
const MAX_BUNDLE: u64 = 1 << 20;

/// Verbs.
#[derive(Subcommand, Debug)]
pub enum ReceiptCommand {
	/// Fetch a receipt with its proof into one file.
	Fetch(Fetch),
	/// Check such a file. Needs no node and no network.
	Verify {
		/// The file.
		file: PathBuf,
		/// Hash of the rollup, from a source that you trust. Without it, the file's own is printed for you to compare.
		#[arg(long)]
		rollup_hash: Option<Hash>,
	},
}

/// Which receipt.
#[derive(Args, Debug)]
pub struct Fetch {
	/// Number of the receipt.
	#[arg(required_unless_present = "job")]
	id: Option<ReceiptId>,
	/// Or the receipt of this job.
	#[arg(long, conflicts_with = "id")]
	job: Option<JobId>,
	/// Where to write it.
	#[arg(long)]
	out: PathBuf,
}

/// Runs a verb.
pub async fn run(command: ReceiptCommand, url: &str, output: &Output) -> Result<()> {
	match command {
		ReceiptCommand::Fetch(args) => fetch(args, url, output).await,
		ReceiptCommand::Verify { file, rollup_hash } => {
			let bytes = read_file(&file, MAX_BUNDLE)?;
			let bundle: Bundle = serde_json::from_slice(&bytes)
				.map_err(|e| Error::BadReceipt(format!("the file is not a receipt bundle: {e}")))?;
			let report = verify(&bundle, rollup_hash)?;
			output.result(&report, |report| report.to_string());
			Ok(())
		},
	}
}

async fn fetch(args: Fetch, url: &str, output: &Output) -> Result<()> {
	let chain = Chain::connect(url).await?;
	let id = match (args.id, args.job) {
		(Some(id), _) => id,
		(None, Some(job)) => job::fetch(&chain, job)
			.await?
			.result
			.and_then(|result| result.receipt)
			.ok_or_else(|| Error::NotFound(format!("receipt of job {job}")))?,
		(None, None) => return Err(Error::Argument("name a receipt, or a job with --job".into())),
	};
	let proof: Option<ReceiptProof> = chain.ask("concordat_receiptProof", one(id)?).await?;
	let proof = proof.ok_or_else(|| Error::NotFound(format!("proof of receipt {id} yet: its rollup is still open")))?;
	let cacs = match &proof.body.operation {
		Operation::JobCompleted { job, .. } => job::fetch(&chain, *job)
			.await?
			.result
			.map(|result| result.cacs.into_iter().map(|(_, cac)| cac).collect())
			.unwrap_or_default(),
		_ => Vec::new(),
	};
	let bundle = Bundle { format: Bundle::FORMAT.into(), proof, cacs };
	let json = serde_json::to_vec_pretty(&bundle).map_err(|e| Error::Argument(e.to_string()))?;
	write_file(&args.out, &json)?;
	output.progress(format!("receipt {id} and its proof: {} bytes in {}", json.len(), args.out.display()));
	if output.json {
		output.result(&bundle, |_| String::new());
	}
	Ok(())
}
