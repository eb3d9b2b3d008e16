//! The pure scheduler: uniform, bounded, diverse, reproducible.

use crate::{
	mock::profile,
	scheduler::{
		choose, delivery_window, memory_mib, next_turn, rest, Candidate, Draw, Exclusion, Lot,
		Stream, Want, MAX_REST,
	},
	types::{Rings, Seating, Standing},
};
use alloc::collections::BTreeSet;
use concordat_primitives::{job::JobClass, NodeId};
use core::cell::Cell;

fn candidate(node: NodeId, score: u64) -> Candidate {
	let profile = profile(node);
	Candidate {
		node,
		score,
		operator: profile.operator,
		platform: profile.platform,
		seating: Seating { profile, standing: Standing::default() },
	}
}

fn want(seats: u32, backups: u32) -> Want {
	Want { seats, backups, candidates: 4, spread: Default::default() }
}

/// Pools of these sizes, of which nothing is known.
fn lots(sizes: &[u32]) -> Vec<Lot> {
	sizes.iter().map(|size| Lot { stratum: None, size: *size }).collect()
}

/// Draws, with nobody known before.
fn draw(
	stream: &mut Stream,
	sizes: &[u32],
	want: &Want,
	fetch: impl FnMut(usize, u32) -> Option<NodeId>,
	judge: impl FnMut(NodeId) -> Option<Result<Candidate, Exclusion>>,
) -> Draw {
	let mut found = Draw::default();
	crate::scheduler::draw(&mut found, stream, &lots(sizes), want, fetch, judge);
	found
}

fn stream(salt: u64) -> Stream {
	Stream::new(&[7; 32], salt, 1)
}

/// Draws from one pool of nodes `0 .. size` with equal scores, of which `eligible` pass.
fn draw_from(salt: u64, size: u32, want: &Want, eligible: impl Fn(NodeId) -> bool) -> Draw {
	draw(
		&mut stream(salt),
		&[size],
		want,
		|_, index| Some(index),
		|node| Some(if eligible(node) { Ok(candidate(node, 1)) } else { Err(Exclusion::Full) }),
	)
}

fn chi_square(counts: &[u32]) -> f64 {
	let expected = f64::from(counts.iter().sum::<u32>()) / counts.len() as f64;
	counts.iter().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum()
}

#[test]
fn every_node_is_equally_likely_to_be_drawn() {
	let mut first = [0u32; 100];
	let mut ever = [0u32; 100];
	for salt in 0..20_000 {
		let draw = draw_from(salt, 100, &want(1, 1), |_| true);
		first[draw.found[0].node as usize] += 1;
		draw.found.iter().for_each(|c| ever[c.node as usize] += 1);
	}
	// 99 degrees of freedom: 148.2 is exceeded once in a thousand.
	assert!(chi_square(&first) < 148.2, "χ² = {}", chi_square(&first));
	// Without replacement counts vary even less.
	assert!(chi_square(&ever) < 148.2, "χ² = {}", chi_square(&ever));
}

#[test]
fn pools_are_drawn_from_in_proportion_to_their_sizes() {
	let sizes = [10, 0, 30, 60];
	let mut counts = [0u32; 100];
	for salt in 0..10_000 {
		let offsets = [0, 10, 10, 40];
		let draw = draw(
			&mut stream(salt),
			&sizes,
			&Want { candidates: 1, ..want(1, 0) },
			|pool, index| {
				assert!(index < sizes[pool]);
				Some(offsets[pool] + index)
			},
			|node| Some(Ok(candidate(node, 1))),
		);
		counts[draw.found[0].node as usize] += 1;
	}
	assert!(chi_square(&counts) < 148.2, "χ² = {}", chi_square(&counts));
}

#[test]
fn random_numbers_are_uniform_below_any_bound() {
	for bound in [2u64, 3, 7, 64, 100] {
		let mut counts = vec![0u32; bound as usize];
		let mut stream = stream(bound);
		for _ in 0..bound * 1_000 {
			counts[stream.below(bound) as usize] += 1;
		}
		// Three standard deviations above the mean of the distribution, at least.
		let limit = bound as f64 + 4.0 * (2.0 * bound as f64).sqrt() + 6.0;
		assert!(chi_square(&counts) < limit, "below {bound}: χ² = {}", chi_square(&counts));
	}
	assert_eq!(stream(1).below(0), 0);
	assert_eq!(stream(1).below(1), 0);
}

