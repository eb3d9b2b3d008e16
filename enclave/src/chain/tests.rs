use super::{
	records::{JobHead, OrderHead},
	*,
};
use codec::Encode;
use concordat_finality::{
	authorities_key,
	fixtures::{header, State, Voters},
	Header,
};
use concordat_primitives::{
	attest::EncryptionKey,
	clause::{ExecutionMode, ResourceLimits, TriggerKind},
	enclave_api::{FinalityLink, SealedToken},
	job::{FailureReason, JobStatus, Seat, SeatState},
	sealed::SealedKey,
	CapabilityId, ClauseId, Jurisdiction,
};

const OWN: SigningKey = [7; 32];
const OTHER: SigningKey = [8; 32];
const JOB: JobId = 42;

/// A chain that this host shows: its genesis and who finalises it.
struct Chain {
	voters: Voters,
	state: State,
	genesis: Header,
}

impl Chain {
	/// Chains differ by the first of their authorities.
	fn new(seed: u8) -> Self {
		let voters = Voters::new(0, seed..seed + 4);
		let state = State::genesis(&voters);
		let genesis = header(Hash::zero(), 0, state.root(), vec![]);
		Self { voters, state, genesis }
	}

	fn anchor(&self) -> GenesisProof {
		let nodes = self.state.prove(&[authorities_key()]);
		GenesisProof { header: self.genesis.encode(), nodes }
	}

	fn link(&self, header: &Header) -> FinalityLink {
		FinalityLink { header: header.encode(), justification: self.voters.justify(header) }
	}

	fn update(&self, headers: &[&Header]) -> FinalityUpdate {
		FinalityUpdate {
			genesis: self.genesis.hash(),
			anchor: Some(self.anchor()),
			links: headers.iter().map(|header| self.link(header)).collect(),
		}
	}
}

fn block(number: BlockNumber, state: &State) -> Header {
	header(Hash::repeat_byte(3), number, state.root(), vec![])
}

fn seat(attempt: Attempt, signing_key: SigningKey) -> Seat {
	Seat {
		node: 5,
		attempt,
		nonce: Hash::repeat_byte(attempt as u8),
		lease: 9,
		signing_key,
		score: 1,
		assigned_at: 10,
		ack_by: 20,
		deliver_by: 30,
		state: SeatState::Assigned,
	}
}

fn job() -> JobHead {
	JobHead {
		status: JobStatus::Scheduled,
		_attempts: 4,
		round: 2,
		seats: vec![seat(2, OTHER), seat(3, OWN)].try_into().unwrap(),
		ciphertext: Some(Hash::repeat_byte(0xcc)),
	}
}

fn order() -> OrderHead {
	OrderHead {
		_requester: [1; 32].into(),
		clause: ClauseId::parse("WMO::HeavyRain@1.0").unwrap(),
		program: Hash::repeat_byte(0xaa),
		input: Hash::repeat_byte(0xbb),
		capability: CapabilityId::parse("weather").unwrap(),
		_mode: ExecutionMode::Quorum { k: 2, n: 3 },
		limits: ResourceLimits::SMALL,
		output_key: Some([4; 32]),
		lineage: Hash::repeat_byte(0xdd),
	}
}

/// A token for the seat of attempt 3, as an honest host makes it.
fn token(chain: &Chain) -> JobToken {
	let order = order();
	JobToken {
		genesis: chain.genesis.hash(),
		job: JOB,
		attempt: 3,
		nonce: Hash::repeat_byte(3),
		node: 5,
		lease: 9,
		clause: order.clause,
		program: order.program,
		input: order.input,
		lineage: order.lineage,
		capability: order.capability,
		limits: order.limits,
		jurisdiction: Jurisdiction(*b"CHE"),
		dao: [2; 32].into(),
		trigger: TriggerKind::Manual,
		expires_at: 30,
		acted_on: (10, Hash::repeat_byte(6)),
		sealed: Some(SealedToken {
			round: 2,
			ciphertext: Hash::repeat_byte(0xcc),
			key: SealedKey { node: 5, key: [0; 32], encapsulated: [0; 32], wrapped: [0; 48] },
		}),
		output_key: order.output_key,
		handoff: None,
		commit_reveal: false,
	}
}

