//! Validators: who is chosen, who takes part in a session, and what an offence costs.

use crate::{
	Config, Error, Event, NodeRecord, Nodes, Pallet, Parameters, Planned, SessionStakes,
	ValidatorNodes, Validators, WeightInfo, LOG_TARGET,
};
use alloc::vec::Vec;
use concordat_primitives::{
	hashing::tagged,
	node::{Misconduct, NodeStatus},
	traits::Slasher,
	AccountId, Balance, Hash, NodeId,
};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchResult, Get, Weight},
	traits::ValidatorRegistration,
	BoundedVec,
};
use pallet_session::{historical, SessionInterface};
use sp_runtime::{traits::Convert, Perbill};
use sp_staking::{
	offence::{OffenceDetails, OffenceSeverity, OnOffenceHandler},
	SessionIndex,
};

/// Names an offence as evidence: the session and the offender. All offences of a validator in one
/// session are one, as the handler is not told their kinds; they cost the same.
pub fn offence_evidence(session: SessionIndex, offender: &AccountId) -> Hash {
	tagged(b"concordat/offence/v1", &(session, offender))
}

/// Full identification of a validator: its stake when the current session was planned.
pub struct StakeOf<T>(core::marker::PhantomData<T>);

impl<T: Config> Convert<AccountId, Option<Balance>> for StakeOf<T> {
	fn convert(validator: AccountId) -> Option<Balance> {
		SessionStakes::<T>::get(validator)
	}
}

impl<T: Config> Pallet<T> {
	/// Whether a chosen validator would take part in the next session that is planned.
	fn is_electable(record: &NodeRecord, least: Balance) -> bool {
		record.status == NodeStatus::Active
			&& record.working_stake() >= least
			&& T::Session::is_registered(&record.controller)
	}

	/// The chosen validators that would take part in the next session, with their stakes.
	pub(crate) fn electable() -> Vec<(AccountId, Balance)> {
		let least = Parameters::<T>::get().min_stake_validator;
		Validators::<T>::get()
			.into_iter()
			.filter_map(Nodes::<T>::get)
			.filter(|record| Self::is_electable(record, least))
			.map(|record| (record.controller, record.stake))
			.collect()
	}

	pub(crate) fn do_add_validator(node: NodeId) -> DispatchResult {
		let record = Nodes::<T>::get(node).ok_or(Error::<T>::UnknownNode)?;
		ensure!(!record.is_compute(), Error::<T>::NotValidator);
		let params = Parameters::<T>::get();
		match record.status {
			NodeStatus::Jailed { .. } => return Err(Error::<T>::Jailed.into()),
			NodeStatus::Unbonding { .. } => return Err(Error::<T>::Leaving.into()),
			_ => {},
		}
		ensure!(record.working_stake() >= params.min_stake_validator, Error::<T>::StakeTooLow);
		ensure!(T::Session::is_registered(&record.controller), Error::<T>::NoSessionKeys);
		Validators::<T>::try_mutate(|chosen| {
			ensure!(!chosen.contains(&node), Error::<T>::AlreadyChosen);
			ensure!(chosen.len() < params.max_validators as usize, Error::<T>::TooManyValidators);
			chosen.try_push(node).map_err(|_| Error::<T>::TooManyValidators)
		})?;
		Self::deposit_event(Event::ValidatorAdded { node });
		Ok(())
	}

	pub(crate) fn do_remove_validator(node: NodeId) -> DispatchResult {
		ensure!(Nodes::<T>::contains_key(node), Error::<T>::UnknownNode);
		ensure!(Validators::<T>::get().contains(&node), Error::<T>::NotChosen);
		Self::dismiss(node)
	}

