//! Who may propose, what, and how much.

use crate::{mock::*, *};
use concordat_primitives::governance::DecisionClass;
use frame_support::{
	assert_noop, assert_ok,
	traits::{Bounded, QueryPreimage},
	weights::Weight,
};
use sp_runtime::DispatchError;

#[test]
fn a_member_should_propose_and_the_record_should_say_everything() {
	ExtBuilder::default().build_and_execute(|| {
		run_to(4);
		assert_ok!(propose(2, note(7)));
		let (proposal, tally) = Governance::proposal(0).unwrap();
		assert_eq!(proposal.proposer, 2);
		assert_eq!(proposal.class, DecisionClass::Parameters);
		assert_eq!(proposal.call_hash, hash_of(&note(7)));
		assert_eq!(
			proposal.call_weight,
			Weight::from_parts(1_000, 0) + <() as WeightInfo>::fetch_call(6)
		);
		assert_eq!(proposal.members_version, 0);
		assert_eq!(proposal.proposed_at, 4);
		assert_eq!(proposal.status, ProposalStatus::Open { ends_at: 24 });
		assert!(matches!(proposal.call, Bounded::Inline(_)));
		// Proposing is not voting.
		assert_eq!(tally, Tally { electorate: 3, ..Default::default() });
		assert_eq!(Live::<Test>::get().to_vec(), vec![(24, 0)]);
		assert_eq!(
			events(),
			vec![Event::Proposed {
				proposal: 0,
				proposer: 2,
				class: DecisionClass::Parameters,
				call_hash: hash_of(&note(7)),
				ends_at: 24
			}]
		);
		assert_eq!(proposed(2, note(8)), 1);
	});
}

#[test]
fn nobody_but_members_should_propose() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(propose(4, note(1)), Error::<Test>::NotMember);
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(Governance::propose(origin, Box::new(note(1))), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn a_member_should_have_no_more_live_proposals_than_allowed() {
	ExtBuilder::default().build_and_execute(|| {
		let first = proposed(1, note(1));
		proposed(1, note(2));
		assert_noop!(propose(1, note(3)), Error::<Test>::TooManyOfMember);
		// Others have room of their own, and one that ends makes room.
		assert_ok!(propose(2, note(3)));
		assert_ok!(vote(2, first, false));
		assert_ok!(vote(3, first, false));
		assert_eq!(status(first), ProposalStatus::Rejected);
		assert_ok!(propose(1, note(4)));
		// What is approved still occupies its proposer's room.
		assert_ok!(vote(1, 1, true));
		assert_ok!(vote(2, 1, true));
		assert_noop!(propose(1, note(5)), Error::<Test>::TooManyOfMember);
	});
}

#[test]
fn the_council_should_have_no_more_live_proposals_than_allowed() {
	ExtBuilder::default().build_and_execute(|| {
		MaxLive::set(3);
		for who in [1, 2, 3] {
			assert_ok!(propose(who, note(1)));
		}
		assert_noop!(propose(1, note(2)), Error::<Test>::TooManyProposals);
	});
}

#[test]
fn a_call_that_no_enactment_can_carry_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let weigh = |declared| -> RuntimeCall {
			probe::Call::weigh { declared, actual: Weight::zero() }.into()
		};
		let most = MaxCallWeight::get();
		assert_noop!(propose(1, weigh(most)), Error::<Test>::CallTooHeavy);
		assert_noop!(
			propose(1, weigh(Weight::from_parts(0, u64::MAX))),
			Error::<Test>::CallTooHeavy
		);
		assert_ok!(propose(1, weigh(Weight::from_parts(most.ref_time() / 2, 0))));
	});
}

#[test]
fn a_call_that_cannot_be_kept_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let bytes = vec![0; 4 * 1024 * 1024];
		assert_noop!(
			propose(1, probe::Call::long { n: 1, bytes }.into()),
			Error::<Test>::CallTooLong
		);
	});
}

#[test]
fn a_long_call_should_be_kept_as_a_preimage_and_released_at_the_end() {
	ExtBuilder::default().build_and_execute(|| {
		let id = proposed(1, long(1));
		let hash = hash_of(&long(1));
		assert!(matches!(
			Governance::proposal(id).unwrap().0.call,
			Bounded::Lookup { hash: kept, .. } if kept == hash
		));
		assert!(<Preimage as QueryPreimage>::len(&hash).is_some());
		assert_ok!(vote(2, id, false));
		assert_ok!(vote(3, id, false));
		assert_eq!(<Preimage as QueryPreimage>::len(&hash), None);
	});
}

#[test]
fn two_proposals_of_one_long_call_should_not_take_the_bytes_from_each_other() {
	ExtBuilder::default().build_and_execute(|| {
		// `StorePreimage::bound` would count one request for both.
		let first = proposed(1, long(5));
		let second = proposed(2, long(5));
		assert_ok!(vote(2, first, false));
		assert_ok!(vote(3, first, false));
		assert_eq!(status(first), ProposalStatus::Rejected);
		assert_ok!(vote(1, second, true));
		assert_ok!(vote(2, second, true));
		run_to(40);
		assert_eq!(status(second), ProposalStatus::Enacted { ok: true, at: 31 });
		assert_eq!(trace(), vec![5]);
		assert_eq!(<Preimage as QueryPreimage>::len(&hash_of(&long(5))), None);
	});
}

#[test]
fn bytes_that_somebody_noted_before_should_survive_their_owner() {
	ExtBuilder::default().build_and_execute(|| {
		let bytes = codec::Encode::encode(&long(5));
		assert_ok!(Preimage::note_preimage(RuntimeOrigin::signed(9), bytes));
		let id = approved(long(5));
		assert_ok!(Preimage::unnote_preimage(RuntimeOrigin::signed(9), hash_of(&long(5))));
		run_to(31);
		assert_eq!(status(id), ProposalStatus::Enacted { ok: true, at: 31 });
	});
}
