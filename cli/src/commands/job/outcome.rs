//! What came out of a job: what the chain decided, whose certificates say so, and the output itself.

use super::{fetch, watch::Ended};
use crate::{
	chain::{one, Chain},
	commands::write_file,
	error::{Error, Result},
	output::Output,
	secret::{read_key, JobSecret},
};
use clap::Args;
use concordat_primitives::{
	cac::{FailureCode, Outcome, Output as ClauseOutput},
	hashing::output_hash,
	job::JobStatus,
	receipt::{Operation, Voter},
	sealed::SealContext,
	views::{JobView, ReceiptView},
	Attempt, BlockNumber, Hash, JobId, NodeId,
};
use concordat_sealing::{open_output, SecretKey, Zeroizing};
use serde::Serialize;
use std::{collections::BTreeMap, path::PathBuf};

/// What to print.
#[derive(Args, Debug)]
pub struct Print {
	/// Number of the job.
	id: JobId,
	/// Write the output's bytes to a file.
	#[arg(long)]
	out: Option<PathBuf>,
	/// Open a sealed output: what was kept of the job when it was submitted.
	#[arg(long, value_name = "FILE")]
	secret: Option<PathBuf>,
	/// Open a sealed output with this key, if it was not made for the job (`concordat job key`).
	#[arg(long, value_name = "FILE", requires = "secret")]
	key: Option<PathBuf>,
}

/// What the chain decided, and the bytes as far as it has them.
pub struct Outcomes {
	/// Hash that the nodes agreed on, or the failure that they agreed on. Of an ensemble: of the answer made of theirs.
	pub result: std::result::Result<Hash, FailureCode>,
	/// The answer was made anew: no certificate names it.
	pub aggregated: bool,
	/// The output, where it can be read.
	pub bytes: Option<Vec<u8>>,
	/// The output as it was sealed, once for each node that agreed.
	pub sealed: Vec<Vec<u8>>,
	certificates: Vec<Certificate>,
}

/// One certificate.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Certificate {
	node: NodeId,
	attempt: Attempt,
	block: BlockNumber,
	#[serde(skip_serializing_if = "Option::is_none")]
	output: Option<Hash>,
	#[serde(skip_serializing_if = "Option::is_none")]
	failure: Option<FailureCode>,
	/// Whether it is one of those that the result rests on.
	agreed: bool,
	/// Where its output is.
	place: &'static str,
	simulated: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Printed {
	job: JobId,
	status: JobStatus,
	output_hash: Hash,
	aggregated: bool,
	sealed: bool,
	output: Option<String>,
	certificates: Vec<Certificate>,
}

/// Reads what the receipt says, and the certificates.
pub async fn gather(chain: &Chain, job: &JobView) -> Result<Outcomes> {
	let receipt = match job.result.as_ref().and_then(|result| result.receipt) {
		Some(receipt) => {
			chain.ask::<Option<ReceiptView>>("concordat_receipt", one(receipt)?).await?
		},
		None => None,
	};
	sort(job, receipt.as_ref())
		.ok_or_else(|| Error::NotFound(format!("result of job {} on chain", job.id)))
}

/// What was decided, and what can be read of it. The receipt has the last word; without one, what most certificates say.
fn sort(job: &JobView, receipt: Option<&ReceiptView>) -> Option<Outcomes> {
	let cacs = job.result.as_ref().map(|result| &result.cacs[..]).unwrap_or_default();
	let completion = receipt.and_then(|receipt| match &receipt.body.operation {
		Operation::JobCompleted { job: of, result, voters, .. } if *of == job.id => {
			Some((*result, &voters[..]))
		},
		_ => None,
	});
	let (result, voters) = match completion {
		Some((result, voters)) => (result, voters),
		None => {
			let mut counts: BTreeMap<_, usize> = BTreeMap::new();
			for (_, cac) in cacs {
				*counts.entry(cac.statement.body().outcome.tally()).or_default() += 1;
			}
			(counts.into_iter().max_by_key(|(_, count)| *count)?.0, &[][..])
		},
	};
	let mut outcomes = Outcomes {
		result,
		aggregated: false,
		bytes: None,
		sealed: Vec::new(),
		certificates: Vec::new(),
	};
	for (block, cac) in cacs {
		let body = cac.statement.body();
		let tally = body.outcome.tally();
		let (output, failure, place) = match &body.outcome {
			Outcome::Success { hash, output } => {
				let place = match output {
					ClauseOutput::Inline(bytes) => {
						if Ok(*hash) == result && output_hash(bytes) == *hash {
							outcomes.bytes = Some(bytes.to_vec());
						}
						"inline"
					},
					ClauseOutput::Sealed(bytes) => {
						if Ok(*hash) == result {
							outcomes.sealed.push(bytes.to_vec());
						}
						"sealed"
					},
					_ => "elsewhere",
				};
				(Some(*hash), None, place)
			},
			Outcome::Failure(code) => (None, Some(*code), "none"),
		};
		let voter = voters.iter().find(|voter: &&Voter| voter.cac == cac.digest());
		outcomes.certificates.push(Certificate {
			node: body.node,
			attempt: body.attempt,
			block: *block,
			output,
			failure,
			agreed: voter.map_or(voters.is_empty() && tally == result, |voter| voter.agreed),
			place,
			simulated: body.simulated,
		});
	}
	outcomes.aggregated = result.is_ok()
		&& !outcomes.certificates.iter().any(|one| one.output.map(Ok) == Some(result));
	if outcomes.bytes.is_none() {
		// An answer that was made of several is in no certificate.
		outcomes.bytes = job
			.result
			.as_ref()
			.and_then(|result| result.output.as_deref())
			.and_then(|digits| hex::decode(digits.trim_start_matches("0x")).ok())
			.filter(|bytes| Ok(output_hash(bytes)) == result);
	}
	Some(outcomes)
}

