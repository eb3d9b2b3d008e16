//! What the dispatch need not verify again, and that nobody else gets around the verification.

use super::*;
use crate::{mock, Admitted, Ballots, CacRefusal, Certificates, Error};
use concordat_primitives::{attest::LeaseRefusal, cac::SignedCac, AccountId};
use frame_support::{assert_noop, traits::OriginTrait};
use sp_runtime::{traits::Dispatchable, transaction_validity::InvalidTransaction, DispatchError};

/// Calls of pallet-utility.
type Utility = pallet_utility::Call<Test>;

fn forged(node: u32) -> SignedCac {
	let mut cac = good(node);
	cac.signature[5] ^= 1;
	cac
}

fn forged_ack(node: u32) -> SignedAck {
	let mut signed = ack(node);
	signed.signature[5] ^= 1;
	signed
}

/// Root gives the call the origin that `AuthorizeCall` gives.
fn as_authorized(call: RuntimeCall) -> RuntimeCall {
	let as_origin = Box::new(authorized().into_caller());
	Utility::dispatch_as_fallible { as_origin, call: Box::new(call) }.into()
}

fn by_root(call: RuntimeCall) -> Result<(), DispatchError> {
	call.dispatch(RuntimeOrigin::root()).map(|_| ()).map_err(|e| e.error)
}

/// What `AuthorizeCall` does in a block, right before the dispatch.
fn admit(call: &RuntimeCall) {
	call.authorize(TransactionSource::InBlock).expect("authorised").expect("valid");
}

fn nobody_was_heard() -> bool {
	Certificates::<Test>::iter().next().is_none()
		&& Ballots::<Test>::iter().next().is_none()
		&& effects().is_empty()
}

#[test]
fn the_dispatch_should_not_verify_what_its_own_extrinsic_has_verified() {
	ExtBuilder::default().build_and_execute(|| {
		// Once for the pool and once in the block; the dispatch looks no third time.
		acknowledge(ack(1));
		assert_eq!(LeaseLooks::take(), 2);
		deliver(good(1));
		assert_eq!(LeaseLooks::take(), 2);
		// Without a block around it, the dispatch looks by itself.
		QuorumResults::acknowledge(authorized(), ack(2)).unwrap();
		QuorumResults::submit_cac(authorized(), Box::new(good(2))).unwrap();
		assert_eq!(LeaseLooks::take(), 2);
		assert!(!Admitted::<Test>::exists());
	});
}

#[test]
fn the_pool_should_leave_no_admission() {
	ExtBuilder::default().build_and_execute(|| {
		for source in [TransactionSource::Local, TransactionSource::External] {
			for call in [submit_call(good(1)), ack_call(ack(1))] {
				frame_support::assert_storage_noop!(call
					.authorize(source)
					.unwrap()
					.map(|_| ())
					.unwrap());
			}
		}
		// Nor does a refusal, in a block.
		frame_support::assert_storage_noop!(submit_call(forged(1))
			.authorize(TransactionSource::InBlock)
			.unwrap()
			.unwrap_err());
	});
}

#[test]
fn root_should_not_get_a_forged_signature_in() {
	ExtBuilder::default().build_and_execute(|| {
		System::set_extrinsic_index(3);
		for (call, error) in [
			(submit_call(forged(1)), Error::<Test>::BadSignature),
			(ack_call(forged_ack(1)), Error::<Test>::BadSignature),
		] {
			assert_noop!(by_root(as_authorized(call.clone())), error);
			// Wrapped once more.
			let batch = Utility::batch_all { calls: vec![as_authorized(call)] };
			assert_noop!(by_root(batch.into()), Error::<Test>::BadSignature);
		}
		// The kind that swallows errors changes nothing either.
		let as_origin = Box::new(authorized().into_caller());
		let call = Box::new(submit_call(forged(1)));
		assert!(by_root(Utility::dispatch_as { as_origin, call }.into()).is_ok());
		assert!(nobody_was_heard());
		// What is true passes, whoever carries it: the message is its own permission.
		assert!(by_root(as_authorized(submit_call(good(1)))).is_ok());
		assert_eq!(Certificates::<Test>::iter().count(), 1);
	});
}