/// The records with more behind them, as the pallet has it.
fn entries(id: JobId, job: &JobHead, order: &OrderHead) -> [(Vec<u8>, Vec<u8>); 2] {
	let rest = [0xab; 50];
	[
		(job_key(id), [&job.encode()[..], &rest].concat()),
		(order_key(id), [&order.encode()[..], &rest].concat()),
	]
}

fn state(job: &JobHead, order: &OrderHead) -> State {
	State::new(entries(JOB, job, order))
}

fn proof(chain: &Chain, state: &State, block: &Header, jobs: &[JobId]) -> AssignmentProof {
	let keys: Vec<_> = jobs.iter().flat_map(|job| [job_key(*job), order_key(*job)]).collect();
	AssignmentProof {
		genesis: chain.genesis.hash(),
		block: block.hash(),
		jobs: jobs.to_vec(),
		nodes: state.prove(&keys),
	}
}

/// Chains in which `JOB` has been proved in block 10.
fn proved(chain: &Chain, job: &JobHead, order: &OrderHead) -> (Chains, usize) {
	let chains = Chains::new(OWN);
	let state = state(job, order);
	let at = block(10, &state);
	chains.update(chain.update(&[&at])).unwrap();
	let seats = chains.prove(proof(chain, &state, &at, &[JOB])).unwrap();
	(chains, seats)
}

#[test]
fn an_honest_token_should_be_proven() {
	let chain = Chain::new(1);
	let (chains, seats) = proved(&chain, &job(), &order());
	assert_eq!(seats, 1);
	assert_eq!(chains.proven(&token(&chain)), Ok(()));
	// A clone is the same.
	assert_eq!(chains.clone().proven(&token(&chain)), Ok(()));
}

#[test]
fn an_open_job_should_be_proven_without_seal_and_output_key() {
	let chain = Chain::new(1);
	let open = JobHead { ciphertext: None, ..job() };
	let (chains, _) = proved(&chain, &open, &OrderHead { output_key: None, ..order() });
	let open = JobToken { sealed: None, output_key: None, ..token(&chain) };
	assert_eq!(chains.proven(&open), Ok(()));
	// Nor with what the chain does not know of.
	let sealed = JobToken { output_key: None, ..token(&chain) };
	assert_eq!(chains.proven(&sealed), Err(Unproven::Differs(TokenField::Ciphertext)));
}