/// Opens the output that the nodes agreed on: any of the copies that opens will do.
fn open(
	outcomes: &Outcomes,
	job: &JobView,
	secret: &JobSecret,
	key: &SecretKey,
) -> Result<Zeroizing<Vec<u8>>> {
	let Ok(hash) = outcomes.result else {
		return Err(Error::NotFound(format!("output of job {}", job.id)));
	};
	secret.ensure_for(secret.genesis, job.id)?;
	// An output is bound to job and clause, not to a round.
	let context =
		SealContext { genesis: secret.genesis, job: job.id, round: 0, clause: job.clause.clone() };
	let salt = secret.prepared.salt();
	let mut why = None;
	for sealed in &outcomes.sealed {
		match open_output(key, &context, salt, &hash, sealed) {
			Ok(output) => return Ok(output),
			Err(error) => why = Some(error),
		}
	}
	Err(match why {
		Some(error) => Error::Argument(format!("no copy of the output opens: {error}")),
		None => Error::NotFound(format!("sealed output of job {}", job.id)),
	})
}

/// Prints what came out.
pub async fn run(args: Print, chain: &Chain, output: &Output) -> Result<()> {
	let job = fetch(chain, args.id).await?;
	if job.status != JobStatus::Completed {
		return Err(Error::JobEnded { job: args.id, reason: format!("{:?}", job.status) });
	}
	let outcomes = gather(chain, &job).await?;
	let hash = outcomes.result.map_err(|code| Error::JobEnded {
		job: args.id,
		reason: format!("the nodes agree that it fails: {code:?}"),
	})?;
	let opened = match &args.secret {
		Some(file) => {
			let secret = JobSecret::read(file)?;
			secret.ensure_for(chain.genesis(), args.id)?;
			let key = match &args.key {
				Some(file) => Some(read_key(file)?),
				None => None,
			};
			let key = key.as_ref().or(secret.output.as_ref()).ok_or_else(|| {
				Error::Argument("the output was sealed to another key: --key".into())
			})?;
			Some(open(&outcomes, &job, &secret, key)?)
		},
		None => None,
	};
	let sealed = !outcomes.sealed.is_empty();
	let bytes = opened.as_deref().or(outcomes.bytes.as_ref());
	if bytes.is_none() {
		return Err(Error::NotFound(if sealed {
			format!("way to read the output of job {} without its secret: --secret", args.id)
		} else {
			format!("output of job {} on chain", args.id)
		}));
	}
	if let (Some(path), Some(bytes)) = (&args.out, bytes) {
		write_file(path, bytes)?;
	}
	for one in &outcomes.certificates {
		output.progress(line(one));
	}
	if outcomes.aggregated {
		output.progress(format!("one answer out of theirs: output {hash:?}"));
	}
	let printed = Printed {
		job: args.id,
		status: job.status,
		output_hash: hash,
		aggregated: outcomes.aggregated,
		sealed,
		output: bytes.map(|bytes| text_of(bytes)),
		certificates: outcomes.certificates,
	};
	output.result(&printed, |printed| printed.output.clone().unwrap_or_default());
	Ok(())
}

/// After the end of a sealed job: its history, and the output, opened if it was sealed to a key of ours.
pub async fn show_sealed(
	chain: &Chain,
	output: &Output,
	ended: &Ended,
	secret: &JobSecret,
) -> Result<()> {
	let mut shown = ended.history.clone();
	if let (JobStatus::Completed, Some(key)) = (ended.job.status, &secret.output) {
		let outcomes = gather(chain, &ended.job).await?;
		if !outcomes.sealed.is_empty() {
			shown.output = Some(text_of(&open(&outcomes, &ended.job, secret, key)?));
		}
	}
	ended.print(output, &shown)
}

