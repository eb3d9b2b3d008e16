//! The decision of a round: pure functions over the votes, without a chain.

use alloc::vec::Vec;
use concordat_primitives::{cac::FailureCode, ensemble::Aggregation, Hash};

/// What a vote says: the hash of an output, or the failure that the node saw. Equal tallies agree.
pub type Tally = Result<Hash, FailureCode>;

/// What the votes of a round amount to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
	/// Some tally can still reach the quorum.
	Wait,
	/// The quorum is reached.
	Agreed {
		/// What the nodes agree on.
		tally: Tally,
	},
	/// An ensemble has all the answers that it will get, and enough of them: they can be made into one.
	Complete,
	/// No tally can reach the quorum any more.
	Hopeless,
}

/// Whether a tally can become a verdict. A failure that honest nodes need not share (they ran out of time, or their
/// host handed in wrong bytes) says something about a node and nothing about the program: it counts as a vote for
/// nobody, however many nodes cast it.
pub fn can_win(tally: &Tally) -> bool {
	tally.map_or_else(FailureCode::is_deterministic, |_| true)
}

/// Judges a round in which `k` equal votes of `n` nodes decide, `votes` are in (in the order of their arrival) and
/// `outstanding` nodes are still expected to vote.
///
/// A failure of the program is a vote like an output. With `k > n / 2`, as every valid mode has it, at most one tally
/// can reach `k`; should a caller ask for less, the larger one wins and, between equals, the one that came first.
/// `k == 0` asks nobody, so that nothing can be decided.
pub fn decide(votes: &[Tally], k: u8, n: u8, outstanding: u32) -> Verdict {
	let quorum = u32::from(k);
	if quorum == 0 {
		return Verdict::Hopeless;
	}
	let mut best: Option<(Tally, u32)> = None;
	for tally in votes.iter().filter(|tally| can_win(tally)) {
		let count = votes.iter().filter(|vote| *vote == tally).count() as u32;
		if best.is_none_or(|(_, most)| count > most) {
			best = Some((*tally, count));
		}
	}
	let most = best.map_or(0, |(_, count)| count);
	// A round never hears more than `n` votes, whatever the seats say.
	let to_come = outstanding.min(u32::from(n).saturating_sub(votes.len() as u32));
	match best {
		Some((tally, count)) if count >= quorum => Verdict::Agreed { tally },
		_ if most.saturating_add(to_come) >= quorum => Verdict::Wait,
		_ => Verdict::Hopeless,
	}
}

/// Judges a round of an ensemble of `n` nodes that needs `needed` answers; `votes` and `outstanding` as for [`decide`].
///
/// It waits for everybody who may still answer: what the answers become depends on all of them, and nobody shall gain by
/// being quick. A failure of the program that more than half of the nodes see is the result, as in a quorum, and is so at
/// once: fewer than half are left to answer anything else.
pub fn decide_ensemble(votes: &[Tally], needed: u8, n: u8, outstanding: u32) -> Verdict {
	let answers = votes.iter().filter(|vote| vote.is_ok()).count() as u32;
	let failures: Vec<Tally> = votes.iter().filter(|vote| vote.is_err()).copied().collect();
	let majority = n / 2 + 1;
	// The answers are votes that no failure gets.
	let to_come = outstanding.min(u32::from(n).saturating_sub(votes.len() as u32));
	let failing = decide(&failures, majority, n, to_come);
	let needed = u32::from(needed.max(1));
	match failing {
		_ if n == 0 => Verdict::Hopeless,
		Verdict::Agreed { .. } => failing,
		_ if answers >= needed && to_come == 0 => Verdict::Complete,
		_ if answers.saturating_add(to_come) >= needed => Verdict::Wait,
		// A majority may still see the same failure.
		_ => failing,
	}
}

/// What a vote means for the one who cast it, once the round is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
	/// It says what was decided, or is a part of it: it is paid.
	Agrees,
	/// It says something else: it is not paid, and marked.
	Dissents,
	/// It was not taken, and nothing is wrong with it: neither.
	Unused,
}

/// What the votes of a round mean, by the result.
pub fn voices(votes: &[Tally], result: &Tally) -> Vec<Voice> {
	let voice = |vote: &Tally| if vote == result { Voice::Agrees } else { Voice::Dissents };
	votes.iter().map(voice).collect()
}

/// What the votes of an ensemble mean. `agreed` says so of each answer, the votes that are no failures, in their order.
///
/// What best effort does not take may be as good as what it takes. For all other strategies a vote that is left out is
/// demonstrably something else than the answer: another output, a number beyond the tolerance, no number, or a failure
/// where others have answered.
pub fn voices_of_ensemble(
	votes: &[Tally],
	aggregation: Aggregation,
	agreed: &[bool],
) -> Vec<Voice> {
	let left_out = match aggregation {
		Aggregation::BestEffort => Voice::Unused,
		Aggregation::Voting | Aggregation::Averaging | Aggregation::Consensus => Voice::Dissents,
	};
	let mut answers = agreed.iter();
	let voice = |vote: &Tally| match vote {
		Ok(_) if answers.next() == Some(&true) => Voice::Agrees,
		_ => left_out,
	};
	votes.iter().map(voice).collect()
}
