//! `Draft → Active ⇄ SafeMode → Retired`, and nothing else.

use crate::{mock::*, Clauses, Error, Event};
use concordat_primitives::{
	clause::{ClauseStatus, ExecutionWindow, SafeModeReason},
	receipt::Operation,
	traits::{ClauseInspect, ClauseJobs},
	ClauseId,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::traits::BadOrigin;

fn status(id: &ClauseId) -> ClauseStatus {
	<ClauseRegistry as ClauseInspect<_>>::clause(id).unwrap().status
}

fn draft(text: &str) -> ClauseId {
	let id = clause(text);
	assert_ok!(ClauseRegistry::register(
		RuntimeOrigin::signed(WHO),
		id.clone(),
		Box::new(external_spec()),
		false
	));
	id
}

#[test]
fn a_draft_should_be_activated_by_its_owner_once() {
	ExtBuilder::default().build_and_execute(|| {
		let id = draft("WHO::Rain@1.0");
		assert_noop!(
			ClauseRegistry::activate(RuntimeOrigin::signed(OTHER), id.clone()),
			Error::<Test>::NotOwner
		);
		events();
		Receipts::take();
		assert_ok!(ClauseRegistry::activate(RuntimeOrigin::signed(WHO), id.clone()));
		let status = ClauseStatus::Active;
		assert_eq!(events(), vec![Event::ClauseStatusChanged { id: id.clone(), status }]);
		assert_eq!(Receipts::get(), vec![Operation::ClauseChanged { clause: id.clone(), status }]);
		assert_noop!(
			ClauseRegistry::activate(RuntimeOrigin::signed(WHO), id),
			Error::<Test>::NotDraft
		);
	});
}

#[test]
fn a_draft_should_not_be_activated_when_its_time_is_over() {
	ExtBuilder::default().build_and_execute(|| {
		let (expiring, windowed) = (clause("WHO::Rain@1.0"), clause("WHO::Flood@1.0"));
		let mut spec = external_spec();
		spec.expiry = Some(20);
		let origin = RuntimeOrigin::signed(WHO);
		assert_ok!(ClauseRegistry::register(
			origin.clone(),
			expiring.clone(),
			Box::new(spec),
			false
		));
		let mut spec = external_spec();
		spec.window = Some(ExecutionWindow { from: 0, until: 20 });
		assert_ok!(ClauseRegistry::register(
			origin.clone(),
			windowed.clone(),
			Box::new(spec),
			false
		));
		System::set_block_number(20);
		assert_noop!(ClauseRegistry::activate(origin.clone(), expiring), Error::<Test>::ExpiryPast);
		assert_noop!(ClauseRegistry::activate(origin, windowed), Error::<Test>::WindowOver);
	});
}

#[test]
fn safe_mode_should_be_entered_and_left_by_owner_and_by_governance() {
	ExtBuilder::default().build_and_execute(|| {
		let id = register("WHO::Rain@1.0");
		for origin in [RuntimeOrigin::signed(WHO), RuntimeOrigin::root()] {
			assert_ok!(ClauseRegistry::enter_safe_mode(origin.clone(), id.clone()));
			assert_eq!(status(&id), ClauseStatus::SafeMode(SafeModeReason::Owner));
			assert_noop!(
				ClauseRegistry::enter_safe_mode(origin.clone(), id.clone()),
				Error::<Test>::NotActive
			);
			assert_ok!(ClauseRegistry::leave_safe_mode(origin.clone(), id.clone()));
			assert_eq!(status(&id), ClauseStatus::Active);
			assert_noop!(
				ClauseRegistry::leave_safe_mode(origin, id.clone()),
				Error::<Test>::NotInSafeMode
			);
		}
	});
}

#[test]
fn safe_mode_should_be_out_of_reach_for_others() {
	ExtBuilder::default().build_and_execute(|| {
		let id = register("WHO::Rain@1.0");
		let other = RuntimeOrigin::signed(OTHER);
		assert_noop!(
			ClauseRegistry::enter_safe_mode(other.clone(), id.clone()),
			Error::<Test>::NotOwner
		);
		assert_noop!(ClauseRegistry::enter_safe_mode(RuntimeOrigin::none(), id.clone()), BadOrigin);
		assert_ok!(ClauseRegistry::suspend(&id));
		assert_noop!(ClauseRegistry::leave_safe_mode(other, id.clone()), Error::<Test>::NotOwner);
		assert_noop!(ClauseRegistry::leave_safe_mode(RuntimeOrigin::none(), id), BadOrigin);
	});
}

#[test]
fn a_draft_should_not_enter_safe_mode() {
	ExtBuilder::default().build_and_execute(|| {
		let id = draft("WHO::Rain@1.0");
		assert_noop!(
			ClauseRegistry::enter_safe_mode(RuntimeOrigin::signed(WHO), id.clone()),
			Error::<Test>::NotActive
		);
		assert_noop!(
			ClauseRegistry::leave_safe_mode(RuntimeOrigin::signed(WHO), id),
			Error::<Test>::NotInSafeMode
		);
	});
}

#[test]
fn retirement_should_be_possible_from_every_state_and_final() {
	ExtBuilder::default().build_and_execute(|| {
		let who = RuntimeOrigin::signed(WHO);
		let (a, b, c) = (draft("WHO::A@1.0"), register("WHO::B@1.0"), register("WHO::C@1.0"));
		assert_ok!(ClauseRegistry::enter_safe_mode(who.clone(), c.clone()));
		for id in [a, b, c] {
			assert_noop!(
				ClauseRegistry::retire(RuntimeOrigin::signed(OTHER), id.clone()),
				Error::<Test>::NotOwner
			);
			assert_ok!(ClauseRegistry::retire(who.clone(), id.clone()));
			assert_eq!(status(&id), ClauseStatus::Retired);
			assert_noop!(
				ClauseRegistry::retire(who.clone(), id.clone()),
				Error::<Test>::AlreadyRetired
			);
			assert_noop!(
				ClauseRegistry::activate(who.clone(), id.clone()),
				Error::<Test>::NotDraft
			);
			assert_noop!(
				ClauseRegistry::leave_safe_mode(RuntimeOrigin::root(), id.clone()),
				Error::<Test>::NotInSafeMode
			);
			assert_noop!(
				ClauseRegistry::transfer_ownership(who.clone(), id, OTHER),
				Error::<Test>::AlreadyRetired
			);
		}
	});
}

#[test]
fn calls_should_be_refused_when_the_clause_is_unknown() {
	ExtBuilder::default().build_and_execute(|| {
		let (who, id) = (RuntimeOrigin::signed(WHO), clause("WHO::Rain@1.0"));
		let unknown = Error::<Test>::UnknownClause;
		assert_noop!(ClauseRegistry::activate(who.clone(), id.clone()), unknown);
		let unknown = Error::<Test>::UnknownClause;
		assert_noop!(ClauseRegistry::retire(who.clone(), id.clone()), unknown);
		let unknown = Error::<Test>::UnknownClause;
		assert_noop!(ClauseRegistry::enter_safe_mode(who.clone(), id.clone()), unknown);
		let unknown = Error::<Test>::UnknownClause;
		assert_noop!(ClauseRegistry::leave_safe_mode(who.clone(), id.clone()), unknown);
		let unknown = Error::<Test>::UnknownClause;
		assert_noop!(ClauseRegistry::transfer_ownership(who, id.clone(), OTHER), unknown);
		assert_noop!(ClauseRegistry::suspend(&id), Error::<Test>::UnknownClause);
	});
}

#[test]
fn a_new_owner_should_decide_from_then_on() {
	ExtBuilder::default().build_and_execute(|| {
		let id = register("WHO::Rain@1.0");
		assert_noop!(
			ClauseRegistry::transfer_ownership(RuntimeOrigin::signed(OTHER), id.clone(), OTHER),
			Error::<Test>::NotOwner
		);
		assert_noop!(
			ClauseRegistry::transfer_ownership(RuntimeOrigin::signed(WHO), id.clone(), WHO),
			Error::<Test>::SameOwner
		);
		events();
		assert_ok!(ClauseRegistry::transfer_ownership(
			RuntimeOrigin::signed(WHO),
			id.clone(),
			OTHER
		));
		assert_eq!(
			events(),
			vec![Event::OwnershipTransferred { id: id.clone(), from: WHO, to: OTHER }]
		);
		assert_noop!(
			ClauseRegistry::retire(RuntimeOrigin::signed(WHO), id.clone()),
			Error::<Test>::NotOwner
		);
		assert_ok!(ClauseRegistry::retire(RuntimeOrigin::signed(OTHER), id));
		// The authority's name stayed behind.
		register("WHO::Rain@2.0");
	});
}

#[test]
fn a_dispute_should_stop_an_active_clause_and_leave_others_as_they_are() {
	ExtBuilder::default().build_and_execute(|| {
		let (active, draft) = (register("WHO::A@1.0"), draft("WHO::B@1.0"));
		events();
		assert_ok!(ClauseRegistry::suspend(&active));
		assert_eq!(status(&active), ClauseStatus::SafeMode(SafeModeReason::Dispute));
		assert_eq!(events().len(), 1);
		assert_ok!(ClauseRegistry::suspend(&active));
		assert_ok!(ClauseRegistry::suspend(&draft));
		assert_eq!(status(&draft), ClauseStatus::Draft);
		assert_eq!(events(), vec![]);
	});
}

#[test]
fn a_new_version_should_not_disturb_the_jobs_of_the_old_one() {
	ExtBuilder::default().build_and_execute(|| {
		let old = register("WHO::Rain@1.0");
		ClauseRegistry::job_opened(&old);
		let before = Clauses::<Test>::get(&old);
		let new = register("WHO::Rain@1.1");
		assert_eq!(Clauses::<Test>::get(&old), before);
		// Failures of the new version count for it alone.
		for _ in 0..3 {
			ClauseRegistry::job_opened(&new);
			ClauseRegistry::job_closed(&new, Some(false));
		}
		assert_eq!(status(&new), ClauseStatus::SafeMode(SafeModeReason::Failures));
		assert_eq!(Clauses::<Test>::get(&old), before);
		// And the old one's job ends as if nothing had happened, even when both are retired.
		assert_ok!(ClauseRegistry::retire(RuntimeOrigin::signed(WHO), new));
		assert_ok!(ClauseRegistry::retire(RuntimeOrigin::signed(WHO), old.clone()));
		assert_eq!(Clauses::<Test>::get(&old).unwrap().spec, before.unwrap().spec);
		ClauseRegistry::job_closed(&old, Some(true));
		assert_eq!(Clauses::<Test>::get(&old).unwrap().open_jobs, 0);
	});
}
