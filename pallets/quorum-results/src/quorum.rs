//! The decision of a round: pure functions over the votes, without a chain.

use alloc::vec::Vec;
use concordat_primitives::{cac::FailureCode, ensemble::Aggregation, Hash};

/// What a vote says: the hash of an output, or the failure that the node saw. Equal tallies agree.
pub type Tally = Result<Hash, FailureCode>;

/// What the votes of a round amount to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
	/// Votes are still to come that matter.
	Wait,
	/// The quorum is reached.
	Agreed {
		/// What the nodes agree on.
		tally: Tally,
	},
	/// An ensemble has all the answers that it will get, and enough of them: they can be made into one.
	Complete,
	/// The primaries differ, or too few of them are left to agree: a backup committee has to decide.
	Discrepancy,
	/// Verifiers differ among themselves, or from what is proven: arbiters have to decide.
	Conflict,
	/// The verifiers agree, and nothing is proven yet.
	Unproven,
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

/// Whether two of the votes say different things about the result. Explicit failures that honest nodes need not share
/// differ from nothing.
pub fn differ(votes: &[Tally]) -> bool {
	let mut results = votes.iter().filter(|tally| can_win(tally));
	let first = results.next();
	results.any(|tally| Some(tally) != first)
}

/// More than half.
pub const fn majority(members: u8) -> u8 {
	members / 2 + 1
}

/// Whether a round is to be judged later: its nodes have committed to what they will say (`fixed`), some of them have still
/// to show it, and they are enough to decide anything together with those who have.
pub fn is_pending(votes: &[Tally], needed: u8, outstanding: u32, fixed: bool) -> bool {
	let all = outstanding.saturating_add(votes.len() as u32);
	fixed && outstanding > 0 && all >= u32::from(needed)
}

/// Judges the primaries of a quorum of `k` of `n`; `votes` and `outstanding` as for [`decide`].
///
/// Any two different votes are a discrepancy, however many agree: who is right is for the backup committee to say. So is
/// a round in which explicit failures and losses leave too few to agree. `fixed` says that the outstanding nodes have
/// committed to what they will say: then the last of them is waited for, because nothing can change any more, and every
/// liar shows; unless so many were lost that those who are left are too few whatever they say.
pub fn decide_primaries(votes: &[Tally], k: u8, n: u8, outstanding: u32, fixed: bool) -> Verdict {
	if is_pending(votes, k, outstanding, fixed) {
		return Verdict::Wait;
	}
	if differ(votes) {
		return Verdict::Discrepancy;
	}
	match decide(votes, k, n, outstanding) {
		Verdict::Hopeless => Verdict::Discrepancy,
		verdict => verdict,
	}
}

/// Judges a backup committee: more than half of the `members` that were seated have to agree. `votes` are theirs alone.
/// What they cannot decide is hopeless: the round is *wonky*, and nobody is guilty.
pub fn decide_committee(votes: &[Tally], members: u8, outstanding: u32, fixed: bool) -> Verdict {
	if is_pending(votes, majority(members), outstanding, fixed) {
		return Verdict::Wait;
	}
	decide(votes, majority(members), members, outstanding)
}

/// Judges a set of `n` verifiers who all have to agree, on the output that is `proven`.
///
/// Nobody outvotes anybody here. That the program fails is agreed without a proof, for nothing can be proven about an
/// output that does not exist; if something is proven, the verifiers contradict it.
pub fn decide_verifiers(
	votes: &[Tally],
	n: u8,
	outstanding: u32,
	fixed: bool,
	proven: Option<&Hash>,
) -> Verdict {
	if is_pending(votes, n, outstanding, fixed) {
		return Verdict::Wait;
	}
	if differ(votes) {
		return Verdict::Conflict;
	}
	let verdict = decide(votes, n, n, outstanding);
	let Verdict::Agreed { tally } = verdict else { return verdict };
	match (tally, proven) {
		(Ok(output), Some(proven)) if output == *proven => verdict,
		(Ok(_), None) => Verdict::Unproven,
		(Err(_), None) => verdict,
		(_, Some(_)) => Verdict::Conflict,
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
	// The answers are votes that no failure gets.
	let to_come = outstanding.min(u32::from(n).saturating_sub(votes.len() as u32));
	let failing = decide(&failures, majority(n), n, to_come);
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
	/// Good: it says what was decided, or is a part of it. It is paid.
	Agrees,
	/// Bad: it says something else about the result. It is not paid, and marked.
	Dissents,
	/// An explicit failure, which says nothing about the result: it is not paid, and no worse than silence.
	Failed,
	/// It was not taken, and nothing is wrong with it: neither.
	Unused,
}

/// What the votes of a round mean, by the result: those of primaries and of the committee alike.
pub fn voices(votes: &[Tally], result: &Tally) -> Vec<Voice> {
	let voice = |vote: &Tally| match vote {
		_ if vote == result => Voice::Agrees,
		_ if can_win(vote) => Voice::Dissents,
		_ => Voice::Failed,
	};
	votes.iter().map(voice).collect()
}

/// Whether a vote that comes after the decision contradicts it: whoever delivers the same late has lost its time, and
/// who failed says nothing.
pub fn contradicts(late: &Tally, result: &Tally) -> bool {
	can_win(late) && late != result
}

/// What the votes of an ensemble mean. `agreed` says so of each answer, the votes that are no failures, in their order.
///
/// What best effort does not take may be as good as what it takes. For all other strategies a vote that is left out is
/// demonstrably something else than the answer: another output, a number beyond the tolerance, no number, or a failure
/// of the program where others have answered. An explicit failure that honest nodes need not share is no more than that.
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
		vote if left_out == Voice::Dissents && !can_win(vote) => Voice::Failed,
		_ => left_out,
	};
	votes.iter().map(voice).collect()
}
