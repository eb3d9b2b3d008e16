//! What an append does, and what it costs.

use crate::{mock::*, Event, Leaves, Open, OpenEpoch, OpenLeaves, WeightInfo};
use codec::{Encode, MaxEncodedLen};
use concordat_primitives::{receipt::ReceiptBody, traits::ReceiptSink};
use concordat_proofs::leaf_hash;
use frame_support::dispatch::DispatchClass;

#[test]
fn receipts_should_be_numbered_from_zero_and_kept_whole() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(RollupAnchor::append(operation(0)), 0);
		run_to(3);
		assert_eq!(RollupAnchor::append(operation(1)), 1);
		assert_eq!(Leaves::<Test>::get(0), Some(body(0, 1)));
		assert_eq!(Leaves::<Test>::get(1), Some(body(1, 3)));
		assert_eq!(Leaves::<Test>::get(2), None);
		assert_eq!(
			Open::<Test>::get(),
			OpenEpoch { number: 0, opened_at: 1, first_receipt: 0, next_receipt: 2 }
		);
		assert_eq!(
			OpenLeaves::<Test>::get().to_vec(),
			vec![leaf_hash(0, &body(0, 1).encode()), leaf_hash(1, &body(1, 3).encode())]
		);
		assert_eq!(RollupAnchor::totals(), (2, 0));
		assert_eq!(
			events(),
			vec![
				Event::ReceiptAppended { id: 0, epoch: 0 },
				Event::ReceiptAppended { id: 1, epoch: 0 }
			]
		);
	});
}

#[test]
fn an_append_should_be_undone_with_the_extrinsic_that_made_it() {
	ExtBuilder::default().build_and_execute(|| {
		append(1);
		let result: Result<(), sp_runtime::DispatchError> =
			frame_support::storage::with_storage_layer(|| {
				append(3);
				Err("the extrinsic fails".into())
			});
		assert!(result.is_err());
		assert_eq!(RollupAnchor::totals(), (1, 0));
		assert_eq!(Leaves::<Test>::get(1), None);
		assert_eq!(append(1), 1);
	});
}

#[test]
fn filling_an_epoch_should_register_the_cost_of_closing_it() {
	ExtBuilder::default().build_and_execute(|| {
		let used = || *System::block_weight().get(DispatchClass::Mandatory);
		append(15);
		let before = used();
		append(1);
		assert_eq!(used(), before + <() as WeightInfo>::close(16));
		assert_eq!(<RollupAnchor as ReceiptSink>::weight(), <() as WeightInfo>::append());
	});
}

#[test]
fn the_longest_receipt_should_stay_below_1280_bytes() {
	assert!(ReceiptBody::max_encoded_len() < 1_280, "{}", ReceiptBody::max_encoded_len());
}

#[test]
fn receipts_of_the_genesis_block_should_wait_for_the_first_block_even_if_they_fill_an_epoch() {
	ExtBuilder::default().build_and_execute(|| {
		System::set_block_number(0);
		append(20);
		assert_eq!(RollupAnchor::totals(), (20, 0));
		RollupAnchor::do_try_state().expect("a genesis may overfill the first epoch");
		run_to(5);
		assert_eq!(RollupAnchor::totals(), (20, 1));
		assert_eq!(RollupAnchor::rollup(0).unwrap().count, 20);
		for id in 0..20 {
			assert!(RollupAnchor::receipt_proof(id).is_some());
		}
	});
}
