//! `concordat receipt fetch | rollup | authorities | verify`.

use super::{job, read_file, write_file};
use crate::{
	chain::{one, push, two, Chain},
	error::{Error, Result},
	output::Output,
	verify::{self, short, Trust},
};
use clap::{Args, Subcommand};
use codec::{DecodeAll, Encode};
use concordat_primitives::{
	receipt::{Operation, RollupHeader},
	rollup::{RollupCertificate, SignerSet},
	text::hex_bytes,
	views::{ReceiptProof, ReceiptView},
	Hash, JobId, ReceiptId, RollupEpoch,
};
use concordat_proofs::{
	bundle::{Authority, Bundle, Finality},
	check,
	grandpa::Authorities,
	rollup as light,
};
use serde::{Deserialize, Serialize};
use std::{
	path::{Path, PathBuf},
	time::{Duration, Instant},
};

/// Longest file with authorities or signers, in bytes.
const MAX_TRUST: u64 = 1 << 20;
/// How often the node is asked again.
const PAUSE: Duration = Duration::from_millis(400);

/// Verbs.
#[derive(Subcommand, Debug)]
pub enum ReceiptCommand {
	/// Fetch a receipt into one file, with its proof up to a block that GRANDPA has finalised.
	Fetch(Fetch),
	/// Print the header of a closed rollup and its hash, once its block is final.
	Rollup {
		/// Number of the rollup.
		epoch: RollupEpoch,
		/// Seconds to wait for finality at most.
		#[arg(long, default_value_t = 60)]
		patience: u64,
	},
	/// Write down GRANDPA's present set of authorities, for `receipt verify --authorities`. Ask a node that you trust.
	Authorities {
		/// Where to write it.
		#[arg(long)]
		out: PathBuf,
		/// Hash of the block whose state is asked; the newest final one if none is given.
		#[arg(long)]
		at: Option<Hash>,
	},
	/// Check a file of `receipt fetch`. Needs no node and no network.
	Verify(Verify),
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
	/// Do not wait for the block that ties the rollup to GRANDPA's signatures. Who checks the file has to know the hash of
	/// its rollup.
	#[arg(long)]
	no_finality: bool,
	/// Write bytes instead of JSON: the same in less than half the size.
	#[arg(long)]
	binary: bool,
	/// Seconds to wait until the rollup is closed and final at most.
	#[arg(long, default_value_t = 60)]
	patience: u64,
}

/// What to check, and by what.
#[derive(Args, Debug)]
pub struct Verify {
	/// The file.
	file: PathBuf,
	#[command(flatten)]
	by: By,
	/// Genesis hash of the chain that the receipt has to be of.
	#[arg(long)]
	genesis: Option<Hash>,
}

/// What you trust, from a source other than the file. Without any of these, what the file hangs on is printed for you to
/// compare.
#[derive(Args, Debug)]
#[group(multiple = false)]
pub struct By {
	/// File with GRANDPA's authorities (see `receipt authorities`).
	#[arg(long)]
	authorities: Option<PathBuf>,
	/// Hash of the final block that the file leads to.
	#[arg(long)]
	header_hash: Option<Hash>,
	/// Hash of the rollup (see `receipt rollup`).
	#[arg(long)]
	rollup_hash: Option<Hash>,
	/// File with the validators who sign rollups: the JSON of a `SignerSet`.
	#[arg(long)]
	signers: Option<PathBuf>,
}

/// A set of authorities in a file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AuthoritiesFile {
	/// Number of the set.
	set_id: u64,
	/// Keys and weights.
	authorities: Vec<Authority>,
}