#[test]
fn no_node_is_looked_at_twice() {
	for (size, seats) in [(5, 3), (40, 1), (60, 5), (1_000, 7)] {
		let looked = core::cell::RefCell::new(Vec::new());
		draw(
			&mut stream(3),
			&[size],
			&want(seats, 2),
			|_, index| Some(index),
			|node| {
				looked.borrow_mut().push(node);
				Some(Err(Exclusion::Full))
			},
		);
		let looked = looked.into_inner();
		let different: BTreeSet<_> = looked.iter().collect();
		assert_eq!(different.len(), looked.len());
		assert_eq!(looked.len() as u32, size.min(want(seats, 2).probes()));
	}
}

#[test]
fn a_small_pool_is_looked_through_completely() {
	// One eligible node in a pool as large as the number of probes is always found.
	let want = want(1, 2);
	for salt in 0..200 {
		let draw = draw_from(salt, want.probes(), &want, |node| node == 17);
		assert_eq!(draw.found.len(), 1);
	}
}

#[test]
fn probes_depend_on_what_is_asked_and_not_on_how_many_there_are() {
	for (seats, backups) in [(1, 2), (3, 2), (5, 2), (7, 4)] {
		let want = want(seats, backups);
		for size in [100u32, 10_000, 1_000_000, u32::MAX] {
			let reads = Cell::new(0);
			let counted = |eligible: fn(NodeId) -> bool| {
				reads.set(0);
				draw(
					&mut stream(size.into()),
					&[size],
					&want,
					|_, index| {
						reads.set(reads.get() + 1);
						Some(index)
					},
					|node| {
						reads.set(reads.get() + 1);
						Some(match eligible(node) {
							true => Ok(candidate(node, 1)),
							false => Err(Exclusion::Full),
						})
					},
				)
			};
			// All eligible: exactly as many as are wanted.
			let all = counted(|_| true);
			assert_eq!(all.probes, want.enough().min(size));
			assert_eq!(reads.get(), 2 * all.probes);
			// One in a hundred: at most three times as many.
			let few = counted(|node| node % 100 == 0);
			assert!(few.probes <= want.probes());
			assert_eq!(reads.get(), 2 * few.probes);
			// None at all.
			assert_eq!(counted(|_| false).probes, want.probes().min(size));
		}
	}
}

#[test]
fn the_same_seed_draws_the_same_and_another_one_does_not() {
	let nodes = |salt| -> Vec<NodeId> {
		draw_from(salt, 10_000, &want(3, 2), |_| true).found.iter().map(|c| c.node).collect()
	};
	assert_eq!(nodes(1), nodes(1));
	assert_ne!(nodes(1), nodes(2));
	// Attempts of one job share nothing, jobs of one block neither.
	let numbers = |job, attempt| {
		let mut stream = Stream::new(&[9; 32], job, attempt);
		[0; 4].map(|_| stream.below(u64::MAX))
	};
	assert_ne!(numbers(1, 1), numbers(1, 2));
	assert_ne!(numbers(1, 1), numbers(2, 1));
}

#[test]
fn one_operator_with_most_of_the_pool_does_not_end_the_draw() {
	// Nine in ten nodes are of one operator.
	let want = want(3, 2);
	let mut complete = 0;
	for salt in 0..200 {
		let found = draw(
			&mut stream(salt),
			&[5_000],
			&want,
			|_, index| Some(index),
			|node| {
				let mut candidate = candidate(node, 1);
				if node % 10 != 0 {
					candidate.operator = [0xff; 16];
				}
				Some(Ok(candidate))
			},
		);
		assert!(found.probes <= want.probes());
		let choice = choose(found.found, &want, None, |_| Some(()), |_| true);
		let operators: BTreeSet<_> = choice
			.seats
			.iter()
			.map(|(c, ())| c.operator)
			.chain(choice.backups.iter().map(|c| c.operator))
			.collect();
		assert_eq!(operators.len(), choice.seats.len() + choice.backups.len());
		complete += u32::from(choice.seats.len() == 3);
	}
	assert!(complete > 180, "{complete} of 200 committees are complete");
}