fn line(one: &Certificate) -> String {
	let what = match (one.output, one.failure) {
		(Some(hash), _) => format!("output {hash:?}"),
		(_, Some(code)) => format!("{code:?}"),
		_ => "nothing".into(),
	};
	format!(
		"node {}, attempt {}, block {}: {what}{}{}{}",
		one.node,
		one.attempt,
		one.block,
		if one.place == "sealed" { ", sealed" } else { "" },
		if one.agreed { "" } else { ", not counted" },
		if one.simulated { ", simulated enclave" } else { "" }
	)
}

/// Bytes as text, if they are that; in hex otherwise.
pub fn text_of(bytes: &[u8]) -> String {
	match std::str::from_utf8(bytes) {
		Ok(text) if !text.contains(|c: char| c.is_control() && c != '\n') => text.to_owned(),
		_ => format!("0x{}", hex::encode(bytes)),
	}
}

#[cfg(test)]
mod tests {
	use super::{super::seal::tests as sealing, *};
	use concordat_primitives::{
		cac::{CacStatement, CacV1, Engine, EngineKind, ResourceUsage, SignedCac},
		receipt::ReceiptBody,
		views::ResultView,
	};
	use concordat_sealing::seal_output;

	fn certificate(job: &JobView, node: NodeId, outcome: Outcome) -> (BlockNumber, SignedCac) {
		let body = CacV1 {
			genesis: sealing::GENESIS,
			job: job.id,
			attempt: 4,
			nonce: Hash::zero(),
			node,
			lease: 1,
			clause: job.clause.clone(),
			program: Hash::zero(),
			measurement: concordat_primitives::attest::Measurement([1; 48]),
			input: job.input,
			lineage: Hash::zero(),
			outcome,
			usage: ResourceUsage::default(),
			engine: Engine { kind: EngineKind::Wasmtime, version: (1, 0, 0) },
			acted_on: (1, Hash::zero()),
			simulated: true,
		};
		(9, SignedCac { statement: CacStatement::V1(body), signature: [0; 64] })
	}

	fn inline(bytes: &[u8]) -> Outcome {
		Outcome::Success {
			hash: output_hash(bytes),
			output: ClauseOutput::Inline(bytes.to_vec().try_into().unwrap()),
		}
	}

	fn with(mut job: JobView, cacs: Vec<(BlockNumber, SignedCac)>) -> JobView {
		job.status = JobStatus::Completed;
		job.result = Some(ResultView { cacs, receipt: None, decided_at: Some(10), output: None });
		job
	}

	fn receipt(
		job: &JobView,
		result: std::result::Result<Hash, FailureCode>,
		agreed: &[NodeId],
	) -> ReceiptView {
		let voters: Vec<Voter> = job
			.result
			.as_ref()
			.unwrap()
			.cacs
			.iter()
			.map(|(_, cac)| Voter {
				node: cac.statement.body().node,
				signing_key: [0; 32],
				cac: cac.digest(),
				lease: 1,
				agreed: agreed.contains(&cac.statement.body().node),
			})
			.collect();
		ReceiptView {
			body: ReceiptBody {
				id: 1,
				block: 10,
				operation: Operation::JobCompleted {
					job: job.id,
					clause: job.clause.clone(),
					program: Hash::zero(),
					input: job.input,
					result,
					k: 2,
					n: 3,
					voters: voters.try_into().unwrap(),
					paid: 1,
					simulated: true,
					ensemble: None,
				},
			},
			epoch: 1,
			index: 0,
			anchored: true,
		}
	}

	fn job() -> JobView {
		sealing::awaiting(&sealing::secret(b"rain"))
	}

	#[test]
	fn the_receipt_should_have_the_last_word() {
		let bare = job();
		let cacs = vec![
			certificate(&bare, 7, inline(b"wet")),
			certificate(&bare, 8, inline(b"wet")),
			certificate(&bare, 9, inline(b"dry")),
		];
		let job = with(bare, cacs);
		let by_count = sort(&job, None).unwrap();
		assert_eq!(by_count.bytes.as_deref(), Some(&b"wet"[..]));
		let agreed: Vec<bool> = by_count.certificates.iter().map(|one| one.agreed).collect();
		assert_eq!(agreed, [true, true, false]);
		// Whatever most certificates say.
		let decided = receipt(&job, Ok(output_hash(b"dry")), &[9]);
		let by_receipt = sort(&job, Some(&decided)).unwrap();
		assert_eq!(by_receipt.bytes.as_deref(), Some(&b"dry"[..]));
		let agreed: Vec<bool> = by_receipt.certificates.iter().map(|one| one.agreed).collect();
		assert_eq!(agreed, [false, false, true]);
		assert!(!by_receipt.aggregated);
	}

