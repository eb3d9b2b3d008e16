//! Sovereign quotas (distributed compute layer, "burst-mode provisioning under sovereign quotas").

use crate::{
	quota::{Bucket, Quota},
	Allowance, Allowances, Authorities, Config, Error, Event, Pallet, Parameters, QuotaScope,
	WeightInfo,
};
use codec::Encode;
use concordat_primitives::{
	job::JobClass,
	receipt::Operation,
	traits::{QuotaAsk, QuotaExceeded, Quotas, ReceiptSink},
	AccountId, BlockNumber, Hash,
};
use frame_support::{ensure, weights::Weight};
use sp_runtime::DispatchResult;

/// What a job takes out of one scope.
enum Draw {
	/// Nothing: there is no quota.
	Free,
	/// This is left afterwards.
	Leaves(Allowance),
	/// There is no room.
	Exceeded,
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_set_quota(
		by: Option<AccountId>,
		scope: QuotaScope,
		quota: Option<Quota>,
	) -> DispatchResult {
		let now = Self::now();
		if let QuotaScope::Jurisdiction(code) = &scope {
			ensure!(code.is_valid(), Error::<T>::JurisdictionInvalid);
		}
		ensure!(quota.is_none_or(|quota| quota.window > 0), Error::<T>::WindowInvalid);
		let before = Allowances::<T>::get(&scope);
		if let Some(who) = by {
			let entitled = match &scope {
				QuotaScope::Jurisdiction(code) => Authorities::<T>::get(code),
				QuotaScope::Dao(_) => None,
			};
			ensure!(entitled == Some(who), Error::<T>::NotAuthority);
			let tighter = match (&before, &quota) {
				(_, None) => false,
				(None, Some(_)) => true,
				(Some(old), Some(new)) => new.is_within(&old.bucket.quota),
			};
			ensure!(tighter, Error::<T>::OnlyTighter);
		}
		let allowance = quota.map(|quota| match before {
			Some(old) => Allowance { bucket: old.bucket.with(quota, now), ..old },
			None => Allowance { bucket: Bucket::new(quota, now), burst_until: None },
		});
		Allowances::<T>::set(&scope, allowance);
		Self::audit_quota(&scope);
		Self::deposit_event(Event::QuotaSet { scope, quota });
		Ok(())
	}

	pub(crate) fn do_activate_burst(scope: QuotaScope, blocks: BlockNumber) -> DispatchResult {
		let most = Parameters::<T>::get().max_burst;
		ensure!((1..=most).contains(&blocks), Error::<T>::TimeOutOfBounds);
		let until = Self::now().saturating_add(blocks);
		Allowances::<T>::try_mutate(&scope, |allowance| {
			let allowance = allowance.as_mut().ok_or(Error::<T>::NoQuota)?;
			allowance.burst_until = Some(until);
			Ok::<_, Error<T>>(())
		})?;
		Self::audit_quota(&scope);
		Self::deposit_event(Event::BurstActivated { scope, until });
		Ok(())
	}

	fn audit_quota(scope: &QuotaScope) {
		let scope = Hash::from(sp_io::hashing::blake2_256(&scope.encode()));
		T::Receipts::append(Operation::QuotaChanged { scope });
	}

	fn draw(scope: &QuotaScope, class: JobClass) -> Draw {
		let Some(allowance) = Allowances::<T>::get(scope) else { return Draw::Free };
		let now = Self::now();
		let open = allowance.burst_until.is_some_and(|until| now < until);
		match allowance.bucket.take(now, open || class == JobClass::Critical) {
			Some(bucket) => Draw::Leaves(Allowance { bucket, ..allowance }),
			None => Draw::Exceeded,
		}
	}

	/// What a job takes: of its DAO, and of the first jurisdiction with room.
	fn draws(ask: &QuotaAsk<'_>) -> Result<[Option<(QuotaScope, Allowance)>; 2], QuotaExceeded> {
		let dao = QuotaScope::Dao(ask.owner.clone());
		let of_dao = match Self::draw(&dao, ask.class) {
			Draw::Free => None,
			Draw::Leaves(allowance) => Some((dao, allowance)),
			Draw::Exceeded => return Err(QuotaExceeded::Dao),
		};
		if ask.jurisdictions.is_empty() {
			return Ok([of_dao, None]);
		}
		for code in ask.jurisdictions {
			let scope = QuotaScope::Jurisdiction(*code);
			match Self::draw(&scope, ask.class) {
				Draw::Free => return Ok([of_dao, None]),
				Draw::Leaves(allowance) => return Ok([of_dao, Some((scope, allowance))]),
				Draw::Exceeded => continue,
			}
		}
		Err(QuotaExceeded::Jurisdiction)
	}
}

impl<T: Config> Quotas for Pallet<T> {
	fn check(ask: &QuotaAsk<'_>) -> Result<(), QuotaExceeded> {
		Self::draws(ask).map(|_| ())
	}

	fn take(ask: &QuotaAsk<'_>) {
		let Ok(draws) = Self::draws(ask) else { return };
		for (scope, allowance) in draws.into_iter().flatten() {
			Allowances::<T>::insert(scope, allowance);
		}
	}

	fn weight() -> Weight {
		T::WeightInfo::quotas()
	}
}
