//! Certificates that must not count: refused by the pool and by the block, with nothing changed.

use crate::{
	chain::{authorized, deliver, Chain},
	enclave::{other_measurement, seat_of, seated, Enclave},
	rounds::commit,
};
use codec::{Decode, DecodeAll, Encode};
use concordat_primitives::{
	cac::{CacV1, Outcome, Output, SignedCac},
	clause::{ExecutionMode, ResourceLimits},
	hashing::output_hash,
	job::{JobStatus, JobTerms},
	ClauseId, Hash, JobId,
};
use concordat_runtime::{
	pallet_quorum_results::{self, CacRefusal, Error},
	Runtime, UncheckedExtrinsic,
};
use sp_runtime::{transaction_validity::InvalidTransaction, DispatchError};

struct Scene {
	chain: Chain,
	enclaves: Vec<Enclave>,
	job: JobId,
	terms: JobTerms,
}

fn scene() -> Scene {
	let mut chain = Chain::new();
	chain.register_clause(ExecutionMode::Single);
	let enclaves: Vec<Enclave> = (1..=3).map(|n| chain.enclave(n)).collect();
	let job = chain.dispatch(Default::default());
	let terms = chain.terms(job);
	Scene { chain, enclaves, job, terms }
}

impl Scene {
	fn author(&self) -> Enclave {
		seated(&self.terms, &self.enclaves)[0].clone()
	}

	fn honest(&mut self) -> CacV1 {
		self.author().statement(&mut self.chain, &self.terms, b"answer")
	}

	/// Neither the pool nor a block nor the call takes it, each for this reason, and nothing changes.
	fn refuse(&mut self, what: &str, transaction: UncheckedExtrinsic, why: CacRefusal) {
		let refused = self.chain.refused(what, transaction);
		let expected: (InvalidTransaction, DispatchError) =
			(why.into(), Error::<Runtime>::from(why).into());
		assert_eq!(refused, expected, "{what}");
	}

	fn refuse_bent(&mut self, why: CacRefusal, bend: impl FnOnce(&mut CacV1)) {
		let mut statement = self.honest();
		bend(&mut statement);
		let cac = self.author().sign(statement);
		self.refuse(&format!("{why:?}"), deliver(cac), why);
	}
}

#[test]
fn a_bent_statement_is_refused_though_it_is_signed() {
	let mut scene = scene();
	let other = Hash::repeat_byte(0x5a);
	scene.refuse_bent(CacRefusal::WrongChain, |s| s.genesis = other);
	scene.refuse_bent(CacRefusal::UnknownJob, |s| s.job += 1);
	scene.refuse_bent(CacRefusal::WrongAttempt, |s| s.attempt += 1);
	scene.refuse_bent(CacRefusal::WrongNonce, |s| s.nonce = other);
	scene.refuse_bent(CacRefusal::NotAssigned, |s| s.node += 100);
	scene.refuse_bent(CacRefusal::WrongClause, |s| {
		s.clause = ClauseId::parse("TEST::Echo@1.1").unwrap()
	});
	scene.refuse_bent(CacRefusal::WrongProgram, |s| s.program = other);
	scene.refuse_bent(CacRefusal::WrongMeasurement, |s| {
		s.measurement = other_measurement(s.measurement)
	});
	scene.refuse_bent(CacRefusal::WrongLease, |s| s.lease += 1);
	scene.refuse_bent(CacRefusal::WrongInput, |s| s.input = other);
	scene.refuse_bent(CacRefusal::WrongLineage, |s| s.lineage = other);
	scene.refuse_bent(CacRefusal::SimulationMislabelled, |s| s.simulated = false);
	scene.refuse_bent(CacRefusal::FuelExceeded, |s| s.usage.fuel = u64::MAX);
	scene.refuse_bent(CacRefusal::MemoryExceeded, |s| s.usage.peak_memory = u32::MAX);
	scene.refuse_bent(CacRefusal::WrongOutputHash, |s| {
		s.outcome = Outcome::Success {
			hash: output_hash(b"another answer"),
			output: Output::Inline(b"answer".to_vec().try_into().unwrap()),
		}
	});
	scene.refuse_bent(CacRefusal::NoLocation, |s| {
		s.outcome = Outcome::Success { hash: other, output: Output::External(Default::default()) }
	});
	scene.refuse_bent(CacRefusal::FromTheFuture, |s| s.acted_on.0 += 1_000);
	// The honest one is still welcome.
	let cac = scene.honest();
	let cac = deliver(scene.author().sign(cac));
	scene.chain.block(|| vec![cac]);
	assert_eq!(scene.chain.job(scene.job).status, JobStatus::Completed);
}

