//! What the pool is told of messages, welcome or not.

use crate::{
	authorize::{Refusal, HANDOFF_TAG, OBJECTION_TAG, REFUSAL_TAG},
	mock::*,
	Error,
};
use codec::{DecodeAll, Encode};
use concordat_primitives::{
	handoff::{HandoffFault, SignedHandoff, SignedRefusal},
	Hash, JobId,
};
use frame_support::{
	dispatch::{GetDispatchInfo, Pays},
	traits::Authorize,
};
use sp_runtime::{
	traits::{Applyable, Checkable},
	transaction_validity::{
		InvalidTransaction, TransactionSource, TransactionValidityError, ValidTransaction,
	},
};
use std::collections::BTreeSet;

const ALL: [Refusal; 16] = [
	Refusal::WrongChain,
	Refusal::UnknownJob,
	Refusal::WrongStep,
	Refusal::NothingToHandOver,
	Refusal::WrongSender,
	Refusal::NotRunning,
	Refusal::NotSeated,
	Refusal::WrongAttempt,
	Refusal::WrongNonce,
	Refusal::AlreadyDelivered,
	Refusal::TooLate,
	Refusal::AlreadyGiven,
	Refusal::WrongTask,
	Refusal::WrongContext,
	Refusal::BadSignature,
	Refusal::WrongHandoff,
];

fn seated() -> JobId {
	let id = submit(chain(2));
	complete(id, 0, 10);
	let job = job_of(id, 1);
	seat_on(job, 20, 1);
	job
}

fn validity(call: crate::Call<Test>) -> Result<ValidTransaction, TransactionValidityError> {
	for source in [TransactionSource::Local, TransactionSource::InBlock] {
		let other = RuntimeCall::Workflows(call.clone()).authorize(source).unwrap();
		let external =
			RuntimeCall::Workflows(call.clone()).authorize(TransactionSource::External).unwrap();
		assert_eq!(other, external);
	}
	RuntimeCall::Workflows(call)
		.authorize(TransactionSource::External)
		.expect("authorised calls")
		.map(|(valid, _)| valid)
}

fn of_handoff(signed: SignedHandoff) -> Result<ValidTransaction, TransactionValidityError> {
	validity(crate::Call::hand_over { signed: Box::new(signed) })
}

fn of_refusal(signed: SignedRefusal) -> Result<ValidTransaction, TransactionValidityError> {
	validity(crate::Call::refuse { signed: Box::new(signed) })
}

#[test]
fn messages_should_travel_once_per_seat_and_not_for_long() {
	ExtBuilder::default().build_and_execute(|| {
		let job = seated();
		let valid = of_handoff(sign(handoff(job, 10, 20), 10)).unwrap();
		assert_eq!(valid.provides, [(HANDOFF_TAG, (job, 1u32, 20u32)).encode()]);
		assert_eq!((valid.longevity, valid.priority), (5, 1_000));
		assert!(valid.propagate && valid.requires.is_empty());
		let said = refusal(job, 20, Hash::zero(), HandoffFault::Overloaded);
		let valid = of_refusal(sign_refusal(said, 20)).unwrap();
		assert_eq!(valid.provides, [(REFUSAL_TAG, (job, 1u32, 20u32)).encode()]);
		let given = sign(handoff(job, 10, 20), 10);
		let digest = given.handoff.digest();
		hand_over(given).unwrap();
		let said = refusal(job, 20, digest, HandoffFault::WrongTask);
		let valid = of_refusal(sign_refusal(said, 20)).unwrap();
		assert_eq!(valid.provides, [(OBJECTION_TAG, (job, 1u32, 20u32)).encode()]);
	});
}

#[test]
fn a_message_should_go_the_whole_way_of_a_transaction_and_cost_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		let job = seated();
		let signed = sign(handoff(job, 10, 20), 10);
		let call: RuntimeCall = crate::Call::hand_over { signed: Box::new(signed) }.into();
		let extension = (frame_system::AuthorizeCall::new(),);
		let bytes = UncheckedExtrinsic::new_transaction(call, extension).encode();
		let transaction = UncheckedExtrinsic::decode_all(&mut &bytes[..]).unwrap();
		let info = transaction.get_dispatch_info();
		let checked = transaction.check(&frame_system::ChainContext::<Test>::default()).unwrap();
		checked
			.validate::<Test>(TransactionSource::External, &info, bytes.len())
			.expect("a valid transaction");
		let applied = checked.apply::<Test>(&info, bytes.len()).expect("an applicable one");
		assert_eq!(applied.unwrap().pays_fee, Pays::No);
		assert_eq!(crate::Handed::<Test>::get(job).len(), 1);
	});
}

#[test]
fn what_is_not_welcome_should_be_told_why() {
	ExtBuilder::default().build_and_execute(|| {
		let job = seated();
		let invalid = |refusal: Refusal| Err(TransactionValidityError::Invalid(refusal.into()));
		let forged = sign(handoff(job, 10, 20), 11);
		assert_eq!(of_handoff(forged), invalid(Refusal::BadSignature));
		let said = refusal(job, 20, Hash::zero(), HandoffFault::WrongTask);
		assert_eq!(of_refusal(sign_refusal(said, 20)), invalid(Refusal::WrongHandoff));
		let good = sign(handoff(job, 10, 20), 10);
		hand_over(good.clone()).unwrap();
		assert_eq!(of_handoff(good), Err(InvalidTransaction::Stale.into()));
	});
}

#[test]
fn every_refusal_should_have_its_own_code_and_its_own_error() {
	let codes: BTreeSet<_> = ALL.iter().map(|refusal| refusal.code()).collect();
	assert_eq!(codes.len(), ALL.len());
	let errors: BTreeSet<_> =
		ALL.iter().map(|refusal| format!("{:?}", Error::<Test>::from(*refusal))).collect();
	assert_eq!(errors.len(), ALL.len());
	for refusal in ALL {
		assert_eq!(format!("{:?}", Error::<Test>::from(refusal)), format!("{refusal:?}"));
		let expected = match refusal {
			Refusal::NotRunning
			| Refusal::AlreadyDelivered
			| Refusal::AlreadyGiven
			| Refusal::TooLate => InvalidTransaction::Stale,
			Refusal::BadSignature => InvalidTransaction::BadProof,
			other => InvalidTransaction::Custom(other.code()),
		};
		assert_eq!(InvalidTransaction::from(refusal), expected);
	}
}
