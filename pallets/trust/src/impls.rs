//! Between storage and the formulas of [`concordat_primitives::routing`].

use crate::{pallet::*, types::*, WeightInfo, LOG_TARGET};
use alloc::vec::Vec;
use codec::Encode;
use concordat_primitives::{
	routing::{standing, Crossing, Memory, Speaker},
	traits::{block_number, NodeInspect},
	trust::{Hop, Originator, Perspective, TrustBook},
	BlockNumber,
};
use frame_support::{
	weights::{Weight, WeightMeter},
	BoundedVec,
};
use sp_io::hashing::blake2_128;

impl<T: Config> Pallet<T> {
	/// This block.
	pub(crate) fn now() -> BlockNumber {
		block_number(frame_system::Pallet::<T>::block_number())
	}

	/// Who speaks. Of a node that is gone nobody knows whose it was: it has no voice.
	fn speaker(of: &Originator, hop: &Hop) -> Speaker {
		match of {
			Originator::Account(who) if blake2_128(&who.encode()) == hop.operator => Speaker::Own,
			Originator::Account(_) => Speaker::Client,
			Originator::Node(node) if *node == hop.node => Speaker::Own,
			Originator::Node(node) => match T::Nodes::controller(*node) {
				Some(controller) if blake2_128(&controller.encode()) != hop.operator => {
					Speaker::Peer
				},
				_ => Speaker::Own,
			},
		}
	}

	/// Writes a hop down. Returns its voice.
	pub(crate) fn do_record(of: &Originator, hop: &Hop) -> u32 {
		let (params, now) = (Parameters::<T>::get(), Self::now());
		let known = Memories::<T>::get(of);
		let is_new = known.is_none();
		let mut memory = known.unwrap_or_default();
		let speaker = Self::speaker(of, hop);
		let noted = memory.note(hop, speaker, &params.tempo, params.full_standing, now);
		Memories::<T>::insert(of, memory);
		if is_new {
			Line::<T>::mutate(|queue| Self::line_up(queue, of.clone(), now));
		}
		let (originator, node) = (of.clone(), hop.node);
		match noted.crossing {
			Some(Crossing::Affirmed(weight)) => {
				Self::deposit_event(Event::Affirmed { originator, node, weight });
			},
			Some(Crossing::Threatened(threat)) => {
				Self::deposit_event(Event::Threatened { originator, node, threat });
			},
			None => (),
		}
		noted.voice
	}

	/// Puts a record at the end of the queue.
	fn line_up(queue: &mut Queue, originator: Originator, since: BlockNumber) {
		Waiting::<T>::insert(queue.tail, Visit { originator, since });
		queue.tail = queue.tail.saturating_add(1);
	}

	/// Visits who has waited long enough, as far as the meter goes.
	pub(crate) fn make_visits(meter: &mut WeightMeter) {
		let (look, visit) = (T::WeightInfo::look(), T::WeightInfo::visit());
		if meter.try_consume(look).is_err() {
			return;
		}
		let before = Line::<T>::get();
		let (mut queue, now) = (before, Self::now());
		let expiry = Parameters::<T>::get().expiry;
		for _ in 0..MAX_VISITS {
			// Looking at who is not due yet is part of `look`.
			if queue.head >= queue.tail || !meter.can_consume(visit) {
				break;
			}
			let next = Waiting::<T>::get(queue.head);
			if next.as_ref().is_some_and(|next| now.saturating_sub(next.since) < expiry) {
				break;
			}
			meter.consume(visit);
			Waiting::<T>::remove(queue.head);
			queue.head = queue.head.saturating_add(1);
			match next {
				Some(next) => Self::visit(&mut queue, next.originator, expiry, now),
				None => log::error!(target: LOG_TARGET, "a gap in the queue of visits"),
			}
		}
		if queue != before {
			Line::<T>::put(queue);
		}
	}

	/// Forgets what is idle; what is left waits for another visit.
	fn visit(queue: &mut Queue, originator: Originator, expiry: BlockNumber, now: BlockNumber) {
		let Some(mut memory) = Memories::<T>::get(&originator) else {
			log::error!(target: LOG_TARGET, "{originator:?} waits for a visit without a record");
			return;
		};
		if memory.forget(expiry, now) {
			Memories::<T>::insert(&originator, memory);
			Self::line_up(queue, originator, now);
		} else {
			Memories::<T>::remove(&originator);
			Self::deposit_event(Event::Forgotten { originator });
		}
	}

	/// Everything that an originator has learnt, as of now.
	pub(crate) fn known(of: &Originator) -> Perspective {
		let Some(memory) = Memories::<T>::get(of) else { return Perspective::default() };
		memory.perspective(&Parameters::<T>::get().tempo, Self::now())
	}

	/// A part of it, for clients.
	pub(crate) fn view(of: &Originator, skip: u32, limit: u32) -> PerspectiveView {
		let (params, now) = (Parameters::<T>::get(), Self::now());
		let memory: Memory = Memories::<T>::get(of).unwrap_or_default();
		let all = memory.perspective(&params.tempo, now).0;
		let paid = memory.paid(None, &params.tempo, now);
		let part: Vec<_> = all.iter().skip(skip as usize).take(limit as usize).copied().collect();
		PerspectiveView {
			total: all.len() as u32,
			paid,
			standing: match of {
				Originator::Account(_) => standing(paid, params.full_standing),
				Originator::Node(_) => 0,
			},
			ties: Perspective(BoundedVec::truncate_from(part)),
		}
	}
}

impl<T: Config> TrustBook for Pallet<T> {
	fn perspective(of: &Originator) -> Perspective {
		Self::known(of)
	}

	fn record(of: &Originator, hop: &Hop) -> u32 {
		Self::do_record(of, hop)
	}

	fn weight_of_perspective() -> Weight {
		T::WeightInfo::perspective()
	}

	fn weight_of_recording() -> Weight {
		T::WeightInfo::record()
			.max(T::WeightInfo::record_first())
			.saturating_add(T::Nodes::weight())
	}
}
