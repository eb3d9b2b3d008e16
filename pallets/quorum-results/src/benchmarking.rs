//! Benchmarks of quorum-results.
//!
//! Loose coupling hides the board, the leases and the clauses from the pallet: the runtime opens the job through
//! [`BenchmarkHelper`]. The keys of its seats are generated in the keystore, as an enclave would, and sign there.
//!
//! What neighbours do at the end of a round (settling, seating a committee, slashing, receipts, disputes, audits, the
//! verification of proofs) has weights of its own, which are added ([`crate::charge`]).

use crate::{verify::claim, *};
use alloc::{boxed::Box, vec, vec::Vec};
use concordat_primitives::{
	attest::SigningKey,
	cac::{
		CacStatement, CacV1, Engine, EngineKind, FailureCode, Outcome, Output, ResourceUsage,
		SignedAck, SignedCac,
	},
	clause::{MAX_OUTPUT_BYTES, MAX_SEATS, MAX_VOTERS},
	commit::{Commitment, Opening, Salt, SignedCommitment},
	ensemble::{Aggregation, MAX_NUMBER_BYTES},
	hashing::output_hash,
	job::{JobTerms, Seat},
	traits::{GenesisHash, JobBoard, JobListener, JobOutputs, LeaseInspect},
	JobId,
};
use frame_benchmarking::v2::*;
use frame_support::{
	dispatch::RawOrigin,
	traits::{Authorize, EnsureOrigin, Get},
	weights::WeightMeter,
};
use sp_core::{crypto::KeyTypeId, ed25519};
use sp_io::crypto::{ed25519_generate, ed25519_sign};
use sp_runtime::transaction_validity::TransactionSource;

const KEY_TYPE: KeyTypeId = KeyTypeId(*b"ccac");

/// Opens jobs for the benchmarks. The runtime implements it with the real pallets.
pub trait BenchmarkHelper {
	/// A scheduled job in mode `Quorum { k: 4, n: 7 }` whose nodes commit to their results, and whose clause allows outputs
	/// of [`MAX_OUTPUT_BYTES`], with one seat for each of `keys`; every key is that of a node with a live lease that meets
	/// the risk class of the clause. Nobody has committed yet.
	fn scheduled_job(keys: &[SigningKey]) -> JobId;

	/// Lets the nodes of a job show their results without committing to them, as where outputs are sealed; its outputs are
	/// not sealed all the same.
	fn without_commitments(job: JobId);

	/// Makes the board forget the job, without telling the pallet.
	fn forget(job: JobId);
}

/// A job with all seats of the largest mode, whose nodes do not commit.
fn open<T: Config>() -> Result<JobTerms, BenchmarkError> {
	let job = open_committing::<T>()?.job;
	T::BenchmarkHelper::without_commitments(job);
	T::Jobs::terms(job).ok_or(BenchmarkError::Stop("the job is gone"))
}

/// A job with all seats of the largest mode, whose nodes commit.
fn open_committing<T: Config>() -> Result<JobTerms, BenchmarkError> {
	let keys: Vec<SigningKey> =
		(0..MAX_SEATS).map(|_| ed25519_generate(KEY_TYPE, None).0).collect();
	let job = T::BenchmarkHelper::scheduled_job(&keys);
	let terms = T::Jobs::terms(job).ok_or(BenchmarkError::Stop("the helper opened no job"))?;
	if terms.seats.len() as u32 == MAX_SEATS {
		Ok(terms)
	} else {
		Err(BenchmarkError::Stop("the job has not all its seats"))
	}
}

fn seat(terms: &JobTerms, index: usize) -> Result<&Seat, BenchmarkError> {
	terms.seats.get(index).ok_or(BenchmarkError::Stop("no such seat"))
}

fn sign(key: &SigningKey, message: &[u8]) -> Result<[u8; 64], BenchmarkError> {
	ed25519_sign(KEY_TYPE, &ed25519::Public::from_raw(*key), message)
		.map(|signature| signature.0)
		.ok_or(BenchmarkError::Stop("the keystore does not sign"))
}

/// Lets a message in as a block does, right before its dispatch.
fn let_in<T: Config>(call: Call<T>) -> Result<(), BenchmarkError>
where
	<T as frame_system::Config>::RuntimeCall: From<Call<T>>,
{
	frame_system::Pallet::<T>::set_extrinsic_index(0);
	<T as frame_system::Config>::RuntimeCall::from(call)
		.authorize(TransactionSource::InBlock)
		.ok_or("the call authorises itself")?
		.map_err(|_| "refused")?;
	Ok(())
}

