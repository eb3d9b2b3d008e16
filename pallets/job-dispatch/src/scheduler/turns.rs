//! Which class is served next, and how long a job rests that could not be placed.

use crate::types::Rings;
use concordat_primitives::{job::JobClass, BlockNumber};

/// Most blocks that a job rests between two tries.
pub const MAX_REST: BlockNumber = 15;

/// The class whose turn it is, among those that `open` lets through, and takes one turn off it. When none of
/// them has a turn left, all get new ones: 8 critical, 4 high, 2 normal, 1 low.
///
/// Turns that are left are kept from block to block, however few jobs a block has room for. The bound: a class that has
/// work is served its share, 8, 4, 2 or 1, out of 15 turns in a row, whatever comes in above it. Low jobs, then,
/// wait for at most 14 turns of others, and the one at place `p` of their queue is tried after at most `15 · p` turns.
pub fn next_turn(rings: &mut Rings, open: impl Fn(JobClass) -> bool) -> Option<JobClass> {
	let first = |rings: &Rings| {
		JobClass::ALL.into_iter().find(|class| open(*class) && rings.get(*class).credit > 0)
	};
	let class = match first(rings) {
		Some(class) => class,
		None if !JobClass::ALL.into_iter().any(&open) => return None,
		None => {
			for class in JobClass::ALL {
				rings.get_mut(class).credit = class.weighting();
			}
			first(rings)?
		},
	};
	let ring = rings.get_mut(class);
	ring.credit = ring.credit.saturating_sub(1);
	Some(class)
}

/// Blocks until a job that could not be placed is tried again: the next one at first; after some failures it rests
/// longer and longer, so that jobs that nobody can run leave the hook's share to the others.
pub const fn rest(failures: u32) -> BlockNumber {
	match failures {
		0..=4 => 1,
		5 => 2,
		6 => 4,
		7 => 8,
		_ => MAX_REST,
	}
}
