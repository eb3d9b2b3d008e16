//! The enclaves that work for the chain in memory: they sign what the scenario wants them to say.

use crate::{
	chain::{authorized, commit, reveal, Chain},
	platforms::Platform,
};
use concordat_attestation::Measurement;
use concordat_primitives::{
	cac::{
		Ack, CacStatement, CacV1, Engine, EngineKind, FailureCode, Outcome, Output, ResourceUsage,
		SignedAck, SignedCac,
	},
	commit::{Commitment, Opening, Salt, SignedCommitment},
	handoff::{task_hash, Handoff, HandoffFault, HandoffRefusal, SignedHandoff, SignedRefusal},
	hashing::{output_hash, tagged},
	job::{JobTerms, Seat},
	traits::{JobBoard, LeaseInspect},
	AccountId, Hash, NodeId,
};
use concordat_runtime::{
	pallet_quorum_results, pallet_workflows, Attestation, JobDispatch, Runtime, System,
	UncheckedExtrinsic,
};
use concordat_sealing::SecretKey;
use sp_core::{crypto::Pair as _, ed25519};

/// An enclave and the node it works for.
#[derive(Clone)]
pub struct Enclave {
	/// Node on chain.
	pub node: NodeId,
	/// Secret of the controller.
	pub controller: String,
	/// Signs certificates; never leaves a real enclave.
	pub key: ed25519::Pair,
	/// What it runs on.
	pub platform: Platform,
	/// What it runs.
	pub code: [u8; 48],
}

/// The seat of an enclave.
pub fn seat_of(terms: &JobTerms, enclave: &Enclave) -> Seat {
	terms
		.seats
		.iter()
		.find(|seat| seat.node == enclave.node)
		.expect("the enclave has a seat")
		.clone()
}

/// Those who have a seat, in the order of the list.
pub fn seated<'a>(terms: &JobTerms, enclaves: &'a [Enclave]) -> Vec<&'a Enclave> {
	enclaves.iter().filter(|e| terms.seats.iter().any(|seat| seat.node == e.node)).collect()
}

impl Enclave {
	/// Opens what is sealed to it.
	pub fn secret(&self) -> SecretKey {
		SecretKey::from_bytes(&self.key.seed())
	}

	/// What an honest enclave would state.
	pub fn statement(&self, chain: &mut Chain, terms: &JobTerms, output: &[u8]) -> CacV1 {
		let hash = output_hash(output);
		let output = Output::Inline(output.to_vec().try_into().unwrap());
		self.statement_of(chain, terms, Outcome::Success { hash, output })
	}

	/// The statement of a failure.
	pub fn failure(&self, chain: &mut Chain, terms: &JobTerms, code: FailureCode) -> CacV1 {
		self.statement_of(chain, terms, Outcome::Failure(code))
	}

	/// The statement of any outcome.
	pub fn statement_of(&self, chain: &mut Chain, terms: &JobTerms, outcome: Outcome) -> CacV1 {
		let seat = seat_of(terms, self);
		chain.read(|| {
			let lease = <Attestation as LeaseInspect>::lease_of_node(self.node).unwrap();
			let number = System::block_number() - 1;
			CacV1 {
				genesis: System::block_hash(0),
				job: terms.job,
				attempt: seat.attempt,
				nonce: seat.nonce,
				node: self.node,
				clause: terms.clause.clone(),
				program: terms.program,
				measurement: lease.measurement,
				lease: seat.lease,
				input: terms.input,
				lineage: <JobDispatch as JobBoard<AccountId>>::lineage(terms.job).unwrap(),
				outcome,
				usage: ResourceUsage {
					fuel: 1_000_000,
					cpu_micros: 900,
					peak_memory: 65_536,
					bytes_in: 8,
					bytes_out: 6,
					storage_ops: 3,
				},
				engine: Engine { kind: EngineKind::Wasmtime, version: (36, 0, 0) },
				acted_on: (number, System::block_hash(number)),
				simulated: true,
			}
		})
	}

	/// Signs a statement.
	pub fn sign(&self, statement: CacV1) -> SignedCac {
		let statement = CacStatement::V1(statement);
		let signature = self.key.sign(&statement.message()).0;
		SignedCac { statement, signature }
	}

	/// An honest certificate.
	pub fn certify(&self, chain: &mut Chain, terms: &JobTerms, output: &[u8]) -> SignedCac {
		let statement = self.statement(chain, terms, output);
		self.sign(statement)
	}