#[test]
fn a_token_that_differs_in_any_field_should_be_refused() {
	let chain = Chain::new(1);
	let (chains, _) = proved(&chain, &job(), &order());
	fn sealed(token: &mut JobToken) -> &mut SealedToken {
		token.sealed.as_mut().unwrap()
	}
	// Whoever adds a field has to say here whether a proof covers it.
	let JobToken {
		genesis: _,
		job: _,
		attempt: _,
		nonce: _,
		node: _,
		lease: _,
		clause: _,
		program: _,
		input: _,
		lineage: _,
		capability: _,
		limits: _,
		jurisdiction: _not_covered_2,
		dao: _not_covered_3,
		trigger: _not_covered_4,
		expires_at: _not_covered_5,
		acted_on: _not_covered_6,
		sealed: _,
		output_key: _,
		handoff: _not_covered_7,
		commit_reveal: _not_covered_8,
	} = token(&chain);
	let other = EncryptionKey::from([5; 32]);
	let table: [(&str, &dyn Fn(&mut JobToken), Unproven); 23] = [
		(
			"genesis",
			&|t| t.genesis = Hash::repeat_byte(1),
			Unproven::UnknownChain(Hash::repeat_byte(1)),
		),
		("job", &|t| t.job += 1, Unproven::UnknownJob(JOB + 1)),
		(
			"attempt of another",
			&|t| t.attempt = 2,
			Unproven::UnknownAttempt { job: JOB, attempt: 2 },
		),
		(
			"attempt of another, with all else",
			&|t| (t.attempt, t.nonce) = (2, Hash::repeat_byte(2)),
			Unproven::UnknownAttempt { job: JOB, attempt: 2 },
		),
		(
			"attempt of nobody",
			&|t| t.attempt = 4,
			Unproven::UnknownAttempt { job: JOB, attempt: 4 },
		),
		("nonce", &|t| t.nonce = Hash::repeat_byte(2), Unproven::Differs(TokenField::Nonce)),
		("node", &|t| t.node = 6, Unproven::Differs(TokenField::Node)),
		("lease", &|t| t.lease = 8, Unproven::Differs(TokenField::Lease)),
		(
			"clause",
			&|t| t.clause = ClauseId::parse("WMO::HeavyRain@1.1").unwrap(),
			Unproven::Differs(TokenField::Clause),
		),
		("program", &|t| t.program = Hash::zero(), Unproven::Differs(TokenField::Program)),
		("input", &|t| t.input = Hash::zero(), Unproven::Differs(TokenField::Input)),
		(
			"capability",
			&|t| t.capability = CapabilityId::parse("else").unwrap(),
			Unproven::Differs(TokenField::Capability),
		),
		("fuel", &|t| t.limits.fuel += 1, Unproven::Differs(TokenField::Limits)),
		("memory", &|t| t.limits.memory_bytes += 1, Unproven::Differs(TokenField::Limits)),
		("table", &|t| t.limits.table_elements += 1, Unproven::Differs(TokenField::Limits)),
		("output", &|t| t.limits.output_bytes -= 1, Unproven::Differs(TokenField::Limits)),
		("time", &|t| t.limits.wall_millis += 1, Unproven::Differs(TokenField::Limits)),
		("no seal", &|t| t.sealed = None, Unproven::Differs(TokenField::Ciphertext)),
		(
			"ciphertext",
			&|t| sealed(t).ciphertext = Hash::zero(),
			Unproven::Differs(TokenField::Ciphertext),
		),
		("round", &|t| sealed(t).round = 1, Unproven::Differs(TokenField::Round)),
		("no output key", &|t| t.output_key = None, Unproven::Differs(TokenField::OutputKey)),
		("lineage", &|t| t.lineage = Hash::zero(), Unproven::Differs(TokenField::Lineage)),
		(
			"output key",
			&move |t| t.output_key = Some(other),
			Unproven::Differs(TokenField::OutputKey),
		),
	];
	for (what, change, error) in table {
		let mut changed = token(&chain);
		change(&mut changed);
		assert_eq!(chains.proven(&changed), Err(error), "{what}");
	}
}

#[test]
fn nothing_should_be_proven_without_a_proof() {
	let chain = Chain::new(1);
	let chains = Chains::new(OWN);
	let genesis = chain.genesis.hash();
	assert_eq!(chains.proven(&token(&chain)), Err(Unproven::UnknownChain(genesis)));
	chains.update(chain.update(&[])).unwrap();
	assert_eq!(chains.proven(&token(&chain)), Err(Unproven::UnknownJob(JOB)));
}

#[test]
fn seats_of_others_should_not_be_remembered() {
	let chain = Chain::new(1);
	let others = JobHead { seats: vec![seat(3, OTHER)].try_into().unwrap(), ..job() };
	let (chains, seats) = proved(&chain, &others, &order());
	assert_eq!(seats, 0);
	assert_eq!(chains.proven(&token(&chain)), Err(Unproven::UnknownJob(JOB)));
}

