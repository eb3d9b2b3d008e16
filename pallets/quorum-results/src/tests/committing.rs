//! Commitments: what is taken, what is not, and that they tell nobody anything.

use super::*;
use crate::{authorize::COMMIT_TAG, Ballots, Error, Event, Pledge};
use concordat_primitives::{
	attest::LeaseRefusal,
	clause::ExecutionMode,
	commit::Commitment,
	job::{JobStatus, SeatState},
	NodeId,
};
use frame_support::assert_noop;
use sp_core::Pair;
use std::collections::BTreeSet;

fn state_of(node: NodeId) -> SeatState {
	terms(JOB).seats.into_iter().find(|seat| seat.node == node).expect("a seat").state
}

#[test]
fn a_commitment_should_be_noted_and_take_the_seat() {
	ExtBuilder::default().committing().build_and_execute(|| {
		let hash = pledge_hash(&good(2), &salt(2));
		commit(&good(2));
		assert_eq!(effects(), [Effect::Committed(JOB, 1, 2)]);
		assert_eq!(
			events(),
			[Event::Committed { job: JOB, attempt: 1, node: 2, commitment: hash }]
		);
		let urn = Ballots::<Test>::get(JOB);
		let (measurement, simulated) = (lease(2).measurement, lease(2).simulated);
		let pledge = Pledge { node: 2, attempt: 1, hash, measurement, simulated };
		assert_eq!(urn.pledges.to_vec(), [pledge]);
		assert!(urn.ballots.is_empty());
		assert_eq!(state_of(2), SeatState::Committed(NOW));
		// It says all that an acknowledgement would.
		unheard(ack_call(ack(2)), CacRefusal::AlreadyAcknowledged);
		assert_eq!(QuorumResults::result_view(JOB), None, "nothing can be read");
	});
}

#[test]
fn an_acknowledgement_should_go_before_the_commitment() {
	ExtBuilder::default().committing().build_and_execute(|| {
		acknowledge(ack(1));
		commit(&good(1));
		assert_eq!(state_of(1), SeatState::Committed(NOW));
		let valid = validity(&commit_call(commitment(&good(2)))).unwrap();
		assert!(validity(&ack_call(ack(2))).unwrap().priority > valid.priority);
	});
}

#[test]
fn a_commitment_should_travel_once_per_seat_and_not_for_long() {
	ExtBuilder::default().committing().build_and_execute(|| {
		let valid = validity(&commit_call(commitment(&good(1)))).unwrap();
		assert_eq!(valid.provides, [(COMMIT_TAG, (JOB, 1u32, 1u32)).encode()]);
		assert_eq!((valid.longevity, valid.priority), (5, AuthorizedPriority::get()));
		assert!(valid.propagate && valid.requires.is_empty());
		let other = commitment(&cac(1, outcome(b"other")));
		assert_eq!(validity(&commit_call(other)).unwrap().provides, valid.provides);
	});
}

#[test]
fn the_reveals_should_open_once_all_have_committed() {
	ExtBuilder::default().committing().build_and_execute(|| {
		commit(&good(1));
		commit(&good(2));
		// Two of three would decide; the third has to be bound first.
		assert_eq!(terms(JOB).reveal_from, None);
		unheard(reveal_call(good(1), salt(1)), CacRefusal::TooEarly);
		commit(&good(3));
		assert_eq!(terms(JOB).reveal_from, Some(NOW + 1));
	});
}

#[test]
fn a_certificate_alone_should_be_refused_where_nodes_commit() {
	ExtBuilder::default().committing().build_and_execute(|| {
		unheard(submit_call(good(1)), CacRefusal::CommitFirst);
		commit(&good(1));
		unheard(submit_call(good(1)), CacRefusal::CommitFirst);
		commit(&good(2));
		commit(&good(3));
		System::set_block_number(NOW + 1);
		unheard(submit_call(good(1)), CacRefusal::CommitFirst);
		reveal(&good(1));
		unheard(submit_call(good(1)), CacRefusal::AlreadyDelivered);
	});
}

#[test]
fn nodes_of_a_job_that_shows_at_once_should_not_commit() {
	ExtBuilder::default().build_and_execute(|| {
		unheard(commit_call(commitment(&good(1))), CacRefusal::NoCommitReveal);
		unheard(reveal_call(good(1), salt(1)), CacRefusal::NoCommitReveal);
	});
}