/// What the node of a seat says, with the longest output, whose last byte is `flavour`.
fn certificate<T: Config>(
	terms: &JobTerms,
	index: usize,
	flavour: u8,
) -> Result<SignedCac, BenchmarkError> {
	let seat = seat(terms, index)?;
	let lease = T::Leases::lease_of_key(&seat.signing_key)
		.ok_or(BenchmarkError::Stop("the seat has no lease"))?;
	let mut bytes = vec![0u8; MAX_OUTPUT_BYTES as usize];
	bytes.iter_mut().last().into_iter().for_each(|byte| *byte = flavour);
	let hash = output_hash(&bytes);
	let output = Output::Inline(bytes.try_into().map_err(|_| "the output is too long")?);
	let statement = CacStatement::V1(CacV1 {
		genesis: T::Genesis::genesis_hash(),
		job: terms.job,
		attempt: seat.attempt,
		nonce: seat.nonce,
		node: seat.node,
		clause: terms.clause.clone(),
		program: terms.program,
		measurement: lease.measurement,
		lease: seat.lease,
		input: terms.input,
		lineage: T::Jobs::lineage(terms.job).ok_or("the job is gone")?,
		outcome: Outcome::Success { hash, output },
		usage: ResourceUsage { bytes_out: MAX_OUTPUT_BYTES, ..Default::default() },
		engine: Engine { kind: EngineKind::Wasmtime, version: (0, 0, 0) },
		acted_on: (0, Default::default()),
		simulated: lease.simulated,
	});
	let signature = sign(&seat.signing_key, &statement.message())?;
	Ok(SignedCac { statement, signature })
}

const SALT: Salt = [7; 32];

/// The commitment to a certificate.
fn commitment<T: Config>(
	terms: &JobTerms,
	index: usize,
	cac: &SignedCac,
) -> Result<SignedCommitment, BenchmarkError> {
	let key = &seat(terms, index)?.signing_key;
	let body = cac.statement.body();
	let claim = claim(body);
	let opening = Opening {
		genesis: claim.genesis,
		job: claim.job,
		attempt: claim.attempt,
		node: claim.node,
		key,
		tally: body.outcome.tally(),
	};
	let commitment = Commitment {
		genesis: claim.genesis,
		job: claim.job,
		attempt: claim.attempt,
		nonce: claim.nonce,
		node: claim.node,
		hash: opening.commit(&SALT),
	};
	let signature = sign(key, &commitment.message())?;
	Ok(SignedCommitment { commitment, signature })
}

/// A failure that says nothing about the result.
fn timeout<T: Config>(terms: &JobTerms, index: usize) -> Result<SignedCac, BenchmarkError> {
	let CacStatement::V1(mut body) = certificate::<T>(terms, index, 0)?.statement;
	body.outcome = Outcome::Failure(FailureCode::Timeout);
	let statement = CacStatement::V1(body);
	let signature = sign(&seat(terms, index)?.signing_key, &statement.message())?;
	Ok(SignedCac { statement, signature })
}

/// Three nodes could not answer, and two agree: the sixth vote leaves the round open, and no open round has more.
fn five_votes<T: Config>(terms: &JobTerms) -> Result<(), BenchmarkError> {
	for index in 0..5 {
		let cac = match index < 3 {
			true => timeout::<T>(terms, index)?,
			false => certificate::<T>(terms, index, 0)?,
		};
		Pallet::<T>::submit_cac(RawOrigin::Authorized.into(), Box::new(cac))
			.map_err(|e| e.error)?;
	}
	Ok(())
}

/// All nodes have committed, the next block has begun, and five have shown what they found.
fn five_reveals<T: Config>() -> Result<JobTerms, BenchmarkError> {
	let terms = open_committing::<T>()?;
	for index in 0..MAX_SEATS as usize {
		let cac = certificate::<T>(&terms, index, (index % 2) as u8)?;
		let signed = commitment::<T>(&terms, index, &cac)?;
		Pallet::<T>::commit(RawOrigin::Authorized.into(), signed).map_err(|e| e.error)?;
	}
	let next = frame_system::Pallet::<T>::block_number() + 1u32.into();
	frame_system::Pallet::<T>::set_block_number(next);
	for index in 0..5 {
		let cac = Box::new(certificate::<T>(&terms, index, (index % 2) as u8)?);
		Pallet::<T>::reveal(RawOrigin::Authorized.into(), cac, SALT).map_err(|e| e.error)?;
	}
	Ok(terms)
}

