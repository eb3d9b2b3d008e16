//! What backup committees decide, and what that means for primaries and members.

use super::*;
use crate::{Ballots, Event, OutputPlace, Results};
use concordat_primitives::{
	cac::FailureCode, hashing::output_hash, job::SeatState, receipt::Voter, traits::JobOutputs,
	NodeId,
};

fn lie(node: NodeId) -> SignedCac {
	cac(node, outcome(b"rain: 0 mm, trigger: no"))
}

fn timeout(node: NodeId) -> SignedCac {
	failure(node, FailureCode::Timeout)
}

/// Two of three say the truth; nodes 4 and on are the committee, and commit as well.
fn differing() {
	commit_and_reveal(&[good(1), good(2), lie(3)]);
	assert_eq!(terms(JOB).committee, Some(2));
}

fn with_committee(backups: u32, test: impl FnOnce()) {
	ExtBuilder::default().committing().backups(backups).build_and_execute(|| {
		differing();
		test();
	});
}

fn completion() -> (u8, u8, Vec<Voter>) {
	let completed = receipts().into_iter().filter_map(|operation| match operation {
		Operation::JobCompleted { k, n, voters, .. } => Some((k, n, voters.to_vec())),
		_ => None,
	});
	let all: Vec<_> = completed.collect();
	let [one] = &all[..] else { panic!("{all:?}") };
	one.clone()
}

#[test]
fn a_committee_should_decide_by_majority_and_the_liar_be_slashed() {
	with_committee(3, || {
		commit_and_reveal(&[good(4), good(5), good(6)]);
		assert_eq!(settled(), (vec![1, 2, 4, 5, 6], vec![3], vec![]));
		assert_eq!(slashes(), [(3, Certificates::digest_of(3, 1), FIVE_PERCENT)]);
		let (k, n, voters) = completion();
		assert_eq!((k, n), (2, 3), "more than half of the committee");
		assert_eq!(
			voters.iter().map(|v| (v.node, v.agreed)).collect::<Vec<_>>(),
			[(1, true), (2, true), (3, false), (4, true), (5, true), (6, true)]
		);
		let result = Ok(output_hash(OUTPUT));
		assert!(events().contains(&Event::CommitteeDecided {
			job: JOB,
			attempt: 2,
			members: 3,
			result
		}));
		let record = Results::<Test>::get(JOB).unwrap();
		assert_eq!(record.result, result);
		assert_eq!(record.output, OutputPlace::Certificate(1, 1));
		assert_eq!(QuorumResults::output(JOB).as_deref(), Some(OUTPUT));
		assert!(!Ballots::<Test>::contains_key(JOB));
	});
}

/// Reads certificates in tests.
struct Certificates;

impl Certificates {
	fn digest_of(node: NodeId, attempt: u32) -> Hash {
		crate::Certificates::<Test>::get((JOB, node, attempt)).expect("a certificate").1.digest()
	}
}

#[test]
fn most_of_the_primaries_should_not_outweigh_the_committee() {
	with_committee(3, || {
		// The committee finds that the lonely node was right.
		commit_and_reveal(&[lie(4), lie(5), lie(6)]);
		assert_eq!(settled(), (vec![3, 4, 5, 6], vec![1, 2], vec![]));
		assert_eq!(
			slashes(),
			[
				(1, Certificates::digest_of(1, 1), FIVE_PERCENT),
				(2, Certificates::digest_of(2, 1), FIVE_PERCENT)
			]
		);
	});
}

#[test]
fn a_member_that_lies_should_be_slashed_as_a_primary_is() {
	with_committee(3, || {
		commit_and_reveal(&[good(4), lie(5), good(6)]);
		assert_eq!(settled(), (vec![1, 2, 4, 6], vec![3, 5], vec![]));
		assert_eq!(
			slashes(),
			[
				(3, Certificates::digest_of(3, 1), FIVE_PERCENT),
				(5, Certificates::digest_of(5, 2), FIVE_PERCENT)
			]
		);
	});
}

#[test]
fn a_member_that_failed_should_not_be_slashed() {
	with_committee(3, || {
		commit_and_reveal(&[good(4), timeout(5), good(6)]);
		assert_eq!(settled(), (vec![1, 2, 4, 6], vec![3], vec![5]));
		assert_eq!(slashes().len(), 1);
		let decided = events().into_iter().find_map(|event| match event {
			Event::JobDecided { failed, .. } => Some(failed.to_vec()),
			_ => None,
		});
		assert_eq!(decided, Some(vec![5]));
	});
}

#[test]
fn a_committee_that_cannot_decide_should_leave_the_round_wonky() {
	for said in
		[|| vec![good(4), lie(5)], || vec![timeout(4), good(5)], || vec![timeout(4), timeout(5)]]
	{
		with_committee(2, || {
			commit_and_reveal(&said());
			assert!(has_failed() && settlements().is_empty());
			assert_eq!(slashes(), [], "nobody can say who is guilty");
			let all = events();
			assert_eq!(
				all[all.len() - 2..],
				[Event::Wonky { job: JOB }, Event::RoundFailed { job: JOB, votes: 5 }]
			);
			let urn = Ballots::<Test>::get(JOB);
			assert_eq!((urn.committee, urn.ballots.len(), urn.certificates), (0, 0, 5));
			// There is no second committee in one round.
			assert_eq!(effects().iter().filter(|e| matches!(e, Effect::Escalated(..))).count(), 1);
		});
	}
}

