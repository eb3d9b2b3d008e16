//! Benchmarks: what the trait costs, the steps of the hook, and the call; each in its worst case, a full record.

use crate::*;
use concordat_primitives::{
	routing::{Memory, ONE},
	trust::{Hop, HopEnd, Originator, Tone, TrustBook, MAX_TIES},
	units::MICRO_CDT,
	AccountId, BlockNumber, CapabilityId, NodeId,
};
use frame_benchmarking::v2::*;
use frame_support::weights::WeightMeter;
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};

/// Block of the hops. Everything has faded a little by [`NOW`].
const THEN: BlockNumber = 1_000;
/// Block of what is measured.
const NOW: BlockNumber = 50_000;

fn go_to<T: Config>(block: BlockNumber) {
	frame_system::Pallet::<T>::set_block_number(BlockNumberFor::<T>::from(block));
}

fn originator() -> Originator {
	let who: AccountId = account("originator", 0, 0);
	Originator::Account(who)
}

fn hop(node: NodeId, end: HopEnd) -> Hop {
	Hop {
		node,
		operator: [7; 16],
		capability: CapabilityId(*b"bench\0\0\0\0\0\0\0\0\0\0\0"),
		end,
		tone: Tone::Early,
		share: ONE / 4,
		fee: 343 * MICRO_CDT,
	}
}

/// An originator that knows as many nodes as it can, and takes most of them for threats.
fn full<T: Config>() -> Originator {
	go_to::<T>(THEN);
	let of = originator();
	for node in 0..MAX_TIES {
		for _ in 0..3 {
			Pallet::<T>::record(&of, &hop(node, HopEnd::Dissented));
		}
	}
	go_to::<T>(NOW);
	of
}

/// Lets the originator's record be due.
fn due<T: Config>() {
	go_to::<T>(THEN.saturating_add(Parameters::<T>::get().expiry));
}

fn memory<T: Config>(of: &Originator) -> Result<Memory, BenchmarkError> {
	Memories::<T>::get(of).ok_or(BenchmarkError::Stop("the originator has a record"))
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn perspective() {
		let of = full::<T>();
		let known;

		#[block]
		{
			known = Pallet::<T>::perspective(&of);
		}

		assert_eq!(known.0.len(), MAX_TIES as usize);
	}

	/// A node that is not known yet, in a record that is full.
	#[benchmark]
	fn record() -> Result<(), BenchmarkError> {
		let of = full::<T>();

		#[block]
		{
			Pallet::<T>::record(&of, &hop(MAX_TIES, HopEnd::Agreed));
		}

		assert!(memory::<T>(&of)?.ties.iter().any(|tie| tie.node == MAX_TIES));
		Ok(())
	}

	#[benchmark]
	fn record_first() -> Result<(), BenchmarkError> {
		go_to::<T>(NOW);
		let of = originator();

		#[block]
		{
			Pallet::<T>::record(&of, &hop(1, HopEnd::Agreed));
		}

		assert_eq!(memory::<T>(&of)?.ties.len(), 1);
		Ok(())
	}

	/// Nobody is due.
	#[benchmark]
	fn look() {
		full::<T>();
		let before = Line::<T>::get();

		#[block]
		{
			Pallet::<T>::make_visits(&mut WeightMeter::new());
		}

		assert_eq!(Line::<T>::get(), before);
	}

	/// All ties but one are idle: the record is written back, and waits again.
	#[benchmark]
	fn visit() -> Result<(), BenchmarkError> {
		let of = full::<T>();
		Pallet::<T>::record(&of, &hop(0, HopEnd::Agreed));
		due::<T>();

		#[block]
		{
			Pallet::<T>::make_visits(&mut WeightMeter::new());
		}

		assert_eq!(memory::<T>(&of)?.ties.len(), 1);
		assert_eq!(Line::<T>::get(), Queue { head: 1, tail: 2 });
		Ok(())
	}

	#[benchmark]
	fn set_params() {
		let params =
			Params { expiry: Params::default().expiry.saturating_add(1), ..Default::default() };

		#[extrinsic_call]
		_(RawOrigin::Root, params.clone());

		assert_eq!(Parameters::<T>::get(), params);
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::ExtBuilder.build(), crate::mock::Test);
}
