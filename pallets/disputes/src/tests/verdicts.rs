//! What arbiters decide.

use crate::{
	mock::*, Agenda, CameToNothing, DisputeStatus, Error, Event, OpenOfAccount, OpenOfJob,
	Resolution, Verdict,
};
use concordat_primitives::{job::JobStatus, node::Misconduct};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::traits::BadOrigin;

const GUILTY: [(u32, Misconduct); 2] =
	[(7, Misconduct::ReceiptTampering), (8, Misconduct::NetworkAttack)];

fn assert_closed(id: u32, job: u64, resolution: Resolution) {
	let status = crate::Disputes::<Test>::get(id).unwrap().status;
	assert_eq!(status, DisputeStatus::Resolved { at: System::block_number(), resolution });
	assert_eq!(OpenOfJob::<Test>::get(job), None);
	assert_eq!(Agenda::<Test>::iter().count(), 0);
	assert!(!OpenOfAccount::<Test>::contains_key(ANNA));
	assert_eq!(held(&ANNA), 0);
}

#[test]
fn the_bond_should_go_to_the_treasury_and_the_job_go_on_when_a_dispute_is_rejected() {
	ExtBuilder::default().build_and_execute(|| {
		let id = opened(RUNNING);
		events();
		System::set_block_number(12);
		assert_ok!(resolve(id, Verdict::Rejected));
		assert_closed(id, RUNNING, Resolution::Rejected);
		assert_eq!(Balances::free_balance(ANNA), FUNDS - BOND);
		assert_eq!(Balances::free_balance(TREASURY), BOND);
		assert_eq!(job_status(RUNNING), JobStatus::Running);
		assert_eq!(slashes(), vec![]);
		assert_eq!(receipts(id), vec![(RUNNING, EVIDENCE, 0), (RUNNING, EVIDENCE, 1)]);
		assert_eq!(
			events(),
			vec![
				Event::BondForfeited { dispute: id, opener: ANNA, amount: BOND },
				Event::DisputeResolved {
					dispute: id,
					job: RUNNING,
					resolution: Resolution::Rejected
				},
			]
		);
	});
}

#[test]
fn the_bond_should_return_and_the_job_go_on_when_it_cannot_be_judged() {
	ExtBuilder::default().build_and_execute(|| {
		let id = opened(DONE);
		events();
		assert_ok!(resolve(id, Verdict::Wonky));
		assert_closed(id, DONE, Resolution::Wonky);
		assert_eq!(Balances::free_balance(ANNA), FUNDS);
		assert_eq!(Balances::free_balance(TREASURY), 0);
		assert_eq!(job_status(DONE), JobStatus::Completed);
		assert_eq!(slashes(), vec![]);
		assert_eq!(receipts(id), vec![(DONE, EVIDENCE, 0), (DONE, EVIDENCE, 3)]);
		assert_eq!(
			events(),
			vec![
				Event::BondReturned { dispute: id, opener: ANNA, amount: BOND },
				Event::DisputeResolved { dispute: id, job: DONE, resolution: Resolution::Wonky },
			]
		);
	});
}

#[test]
fn the_culprits_should_be_slashed_and_the_clause_suspended_when_a_dispute_is_upheld() {
	ExtBuilder::default().build_and_execute(|| {
		let id = opened(DONE);
		events();
		let culprits = GUILTY.to_vec().try_into().unwrap();
		let verdict = Verdict::Upheld { culprits, suspend_clause: true };
		assert_ok!(resolve(id, verdict));
		let culprits = GUILTY.to_vec().try_into().unwrap();
		let resolution = Resolution::Upheld { culprits, suspend_clause: true };
		assert_closed(id, DONE, resolution.clone());
		assert_eq!(Balances::free_balance(ANNA), FUNDS);
		assert_eq!(job_status(DONE), JobStatus::Slashed);
		assert_eq!(
			slashes(),
			GUILTY.map(|(node, what)| (node, what, EVIDENCE, Some(ANNA))).to_vec()
		);
		assert_eq!(suspended(), vec![clause()]);
		assert_eq!(CameToNothing::<Test>::get(DONE), 0);
		assert_eq!(receipts(id), vec![(DONE, EVIDENCE, 0), (DONE, EVIDENCE, 2)]);
		let slashed = |(node, misconduct)| Event::CulpritSlashed {
			dispute: id,
			node,
			misconduct,
			frozen: SLASH,
		};
		assert_eq!(
			events(),
			vec![
				Event::BondReturned { dispute: id, opener: ANNA, amount: BOND },
				slashed(GUILTY[0]),
				slashed(GUILTY[1]),
				Event::DisputeResolved { dispute: id, job: DONE, resolution },
			]
		);
	});
}

