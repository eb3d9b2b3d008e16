//! Small things that all parts share, and what other pallets ask.

use crate::{
	Bindings, Config, CredentialsOf, HoldReason, Issuer, Issuers, Pallet, Standing, Subject,
	WeightInfo,
};
use alloc::{collections::BTreeMap, vec::Vec};
use concordat_primitives::{
	credential::{CredentialDemand, IssuerId},
	traits::{block_number, CredentialInspect, NodeInspect},
	AccountId, Balance, BlockNumber, NodeId,
};
use frame_support::{
	pallet_prelude::{DispatchError, DispatchResult, EnsureOrigin, Get, Weight},
	traits::{fungible::MutateHold, tokens::Precision},
};
use frame_system::{ensure_signed, pallet_prelude::OriginFor};

impl<T: Config> Pallet<T> {
	pub(crate) fn now() -> BlockNumber {
		block_number(frame_system::Pallet::<T>::block_number())
	}

	/// How many block hashes the chain remembers.
	pub(crate) fn hashes_kept() -> BlockNumber {
		block_number(<T as frame_system::Config>::BlockHashCount::get())
	}

	/// `None` for governance, or who signed.
	pub(crate) fn signed_or_force(
		origin: OriginFor<T>,
	) -> Result<Option<AccountId>, DispatchError> {
		match T::ForceOrigin::try_origin(origin) {
			Ok(_) => Ok(None),
			Err(origin) => Ok(Some(ensure_signed(origin)?)),
		}
	}

	/// Returns a deposit. Nobody but this pallet touches what it holds, so all of it is there.
	pub(crate) fn release(reason: HoldReason, who: &AccountId, deposit: Balance) -> DispatchResult {
		T::Currency::release(&reason.into(), who, deposit, Precision::Exact).map(|_| ())
	}

	/// Whether the credentials of these subjects meet every demand now.
	///
	/// Ends with the last demand that is met. Reads one list for each subject, and each issuer of what is demanded
	/// once.
	fn meets(subjects: impl IntoIterator<Item = Subject>, demands: &[CredentialDemand]) -> bool {
		let mut open: Vec<_> = demands.iter().collect();
		let mut issuers = BTreeMap::<IssuerId, Option<Issuer>>::new();
		let now = Self::now();
		let mut subjects = subjects.into_iter();
		while !open.is_empty() {
			let Some(subject) = subjects.next() else { return false };
			for held in CredentialsOf::<T>::get(subject) {
				if !open.iter().any(|demand| held.fits(demand)) {
					continue;
				}
				let issuer =
					issuers.entry(held.issuer).or_insert_with(|| Issuers::<T>::get(held.issuer));
				if held.standing(issuer.as_ref(), now) == Standing::Counts {
					open.retain(|demand| !held.fits(demand));
				}
			}
		}
		true
	}

	/// An account as a subject, and then, if it is asked for, its identifier.
	fn subjects_of(account: AccountId) -> impl Iterator<Item = Subject> {
		let did = {
			let account = account.clone();
			move || {
				Bindings::<T>::get(&account)
					.filter(Self::binding_counts)
					.map(|binding| Subject::Did(binding.did.hash()))
			}
		};
		core::iter::once(Subject::Account(account)).chain(core::iter::once_with(did).flatten())
	}
}

impl<T: Config> CredentialInspect<AccountId> for Pallet<T> {
	fn node_meets(node: NodeId, demands: &[CredentialDemand]) -> bool {
		let of_controller = core::iter::once_with(move || T::Nodes::controller(node))
			.flatten()
			.flat_map(Self::subjects_of);
		Self::meets(core::iter::once(Subject::Node(node)).chain(of_controller), demands)
	}

	fn account_meets(account: &AccountId, demands: &[CredentialDemand]) -> bool {
		demands.is_empty() || Self::meets(Self::subjects_of(account.clone()), demands)
	}

	fn weight() -> Weight {
		T::WeightInfo::node_meets().saturating_add(T::Nodes::weight())
	}
}
