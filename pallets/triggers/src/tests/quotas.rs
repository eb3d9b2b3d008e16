//! Quotas of DAOs and jurisdictions, as whoever opens jobs sees them.

use crate::{mock::*, quota::Quota, Call, Error, Event, QuotaScope};
use codec::Encode;
use concordat_primitives::{
	job::JobClass,
	receipt::Operation,
	traits::{QuotaAsk, QuotaExceeded, Quotas},
	AccountId, Hash, Jurisdiction,
};
use frame_support::assert_ok;
use sp_runtime::{DispatchError, DispatchResult};

const QUOTA: Quota = Quota { jobs: 2, window: 10, burst: 1 };

fn code(text: &str) -> Jurisdiction {
	Jurisdiction::parse(text).unwrap()
}

fn of(text: &str) -> QuotaScope {
	QuotaScope::Jurisdiction(code(text))
}

fn set(scope: QuotaScope, quota: Quota) -> DispatchResult {
	root(Call::set_quota { scope, quota: Some(quota) })
}

/// What a job in `places` of a clause of `owner` would be told; it takes its quota.
fn open(owner: &AccountId, places: &[&str], class: JobClass) -> Result<(), QuotaExceeded> {
	let jurisdictions: Vec<_> = places.iter().map(|text| code(text)).collect();
	let ask = QuotaAsk { owner, jurisdictions: &jurisdictions, class };
	Triggers::check(&ask)?;
	Triggers::take(&ask);
	Ok(())
}

fn normal(owner: &AccountId, places: &[&str]) -> Result<(), QuotaExceeded> {
	open(owner, places, JobClass::Normal)
}

fn left(scope: QuotaScope) -> (u32, u32) {
	let view = Triggers::quota(scope).unwrap();
	(view.left, view.burst_left)
}

#[test]
fn without_a_quota_there_is_no_limit() {
	ExtBuilder::default().build_and_execute(|| {
		for _ in 0..100 {
			assert_ok!(normal(&ALICE, &["IDN"]));
		}
		assert_eq!(Triggers::quota(dao(ALICE)), None);
	})
}

#[test]
fn a_dao_opens_as_many_jobs_as_its_quota_and_gets_them_back_over_the_window() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(set(dao(ALICE), QUOTA));
		assert_ok!(normal(&ALICE, &[]));
		assert_ok!(normal(&ALICE, &[]));
		assert_eq!(normal(&ALICE, &[]), Err(QuotaExceeded::Dao));
		assert_ok!(normal(&BOB, &[]));
		run(4);
		assert_eq!(normal(&ALICE, &[]), Err(QuotaExceeded::Dao));
		run(1);
		assert_ok!(normal(&ALICE, &[]));
		assert_eq!(normal(&ALICE, &[]), Err(QuotaExceeded::Dao));
	})
}

#[test]
fn a_check_takes_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(set(dao(ALICE), QUOTA));
		let ask = QuotaAsk { owner: &ALICE, jurisdictions: &[], class: JobClass::Normal };
		for _ in 0..10 {
			assert_ok!(Triggers::check(&ask));
		}
		assert_eq!(left(dao(ALICE)), (2, 1));
	})
}

#[test]
fn a_critical_job_may_use_the_burst_and_uses_it_last() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(set(dao(ALICE), QUOTA));
		assert_ok!(open(&ALICE, &[], JobClass::Critical));
		assert_eq!(left(dao(ALICE)), (1, 1));
		assert_ok!(normal(&ALICE, &[]));
		assert_eq!(open(&ALICE, &[], JobClass::High), Err(QuotaExceeded::Dao));
		assert_ok!(open(&ALICE, &[], JobClass::Critical));
		assert_eq!(open(&ALICE, &[], JobClass::Critical), Err(QuotaExceeded::Dao));
		assert_eq!(left(dao(ALICE)), (0, 0));
	})
}

#[test]
fn governance_opens_the_burst_to_all_for_a_time() {
	ExtBuilder::default().build_and_execute(|| {
		let activate = |blocks| root(Call::activate_burst { scope: dao(ALICE), blocks });
		refused(|| activate(5), Error::NoQuota);
		assert_ok!(set(dao(ALICE), Quota { jobs: 0, ..QUOTA }));
		assert_eq!(normal(&ALICE, &[]), Err(QuotaExceeded::Dao));
		refused(|| activate(0), Error::TimeOutOfBounds);
		refused(|| activate(51), Error::TimeOutOfBounds);
		receipts();
		events();
		assert_ok!(activate(20));
		let until = START + 20;
		assert_eq!(events(), [Event::BurstActivated { scope: dao(ALICE), until }]);
		let scope = Hash::from(sp_io::hashing::blake2_256(&dao(ALICE).encode()));
		assert_eq!(receipts(), [Operation::QuotaChanged { scope }]);
		assert_ok!(normal(&ALICE, &[]));
		assert_eq!(normal(&ALICE, &[]), Err(QuotaExceeded::Dao));
		run(10);
		assert_ok!(normal(&ALICE, &[]));
		run(10);
		assert_eq!(normal(&ALICE, &[]), Err(QuotaExceeded::Dao), "its time is over");
		assert_ok!(open(&ALICE, &[], JobClass::Critical));
	})
}