/// A commitment to what node 1 found, of which one thing is false.
fn altered(change: impl FnOnce(&mut Commitment)) -> RuntimeCall {
	commit_call(altered_commitment(&good(1), change))
}

#[test]
fn a_commitment_for_something_else_should_be_refused() {
	ExtBuilder::default().committing().build_and_execute(|| {
		let there = Hash::repeat_byte(1);
		unheard(altered(|said| said.genesis = there), CacRefusal::WrongChain);
		unheard(altered(|said| said.job = 999), CacRefusal::UnknownJob);
		for attempt in [0, 2, u32::MAX] {
			unheard(altered(|said| said.attempt = attempt), CacRefusal::WrongAttempt);
		}
		unheard(altered(|said| said.nonce = Hash::zero()), CacRefusal::WrongNonce);
		unheard(altered(|said| said.node = 4), CacRefusal::NotAssigned);
		// For its neighbour, and signed by itself.
		unheard(
			altered(|said| {
				let seat = terms(JOB).seats[1].clone();
				(said.node, said.attempt, said.nonce) = (seat.node, seat.attempt, seat.nonce);
			}),
			CacRefusal::BadSignature,
		);
		assert!(validity(&altered(|_| ())).is_ok());
	});
}

#[test]
fn a_commitment_of_an_earlier_attempt_should_be_worth_nothing_in_a_later_one() {
	ExtBuilder::default().committing().build_and_execute(|| {
		let old = commit_call(commitment(&good(1)));
		change_terms(JOB, |terms| terms.seats[0] = seat(JOB, 2, 1));
		unheard(old, CacRefusal::WrongAttempt);
	});
}

#[test]
fn a_forged_commitment_should_be_refused() {
	ExtBuilder::default().committing().build_and_execute(|| {
		let mut signed = commitment(&good(1));
		signed.signature[7] ^= 1;
		unheard(commit_call(signed), CacRefusal::BadSignature);
		let signed = sign_commitment(&pair(2), commitment(&good(1)).commitment);
		unheard(commit_call(signed), CacRefusal::BadSignature);
		// Another hash than the one that was signed.
		let mut signed = commitment(&good(1));
		signed.commitment.hash = Hash::repeat_byte(9);
		unheard(commit_call(signed), CacRefusal::BadSignature);
		// What was signed as something else is no commitment.
		for signature in [ack(1).signature, good(1).signature] {
			let signed = SignedCommitment { signature, ..commitment(&good(1)) };
			unheard(commit_call(signed), CacRefusal::BadSignature);
		}
		// The very bytes, without the domain.
		let said = commitment(&good(1)).commitment;
		let signature = pair(1).sign(&said.encode()).0;
		let signed = SignedCommitment { commitment: said, signature };
		unheard(commit_call(signed), CacRefusal::BadSignature);
	});
}

#[test]
fn a_node_should_commit_once() {
	ExtBuilder::default().committing().build_and_execute(|| {
		commit(&good(1));
		unheard(commit_call(commitment(&good(1))), CacRefusal::AlreadyCommitted);
		let other = commit_call(commitment(&cac(1, outcome(b"second thoughts"))));
		unheard(other.clone(), CacRefusal::AlreadyCommitted);
		// Nor if the board forgets it.
		change_terms(JOB, |terms| terms.seats[0].state = SeatState::Assigned);
		unheard(other.clone(), CacRefusal::AlreadyCommitted);
		change_terms(JOB, |terms| terms.seats[0].state = SeatState::Committed(NOW));
		commit(&good(2));
		commit(&good(3));
		System::set_block_number(NOW + 1);
		reveal(&good(1));
		unheard(other, CacRefusal::AlreadyDelivered);
	});
}

#[test]
fn a_late_commitment_should_be_refused() {
	ExtBuilder::default().committing().build_and_execute(|| {
		System::set_block_number(NOW + 29);
		assert!(validity(&commit_call(commitment(&good(1)))).is_ok());
		System::set_block_number(NOW + 30);
		unheard(commit_call(commitment(&good(1))), CacRefusal::TooLate);
	});
}

#[test]
fn nobody_should_commit_once_others_show() {
	ExtBuilder::default().committing().build_and_execute(|| {
		(1..=3).for_each(|node| commit(&good(node)));
		// A board that seated one more, against its promise.
		change_terms(JOB, |terms| terms.seats.try_push(seat(JOB, 2, 4)).unwrap());
		unheard(commit_call(commitment(&good(4))), CacRefusal::TooLate);
		change_terms(JOB, |terms| terms.seats.truncate(3));
	});
}

