//! Slashing, phase by phase. The crate head tells the rules, [`penalty`](crate::penalty) does the sums.

use crate::{
	penalty::{assign_shares, make_room, settle},
	Config, CreditOf, Error, Event, HoldReason, NodeRecord, Nodes, Pallet, Parameters,
	PendingSlash, PendingSlashes, Span, Spans, Task, UsedEvidence, WeightInfo, LOG_TARGET,
	MAX_PENDING_TO_UNJAIL,
};
use concordat_primitives::{
	node::{InactiveReason, Misconduct, NodeStatus},
	receipt::Operation,
	traits::{ReceiptSink, Slasher},
	AccountId, Balance, BlockNumber, Hash, NodeId,
};
use frame_support::{
	ensure,
	pallet_prelude::DispatchResult,
	storage::with_storage_layer,
	traits::{
		fungible::{Balanced, BalancedHold},
		Imbalance, OnUnbalanced,
	},
	weights::Weight,
};
use sp_runtime::DispatchError;

impl<T: Config> Slasher<AccountId> for Pallet<T> {
	/// Evidence that was used against the node before freezes nothing and is no error.
	fn slash(
		node: NodeId,
		misconduct: Misconduct,
		evidence: Hash,
		reporter: Option<AccountId>,
	) -> Result<Balance, DispatchError> {
		with_storage_layer(|| Self::do_slash(node, misconduct, evidence, reporter))
	}

	fn weight() -> Weight {
		T::WeightInfo::slash()
			.saturating_add(Self::change_weight())
			.saturating_add(T::Receipts::weight())
	}
}

impl<T: Config> Pallet<T> {
	fn do_slash(
		node: NodeId,
		misconduct: Misconduct,
		evidence: Hash,
		reporter: Option<AccountId>,
	) -> Result<Balance, DispatchError> {
		let mut record = Nodes::<T>::get(node).ok_or(Error::<T>::UnknownNode)?;
		if UsedEvidence::<T>::contains_key(node, evidence) {
			return Ok(0);
		}
		let params = Parameters::<T>::get();
		let now = Self::now();
		let span = Self::span_at(node, &record, now, params.appeal_window);
		let mut pending = PendingSlashes::<T>::get(node);
		// The agenda has to come to slashes of one node in their order, whatever the window was before.
		let apply_at = now
			.saturating_add(params.appeal_window)
			.max(pending.last().map_or(0, |slash| slash.apply_at));
		let has_room = make_room(&mut pending);
		ensure!(has_room, Error::<T>::TooManyPendingSlashes);
		let slash = PendingSlash {
			evidence,
			misconduct,
			reporter,
			span: span.started_at,
			full: params.penalties.of(misconduct).mul_floor(span.base),
			share: 0,
			apply_at,
		};
		pending.try_push(slash).map_err(|_| Error::<T>::TooManyPendingSlashes)?;

		let frozen = assign_shares(pending.as_mut(), record.own_stake());
		let amount = frozen.saturating_sub(record.frozen);
		record.frozen = frozen;
		PendingSlashes::<T>::insert(node, pending);
		Spans::<T>::insert(node, span);
		let apply_at = Self::schedule(apply_at, Task::Apply(node, evidence));
		let forget_at = Self::schedule(
			apply_at.saturating_add(params.unbonding_period),
			Task::Forget(node, evidence),
		);
		UsedEvidence::<T>::insert(node, evidence, forget_at);

		let status = jailed(record.status, now.saturating_add(params.jail_period));
		Self::settle_status(node, &mut record, status);
		Self::deposit_event(Event::Slashed { node, misconduct, evidence, amount, apply_at });
		T::Receipts::append(Operation::Slashed { node, misconduct, amount, evidence });
		Ok(amount)
	}

	/// The span that an offence at `now` belongs to: the present one, or a new one.
	fn span_at(node: NodeId, record: &NodeRecord, now: BlockNumber, window: BlockNumber) -> Span {
		Spans::<T>::get(node).filter(|span| now < span.ends_at).unwrap_or(Span {
			started_at: now,
			ends_at: now.saturating_add(window),
			base: record.own_stake().saturating_sub(record.frozen),
			before: record.status,
			settled: false,
		})
	}

	pub(crate) fn do_cancel_slash(node: NodeId, evidence: Hash) -> DispatchResult {
		let mut record = Nodes::<T>::get(node).ok_or(Error::<T>::UnknownNode)?;
		let mut pending = PendingSlashes::<T>::get(node);
		let index = pending
			.iter()
			.position(|slash| slash.evidence == evidence)
			.ok_or(Error::<T>::UnknownSlash)?;
		let cancelled = pending.remove(index);
		let frozen = assign_shares(pending.as_mut(), record.own_stake());
		let amount = record.frozen.saturating_sub(frozen);
		record.frozen = frozen;
		Self::deposit_event(Event::SlashCancelled { node, evidence, amount });

		let others = pending.iter().any(|slash| slash.span == cancelled.span);
		Self::store_pending(node, pending);
		let over = Spans::<T>::get(node)
			.filter(|span| span.started_at == cancelled.span && !span.settled && !others);
		if over.is_some() {
			Spans::<T>::remove(node);
		}
		match (over, record.status) {
			(Some(span), NodeStatus::Jailed { .. }) => {
				// It could not beat in jail: silence is counted from now on.
				Self::note_alive_if_compute(node, &record);
				let status = Self::before_jail(&record, span.before);
				Self::settle_status(node, &mut record, status);
			},
			_ => Nodes::<T>::insert(node, record),
		}
		Ok(())
	}