#[test]
fn half_of_a_committee_should_not_be_enough() {
	with_committee(4, || {
		commit_and_reveal(&[good(4), good(5), lie(6), timeout(7)]);
		assert!(has_failed() && settlements().is_empty());
	});
	with_committee(4, || {
		commit_and_reveal(&[good(4), good(5), lie(6), good(7)]);
		assert_eq!(settled(), (vec![1, 2, 4, 5, 7], vec![3, 6], vec![]));
		assert_eq!((completion().0, completion().1), (3, 4));
	});
}

#[test]
fn a_member_that_is_lost_should_not_make_the_majority_smaller() {
	// Two were seated: one alone is not more than half of them.
	with_committee(2, || {
		lose_seat(5, None);
		assert!(has_failed(), "it cannot be decided any more");
	});
	// Three were seated: two are, and have to agree.
	with_committee(3, || {
		let said = [good(4), good(5)];
		lose_seat(6, None);
		assert!(!has_failed());
		commit_and_reveal(&said);
		assert_eq!(settled(), (vec![1, 2, 4, 5], vec![3], vec![]));
		assert_eq!((completion().0, completion().1), (2, 3));
	});
	with_committee(3, || {
		let said = [good(4), lie(5)];
		lose_seat(6, None);
		commit_and_reveal(&said);
		assert!(has_failed() && settlements().is_empty());
	});
}

#[test]
fn a_member_that_withholds_should_pay_and_count_as_lost() {
	with_committee(3, || {
		let said = [good(4), good(5), lie(6)];
		said.iter().for_each(commit);
		System::set_block_number(System::block_number() + 1);
		reveal(&said[0]);
		reveal(&said[1]);
		assert!(settlements().is_empty(), "the majority is there, and the third is waited for");
		withhold(6);
		assert_eq!(settled(), (vec![1, 2, 4, 5], vec![3], vec![]));
		let hash = pledge_hash(&said[2], &salt(6));
		let digest = Certificates::digest_of(3, 1);
		assert_eq!(slashes(), [(6, hash, FIVE_PERCENT), (3, digest, FIVE_PERCENT)]);
	});
}

#[test]
fn a_committee_that_shows_at_once_should_decide_as_soon_as_most_agree() {
	ExtBuilder::default().backups(3).build_and_execute(|| {
		deliver(good(1));
		deliver(lie(2));
		deliver(lie(4));
		assert!(settlements().is_empty(), "the primaries' votes do not count any more");
		deliver(good(5));
		assert!(settlements().is_empty());
		deliver(good(6));
		assert_eq!(settled(), (vec![1, 5, 6], vec![2, 4], vec![]));
	});
}

#[test]
fn a_committee_should_be_able_to_find_that_the_program_fails() {
	with_committee(2, || {
		let trap = |node| failure(node, FailureCode::Trap);
		commit_and_reveal(&[trap(4), trap(5)]);
		assert_eq!(settled(), (vec![4, 5], vec![1, 2, 3], vec![]));
		assert_eq!(slashes().len(), 3);
		assert_eq!(Results::<Test>::get(JOB).unwrap().result, Err(FailureCode::Trap));
	});
}

#[test]
fn primaries_should_not_be_heard_while_a_committee_decides() {
	ExtBuilder::default().committing().backups(2).build_and_execute(|| {
		differing();
		// A board that keeps somebody whose vote does not count.
		let before = terms(JOB);
		change_terms(JOB, |terms| terms.seats[0].state = SeatState::Acknowledged(NOW));
		unheard(commit_call(commitment(&good(1))), CacRefusal::NotHeard);
		change_terms(JOB, |terms| terms.commit_reveal = false);
		unheard(submit_call(good(1)), CacRefusal::NotHeard);
		change_terms(JOB, |terms| {
			terms.commit_reveal = true;
			terms.reveal_from = Some(NOW);
			terms.seats[0].state = SeatState::Committed(NOW);
		});
		unheard(reveal_call(good(1), salt(1)), CacRefusal::NotHeard);
		Board::insert(JOB, before);
	});
}

#[test]
fn a_committee_should_begin_with_commitments_of_its_own() {
	with_committee(2, || {
		let urn = Ballots::<Test>::get(JOB);
		assert!(urn.pledges.is_empty());
		assert_eq!(terms(JOB).reveal_from, None);
		unheard(submit_call(good(4)), CacRefusal::CommitFirst);
		commit(&good(4));
		unheard(reveal_call(good(4), salt(4)), CacRefusal::TooEarly);
		// The nonce of the committee's attempt is another one.
		let old = altered_commitment(&good(5), |said| {
			said.attempt = 1;
			said.nonce = seat(JOB, 1, 5).nonce;
		});
		unheard(commit_call(old), CacRefusal::WrongAttempt);
	});
}

#[test]
fn the_largest_round_should_fit() {
	ExtBuilder::quorum(4, 7).committing().backups(4).build_and_execute(|| {
		let primaries: Vec<_> = (1..=7).map(|i| if i < 7 { lie(i) } else { good(i) }).collect();
		commit_and_reveal(&primaries);
		let members: Vec<_> = (8..=11).map(|i| if i == 8 { lie(i) } else { good(i) }).collect();
		commit_and_reveal(&members);
		assert_eq!(settled(), (vec![7, 9, 10, 11], vec![1, 2, 3, 4, 5, 6, 8], vec![]));
		assert_eq!(slashes().len(), 7);
		assert_eq!(completion().2.len(), 11);
	});
}
