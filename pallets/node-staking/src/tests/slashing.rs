//! Freezing, jail, appeals, application.

use crate::{
	mock::*, Error, Event, Nodes, PendingSlashes, Spans, UsedEvidence, MAX_PENDING_SLASHES,
	MAX_PENDING_TO_UNJAIL,
};
use concordat_primitives::{
	node::{
		InactiveReason,
		Misconduct::{self, *},
		NodeStatus,
	},
	receipt::Operation,
	traits::{LeaseListener, Slasher},
	units::CDT,
	AccountId, Balance, NodeId,
};
use frame_support::{assert_noop, assert_ok, traits::fungible::Mutate};
use sp_runtime::{traits::BadOrigin, Permill};

fn slash(node: NodeId, misconduct: Misconduct, n: u8) -> Balance {
	NodeStaking::slash(node, misconduct, evidence(n), None).unwrap()
}

fn cancel(node: NodeId, n: u8) {
	assert_ok!(NodeStaking::cancel_slash(RuntimeOrigin::root(), node, evidence(n)));
}

const DRAINED: NodeStatus = NodeStatus::Inactive(InactiveReason::Drained);

#[test]
fn a_slash_should_freeze_and_jail_at_once_and_move_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		events();
		PoolTrace::take();
		let reporter = Some(REPORTER);
		assert_ok!(NodeStaking::slash(node, ReceiptTampering, evidence(1), reporter), 250 * CDT);
		let jailed = NodeStatus::Jailed { until: START + JAIL };
		assert_eq!(
			events(),
			[
				Event::NodeStatusChanged { node, status: jailed },
				Event::Slashed {
					node,
					misconduct: ReceiptTampering,
					evidence: evidence(1),
					amount: 250 * CDT,
					apply_at: START + APPEAL,
				},
			]
		);
		assert_eq!(PoolTrace::get(), [PoolCall::Evict(node)]);
		assert_eq!(
			Receipts::get().split_off(Receipts::get().len() - 2),
			[
				Operation::NodeChanged { node, status: jailed },
				Operation::Slashed {
					node,
					misconduct: ReceiptTampering,
					amount: 250 * CDT,
					evidence: evidence(1)
				},
			]
		);
		assert_eq!(record(node).frozen, 250 * CDT);
		assert_eq!(record(node).stake, STAKE);
		assert_eq!(held(&ALICE), STAKE);
		assert_eq!(free(&REPORTER), FUNDS);
		assert_eq!(free(&TREASURY), FUNDS);
	});
}

#[test]
fn each_misconduct_should_cost_what_the_agreement_says() {
	for (misconduct, percent) in [
		(ConsensusFailure, 5),
		(ResourceFraud, 10),
		(Unavailability, 15),
		(ReceiptTampering, 25),
		(NetworkAttack, 50),
	] {
		ExtBuilder::default().build_and_execute(|| {
			let node = active(ALICE);
			assert_eq!(slash(node, misconduct, 1), percent * 10 * CDT);
		});
	}
}

#[test]
fn the_end_of_the_window_should_pay_reporter_and_destination_to_the_unit() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		// A stake that does not divide: 25 % of 1,000 CDT + 7 is 250 CDT + 1, rounded down.
		assert_ok!(NodeStaking::bond_extra(signed(ALICE), node, 7));
		assert_ok!(NodeStaking::slash(node, ReceiptTampering, evidence(1), Some(REPORTER)));
		let taken = 250 * CDT + 1;
		let reward = taken / 20;
		let issuance = Balances::total_issuance();
		run(APPEAL - 1);
		assert_eq!(held(&ALICE), STAKE + 7);
		events();
		run(1);
		assert_eq!(
			events(),
			[Event::SlashApplied {
				node,
				evidence: evidence(1),
				amount: taken,
				reward: Some((REPORTER, reward)),
			}]
		);
		assert_eq!(held(&ALICE), STAKE + 7 - taken);
		assert_eq!(free(&ALICE), FUNDS - STAKE - 7);
		assert_eq!(free(&REPORTER), FUNDS + reward);
		assert_eq!(free(&TREASURY), FUNDS + taken - reward);
		assert_eq!(Balances::total_issuance(), issuance);
		assert_eq!(record(node).frozen, 0);
		assert!(!PendingSlashes::<Test>::contains_key(node));
		// Jail ends by unjailing, not by itself.
		assert!(matches!(status(node), NodeStatus::Jailed { .. }));
	});
}

