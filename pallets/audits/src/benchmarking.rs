//! Benchmarks: what others ask of this pallet, the steps of the hook, and the calls; each in its worst case.

use crate::*;
use alloc::vec::Vec;
use concordat_primitives::{
	attest::SigningKey,
	traits::{Audits, JobBoard, JobEnd, JobOutcomes},
	workflow::JobParent,
	AccountId, Hash, JobId, NodeId,
};
use frame_benchmarking::v2::*;
use frame_support::{traits::EnsureOrigin, weights::WeightMeter};

/// Makes what the benchmarks of this pallet need from pallets that it does not know.
pub trait BenchmarkHelper {
	/// Makes a job with the longest input that a staked node has completed alone, in the mode `Single`, and that can still
	/// be disputed. Each call makes another one.
	fn job_of_one() -> (JobId, NodeId);
	/// Gives an account enough for an audit.
	fn fund(account: &AccountId);
}

/// A job that can be audited.
fn candidate<T: Config>() -> Candidate {
	T::BenchmarkHelper::fund(&Pallet::<T>::account_id());
	let (job, node) = T::BenchmarkHelper::job_of_one();
	Candidate { job, node }
}

/// As many others as fit, none of which is drawn.
fn fill<T: Config>(count: u32) {
	let others: Vec<_> =
		(0..count).map(|n| Candidate { job: u64::MAX - u64::from(n), node: 1 }).collect();
	Undrawn::<T>::put(Undrawns::truncate_from(others));
}

fn set_rate<T: Config>(rate: u32) {
	let rate = Rates { low: rate, medium: rate, high: rate, critical: rate };
	Parameters::<T>::put(Params { rate, ..Default::default() });
}

#[benchmarks]
mod benchmarks {
	use super::*;

	/// One more than fits: counted, with an event.
	#[benchmark]
	fn decided() {
		fill::<T>(MAX_UNDRAWN);

		#[block]
		{
			Pallet::<T>::decided(1, 2);
		}

		assert_eq!(Totaled::<T>::get().overflowed, 1);
	}

	/// Long lists, and room for nothing.
	#[benchmark]
	fn hook_base() {
		fill::<T>(MAX_UNDRAWN);
		let waiting = Undrawn::<T>::get().into_iter().take(MAX_WAITING as usize).collect();
		Waiting::<T>::put(Waitings::truncate_from(waiting));
		let mut meter = WeightMeter::with_limit(T::WeightInfo::hook_base());

		#[block]
		{
			Pallet::<T>::work_off(&mut meter);
		}

		assert_eq!(Undrawn::<T>::get().len() as u32, MAX_UNDRAWN);
	}

	#[benchmark]
	fn draw() {
		let (seed, one) = ([7; 32], Candidate { job: JobId::MAX, node: NodeId::MAX });
		let number;

		#[block]
		{
			number = one.draw(&seed);
		}

		assert!(number < PARTS);
	}

	/// A job that was drawn.
	#[benchmark]
	fn look() {
		set_rate::<T>(PARTS);
		let rates = Parameters::<T>::get().rate;
		let one = candidate::<T>();
		let drawn;

		#[block]
		{
			drawn = Pallet::<T>::is_drawn(&one, PARTS - 1, &rates);
		}

		assert!(drawn);
	}

	/// With the longest input; what the board does is weighed by the board.
	#[benchmark]
	fn open() -> Result<(), BenchmarkError> {
		let one = candidate::<T>();
		let mut totals = Totals::default();
		let opened;

		#[block]
		{
			opened = Pallet::<T>::open_audit(&one, &mut totals).0;
		}

		opened.map_err(|_| BenchmarkError::Stop("the job can be audited"))?;
		Ok(())
	}

	/// The audit fails: the node is slashed and the result taken back.
	#[benchmark]
	fn job_ended() -> Result<(), BenchmarkError> {
		let one = candidate::<T>();
		let by = Pallet::<T>::open_audit(&one, &mut Totals::default())
			.0
			.map_err(|_| BenchmarkError::Stop("the job can be audited"))?;
		let signing_key: SigningKey = [0; 32];
		let end = JobEnd::Completed { output: Hash::repeat_byte(0xee), node: 1, signing_key };

		#[block]
		{
			Pallet::<T>::job_ended(by, &JobParent::Audit { job: one.job }, &end);
		}

		assert!(Reports::<T>::get(one.job).is_some_and(|report| report.has_failed()));
		assert!(T::Jobs::terms(one.job).is_some_and(|terms| terms.status.is_final()));
		Ok(())
	}

	#[benchmark]
	fn set_params() -> Result<(), BenchmarkError> {
		let origin = T::GovernanceOrigin::try_successful_origin()
			.map_err(|()| BenchmarkError::Weightless)?;
		let params = Params { max_per_block: 1, ..Default::default() };

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, params);

		assert_eq!(Parameters::<T>::get(), params);
		Ok(())
	}

	#[benchmark]
	fn audit() -> Result<(), BenchmarkError> {
		let origin = T::GovernanceOrigin::try_successful_origin()
			.map_err(|()| BenchmarkError::Weightless)?;
		let one = candidate::<T>();

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, one.job);

		assert!(Reports::<T>::contains_key(one.job));
		Ok(())
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::mock::ExtBuilder::default().build(),
		crate::mock::Test
	);
}