#[test]
fn only_jobs_that_are_assigned_should_be_remembered() {
	let chain = Chain::new(1);
	for (status, counts) in [
		(JobStatus::Pending, false),
		(JobStatus::AwaitingInput, false),
		(JobStatus::Paused, false),
		(JobStatus::Scheduled, true),
		(JobStatus::Running, true),
		(JobStatus::Completed, false),
		(JobStatus::Failed(FailureReason::Silence), false),
		(JobStatus::Expired, false),
		(JobStatus::Cancelled, false),
		(JobStatus::Disputed, false),
		(JobStatus::Overridden, false),
		(JobStatus::Slashed, false),
	] {
		let (chains, seats) = proved(&chain, &JobHead { status, ..job() }, &order());
		assert_eq!(seats, usize::from(counts), "{status:?}");
		assert_eq!(chains.proven(&token(&chain)).is_ok(), counts, "{status:?}");
	}
}

#[test]
fn forged_seats_should_be_refused() {
	// The host makes up a state in which it has the seat; its root is in no final block.
	let chain = Chain::new(1);
	let chains = Chains::new(OWN);
	let others = JobHead { seats: vec![seat(3, OTHER)].try_into().unwrap(), ..job() };
	let real = block(10, &state(&others, &order()));
	chains.update(chain.update(&[&real])).unwrap();
	let forged = state(&job(), &order());
	let error = chains.prove(proof(&chain, &forged, &real, &[JOB])).unwrap_err();
	assert_eq!(error, ChainError::Proof(FinalityError::Incomplete { key: 0 }));
	assert_eq!(chains.proven(&token(&chain)), Err(Unproven::UnknownJob(JOB)));
	// And a block with that root is final for nobody.
	let made_up = block(11, &forged);
	let mut update = chain.update(&[&made_up]);
	update.links[0].justification = Voters::new(0, 101..105).justify(&made_up);
	let error = chains.update(update).unwrap_err();
	let foreign = FinalityError::ForeignVote { place: 0 };
	assert_eq!(error, ChainError::Link { place: 0, error: foreign });
	let status = chains.status(chain.genesis.hash()).unwrap();
	assert_eq!(status.finalized, (10, real.hash()));
}

#[test]
fn every_byte_of_a_proof_should_count() {
	let chain = Chain::new(1);
	let chains = Chains::new(OWN);
	let state = state(&job(), &order());
	let at = block(10, &state);
	chains.update(chain.update(&[&at])).unwrap();
	let honest = proof(&chain, &state, &at, &[JOB]);
	for place in 0..honest.nodes.len() {
		for byte in 0..honest.nodes[place].len() {
			let mut changed = honest.clone();
			changed.nodes[place][byte] ^= 0x10;
			let error = chains.prove(changed).unwrap_err();
			assert_eq!(error.code(), "bad-proof", "node {place} byte {byte}");
		}
	}
	assert_eq!(chains.prove(honest), Ok(1));
}

#[test]
fn proofs_against_any_but_the_last_final_block_should_be_refused() {
	let chain = Chain::new(1);
	let chains = Chains::new(OWN);
	let state = state(&job(), &order());
	let (old, new, open) = (block(10, &state), block(11, &state), block(12, &state));
	chains.update(chain.update(&[&old, &new])).unwrap();
	for (at, what) in [(&old, "older"), (&open, "not final"), (&chain.genesis, "the first")] {
		let error = chains.prove(proof(&chain, &state, at, &[JOB])).unwrap_err();
		let held = (11, new.hash());
		assert_eq!(error, ChainError::NotFinal { held, offered: at.hash() }, "{what}");
	}
	assert_eq!(chains.prove(proof(&chain, &state, &new, &[JOB])), Ok(1));
}

#[test]
fn a_proof_should_count_on_its_own_chain_only() {
	let (chain, other) = (Chain::new(1), Chain::new(11));
	let (chains, _) = proved(&chain, &job(), &order());
	let state = state(&job(), &order());
	let at = block(10, &state);
	// Not followed.
	let error = chains.prove(proof(&other, &state, &at, &[JOB])).unwrap_err();
	assert_eq!(error, ChainError::UnknownChain(other.genesis.hash()));
	// Followed, and at another block.
	chains.update(other.update(&[])).unwrap();
	let error = chains.prove(proof(&other, &state, &at, &[JOB])).unwrap_err();
	assert!(matches!(error, ChainError::NotFinal { .. }));
	assert_eq!(chains.proven(&token(&chain)), Ok(()));
	assert_eq!(chains.proven(&token(&other)), Err(Unproven::UnknownJob(JOB)));
	// The link of one is none of the other.
	let mut update = other.update(&[]);
	update.links = vec![chain.link(&at)];
	assert_eq!(chains.update(update).unwrap_err().code(), "bad-link");
}