#[test]
fn nobody_should_earn_by_reporting_itself() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		assert_ok!(NodeStaking::slash(node, NetworkAttack, evidence(1), Some(ALICE)));
		run(APPEAL);
		assert_eq!(free(&ALICE), FUNDS - STAKE);
		assert_eq!(free(&TREASURY), FUNDS + STAKE / 2);
	});
}

#[test]
fn a_reporter_without_an_account_should_lose_a_reward_too_small_for_one() {
	ExtBuilder::default()
		.params(|p| {
			p.min_stake_compute = 1_000;
			p.reporter_share = Permill::from_percent(1);
		})
		.build_and_execute(|| {
			let nobody = AccountId::new([77; 32]);
			assert_ok!(NodeStaking::register(signed(ALICE), compute(), operator_id("//a"), 10_000));
			assert_ok!(NodeStaking::slash(1, NetworkAttack, evidence(1), Some(nobody.clone())));
			run(APPEAL);
			assert_eq!(Balances::free_balance(&nobody), 0);
			assert_eq!(free(&TREASURY), FUNDS + 5_000);
			assert!(matches!(events().last(), Some(Event::SlashApplied { reward: None, .. })));
		});
}

#[test]
fn only_the_dearest_offence_of_a_span_should_count() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		assert_eq!(slash(node, Unavailability, 1), 150 * CDT);
		run(1);
		assert_eq!(slash(node, ConsensusFailure, 2), 0);
		assert_eq!(slash(node, Unavailability, 3), 0);
		run(1);
		assert_eq!(slash(node, NetworkAttack, 4), 350 * CDT);
		assert_eq!(slash(node, ReceiptTampering, 5), 0);
		assert_eq!(record(node).frozen, 500 * CDT);
		run(APPEAL);
		assert_eq!(held(&ALICE), 500 * CDT);
		assert_eq!(free(&TREASURY), FUNDS + 500 * CDT);
	});
}

#[test]
fn the_same_evidence_should_count_once_even_after_it_was_settled_or_cancelled() {
	ExtBuilder::default().build_and_execute(|| {
		let (node, other) = (active(ALICE), active(BOB));
		assert_eq!(slash(node, ConsensusFailure, 1), 50 * CDT);
		let (before, receipts) = (record(node), Receipts::get().len());
		assert_eq!(slash(node, NetworkAttack, 1), 0);
		assert_eq!(record(node), before);
		assert_eq!(Receipts::get().len(), receipts);
		// Another node may be guilty by the same evidence.
		assert_eq!(slash(other, ConsensusFailure, 1), 50 * CDT);
		cancel(other, 1);
		assert_eq!(slash(other, NetworkAttack, 1), 0);
		assert_eq!(record(other).frozen, 0);
		run(APPEAL);
		assert_eq!(slash(node, NetworkAttack, 1), 0);
		assert_eq!(held(&ALICE), 950 * CDT);
	});
}

#[test]
fn evidence_should_be_forgotten_when_it_is_too_old_to_be_accepted() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		slash(node, ConsensusFailure, 1);
		run(APPEAL + UNBONDING - 1);
		assert!(UsedEvidence::<Test>::contains_key(node, evidence(1)));
		run(1);
		assert_eq!(UsedEvidence::<Test>::iter().count(), 0);
	});
}

