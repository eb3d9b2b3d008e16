//! When a lease counts, and why not.

use crate::{mock::*, SimulationAllowed, WeightInfo};
use concordat_primitives::{
	attest::{Lease, LeaseDemand, LeaseRefusal, Measurement},
	clause::RiskClass::{self, *},
	traits::{GenesisHash, LeaseInspect},
	LeaseId,
};
use frame_support::{
	assert_ok,
	weights::{RuntimeDbWeight, Weight},
};

/// [`NODE_A`]'s lease for a clause of the least class.
fn demanded(
	lease: LeaseId,
	measurements: &[Measurement],
	allow_simulated: bool,
) -> Result<Lease, LeaseRefusal> {
	let demand = LeaseDemand { measurements, allow_simulated, risk: Low };
	Attestation::live_lease(NODE_A, lease, &demand)
}

#[test]
fn a_live_lease_should_count() {
	ExtBuilder::default().with_collateral().build_and_execute(|| {
		let lease = granted(NODE_A);
		assert_eq!(live(NODE_A, lease.id, Low), Ok(lease.clone()));
		let listed = [OTHER_CODE, CODE];
		assert_eq!(demanded(lease.id, &listed, true), Ok(lease.clone()));
		let view = Attestation::view(NODE_A).unwrap();
		assert_eq!((view.lease, view.refusal), (lease, None));
	});
}

#[test]
fn a_lease_should_not_count_when_there_is_none_or_another() {
	ExtBuilder::default().with_collateral().build_and_execute(|| {
		let none = Err(LeaseRefusal::None);
		assert_eq!(live(NODE_A, 1, Low), none);
		assert_eq!(Attestation::view(NODE_A), None);
		let old = granted(NODE_A);
		// Another node's lease is not this one's.
		assert_eq!(live(NODE_B, old.id, Low), none);
		run_to(11);
		let mut other = Attempt::of(NODE_A);
		other.signing_key = [0x11; 32];
		assert_ok!(other.send());
		assert_eq!(live(NODE_A, old.id, Low), Err(LeaseRefusal::Superseded));
	});
}

#[test]
fn a_lease_should_not_count_from_its_expiry_on() {
	ExtBuilder::default().with_collateral().build_and_execute(|| {
		let lease = granted(NODE_A);
		System::set_block_number(lease.expires_at - 1);
		assert!(live(NODE_A, lease.id, Low).is_ok());
		// Even before the hook has run.
		System::set_block_number(lease.expires_at);
		assert_eq!(live(NODE_A, lease.id, Low), Err(LeaseRefusal::Expired));
	});
}

#[test]
fn a_lease_should_not_count_once_its_measurement_is_revoked() {
	ExtBuilder::default().with_collateral().build_and_execute(|| {
		let lease = granted(NODE_A);
		assert_ok!(Attestation::revoke_measurement(RuntimeOrigin::root(), CODE));
		let revoked = LeaseRefusal::MeasurementRevoked;
		assert_eq!(demanded(lease.id, &[CODE], true), Err(revoked));
		assert_eq!(Attestation::view(NODE_A).unwrap().refusal, Some(revoked));
	});
}

#[test]
fn a_lease_should_count_through_the_grace_of_its_measurement_and_no_longer() {
	ExtBuilder::default().with_collateral().build_and_execute(|| {
		let lease = granted(NODE_A);
		assert_ok!(Attestation::sunset_measurement(RuntimeOrigin::root(), CODE, GRACE));
		run_to(14);
		assert!(live(NODE_A, lease.id, Low).is_ok());
		// The hook ends it in the next block; even if it has no weight to, the lease does not count.
		HookWeight::set(<Test as crate::Config>::WeightInfo::sweep_base());
		run_to(15);
		assert_eq!(live(NODE_A, lease.id, Low), Err(LeaseRefusal::MeasurementRevoked));
		HookWeight::set(Weight::MAX);
		run_to(16);
		assert_eq!(live(NODE_A, lease.id, Low), Err(LeaseRefusal::None));
	});
}

#[test]
fn a_lease_should_not_count_for_a_clause_that_wants_other_code() {
	ExtBuilder::default().with_collateral().build_and_execute(|| {
		let lease = granted(NODE_A);
		assert_eq!(
			demanded(lease.id, &[OTHER_CODE], true),
			Err(LeaseRefusal::MeasurementNotForClause)
		);
	});
}

#[test]
fn a_simulated_lease_should_not_count_where_none_is_wanted() {
	ExtBuilder::default().with_collateral().build_and_execute(|| {
		let lease = granted(NODE_A);
		assert_eq!(demanded(lease.id, &[], false), Err(LeaseRefusal::Simulated));
	});
}