#[test]
fn the_clause_should_go_on_when_the_verdict_does_not_suspend_it() {
	ExtBuilder::default().build_and_execute(|| {
		let id = opened(DONE);
		assert_ok!(resolve(id, upheld(&GUILTY)));
		assert_eq!(suspended(), vec![]);
		// A slashed job is over: it cannot be frozen again.
		assert_noop!(open(BERT, DONE), NOT_DISPUTABLE);
	});
}

#[test]
fn the_verdict_should_stand_when_a_culprit_cannot_be_slashed() {
	ExtBuilder::default().build_and_execute(|| {
		let id = opened(DONE);
		events();
		let gone = (UNSTAKED, Misconduct::NetworkAttack);
		assert_ok!(resolve(id, upheld(&[gone, GUILTY[0]])));
		assert_eq!(job_status(DONE), JobStatus::Slashed);
		// What the slasher had begun for the first is undone.
		assert_eq!(slashes(), vec![(7, GUILTY[0].1, EVIDENCE, Some(ANNA))]);
		assert!(events().contains(&Event::CulpritNotSlashed {
			dispute: id,
			node: UNSTAKED,
			error: NO_STAKE
		}));
	});
}

#[test]
fn a_verdict_should_come_from_arbiters_alone() {
	ExtBuilder::default().build_and_execute(|| {
		let dispute = opened(DONE);
		for origin in [RuntimeOrigin::signed(ANNA), RuntimeOrigin::root(), RuntimeOrigin::none()] {
			let call = crate::Call::resolve { dispute, verdict: Verdict::Wonky };
			assert_noop!(dispatch(origin, call), BadOrigin);
		}
	});
}

#[test]
fn a_verdict_should_be_final() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(resolve(0, Verdict::Wonky), Error::<Test>::UnknownDispute);
		let id = opened(DONE);
		assert_ok!(resolve(id, Verdict::Rejected));
		for verdict in [Verdict::Rejected, Verdict::Wonky, upheld(&GUILTY)] {
			assert_noop!(resolve(id, verdict), Error::<Test>::AlreadyResolved);
		}
	});
}

#[test]
fn a_verdict_should_be_refused_when_it_names_a_node_twice() {
	ExtBuilder::default().build_and_execute(|| {
		let id = opened(DONE);
		let twice = [GUILTY[0], GUILTY[1], (7, Misconduct::ResourceFraud)];
		assert_noop!(resolve(id, upheld(&twice)), Error::<Test>::DuplicateCulprit);
	});
}

#[test]
fn a_verdict_should_be_refused_when_job_or_clause_do_not_go_along() {
	ExtBuilder::default().build_and_execute(|| {
		let suspend = Verdict::Upheld { culprits: Default::default(), suspend_clause: true };
		let id = opened(DONE);
		set_clause(DONE, "WHO::Other@1.0");
		assert_noop!(resolve(id, suspend.clone()), NO_CLAUSE);
		TermsHidden::set(true);
		assert_noop!(resolve(id, suspend.clone()), Error::<Test>::UnknownJob);
		thaw_behind_the_back(DONE);
		assert_noop!(resolve(id, suspend), NOT_DISPUTED);
	});
}
