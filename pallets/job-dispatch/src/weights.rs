//! Weights of the calls and of the steps of the hook.
//!
//! Database accesses are counted from the code, each key once. **The compute parts are estimates** until the
//! benchmarks have run on reference hardware; then this file is replaced by the output of
//!
//! ```text
//! concordat-node benchmark pallet --chain dev --pallet pallet_job_dispatch --extrinsic '*' \
//!     --steps 50 --repeat 20 --output pallets/job-dispatch/src/weights.rs
//! ```
//!
//! What the traits of other pallets cost is not in here: the pallet adds their `weight()`.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{
		constants::{ParityDbWeight, WEIGHT_REF_TIME_PER_MICROS},
		RuntimeDbWeight, Weight,
	},
};

/// Compute in microseconds, and reads and writes of the database. A read proves about 3 KiB.
fn estimate(db: RuntimeDbWeight, micros: u64, reads: u64, writes: u64) -> Weight {
	Weight::from_parts(
		micros.saturating_mul(WEIGHT_REF_TIME_PER_MICROS),
		reads.saturating_mul(3_072),
	)
	.saturating_add(db.reads_writes(reads, writes))
}

macro_rules! weights {
	($(
		$(#[$doc:meta])*
		$name:ident($($arg:ident),*) => $micros:expr, $reads:expr, $writes:expr;
	)*) => {
		/// Weights of the calls and of the steps of the hook.
		pub trait WeightInfo {
			$(
				$(#[$doc])*
				fn $name($($arg: u32),*) -> Weight;
			)*
		}

		/// The weights, with the database of the runtime.
		pub struct SubstrateWeight<T>(PhantomData<T>);

		impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
			$(
				fn $name($($arg: u32),*) -> Weight {
					$(let $arg = u64::from($arg);)*
					estimate(T::DbWeight::get(), $micros, $reads, $writes)
				}
			)*
		}

		/// The weights, with the chain's usual database; for tests.
		impl WeightInfo for () {
			$(
				fn $name($($arg: u32),*) -> Weight {
					$(let $arg = u64::from($arg);)*
					estimate(ParityDbWeight::get(), $micros, $reads, $writes)
				}
			)*
		}
	};
}

weights! {
	/// `dispatch` that opens a job with `b` bytes of input.
	dispatch(b) => 70 + b / 200, 8, 9;
	/// `dispatch` that governance's filter refuses.
	dispatch_refused() => 40, 3, 0;
	/// `cancel`.
	cancel() => 70, 10, 9;
	/// `pause`.
	pause() => 20, 2, 1;
	/// `resume`.
	resume() => 20, 1, 1;
	/// `fail_job` on a job with all seats taken.
	fail_job() => 120, 17, 15;
	/// `set_params`.
	set_params() => 15, 0, 1;
	/// What the hook does in every block, even when nothing is due.
	tick() => 20, 7, 1;
	/// Reading and removing one page of the agenda.
	agenda_page() => 25, 2, 2;
	/// An item that no longer applies.
	agenda_stale() => 5, 2, 0;
	/// An acknowledged seat that is looked at again when its result is due.
	look_again() => 10, 3, 1;
	/// A seat that is lost, and the backup that steps in.
	seat_lost() => 80, 17, 6;
	/// A round over `s` seats that ends, and the job with it.
	round_over(s) => 70 + 8 * s, 10 + s, 8 + s;
	/// Pruning a job.
	prune() => 40, 4, 6;
	/// A job beside its queue that looks again.
	wake() => 25, 4, 3;
	/// Passing over an empty place of a queue.
	skip_place() => 3, 1, 1;
	/// Setting a job that is held back beside its queue.
	park() => 25, 6, 4;
	/// One try to place a job: `p` nodes looked at, `s` seats taken.
	place(p, s) => 60 + 8 * p + 20 * s, 12 + 2 * p, 4 + s;
	/// A node with `c` capabilities into the pools.
	admit(c) => 25 + 15 * c, 3 + 2 * c, 3 + 6 * c;
	/// A node with `c` capabilities out of the pools.
	evict(c) => 25 + 20 * c, 2 + 6 * c, 3 + 10 * c;
	/// A node is lost that sits on `n` jobs.
	lost(n) => 15 + 12 * n, 4 + n, 2 + n;
	/// An acknowledgement.
	acknowledge() => 20, 1, 1;
	/// A delivery.
	delivered() => 20, 1, 1;
	/// A settlement over `s` seats.
	settle(s) => 80 + 40 * s, 10 + 2 * s, 7 + 2 * s;
	/// A job frozen by a dispute.
	freeze() => 20, 2, 2;
	/// A verdict, with all deadlines put on the agenda again.
	unfreeze() => 120, 17, 14;
}
