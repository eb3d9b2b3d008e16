//! `concordat receipt fetch | rollup | verify`.

use super::{job, read_file, write_file};
use crate::{
	chain::{one, two, Chain},
	error::{Error, Result},
	output::Output,
	verify::{verify, Bundle},
};
use clap::{Args, Subcommand};
use concordat_primitives::{
	receipt::{Operation, RollupHeader},
	views::{ReceiptProof, ReceiptView},
	Hash, JobId, ReceiptId, RollupEpoch,
};
use serde::Serialize;
use std::{
	path::PathBuf,
	time::{Duration, Instant},
};

/// Longest bundle that is read, in bytes.
const MAX_BUNDLE: u64 = 1 << 20;

/// Verbs.
#[derive(Subcommand, Debug)]
pub enum ReceiptCommand {
	/// Fetch a receipt with its proof into one file.
	Fetch(Fetch),
	/// Print the header of a closed rollup and its hash, once its block is final.
	Rollup {
		/// Number of the rollup.
		epoch: RollupEpoch,
		/// Seconds to wait for finality at most.
		#[arg(long, default_value_t = 60)]
		patience: u64,
	},
	/// Check such a file. Needs no node and no network.
	Verify {
		/// The file.
		file: PathBuf,
		/// Hash of the rollup, from a source that you trust (see `receipt rollup`). Without it, the file's own is
		/// printed for you to compare.
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
		ReceiptCommand::Rollup { epoch, patience } => rollup(epoch, patience, url, output).await,
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
	let Some(proof) = proof else {
		let view: Option<ReceiptView> = chain.ask("concordat_receipt", one(id)?).await?;
		return Err(Error::NotFound(match view {
			Some(_) => format!("proof of receipt {id} yet: its rollup is still open"),
			None => format!("receipt {id}"),
		}));
	};
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
	output.progress(format!(
		"receipt {id} and its proof: {} bytes in {}",
		json.len(),
		args.out.display()
	));
	if output.json {
		output.result(&bundle, |_| String::new());
	}
	Ok(())
}

#[derive(Serialize)]
struct Closed {
	#[serde(flatten)]
	header: RollupHeader,
	hash: Hash,
}

/// Reads the finalised chain: a hash that a reorganisation can take back is nothing to trust.
async fn rollup(epoch: RollupEpoch, patience: u64, url: &str, output: &Output) -> Result<()> {
	let chain = Chain::connect(url).await?;
	let started = Instant::now();
	let header = loop {
		let (_, at) = chain.finalised().await?;
		if let Some(header) =
			chain.ask::<Option<RollupHeader>>("concordat_rollup", two(epoch, at)?).await?
		{
			break header;
		}
		if chain.ask::<Option<RollupHeader>>("concordat_rollup", one(epoch)?).await?.is_none() {
			return Err(Error::NotFound(format!("closed rollup {epoch}")));
		}
		if started.elapsed() > Duration::from_secs(patience) {
			return Err(Error::TimedOut(patience));
		}
		tokio::time::sleep(Duration::from_millis(400)).await;
	};
	output.result(&Closed { hash: header.hash(), header }, describe);
	Ok(())
}

fn describe(closed: &Closed) -> String {
	let Closed { header, hash } = closed;
	[
		format!("rollup {}", header.epoch),
		format!("  hash         {hash:?}"),
		format!("  root         {:?}", header.root),
		format!("  receipts     {} from number {}", header.count, header.first_receipt),
		format!("  blocks       {} to {}", header.opened_at, header.closed_at),
		format!("  follows      {:?}", header.previous),
		format!("  genesis      {:?}", header.genesis),
	]
	.join("\n")
}
