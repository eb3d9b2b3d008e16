//! Triggers that a vote fires.

use crate::{mock::*, Call, Error};
use concordat_primitives::{bundle::trigger::Condition, clause::TriggerKind};
use frame_support::assert_ok;

#[test]
fn governance_fires_a_proposal() {
	ExtBuilder::default().build_and_execute(|| {
		let trigger = create(spec(Condition::Proposal));
		assert_ok!(root(Call::fire { trigger }));
		run(1);
		assert_eq!(jobs()[0].constraints.trigger, TriggerKind::Proposal);
		assert_eq!(jobs()[0].requester, ALICE, "and its owner pays");
	})
}

#[test]
fn a_dao_fires_its_own_and_nobody_else_does() {
	ExtBuilder::default().build_and_execute(|| {
		let of_dao = crate::NextTrigger::<Test>::get();
		assert_ok!(create_by(DAO, spec(Condition::Proposal)));
		let of_alice = create(spec(Condition::Proposal));
		refused(|| fire(ALICE, of_dao), Error::NotTriggerOwner);
		refused(|| fire(DAO, of_alice), Error::NotTriggerOwner);
		// Nobody voted for what ALICE does.
		refused(|| fire(ALICE, of_alice), Error::NotFirable);
		assert_ok!(fire(DAO, of_dao));
		run(1);
		assert_eq!(jobs().len(), 1);
	})
}

#[test]
fn governance_does_not_fire_what_is_the_owners() {
	ExtBuilder::default().build_and_execute(|| {
		let manual = create(spec(Condition::Manual));
		refused(|| root(Call::fire { trigger: manual }), Error::NotFirable);
	})
}
