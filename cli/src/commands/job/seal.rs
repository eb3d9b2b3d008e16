//! Sealing the input of a job to the enclaves that got it.
//!
//! Who they are, and which keys their leases name, is what the node says that is asked (`--url`). It cannot bring in a node
//! that the job does not name, and what is sealed to another key than the lease's is refused by the chain; but whoever
//! answers for the chain has seen the sealing by then. So ask a node of your own, or several that are not in league
//! (`--witness`).

use super::{fetch, outcome, watch};
use crate::{
	chain::{keypair, Chain},
	commands::{location, read_file, write_file},
	error::{Error, Result},
	output::Output,
	secret::JobSecret,
};
use clap::Args;
use concordat_primitives::{
	attest::EncryptionKey,
	job::JobStatus,
	sealed::{SealContext, SealedInput},
	views::JobView,
	Attempt, BlockNumber, Hash, JobId, NodeId,
};
use concordat_sealing::{Sealing, Zeroizing, MAX_SEALABLE_INPUT};
use serde::Serialize;
use std::{
	path::PathBuf,
	time::{Duration, Instant},
};
use subxt_signer::sr25519::Keypair;

/// A node, and the key that its lease names.
type Recipient = (NodeId, EncryptionKey);

/// Times that a witness is asked before it counts as of another opinion.
const WITNESS_TRIES: u32 = 12;
/// Times that a sealing is made again because the recipients changed while it was on its way.
const TRIES: u32 = 3;
/// Refusals after which another sealing can do: the round or a key has changed meanwhile.
const OVERTAKEN: [&str; 5] = [
	"WrongRound",
	"RecipientMissing",
	"RecipientUnknown",
	"RecipientKeyChanged",
	"NotAwaitingInput",
];

/// What sealing takes.
#[derive(Args, Debug)]
pub struct Seal {
	/// Number of the job.
	id: JobId,
	/// The input that the job commits to.
	#[arg(long)]
	input: PathBuf,
	/// What was kept of it when it was submitted. Default: beside the input.
	#[arg(long, value_name = "FILE")]
	secret: Option<PathBuf>,
	#[command(flatten)]
	elsewhere: Elsewhere,
	/// Secret of the requester.
	#[arg(long, env = "CONCORDAT_SURI", default_value = "//Alice", hide_env_values = true)]
	suri: String,
	/// Follow it to its end, and seal again for every further round.
	#[arg(long)]
	watch: bool,
	/// Seconds to wait at most, for nodes or, with `--watch`, for the end.
	#[arg(long, default_value_t = 180)]
	patience: u64,
}

/// Where a ciphertext goes that the chain does not keep.
#[derive(Args, Clone, Debug, Default)]
pub struct Elsewhere {
	/// Keep the ciphertext off the chain: the address where nodes may fetch it. It is written to `--ciphertext`, and
	/// has to be there before the nodes look.
	#[arg(long, value_name = "URL", requires = "ciphertext")]
	sealed_elsewhere: Option<String>,
	/// File that the ciphertext is written to. It is no secret.
	#[arg(long, value_name = "FILE", requires = "sealed_elsewhere")]
	ciphertext: Option<PathBuf>,
	/// Other nodes that have to name the same recipients with the same keys, before anything is sealed to them.
	#[arg(long, value_name = "URL")]
	witness: Vec<String>,
}

impl Elsewhere {
	/// What the chain takes.
	fn submission(&self, sealing: &Sealing) -> Result<SealedInput> {
		let (Some(url), Some(file)) = (&self.sealed_elsewhere, &self.ciphertext) else {
			return sealing.inline().ok_or_else(|| {
				Error::Argument(format!(
					"{} bytes of ciphertext are more than the chain keeps: --sealed-elsewhere",
					sealing.ciphertext.len()
				))
			});
		};
		write_file(file, &sealing.ciphertext)?;
		sealing
			.external(location(url)?)
			.ok_or_else(|| Error::Argument("the ciphertext is too long".into()))
	}
}

/// Seals for one round after the other.
pub struct Sealer<'a> {
	signer: &'a Keypair,
	/// What has to be kept until the result is there.
	pub secret: JobSecret,
	input: Zeroizing<Vec<u8>>,
	elsewhere: Elsewhere,
	/// The round that was sealed last.
	sealed: Option<Attempt>,
}

/// A sealing that the chain has.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Done {
	job: JobId,
	round: Attempt,
	block: BlockNumber,
	ciphertext: Hash,
	recipients: Vec<NodeId>,
}