#[test]
fn forged_signatures_are_refused() {
	let mut scene = scene();
	let statement = scene.honest();
	let author = scene.author();
	let stranger = scene.enclaves.iter().find(|e| e.node != author.node).unwrap().clone();
	let forged = deliver(stranger.sign(statement.clone()));
	scene.refuse("signed by another enclave", forged, CacRefusal::BadSignature);
	let mut bent = author.sign(statement.clone());
	bent.signature[10] ^= 1;
	scene.refuse("a bent signature", deliver(bent), CacRefusal::BadSignature);
	let mut empty = author.sign(statement);
	empty.signature = [0; 64];
	scene.refuse("no signature", deliver(empty), CacRefusal::BadSignature);
	// A node without a seat signs for itself, correctly.
	let mut own = scene.honest();
	own.node = stranger.node;
	scene.refuse("no seat", deliver(stranger.sign(own)), CacRefusal::NotAssigned);
}

#[test]
fn a_certificate_counts_once() {
	let mut scene = scene();
	let cac = scene.honest();
	let cac = scene.author().sign(cac);
	let first = deliver(cac.clone());
	scene.chain.block(|| vec![first]);
	assert_eq!(scene.chain.job(scene.job).status, JobStatus::Completed);
	scene.refuse("a replay", deliver(cac), CacRefusal::NotRunning);
	let ack = scene.author().acknowledge(&mut scene.chain, &scene.terms.clone());
	scene.refuse("an acknowledgement after the end", ack, CacRefusal::NotRunning);
}

#[test]
fn a_certificate_of_a_lost_attempt_is_refused() {
	let mut scene = scene();
	let cac = scene.honest();
	let late = scene.author().sign(cac);
	let first = scene.terms.seats[0].node;
	for _ in 0..60 {
		if scene.chain.terms(scene.job).seats.iter().any(|s| s.node != first) {
			break;
		}
		scene.chain.pass(1);
	}
	assert!(
		scene.chain.terms(scene.job).seats.iter().all(|s| s.node != first),
		"the seat was given away"
	);
	scene.refuse("of a lost attempt", deliver(late), CacRefusal::NotAssigned);
}

#[test]
fn a_vote_of_a_quorum_counts_once_and_only_for_its_attempt() {
	let mut chain = Chain::new();
	chain.register_clause(ExecutionMode::Quorum { k: 2, n: 3 });
	let enclaves: Vec<Enclave> = (1..=4).map(|n| chain.enclave(n)).collect();
	let job = chain.dispatch(Default::default());
	let terms = chain.terms(job);
	let mut scene = Scene { chain, enclaves, job, terms };
	let cac = scene.honest();
	let author = scene.author();
	let cac = author.sign(cac);
	scene.refuse("a vote without a commitment", deliver(cac.clone()), CacRefusal::CommitFirst);
	let terms = scene.terms.clone();
	let said: Vec<_> = seated(&terms, &scene.enclaves)
		.into_iter()
		.map(|enclave| enclave.certify(&mut scene.chain, &terms, b"answer"))
		.collect();
	commit(&mut scene.chain, &scene.enclaves, &said);
	scene.refuse("the same commitment again", author.commit(&cac), CacRefusal::AlreadyCommitted);
	let cac = said.iter().find(|one| one.statement.body().node == author.node).unwrap();
	scene.chain.block(|| vec![author.reveal(cac)]);
	assert_eq!(scene.chain.job(job).status, JobStatus::Running);
	scene.refuse("the same vote again", author.reveal(cac), CacRefusal::AlreadyDelivered);
	// Another statement of the same node for the same attempt, and its vote under a later attempt.
	let other = author.statement(&mut scene.chain, &terms, b"another");
	let other = author.sign(other);
	scene.refuse("a second opinion", author.reveal(&other), CacRefusal::AlreadyDelivered);
	scene.refuse("shown by itself", deliver(other.clone()), CacRefusal::AlreadyDelivered);
	scene.refuse("committed to late", author.commit(&other), CacRefusal::AlreadyDelivered);
	scene.refuse_bent(CacRefusal::WrongAttempt, |s| s.attempt += 1);
}

