//! The invariants of the crate head, in code.

use crate::{
	ActiveNodes, Agenda, CarryOver, Config, HoldReason, LastNode, LastPages, NodeRecord, Nodes,
	NodesOf, OperatorNodes, Pallet, Parameters, PendingSlashes, Pulses, Spans, Task, UsedEvidence,
	ValidatorNodes, Validators,
};
use alloc::collections::{BTreeMap, BTreeSet};
use concordat_primitives::{node::NodeStatus, AccountId, Balance, BlockNumber, Hash, NodeId};
use frame_support::{
	ensure,
	traits::{fungible::InspectHold, Get},
};
use sp_runtime::TryRuntimeError;

/// Where each kind of task stands on the agenda.
#[derive(Default)]
struct Due {
	checks: BTreeMap<NodeId, BlockNumber>,
	slashes: BTreeSet<(BlockNumber, NodeId, Hash)>,
	evidence: BTreeSet<(BlockNumber, NodeId, Hash)>,
}

impl<T: Config> Pallet<T> {
	/// Checks every invariant that the crate head lists.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_state_stakes()?;
		Self::try_state_names()?;
		Self::try_state_validators()?;
		let due = Self::try_state_agenda()?;
		Self::try_state_slashes(&due)?;
		Self::try_state_liveness(&due)?;
		ensure!(Parameters::<T>::get().is_valid(T::MaxValidators::get()), "invalid parameters");
		Ok(())
	}

	/// What is held of a controller is the sum of the own stakes of its nodes.
	fn try_state_stakes() -> Result<(), TryRuntimeError> {
		let mut owed = BTreeMap::<AccountId, Balance>::new();
		for record in Nodes::<T>::iter_values() {
			let sum = owed.entry(record.controller.clone()).or_default();
			*sum = sum.saturating_add(record.own_stake());
			ensure!(record.own_stake() > 0, "a node without stake is gone");
		}
		for (controller, sum) in owed {
			ensure!(
				T::Currency::balance_on_hold(&HoldReason::Stake.into(), &controller) == sum,
				"what is held is the sum of the own stakes"
			);
		}
		Ok(())
	}

	/// Controllers, operator keys and validator accounts name their nodes, and the nodes them.
	fn try_state_names() -> Result<(), TryRuntimeError> {
		let count = Nodes::<T>::count() as usize;
		ensure!(Nodes::<T>::iter_keys().count() == count, "the counter counts nodes");
		ensure!(OperatorNodes::<T>::iter_keys().count() == count, "as many keys as nodes");
		let listed: usize = NodesOf::<T>::iter_values().map(|nodes| nodes.len()).sum();
		ensure!(listed == count, "each node has one controller");
		let validators = Nodes::<T>::iter_values().filter(|record| !record.is_compute()).count();
		ensure!(
			ValidatorNodes::<T>::iter_keys().count() == validators,
			"as many validator accounts as validator nodes"
		);
		for (node, record) in Nodes::<T>::iter() {
			ensure!(node >= 1 && node <= LastNode::<T>::get(), "numbers count up from 1");
			ensure!(
				NodesOf::<T>::get(&record.controller).contains(&node),
				"the controller knows its node"
			);
			ensure!(
				OperatorNodes::<T>::get(&record.operator_key) == Some(node),
				"the operator key names its node"
			);
			ensure!(
				record.is_compute() || ValidatorNodes::<T>::get(&record.controller) == Some(node),
				"the validator account names its node"
			);
		}
		Ok(())
	}

	/// The chosen validators are distinct validator nodes that do not leave.
	fn try_state_validators() -> Result<(), TryRuntimeError> {
		let chosen = Validators::<T>::get();
		let distinct: BTreeSet<NodeId> = chosen.iter().copied().collect();
		ensure!(distinct.len() == chosen.len(), "nobody is chosen twice");
		for node in chosen {
			let record = Nodes::<T>::get(node).ok_or("a chosen validator is registered")?;
			ensure!(!record.is_compute(), "a chosen validator is a validator node");
			ensure!(
				!matches!(record.status, NodeStatus::Unbonding { .. }),
				"a chosen validator does not leave"
			);
		}
		Ok(())
	}

	/// Nothing is overdue but what is carried over, no page is lost, no node is checked twice.
	fn try_state_agenda() -> Result<Due, TryRuntimeError> {
		let mut due = Due::default();
		let now = Self::now();
		let carried = CarryOver::<T>::get();
		for (block, page, tasks) in Agenda::<T>::iter() {
			ensure!(page <= LastPages::<T>::get(block), "a page beyond the last one");
			ensure!(
				block > now || carried.is_some_and(|from| (block, page) >= from),
				"a task is overdue and not carried over"
			);
			for task in tasks {
				let fresh = match task {
					Task::Check(node) => due.checks.insert(node, block).is_none(),
					Task::Apply(node, evidence) => due.slashes.insert((block, node, evidence)),
					Task::Forget(node, evidence) => due.evidence.insert((block, node, evidence)),
				};
				ensure!(fresh, "a task is on the agenda twice");
			}
		}
		Ok(due)
	}

	/// What is frozen is the sum of the shares and at most the own stake; windows and memories end.
	fn try_state_slashes(due: &Due) -> Result<(), TryRuntimeError> {
		for (node, record) in Nodes::<T>::iter() {
			let pending = PendingSlashes::<T>::get(node);
			let shares = pending.iter().fold(0, |sum: Balance, s| sum.saturating_add(s.share));
			ensure!(record.frozen == shares, "what is frozen is the sum of the shares");
			ensure!(record.frozen <= record.own_stake(), "no more is frozen than there is");
			ensure!(
				pending.iter().zip(pending.iter().skip(1)).all(|(a, b)| a.apply_at <= b.apply_at),
				"slashes are applied in their order"
			);
		}
		for (node, pending) in PendingSlashes::<T>::iter() {
			ensure!(Nodes::<T>::contains_key(node), "a slash is pending against nobody");
			ensure!(!pending.is_empty(), "an empty list of slashes is not kept");
			for slash in pending {
				ensure!(
					due.slashes.contains(&(slash.apply_at, node, slash.evidence)),
					"a pending slash is on the agenda"
				);
				ensure!(
					UsedEvidence::<T>::contains_key(node, slash.evidence),
					"pending evidence is remembered"
				);
			}
		}
		for (node, evidence, forget_at) in UsedEvidence::<T>::iter() {
			ensure!(
				due.evidence.contains(&(forget_at, node, evidence)),
				"remembered evidence is forgotten one day"
			);
		}
		ensure!(Spans::<T>::iter_keys().all(Nodes::<T>::contains_key), "a span is of a node");
		Ok(())
	}

	/// Active nodes are counted, leased and watched; checks belong to nodes that know of them.
	fn try_state_liveness(due: &Due) -> Result<(), TryRuntimeError> {
		let mut active = 0u32;
		for (node, record) in Nodes::<T>::iter().filter(|(_, record)| record.is_compute()) {
			let watched = Pulses::<T>::get(node).and_then(|pulse| pulse.check_at);
			ensure!(
				due.checks.get(&node).copied() == watched,
				"a node knows of the check on the agenda"
			);
			if record.takes_jobs() {
				active = active.saturating_add(1);
				ensure!(record.lease.is_some(), "an active node holds a lease");
				ensure!(watched.is_some(), "an active node is watched");
			}
		}
		ensure!(ActiveNodes::<T>::get() == active, "the active nodes are counted");
		let is_compute = |node| Nodes::<T>::get(node).is_some_and(|r: NodeRecord| r.is_compute());
		ensure!(Pulses::<T>::iter_keys().all(is_compute), "signs of life are of compute nodes");
		for node in due.checks.keys() {
			ensure!(
				is_compute(*node) || !Nodes::<T>::contains_key(node),
				"only compute nodes are checked"
			);
		}
		Ok(())
	}
}
