//! What clients see, and what would be found if the state were not as it has to be.

use crate::{fixtures, mock::*, Bytes, Keys, Prepared, Switches};
use concordat_primitives::zk::{vk_id, Curve};
use frame_support::assert_ok;

fn registered() -> Vec<u8> {
	let key = fixtures::key(Curve::Bls12381, 3);
	assert_ok!(register(&rain(), Curve::Bls12381, &key));
	key
}

#[test]
fn a_view_should_show_the_key_and_what_stops_it() {
	execute(|| {
		assert_eq!(ZkVerifiers::verifier(rain()), None);
		let key = registered();
		let view = ZkVerifiers::verifier(rain()).unwrap();
		assert_eq!(view.clause, rain());
		assert_eq!(view.id, vk_id(Curve::Bls12381, &key));
		assert_eq!((view.curve, view.inputs), (Curve::Bls12381, 3));
		assert_eq!((view.depositor.clone(), view.deposit), (WHO, held(&WHO)));
		assert_eq!((view.registered_at, view.switches), (10, Switches::ON));
		assert_eq!(view.key.to_vec(), key);
		assert!(view.curve_enabled);
		let json = serde_json::to_value(&view).unwrap();
		assert_eq!(json["clause"], "WHO::Rain@1.0");
		assert_eq!(json["curve"], "bls12381");
		assert_eq!(json["deposit"], held(&WHO).to_string());
		let owner = RuntimeOrigin::signed(WHO);
		assert_ok!(ZkVerifiers::set_enabled(owner, rain(), false));
		let root = RuntimeOrigin::root();
		assert_ok!(ZkVerifiers::set_curve_enabled(root, Curve::Bls12381, false));
		let view = ZkVerifiers::verifier(rain()).unwrap();
		assert_eq!(view.switches, Switches { owner: false, governance: true });
		assert!(!view.curve_enabled);
	});
}

/// Breaks the state and expects that it is found.
fn finds(what: &str, wreck: impl FnOnce()) {
	build().execute_with(|| {
		registered();
		assert_ok!(ZkVerifiers::do_try_state());
		wreck();
		assert!(ZkVerifiers::do_try_state().is_err(), "{what}");
	});
}

#[test]
fn the_invariants_should_be_checked() {
	let mutate = |change: fn(&mut crate::KeyRecord)| {
		Keys::<Test>::mutate(rain(), |record| change(record.as_mut().unwrap()))
	};
	finds("a deposit that is not held", || mutate(|record| record.deposit += 1));
	finds("another id", || mutate(|record| record.id.0[0] ^= 1));
	finds("another arity", || mutate(|record| record.inputs += 1));
	finds("another curve", || mutate(|record| record.curve = Curve::Bn254));
	finds("bytes are gone", || Bytes::<Test>::remove(rain()));
	finds("the prepared key is gone", || Prepared::<Test>::remove(rain()));
	finds("bytes without a record", || Bytes::<Test>::insert(clause("WHO::Snow@1.0"), bytes(&[1])));
	finds("prepared without a record", || {
		Prepared::<Test>::insert(clause("WHO::Snow@1.0"), Prepared::<Test>::get(rain()).unwrap())
	});
	finds("a prepared key that is not that of the bytes", || {
		Prepared::<Test>::mutate(rain(), |prepared| prepared.as_mut().unwrap()[100] ^= 1)
	});
	finds("a key of no clause", || {
		Clauses::mutate(|clauses| {
			clauses.clear();
		})
	});
}

#[test]
fn the_constants_should_fit_each_other() {
	execute(ZkVerifiers::do_integrity_test);
}