fn acknowledgement<T: Config>(terms: &JobTerms) -> Result<SignedAck, BenchmarkError> {
	let ack = claim(certificate::<T>(terms, 0, 0)?.statement.body());
	let signature = sign(&seat(terms, 0)?.signing_key, &ack.message())?;
	Ok(SignedAck { ack, signature })
}

#[benchmarks(where <T as frame_system::Config>::RuntimeCall: From<Call<T>>)]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn acknowledge() -> Result<(), BenchmarkError> {
		let terms = open::<T>()?;
		let signed = acknowledgement::<T>(&terms)?;
		let_in::<T>(Call::acknowledge { signed: signed.clone() })?;

		#[extrinsic_call]
		_(RawOrigin::Authorized, signed);

		assert!(!Admitted::<T>::exists());
		let terms = T::Jobs::terms(terms.job).ok_or("the job is gone")?;
		assert!(seat(&terms, 0)?.state != concordat_primitives::job::SeatState::Assigned);
		Ok(())
	}

	#[benchmark]
	fn authorize_acknowledge() -> Result<(), BenchmarkError> {
		let terms = open::<T>()?;
		let signed = acknowledgement::<T>(&terms)?;

		#[block]
		{
			let_in::<T>(Call::acknowledge { signed })?;
		}

		assert!(Admitted::<T>::exists());
		Ok(())
	}

	/// The sixth vote.
	#[benchmark]
	fn submit_cac() -> Result<(), BenchmarkError> {
		let terms = open::<T>()?;
		five_votes::<T>(&terms)?;
		let cac = Box::new(certificate::<T>(&terms, 5, 0)?);
		let_in::<T>(Call::submit_cac { cac: cac.clone() })?;

		#[extrinsic_call]
		_(RawOrigin::Authorized, cac);

		assert!(!Admitted::<T>::exists());
		assert_eq!(Ballots::<T>::get(terms.job).ballots.len(), 6);
		Ok(())
	}

	#[benchmark]
	fn authorize_submit_cac() -> Result<(), BenchmarkError> {
		let terms = open::<T>()?;
		five_votes::<T>(&terms)?;
		let cac = Box::new(certificate::<T>(&terms, 5, 0)?);

		#[block]
		{
			let_in::<T>(Call::submit_cac { cac })?;
		}

		assert!(Admitted::<T>::exists());
		Ok(())
	}

	/// The sixth of seven commitments.
	#[benchmark]
	fn commit() -> Result<(), BenchmarkError> {
		let terms = open_committing::<T>()?;
		for index in 0..5 {
			let cac = certificate::<T>(&terms, index, 0)?;
			let signed = commitment::<T>(&terms, index, &cac)?;
			Pallet::<T>::commit(RawOrigin::Authorized.into(), signed).map_err(|e| e.error)?;
		}
		let signed = commitment::<T>(&terms, 5, &certificate::<T>(&terms, 5, 0)?)?;
		let_in::<T>(Call::commit { signed: signed.clone() })?;

		#[extrinsic_call]
		_(RawOrigin::Authorized, signed);

		assert!(!Admitted::<T>::exists());
		assert_eq!(Ballots::<T>::get(terms.job).pledges.len(), 6);
		Ok(())
	}

	#[benchmark]
	fn authorize_commit() -> Result<(), BenchmarkError> {
		let terms = open_committing::<T>()?;
		for index in 0..5 {
			let cac = certificate::<T>(&terms, index, 0)?;
			let signed = commitment::<T>(&terms, index, &cac)?;
			Pallet::<T>::commit(RawOrigin::Authorized.into(), signed).map_err(|e| e.error)?;
		}
		let signed = commitment::<T>(&terms, 5, &certificate::<T>(&terms, 5, 0)?)?;

		#[block]
		{
			let_in::<T>(Call::commit { signed })?;
		}

		assert!(Admitted::<T>::exists());
		Ok(())
	}

	/// The sixth of seven: three say one thing and three another, and the last one is waited for.
	#[benchmark]
	fn reveal() -> Result<(), BenchmarkError> {
		let terms = five_reveals::<T>()?;
		let cac = Box::new(certificate::<T>(&terms, 5, 1)?);
		let_in::<T>(Call::reveal { cac: cac.clone(), salt: SALT })?;

		#[extrinsic_call]
		_(RawOrigin::Authorized, cac, SALT);

		assert!(!Admitted::<T>::exists());
		assert_eq!(Ballots::<T>::get(terms.job).ballots.len(), 6);
		Ok(())
	}

	#[benchmark]
	fn authorize_reveal() -> Result<(), BenchmarkError> {
		let terms = five_reveals::<T>()?;
		let cac = Box::new(certificate::<T>(&terms, 5, 1)?);

		#[block]
		{
			let_in::<T>(Call::reveal { cac, salt: SALT })?;
		}

		assert!(Admitted::<T>::exists());
		Ok(())
	}

	/// Without the board's part, and without the receipt's weight.
	#[benchmark]
	fn escalate() -> Result<(), BenchmarkError> {
		let terms = open::<T>()?;
		five_votes::<T>(&terms)?;
		let mut urn = Ballots::<T>::get(terms.job);
		urn.committee = MAX_SEATS as u8;
		let made = seat(&terms, 0)?.attempt;

		#[block]
		{
			let now = T::Jobs::terms(terms.job).ok_or("the job is gone")?;
			let now = JobTerms { committee: Some(made), ..now };
			Pallet::<T>::note_escalation(&now, urn)?;
		}

		assert_eq!(Ballots::<T>::get(terms.job).committee, MAX_SEATS as u8);
		Ok(())
	}

	/// Without the slash.
	#[benchmark]
	fn withhold() -> Result<(), BenchmarkError> {
		let terms = five_reveals::<T>()?;
		let (node, attempt) = (seat(&terms, 6)?.node, seat(&terms, 6)?.attempt);

		#[block]
		{
			Pallet::<T>::reveal_withheld(terms.job, attempt, node);
		}

		assert!(Ballots::<T>::get(terms.job).pledge(node, attempt).is_none());
		Ok(())
	}

	/// Without the verification of the proof, and without the receipt's weight.
	#[benchmark]
	fn submit_proof() -> Result<(), BenchmarkError> {
		let job = open::<T>()?.job;
		let output = output_hash(b"proven");

		#[block]
		{
			let terms = T::Jobs::terms(job).ok_or("the job is gone")?;
			let known = Proofs::<T>::get(job).is_some();
			Pallet::<T>::note_proof(&terms, output, Default::default());
			let urn = Ballots::<T>::get(job);
			assert!(!known && urn.ballots.is_empty());
		}

		assert!(Proofs::<T>::contains_key(job));
		Ok(())
	}

	/// A job that was frozen while its nodes were at work. The weights of the neighbours come on top.
	#[benchmark]
	fn override_result() -> Result<(), BenchmarkError> {
		let terms = open::<T>()?;
		five_votes::<T>(&terms)?;
		T::Jobs::freeze(terms.job)?;
		let origin =
			T::OverrideOrigin::try_successful_origin().map_err(|()| "nobody may override")?;
		let bytes = vec![1u8; MAX_OUTPUT_BYTES as usize];
		let result = Ok(bytes.try_into().map_err(|_| "the output is too long")?);

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, terms.job, result, Default::default());

		assert!(VotedOutputs::<T>::contains_key(terms.job));
		Ok(())
	}

	#[benchmark]
	fn decide() -> Result<(), BenchmarkError> {
		let terms = open::<T>()?;
		let most = MAX_VOTERS as usize;
		let nodes = |n: usize| Nodes::truncate_from((0..n as u32).collect());
		let (agreed, dissented) = (nodes(most), nodes(most));
		let answer = alloc::vec![b'9'; MAX_NUMBER_BYTES as usize];
		let result = ResultRecord {
			receipt: 1,
			decided_at: 0,
			result: Ok(output_hash(&answer)),
			output: OutputPlace::Record(answer.try_into().map_err(|_| "the answer is too long")?),
		};

		#[block]
		{
			Pallet::<T>::record(terms.job, result, agreed, dissented, Nodes::default());
		}

		assert!(Results::<T>::contains_key(terms.job));
		Ok(())
	}

	/// Seven answers of the greatest length, alike but for the last byte and of equal weight: all of them are read,
	/// compared to the end, and hashed. Numbers are shorter.
	#[benchmark]
	fn aggregate() -> Result<(), BenchmarkError> {
		let terms = open::<T>()?;
		let mut ballots = Vec::new();
		for (index, seat) in terms.seats.iter().enumerate() {
			let cac = certificate::<T>(&terms, index, index as u8)?;
			let body = cac.statement.body();
			ballots.push(Ballot {
				node: seat.node,
				attempt: seat.attempt,
				tally: body.outcome.tally(),
				cac: cac.digest(),
				signing_key: seat.signing_key,
				lease: seat.lease,
				usage: body.usage,
				simulated: body.simulated,
				weight: 1_000_000_000,
				readable: true,
				at: 0,
			});
			Certificates::<T>::insert((terms.job, seat.node, seat.attempt), (0, cac));
		}
		let decision;

		#[block]
		{
			decision = Pallet::<T>::answer(terms.job, Aggregation::Voting, &ballots);
		}

		let decision = decision.map_err(|_| "no answer")?;
		assert!(matches!(decision.output, OutputPlace::Certificate(..)));
		assert_eq!(decision.voices.len() as u32, MAX_SEATS);
		Ok(())
	}

	/// The longest output, out of its certificate.
	#[benchmark]
	fn read_output() -> Result<(), BenchmarkError> {
		let terms = open::<T>()?;
		let cac = certificate::<T>(&terms, 0, 0)?;
		let (node, attempt) = (seat(&terms, 0)?.node, seat(&terms, 0)?.attempt);
		let result = cac.statement.body().outcome.tally();
		Certificates::<T>::insert((terms.job, node, attempt), (0, cac));
		let output = OutputPlace::Certificate(node, attempt);
		Results::<T>::insert(terms.job, ResultRecord { receipt: 1, decided_at: 0, result, output });
		let read;

		#[block]
		{
			read = <Pallet<T> as JobOutputs>::output(terms.job);
		}

		assert_eq!(read.map(|bytes| bytes.len() as u32), Some(MAX_OUTPUT_BYTES));
		Ok(())
	}

	#[benchmark]
	fn seat_lost() -> Result<(), BenchmarkError> {
		let terms = open::<T>()?;
		for index in 0..3 {
			let cac = certificate::<T>(&terms, index, 0)?;
			Pallet::<T>::submit_cac(RawOrigin::Authorized.into(), Box::new(cac))
				.map_err(|e| e.error)?;
		}
		let node = seat(&terms, 6)?.node;

		#[block]
		{
			Pallet::<T>::seat_lost(terms.job, node);
		}

		assert_eq!(Ballots::<T>::get(terms.job).ballots.len(), 3);
		Ok(())
	}

	#[benchmark]
	fn pruned() -> Result<(), BenchmarkError> {
		let terms = open::<T>()?;
		let cac = certificate::<T>(&terms, 0, 0)?;
		Pallet::<T>::submit_cac(RawOrigin::Authorized.into(), Box::new(cac))
			.map_err(|e| e.error)?;
		T::BenchmarkHelper::forget(terms.job);

		#[block]
		{
			Pallet::<T>::pruned(terms.job);
		}

		assert!(Discarded::<T>::contains_key(terms.job));
		Ok(())
	}

	#[benchmark]
	fn look_for_discarded() {
		let found;
		#[block]
		{
			found = Discarded::<T>::iter_keys().next();
		}
		assert!(found.is_none());
	}

	#[benchmark]
	fn sweep(n: Linear<1, { T::MaxCertificates::get() }>) -> Result<(), BenchmarkError> {
		let terms = open::<T>()?;
		let cac = certificate::<T>(&terms, 0, 0)?;
		for attempt in 0..n {
			let node = seat(&terms, 0)?.node;
			Certificates::<T>::insert((terms.job, node, attempt), (0, cac.clone()));
		}
		T::BenchmarkHelper::forget(terms.job);
		Discarded::<T>::insert(terms.job, ());

		#[block]
		{
			Pallet::<T>::sweep(&mut WeightMeter::new());
		}

		assert!(Certificates::<T>::iter_key_prefix((terms.job,)).next().is_none());
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::benchmark_ext(), crate::mock::Test);
}