#[test]
fn the_best_are_seated_and_the_next_best_stand_by() {
	let found = vec![candidate(1, 10), candidate(2, 50), candidate(3, 30), candidate(4, 40)];
	let choice = choose(found, &want(2, 1), None, |c| Some(c.node), |_| true);
	assert_eq!(choice.seats.iter().map(|(c, _)| c.node).collect::<Vec<_>>(), [2, 4]);
	assert_eq!(choice.backups.iter().map(|c| c.node).collect::<Vec<_>>(), [3]);
	assert_eq!(choice.asked, 2);
}

#[test]
fn who_is_not_accepted_makes_room_for_the_next() {
	let found = vec![candidate(1, 10), candidate(2, 50), candidate(3, 30)];
	let choice = choose(found, &want(2, 2), None, |c| (c.node != 2).then_some(()), |_| true);
	assert_eq!(choice.seats.iter().map(|(c, ())| c.node).collect::<Vec<_>>(), [3, 1]);
	assert_eq!(choice.asked, 3);
	assert!(choice.backups.is_empty());
}

#[test]
fn who_does_not_stand_by_makes_room_for_the_next_backup() {
	let found: Vec<_> = (1..=6).map(|node| candidate(node, 100 - u64::from(node))).collect();
	let mut asked = Vec::new();
	let stands_by = |c: &Candidate| {
		asked.push(c.node);
		c.node.is_multiple_of(2)
	};
	let choice = choose(found, &want(1, 2), None, |_| Some(()), stands_by);
	assert_eq!(choice.seats.iter().map(|(c, ())| c.node).collect::<Vec<_>>(), [1]);
	assert_eq!(choice.backups.iter().map(|c| c.node).collect::<Vec<_>>(), [2, 4]);
	assert_eq!(asked, [2, 3, 4], "nobody who sits, nobody twice, nobody too many");
}

#[test]
fn equal_scores_stay_in_the_order_of_the_draw() {
	let found: Vec<_> = [9, 3, 7, 1].map(|node| candidate(node, 5)).into();
	let choice = choose(found, &want(2, 2), None, |_| Some(()), |_| true);
	assert_eq!(choice.seats.iter().map(|(c, ())| c.node).collect::<Vec<_>>(), [9, 3]);
}

#[test]
fn sharing_a_platform_clashes_like_sharing_an_operator() {
	let mut second = candidate(2, 40);
	second.platform = candidate(1, 0).platform;
	let found = vec![candidate(1, 50), second, candidate(3, 30)];
	let choice = choose(found, &want(2, 2), None, |_| Some(()), |_| true);
	assert_eq!(choice.seats.iter().map(|(c, ())| c.node).collect::<Vec<_>>(), [1, 3]);
	assert!(choice.backups.is_empty());
}

#[test]
fn turns_go_8_4_2_1_and_always_to_somebody() {
	let mut rings = Rings::default();
	let mut served = [0u32; 4];
	for _ in 0..150 {
		let class = next_turn(&mut rings, |_| true).unwrap();
		served[class as usize] += 1;
	}
	// In the order of the enum: low, normal, high, critical.
	assert_eq!(served, [10, 20, 40, 80]);
	// Alone, a class gets every turn.
	for _ in 0..50 {
		assert_eq!(next_turn(&mut rings, |c| c == JobClass::Low), Some(JobClass::Low));
	}
	let before = rings;
	assert_eq!(next_turn(&mut rings, |_| false), None);
	assert_eq!(rings, before);
}

#[test]
fn low_jobs_wait_for_at_most_fourteen_others() {
	let mut rings = Rings::default();
	let mut wait = 0;
	for _ in 0..1_000 {
		match next_turn(&mut rings, |_| true).unwrap() {
			JobClass::Low => wait = 0,
			_ => wait += 1,
		}
		assert!(wait <= 14);
	}
}

#[test]
fn rests_grow_to_their_cap() {
	let rests: Vec<_> = (0..10).map(rest).collect();
	assert_eq!(rests, [1, 1, 1, 1, 1, 2, 4, 8, MAX_REST, MAX_REST]);
}

#[test]
fn windows_and_memory_count_begun_units() {
	assert_eq!(delivery_window(1, 8), 9);
	assert_eq!(delivery_window(2_000, 8), 9);
	assert_eq!(delivery_window(2_001, 8), 10);
	assert_eq!(delivery_window(u32::MAX, u32::MAX), u32::MAX);
	assert_eq!([65_536, 1 << 20, (1 << 20) + 1].map(memory_mib), [1, 1, 2]);
}