	/// Takes a node out of the chosen ones, while enough others can be elected. One that could not be
	/// elected anyhow leaves no gap.
	pub(crate) fn dismiss(node: NodeId) -> DispatchResult {
		let before = Self::electable().len();
		Validators::<T>::mutate(|chosen| chosen.retain(|one| *one != node));
		let after = Self::electable().len();
		ensure!(
			after == before || after >= Parameters::<T>::get().min_validators as usize,
			Error::<T>::TooFewValidators
		);
		Self::deposit_event(Event::ValidatorRemoved { node });
		Ok(())
	}

	/// The validators of a session, if they or their stakes are others than those planned last. Never
	/// an empty set: the old one goes on instead.
	fn plan(session: SessionIndex) -> Option<Vec<(AccountId, Balance)>> {
		let set = Self::electable();
		if set.is_empty() {
			log::error!(target: LOG_TARGET, "nobody can be elected for session {session}: no change");
			return None;
		}
		if Planned::<T>::get().1.as_slice() == set.as_slice() {
			return None;
		}
		Planned::<T>::put((Some(session), BoundedVec::truncate_from(set.clone())));
		let count = set.len() as u32;
		Self::deposit_event(Event::ValidatorsPlanned { session, count });
		Some(set)
	}

	/// A session begins: its stakes are what validators are identified with.
	fn begin(session: SessionIndex) {
		let (from, set) = Planned::<T>::get();
		if from.is_none_or(|from| from > session) {
			return;
		}
		// All of them: there are never more than this.
		let _ = SessionStakes::<T>::clear(T::MaxValidators::get(), None);
		for (account, stake) in &set {
			SessionStakes::<T>::insert(account, stake);
		}
		Planned::<T>::put((None::<SessionIndex>, set));
	}
}

impl<T: Config> pallet_session::SessionManager<AccountId> for Pallet<T> {
	fn new_session(new_index: SessionIndex) -> Option<Vec<AccountId>> {
		Self::plan(new_index).map(|set| set.into_iter().map(|(account, _)| account).collect())
	}

	fn start_session(start_index: SessionIndex) {
		Self::begin(start_index)
	}

	fn end_session(_: SessionIndex) {}
}

impl<T: Config> historical::SessionManager<AccountId, Balance> for Pallet<T> {
	fn new_session(new_index: SessionIndex) -> Option<Vec<(AccountId, Balance)>> {
		Self::plan(new_index)
	}

	fn start_session(start_index: SessionIndex) {
		Self::begin(start_index)
	}

	fn end_session(_: SessionIndex) {}
}

impl<T: Config> OnOffenceHandler<AccountId, (AccountId, Balance), Weight> for Pallet<T> {
	/// Slashes by [`Misconduct::ConsensusFailure`] whatever the consensus pallets propose, unless they
	/// propose nothing; jails, and so keeps the offender out of the next sessions; and disables it
	/// in the present one. Earlier offenders of the same slot come again with every report: their
	/// evidence is known.
	fn on_offence(
		offenders: &[OffenceDetails<AccountId, (AccountId, Balance)>],
		slash_fraction: &[Perbill],
		session: SessionIndex,
	) -> Weight {
		let mut weight = Weight::zero();
		for (details, fraction) in offenders.iter().zip(slash_fraction) {
			weight.saturating_accrue(T::WeightInfo::offence());
			if fraction.is_zero() {
				continue;
			}
			let (account, _) = &details.offender;
			let Some(node) = ValidatorNodes::<T>::get(account) else {
				log::warn!(target: LOG_TARGET, "offender {account:?} has no validator node any more");
				continue;
			};
			let evidence = offence_evidence(session, account);
			let reporter = details.reporters.first().cloned();
			weight.saturating_accrue(<Self as Slasher<AccountId>>::weight());
			if let Err(error) = <Self as Slasher<AccountId>>::slash(
				node,
				Misconduct::ConsensusFailure,
				evidence,
				reporter,
			) {
				log::error!(target: LOG_TARGET, "node {node} is not slashed: {error:?}");
			}
			T::Session::report_offence(account.clone(), OffenceSeverity(*fraction));
		}
		weight
	}
}