#[test]
fn a_won_appeal_should_restore_everything_to_the_unit() {
	for before in [NodeStatus::Active, DRAINED, NodeStatus::Registered] {
		ExtBuilder::default().build_and_execute(|| {
			let node =
				if before == NodeStatus::Registered { registered(ALICE) } else { active(ALICE) };
			if before == DRAINED {
				assert_ok!(NodeStaking::drain(signed(ALICE), node));
			}
			assert_ok!(NodeStaking::bond_extra(signed(ALICE), node, 13));
			let (was, held_before) = (record(node), held(&ALICE));
			assert_ok!(NodeStaking::slash(node, NetworkAttack, evidence(1), Some(REPORTER)));
			run(APPEAL - 1);
			PoolTrace::take();
			events();
			cancel(node, 1);
			assert_eq!(
				events(),
				[
					Event::SlashCancelled { node, evidence: evidence(1), amount: 500 * CDT + 6 },
					Event::NodeStatusChanged { node, status: before },
				]
			);
			assert_eq!(record(node), was);
			assert_eq!(held(&ALICE), held_before);
			assert_eq!(PoolTrace::get().len(), usize::from(before == NodeStatus::Active));
			assert!(!Spans::<Test>::contains_key(node));
			run(1);
			assert_eq!(record(node), was);
			assert_eq!(free(&REPORTER), FUNDS);
		});
	}
}

#[test]
fn a_freed_node_should_stand_where_its_lease_puts_it() {
	ExtBuilder::default().build_and_execute(|| {
		let (lost, got) = (active(ALICE), registered(ALICE));
		slash(lost, ConsensusFailure, 1);
		slash(got, ConsensusFailure, 1);
		NodeStaking::lease_lost(lost, lost.into());
		NodeStaking::lease_granted(&lease(got, 50));
		assert!(matches!(status(lost), NodeStatus::Jailed { .. }));
		assert!(matches!(status(got), NodeStatus::Jailed { .. }));
		assert_eq!(NodeStaking::counts(), (2, 0));
		cancel(lost, 1);
		cancel(got, 1);
		assert_eq!(status(lost), NodeStatus::Inactive(InactiveReason::LeaseLost));
		assert_eq!(status(got), NodeStatus::Active);
		// Silence is counted from now on.
		run(SILENCE - 1);
		assert_eq!(status(got), NodeStatus::Active);
	});
}

#[test]
fn an_appeal_against_one_of_several_should_leave_the_others_in_force() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		slash(node, ResourceFraud, 1);
		run(5);
		slash(node, NetworkAttack, 2);
		run(5);
		slash(node, ReceiptTampering, 3);
		assert_eq!(record(node).frozen, 500 * CDT);
		cancel(node, 2);
		// As if the attack had never been reported: 25 %, of which the fraud is 10.
		assert_eq!(record(node).frozen, 250 * CDT);
		assert!(matches!(status(node), NodeStatus::Jailed { .. }));
		cancel(node, 1);
		assert_eq!(record(node).frozen, 250 * CDT);
		run_to(START + 10 + APPEAL);
		assert_eq!(held(&ALICE), 750 * CDT);
	});
}

#[test]
fn an_appeal_after_an_earlier_slash_was_applied_should_not_return_what_is_taken() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		slash(node, ResourceFraud, 1);
		run(50);
		slash(node, NetworkAttack, 2);
		run_to(START + APPEAL);
		assert_eq!(held(&ALICE), 900 * CDT);
		assert_eq!(record(node).frozen, 400 * CDT);
		cancel(node, 2);
		assert_eq!(record(node).frozen, 0);
		// The fraud stands: jail does, too.
		assert!(matches!(status(node), NodeStatus::Jailed { .. }));
		run(APPEAL);
		assert_eq!(held(&ALICE), 900 * CDT);
	});
}

#[test]
fn appeals_should_be_won_where_governance_says_so_and_about_what_is_pending() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		slash(node, ResourceFraud, 1);
		assert_noop!(NodeStaking::cancel_slash(signed(ALICE), node, evidence(1)), BadOrigin);
		let root = RuntimeOrigin::root;
		assert_noop!(
			NodeStaking::cancel_slash(root(), node, evidence(2)),
			Error::<Test>::UnknownSlash
		);
		assert_noop!(NodeStaking::cancel_slash(root(), 9, evidence(1)), Error::<Test>::UnknownNode);
		run(APPEAL);
		assert_noop!(
			NodeStaking::cancel_slash(root(), node, evidence(1)),
			Error::<Test>::UnknownSlash
		);
	});
}

