//! The decision of a round: a pure function over the votes, without a chain.

use concordat_primitives::{cac::FailureCode, Hash};

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
