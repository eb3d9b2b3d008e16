//! Proposals from their birth to their end; what executes them is in [`crate::enactment`].

use crate::{
	BoundedCallOf, Call, CallOf, ClassDelays, Config, Elector, Error, Event, Finished, Live,
	LiveOf, Members, MembersVersion, NextProposal, Pallet, Proposal, ProposalId, ProposalOf,
	ProposalStatus, Proposals, Tally, VotingPeriod, WeightInfo,
};
use codec::Encode;
use concordat_primitives::{governance::ClassifyCall, traits::block_number, BlockNumber};
use frame_support::{
	defensive,
	dispatch::{DispatchResult, GetDispatchInfo},
	ensure,
	traits::{BoundedInline, Get, QueryPreimage, StorePreimage},
	weights::WeightMeter,
	BoundedVec,
};
use sp_runtime::{traits::Hash as _, DispatchError};

impl<T: Config> Pallet<T> {
	pub(crate) fn now() -> BlockNumber {
		block_number(frame_system::Pallet::<T>::block_number())
	}

	/// A proposal and its counts.
	pub fn proposal(id: ProposalId) -> Option<(ProposalOf<T>, Tally)> {
		let proposal = Proposals::<T>::get(id)?;
		let tally = Tally::of(&proposal.electorate);
		Some((proposal, tally))
	}

	pub(crate) fn do_propose(who: T::AccountId, call: CallOf<T>) -> DispatchResult {
		let members = Members::<T>::get();
		ensure!(members.binary_search(&who).is_ok(), Error::<T>::NotMember);
		let live = LiveOf::<T>::get(&who);
		ensure!(live < T::MaxLivePerMember::get(), Error::<T>::TooManyOfMember);

		let class = T::Classify::class_of(&call);
		let dispatch_weight = call.get_dispatch_info().call_weight;
		let (call, len) = Self::keep_call(call)?;
		let call_weight = dispatch_weight.saturating_add(T::WeightInfo::fetch_call(len));
		ensure!(call_weight.all_lte(T::MaxCallWeight::get()), Error::<T>::CallTooHeavy);

		let (now, call_hash) = (Self::now(), call.hash());
		let ends_at = now.saturating_add(VotingPeriod::<T>::get());
		let proposal = NextProposal::<T>::get();
		Self::set_deadline(proposal, ends_at)?;
		NextProposal::<T>::put(proposal.saturating_add(1));
		LiveOf::<T>::insert(&who, live.saturating_add(1));
		let electorate = members
			.into_iter()
			.map(|account| Elector { account, ballot: None, vetoed: false })
			.collect::<alloc::vec::Vec<_>>();
		Proposals::<T>::insert(
			proposal,
			Proposal {
				proposer: who.clone(),
				class,
				call,
				call_hash,
				call_weight,
				electorate: BoundedVec::truncate_from(electorate),
				members_version: MembersVersion::<T>::get(),
				proposed_at: now,
				status: ProposalStatus::Open { ends_at },
			},
		);
		Self::deposit_event(Event::Proposed { proposal, proposer: who, class, call_hash, ends_at });
		Ok(())
	}

	/// Keeps a call for as long as its proposal lives; also says how long it is.
	///
	/// Not `StorePreimage::bound`: noting bytes that somebody has requested already does not count
	/// as a request of one's own, so of two proposals with the same call, the first to end would
	/// take the bytes away from the other.
	fn keep_call(call: CallOf<T>) -> Result<(BoundedCallOf<T>, u32), DispatchError> {
		let bytes = call.encode();
		let len = u32::try_from(bytes.len()).map_err(|_| Error::<T>::CallTooLong)?;
		let bytes = match BoundedInline::try_from(bytes) {
			Ok(short) => return Ok((BoundedCallOf::<T>::Inline(short), len)),
			Err(bytes) => bytes,
		};
		ensure!(bytes.len() <= T::Preimages::MAX_LENGTH, Error::<T>::CallTooLong);
		let is_shared = T::Preimages::is_requested(&T::Hashing::hash(&bytes));
		let hash = T::Preimages::note(bytes.into())?;
		if is_shared {
			T::Preimages::request(&hash);
		}
		Ok((BoundedCallOf::<T>::Lookup { hash, len }, len))
	}

	pub(crate) fn do_vote(who: T::AccountId, id: ProposalId, aye: bool) -> DispatchResult {
		let mut proposal = Proposals::<T>::get(id).ok_or(Error::<T>::NotFound)?;
		let ProposalStatus::Open { ends_at } = proposal.status else {
			return Err(Error::<T>::NotOpen.into());
		};
		ensure!(Self::now() < ends_at, Error::<T>::VotingClosed);
		let elector = Self::elector(&mut proposal, &who)?;
		ensure!(elector.ballot != Some(aye), Error::<T>::AlreadyVoted);
		elector.ballot = Some(aye);

		let Tally { electorate, ayes, nays, .. } = Tally::of(&proposal.electorate);
		Self::deposit_event(Event::Voted { proposal: id, voter: who, aye, ayes, nays });
		if proposal.class.carries(ayes, electorate) {
			return Self::approve(id, proposal);
		}
		if proposal.class.is_lost(nays, electorate) {
			Self::finish(id, proposal, ProposalStatus::Rejected);
			Self::deposit_event(Event::Rejected { proposal: id });
			return Ok(());
		}
		Proposals::<T>::insert(id, proposal);
		Ok(())
	}