#[test]
fn what_is_proved_later_should_replace_what_was_proved_before() {
	let chain = Chain::new(1);
	let (chains, _) = proved(&chain, &job(), &order());
	// Reassigned: the next attempt is this enclave's too.
	let next = JobHead { seats: vec![seat(5, OWN)].try_into().unwrap(), ..job() };
	let state = state(&next, &order());
	let at = block(11, &state);
	chains.update(chain.update(&[&at])).unwrap();
	assert_eq!(chains.prove(proof(&chain, &state, &at, &[JOB])), Ok(1));
	let gone = Unproven::UnknownAttempt { job: JOB, attempt: 3 };
	assert_eq!(chains.proven(&token(&chain)), Err(gone));
	let nonce = Hash::repeat_byte(5);
	let next = JobToken { attempt: 5, nonce, ..token(&chain) };
	assert_eq!(chains.proven(&next), Ok(()));
	// Ended, or pruned: nothing is left.
	for records in [
		entries(JOB, &JobHead { status: JobStatus::Completed, ..job() }, &order()).to_vec(),
		vec![],
	] {
		let (chains, _) = proved(&chain, &job(), &order());
		let state = State::new(records);
		let at = block(11, &state);
		chains.update(chain.update(&[&at])).unwrap();
		assert_eq!(chains.prove(proof(&chain, &state, &at, &[JOB])), Ok(0));
		assert_eq!(chains.proven(&token(&chain)), Err(Unproven::UnknownJob(JOB)));
	}
}

#[test]
fn records_of_another_layout_should_be_refused() {
	let chain = Chain::new(1);
	let whole = entries(JOB, &job(), &order());
	let short = |place: usize, len| {
		let mut cut = whole.clone();
		cut[place].1.truncate(len);
		State::new(cut)
	};
	let without_order = State::new([whole[0].clone()]);
	for state in [short(0, 0), short(0, 20), short(1, 0), short(1, 40), without_order] {
		let chains = Chains::new(OWN);
		let at = block(10, &state);
		chains.update(chain.update(&[&at])).unwrap();
		let error = chains.prove(proof(&chain, &state, &at, &[JOB])).unwrap_err();
		assert_eq!(error, ChainError::Record(JOB));
		assert_eq!(chains.proven(&token(&chain)), Err(Unproven::UnknownJob(JOB)));
	}
}

#[test]
fn a_refused_proof_should_change_nothing() {
	let chain = Chain::new(1);
	let chains = Chains::new(OWN);
	let [record, _] = entries(JOB + 1, &job(), &order());
	let all = entries(JOB, &job(), &order()).into_iter().chain([record]);
	let state = State::new(all);
	let at = block(10, &state);
	chains.update(chain.update(&[&at])).unwrap();
	// The first job could be believed, the second cannot be read.
	let error = chains.prove(proof(&chain, &state, &at, &[JOB, JOB + 1])).unwrap_err();
	assert_eq!(error, ChainError::Record(JOB + 1));
	assert_eq!(chains.proven(&token(&chain)), Err(Unproven::UnknownJob(JOB)));
}

#[test]
fn several_jobs_should_be_proved_at_once() {
	let chain = Chain::new(1);
	let chains = Chains::new(OWN);
	let jobs: Vec<JobId> = (1..=MAX_PROVED_JOBS as JobId).collect();
	let state = State::new(jobs.iter().flat_map(|id| entries(*id, &job(), &order())));
	let at = block(10, &state);
	chains.update(chain.update(&[&at])).unwrap();
	assert_eq!(chains.prove(proof(&chain, &state, &at, &jobs)), Ok(MAX_PROVED_JOBS));
	let too_many: Vec<JobId> = (1..=MAX_PROVED_JOBS as JobId + 1).collect();
	let error = chains.prove(proof(&chain, &state, &at, &too_many)).unwrap_err();
	assert_eq!(error, ChainError::TooManyJobs(MAX_PROVED_JOBS + 1));
}

