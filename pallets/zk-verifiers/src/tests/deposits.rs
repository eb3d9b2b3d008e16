//! Who pays for the space.

use crate::{fixtures, groth, mock::*, Params};
use concordat_primitives::{clause::ClauseStatus, zk::Curve};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

/// What a key of so many inputs costs: its bytes, and those of its prepared form, which has uncompressed points, `-γ`,
/// `-δ`, `e(α, β)` and a header of 6 bytes.
fn price(curve: Curve, inputs: u32) -> u128 {
	let (point, target) = match curve {
		Curve::Bls12381 => (48, 576),
		Curve::Bn254 => (32, 384),
	};
	let points = u128::from(inputs) + 1;
	let key = point * 7 + 8 + point * points;
	let prepared = 6 + target + 2 * 4 * point + 2 * point * points;
	BASE + PER_BYTE * (key + prepared)
}

#[test]
fn the_deposit_should_be_exact() {
	for curve in groth::CURVES {
		for inputs in [1, 2, 32] {
			execute(|| {
				assert_ok!(register(&rain(), curve, &fixtures::key(curve, inputs)));
				assert_eq!(held(&WHO), price(curve, inputs), "{curve:?} with {inputs}");
			});
		}
	}
}

#[test]
fn what_is_on_hold_should_be_released_to_the_unit_when_prices_change() {
	execute(|| {
		set_clause(&rain(), &WHO, ClauseStatus::Draft);
		let next = clause("WHO::Rain@1.1");
		set_clause(&next, &WHO, ClauseStatus::Draft);
		assert_ok!(register(&rain(), Curve::Bn254, &fixtures::key(Curve::Bn254, 3)));
		let params = Params { base_deposit: 5, byte_deposit: 1 };
		assert_ok!(ZkVerifiers::set_params(RuntimeOrigin::root(), params.clone()));
		assert_eq!(ZkVerifiers::parameters(), params);
		assert_ok!(register(&next, Curve::Bn254, &fixtures::key(Curve::Bn254, 3)));
		let cheap = 5 + (price(Curve::Bn254, 3) - BASE) / PER_BYTE;
		assert_eq!(held(&WHO), price(Curve::Bn254, 3) + cheap);
		assert_ok!(ZkVerifiers::remove(RuntimeOrigin::signed(WHO), rain()));
		assert_eq!(held(&WHO), cheap);
		assert_ok!(ZkVerifiers::remove(RuntimeOrigin::signed(WHO), next));
		assert_eq!(held(&WHO), 0);
	});
}

#[test]
fn the_deposit_should_come_back_to_who_paid_it_when_the_clause_has_another_owner() {
	execute(|| {
		assert_ok!(register(&rain(), Curve::Bn254, &fixtures::key(Curve::Bn254, 3)));
		set_clause(&rain(), &OTHER, ClauseStatus::Retired);
		let paid = held(&WHO);
		assert_eq!(held(&OTHER), 0);
		assert_ok!(ZkVerifiers::remove(RuntimeOrigin::signed(OTHER), rain()));
		assert_eq!((held(&WHO), held(&OTHER)), (0, 0));
		assert!(paid > 0);
		assert_eq!(Balances::free_balance(&WHO), FUNDS);
		assert_eq!(Balances::free_balance(&OTHER), FUNDS);
	});
}

#[test]
fn only_governance_should_change_prices() {
	execute(|| {
		let params = Params::default();
		assert_noop!(
			ZkVerifiers::set_params(RuntimeOrigin::signed(WHO), params.clone()),
			DispatchError::BadOrigin
		);
		assert_noop!(
			ZkVerifiers::set_params(RuntimeOrigin::signed(EMERGENCY), params),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn a_registration_should_weigh_what_its_curve_and_its_length_say() {
	use crate::{Call, WeightInfo};
	use frame_support::{dispatch::GetDispatchInfo, weights::Weight};
	let weight = |curve, inputs| {
		let key = bytes(&fixtures::key(curve, inputs));
		let call: RuntimeCall = Call::register { clause: rain(), curve, key }.into();
		call.get_dispatch_info().call_weight
	};
	let called = Weight::from_parts(7 + 11, 0);
	for inputs in [1, 9, 32] {
		assert_eq!(
			weight(Curve::Bls12381, inputs),
			<() as WeightInfo>::register_bls12381(inputs).saturating_add(called)
		);
		assert_eq!(
			weight(Curve::Bn254, inputs),
			<() as WeightInfo>::register_bn254(inputs).saturating_add(called)
		);
	}
}