/// The attempt under which the seats of the present round were given: nobody has stepped in while a job awaits its input.
pub fn round_of(job: &JobView) -> Option<Attempt> {
	job.seats.iter().map(|seat| seat.attempt).min()
}

impl<'a> Sealer<'a> {
	/// Nothing is sealed yet.
	pub fn new(
		signer: &'a Keypair,
		secret: JobSecret,
		input: Zeroizing<Vec<u8>>,
		elsewhere: Elsewhere,
	) -> Self {
		Self { signer, secret, input, elsewhere, sealed: None }
	}

	/// Seals if the job awaits its input for a round that was not sealed yet.
	pub async fn step(
		&mut self,
		chain: &Chain,
		output: &Output,
		job: &JobView,
	) -> Result<Option<Done>> {
		let due = match (job.status, round_of(job)) {
			(JobStatus::AwaitingInput, Some(round)) => self.sealed != Some(round),
			_ => false,
		};
		if !due {
			return Ok(None);
		}
		let mut job = job.clone();
		for again in 1..=TRIES {
			match self.seal(chain, &job).await {
				Ok(done) => {
					output.progress(format!(
						"sealed for round {} to nodes {:?} in block {}",
						done.round, done.recipients, done.block
					));
					self.sealed = Some(done.round);
					return Ok(Some(done));
				},
				Err(Error::Refused { reason, .. }) if again < TRIES && is_overtaken(&reason) => {
					output.progress("the recipients have changed meanwhile");
					job = fetch(chain, job.id).await?;
					if job.status != JobStatus::AwaitingInput {
						return Ok(None);
					}
				},
				Err(error) => return Err(error),
			}
		}
		Ok(None)
	}

	async fn seal(&self, chain: &Chain, job: &JobView) -> Result<Done> {
		let recipients: Vec<Recipient> =
			chain.view("JobDispatch", "seal_recipients", (job.id,)).await?;
		for url in &self.elsewhere.witness {
			confirm(url, chain.genesis(), job.id, &recipients).await?;
		}
		let sealing = self.sealing(chain.genesis(), job, &recipients)?;
		let submission = self.elsewhere.submission(&sealing)?;
		let included = chain
			.submit(self.signer, "JobDispatch", "provide_sealed", (job.id, submission))
			.await?;
		Ok(Done {
			job: job.id,
			round: sealing.round,
			block: included.block,
			ciphertext: sealing.hash,
			recipients: recipients.into_iter().map(|(node, _)| node).collect(),
		})
	}

	/// Seals to the recipients of the present round, which have to be its seats and may be its backups.
	fn sealing(&self, genesis: Hash, job: &JobView, recipients: &[Recipient]) -> Result<Sealing> {
		self.secret.ensure_for(genesis, job.id)?;
		if self.secret.prepared.commitment() != job.input {
			return Err(Error::Argument(format!(
				"the secret is not that of job {}: the job commits to {:?}",
				job.id, job.input
			)));
		}
		let named = |node: &NodeId| {
			job.seats.iter().any(|seat| seat.node == *node) || job.backups.contains(node)
		};
		// The chain's answer comes from one node, which may be anybody's. It decides who can read the input.
		if let Some((stranger, _)) = recipients.iter().find(|(node, _)| !named(node)) {
			return Err(Error::Argument(format!(
				"node {stranger} neither has a seat in job {} nor stands by",
				job.id
			)));
		}
		let round = round_of(job).ok_or_else(|| Error::NotFound("seat to seal for".into()))?;
		let context = SealContext { genesis, job: job.id, round, clause: job.clause.clone() };
		concordat_sealing::seal(&self.secret.prepared, &self.input, &context, recipients)
			.map_err(|e| Error::Argument(e.to_string()))
	}
}

/// Fails unless another node of the same chain names the same recipients with the same keys. It may be a block behind.
async fn confirm(url: &str, genesis: Hash, job: JobId, recipients: &[Recipient]) -> Result<()> {
	let witness = Chain::connect(url).await?;
	if witness.genesis() != genesis {
		return Err(Error::Argument(format!("{url} is a node of another chain")));
	}
	for _ in 0..WITNESS_TRIES {
		let theirs: Vec<Recipient> = witness.view("JobDispatch", "seal_recipients", (job,)).await?;
		if are_same(recipients, &theirs) {
			return Ok(());
		}
		tokio::time::sleep(watch::PAUSE).await;
	}
	Err(Error::Argument(format!(
		"{url} names other recipients of job {job}, or other keys: nothing was sealed"
	)))
}

