//! What originators have learnt of nodes: connections, reciprocity, threat beliefs; and how much each of them has to say.
//!
//! Whoever routes a job tells this pallet about every hop (one node did one thing for one originator), and asks it
//! before the next placement. The formulas, with the reasons for their constants, are in
//! [`concordat_primitives::routing`]; this is where their state lives.
//!
//! # Surface
//!
//! | call | who | does |
//! |---|---|---|
//! | [`set_params`](Pallet::set_params) | Root | changes [`Params`] |
//!
//! Nobody can write a hop down by a call: what is known of nodes comes from judged work alone.
//!
//! # Up and down
//!
//! Up: [`TrustBook`](concordat_primitives::trust::TrustBook). `perspective` gives the connection `φ_conn` and threat
//! belief `θ` of the routing score (Symbiont §4.1). `record` is step 2 and 5 to 8 of the interaction record (§10.2), and
//! returns the *voice* with which the caller moves what counts for everybody, `q_cap` and `T`. Clients read
//! [`Pallet::perspective_of`], [`Pallet::tie`]. Down: `T::Nodes` tells who controls a node that is an originator,
//! so that operators have no voice about their own nodes.
//!
//! # One record, one read, one write
//!
//! All that an originator remembers is one bounded record ([`Memory`], at most
//! [`MAX_TIES`](concordat_primitives::trust::MAX_TIES) nodes, 3 KiB). A hop reads it and writes it back; everything that fades is
//! brought up to date in that moment. When all places are taken, what is worth least goes: idle ties near a stranger's
//! first; threat beliefs that matter stay longest.
//!
//! # Forgetting
//!
//! ```text
//!  first hop ──► end of the queue ──► [expiry] blocks later: a visit
//!                      ▲                      │ nothing left ──► gone
//!                      └──────────────────────┘ else: idle ties go, the rest is visited again
//! ```
//!
//! A record whose ties have all been idle for [`Params::expiry`] goes between once and twice that time after its last hop.
//! Not by a call that anybody may make: nobody would have a reason to. Nor by an agenda that follows each
//! hop: that would be a second write each time. Each record stands in one queue, once, in the order of visits;
//! since all wait for the same time, the next to visit is always at the head, and nothing is searched for.
//! `on_idle` makes the visits with what a block has left, [`MAX_VISITS`] at most, under its meter; none is ever dropped,
//! and to be late with one harms nobody.
//!
//! # Bounds
//!
//! A record comes into being with a hop, and a hop with a seat of a job that somebody paid for. Records are bounded in
//! size, and their number by what was paid for within two expiries.
//!
//! # Invariants (checked by `do_try_state`)
//!
//! 1. Each record stands in the queue exactly once, and nothing else does. The queue has no gaps, and who has waited
//!    longest is first.
//! 2. A record knows at least one node, and each once; every value is within its bounds, and none is of the future.
//! 3. The parameters are valid.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod impls;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
#[cfg(any(test, feature = "std", feature = "try-runtime"))]
mod try_state;
pub mod types;
pub mod weights;

pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

pub(crate) const LOG_TARGET: &str = "runtime::trust";

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use concordat_primitives::{
		routing::Memory,
		traits::NodeInspect,
		trust::{Originator, TieView},
		AccountId, NodeId,
	};
	use frame_support::{pallet_prelude::*, weights::WeightMeter};
	use frame_system::pallet_prelude::*;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// The pallet.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the runtime supplies.
	#[pallet::config]
	pub trait Config:
		frame_system::Config<AccountId = AccountId, RuntimeEvent: From<Event<Self>>>
	{
		/// Who controls a node.
		type Nodes: NodeInspect<AccountId>;

		/// Weights of this pallet.
		type WeightInfo: WeightInfo;
	}

	/// What originators remember. Written by `record`; removed by a visit that finds nothing left.
	#[pallet::storage]
	pub type Memories<T: Config> = StorageMap<_, Blake2_128Concat, Originator, Memory, OptionQuery>;

	/// Records in the order in which they are visited, by place. Written by the first hop of an originator and by
	/// visits that leave something; removed by visits.
	#[pallet::storage]
	pub type Waiting<T: Config> = StorageMap<_, Twox64Concat, u64, Visit, OptionQuery>;

	/// Which places are taken. Written with [`Waiting`].
	#[pallet::storage]
	pub type Line<T: Config> = StorageValue<_, Queue, ValueQuery>;

	/// What governance can change. Set at genesis and by `set_params`.
	#[pallet::storage]
	pub type Parameters<T: Config> = StorageValue<_, Params, ValueQuery>;

	/// State of the first block.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// What governance may change later.
		pub params: Params,
		#[serde(skip)]
		#[doc(hidden)]
		pub _config: core::marker::PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			assert!(self.params.are_valid(), "trust.params: values out of range");
			Parameters::<T>::put(&self.params);
		}
	}

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An originator's connection to a node has become a strong one. Told once, until it has clearly weakened.
		Affirmed {
			/// Who.
			originator: Originator,
			/// Which node.
			node: NodeId,
			/// Connection weight, in parts of 10⁶.
			weight: u32,
		},
		/// An originator has come to take a node for a threat. Told once, until that has clearly passed.
		Threatened {
			/// Who.
			originator: Originator,
			/// Which node.
			node: NodeId,
			/// Threat belief, in parts of 10⁶.
			threat: u32,
		},
		/// An originator had been idle for so long that everything about it is forgotten.
		Forgotten {
			/// Who.
			originator: Originator,
		},
		/// Governance changed the parameters.
		ParamsChanged,
	}

	/// Why a call failed.
	#[pallet::error]
	pub enum Error<T> {
		/// Parameters out of range: half-lives and expiry between a block and a year, a full standing above zero, and an
		/// expiry that outlasts eight half-lives of threats and of voices.
		InvalidParams,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		/// Visits records that have waited for their time, as far as the block has room.
		fn on_idle(_: BlockNumberFor<T>, remaining: Weight) -> Weight {
			let mut meter = WeightMeter::with_limit(remaining);
			Self::make_visits(&mut meter);
			meter.consumed()
		}

		fn integrity_test() {
			assert!(Params::default().are_valid(), "the default parameters are valid");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Changes the parameters. What has faded stays faded; from now on it does so at the new pace. By Root.
		///
		/// Emits `ParamsChanged`.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::set_params())]
		pub fn set_params(origin: OriginFor<T>, params: Params) -> DispatchResult {
			ensure_root(origin)?;
			ensure!(params.are_valid(), Error::<T>::InvalidParams);
			Parameters::<T>::put(params);
			Self::deposit_event(Event::ParamsChanged);
			Ok(())
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// What an account or a node has learnt, strongest ties first: `limit` of them from place `skip` on, and how
		/// much its word counts.
		pub fn perspective_of(originator: Originator, skip: u32, limit: u32) -> PerspectiveView {
			Self::view(&originator, skip, limit)
		}

		/// What an account or a node has learnt of one node.
		pub fn tie(originator: Originator, node: NodeId) -> Option<TieView> {
			Self::known(&originator).tie(node).copied()
		}

		/// What governance can change.
		pub fn parameters() -> Params {
			Parameters::<T>::get()
		}
	}
}
