//! Collocation: jobs of one group go to one node, for as long as that node is eligible (NSF §4.10.6: "clustered for clause collocation").
//!
//! A group belongs to the account that asks. Its node gets the first seat of the next job of the group if it passes every
//! filter; if not, the group moves to whoever gets that seat. An account has at most [`MAX_GROUPS`] groups; one more
//! replaces that which was used least recently. A group is forgotten with the records of its last job, so nothing has to be
//! searched for and nothing stays.

use crate::{pallet::*, types::*};
use concordat_primitives::{BlockNumber, JobId, NodeId};
use frame_support::{traits::Get as _, weights::Weight};

/// Where the jobs of a group go.
pub(crate) fn node_of(list: &GroupList, group: u32) -> Option<NodeId> {
	list.iter().find(|one| one.group == group).map(|one| one.node)
}

impl<T: Config> Pallet<T> {
	/// The node of an account's group.
	pub fn group(requester: &concordat_primitives::AccountId, group: u32) -> Option<NodeId> {
		node_of(&Groups::<T>::get(requester), group)
	}

	/// The first seat of a job of a group was given.
	pub(crate) fn use_group(
		order: &Order,
		group: u32,
		mut list: GroupList,
		node: NodeId,
		job: JobId,
		used_at: BlockNumber,
	) {
		let from = node_of(&list, group);
		list.retain(|one| one.group != group);
		if list.is_full() {
			list.remove(0);
		}
		list.force_push(Group { group, node, job, used_at });
		Groups::<T>::insert(&order.requester, list);
		if from != Some(node) {
			let requester = order.requester.clone();
			Self::deposit_event(Event::GroupMoved { requester, group, from, to: node });
		}
	}

	/// The records of a job go, and its group with them, unless another job has used it since. Returns the weight.
	pub(crate) fn leave_group(id: JobId, order: &Order) -> Weight {
		if order.collocate.is_none() {
			return Weight::zero();
		}
		Groups::<T>::mutate_exists(&order.requester, |record| {
			let Some(list) = record else { return };
			list.retain(|one| one.job != id);
			if list.is_empty() {
				*record = None;
			}
		});
		Self::weight_of_group()
	}

	/// Weight of reading and writing the groups of an account. An estimate: the record has at most 16 entries of 20 bytes.
	pub(crate) fn weight_of_group() -> Weight {
		T::DbWeight::get().reads_writes(1, 1).saturating_add(Weight::from_parts(5_000_000, 3_000))
	}
}