/// What ties a rollup to a final block: the answer of `concordat_anchorProof`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AnchorProof {
	/// Rollups from the one asked for to the one that the leaf names.
	pub rollups: Vec<light::RollupHeader>,
	/// SCALE of `AnchorLeaf`.
	#[serde(with = "hex_bytes")]
	pub leaf: Vec<u8>,
	/// SCALE of `sp_mmr_primitives::LeafProof`.
	#[serde(with = "hex_bytes")]
	pub leaf_proof: Vec<u8>,
	/// SCALE of the header.
	#[serde(with = "hex_bytes")]
	pub header: Vec<u8>,
	/// SCALE of the justification.
	#[serde(with = "hex_bytes")]
	pub justification: Vec<u8>,
	/// Number of the set that voted.
	pub set_id: u64,
	/// The set.
	pub authorities: Vec<Authority>,
}

/// Runs a verb.
pub async fn run(command: ReceiptCommand, url: &str, output: &Output) -> Result<()> {
	match command {
		ReceiptCommand::Fetch(args) => fetch(args, url, output).await,
		ReceiptCommand::Rollup { epoch, patience } => rollup(epoch, patience, url, output).await,
		ReceiptCommand::Authorities { out, at } => authorities(&out, at, url, output).await,
		ReceiptCommand::Verify(args) => verify_file(&args, output),
	}
}

fn verify_file(args: &Verify, output: &Output) -> Result<()> {
	let bundle = verify::read(&read_file(&args.file, verify::MAX_FILE)?)?;
	let report = verify::verify(&bundle, &trust(&args.by)?, args.genesis)?;
	output.result(&report, |report| report.to_string());
	Ok(())
}

fn trust(by: &By) -> Result<Trust> {
	if let Some(path) = &by.authorities {
		return Ok(Trust::Authorities(read_authorities(path)?));
	}
	if let Some(path) = &by.signers {
		let set: SignerSet = read_trust(path, "signer set")?;
		return Ok(Trust::Signers(Box::new(set)));
	}
	Ok(match (by.header_hash, by.rollup_hash) {
		(Some(hash), _) => Trust::Header(hash),
		(None, Some(hash)) => Trust::Rollup(hash),
		(None, None) => Trust::Nothing,
	})
}

fn read_trust<T: serde::de::DeserializeOwned>(path: &Path, what: &str) -> Result<T> {
	serde_json::from_slice(&read_file(path, MAX_TRUST)?)
		.map_err(|e| Error::Argument(format!("{} is no {what}: {e}", path.display())))
}

fn read_authorities(path: &Path) -> Result<Authorities> {
	let file: AuthoritiesFile = read_trust(path, "set of authorities")?;
	let list = file.authorities.iter().map(|one| (one.key, one.weight)).collect();
	Authorities::new(file.set_id, list)
		.map_err(|e| Error::Argument(format!("{}: {e}", path.display())))
}

/// How long to wait, and since when.
struct Waiting {
	started: Instant,
	patience: u64,
	said: bool,
}

impl Waiting {
	fn new(patience: u64) -> Self {
		Self { started: Instant::now(), patience, said: false }
	}

