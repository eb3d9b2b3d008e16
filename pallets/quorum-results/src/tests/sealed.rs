//! Sealed inputs and outputs: what is taken, and what is not.

use super::*;
use crate::{mock, verify::SEAL_OVERHEAD, CacRefusal, Error, Results};
use concordat_primitives::{
	attest::LeaseRefusal,
	cac::{CacV1, FailureCode, Outcome, Output, SignedCac},
	ensemble::Aggregation,
	hashing::output_hash,
	job::JobStatus,
	sealed::blinded_output_hash,
	traits::JobOutputs,
	Hash, NodeId,
};
use frame_support::{assert_noop, assert_storage_noop};
use sp_runtime::transaction_validity::InvalidTransaction;
use std::collections::BTreeSet;

/// Refused by the pool and by the dispatch, and nothing has changed.
#[track_caller]
fn refused(cac: SignedCac, refusal: CacRefusal) {
	let call = submit_call(cac.clone());
	assert_storage_noop!(assert_eq!(
		validity(&call),
		Err(InvalidTransaction::from(refusal).into()),
		"the pool"
	));
	assert_noop!(
		QuorumResults::submit_cac(authorized(), Box::new(cac)),
		Error::<Test>::from(refusal)
	);
}

/// A certificate with this output, whose hash is signed as it should be.
fn with(node: NodeId, output: Output) -> SignedCac {
	let hash = match &output {
		Output::Sealed(_) => blinded_output_hash(&[8; 32], OUTPUT),
		_ => output_hash(OUTPUT),
	};
	altered(node, |body: &mut CacV1| body.outcome = Outcome::Success { hash, output })
}

fn inline() -> Output {
	Output::Inline(OUTPUT.to_vec().try_into().unwrap())
}

fn external() -> Output {
	Output::External(b"https://example.org/out".to_vec().try_into().unwrap())
}

/// As many bytes as a sealed output of `len` bytes has.
fn sealed(len: u32) -> Output {
	Output::Sealed(vec![7; (SEAL_OVERHEAD + len) as usize].try_into().unwrap())
}

fn ask_for_sealed_outputs() {
	change_terms(JOB, |terms| {
		terms.output_key = Some([9; 32]);
		terms.ciphertext = Some(Hash::repeat_byte(0xc1));
	});
}

#[test]
fn a_sealed_output_should_be_taken_only_where_it_was_asked_for() {
	ExtBuilder::default().build_and_execute(|| {
		refused(with(1, sealed(26)), CacRefusal::OutputSealed);
		assert!(validity(&submit_call(with(1, inline()))).is_ok());
		assert!(validity(&submit_call(with(1, external()))).is_ok());

		ask_for_sealed_outputs();
		refused(with(1, inline()), CacRefusal::OutputNotSealed);
		refused(with(1, external()), CacRefusal::OutputNotSealed);
		assert!(validity(&submit_call(with(1, sealed(26)))).is_ok());
		// A failure gives nothing away.
		assert!(validity(&submit_call(failure(1, FailureCode::Trap))).is_ok());
	});
}

#[test]
fn sealed_outputs_should_be_as_long_as_the_clause_allows_and_no_longer() {
	ExtBuilder::default().build_and_execute(|| {
		ask_for_sealed_outputs();
		// The clause allows 512 bytes.
		assert!(validity(&submit_call(with(1, sealed(0)))).is_ok());
		assert!(validity(&submit_call(with(1, sealed(512)))).is_ok());
		refused(with(1, sealed(513)), CacRefusal::OutputTooLarge);
		let short = Output::Sealed(vec![7; SEAL_OVERHEAD as usize - 1].try_into().unwrap());
		refused(with(1, short), CacRefusal::SealedTooShort);
		refused(with(1, Output::Sealed(Default::default())), CacRefusal::SealedTooShort);
	});
}

#[test]
fn sealed_outputs_should_agree_by_their_blinded_hash() {
	ExtBuilder::default().build_and_execute(|| {
		ask_for_sealed_outputs();
		// Every sealing has its own randomness.
		let other = Output::Sealed(vec![1; 80].try_into().unwrap());
		deliver(with(1, sealed(32)));
		deliver(with(2, other));
		let record = Results::<Test>::get(JOB).unwrap();
		assert_eq!(record.result, Ok(blinded_output_hash(&[8; 32], OUTPUT)));
		assert_eq!(QuorumResults::output(JOB), None, "nobody but the requester can read it");
	});
}

