//! Benchmarks: one per call and per hook step. They need a scheduler and a preimage store that
//! work.

use crate::*;
use alloc::{boxed::Box, vec, vec::Vec};
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{Get, QueryPreimage},
	weights::{Weight, WeightMeter},
	BoundedVec,
};
use frame_system::RawOrigin;

/// A full council.
fn council<T: Config>() -> Vec<T::AccountId> {
	let mut members: Vec<T::AccountId> =
		(0..T::MaxMembers::get()).map(|n| account("member", n, 0)).collect();
	members.sort();
	Members::<T>::put(BoundedVec::truncate_from(members.clone()));
	members
}

fn call_of<T: Config>(len: u32) -> CallOf<T> {
	frame_system::Call::<T>::remark { remark: vec![7; len as usize] }.into()
}

/// A proposal of a full council, of a call that is kept as a preimage; every ended record is in its
/// place.
fn proposed<T: Config>() -> (ProposalId, Vec<T::AccountId>) {
	let members = council::<T>();
	for n in 0..T::MaxFinished::get() {
		let id = NextProposal::<T>::get();
		let who = members.get(n as usize % members.len()).cloned().expect("a council; qed");
		Pallet::<T>::do_propose(who, call_of::<T>(1)).expect("the proposal is sound; qed");
		let proposal = Proposals::<T>::get(id).expect("it was just made; qed");
		Pallet::<T>::finish(id, proposal, ProposalStatus::Rejected);
	}
	let id = NextProposal::<T>::get();
	let who = members.first().cloned().expect("a council; qed");
	Pallet::<T>::do_propose(who, call_of::<T>(1_000)).expect("the proposal is sound; qed");
	(id, members)
}

/// Has everybody vote until the proposal is approved.
fn approved<T: Config>() -> (ProposalId, Vec<T::AccountId>) {
	let (id, members) = proposed::<T>();
	for who in &members {
		if Pallet::<T>::do_vote(who.clone(), id, true).is_err() {
			break;
		}
	}
	assert!(is::<T>(id, |status| matches!(status, ProposalStatus::Approved { .. })));
	(id, members)
}

fn is<T: Config>(id: ProposalId, what: impl Fn(ProposalStatus) -> bool) -> bool {
	Proposals::<T>::get(id).is_some_and(|proposal| what(proposal.status))
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn propose(l: Linear<200, 1_000_000>) {
		let who = council::<T>().into_iter().next().expect("a council; qed");
		let call = call_of::<T>(l);
		#[extrinsic_call]
		_(RawOrigin::Signed(who), Box::new(call));
		assert_eq!(NextProposal::<T>::get(), 1);
	}

	#[benchmark]
	fn vote() {
		let (id, members) = proposed::<T>();
		let needed = (members.len() * 2).div_ceil(3);
		for who in members.iter().take(needed - 1) {
			Pallet::<T>::do_vote(who.clone(), id, true).expect("the vote counts; qed");
		}
		let last = members.get(needed - 1).cloned().expect("within the council; qed");
		#[extrinsic_call]
		_(RawOrigin::Signed(last), id, true);
		assert!(is::<T>(id, |s| matches!(s, ProposalStatus::Approved { .. })));
	}

	#[benchmark]
	fn veto() {
		let (id, members) = approved::<T>();
		let needed = members.len() / 3 + 1;
		for who in members.iter().take(needed - 1) {
			Pallet::<T>::do_veto(who.clone(), id).expect("the veto counts; qed");
		}
		let last = members.get(needed - 1).cloned().expect("within the council; qed");
		#[extrinsic_call]
		_(RawOrigin::Signed(last), id);
		assert!(is::<T>(id, |s| s == ProposalStatus::Cancelled));
	}

	#[benchmark]
	fn close() {
		let (id, members) = approved::<T>();
		let late = Live::<T>::get().last().map(|(deadline, _)| *deadline).expect("it is live; qed");
		frame_system::Pallet::<T>::set_block_number(late.into());
		let who = members.into_iter().next().expect("a council; qed");
		#[extrinsic_call]
		_(RawOrigin::Signed(who), id);
		assert!(is::<T>(id, |s| s == ProposalStatus::Expired));
	}

	#[benchmark]
	fn enact() {
		let (id, _) = approved::<T>();
		let late = Live::<T>::get().last().map(|(deadline, _)| *deadline).expect("it is live; qed");
		frame_system::Pallet::<T>::set_block_number(late.into());
		#[extrinsic_call]
		_(RawOrigin::Root, id, T::MaxCallWeight::get());
		assert!(is::<T>(id, |s| matches!(s, ProposalStatus::Enacted { .. })));
	}

	#[benchmark]
	fn fetch_call(l: Linear<200, 1_000_000>) {
		let who = council::<T>().into_iter().next().expect("a council; qed");
		Pallet::<T>::do_propose(who, call_of::<T>(l)).expect("the proposal is sound; qed");
		let proposal = Proposals::<T>::get(0).expect("it was just made; qed");
		#[block]
		{
			assert!(T::Preimages::peek(&proposal.call).is_ok());
		}
	}

	#[benchmark]
	fn set_members() {
		let members = council::<T>();
		#[extrinsic_call]
		_(RawOrigin::Root, BoundedVec::truncate_from(members));
		assert_eq!(MembersVersion::<T>::get(), 1);
	}

	#[benchmark]
	fn set_delays() {
		#[extrinsic_call]
		_(RawOrigin::Root, Delays::default());
	}

	#[benchmark]
	fn set_voting_period() {
		#[extrinsic_call]
		_(RawOrigin::Root, 7);
		assert_eq!(VotingPeriod::<T>::get(), 7);
	}

	#[benchmark]
	fn on_initialize() {
		proposed::<T>();
		#[block]
		{
			Pallet::<T>::expire_overdue(0, &mut WeightMeter::with_limit(Weight::MAX));
		}
	}

	#[benchmark]
	fn expire() {
		let (id, _) = approved::<T>();
		#[block]
		{
			Pallet::<T>::expire_overdue(u32::MAX, &mut WeightMeter::with_limit(Weight::MAX));
		}
		assert!(is::<T>(id, |s| s == ProposalStatus::Expired));
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