	/// Locks a proposal that carries.
	fn approve(id: ProposalId, mut proposal: ProposalOf<T>) -> DispatchResult {
		let delay = ClassDelays::<T>::get().of(proposal.class).max(1);
		let enact_at = Self::now().saturating_add(delay);
		Self::schedule(
			id,
			enact_at,
			Call::enact { proposal: id, call_weight: proposal.call_weight },
		)?;
		Self::drop_deadline(id);
		Self::set_deadline(id, enact_at.saturating_add(VotingPeriod::<T>::get()))?;
		proposal.status = ProposalStatus::Approved { enact_at };
		Proposals::<T>::insert(id, proposal);
		Self::deposit_event(Event::Approved { proposal: id, enact_at });
		Ok(())
	}

	pub(crate) fn do_veto(who: T::AccountId, id: ProposalId) -> DispatchResult {
		let mut proposal = Proposals::<T>::get(id).ok_or(Error::<T>::NotFound)?;
		ensure!(matches!(proposal.status, ProposalStatus::Approved { .. }), Error::<T>::NotLocked);
		let elector = Self::elector(&mut proposal, &who)?;
		ensure!(!elector.vetoed, Error::<T>::AlreadyVetoed);
		elector.vetoed = true;

		let tally = Tally::of(&proposal.electorate);
		Self::deposit_event(Event::Vetoed { proposal: id, voter: who, vetoes: tally.vetoes });
		if tally.is_vetoed() {
			Self::unschedule(id);
			Self::finish(id, proposal, ProposalStatus::Cancelled);
			Self::deposit_event(Event::Cancelled { proposal: id });
		} else {
			Proposals::<T>::insert(id, proposal);
		}
		Ok(())
	}

	fn elector<'a>(
		proposal: &'a mut ProposalOf<T>,
		who: &T::AccountId,
	) -> Result<&'a mut Elector<T::AccountId>, Error<T>> {
		// The electorate is a copy of the member list, which is sorted.
		let at = proposal
			.electorate
			.binary_search_by(|elector| elector.account.cmp(who))
			.map_err(|_| Error::<T>::NotElector)?;
		proposal.electorate.get_mut(at).ok_or(Error::<T>::NotElector)
	}

	pub(crate) fn do_close(id: ProposalId) -> DispatchResult {
		ensure!(Proposals::<T>::contains_key(id), Error::<T>::NotFound);
		let now = Self::now();
		let is_overdue =
			Live::<T>::get().iter().any(|(deadline, live)| *live == id && *deadline <= now);
		ensure!(is_overdue, Error::<T>::NotOverdue);
		Self::expire(id);
		Ok(())
	}

	/// Ends what is overdue, for as long as the meter lasts; the rest waits for the next block.
	pub(crate) fn expire_overdue(now: BlockNumber, meter: &mut WeightMeter) {
		let live = Live::<T>::get();
		for (_, id) in live.into_iter().take_while(|(deadline, _)| *deadline <= now) {
			if meter.try_consume(T::WeightInfo::expire()).is_err() {
				break;
			}
			Self::expire(id);
		}
	}

	fn expire(id: ProposalId) {
		let Some(proposal) = Proposals::<T>::get(id) else {
			defensive!("a live proposal has a record");
			Self::drop_deadline(id);
			return;
		};
		if matches!(proposal.status, ProposalStatus::Approved { .. }) {
			Self::unschedule(id);
		}
		Self::finish(id, proposal, ProposalStatus::Expired);
		Self::deposit_event(Event::Expired { proposal: id });
	}

	/// Ends a live proposal: its call is released, its room is free, its record joins the ended
	/// ones.
	pub(crate) fn finish(id: ProposalId, mut proposal: ProposalOf<T>, status: ProposalStatus) {
		T::Preimages::drop(&proposal.call);
		Self::drop_deadline(id);
		LiveOf::<T>::mutate_exists(&proposal.proposer, |live| {
			*live = live.and_then(|count| count.checked_sub(1)).filter(|count| *count > 0);
		});
		proposal.status = status;
		Proposals::<T>::insert(id, proposal);
		Finished::<T>::mutate(|finished| {
			if finished.is_full() {
				Proposals::<T>::remove(finished.remove(0));
			}
			if finished.try_push(id).is_err() {
				defensive!("there is room for one");
			}
		});
	}

	/// Notes the block at which a proposal is ended if nothing happens.
	fn set_deadline(id: ProposalId, deadline: BlockNumber) -> Result<(), Error<T>> {
		Live::<T>::try_mutate(|live| {
			let at = live.partition_point(|entry| *entry < (deadline, id));
			live.try_insert(at, (deadline, id)).map_err(|_| Error::<T>::TooManyProposals)
		})
	}

	fn drop_deadline(id: ProposalId) {
		Live::<T>::mutate(|live| live.retain(|(_, live)| *live != id));
	}

	pub(crate) fn do_set_members(
		mut members: BoundedVec<T::AccountId, T::MaxMembers>,
	) -> DispatchResult {
		ensure!(!members.is_empty(), Error::<T>::NoMembers);
		members.sort();
		ensure!(
			members.iter().zip(members.iter().skip(1)).all(|(a, b)| a < b),
			Error::<T>::DuplicateMember
		);
		let version = MembersVersion::<T>::get().saturating_add(1);
		MembersVersion::<T>::put(version);
		Self::deposit_event(Event::MembersChanged { version, count: members.len() as u32 });
		Members::<T>::put(members);
		Ok(())
	}
}
