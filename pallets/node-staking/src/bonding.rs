//! Registering, bonding, leaving, and what an operator says about its node.

use crate::{
	is_valid_spec, ActiveNodes, Chunk, Config, Error, Event, HoldReason, LastNode, NodeRecord,
	Nodes, NodesOf, OperatorNodes, Pallet, Parameters, Params, PendingSlashes, Pulses, Spans,
	ValidatorNodes, Validators, UNSPECIFIED,
};
use concordat_primitives::{
	node::{InactiveReason, NodeRole, NodeSpec, NodeStatus, OperatorId},
	receipt::Operation,
	traits::{NodePool, ReceiptSink},
	AccountId, Balance, NodeId,
};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchResult, Get},
	traits::{fungible::MutateHold, tokens::Precision},
	BoundedVec,
};
use sp_runtime::DispatchError;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_register(
		controller: AccountId,
		spec: NodeSpec,
		operator_key: OperatorId,
		stake: Balance,
	) -> DispatchResult {
		ensure!(is_valid_spec(&spec), Error::<T>::InvalidSpec);
		Self::ensure_known(&spec)?;
		let role = spec.role;
		let node = Self::enrol(controller.clone(), spec, operator_key, stake)?;
		Self::deposit_event(Event::NodeRegistered { node, controller, role, stake });
		if let Some(record) = Nodes::<T>::get(node) {
			T::Receipts::append(Operation::NodeChanged { node, status: record.status });
		}
		Ok(())
	}

	/// Gives a node its number and holds its stake.
	fn enrol(
		controller: AccountId,
		spec: NodeSpec,
		operator_key: OperatorId,
		stake: Balance,
	) -> Result<NodeId, DispatchError> {
		ensure!(is_valid_spec(&spec), Error::<T>::InvalidSpec);
		ensure!(stake >= Parameters::<T>::get().min_stake(spec.role), Error::<T>::StakeTooLow);
		ensure!(!OperatorNodes::<T>::contains_key(&operator_key), Error::<T>::OperatorKeyTaken);
		let node = LastNode::<T>::get().checked_add(1).ok_or(Error::<T>::TooManyNodes)?;
		let status = match spec.role {
			NodeRole::Compute => NodeStatus::Registered,
			NodeRole::Validator => {
				ensure!(
					!ValidatorNodes::<T>::contains_key(&controller),
					Error::<T>::AlreadyValidator
				);
				ValidatorNodes::<T>::insert(&controller, node);
				NodeStatus::Active
			},
		};
		NodesOf::<T>::try_append(&controller, node).map_err(|()| Error::<T>::TooManyNodes)?;
		T::Currency::hold(&HoldReason::Stake.into(), &controller, stake)?;
		LastNode::<T>::put(node);
		OperatorNodes::<T>::insert(&operator_key, node);
		let record = NodeRecord {
			controller,
			operator_key,
			spec,
			status,
			stake,
			unlocking: BoundedVec::new(),
			frozen: 0,
			lease: None,
			registered_at: Self::now(),
		};
		Nodes::<T>::insert(node, record);
		Ok(node)
	}

	/// Registers the nodes of the genesis and chooses its validators. No receipts: there is no block
	/// yet that they could belong to.
	pub(crate) fn build_genesis(
		params: &Params,
		validators: &[(AccountId, Balance, OperatorId)],
		nodes: &[(AccountId, Balance, OperatorId, NodeSpec)],
	) {
		assert!(
			params.is_valid(T::MaxValidators::get()),
			"node-staking: the parameters make no sense"
		);
		Parameters::<T>::put(params);
		assert!(
			validators.len() <= params.max_validators as usize,
			"node-staking: more validators than the parameters allow"
		);
		for (account, stake, key) in validators {
			let spec = NodeSpec {
				role: NodeRole::Validator,
				jurisdiction: UNSPECIFIED,
				sovereign: false,
				capabilities: BoundedVec::new(),
				capacity: 0,
				resources: Default::default(),
				latency_class: 0,
			};
			let node = Self::enrol(account.clone(), spec, key.clone(), *stake)
				.unwrap_or_else(|e| panic!("node-staking: validator {account:?}: {e:?}"));
			assert!(
				Validators::<T>::try_append(node).is_ok(),
				"node-staking: more validators than can be kept"
			);
		}
		for (account, stake, key, spec) in nodes {
			if let Err(e) = Self::enrol(account.clone(), spec.clone(), key.clone(), *stake) {
				panic!("node-staking: node of {account:?}: {e:?}");
			}
		}
	}

	pub(crate) fn do_bond_extra(who: &AccountId, node: NodeId, amount: Balance) -> DispatchResult {
		let mut record = Self::staying_node_of(who, node)?;
		ensure!(amount > 0, Error::<T>::ZeroAmount);
		T::Currency::hold(&HoldReason::Stake.into(), who, amount)?;
		record.stake = record.stake.saturating_add(amount);
		Nodes::<T>::insert(node, record);
		Self::deposit_event(Event::Bonded { node, amount });
		Ok(())
	}

	pub(crate) fn do_unbond_partial(
		who: &AccountId,
		node: NodeId,
		amount: Balance,
	) -> DispatchResult {
		let mut record = Self::staying_node_of(who, node)?;
		ensure!(amount > 0, Error::<T>::ZeroAmount);
		let params = Parameters::<T>::get();
		let rest = record.stake.checked_sub(amount).ok_or(Error::<T>::StakeTooLow)?;
		let least = params.min_stake(record.spec.role).saturating_add(record.frozen);
		ensure!(rest >= least, Error::<T>::StakeTooLow);
		let until = Self::now().saturating_add(params.unbonding_period);
		record.stake = rest;
		record
			.unlocking
			.try_push(Chunk { amount, until })
			.map_err(|_| Error::<T>::TooManyUnlocking)?;
		Nodes::<T>::insert(node, record);
		Self::deposit_event(Event::Unbonded { node, amount, until });
		Ok(())
	}

	pub(crate) fn do_unbond(who: &AccountId, node: NodeId) -> DispatchResult {
		let mut record = Self::staying_node_of(who, node)?;
		if Validators::<T>::get().contains(&node) {
			Self::dismiss(node)?;
		}
		let until = Self::now().saturating_add(Parameters::<T>::get().unbonding_period);
		let amount = record.stake;
		Self::transition(node, &mut record, NodeStatus::Unbonding { until })?;
		Self::deposit_event(Event::Unbonded { node, amount, until });
		Ok(())
	}

	pub(crate) fn do_withdraw(who: &AccountId, node: NodeId) -> DispatchResult {
		let mut record = Self::node_of(who, node)?;
		let amount = record.release(Self::now());
		ensure!(amount > 0, Error::<T>::NothingToWithdraw);
		T::Currency::release(&HoldReason::Stake.into(), who, amount, Precision::Exact)?;
		Self::deposit_event(Event::Withdrawn { node, amount });
		Self::store_or_remove(node, record);
		Ok(())
	}

	/// Stores the record; a node of which nothing is left is gone.
	pub(crate) fn store_or_remove(node: NodeId, record: NodeRecord) {
		if record.own_stake() > 0 {
			Nodes::<T>::insert(node, record);
			return;
		}
		if record.takes_jobs() {
			// A node at work has the minimum beyond what is frozen, so this is not reached.
			ActiveNodes::<T>::mutate(|count| *count = count.saturating_sub(1));
		}
		if record.is_compute() {
			T::Pool::forget(node);
		}
		Nodes::<T>::remove(node);
		OperatorNodes::<T>::remove(&record.operator_key);
		if !record.is_compute() {
			ValidatorNodes::<T>::remove(&record.controller);
			Validators::<T>::mutate(|chosen| chosen.retain(|one| *one != node));
		}
		NodesOf::<T>::mutate_exists(&record.controller, |nodes| {
			if let Some(list) = nodes {
				list.retain(|one| *one != node);
				if list.is_empty() {
					*nodes = None;
				}
			}
		});
		Pulses::<T>::remove(node);
		Spans::<T>::remove(node);
		PendingSlashes::<T>::remove(node);
		Self::deposit_event(Event::NodeRemoved { node });
	}

	pub(crate) fn do_drain(who: &AccountId, node: NodeId) -> DispatchResult {
		let mut record = Self::node_of(who, node)?;
		ensure!(record.is_compute(), Error::<T>::NotCompute);
		let drained = NodeStatus::Inactive(InactiveReason::Drained);
		let can_drain = matches!(record.status, NodeStatus::Active | NodeStatus::Inactive(_))
			&& record.status != drained;
		ensure!(can_drain, Error::<T>::CannotDrain);
		Self::transition(node, &mut record, drained)
	}

	pub(crate) fn do_undrain(who: &AccountId, node: NodeId) -> DispatchResult {
		let mut record = Self::node_of(who, node)?;
		ensure!(
			record.status == NodeStatus::Inactive(InactiveReason::Drained),
			Error::<T>::NotDrained
		);
		// The operator is there: silence is counted from now on.
		Self::note_alive(node, Self::now());
		let status = record.free_status();
		Self::transition(node, &mut record, status)
	}

	pub(crate) fn do_update_spec(who: &AccountId, node: NodeId, spec: NodeSpec) -> DispatchResult {
		let mut record = Self::staying_node_of(who, node)?;
		ensure!(spec.role == record.spec.role, Error::<T>::RoleFixed);
		ensure!(is_valid_spec(&spec), Error::<T>::InvalidSpec);
		Self::ensure_known(&spec)?;
		let moves = spec.jurisdiction != record.spec.jurisdiction
			|| spec.sovereign != record.spec.sovereign;
		if moves && record.is_compute() {
			ensure!(
				record.status != NodeStatus::Active && T::Pool::running(node) == 0,
				Error::<T>::JurisdictionLocked
			);
		}
		record.spec = spec;
		// Stores the record; an active node gets its new profile into the pools.
		let status = record.status;
		Self::transition(node, &mut record, status)?;
		Self::deposit_event(Event::SpecUpdated { node });
		Ok(())
	}

	pub(crate) fn do_set_operator_key(
		who: &AccountId,
		node: NodeId,
		operator_key: OperatorId,
	) -> DispatchResult {
		let mut record = Self::staying_node_of(who, node)?;
		ensure!(!OperatorNodes::<T>::contains_key(&operator_key), Error::<T>::OperatorKeyTaken);
		OperatorNodes::<T>::remove(&record.operator_key);
		OperatorNodes::<T>::insert(&operator_key, node);
		record.operator_key = operator_key.clone();
		Nodes::<T>::insert(node, record);
		Self::deposit_event(Event::OperatorKeySet { node, operator_key });
		Ok(())
	}
}
