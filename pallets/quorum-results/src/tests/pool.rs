//! What the pool is told of messages that are welcome.

use super::*;
use crate::{
	authorize::{ACK_TAG, CAC_TAG},
	CacRefusal,
};
use concordat_primitives::attest::LeaseRefusal;
use sp_runtime::transaction_validity::InvalidTransaction;
use std::collections::BTreeSet;

const ALL: [CacRefusal; 42] = [
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
	CacRefusal::Lease(LeaseRefusal::None),
	CacRefusal::Lease(LeaseRefusal::Superseded),
	CacRefusal::Lease(LeaseRefusal::Expired),
	CacRefusal::Lease(LeaseRefusal::MeasurementRevoked),
	CacRefusal::Lease(LeaseRefusal::MeasurementNotForClause),
	CacRefusal::Lease(LeaseRefusal::Simulated),
	CacRefusal::Lease(LeaseRefusal::ClassNotMet),
	CacRefusal::CommitFirst,
	CacRefusal::NoCommitReveal,
	CacRefusal::AlreadyCommitted,
	CacRefusal::NotCommitted,
	CacRefusal::TooEarly,
	CacRefusal::WrongOpening,
	CacRefusal::NotHeard,
];

#[test]
fn a_certificate_should_travel_once_per_seat_and_not_for_long() {
	ExtBuilder::default().build_and_execute(|| {
		let valid = validity(&submit_call(good(1))).unwrap();
		assert_eq!(valid.provides, [(CAC_TAG, (JOB, 1u32, 1u32)).encode()]);
		assert_eq!(valid.longevity, 5);
		assert_eq!(valid.priority, AuthorizedPriority::get());
		assert!(valid.propagate && valid.requires.is_empty());
		// Another output of the same node takes the same place.
		let other = validity(&submit_call(cac(1, outcome(b"other")))).unwrap();
		assert_eq!(other.provides, valid.provides);
		let neighbour = validity(&submit_call(good(2))).unwrap();
		assert_ne!(neighbour.provides, valid.provides);
	});
}

#[test]
fn an_acknowledgement_should_go_before_the_certificate() {
	ExtBuilder::default().build_and_execute(|| {
		let cac = validity(&submit_call(good(1))).unwrap();
		let ack = validity(&ack_call(ack(1))).unwrap();
		assert_eq!(ack.provides, [(ACK_TAG, (JOB, 1u32, 1u32)).encode()]);
		assert!(ack.priority > cac.priority);
	});
}

#[test]
fn a_message_should_be_welcome_from_everywhere() {
	ExtBuilder::default().build_and_execute(|| {
		for source in
			[TransactionSource::Local, TransactionSource::External, TransactionSource::InBlock]
		{
			assert!(submit_call(good(1)).authorize(source).unwrap().is_ok());
			assert!(ack_call(ack(1)).authorize(source).unwrap().is_ok());
		}
	});
}

#[test]
fn every_refusal_should_have_its_own_code_and_its_own_error() {
	let codes: BTreeSet<u8> = ALL.iter().map(|r| r.code()).collect();
	assert_eq!(codes.len(), ALL.len());
	let errors: BTreeSet<Vec<u8>> =
		ALL.iter().map(|r| crate::Error::<Test>::from(*r).encode()).collect();
	assert_eq!(errors.len(), ALL.len());
}

#[test]
fn refusals_should_reach_the_pool_as_documented() {
	for refusal in ALL {
		let expected = match refusal {
			CacRefusal::NotRunning
			| CacRefusal::AlreadyAcknowledged
			| CacRefusal::AlreadyCommitted
			| CacRefusal::AlreadyDelivered
			| CacRefusal::TooLate => InvalidTransaction::Stale,
			CacRefusal::FromTheFuture | CacRefusal::TooEarly => InvalidTransaction::Future,
			CacRefusal::BadSignature => InvalidTransaction::BadProof,
			other => custom(other),
		};
		assert_eq!(InvalidTransaction::from(refusal), expected);
	}
}
