//! Who pays for the space, and when program and deposit are let go.

use crate::{mock::*, Clauses, Event, HoldReason};
use concordat_primitives::{
	hashing::program_hash,
	traits::{ClauseInspect, ClauseJobs},
	AccountId, Balance, ClauseId,
};
use frame_support::{
	assert_noop, assert_ok, assert_storage_noop,
	traits::{fungible::InspectHold, QueryPreimage},
};
use sp_runtime::TokenError;

fn held(who: &AccountId) -> Balance {
	Balances::balance_on_hold(&HoldReason::Clause.into(), who)
}

fn register_on_chain(text: &str) -> ClauseId {
	let id = clause(text);
	assert_ok!(ClauseRegistry::register(
		RuntimeOrigin::signed(WHO),
		id.clone(),
		Box::new(preimage_spec()),
		true
	));
	id
}

#[test]
fn registration_should_be_refused_when_the_owner_cannot_pay() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(
			ClauseRegistry::register(
				RuntimeOrigin::signed(POOR),
				clause("WHO::Rain@1.0"),
				Box::new(external_spec()),
				true
			),
			TokenError::FundsUnavailable
		);
	});
}

#[test]
fn the_deposit_should_cover_the_record_and_a_program_on_chain() {
	ExtBuilder::default().build_and_execute(|| {
		let (on_chain, elsewhere) = (register_on_chain("WHO::A@1.0"), register("WHO::B@1.0"));
		let expected = deposit(&on_chain, &preimage_spec()) + deposit(&elsewhere, &external_spec());
		assert_eq!(held(&WHO), expected);
	});
}

#[test]
fn deposit_and_program_should_be_released_at_once_when_no_job_is_open() {
	ExtBuilder::default().build_and_execute(|| {
		let id = register_on_chain("WHO::Rain@1.0");
		assert_eq!(requests(), 1);
		let deposit = held(&WHO);
		events();
		assert_ok!(ClauseRegistry::retire(RuntimeOrigin::signed(WHO), id.clone()));
		assert_eq!(held(&WHO), 0);
		assert_eq!(requests(), 0);
		assert!(events().contains(&Event::ClauseReleased { id: id.clone(), owner: WHO, deposit }));
		// The record stays, so that old jobs remain explainable.
		assert_eq!(Clauses::<Test>::get(&id).unwrap().deposit, None);
	});
}

#[test]
fn deposit_and_program_should_stay_until_the_records_of_the_last_job_are_gone() {
	ExtBuilder::default().build_and_execute(|| {
		let id = register_on_chain("WHO::Rain@1.0");
		ClauseRegistry::job_opened(&id);
		ClauseRegistry::job_opened(&id);
		let deposit = held(&WHO);
		assert_ok!(ClauseRegistry::retire(RuntimeOrigin::signed(WHO), id.clone()));
		// A dispute over a job that has ended may have to run it again.
		ClauseRegistry::job_closed(&id, Some(true));
		ClauseRegistry::job_closed(&id, None);
		assert_eq!(Clauses::<Test>::get(&id).unwrap().open_jobs, 0);
		assert_eq!((held(&WHO), requests()), (deposit, 1));
		ClauseRegistry::job_pruned(&id);
		assert_eq!((held(&WHO), requests()), (deposit, 1));
		assert!(<ClauseRegistry as ClauseInspect<_>>::program(&id).is_some());
		events();
		ClauseRegistry::job_pruned(&id);
		assert_eq!((held(&WHO), requests()), (0, 0));
		assert_eq!(events(), vec![Event::ClauseReleased { id: id.clone(), owner: WHO, deposit }]);
		// A stray report does not release twice.
		assert_storage_noop!(ClauseRegistry::job_pruned(&id));
	});
}

#[test]
fn a_clause_that_is_retired_late_should_be_released_at_once_when_no_job_is_kept() {
	ExtBuilder::default().build_and_execute(|| {
		let id = register_on_chain("WHO::Rain@1.0");
		ClauseRegistry::job_opened(&id);
		ClauseRegistry::job_closed(&id, Some(true));
		ClauseRegistry::job_pruned(&id);
		assert_eq!(requests(), 1);
		assert_ok!(ClauseRegistry::retire(RuntimeOrigin::signed(WHO), id.clone()));
		assert_eq!((held(&WHO), requests()), (0, 0));
	});
}

