//! What is learnt from a seat that was given up: one hop (Symbiont orchestration protocol, §10.2).
//!
//! The book of [`Config::Trust`] hears of every hop and says with what voice it counts for everybody; with that
//! voice `T` and the quality of the capability move. What the originator itself has learnt stays in the book, and comes back
//! as its perspective with the next job. A seat whose result came too late to be judged, or whose job was ended by somebody
//! else, was no hop: it says nothing about its node.

use crate::{pallet::*, scheduler::delivery_window, types::*};
use codec::Encode as _;
use concordat_primitives::{
	job::{Seat, SeatState},
	node::NodeProfile,
	routing::{tone, ONE},
	traits::NodeInspect,
	trust::{Hop, HopEnd, Tone, TrustBook},
	AccountId, Balance, JobId, NodeId,
};
use sp_io::hashing::blake2_128;

/// Whose node it is and how many jobs it takes.
struct Seated {
	operator: [u8; 16],
	capacity: u16,
}

impl From<&NodeProfile> for Seated {
	fn from(profile: &NodeProfile) -> Self {
		Self { operator: profile.operator, capacity: profile.capacity }
	}
}

fn operator_of(account: &AccountId) -> [u8; 16] {
	blake2_128(&account.encode())
}

/// What a hop has cost its originator for good, if so many were judged with it. The scheduling fee belongs to the first
/// attempt, the others to results, so that no two hops are counted with the same money: over all hops of a job it is at most
/// [`Quote::fees_of_result`](crate::pricing::Quote::fees_of_result). A committee, or a round of a larger mode, costs the
/// originator no more than was quoted: its nodes share that.
fn fee_of(order: &Order, seat: &Seat, end: HopEnd, judged: u32) -> Balance {
	let fees = &order.quote.fees;
	let seats = Balance::from(order.quote.seats.max(1));
	let among = seats.max(judged.into());
	let placing = if seat.attempt == 1 { fees.scheduling / seats } else { 0 };
	match end {
		HopEnd::Agreed | HopEnd::Dissented => {
			let judging = fees.consensus.saturating_mul(seats).saturating_add(fees.receipt);
			placing.saturating_add(judging / among)
		},
		HopEnd::Silent | HopEnd::Declined => placing,
	}
}

impl<T: Config> Pallet<T> {
	/// Frees the node of a seat whose hop is over, writes the hop down, and moves what everybody knows of the node by
	/// its voice; `also` changes what else this says about it. `judged` are the results that were judged together, this
	/// one among them; 0 if none was.
	pub(crate) fn hop_over<R>(
		id: JobId,
		order: &Order,
		seat: &Seat,
		end: HopEnd,
		judged: u32,
		also: impl FnOnce(&mut Standing) -> R,
	) -> R {
		let now = Self::now();
		let at = match seat.state {
			SeatState::Delivered(at) => at,
			SeatState::Assigned | SeatState::Acknowledged(_) | SeatState::Committed(_) => now,
		};
		// From when it could begin: that of a sealed input is later than its assignment, and a dispute puts both off.
		let margin = Parameters::<T>::get().delivery_margin;
		let window = delivery_window(order.limits.wall_millis, margin);
		let begun_at = seat.deliver_by.saturating_sub(window).max(seat.assigned_at);
		let tone = match end {
			HopEnd::Silent => Tone::Late,
			_ => tone(begun_at, seat.deliver_by, at),
		};
		Self::mutate_record(seat.node, |profile, standing| {
			standing.give_back(id, order);
			if let Some(node) = profile.map(Seated::from).or_else(|| Self::seated(seat.node)) {
				let hop = Hop {
					node: seat.node,
					operator: node.operator,
					capability: order.capability,
					end,
					tone,
					share: ONE / u32::from(node.capacity.max(1)),
					fee: fee_of(order, seat, end, judged),
				};
				let voice = T::Trust::record(&order.originator, &hop);
				// Whoever pays for a workflow is behind every step of it.
				let own = operator_of(&order.requester) == node.operator;
				let voice = if own { 0 } else { voice };
				standing.note(order.capability, end, tone, voice, now);
			}
			also(standing)
		})
	}

	/// Of a node that is not in the pools any more; `None` if it is gone, and nobody will ask for it again.
	fn seated(node: NodeId) -> Option<Seated> {
		let operator = operator_of(&T::Nodes::controller(node)?);
		let capacity = T::Nodes::spec(node).map_or(1, |spec| spec.capacity);
		Some(Seated { operator, capacity: capacity.min(MAX_ASSIGNMENTS as u16) })
	}
}
