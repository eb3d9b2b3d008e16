//! What nodes sign.

use super::*;

/// The job of most tests.
pub const JOB: JobId = 7;
/// Block in which tests begin.
pub const NOW: u32 = 10;
/// What nodes answer unless a test says otherwise.
pub const OUTPUT: &[u8] = b"rain: 112 mm, trigger: yes";
/// What they run on.
pub const INPUT: &[u8] = b"station,date,mm\nKSEA,2012-11-19,112\n";
/// What they run.
pub const PROGRAM: &[u8] = b"\0asm\x01\0\0\0";

pub fn clause_id() -> ClauseId {
	ClauseId::parse("BMKG::HeavyRain@1.0").expect("a clause id")
}

pub fn pair(node: NodeId) -> ed25519::Pair {
	let mut seed = [7u8; 32];
	seed[..4].copy_from_slice(&node.to_le_bytes());
	ed25519::Pair::from_seed(&seed)
}

pub fn key(node: NodeId) -> SigningKey {
	pair(node).public().0
}

pub fn measurement(byte: u8) -> Measurement {
	Measurement([byte; 48])
}

pub fn lease(node: NodeId) -> Lease {
	Lease {
		id: 1_000 + u64::from(node),
		node,
		vendor: Vendor::IntelTdx,
		measurement: measurement(1),
		platform: PlatformId([node as u8; 32]),
		tcb: TcbStatus::UpToDate,
		classes: RiskClasses::ALL,
		signing_key: key(node),
		encryption_key: [node as u8; 32],
		simulated: true,
		issued_at: 1,
		expires_at: 100,
		not_after: 2_000_000_000,
	}
}

pub fn seat(job: JobId, attempt: Attempt, node: NodeId) -> Seat {
	Seat {
		node,
		attempt,
		nonce: attempt_nonce(&[3; 32], job, attempt),
		lease: lease(node).id,
		signing_key: key(node),
		score: 500_000_000,
		assigned_at: NOW - 1,
		ack_by: NOW + 10,
		deliver_by: NOW + 30,
		state: SeatState::Assigned,
	}
}

pub fn spec(mode: ExecutionMode) -> ClauseSpec {
	ClauseSpec {
		program: ProgramRef {
			hash: program_hash(PROGRAM),
			len: PROGRAM.len() as u32,
			location: ProgramLocation::Preimage,
		},
		capability: CapabilityId::parse("hazard.rain").expect("a label"),
		mode,
		risk: RiskClass::Medium,
		triggers: ALL_TRIGGERS,
		limits: ResourceLimits { output_bytes: 512, ..ResourceLimits::SMALL },
		resources: Default::default(),
		window: None,
		expiry: None,
		measurements: Default::default(),
		policy: Default::default(),
	}
}

/// A job with one seat for each of `nodes`, all in attempt 1.
pub fn open_job(job: JobId, mode: ExecutionMode, nodes: impl IntoIterator<Item = NodeId>) {
	let spec = Spec::get().expect("the clause exists");
	let seats: Vec<_> = nodes.into_iter().map(|node| seat(job, 1, node)).collect();
	let terms = JobTerms {
		job,
		clause: clause_id(),
		program: spec.program.hash,
		input: input_commitment(INPUT),
		mode,
		limits: spec.limits,
		status: JobStatus::Scheduled,
		seats: seats.try_into().expect("few seats"),
		round: 1,
		ciphertext: None,
		output_key: None,
		commit_reveal: false,
		reveal_from: None,
		committee: None,
	};
	Board::insert(job, terms);
	Inputs::insert(job, JobInput::Inline(INPUT.to_vec().try_into().expect("short")));
}

pub fn outcome(output: &[u8]) -> Outcome {
	Outcome::Success {
		hash: output_hash(output),
		output: Output::Inline(output.to_vec().try_into().expect("short")),
	}
}