#[test]
fn a_sealed_job_that_awaits_its_input_should_take_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		change_terms(JOB, |terms| {
			terms.status = JobStatus::AwaitingInput;
			terms.ciphertext = None;
		});
		refused(good(1), CacRefusal::NotRunning);
		assert_noop!(QuorumResults::acknowledge(authorized(), ack(1)), Error::<Test>::NotRunning);
		assert!(validity(&ack_call(ack(1))).is_err());
	});
}

#[test]
fn an_ensembles_outputs_should_lie_in_the_certificates() {
	for aggregation in [Aggregation::Voting, Aggregation::BestEffort] {
		ExtBuilder::ensemble(3, aggregation).build_and_execute(|| {
			refused(with(1, external()), CacRefusal::OutputNotInline);
			refused(with(1, sealed(26)), CacRefusal::OutputSealed);
			assert!(validity(&submit_call(with(1, inline()))).is_ok());
			ask_for_sealed_outputs();
			refused(with(1, sealed(26)), CacRefusal::OutputNotInline);
		});
	}
}

#[test]
fn the_lineage_of_a_job_that_depends_on_others_should_be_signed() {
	ExtBuilder::default().build_and_execute(|| {
		let lineage = concordat_primitives::hashing::lineage(&[output_hash(b"before")]);
		mock::Lineages::insert(JOB, lineage);
		refused(good(1), CacRefusal::WrongLineage);
		let swapped = concordat_primitives::hashing::lineage(&[output_hash(b"instead")]);
		refused(altered(1, |body| body.lineage = swapped), CacRefusal::WrongLineage);
		deliver(altered(1, |body| body.lineage = lineage));
	});
}

#[test]
fn every_refusal_should_have_a_number_of_its_own() {
	let all = [
		CacRefusal::WrongChain,
		CacRefusal::UnknownJob,
		CacRefusal::NotRunning,
		CacRefusal::UnsupportedMode,
		CacRefusal::NotAssigned,
		CacRefusal::WrongAttempt,
		CacRefusal::AlreadyAcknowledged,
		CacRefusal::AlreadyDelivered,
		CacRefusal::WrongNonce,
		CacRefusal::TooLate,
		CacRefusal::WrongClause,
		CacRefusal::WrongProgram,
		CacRefusal::WrongInput,
		CacRefusal::WrongLineage,
		CacRefusal::WrongOutputHash,
		CacRefusal::OutputTooLarge,
		CacRefusal::NoLocation,
		CacRefusal::FuelExceeded,
		CacRefusal::MemoryExceeded,
		CacRefusal::FromTheFuture,
		CacRefusal::UnknownClause,
		CacRefusal::WrongLease,
		CacRefusal::WrongKey,
		CacRefusal::WrongMeasurement,
		CacRefusal::SimulationMislabelled,
		CacRefusal::BadSignature,
		CacRefusal::TooManyBallots,
		CacRefusal::TooManyCertificates,
		CacRefusal::OutputSealed,
		CacRefusal::OutputNotSealed,
		CacRefusal::OutputNotInline,
		CacRefusal::Lease(LeaseRefusal::None),
		CacRefusal::Lease(LeaseRefusal::Superseded),
		CacRefusal::Lease(LeaseRefusal::Expired),
		CacRefusal::Lease(LeaseRefusal::MeasurementRevoked),
		CacRefusal::Lease(LeaseRefusal::MeasurementNotForClause),
		CacRefusal::Lease(LeaseRefusal::Simulated),
		CacRefusal::Lease(LeaseRefusal::ClassNotMet),
		CacRefusal::SealedTooShort,
		CacRefusal::CommitFirst,
		CacRefusal::NoCommitReveal,
		CacRefusal::AlreadyCommitted,
		CacRefusal::NotCommitted,
		CacRefusal::TooEarly,
		CacRefusal::WrongOpening,
		CacRefusal::NotHeard,
	];
	// Numbers never change their meaning: 1 to 46, in the order of their introduction.
	assert_eq!(all.map(CacRefusal::code).to_vec(), (1..=46).collect::<Vec<u8>>());
	assert_eq!(all.map(CacRefusal::code).into_iter().collect::<BTreeSet<_>>().len(), all.len());
}