#[test]
fn calls_in_calls_should_be_refused_by_their_origin() {
	ExtBuilder::default().build_and_execute(|| {
		let batches = || -> [RuntimeCall; 3] {
			let calls = || vec![submit_call(good(1)), ack_call(ack(2))];
			[
				Utility::batch { calls: calls() }.into(),
				Utility::batch_all { calls: calls() }.into(),
				Utility::force_batch { calls: calls() }.into(),
			]
		};
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::signed(AccountId::new([1; 32]))] {
			for batch in batches() {
				let _ = batch.dispatch(origin.clone());
				assert!(nobody_was_heard());
			}
		}
		// Nor does a batch authorise itself: unsigned, it gets into no block.
		for batch in batches() {
			assert!(batch.authorize(TransactionSource::InBlock).is_none());
		}
	});
}

#[test]
fn an_admission_should_serve_for_the_very_message_alone() {
	ExtBuilder::default().build_and_execute(|| {
		System::set_extrinsic_index(3);
		// The same statement under another signature, another statement under the same one, another node's.
		let moved = SignedCac { signature: good(1).signature, ..cac(1, outcome(b"other")) };
		for cac in [forged(1), moved, forged(2)] {
			admit(&submit_call(good(1)));
			let refused = QuorumResults::submit_cac(authorized(), Box::new(cac));
			assert_eq!(refused.unwrap_err().error, Error::<Test>::BadSignature.into());
		}
		admit(&ack_call(ack(1)));
		let refused = QuorumResults::acknowledge(authorized(), forged_ack(1));
		assert_eq!(refused.unwrap_err().error, Error::<Test>::BadSignature.into());
		assert!(nobody_was_heard());
		// For the message itself it does.
		admit(&submit_call(good(1)));
		LeaseLooks::take();
		QuorumResults::submit_cac(authorized(), Box::new(good(1))).unwrap();
		assert_eq!(LeaseLooks::take(), 0);
		assert!(!Admitted::<Test>::exists(), "once");
	});
}

#[test]
fn an_admission_should_not_outlive_its_extrinsic() {
	let later: [fn(); 2] =
		[|| System::set_extrinsic_index(4), || System::set_block_number(NOW + 1)];
	for pass in later {
		ExtBuilder::default().build_and_execute(|| {
			System::set_extrinsic_index(3);
			admit(&submit_call(good(1)));
			assert!(Admitted::<Test>::exists());
			// Its dispatch failed, or never came; afterwards the lease is revoked.
			mock::Revoked::insert(measurement(1), ());
			pass();
			let refused = QuorumResults::submit_cac(authorized(), Box::new(good(1)));
			assert_eq!(
				refused.unwrap_err().error,
				Error::<Test>::from(CacRefusal::Lease(LeaseRefusal::MeasurementRevoked)).into()
			);
			assert!(nobody_was_heard());
		});
	}
}

#[test]
fn an_admitted_message_should_still_meet_the_state_of_the_job() {
	type Change = fn();
	let changes: [(Change, Error<Test>); 5] = [
		(|| Board::remove(JOB), Error::UnknownJob),
		(|| set_status(JOB, concordat_primitives::job::JobStatus::Disputed), Error::NotRunning),
		(|| change_terms(JOB, |terms| terms.seats.clear()), Error::NotAssigned),
		(|| change_terms(JOB, |terms| terms.seats[0].attempt = 2), Error::WrongAttempt),
		(|| change_terms(JOB, |terms| terms.seats[0].deliver_by = NOW), Error::TooLate),
	];
	for (change, error) in changes {
		ExtBuilder::default().build_and_execute(|| {
			System::set_extrinsic_index(3);
			let cac = good(1);
			admit(&submit_call(cac.clone()));
			change();
			let refused = QuorumResults::submit_cac(authorized(), Box::new(cac));
			assert_eq!(refused.unwrap_err().error, error.into());
			assert!(nobody_was_heard());
		});
	}
}

#[test]
fn a_general_transaction_should_not_carry_what_does_not_authorise_itself() {
	ExtBuilder::default().build_and_execute(|| {
		let carry = |call: RuntimeCall| {
			let transaction =
				UncheckedExtrinsic::new_transaction(call, (frame_system::AuthorizeCall::new(),));
			let info = transaction.get_dispatch_info();
			let len = transaction.encode().len();
			let checked = transaction
				.check(&frame_system::ChainContext::<Test>::default())
				.expect("a general transaction");
			checked.apply::<Test>(&info, len).expect_err("refused")
		};
		assert_eq!(carry(submit_call(forged(1))), InvalidTransaction::BadProof.into());
		let batch = Utility::batch { calls: vec![submit_call(good(1))] }.into();
		for call in [batch, as_authorized(submit_call(good(1)))] {
			assert_eq!(carry(call), InvalidTransaction::UnknownOrigin.into());
		}
		assert!(nobody_was_heard());
	});
}