/// Whether both name the same nodes with the same keys, in whatever order.
fn are_same(ours: &[Recipient], theirs: &[Recipient]) -> bool {
	let sorted = |list: &[Recipient]| {
		let mut list = list.to_vec();
		list.sort_unstable();
		list
	};
	sorted(ours) == sorted(theirs)
}

/// Whether another sealing can do.
fn is_overtaken(reason: &str) -> bool {
	OVERTAKEN.iter().any(|name| reason.contains(name))
}

/// Seals.
pub async fn run(args: Seal, chain: &Chain, output: &Output) -> Result<()> {
	let signer = keypair(&args.suri)?;
	let file = args.secret.clone().unwrap_or_else(|| crate::secret::beside(&args.input));
	let secret = JobSecret::read(&file)?;
	let input = Zeroizing::new(read_file(&args.input, MAX_SEALABLE_INPUT as u64)?);
	secret.ensure_for(chain.genesis(), args.id)?;
	// A number that was never given out is refused at once.
	fetch(chain, args.id).await?;
	let mut sealer = Sealer::new(&signer, secret, input, args.elsewhere);
	if args.watch {
		let ended = watch::follow(chain, output, args.id, args.patience, Some(&mut sealer)).await?;
		return outcome::show_sealed(chain, output, &ended, &sealer.secret).await;
	}
	let started = Instant::now();
	loop {
		let job = fetch(chain, args.id).await?;
		if let Some(done) = sealer.step(chain, output, &job).await? {
			output
				.result(&done, |done| format!("job {} sealed for round {}", done.job, done.round));
			return Ok(());
		}
		// It waits for nodes; in any other state nothing is to be sealed now.
		if !matches!(job.status, JobStatus::Pending | JobStatus::Paused | JobStatus::AwaitingInput)
		{
			return Err(Error::Argument(format!(
				"job {} does not await its input: {:?}",
				args.id, job.status
			)));
		}
		if started.elapsed() > Duration::from_secs(args.patience) {
			return Err(Error::TimedOut(args.patience));
		}
		tokio::time::sleep(Duration::from_millis(400)).await;
	}
}

#[cfg(test)]
pub mod tests {
	use super::*;
	use concordat_primitives::{
		job::{JobClass, Seat, SeatState},
		AccountId, ClauseId,
	};
	use concordat_sealing::{open_input, Envelope, SecretKey};

	pub const GENESIS: Hash = Hash::repeat_byte(3);

	fn seat(node: NodeId, attempt: Attempt) -> Seat {
		Seat {
			node,
			attempt,
			nonce: Hash::zero(),
			lease: 1,
			signing_key: [0; 32],
			score: 1,
			assigned_at: 1,
			ack_by: 2,
			deliver_by: 3,
			state: SeatState::Assigned,
		}
	}

	/// A job of two seats and a backup that awaits the input of `secret`.
	pub fn awaiting(secret: &JobSecret) -> JobView {
		JobView {
			id: 5,
			requester: AccountId::new([1; 32]),
			clause: ClauseId::parse("WHO::DiseaseAlert@2.3").unwrap(),
			program: Hash::zero(),
			input: secret.prepared.commitment(),
			class: JobClass::Normal,
			quorum: (2, 2),
			status: JobStatus::AwaitingInput,
			attempts: 4,
			escrow: 0,
			paid: 0,
			seats: vec![seat(7, 4), seat(8, 4)],
			backups: vec![9],
			dispatched_at: 1,
			assigned_at: Some(2),
			ended_at: None,
			expires_at: 99,
			waiting: None,
			result: None,
		}
	}

	pub fn secret(input: &[u8]) -> JobSecret {
		JobSecret {
			genesis: GENESIS,
			job: Some(5),
			prepared: concordat_sealing::prepare(input).unwrap(),
			output: None,
		}
	}