/// What an honest node says about its seat.
pub fn statement(job: JobId, node: NodeId, outcome: Outcome) -> CacV1 {
	let terms = Board::get(job).expect("the job exists");
	let seat = terms.seats.iter().find(|s| s.node == node).expect("the node sits");
	let lease = Leases::get(node).unwrap_or_else(|| lease(node));
	CacV1 {
		genesis: Genesis::get(),
		job,
		attempt: seat.attempt,
		nonce: seat.nonce,
		node,
		clause: terms.clause.clone(),
		program: terms.program,
		measurement: lease.measurement,
		lease: seat.lease,
		input: terms.input,
		lineage: NO_LINEAGE,
		outcome,
		usage: ResourceUsage {
			fuel: 1_000 + u64::from(node),
			cpu_micros: 77,
			peak_memory: 65_536,
			bytes_in: INPUT.len() as u32,
			bytes_out: OUTPUT.len() as u32,
			storage_ops: 2,
		},
		engine: Engine { kind: EngineKind::Wasmtime, version: (36, 0, 20) },
		acted_on: (System::block_number() - 1, Hash::repeat_byte(4)),
		simulated: lease.simulated,
	}
}

pub fn sign_as(signer: &ed25519::Pair, body: CacV1) -> SignedCac {
	let statement = CacStatement::V1(body);
	let signature = signer.sign(&statement.message()).0;
	SignedCac { statement, signature }
}

/// The certificate of an honest node.
pub fn cac(node: NodeId, outcome: Outcome) -> SignedCac {
	cac_of(JOB, node, outcome)
}

pub fn cac_of(job: JobId, node: NodeId, outcome: Outcome) -> SignedCac {
	sign_as(&pair(node), statement(job, node, outcome))
}

pub fn good(node: NodeId) -> SignedCac {
	cac(node, outcome(OUTPUT))
}

pub fn failure(node: NodeId, code: FailureCode) -> SignedCac {
	cac(node, Outcome::Failure(code))
}

/// An honest certificate, changed before it is signed.
pub fn altered(node: NodeId, change: impl FnOnce(&mut CacV1)) -> SignedCac {
	let mut body = statement(JOB, node, outcome(OUTPUT));
	change(&mut body);
	sign_as(&pair(node), body)
}

/// The acknowledgement of an honest node.
pub fn ack(node: NodeId) -> SignedAck {
	altered_ack(node, |_| ())
}

pub fn altered_ack(node: NodeId, change: impl FnOnce(&mut Ack)) -> SignedAck {
	let body = statement(JOB, node, outcome(OUTPUT));
	let mut ack = crate::verify::claim(&body);
	change(&mut ack);
	let signature = pair(node).sign(&ack.message()).0;
	SignedAck { ack, signature }
}

/// Makes the commitment of a node unguessable.
pub fn salt(node: NodeId) -> Salt {
	[0x50 ^ node as u8; 32]
}

/// What a node commits to that will show this certificate.
pub fn pledge_hash(cac: &SignedCac, salt: &Salt) -> Hash {
	let body = cac.statement.body();
	let opening = Opening {
		genesis: body.genesis,
		job: body.job,
		attempt: body.attempt,
		node: body.node,
		key: &key(body.node),
		tally: body.outcome.tally(),
	};
	opening.commit(salt)
}

pub fn sign_commitment(signer: &ed25519::Pair, commitment: Commitment) -> SignedCommitment {
	let signature = signer.sign(&commitment.message()).0;
	SignedCommitment { commitment, signature }
}

/// The commitment of an honest node to what it will show.
pub fn commitment(cac: &SignedCac) -> SignedCommitment {
	altered_commitment(cac, |_| ())
}

/// An honest commitment, changed before it is signed.
pub fn altered_commitment(
	cac: &SignedCac,
	change: impl FnOnce(&mut Commitment),
) -> SignedCommitment {
	let body = cac.statement.body();
	let mut commitment = Commitment {
		genesis: body.genesis,
		job: body.job,
		attempt: body.attempt,
		nonce: body.nonce,
		node: body.node,
		hash: pledge_hash(cac, &salt(body.node)),
	};
	change(&mut commitment);
	sign_commitment(&pair(body.node), commitment)
}
