//! Who changes the parameters, and what they may be.

use crate::{mock::*, AnchorParams, Error, Event, Params, WeightInfo, MAX_EPOCH_LENGTH};
use concordat_primitives::rollup::Scheme;
use frame_support::{assert_noop, assert_ok, weights::Weight};
use sp_runtime::{BuildStorage, DispatchError};

const NEW: AnchorParams =
	AnchorParams { epoch_length: 2, retention_epochs: 9, scheme: Scheme::Ed25519 };

#[test]
fn root_should_change_the_parameters() {
	ExtBuilder::default().build_and_execute(|| {
		append(1);
		run_to(3);
		events();
		assert_ok!(RollupAnchor::set_params(RuntimeOrigin::root(), NEW));
		assert_eq!(Params::<Test>::get(), NEW);
		assert_eq!(events(), vec![Event::ParamsChanged { params: NEW }]);
		// The epoch that is open already obeys.
		run_to(4);
		assert_eq!(RollupAnchor::totals(), (1, 1));
	});
}

#[test]
fn nobody_but_root_should_change_the_parameters() {
	ExtBuilder::default().build_and_execute(|| {
		for origin in [RuntimeOrigin::signed(account(1)), RuntimeOrigin::none()] {
			assert_noop!(RollupAnchor::set_params(origin, NEW), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn parameters_out_of_range_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		for params in [
			AnchorParams { epoch_length: 0, ..NEW },
			AnchorParams { epoch_length: MAX_EPOCH_LENGTH + 1, ..NEW },
			AnchorParams { retention_epochs: 0, ..NEW },
		] {
			assert_noop!(
				RollupAnchor::set_params(RuntimeOrigin::root(), params),
				Error::<Test>::InvalidParams
			);
		}
	});
}

#[test]
#[should_panic = "rollup parameters are out of range"]
fn a_genesis_with_parameters_out_of_range_should_not_build() {
	let params = AnchorParams { epoch_length: 0, ..NEW };
	let _ = crate::GenesisConfig::<Test> { params, ..Default::default() }.build_storage();
}

#[test]
fn relations_between_constants_should_hold() {
	integrity_test();
}

#[test]
#[should_panic = "PruneWeight has to pay"]
fn a_prune_weight_that_removes_nothing_should_not_pass() {
	PruneWeight::set(Weight::from_parts(1, 0));
	integrity_test();
}

#[test]
#[should_panic = "no more than a tree has leaves"]
fn an_epoch_larger_than_a_tree_should_not_pass() {
	MaxReceiptsPerEpoch::set(concordat_proofs::MAX_LEAVES + 1);
	integrity_test();
}

#[test]
#[should_panic = "PruneWeight has to pay"]
fn a_prune_weight_that_forgets_no_certificate_should_not_pass() {
	PruneWeight::set(<() as WeightInfo>::forget_epoch());
	integrity_test();
}

#[test]
#[should_panic = "stay in the pool"]
fn a_certificate_that_does_not_stay_in_the_pool_should_not_pass() {
	AuthorizedLongevity::set(0);
	integrity_test();
}