#[test]
fn the_weight_of_a_pruned_job_should_tell_whether_the_program_went() {
	use crate::WeightInfo;
	ExtBuilder::default().build_and_execute(|| {
		let id = register_on_chain("WHO::Rain@1.0");
		for _ in 0..2 {
			ClauseRegistry::job_opened(&id);
			ClauseRegistry::job_closed(&id, Some(true));
		}
		assert_eq!(ClauseRegistry::job_pruned(&id), <() as WeightInfo>::job_pruned());
		assert_ok!(ClauseRegistry::retire(RuntimeOrigin::signed(WHO), id.clone()));
		let last = ClauseRegistry::job_pruned(&id);
		assert_eq!(last, <() as WeightInfo>::job_pruned_last());
		assert!(<ClauseRegistry as ClauseJobs>::weight_of_pruning().all_gte(last));
	});
}

#[test]
fn clauses_that_share_a_program_should_each_request_it() {
	ExtBuilder::default().build_and_execute(|| {
		let (old, new) = (register_on_chain("WHO::Rain@1.0"), register_on_chain("WHO::Rain@1.1"));
		assert_eq!(requests(), 2);
		assert_ok!(ClauseRegistry::retire(RuntimeOrigin::signed(WHO), old));
		assert_eq!(requests(), 1);
		assert!(Preimage::is_requested(&program_hash(PROGRAM)));
		assert_ok!(ClauseRegistry::retire(RuntimeOrigin::signed(WHO), new));
		assert_eq!(requests(), 0);
	});
}

#[test]
fn the_program_should_stay_when_its_noter_takes_the_preimage_deposit_back() {
	ExtBuilder::default().build_and_execute(|| {
		let id = register_on_chain("WHO::Rain@1.0");
		let hash = program_hash(PROGRAM);
		assert_ok!(Preimage::unnote_preimage(RuntimeOrigin::signed(WHO), hash));
		assert_eq!(Balances::balance_on_hold(&PreimageHoldReason::get(), &WHO), 0);
		assert_eq!(Preimage::len(&hash), Some(PROGRAM.len() as u32));
		assert!(held(&WHO) >= PER_BYTE * PROGRAM.len() as Balance);
		// Nobody pays for it after retirement, so it goes.
		assert_ok!(ClauseRegistry::retire(RuntimeOrigin::signed(WHO), id));
		assert_eq!(Preimage::len(&hash), None);
	});
}

#[test]
fn an_external_program_should_not_be_requested() {
	ExtBuilder::default().build_and_execute(|| {
		preimage_spec();
		let id = register("WHO::Rain@1.0");
		assert_eq!(requests(), 0);
		assert_ok!(ClauseRegistry::retire(RuntimeOrigin::signed(WHO), id));
		assert_eq!(Preimage::len(&program_hash(PROGRAM)), Some(PROGRAM.len() as u32));
	});
}

#[test]
fn the_deposit_should_go_along_with_the_clause() {
	ExtBuilder::default().build_and_execute(|| {
		let (id, _kept) = (register("WHO::A@1.0"), register("WHO::B@1.0"));
		let deposit = Clauses::<Test>::get(&id).unwrap().deposit.unwrap();
		let (mine, theirs) = (held(&WHO), Balances::free_balance(&OTHER));
		assert_ok!(ClauseRegistry::transfer_ownership(
			RuntimeOrigin::signed(WHO),
			id.clone(),
			OTHER
		));
		assert_eq!(held(&WHO), mine - deposit);
		assert_eq!(held(&OTHER), deposit);
		assert_eq!(Balances::free_balance(&OTHER), theirs);
		assert_ok!(ClauseRegistry::retire(RuntimeOrigin::signed(OTHER), id));
		assert_eq!(Balances::free_balance(&OTHER), theirs + deposit);
	});
}

#[test]
fn a_clause_should_not_be_handed_to_an_account_that_does_not_exist() {
	ExtBuilder::default().build_and_execute(|| {
		let id = register("WHO::Rain@1.0");
		let nobody = AccountId::new([9; 32]);
		assert!(ClauseRegistry::transfer_ownership(RuntimeOrigin::signed(WHO), id, nobody).is_err());
	});
}