#[test]
fn unjailing_should_need_time_served_and_stake() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		assert_noop!(NodeStaking::unjail(signed(ALICE), node), Error::<Test>::NotJailed);
		slash(node, NetworkAttack, 1);
		run(5);
		// Another offence lengthens the time.
		slash(node, ConsensusFailure, 2);
		run(JAIL - 1);
		assert_noop!(NodeStaking::unjail(signed(ALICE), node), Error::<Test>::StillJailed);
		run(1);
		PoolTrace::take();
		assert_ok!(NodeStaking::unjail(signed(ALICE), node));
		assert_eq!(status(node), NodeStatus::Active);
		assert!(matches!(PoolTrace::get()[..], [PoolCall::Admit(..)]));
		// 25 % of what is not frozen: working stake falls below the minimum.
		assert_eq!(slash(node, ReceiptTampering, 3), 125 * CDT);
		run(JAIL);
		assert_noop!(NodeStaking::unjail(signed(ALICE), node), Error::<Test>::StakeTooLow);
		assert_ok!(NodeStaking::bond_extra(signed(ALICE), node, 125 * CDT));
		assert_ok!(NodeStaking::unjail(signed(ALICE), node));
	});
}

#[test]
fn an_unjailed_node_should_begin_a_new_span() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		assert_eq!(slash(node, ResourceFraud, 1), 100 * CDT);
		run(JAIL);
		assert_ok!(NodeStaking::unjail(signed(ALICE), node));
		// 10 % of the 900 that are not frozen: spans add up.
		assert_eq!(slash(node, ResourceFraud, 2), 90 * CDT);
		assert_eq!(record(node).frozen, 190 * CDT);
		// The appeal against the first does not touch the second, nor its jail.
		cancel(node, 1);
		assert_eq!(record(node).frozen, 90 * CDT);
		assert!(matches!(status(node), NodeStatus::Jailed { .. }));
		cancel(node, 2);
		assert_eq!(record(node).frozen, 0);
		assert_eq!(status(node), NodeStatus::Active);
	});
}

#[test]
fn a_span_should_end_with_its_window() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		assert_eq!(slash(node, ResourceFraud, 1), 100 * CDT);
		run(APPEAL - 1);
		assert_eq!(slash(node, ResourceFraud, 2), 0);
		run(1);
		let jailed = status(node);
		assert_eq!(slash(node, ResourceFraud, 3), 90 * CDT);
		// The new span is taken back: the jail of the old one stands.
		cancel(node, 3);
		assert_eq!(status(node), jailed);
		assert_eq!(record(node).frozen, 0);
	});
}

#[test]
fn stake_on_its_way_out_should_not_escape() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		assert_ok!(NodeStaking::unbond_partial(signed(ALICE), node, 500 * CDT));
		run(UNBONDING - 1);
		// Half of the own stake: bonded 500 and unlocking 500.
		assert_eq!(slash(node, NetworkAttack, 1), 500 * CDT);
		run(1);
		// The part may go: what stays covers what is frozen.
		assert_ok!(NodeStaking::withdraw(signed(ALICE), node));
		assert_eq!(held(&ALICE), 500 * CDT);
		run(APPEAL);
		assert_eq!(held(&ALICE), 0);
		assert_eq!(free(&TREASURY), FUNDS + 500 * CDT);
		assert_eq!(free(&ALICE), FUNDS - 500 * CDT);
		// Nothing is left of the node.
		assert!(!Nodes::<Test>::contains_key(node));
	});
}