	/// Says once what is waited for, and waits a little; `over` once the time is up.
	async fn pause(
		&mut self,
		output: &Output,
		what: &str,
		over: impl FnOnce() -> Error,
	) -> Result<()> {
		if self.started.elapsed() >= Duration::from_secs(self.patience) {
			return Err(over());
		}
		if !std::mem::replace(&mut self.said, true) {
			output.progress(what);
		}
		tokio::time::sleep(PAUSE).await;
		Ok(())
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
	let mut proof = receipt(&chain, id, args.patience, output).await?;
	let mut tie = None;
	if !args.no_finality {
		let tied = anchored(&chain, id, proof, args.patience, output).await?;
		proof = tied.0;
		tie = Some(tied.1);
	}
	let cacs = match &proof.body.operation {
		Operation::JobCompleted { job, .. } => job::fetch(&chain, *job)
			.await?
			.result
			.map(|result| result.cacs.into_iter().map(|(_, cac)| cac).collect())
			.unwrap_or_default(),
		_ => Vec::new(),
	};
	let mut bundle = short::bundle(&proof, short::named(&proof.body, &cacs))?;
	bundle.signatures = signatures(&chain, proof.rollup.epoch, output).await;
	if let Some(tie) = tie {
		bundle.rollups = tie.rollups;
		bundle.finality = Some(Finality {
			leaf: tie.leaf,
			leaf_proof: tie.leaf_proof,
			header: tie.header,
			justification: tie.justification,
			set_id: tie.set_id,
			authorities: tie.authorities,
		});
	}
	// A file that every reader refuses would be of no use: the node is at fault, and now is the time to say so.
	let genesis = chain.genesis();
	check::check(&bundle, &check::Trust::Nothing, Some(&genesis.0))
		.map_err(|refusal| Error::BadReceipt(refusal.to_string()))?;
	// That certificates are missing may be mended, or not matter.
	if let Err(error) = verify::verify(&bundle, &Trust::Nothing, Some(genesis)) {
		output.progress(format!("the file will be refused: {error}"));
	}
	let bytes = if args.binary { bundle.to_bytes() } else { json(&bundle)? };
	write_file(&args.out, &bytes)?;
	output.progress(format!(
		"receipt {id} and its proof: {} bytes in {}",
		bytes.len(),
		args.out.display()
	));
	if output.json {
		output.result(&bundle, |_| String::new());
	}
	Ok(())
}

fn json(bundle: &Bundle) -> Result<Vec<u8>> {
	serde_json::to_vec_pretty(bundle).map_err(|e| Error::Argument(e.to_string()))
}

/// The receipt with its path, once its rollup is closed.
async fn receipt(
	chain: &Chain,
	id: ReceiptId,
	patience: u64,
	output: &Output,
) -> Result<ReceiptProof> {
	let mut waiting = Waiting::new(patience);
	loop {
		if let Some(proof) = chain.ask("concordat_receiptProof", one(id)?).await? {
			return Ok(proof);
		}
		if chain.ask::<Option<ReceiptView>>("concordat_receipt", one(id)?).await?.is_none() {
			return Err(Error::NotFound(format!("receipt {id}")));
		}
		let over =
			|| Error::NotFound(format!("proof of receipt {id} yet: its rollup is still open"));
		waiting.pause(output, "waiting until the rollup is closed", over).await?;
	}
}

/// What ties the receipt's rollup to a final block, once there is one. A reorganisation may have moved the receipt to
/// another rollup meanwhile; so it is asked for again until both fit.
async fn anchored(
	chain: &Chain,
	id: ReceiptId,
	mut proof: ReceiptProof,
	patience: u64,
	output: &Output,
) -> Result<(ReceiptProof, AnchorProof)> {
	let mut waiting = Waiting::new(patience);
	loop {
		let epoch = proof.rollup.epoch;
		if let Some(tie) =
			chain.ask::<Option<AnchorProof>>("concordat_anchorProof", one(epoch)?).await?
		{
			if tie.rollups.first().map(light::RollupHeader::hash) == Some(proof.rollup.hash().0) {
				return Ok((proof, tie));
			}
			proof = receipt(chain, id, patience, output).await?;
		}
		let what = format!("waiting until a block that names rollup {epoch} is final");
		waiting.pause(output, &what, || Error::TimedOut(patience)).await?;
	}
}

/// The signatures over a rollup. A file does without, and so do nodes that do not serve them.
async fn signatures(chain: &Chain, epoch: RollupEpoch, output: &Output) -> Option<Vec<u8>> {
	let asked = chain
		.ask::<Option<RollupCertificate>>("concordat_rollupCertificate", one(epoch).ok()?)
		.await;
	match asked {
		Ok(certificate) => certificate.map(|certificate| certificate.encode()),
		Err(error) => {
			output.progress(format!("without signatures over the rollup: {error}"));
			None
		},
	}
}

/// A state call without arguments, at a block.
async fn state<T: codec::Decode>(chain: &Chain, call: &str, at: Hash) -> Result<T> {
	let mut params = two(call, "0x")?;
	push(&mut params, at)?;
	let text: String = chain.ask("state_call", params).await?;
	let failed = || Error::Rpc { method: call.into(), reason: "an answer of another type".into() };
	let bytes = hex::decode(text.trim_start_matches("0x")).map_err(|_| failed())?;
	T::decode_all(&mut &bytes[..]).map_err(|_| failed())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written {
	at: Hash,
	set_id: u64,
	hash: Hash,
	authorities: usize,
}

async fn authorities(out: &Path, at: Option<Hash>, url: &str, output: &Output) -> Result<()> {
	let chain = Chain::connect(url).await?;
	let at = match at {
		Some(at) => at,
		None => chain.finalised().await?.1,
	};
	let set_id: u64 = state(&chain, "GrandpaApi_current_set_id", at).await?;
	let list: Vec<([u8; 32], u64)> = state(&chain, "GrandpaApi_grandpa_authorities", at).await?;
	let set = Authorities::new(set_id, list)
		.map_err(|e| Error::Rpc { method: "state_call".into(), reason: e.to_string() })?;
	let one = |(key, weight): &([u8; 32], u64)| Authority { key: *key, weight: *weight };
	let file = AuthoritiesFile { set_id, authorities: set.list().iter().map(one).collect() };
	let json = serde_json::to_vec_pretty(&file).map_err(|e| Error::Argument(e.to_string()))?;
	write_file(out, &json)?;
	let (hash, authorities) = (Hash::from(set.hash()), set.len());
	output.result(&Written { at, set_id, hash, authorities }, |written| {
		[
			format!("authority set {}", written.set_id),
			format!("  hash         {:?}", written.hash),
			format!("  authorities  {}", written.authorities),
			format!("  as of block  {:?}", written.at),
		]
		.join("\n")
	});
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
	let mut waiting = Waiting::new(patience);
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
		let what = format!("waiting until rollup {epoch} is final");
		waiting.pause(output, &what, || Error::TimedOut(patience)).await?;
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

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_set_of_authorities_is_read_as_it_was_written() {
		let directory = tempfile::tempdir().unwrap();
		let path = directory.path().join("authorities.json");
		let set = Authorities::new(4, vec![([1; 32], 1), ([2; 32], 7)]).unwrap();
		let one = |(key, weight): &([u8; 32], u64)| Authority { key: *key, weight: *weight };
		let file = AuthoritiesFile { set_id: 4, authorities: set.list().iter().map(one).collect() };
		write_file(&path, &serde_json::to_vec(&file).unwrap()).unwrap();
		assert_eq!(read_authorities(&path).unwrap(), set);
		for text in ["{}", "", "{\"setId\":4,\"authorities\":[]}", "{\"setId\":4}"] {
			write_file(&path, text.as_bytes()).unwrap();
			assert!(read_authorities(&path).is_err(), "{text}");
		}
	}

	#[test]
	fn the_answer_of_a_node_is_read() {
		let header = serde_json::json!({
			"epoch": 1, "genesis": Hash::repeat_byte(1), "previous": Hash::zero(),
			"root": Hash::repeat_byte(3), "count": 2, "firstReceipt": 3, "openedAt": 4, "closedAt": 5,
		});
		let answer = serde_json::json!({
			"rollups": [header], "leaf": "0x00", "leafProof": "0x01", "header": "0x02",
			"justification": "0x03", "setId": 6,
			"authorities": [{ "key": Hash::repeat_byte(9), "weight": 1 }],
		});
		let read: AnchorProof = serde_json::from_value(answer).unwrap();
		assert_eq!((read.leaf, read.leaf_proof, read.set_id), (vec![0], vec![1], 6));
		assert_eq!(read.authorities, [Authority { key: [9; 32], weight: 1 }]);
		assert_eq!(read.rollups[0].first_receipt, 3);
	}
}
