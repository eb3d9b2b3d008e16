//! How much one originator's hops count for everybody. Why dealing with oneself gains nothing.
//!
//! `T` and `q_cap` belong to all, so whoever can make hops could make opinions: operators who send themselves jobs, from
//! their own account or from a crowd of fresh ones; competitors who lead a node into failure. Every hop therefore
//! moves them by its **voice**:
//!
//! ```text
//!  voice = 0                              if originator and node have the same operator
//!  voice = standing · (1 − spent)         else
//!
//!  standing = min(1, paid elsewhere / full)   fees that went to the network for work of *other* operators; months
//!  spent   += (1 − spent) / 4                 with each hop on this node; fades over hours
//! ```
//!
//! - What counts as paid is what *nobody gets back*. The price of the work itself goes to the node's operator: a
//!   self-dealer pays it to himself.
//! - What was paid for an operator's work buys no say about that operator. Who has dealt with one operator only has
//!   nothing to compare it with, and a crowd of accounts that exists to praise one operator stays silent, whatever it
//!   burns. (A customer of quorum clauses deals with several operators in each job, without doing anything.)
//! - `standing` is linear in what was paid, up to its cap. Splitting a sum among any number of accounts buys no
//!   more than putting it into one, `Σ standing ≤ Σ paid / full`: a crowd is worth exactly its fees.
//! - Hops on one node in close sequence count 1, 3/4, 9/16, …: never more than **four** in all, and with the hour's
//!   half-life at most about `4 · ln 2 ≈ 2.8` an hour ever after. Saying it louder does not help.
//! - The limit is per node, because it is single nodes that a self-dealer lifts; a DAO that works with twenty nodes
//!   has said something about each.
//!
//! # What an attack still costs
//!
//! *With one operator's stake*, the crowd has to buy from competitors: for each voice, fees of `full` (30 days'
//! half-life), **and** the price of that work, which the competitors keep; and the same hops lift the competitors as
//! any customer's would. *With the stakes of two operators* that only pretend to be two, each one's work buys a say about
//! the other, and the price stays in the family: `full` in fees is left for each voice.
//!
//! Either way, fees `P` are at most `P / full` voices, which move a node by `4 · P / full` hops in a burst and
//! `2.8 · P / full` an hour for as long as `P` is kept up. A hop at full voice takes `T` at most 1/32 of the way up, or
//! 1/8 of the way down. With `full` = 10 CDT, and 0.34 mCDT of fees for a seat, one full voice is 29,000 seats. That
//! buys one customer's say among all customers: where honest ones have paid `H`, the attacker's part of what is said is
//! about `P / (P + H)`. It is not impossible, then, but priced: one has to be as big a customer as those whom one wants
//! to outvote. And it lasts only as long as the node's answers agree with those of others: a dissent takes four times
//! what a hop gave.
//!
//! A node as an originator (a step of a workflow) has paid nothing itself; what its record saw was other people's
//! money. It speaks as a stranger does, with the fee of the very hop.

use super::{share_of, towards, ONE};
use crate::Balance;

/// A hop takes a quarter of what an originator still has to say about a node: four hops in all. Two would make one
/// mishap of the first customer the truth, sixteen would let one customer decide.
pub const SPENDING: u64 = 4;
/// Standing of who has paid this much, in parts.
pub fn standing(paid: Balance, full: Balance) -> u32 {
	if paid >= full {
		return ONE;
	}
	// paid < full: the quotient is below one. Large sums lose digits that do not matter.
	let scale = full >> 100;
	let (paid, full) = if scale > 0 { (paid >> 28, full >> 28) } else { (paid, full) };
	(paid * Balance::from(ONE) / full.max(1)) as u32
}

/// The voice of an originator of this standing that has already said so much about a node.
pub fn voice(standing: u32, spent: u32) -> u32 {
	share_of(standing.min(ONE), ONE - spent.min(ONE))
}

/// What it has said after another hop.
pub fn spend(spent: u32) -> u32 {
	towards(spent.min(ONE), ONE, 1, SPENDING)
}