#[test]
fn nobody_should_commit_while_nobody_works_on_the_job() {
	ExtBuilder::default().committing().build_and_execute(|| {
		for status in [
			JobStatus::Pending,
			JobStatus::Paused,
			JobStatus::Completed,
			JobStatus::Disputed,
			JobStatus::AwaitingVote,
			JobStatus::Overridden,
		] {
			set_status(JOB, status);
			unheard(commit_call(commitment(&good(1))), CacRefusal::NotRunning);
		}
		set_status(JOB, JobStatus::Running);
		change_terms(JOB, |terms| terms.mode = ExecutionMode::SovereignOverride);
		unheard(commit_call(commitment(&good(1))), CacRefusal::UnsupportedMode);
	});
}

#[test]
fn a_lease_that_does_not_count_should_not_commit() {
	ExtBuilder::default().committing().build_and_execute(|| {
		let refused = |refusal| {
			unheard(commit_call(commitment(&good(1))), CacRefusal::Lease(refusal));
		};
		Revoked::insert(measurement(1), ());
		refused(LeaseRefusal::MeasurementRevoked);
		Revoked::remove(measurement(1));
		Leases::mutate(1, |lease| lease.as_mut().unwrap().expires_at = NOW);
		refused(LeaseRefusal::Expired);
		Leases::mutate(1, |lease| lease.as_mut().unwrap().signing_key = key(9));
		Leases::mutate(1, |lease| lease.as_mut().unwrap().expires_at = NOW + 9);
		unheard(commit_call(commitment(&good(1))), CacRefusal::WrongKey);
	});
}

#[test]
fn nobody_should_commit_to_what_will_not_be_taken() {
	ExtBuilder::default().committing().build_and_execute(|| {
		MaxCertificates::set(1);
		commit(&good(1));
		unheard(commit_call(commitment(&good(2))), CacRefusal::TooManyCertificates);
		MaxCertificates::set(2);
		commit(&good(2));
		MaxCertificates::set(16);
	});
}

#[test]
fn commitments_should_be_refused_from_any_origin_but_the_authorised_one() {
	ExtBuilder::default().committing().build_and_execute(|| {
		for origin in [
			RuntimeOrigin::none(),
			RuntimeOrigin::root(),
			RuntimeOrigin::signed(concordat_primitives::AccountId::new([1; 32])),
		] {
			assert_noop!(
				QuorumResults::commit(origin.clone(), commitment(&good(1))),
				sp_runtime::DispatchError::BadOrigin
			);
			assert_noop!(
				QuorumResults::reveal(origin, Box::new(good(1)), salt(1)),
				sp_runtime::DispatchError::BadOrigin
			);
		}
	});
}

#[test]
fn an_admission_should_serve_for_the_very_commitment_alone() {
	ExtBuilder::default().committing().build_and_execute(|| {
		let admit = |call: &RuntimeCall| {
			call.authorize(TransactionSource::InBlock).expect("authorised").expect("valid");
		};
		System::set_extrinsic_index(3);
		let honest = commitment(&good(1));
		let mut forged = honest.clone();
		forged.commitment.hash = Hash::repeat_byte(3);
		admit(&commit_call(honest.clone()));
		let refused = QuorumResults::commit(authorized(), forged).unwrap_err();
		assert_eq!(refused.error, Error::<Test>::BadSignature.into());
		// For itself it does, once: the signature is not verified again. What the lease says is kept with the commitment.
		admit(&commit_call(honest.clone()));
		LeaseLooks::take();
		QuorumResults::commit(authorized(), honest).unwrap();
		assert_eq!(LeaseLooks::take(), 1);
		assert!(!crate::Admitted::<Test>::exists());
		// What was let in still meets the state of the job.
		let second = commitment(&good(2));
		admit(&commit_call(second.clone()));
		set_status(JOB, JobStatus::Disputed);
		let refused = QuorumResults::commit(authorized(), second).unwrap_err();
		assert_eq!(refused.error, Error::<Test>::NotRunning.into());
		set_status(JOB, JobStatus::Running);
	});
}