#[test]
fn a_job_needs_room_in_one_of_its_jurisdictions_and_takes_from_the_first() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(set(of("IDN"), QUOTA));
		assert_ok!(set(of("MYS"), QUOTA));
		assert_ok!(normal(&ALICE, &["IDN", "MYS"]));
		assert_eq!((left(of("IDN")).0, left(of("MYS")).0), (1, 2));
		assert_ok!(normal(&ALICE, &["IDN", "MYS"]));
		assert_ok!(normal(&ALICE, &["IDN", "MYS"]));
		assert_eq!((left(of("IDN")).0, left(of("MYS")).0), (0, 1));
		assert_ok!(normal(&ALICE, &["MYS"]));
		assert_eq!(normal(&ALICE, &["IDN", "MYS"]), Err(QuotaExceeded::Jurisdiction));
		// A third one without a quota has room for everybody; an unrestricted job takes of none.
		assert_ok!(normal(&ALICE, &["IDN", "MYS", "PHL"]));
		assert_ok!(normal(&ALICE, &[]));
	})
}

#[test]
fn a_job_that_one_quota_turns_away_takes_nothing_of_the_other() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(set(dao(ALICE), QUOTA));
		assert_ok!(set(of("IDN"), Quota { jobs: 0, window: 10, burst: 0 }));
		let idn = [code("IDN")];
		let ask = QuotaAsk { owner: &ALICE, jurisdictions: &idn, class: JobClass::Normal };
		assert_eq!(Triggers::check(&ask), Err(QuotaExceeded::Jurisdiction));
		// Even if it is not asked first.
		Triggers::take(&ask);
		assert_eq!(left(dao(ALICE)), (2, 1));
	})
}

#[test]
fn only_governance_allows_more_an_authority_allows_less() {
	ExtBuilder::default().build_and_execute(|| {
		let by = |who, scope, quota| signed(who, Call::set_quota { scope, quota });
		let less = Quota { jobs: 1, window: 10, burst: 0 };
		refused(|| by(BOB, of("IDN"), Some(QUOTA)), Error::NotAuthority);
		refused(|| by(BOB, dao(BOB), Some(QUOTA)), Error::NotAuthority);
		assert_ok!(root(Call::appoint { jurisdiction: code("IDN"), authority: Some(BOB) }));
		refused(|| by(BOB, of("MYS"), Some(QUOTA)), Error::NotAuthority);
		assert_ok!(by(BOB, of("IDN"), Some(QUOTA)));
		assert_ok!(by(BOB, of("IDN"), Some(less)));
		refused(|| by(BOB, of("IDN"), Some(QUOTA)), Error::OnlyTighter);
		refused(|| by(BOB, of("IDN"), None), Error::OnlyTighter);
		let quicker = Quota { window: 9, ..less };
		refused(|| by(BOB, of("IDN"), Some(quicker)), Error::OnlyTighter);
		assert_ok!(set(of("IDN"), QUOTA));
		let call = Call::activate_burst { scope: of("IDN"), blocks: 5 };
		assert_eq!(signed(BOB, call), Err(DispatchError::BadOrigin));
	})
}

#[test]
fn a_quota_that_is_set_again_refills_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(set(dao(ALICE), QUOTA));
		assert_ok!(normal(&ALICE, &[]));
		assert_ok!(normal(&ALICE, &[]));
		assert_ok!(set(dao(ALICE), Quota { jobs: 9, window: 20, burst: 9 }));
		assert_eq!(normal(&ALICE, &[]), Err(QuotaExceeded::Dao));
		assert_ok!(root(Call::set_quota { scope: dao(ALICE), quota: None }));
		assert_ok!(normal(&ALICE, &[]));
	})
}

#[test]
fn a_quota_needs_a_window_and_a_place() {
	ExtBuilder::default().build_and_execute(|| {
		let still = Quota { window: 0, ..QUOTA };
		refused(|| set(dao(ALICE), still), Error::WindowInvalid);
		let nowhere = QuotaScope::Jurisdiction(Jurisdiction(*b"xx1"));
		refused(|| set(nowhere.clone(), QUOTA), Error::JurisdictionInvalid);
	})
}