#[test]
fn frozen_funds_should_not_be_unbonded_or_withdrawn() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		assert_ok!(NodeStaking::unbond_partial(signed(ALICE), node, 300 * CDT));
		run(UNBONDING);
		// 700 bonded, 300 ready to go; 500 frozen.
		slash(node, NetworkAttack, 1);
		assert_noop!(
			NodeStaking::unbond_partial(signed(ALICE), node, 1),
			Error::<Test>::StakeTooLow
		);
		run(JAIL);
		assert_ok!(NodeStaking::bond_extra(signed(ALICE), node, 300 * CDT));
		assert_ok!(NodeStaking::unjail(signed(ALICE), node));
		// Half of the free 800: frozen are 900 of 1,300.
		assert_eq!(slash(node, NetworkAttack, 2), 400 * CDT);
		assert_ok!(NodeStaking::withdraw(signed(ALICE), node));
		assert_eq!(record(node).own_stake(), 1_000 * CDT);
		run(JAIL);
		assert_noop!(NodeStaking::unjail(signed(ALICE), node), Error::<Test>::StakeTooLow);
		assert_noop!(NodeStaking::withdraw(signed(ALICE), node), Error::<Test>::NothingToWithdraw);
	});
}

#[test]
fn a_part_should_go_as_far_as_nothing_frozen_is_touched() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(NodeStaking::register(
			signed(ALICE),
			compute(),
			operator_id("//a"),
			4_000 * CDT
		));
		assert_ok!(NodeStaking::unbond_partial(signed(ALICE), 1, 3_000 * CDT));
		run(UNBONDING);
		slash(1, NetworkAttack, 1);
		// 1,000 are bonded, 2,000 frozen: of the 3,000 that could leave, 1,000 stay.
		assert_ok!(NodeStaking::withdraw(signed(ALICE), 1));
		assert_eq!(held(&ALICE), 2_000 * CDT);
		assert_noop!(NodeStaking::withdraw(signed(ALICE), 1), Error::<Test>::NothingToWithdraw);
		cancel(1, 1);
		assert_ok!(NodeStaking::withdraw(signed(ALICE), 1));
		assert_eq!(held(&ALICE), 1_000 * CDT);
	});
}

#[test]
fn a_leaving_node_should_be_slashed_and_go_when_it_is_settled() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		assert_ok!(NodeStaking::unbond(signed(ALICE), node));
		let leaving = status(node);
		run(UNBONDING - 1);
		assert_eq!(slash(node, NetworkAttack, 1), 500 * CDT);
		assert_eq!(status(node), leaving);
		run(1);
		assert_ok!(NodeStaking::withdraw(signed(ALICE), node));
		assert_eq!(held(&ALICE), 500 * CDT);
		assert_noop!(NodeStaking::withdraw(signed(ALICE), node), Error::<Test>::NothingToWithdraw);
		events();
		run(APPEAL);
		assert_eq!(held(&ALICE), 0);
		assert!(!Nodes::<Test>::contains_key(node));
		assert!(events().contains(&Event::NodeRemoved { node }));
		assert_noop!(
			NodeStaking::slash(node, NetworkAttack, evidence(2), None),
			Error::<Test>::UnknownNode
		);
	});
}

#[test]
fn a_leaving_node_that_wins_its_appeal_should_get_everything() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		slash(node, NetworkAttack, 1);
		// From jail, too, a node can leave.
		assert_ok!(NodeStaking::unbond(signed(ALICE), node));
		let leaving = status(node);
		run(10);
		cancel(node, 1);
		assert_eq!(status(node), leaving);
		run(UNBONDING);
		assert_ok!(NodeStaking::withdraw(signed(ALICE), node));
		assert_eq!(free(&ALICE), FUNDS);
		assert!(!Nodes::<Test>::contains_key(node));
	});
}

#[test]
fn slashes_should_never_take_more_than_there_is() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		// Stake leaves between two offences of one span: the dearer one finds less than it costs.
		assert_ok!(NodeStaking::unbond(signed(ALICE), node));
		run(UNBONDING - 1);
		assert_eq!(slash(node, ResourceFraud, 1), 100 * CDT);
		run(1);
		assert_ok!(NodeStaking::withdraw(signed(ALICE), node));
		assert_eq!(held(&ALICE), 100 * CDT);
		assert_eq!(slash(node, NetworkAttack, 2), 0);
		run(APPEAL);
		assert_eq!(held(&ALICE), 0);
		assert_eq!(free(&TREASURY), FUNDS + 100 * CDT);
		assert_eq!(free(&ALICE), FUNDS - 100 * CDT);
	});
}

