//! Who sits, among those who were found.

use super::{Candidate, Want};
use alloc::vec::Vec;
use concordat_primitives::{attest::PlatformId, clause::Spread, NodeId};
use core::cmp::Reverse;

/// Who sits, and who would step in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice<L> {
	/// In the order in which they were chosen, each with what `accept` found.
	pub seats: Vec<(Candidate, L)>,
	/// In the order in which they would step in.
	pub backups: Vec<Candidate>,
	/// Times that `accept` was asked.
	pub asked: u32,
}

impl<L> Choice<L> {
	/// Nobody.
	pub const fn nobody() -> Self {
		Self { seats: Vec::new(), backups: Vec::new(), asked: 0 }
	}

	fn taken(&self) -> impl Iterator<Item = &Candidate> {
		self.seats.iter().map(|(candidate, _)| candidate).chain(self.backups.iter())
	}
}

/// Takes the best: seats first, then backups, never two of one operator or of one platform. `first` gets the first
/// seat, if it is among those found and accepted. `accept` is asked about those that are about to get a seat,
/// `stands_by` about those that are about to become a backup; nobody is asked about twice.
///
/// Under a [`Spread`], whoever repeats least goes before whoever scores best: as many different vendors and
/// jurisdictions as were found are taken before one comes twice, and then evenly. Where both are asked for, their
/// repetitions count together. It is a preference, not a filter: a job is not left waiting because there is one vendor.
pub fn choose<L>(
	mut found: Vec<Candidate>,
	want: &Want,
	first: Option<NodeId>,
	mut accept: impl FnMut(&Candidate) -> Option<L>,
	mut stands_by: impl FnMut(&Candidate) -> bool,
) -> Choice<L> {
	// Stable: equal scores stay in the random order of the draw.
	found.sort_by_key(|candidate| Reverse(candidate.score));
	if let Some(at) = found.iter().position(|candidate| Some(candidate.node) == first) {
		let pinned = found.remove(at);
		found.insert(0, pinned);
	}
	let mut pinned = first.is_some();
	let mut choice = Choice::nobody();
	loop {
		let seating = choice.seats.len() < want.seats as usize;
		if !seating && choice.backups.len() >= want.backups as usize {
			return choice;
		}
		let next = found
			.iter()
			.enumerate()
			.filter(|(_, one)| !clashes(one, choice.taken().map(|c| (&c.operator, &c.platform))))
			.min_by_key(|(at, one)| {
				let leads = pinned && Some(one.node) == first;
				(!leads, repeats(one, &choice, want.spread), *at)
			})
			.map(|(at, _)| at);
		pinned = false;
		let Some(at) = next else { return choice };
		let candidate = found.remove(at);
		if !seating {
			if stands_by(&candidate) {
				choice.backups.push(candidate);
			}
			continue;
		}
		choice.asked = choice.asked.saturating_add(1);
		if let Some(lease) = accept(&candidate) {
			choice.seats.push((candidate, lease));
		}
	}
}

/// How often what the candidate has is there already, of what is to be spread.
fn repeats<L>(candidate: &Candidate, choice: &Choice<L>, spread: Spread) -> usize {
	let own = &candidate.seating.profile;
	let count = |asked: bool, same: &dyn Fn(&Candidate) -> bool| {
		if asked {
			choice.taken().filter(|one| same(one)).count()
		} else {
			0
		}
	};
	count(spread.vendors, &|one| one.seating.profile.vendor == own.vendor)
		.saturating_add(count(spread.jurisdictions, &|one| {
			one.seating.profile.jurisdiction == own.jurisdiction
		}))
}

/// Whether somebody of the same operator or on the same platform sits already.
pub fn clashes<'a>(
	candidate: &Candidate,
	mut seated: impl Iterator<Item = (&'a [u8; 16], &'a PlatformId)>,
) -> bool {
	seated.any(|(operator, platform)| {
		*operator == candidate.operator || *platform == candidate.platform
	})
}