#[test]
fn the_oldest_proofs_should_go_first() {
	let chain = Chain::new(1);
	let chains = Chains::new(OWN);
	let count = MAX_PROVED as JobId + 3;
	let state = State::new((1..=count).flat_map(|id| entries(id, &job(), &order())));
	let at = block(10, &state);
	chains.update(chain.update(&[&at])).unwrap();
	let prove = |id: JobId| chains.prove(proof(&chain, &state, &at, &[id])).unwrap();
	// From the highest number to the lowest; the highest once more before there is no room.
	for id in (4..=count).rev() {
		prove(id);
	}
	prove(count);
	for id in 1..=3 {
		prove(id);
	}
	let holds = |id: JobId| chains.proven(&JobToken { job: id, ..token(&chain) }).is_ok();
	let gone: Vec<JobId> = (1..=count).filter(|id| !holds(*id)).collect();
	assert_eq!(gone, [count - 3, count - 2, count - 1]);
}

#[test]
fn a_chain_should_be_followed_from_its_genesis_only() {
	let (chain, other) = (Chain::new(1), Chain::new(11));
	let chains = Chains::new(OWN);
	let genesis = chain.genesis.hash();
	let at = block(10, &State::new([]));
	let update = FinalityUpdate { anchor: None, ..chain.update(&[&at]) };
	assert_eq!(chains.update(update.clone()), Err(ChainError::UnknownChain(genesis)));
	assert_eq!(chains.status(genesis), None);
	// The genesis block of another chain.
	let update = FinalityUpdate { anchor: Some(other.anchor()), ..chain.update(&[&at]) };
	assert_eq!(chains.update(update).unwrap_err().code(), "bad-genesis");
	// Authorities of another one's genesis state.
	let mut update = chain.update(&[&at]);
	update.anchor = Some(GenesisProof { nodes: other.anchor().nodes, ..chain.anchor() });
	assert_eq!(chains.update(update).unwrap_err().code(), "bad-genesis");
	assert_eq!(chains.status(genesis), None);

	let status = chains.update(chain.update(&[])).unwrap();
	assert_eq!(status, FinalityStatus { finalized: (0, genesis), set_id: 0, authorities: 4 });
	assert_eq!(chains.status(genesis), Some(status));
	// From then on the anchor is not needed, and not looked at.
	let update = FinalityUpdate { anchor: Some(other.anchor()), ..chain.update(&[&at]) };
	assert_eq!(chains.update(update).unwrap().finalized, (10, at.hash()));
}

#[test]
fn an_update_should_count_whole_or_not_at_all() {
	let chain = Chain::new(1);
	let chains = Chains::new(OWN);
	let (a, b) = (block(10, &State::new([])), block(11, &State::new([])));
	let mut update = chain.update(&[&a, &b]);
	update.links[1].justification = chain.voters.justify_by(&b, &[0, 1]);
	let error = FinalityError::NotEnough { weight: 2, needed: 3 };
	assert_eq!(chains.update(update), Err(ChainError::Link { place: 1, error }));
	assert_eq!(chains.status(chain.genesis.hash()), None);
	assert_eq!(chains.update(chain.update(&[&a, &b])).unwrap().finalized, (11, b.hash()));
}

