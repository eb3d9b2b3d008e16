//! The invariants of the crate head, in code.

use crate::{pallet::*, types::Visit};
use alloc::collections::BTreeSet;
use concordat_primitives::routing::Tie;
use frame_support::ensure;
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks every invariant that the crate head lists.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_state_queue()?;
		Self::try_state_memories()?;
		ensure!(Parameters::<T>::get().are_valid(), "invalid parameters");
		Ok(())
	}

	/// 1.
	fn try_state_queue() -> Result<(), TryRuntimeError> {
		let queue = Line::<T>::get();
		ensure!(queue.head <= queue.tail, "the queue ends before it begins");
		let mut waiting = BTreeSet::new();
		let mut last = 0;
		for place in queue.head..queue.tail {
			let Visit { originator, since } =
				Waiting::<T>::get(place).ok_or("the queue has a gap")?;
			ensure!(since >= last && since <= Self::now(), "the queue is out of order");
			last = since;
			ensure!(Memories::<T>::contains_key(&originator), "who has no record waits");
			ensure!(waiting.insert(originator), "a record waits twice");
		}
		let places = queue.tail - queue.head;
		ensure!(Waiting::<T>::iter_keys().count() as u64 == places, "a visit is out of line");
		ensure!(Memories::<T>::iter_keys().count() as u64 == places, "a record does not wait");
		Ok(())
	}

	/// 2.
	fn try_state_memories() -> Result<(), TryRuntimeError> {
		let now = Self::now();
		for memory in Memories::<T>::iter_values() {
			ensure!(!memory.ties.is_empty(), "a record knows nobody");
			ensure!(memory.ties.iter().all(Tie::is_valid), "a tie is out of bounds");
			let nodes: BTreeSet<_> = memory.ties.iter().map(|tie| tie.node).collect();
			ensure!(nodes.len() == memory.ties.len(), "a record knows a node twice");
			let past = memory.ties.iter().all(|tie| tie.last_active <= now);
			ensure!(past, "a tie is of the future");
		}
		Ok(())
	}
}
