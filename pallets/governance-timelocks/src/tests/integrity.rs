//! Relations between constants, and whether the invariants notice damage.

use crate::{mock::*, *};
use frame_support::{
	traits::{schedule::v3::Named, QueryPreimage},
	weights::Weight,
};
use sp_runtime::TryRuntimeError;

#[test]
fn relations_between_constants_should_hold() {
	integrity_test();
}

#[test]
#[should_panic = "every member has room for proposals"]
fn members_without_room_should_not_pass() {
	MaxLive::set(15);
	integrity_test();
}

#[test]
#[should_panic = "HookWeight has to pay"]
fn a_hook_that_can_end_nothing_should_not_pass() {
	HookWeight::set(Weight::from_parts(1, 0));
	integrity_test();
}

#[test]
#[should_panic = "at least one ended proposal is kept"]
fn a_chain_that_forgets_at_once_should_not_pass() {
	MaxFinished::set(0);
	integrity_test();
}

#[test]
#[should_panic = "a council has at least one member"]
fn a_council_without_seats_should_not_pass() {
	MaxMembers::set(0);
	integrity_test();
}

/// One open proposal (0), one approved (1), one ended (2); then the damage; then the complaint.
fn after(damage: impl FnOnce(), complaint: &'static str) {
	ExtBuilder::default().build().execute_with(|| {
		MaxLivePerMember::set(2);
		proposed(1, note(1));
		approved(long(2));
		let ended = proposed(2, note(3));
		vote(2, ended, false).unwrap();
		vote(3, ended, false).unwrap();
		Governance::do_try_state().expect("all is well before the damage");
		damage();
		assert_eq!(Governance::do_try_state(), Err(TryRuntimeError::Other(complaint)));
	});
}

fn edit(id: ProposalId, change: impl FnOnce(&mut ProposalOf<Test>)) {
	Proposals::<Test>::mutate(id, |proposal| change(proposal.as_mut().unwrap()));
}

#[test]
fn damage_to_the_rules_should_be_noticed() {
	after(
		|| Members::<Test>::put(frame_support::BoundedVec::truncate_from(vec![2, 1])),
		"members are not sorted or not distinct",
	);
	after(|| VotingPeriod::<Test>::put(0), "the delays or the voting period are out of range");
	after(
		|| ClassDelays::<Test>::mutate(|delays| delays.upgrade = 0),
		"the delays or the voting period are out of range",
	);
}

#[test]
fn damage_to_the_lists_should_be_noticed() {
	after(Live::<Test>::kill, "Live and the proposals disagree");
	after(Finished::<Test>::kill, "Finished and the proposals disagree");
	after(
		|| Live::<Test>::mutate(|live| live.as_mut().reverse()),
		"live proposals are out of order",
	);
	after(
		|| Finished::<Test>::mutate(|ended| ended.try_push(2).unwrap()),
		"a proposal is listed twice",
	);
	after(|| Proposals::<Test>::remove(2), "a proposal is listed and not there");
	after(|| LiveOf::<Test>::insert(1, 1), "LiveOf and the proposals disagree");
	after(|| LiveOf::<Test>::insert(3, 0), "LiveOf and the proposals disagree");
	after(|| MaxLivePerMember::set(1), "a member has too many live proposals");
	after(|| NextProposal::<Test>::put(1), "a proposal has a number of the future");
}

#[test]
fn damage_to_a_proposal_should_be_noticed() {
	after(|| edit(0, |p| p.electorate.clear()), "a proposal has no electorate");
	after(|| edit(0, |p| p.call_hash = hash_of(&note(9))), "a live proposal has another call");
	after(
		|| edit(0, |p| p.status = ProposalStatus::Open { ends_at: 22 }),
		"an open proposal ends at another block",
	);
	after(
		|| edit(0, |p| p.electorate.iter_mut().for_each(|e| e.ballot = Some(true))),
		"an open proposal is decided",
	);
	after(
		|| edit(0, |p| p.electorate.iter_mut().for_each(|e| e.ballot = Some(false))),
		"an open proposal is decided",
	);
	after(
		|| edit(1, |p| p.status = ProposalStatus::Approved { enact_at: 60 }),
		"an approved proposal is given up before it is due",
	);
	after(
		|| edit(1, |p| p.electorate.iter_mut().for_each(|e| e.vetoed = true)),
		"an approved proposal is vetoed",
	);
	after(
		|| <Scheduler as Named<_, _, _>>::cancel_named(task_name(1)).unwrap(),
		"an approved proposal is not with the scheduler",
	);
	after(
		|| <Preimage as QueryPreimage>::unrequest(&hash_of(&long(2))),
		"the call of a live proposal is gone",
	);
}