#[test]
fn a_simulated_lease_should_not_count_where_the_chain_allows_none() {
	ExtBuilder::default().with_collateral().build().execute_with(|| {
		let lease = granted(NODE_A);
		SimulationAllowed::<Test>::put(false);
		let simulated = LeaseRefusal::Simulated;
		assert_eq!(live(NODE_A, lease.id, Low), Err(simulated));
		assert_eq!(Attestation::view(NODE_A).unwrap().refusal, Some(simulated));
		assert_ok!(evict(lease.id));
	});
}

#[test]
fn refusals_should_come_in_their_order() {
	ExtBuilder::default().with_collateral().build_and_execute(|| {
		let lease = granted(NODE_A);
		let refusal = |id| demanded(id, &[OTHER_CODE], false).unwrap_err();
		assert_eq!(refusal(lease.id), LeaseRefusal::MeasurementNotForClause);
		assert_ok!(Attestation::revoke_measurement(RuntimeOrigin::root(), CODE));
		assert_eq!(refusal(lease.id), LeaseRefusal::MeasurementRevoked);
		System::set_block_number(lease.expires_at);
		assert_eq!(refusal(lease.id), LeaseRefusal::Expired);
		assert_eq!(refusal(lease.id + 1), LeaseRefusal::Superseded);
		System::set_block_number(10);
	});
	ExtBuilder::default().with_collateral().build_and_execute(|| {
		post_tdx(1, |sim| sim.levels[0].status = "ConfigurationNeeded");
		let lease = granted(NODE_A);
		let refusal = |measurements, allow_simulated| {
			let demand = LeaseDemand { measurements, allow_simulated, risk: High };
			Attestation::live_lease(NODE_A, lease.id, &demand).unwrap_err()
		};
		assert_eq!(refusal(&[OTHER_CODE], false), LeaseRefusal::MeasurementNotForClause);
		assert_eq!(refusal(&[CODE], false), LeaseRefusal::Simulated);
		assert_eq!(refusal(&[CODE], true), LeaseRefusal::ClassNotMet);
	});
}

#[test]
fn a_look_at_a_lease_should_cost_six_reads() {
	let db: RuntimeDbWeight = <Test as frame_system::Config>::DbWeight::get();
	assert_eq!(<Attestation as LeaseInspect>::weight(), db.reads(6));
}

#[test]
fn the_chain_should_be_called_by_its_genesis_hash() {
	ExtBuilder::default().at_block(HASHES * 2).build_and_execute(|| {
		assert_eq!(Attestation::genesis_hash(), hash_of(0));
	});
}

#[test]
fn a_lease_should_not_count_when_the_clock_is_past_its_evidence_though_blocks_were_late() {
	ExtBuilder::default().with_collateral().build_and_execute(|| {
		let lease = granted(NODE_A);
		Clock::set(Some(lease.not_after));
		assert_eq!(live(NODE_A, lease.id, Low), Ok(lease.clone()));
		Clock::set(Some(lease.not_after + 1));
		assert_eq!(live(NODE_A, lease.id, Low), Err(LeaseRefusal::Expired));
		assert_eq!(Attestation::view(NODE_A).unwrap().refusal, Some(LeaseRefusal::Expired));
		assert!(System::block_number() < lease.expires_at);
	});
}

#[test]
fn a_lease_should_count_for_the_classes_that_it_meets() {
	ExtBuilder::default().with_collateral().build_and_execute(|| {
		post_tdx(1, |sim| sim.levels[0].status = "SWHardeningNeeded");
		let lease = granted(NODE_A);
		for (class, expected) in [
			(Low, Ok(lease.clone())),
			(Medium, Ok(lease.clone())),
			(High, Err(LeaseRefusal::ClassNotMet)),
			(Critical, Err(LeaseRefusal::ClassNotMet)),
		] {
			assert_eq!(live(NODE_A, lease.id, class), expected, "{class:?}");
		}
		assert_eq!(RiskClass::ALL.len(), 4);
	});
}

#[test]
fn a_sunset_should_be_seen_by_whoever_plans_with_the_lease() {
	ExtBuilder::default().with_collateral().build_and_execute(|| {
		let lease = granted(NODE_A);
		assert_ok!(Attestation::sunset_measurement(RuntimeOrigin::root(), CODE, GRACE));
		let seen = live(NODE_A, lease.id, Low).unwrap();
		assert_eq!(seen, Lease { expires_at: 10 + GRACE, ..lease.clone() });
		// It is the use that is clipped: the sunset may be postponed.
		assert_eq!(present(NODE_A), lease);
		// A sunset that is later than the lease changes nothing.
		assert_ok!(Attestation::sunset_measurement(RuntimeOrigin::root(), OTHER_CODE, 10_000));
		let mut other = Attempt::of(NODE_B);
		other.code = OTHER_CODE.0;
		assert_ok!(other.send());
		assert_eq!(live(NODE_B, 2, Low).unwrap(), present(NODE_B));
	});
}