#[test]
fn a_host_should_be_told_when_it_is_behind_or_ahead() {
	let chain = Chain::new(1);
	let chains = Chains::new(OWN);
	let (a, b) = (block(10, &State::new([])), block(11, &State::new([])));
	chains.update(chain.update(&[&b])).unwrap();
	let behind = chains.update(chain.update(&[&a])).unwrap_err();
	assert_eq!((behind.code(), behind.status()), ("not-forward", 409));
	let next = Voters::new(1, 31..35);
	let ahead = block(12, &State::new([]));
	let mut update = chain.update(&[&ahead]);
	update.links[0].justification = next.justify(&ahead);
	let error = chains.update(update).unwrap_err();
	assert_eq!((error.code(), error.status()), ("wrong-set", 409));
	assert_eq!(chains.status(chain.genesis.hash()).unwrap().finalized, (11, b.hash()));
}

#[test]
fn a_change_of_authorities_should_be_followed() {
	let chain = Chain::new(1);
	let chains = Chains::new(OWN);
	let next = Voters::new(1, 31..38);
	let change = header(Hash::zero(), 5, Hash::zero(), vec![next.change()]);
	let status = chains.update(chain.update(&[&change])).unwrap();
	assert_eq!((status.set_id, status.authorities), (1, 7));
	let state = state(&job(), &order());
	let at = block(10, &state);
	let mut update = chain.update(&[&at]);
	update.links[0].justification = next.justify(&at);
	chains.update(update).unwrap();
	chains.prove(proof(&chain, &state, &at, &[JOB])).unwrap();
	assert_eq!(chains.proven(&token(&chain)), Ok(()));
}

#[test]
fn chains_and_links_should_be_bounded() {
	let chains = Chains::new(OWN);
	for seed in 0..MAX_CHAINS as u8 {
		chains.update(Chain::new(10 * seed + 1).update(&[])).unwrap();
	}
	let one_more = Chain::new(201);
	assert_eq!(chains.update(one_more.update(&[])), Err(ChainError::TooManyChains));
	// Those that are followed still are.
	let at = block(10, &State::new([]));
	assert!(chains.update(Chain::new(1).update(&[&at])).is_ok());

	let headers: Vec<Header> =
		(20..=20 + MAX_LINKS as u32).map(|number| block(number, &State::new([]))).collect();
	let all: Vec<&Header> = headers.iter().collect();
	let error = ChainError::TooManyLinks(MAX_LINKS + 1);
	assert_eq!(chains.update(Chain::new(1).update(&all)), Err(error));
	assert!(chains.update(Chain::new(1).update(&all[..MAX_LINKS])).is_ok());
}

#[test]
fn an_update_that_was_overtaken_should_not_move_the_chain_back() {
	let chain = Chain::new(1);
	let genesis = chain.genesis.hash();
	let start = Tracker::start(genesis, &chain.anchor().header, &chain.anchor().nodes).unwrap();
	let at = |number| {
		let link = chain.link(&block(number, &State::new([])));
		let mut tracker = start.clone();
		tracker.advance(&link.header, &link.justification).unwrap();
		tracker
	};
	let chains = Chains::new(OWN);
	// All four were read from the same state and came in this order.
	for (number, height) in [(5, 5), (3, 5), (8, 8), (7, 8)] {
		let status = chains.adopt(genesis, at(number)).unwrap();
		assert_eq!(status.finalized.0, height);
		assert_eq!(chains.status(genesis), Some(status));
	}
	// Others took the last place meanwhile.
	for seed in 1..MAX_CHAINS as u8 {
		chains.update(Chain::new(10 * seed + 1).update(&[])).unwrap();
	}
	let other = Chain::new(201).genesis.hash();
	assert_eq!(chains.adopt(other, at(9)), Err(ChainError::TooManyChains));
	assert_eq!(chains.status(other), None);
}

#[test]
fn keys_should_be_those_of_the_pallet() {
	use concordat_finality::map_key;
	assert_eq!(job_key(3), map_key(b"JobDispatch", b"Jobs", &3u64.to_le_bytes()));
	assert_eq!(order_key(3).len(), 16 + 16 + 8 + 8);
	assert_eq!(job_key(3)[40..], 3u64.to_le_bytes());
	assert_ne!(job_key(3)[..32], order_key(3)[..32]);
}
