//! Benchmarks: one per call, one per hook step, one for what other pallets call.

use crate::*;
use concordat_primitives::{
	receipt::Operation,
	traits::{block_number, ReceiptSink},
};
use frame_benchmarking::v2::*;
use frame_support::{traits::Get, weights::WeightMeter};
use frame_system::RawOrigin;

/// The longest receipt: a job with seven voters.
fn longest() -> Operation {
	use concordat_primitives::{
		ensemble::Aggregation,
		receipt::{Making, Voter},
		ClauseId, Hash,
	};
	use frame_support::BoundedVec;
	let voter = |n: u32| Voter {
		node: n,
		signing_key: [7; 32],
		cac: Hash::repeat_byte(8),
		lease: 9,
		agreed: true,
	};
	let name = "x".repeat(32);
	Operation::JobCompleted {
		job: 1,
		clause: ClauseId::parse(&alloc::format!("{name}::{name}@1.0"))
			.expect("names are of 32 bytes; qed"),
		program: Hash::repeat_byte(1),
		input: Hash::repeat_byte(2),
		result: Ok(Hash::repeat_byte(3)),
		k: 4,
		n: 7,
		voters: (0..7)
			.map(voter)
			.collect::<alloc::vec::Vec<_>>()
			.try_into()
			.expect("seven fit; qed"),
		paid: 1,
		simulated: true,
		ensemble: Some(Making {
			aggregation: Aggregation::Voting,
			weights: BoundedVec::truncate_from(alloc::vec![u64::MAX; 7]),
		}),
	}
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn set_params() {
		let params = AnchorParams { epoch_length: 7, retention_epochs: 7 };
		#[extrinsic_call]
		_(RawOrigin::Root, params);
		assert_eq!(Params::<T>::get(), params);
	}

	#[benchmark]
	fn append() {
		frame_system::Pallet::<T>::set_block_number(1u32.into());
		let before = Open::<T>::get().next_receipt;
		#[block]
		{
			Pallet::<T>::append(longest());
		}
		assert_eq!(Open::<T>::get().next_receipt, before + 1);
	}

	#[benchmark]
	fn close(n: Linear<1, { <T as Config>::MaxReceiptsPerEpoch::get() - 1 }>) {
		frame_system::Pallet::<T>::set_block_number(1u32.into());
		let start = Open::<T>::get();
		if start.count() > 0 {
			Pallet::<T>::close(start, 1);
		}
		for _ in 0..n {
			Pallet::<T>::append(longest());
		}
		let open = Open::<T>::get();
		assert_eq!(open.count(), n);
		let now = block_number(frame_system::Pallet::<T>::block_number());
		#[block]
		{
			Pallet::<T>::close(open, now);
		}
		assert!(Rollups::<T>::contains_key(open.number));
	}

	#[benchmark]
	fn prune(n: Linear<1, 256>) {
		frame_system::Pallet::<T>::set_block_number(1u32.into());
		let first = Open::<T>::get().next_receipt;
		for _ in 0..n {
			Pallet::<T>::append(longest());
		}
		Cursor::<T>::put(PruneCursor { next: first, until: first + u64::from(n) });
		#[block]
		{
			Pallet::<T>::prune(&mut WeightMeter::new());
		}
		assert_eq!(Cursor::<T>::get().next, first + u64::from(n));
	}

	#[benchmark]
	fn on_initialize() {
		#[block]
		{
			let now = block_number(frame_system::Pallet::<T>::block_number());
			Pallet::<T>::close_if_due(now);
			Pallet::<T>::prune(&mut WeightMeter::new());
		}
	}

	#[benchmark]
	fn on_idle() {
		#[block]
		{
			Pallet::<T>::prune(&mut WeightMeter::new());
		}
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