	fn sealer<'a>(signer: &'a Keypair, input: &[u8]) -> Sealer<'a> {
		Sealer::new(signer, secret(input), Zeroizing::new(input.to_vec()), Elsewhere::default())
	}

	fn signer() -> Keypair {
		keypair("//Alice").unwrap()
	}

	#[test]
	fn every_recipient_of_the_round_should_open_what_was_sealed() {
		let signer = signer();
		let sealer = sealer(&signer, b"rain");
		let job = awaiting(&sealer.secret);
		let keys: Vec<(NodeId, SecretKey)> =
			[7, 8, 9].map(|node| (node, SecretKey::generate().unwrap())).into();
		let recipients: Vec<_> = keys.iter().map(|(node, key)| (*node, key.public())).collect();
		let sealing = sealer.sealing(GENESIS, &job, &recipients).unwrap();
		assert_eq!(sealing.round, 4);
		let context =
			SealContext { genesis: GENESIS, job: 5, round: 4, clause: job.clause.clone() };
		for ((node, key), sealed) in keys.iter().zip(&sealing.keys) {
			let envelope = Envelope {
				context: &context,
				node: *node,
				key: sealed,
				ciphertext: &sealing.hash,
				commitment: &job.input,
			};
			let opened = open_input(key, &envelope, &sealing.ciphertext).unwrap();
			assert_eq!(&opened.input[..], b"rain");
		}
		let submission = sealer.elsewhere.submission(&sealing).unwrap();
		assert_eq!((submission.round, submission.keys.len()), (4, 3));
	}

	#[test]
	fn nothing_should_be_sealed_to_strangers() {
		let signer = signer();
		let sealer = sealer(&signer, b"rain");
		let job = awaiting(&sealer.secret);
		let key = SecretKey::generate().unwrap().public();
		assert!(sealer.sealing(GENESIS, &job, &[(7, key), (8, key)]).is_ok());
		for strangers in [&[(7, key), (10, key)][..], &[(10, key)]] {
			let error = sealer.sealing(GENESIS, &job, strangers).unwrap_err();
			assert!(error.to_string().contains("node 10"), "{error}");
		}
		assert!(sealer.sealing(GENESIS, &job, &[]).is_err());
	}

	#[test]
	fn a_secret_should_seal_its_own_input_for_its_own_job_alone() {
		let signer = signer();
		let mut sealer = sealer(&signer, b"rain");
		let mut job = awaiting(&sealer.secret);
		let recipients = [(7, SecretKey::generate().unwrap().public())];
		assert!(sealer.sealing(Hash::zero(), &job, &recipients).is_err());
		job.id = 6;
		assert!(sealer.sealing(GENESIS, &job, &recipients).is_err());
		job.id = 5;
		job.input = Hash::zero();
		assert!(sealer.sealing(GENESIS, &job, &recipients).is_err());
		job.input = sealer.secret.prepared.commitment();
		sealer.input = Zeroizing::new(b"sun!".to_vec());
		assert!(sealer.sealing(GENESIS, &job, &recipients).is_err());
	}

	#[test]
	fn a_witness_should_name_the_same_nodes_with_the_same_keys() {
		let ours = [(7, [1; 32]), (8, [2; 32])];
		assert!(are_same(&ours, &[(8, [2; 32]), (7, [1; 32])]));
		for theirs in [
			&[(7, [1; 32])][..],
			&[(7, [1; 32]), (8, [3; 32])],
			&[(7, [1; 32]), (9, [2; 32])],
			&[(7, [1; 32]), (8, [2; 32]), (8, [2; 32])],
		] {
			assert!(!are_same(&ours, theirs), "{theirs:?}");
		}
	}

	#[test]
	fn a_round_should_be_that_of_its_seats() {
		let secret = secret(b"rain");
		let mut job = awaiting(&secret);
		assert_eq!(round_of(&job), Some(4));
		job.seats.clear();
		assert_eq!(round_of(&job), None);
	}

	#[test]
	fn a_long_ciphertext_should_go_elsewhere() {
		let dir = tempfile::tempdir().unwrap();
		let signer = signer();
		let long = vec![7; 70 * 1024];
		let mut sealer = sealer(&signer, &long);
		let job = awaiting(&sealer.secret);
		let recipients = [(7, SecretKey::generate().unwrap().public())];
		let sealing = sealer.sealing(GENESIS, &job, &recipients).unwrap();
		assert!(sealer.elsewhere.submission(&sealing).is_err());
		let file = dir.path().join("ciphertext");
		sealer.elsewhere = Elsewhere {
			sealed_elsewhere: Some("https://example.org/c".into()),
			ciphertext: Some(file.clone()),
			witness: Vec::new(),
		};
		sealer.elsewhere.submission(&sealing).unwrap();
		assert_eq!(std::fs::read(file).unwrap(), sealing.ciphertext);
	}

	#[test]
	fn refusals_that_another_sealing_mends_should_be_known_by_name() {
		assert!(is_overtaken("JobDispatch.WrongRound: It was sealed for another round"));
		assert!(!is_overtaken("JobDispatch.NotRequester: Only the requester may do this."));
		assert!(!is_overtaken("JobDispatch.CannotPay"));
	}
}