	/// What makes its commitment for an attempt unguessable; of a real enclave, random.
	pub fn salt(&self, cac: &SignedCac) -> Salt {
		let body = cac.statement.body();
		tagged(b"salt of a scenario", &(self.key.seed(), body.job, body.attempt)).0
	}

	/// Commits to a certificate, under a salt.
	pub fn commitment(&self, cac: &SignedCac, salt: &Salt) -> SignedCommitment {
		let body = cac.statement.body();
		let key = self.key.public().0;
		let opening = Opening {
			genesis: body.genesis,
			job: body.job,
			attempt: body.attempt,
			node: body.node,
			key: &key,
			tally: body.outcome.tally(),
		};
		self.commitment_to(cac, opening.commit(salt))
	}

	/// Commits to any hash, for the attempt of a certificate.
	pub fn commitment_to(&self, cac: &SignedCac, hash: Hash) -> SignedCommitment {
		let body = cac.statement.body();
		self.sign_commitment(Commitment {
			genesis: body.genesis,
			job: body.job,
			attempt: body.attempt,
			nonce: body.nonce,
			node: body.node,
			hash,
		})
	}

	/// Signs a commitment.
	pub fn sign_commitment(&self, commitment: Commitment) -> SignedCommitment {
		let signature = self.key.sign(&commitment.message()).0;
		SignedCommitment { commitment, signature }
	}

	/// The transaction by which it commits to a certificate.
	pub fn commit(&self, cac: &SignedCac) -> UncheckedExtrinsic {
		commit(self.commitment(cac, &self.salt(cac)))
	}

	/// The transaction by which it shows what it has committed to.
	pub fn reveal(&self, cac: &SignedCac) -> UncheckedExtrinsic {
		reveal(cac.clone(), self.salt(cac))
	}

	/// The transaction by which it takes its seat.
	pub fn acknowledge(&self, chain: &mut Chain, terms: &JobTerms) -> UncheckedExtrinsic {
		let seat = seat_of(terms, self);
		let genesis = chain.read(|| System::block_hash(0));
		let ack = Ack {
			genesis,
			job: terms.job,
			attempt: seat.attempt,
			nonce: seat.nonce,
			node: self.node,
		};
		let signature = self.key.sign(&ack.message()).0;
		authorized(pallet_quorum_results::Call::<Runtime>::acknowledge {
			signed: SignedAck { ack, signature },
		})
	}

	/// What it says when it hands a workflow's step over to whoever has the seat, having run the step before.
	pub fn handoff(&self, chain: &mut Chain, terms: &JobTerms, to: &Enclave) -> Handoff {
		let seat = seat_of(terms, to);
		chain.read(|| {
			let record = pallet_workflows::StepJobs::<Runtime>::get(terms.job).unwrap();
			let lineage = <JobDispatch as JobBoard<AccountId>>::lineage(terms.job).unwrap();
			Handoff {
				genesis: System::block_hash(0),
				workflow: record.workflow,
				step: record.step,
				from: self.node,
				to: to.node,
				job: terms.job,
				attempt: seat.attempt,
				nonce: seat.nonce,
				task: task_hash(&terms.clause, &terms.program, &terms.input, &lineage),
				context: record.context,
			}
		})
	}

	/// The transaction that carries a handoff, with its signature.
	pub fn hand_over(&self, handoff: Handoff) -> UncheckedExtrinsic {
		let signature = self.key.sign(&handoff.message()).0;
		let signed = Box::new(SignedHandoff { handoff, signature });
		authorized(pallet_workflows::Call::<Runtime>::hand_over { signed })
	}

	/// The transaction by which it does not take its seat, or the handoff that came with it.
	pub fn refuse(
		&self,
		chain: &mut Chain,
		terms: &JobTerms,
		handoff: Hash,
		fault: HandoffFault,
	) -> UncheckedExtrinsic {
		let seat = seat_of(terms, self);
		let refusal = HandoffRefusal {
			genesis: chain.read(|| System::block_hash(0)),
			job: terms.job,
			attempt: seat.attempt,
			nonce: seat.nonce,
			node: self.node,
			handoff,
			fault,
		};
		let signature = self.key.sign(&refusal.message()).0;
		let signed = Box::new(SignedRefusal { refusal, signature });
		authorized(pallet_workflows::Call::<Runtime>::refuse { signed })
	}
}

/// Bends a measurement.
pub fn other_measurement(m: Measurement) -> Measurement {
	let mut bytes = m.0;
	bytes[0] ^= 1;
	Measurement(bytes)
}