#[test]
fn truncated_oversized_and_trailing_encodings_do_not_decode() {
	let mut scene = scene();
	let statement = scene.honest();
	let cac = scene.author().sign(statement);
	let call = pallet_quorum_results::Call::<Runtime>::submit_cac { cac: Box::new(cac.clone()) };
	let whole = authorized(call).encode();
	assert!(UncheckedExtrinsic::decode(&mut &whole[..]).is_ok());
	for cut in [1, 10, whole.len() / 2, whole.len() - 1] {
		assert!(UncheckedExtrinsic::decode(&mut &whole[..cut]).is_err(), "cut at {cut}");
	}
	// What a host lets through is not executed either: the state stays as it was.
	let state = scene.chain.state();
	let bytes = cac.encode();
	for cut in 0..bytes.len() {
		assert!(SignedCac::decode(&mut &bytes[..cut]).is_err(), "cut at {cut}");
	}
	// An output longer than the type allows cannot even be read.
	let long = Output::Inline(vec![7u8; 2_048].try_into().unwrap()).encode();
	let mut longer = vec![0u8];
	vec![7u8; 2_049].encode_to(&mut longer);
	assert!(Output::decode(&mut &long[..]).is_ok());
	assert!(Output::decode(&mut &longer[..]).is_err());
	let huge = [vec![0u8], codec::Compact(u32::MAX).encode()].concat();
	assert!(Output::decode(&mut &huge[..]).is_err());
	// The body of a block is decoded whole: nothing may follow a transaction.
	let trailing = [whole.clone(), vec![0]].concat();
	assert!(UncheckedExtrinsic::decode_all(&mut &trailing[..]).is_err());
	assert_eq!(scene.chain.state(), state);
}

#[test]
fn an_output_longer_than_the_clause_allows_is_refused() {
	let mut chain = Chain::new();
	let limits = ResourceLimits { output_bytes: 16, ..ResourceLimits::SMALL };
	chain.register_limited(limits, ExecutionMode::Single);
	let enclaves = vec![chain.enclave(1)];
	let job = chain.dispatch(Default::default());
	let terms = chain.terms(job);
	let mut scene = Scene { chain, enclaves, job, terms };
	let long = scene.author().statement(&mut scene.chain, &scene.terms.clone(), &[7; 17]);
	let long = deliver(scene.author().sign(long));
	scene.refuse("17 bytes where 16 are allowed", long, CacRefusal::OutputTooLarge);
	let exact = scene.author().statement(&mut scene.chain, &scene.terms.clone(), &[7; 16]);
	let exact = deliver(scene.author().sign(exact));
	scene.chain.block(|| vec![exact]);
	assert_eq!(scene.chain.job(job).status, JobStatus::Completed);
}

#[test]
fn an_acknowledgement_names_its_attempt() {
	let mut scene = scene();
	let author = scene.author();
	let seat = seat_of(&scene.terms, &author);
	let good = author.acknowledge(&mut scene.chain, &scene.terms.clone());
	let mut wrong = scene.terms.clone();
	wrong.seats[0].attempt = seat.attempt + 1;
	let bent = author.acknowledge(&mut scene.chain, &wrong);
	scene.refuse("another attempt", bent, CacRefusal::WrongAttempt);
	scene.chain.block(|| vec![good.clone()]);
	assert_eq!(scene.chain.job(scene.job).status, JobStatus::Running);
	scene.refuse("a second time", good, CacRefusal::AlreadyAcknowledged);
}