/// All that anybody can see: the whole state and every transaction so far.
fn seen(transactions: &[RuntimeCall]) -> Vec<u8> {
	let mut bytes = transactions.encode();
	let mut key = Vec::new();
	while let Some(next) = sp_io::storage::next_key(&key) {
		bytes.extend(&next);
		bytes.extend(sp_io::storage::get(&next).unwrap_or_default());
		key = next;
	}
	bytes
}

/// Which of the two answers node 1 has committed to, by trying every 32 bytes that were ever seen, in every place, as salt.
fn guess(hash: Hash, bytes: &[u8]) -> Option<bool> {
	let salts: BTreeSet<Salt> = bytes
		.windows(32)
		.map(|window| window.try_into().unwrap())
		.chain([[0; 32], [1; 32], [255; 32]])
		.collect();
	assert!(salts.len() > 500, "{}", salts.len());
	let answers = [false, true].map(|answer| cac(1, outcome(&[answer.into()])));
	answers.iter().zip([false, true]).find_map(|(said, answer)| {
		salts.iter().any(|salt| pledge_hash(said, salt) == hash).then_some(answer)
	})
}

#[test]
fn one_bit_should_not_be_guessed_from_its_commitment() {
	ExtBuilder::default().committing().build_and_execute(|| {
		let yes = cac(1, outcome(&[1]));
		let (one, two) = (commitment(&yes), commitment(&cac(2, outcome(&[1]))));
		let pool = [commit_call(one.clone()), commit_call(two.clone())];
		pool.iter().for_each(|call| assert!(apply(call.clone()).is_ok()));
		let public = seen(&pool);
		assert!(
			public.windows(32).any(|window| window == one.commitment.hash.as_bytes()),
			"the adversary looks in the right place"
		);
		// Two possible answers, and all that can be seen: nothing opens it.
		assert_eq!(guess(one.commitment.hash, &public), None);
		// Nor does it show that two nodes have found the same.
		assert_ne!(one.commitment.hash, two.commitment.hash);
		assert_ne!(pledge_hash(&yes, &[0; 32]), pledge_hash(&cac(2, outcome(&[1])), &[0; 32]));
		// Without a salt, or with one that can be seen, the same search finds the answer.
		assert_eq!(guess(pledge_hash(&yes, &[0; 32]), &public), Some(true));
		let no = cac(1, outcome(&[0]));
		let told = [&public[..], &salt(1)].concat();
		assert_eq!(guess(pledge_hash(&no, &salt(1)), &told), Some(false));
	});
}

#[test]
fn whoever_copies_a_commitment_should_not_be_able_to_open_it() {
	ExtBuilder::default().committing().build_and_execute(|| {
		commit(&good(1));
		commit(&good(2));
		// Node 3 has done nothing, and takes what node 1 has committed to.
		let copied = pledge_hash(&good(1), &salt(1));
		let stolen = altered_commitment(&good(3), |said| said.hash = copied);
		apply(commit_call(stolen)).unwrap();
		System::set_block_number(NOW + 1);
		// Now it sees answer and salt of node 1. Neither these nor node 1's certificate open it under its own name.
		reveal(&good(1));
		unheard(reveal_call(good(3), salt(1)), CacRefusal::WrongOpening);
		unheard(reveal_call(good(3), salt(3)), CacRefusal::WrongOpening);
		unheard(reveal_call(good(1), salt(1)), CacRefusal::AlreadyDelivered);
		// Nor does it show in its own name what node 2 has committed to.
		unheard(reveal_call(good(3), salt(2)), CacRefusal::WrongOpening);
		reveal(&good(2));
		// Its time runs out: it has won nothing, and pays as if it had lied.
		withhold(3);
		assert_eq!(settled(), (vec![1, 2], vec![], vec![]));
		assert_eq!(slashes(), [(3, copied, FIVE_PERCENT)]);
	});
}

#[test]
fn what_a_node_has_committed_to_should_not_change_when_it_sees_the_others() {
	ExtBuilder::default().committing().build_and_execute(|| {
		let lie = cac(3, outcome(b"rain: 0 mm, trigger: no"));
		commit(&good(1));
		commit(&good(2));
		commit(&lie);
		System::set_block_number(NOW + 1);
		reveal(&good(1));
		reveal(&good(2));
		// It would rather have said the same.
		for salt in [salt(1), salt(2), salt(3), [0; 32]] {
			unheard(reveal_call(good(3), salt), CacRefusal::WrongOpening);
		}
		assert!(validity(&reveal_call(lie, salt(3))).is_ok());
	});
}
