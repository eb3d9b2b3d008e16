//! The invariants of the crate's head, in code.

use crate::{
	is_valid_voting_period, task_name, ClassDelays, Config, Finished, Live, LiveOf, Members,
	NextProposal, Pallet, ProposalOf, ProposalStatus, Proposals, Tally, VotingPeriod,
};
use alloc::collections::{BTreeMap, BTreeSet};
use codec::Encode;
use concordat_primitives::BlockNumber;
use frame_support::{
	ensure,
	traits::{schedule::v3::Named, Get, QueryPreimage},
};
use sp_runtime::{traits::Hash as _, TryRuntimeError};

impl<T: Config> Pallet<T> {
	/// Checks every invariant listed in the crate's documentation.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		let members = Members::<T>::get();
		ensure!(
			members.iter().zip(members.iter().skip(1)).all(|(a, b)| a < b),
			"members are not sorted or not distinct"
		);
		ensure!(
			ClassDelays::<T>::get().is_valid() && is_valid_voting_period(VotingPeriod::<T>::get()),
			"the delays or the voting period are out of range"
		);
		Self::try_state_lists()?;
		Proposals::<T>::iter().try_for_each(|(id, proposal)| {
			ensure!(id < NextProposal::<T>::get(), "a proposal has a number of the future");
			Self::try_state_proposal(id, &proposal)
		})
	}

	/// 2, 3, 4: the lists name exactly the proposals that there are.
	fn try_state_lists() -> Result<(), TryRuntimeError> {
		let live = Live::<T>::get();
		ensure!(
			live.iter().zip(live.iter().skip(1)).all(|(a, b)| a < b),
			"live proposals are out of order"
		);
		let listed: BTreeSet<_> = live.iter().map(|(_, id)| *id).collect();
		let finished = Finished::<T>::get();
		let ended: BTreeSet<_> = finished.iter().copied().collect();
		ensure!(
			listed.len() == live.len() && ended.len() == finished.len(),
			"a proposal is listed twice"
		);
		let mut live_of = BTreeMap::<T::AccountId, u32>::new();
		for (id, proposal) in Proposals::<T>::iter() {
			let is_live = proposal.status.is_live();
			ensure!(listed.contains(&id) == is_live, "Live and the proposals disagree");
			ensure!(ended.contains(&id) != is_live, "Finished and the proposals disagree");
			if is_live {
				*live_of.entry(proposal.proposer).or_default() += 1;
			}
		}
		ensure!(
			Proposals::<T>::iter_keys().count() == listed.len() + ended.len(),
			"a proposal is listed and not there"
		);
		ensure!(
			live_of.values().all(|count| *count <= T::MaxLivePerMember::get()),
			"a member has too many live proposals"
		);
		ensure!(
			LiveOf::<T>::iter().collect::<BTreeMap<_, _>>() == live_of,
			"LiveOf and the proposals disagree"
		);
		Ok(())
	}

	/// 2, 5, 6, 7: one proposal.
	fn try_state_proposal(id: u32, proposal: &ProposalOf<T>) -> Result<(), TryRuntimeError> {
		let tally = Tally::of(&proposal.electorate);
		ensure!(tally.electorate > 0, "a proposal has no electorate");
		if !proposal.status.is_live() {
			return Ok(());
		}
		let (call, _) = T::Preimages::peek(&proposal.call)
			.map_err(|_| TryRuntimeError::Other("the call of a live proposal is gone"))?;
		ensure!(
			T::Hashing::hash(&call.encode()) == proposal.call_hash,
			"a live proposal has another call"
		);
		let deadline = Self::deadline(id).ok_or("a live proposal has no deadline")?;
		match proposal.status {
			ProposalStatus::Open { ends_at } => {
				ensure!(deadline == ends_at, "an open proposal ends at another block");
				ensure!(
					!proposal.class.carries(tally.ayes, tally.electorate)
						&& !proposal.class.is_lost(tally.nays, tally.electorate)
						&& tally.vetoes == 0,
					"an open proposal is decided"
				);
			},
			ProposalStatus::Approved { enact_at } => {
				ensure!(deadline > enact_at, "an approved proposal is given up before it is due");
				ensure!(!tally.is_vetoed(), "an approved proposal is vetoed");
				ensure!(
					enact_at <= Self::now()
						|| T::Scheduler::next_dispatch_time(task_name(id)) == Ok(enact_at.into()),
					"an approved proposal is not with the scheduler"
				);
			},
			_ => {},
		}
		Ok(())
	}

	fn deadline(id: u32) -> Option<BlockNumber> {
		Live::<T>::get().iter().find(|(_, live)| *live == id).map(|(deadline, _)| *deadline)
	}
}