	#[test]
	fn an_output_should_be_the_one_that_its_hash_names() {
		let bare = job();
		let lie = Outcome::Success {
			hash: output_hash(b"wet"),
			output: ClauseOutput::Inline(b"dry".to_vec().try_into().unwrap()),
		};
		let cacs = vec![certificate(&bare, 7, lie)];
		assert_eq!(sort(&with(bare, cacs), None).unwrap().bytes, None);
	}

	#[test]
	fn an_answer_made_of_several_should_be_read_from_the_chain_and_be_the_one_decided() {
		let bare = job();
		let cacs = vec![certificate(&bare, 7, inline(b"1")), certificate(&bare, 8, inline(b"3"))];
		let mut job = with(bare, cacs);
		let decided = receipt(&job, Ok(output_hash(b"2")), &[7, 8]);
		let outcomes = sort(&job, Some(&decided)).unwrap();
		assert!(outcomes.aggregated && outcomes.bytes.is_none());
		for (said, read) in [("2", Some(&b"2"[..])), ("5", None)] {
			job.result.as_mut().unwrap().output = Some(format!("0x{}", hex::encode(said)));
			let outcomes = sort(&job, Some(&decided)).unwrap();
			assert_eq!(outcomes.bytes.as_deref(), read);
			assert!(outcomes.aggregated);
		}
	}

	#[test]
	fn a_sealed_output_should_be_opened_by_who_has_its_secret_alone() {
		let mut secret = sealing::secret(b"rain");
		let key = crate::secret::generate().unwrap();
		let bare = sealing::awaiting(&secret);
		let context = SealContext {
			genesis: sealing::GENESIS,
			job: bare.id,
			round: 4,
			clause: bare.clause.clone(),
		};
		let salt = *secret.prepared.salt();
		let cacs = [7, 8]
			.map(|node| {
				let sealed = seal_output(&context, &key.public(), b"wet", &salt).unwrap();
				let output = ClauseOutput::Sealed(sealed.bytes.try_into().unwrap());
				certificate(&bare, node, Outcome::Success { hash: sealed.hash, output })
			})
			.to_vec();
		let job = with(bare, cacs);
		let outcomes = sort(&job, None).unwrap();
		assert_eq!((outcomes.sealed.len(), outcomes.bytes.is_none()), (2, true));
		assert!(!outcomes.aggregated);
		assert_eq!(&open(&outcomes, &job, &secret, &key).unwrap()[..], b"wet");
		// Another key, another salt, another job.
		let other = crate::secret::generate().unwrap();
		assert!(open(&outcomes, &job, &secret, &other).is_err());
		assert!(open(&outcomes, &job, &sealing::secret(b"rain"), &key).is_err());
		secret.job = Some(6);
		assert!(open(&outcomes, &job, &secret, &key).is_err());
	}

	#[test]
	fn a_failure_that_nodes_agree_on_should_be_no_output() {
		let bare = job();
		let cacs = vec![certificate(&bare, 7, Outcome::Failure(FailureCode::FuelExhausted))];
		let job = with(bare, cacs);
		let outcomes = sort(&job, None).unwrap();
		assert_eq!(outcomes.result, Err(FailureCode::FuelExhausted));
		assert!(!outcomes.aggregated);
		assert!(open(
			&outcomes,
			&job,
			&sealing::secret(b"rain"),
			&crate::secret::generate().unwrap()
		)
		.is_err());
	}

	#[test]
	fn what_is_printed_should_have_its_shape() {
		let bare = job();
		let cacs = vec![certificate(&bare, 7, inline(b"wet"))];
		let outcomes = sort(&with(bare, cacs), None).unwrap();
		assert!(line(&outcomes.certificates[0]).contains("simulated enclave"));
		let printed = Printed {
			job: 5,
			status: JobStatus::Completed,
			output_hash: output_hash(b"wet"),
			aggregated: false,
			sealed: false,
			output: Some(text_of(b"wet")),
			certificates: outcomes.certificates,
		};
		let json = serde_json::to_value(&printed).unwrap();
		assert_eq!(json["output"], "wet");
		assert_eq!(json["certificates"][0]["agreed"], true);
		assert_eq!(json["certificates"][0]["place"], "inline");
		assert_eq!(text_of(&[0xff, 0]), "0xff00");
	}
}