#[test]
fn a_node_that_lost_everything_should_be_gone() {
	ExtBuilder::default()
		.validators(2)
		.params(|p| p.penalties.network_attack = Permill::one())
		.build_and_execute(|| {
			let node = active(ALICE);
			assert_eq!(slash(node, NetworkAttack, 1), STAKE);
			assert_eq!(slash(node, NetworkAttack, 2), 0);
			// A chosen validator goes out of the chosen ones as well.
			assert_eq!(slash(2, NetworkAttack, 1), STAKE);
			run(APPEAL);
			assert_eq!(held(&ALICE), 0);
			assert!(!Nodes::<Test>::contains_key(node));
			assert!(!Nodes::<Test>::contains_key(2));
			assert_eq!(crate::Validators::<Test>::get().into_inner(), [1]);
			assert_eq!(free(&TREASURY), FUNDS + 2 * STAKE);
			assert!(!PendingSlashes::<Test>::contains_key(node));
			// The operator key is free again.
			assert_ok!(NodeStaking::register(
				signed(ALICE),
				compute(),
				sp_core::Pair::public(&operator_of(node)),
				STAKE
			));
		});
}

#[test]
fn small_slashes_should_not_crowd_out_a_dear_one() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		for n in 0..MAX_PENDING_SLASHES as u8 {
			slash(node, ConsensusFailure, n + 1);
		}
		assert_eq!(PendingSlashes::<Test>::get(node).len(), MAX_PENDING_SLASHES as usize);
		assert_eq!(slash(node, NetworkAttack, 200), 450 * CDT);
		assert_eq!(PendingSlashes::<Test>::get(node).len(), MAX_PENDING_SLASHES as usize);
		assert_eq!(record(node).frozen, 500 * CDT);
		run(JAIL);
		assert_ok!(NodeStaking::bond_extra(signed(ALICE), node, STAKE));
		assert_noop!(
			NodeStaking::unjail(signed(ALICE), node),
			Error::<Test>::TooManyPendingSlashes
		);
		for n in 0..MAX_PENDING_SLASHES as u8 - MAX_PENDING_TO_UNJAIL as u8 {
			// The oldest that froze nothing made room.
			cancel(node, n + 3);
		}
		assert_ok!(NodeStaking::unjail(signed(ALICE), node));
	});
}

#[test]
fn a_shorter_appeal_window_should_not_overtake_earlier_slashes() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		slash(node, ResourceFraud, 1);
		let shorter = crate::Params { appeal_window: 10, ..params() };
		assert_ok!(NodeStaking::set_params(RuntimeOrigin::root(), shorter));
		slash(node, NetworkAttack, 2);
		run(APPEAL - 1);
		assert_eq!(held(&ALICE), STAKE);
		run(1);
		assert_eq!(held(&ALICE), STAKE / 2);
	});
}

#[test]
fn a_slash_inside_a_call_that_fails_should_leave_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		let before = record(node);
		let failed: Result<(), sp_runtime::DispatchError> =
			frame_support::storage::with_storage_layer(|| {
				slash(node, NetworkAttack, 1);
				Err("the verdict fails".into())
			});
		assert!(failed.is_err());
		assert_eq!(record(node), before);
		assert!(!UsedEvidence::<Test>::contains_key(node, evidence(1)));
		assert_eq!(slash(node, NetworkAttack, 1), 500 * CDT);
	});
}

#[test]
fn a_controller_with_several_nodes_should_lose_the_stake_of_the_guilty_one() {
	ExtBuilder::default().build_and_execute(|| {
		let (guilty, other) = (active(ALICE), active(ALICE));
		let _ = Balances::mint_into(&ALICE, CDT);
		slash(guilty, NetworkAttack, 1);
		run(APPEAL);
		assert_eq!(held(&ALICE), STAKE + STAKE / 2);
		assert_eq!(record(other).own_stake(), STAKE);
		assert_eq!(record(guilty).own_stake(), STAKE / 2);
	});
}