	/// Where a node stands that should never have been jailed.
	fn before_jail(record: &NodeRecord, before: NodeStatus) -> NodeStatus {
		match before {
			NodeStatus::Registered if record.lease.is_none() => NodeStatus::Registered,
			NodeStatus::Inactive(InactiveReason::Drained) | NodeStatus::Jailed { .. } => before,
			_ => record.free_status(),
		}
	}

	fn note_alive_if_compute(node: NodeId, record: &NodeRecord) {
		if record.is_compute() {
			Self::note_alive(node, Self::now());
		}
	}

	pub(crate) fn do_unjail(who: &AccountId, node: NodeId) -> DispatchResult {
		let mut record = Self::node_of(who, node)?;
		let NodeStatus::Jailed { until } = record.status else {
			return Err(Error::<T>::NotJailed.into());
		};
		ensure!(Self::now() >= until, Error::<T>::StillJailed);
		let least = Parameters::<T>::get().min_stake(record.spec.role);
		ensure!(record.working_stake() >= least, Error::<T>::StakeTooLow);
		let pending = PendingSlashes::<T>::decode_len(node).unwrap_or(0);
		ensure!(pending <= MAX_PENDING_TO_UNJAIL, Error::<T>::TooManyPendingSlashes);
		Spans::<T>::remove(node);
		Self::note_alive_if_compute(node, &record);
		let status = record.free_status();
		Self::transition(node, &mut record, status)
	}

	/// Takes the share of a slash whose appeal window is over. Does nothing if it was cancelled.
	pub(crate) fn apply_slash(node: NodeId, evidence: Hash, now: BlockNumber) {
		let Some(mut record) = Nodes::<T>::get(node) else { return };
		let mut pending = PendingSlashes::<T>::get(node);
		let index =
			pending.iter().position(|slash| slash.evidence == evidence && slash.apply_at <= now);
		let Some(slash) = index.and_then(|index| settle(&mut pending, index)) else { return };
		Self::store_pending(node, pending);
		Spans::<T>::mutate(node, |span| {
			if let Some(span) = span.as_mut().filter(|span| span.started_at == slash.span) {
				span.settled = true;
			}
		});
		record.frozen = record.frozen.saturating_sub(slash.share);
		let amount = record.deduct(slash.share);
		let controller = record.controller.clone();
		Self::store_or_remove(node, record);
		let (credit, missing) = T::Currency::slash(&HoldReason::Stake.into(), &controller, amount);
		if missing > 0 {
			log::error!(target: LOG_TARGET, "{missing} of node {node}'s stake are not held");
		}
		let reporter = slash.reporter.filter(|reporter| *reporter != controller);
		let reward = Self::distribute(credit, reporter);
		Self::deposit_event(Event::SlashApplied { node, evidence, amount, reward });
	}

	/// Pays the reporter and hands over the rest; returns the reward.
	fn distribute(
		credit: CreditOf<T>,
		reporter: Option<AccountId>,
	) -> Option<(AccountId, Balance)> {
		let reward = Parameters::<T>::get().reporter_share.mul_floor(credit.peek());
		let Some(reporter) = reporter.filter(|_| reward > 0) else {
			T::SlashDestination::on_unbalanced(credit);
			return None;
		};
		let (part, rest) = credit.split(reward);
		match T::Currency::resolve(&reporter, part) {
			Ok(()) => {
				T::SlashDestination::on_unbalanced(rest);
				Some((reporter, reward))
			},
			// The account is gone and the reward too small to bring it back.
			Err(part) => {
				T::SlashDestination::on_unbalanced(rest.merge(part));
				None
			},
		}
	}

	fn store_pending(node: NodeId, pending: crate::PendingList) {
		if pending.is_empty() {
			PendingSlashes::<T>::remove(node);
		} else {
			PendingSlashes::<T>::insert(node, pending);
		}
	}
}

/// The status after an offence: out of work at least until `until`. Who leaves, goes on leaving.
fn jailed(status: NodeStatus, until: BlockNumber) -> NodeStatus {
	match status {
		NodeStatus::Unbonding { .. } => status,
		NodeStatus::Jailed { until: before } => NodeStatus::Jailed { until: until.max(before) },
		_ => NodeStatus::Jailed { until },
	}
}
