//! What an originator has learnt decides whom it gets: `φ` and `θ` in the score, and nodes that are looked at because they
//! are known.

use super::*;
use crate::{
	scheduler::{Draw, Exclusion, Lot, Stream, Want, SHORTCUTS, TIE_PROBES},
	types::*,
};
use concordat_primitives::{
	job::JobConstraints,
	routing::{freshness, Factors, NEUTRAL, ONE, W_INIT},
	trust::Originator,
	views::RoutingView,
};

fn list<T>(items: impl IntoIterator<Item = T>) -> List<T> {
	BoundedVec::truncate_from(items.into_iter().collect())
}

fn alices() -> Originator {
	Originator::Account(alice())
}

#[test]
fn the_score_has_the_connection_and_the_threat_of_the_originator() {
	ExtBuilder::default().nodes(2).build_and_execute(|| {
		tell(alices(), &[(1, 800_000, 250_000)]);
		let id = assigned();
		let factors = Factors {
			trust: NEUTRAL,
			quality: NEUTRAL,
			load: 0,
			connection: 800_000,
			threat: 250_000,
			preference: ONE,
			freshness: freshness(0, 1_000_000, 2),
			proximity: ONE,
		};
		// 0.8 · 0.75 is more than the half of a stranger.
		assert_eq!((seated(id), seats(id)[0].score), (vec![1], factors.score()));
		tell(alices(), &[(1, 800_000, 500_000)]);
		let stranger = Factors { connection: W_INIT, threat: 0, ..factors };
		let id = assigned();
		let fresh = Factors { freshness: freshness(0, 1_000_000, 3), ..stranger };
		assert_eq!((seated(id), seats(id)[0].score), (vec![2], fresh.score()));
	});
}

#[test]
fn the_strongest_ties_are_looked_at_among_thousands_of_strangers() {
	ExtBuilder::default().build_and_execute(|| {
		(1..=2_000).for_each(admit);
		tell(alices(), &[(777, 900_000, 0)]);
		// Until it has work for half of its capacity: 0.9 · 0.5 is less than a stranger's 0.5.
		for _ in 0..2 {
			assert_eq!(seated(assigned()), [777]);
		}
		assert_ne!(seated(assigned()), [777]);
		// Others do not know it.
		let id = JobDispatch::next_job();
		assert_ok!(JobDispatch::dispatch(
			RuntimeOrigin::signed(bob()),
			clause_id(),
			input(),
			Default::default()
		));
		run(1);
		assert_ne!(seated(id), [777]);
	});
}

#[test]
fn preferred_nodes_are_looked_at_among_thousands_of_others() {
	ExtBuilder::default().build_and_execute(|| {
		(1..=2_000).for_each(admit);
		let id = dispatch_with(|c| c.preferred = list([1_234]));
		run(1);
		assert_eq!(seated(id), [1_234]);
		// It is a hint: one that is not eligible, or offers something else, holds nobody up.
		stand_with(1_234, |s| s.cooldown_until = 1_000);
		let other = concordat_primitives::CapabilityId::parse("hazard.snow").unwrap();
		assert_ok!(JobDispatch::admit(5, profile(5), &[other]));
		let id = dispatch_with(|c| c.preferred = list([1_234, 5, 9_999]));
		run(1);
		let node = seated(id)[0];
		assert!(![1_234, 5].contains(&node));
	});
}

#[test]
fn known_nodes_come_on_top_of_the_random_candidates() {
	let want = Want { seats: 1, backups: 2, candidates: 4, spread: Default::default() };
	let lots = |size| [Lot { stratum: None, size }];
	let candidate = |node: NodeId| {
		let profile = profile(node);
		crate::scheduler::Candidate {
			node,
			score: 1,
			operator: profile.operator,
			platform: profile.platform,
			seating: Seating { profile, standing: Standing::default() },
		}
	};
	for (size, salt) in [(10_000, 1), (30, 2), (12, 3)] {
		let mut draw = Draw::default();
		for node in 0..SHORTCUTS {
			draw.look(node, |node| Some(Ok(candidate(node))));
			// Nobody is looked at twice.
			draw.look(node, |_| unreachable!());
		}
		let mut drawn = Vec::new();
		crate::scheduler::draw(
			&mut draw,
			&mut Stream::new(&[5; 32], salt, 1),
			&lots(size),
			&want,
			|_, index| {
				drawn.push(index);
				Some(index)
			},
			|node| Some(Ok(candidate(node))),
		);
		// Twelve random candidates, whether or not they were known already.
		assert_eq!(drawn.len() as u32, want.enough().min(size));
		let known = drawn.iter().filter(|node| **node < SHORTCUTS).count();
		assert_eq!(draw.found.len(), SHORTCUTS as usize + drawn.len() - known);
		assert!(draw.probes <= want.most_probes());
	}
}

#[test]
fn of_the_ties_only_the_strongest_are_looked_at() {
	ExtBuilder::default().build_and_execute(|| {
		(1..=2_000).for_each(admit);
		// Strongest first: as many as are looked at cannot sit, those behind them could.
		let known: Vec<_> = (1..=10).map(|n| (n * 100, 990_000 - n * 1_000, 0)).collect();
		tell(alices(), &known);
		for n in 1..=TIE_PROBES {
			stand_with(n * 100, |s| s.cooldown_until = 1_000);
		}
		let id = assigned();
		assert_ne!(seated(id), [500]);
		stand_with(TIE_PROBES * 100, |s| s.cooldown_until = 0);
		assert_eq!(seated(assigned()), [400]);
	});
}

#[test]
fn a_node_that_dissents_is_avoided_by_whom_it_failed_and_by_nobody_else() {
	ExtBuilder::default().build_and_execute(|| {
		Remembers::set(true);
		(1..=4).for_each(admit);
		clause_mode(2, 3);
		// Node 4 always dissents; alice is its customer.
		for _ in 0..4 {
			// She wants to work with it, at first.
			let id = dispatch_with(|c| c.preferred = list([4]));
			run(1);
			let nodes = seated(id);
			nodes.iter().for_each(|node| deliver(id, *node));
			let (bad, good): (Vec<_>, Vec<_>) = nodes.into_iter().partition(|node| *node == 4);
			settle(id, &good, &bad);
		}
		let view = |of: Option<&Originator>| -> Vec<RoutingView> {
			JobDispatch::candidates(&clause_id(), of, None, 0, 10).unwrap().items
		};
		let of_alice = view(Some(&alices()));
		let find = |rows: &[RoutingView]| rows.iter().find(|row| row.node == 4).unwrap().clone();
		let known = find(&of_alice);
		assert!(known.factors.threat > 200_000, "{known:?}");
		assert!(known.factors.connection < W_INIT);
		// Everybody sees its trust and quality fall; the threat is alice's own.
		let known_to_bob = find(&view(Some(&Originator::Account(bob()))));
		assert_eq!((known_to_bob.factors.threat, known_to_bob.tie), (0, None));
		assert!(known_to_bob.factors.trust < NEUTRAL && known_to_bob.factors.quality < NEUTRAL);
		assert!(of_alice
			.iter()
			.filter(|row| row.node != 4)
			.all(|row| { row.factors.connection > W_INIT && row.score > known.score }));
		// With three others, it is not asked any more.
		for _ in 0..10 {
			let id = assigned();
			let nodes = seated(id);
			assert!(!nodes.contains(&4));
			nodes.iter().for_each(|node| deliver(id, *node));
			settle(id, &nodes, &[]);
		}
	});
}

#[test]
fn routing_shows_what_the_originator_knows_and_what_the_constraints_ask() {
	ExtBuilder::default().nodes(4).build_and_execute(|| {
		stand_with(2, |s| {
			s.note(
				rain(),
				concordat_primitives::trust::HopEnd::Agreed,
				concordat_primitives::trust::Tone::Early,
				ONE,
				1,
			);
		});
		tell(alices(), &[(3, 700_000, 100_000), (4, 500_000, 950_000)]);
		admit_with(5, |p| p.sovereign = false);
		let wishes = JobConstraints {
			preferred: list([2]),
			excluded: list([1]),
			sovereign_only: true,
			..Default::default()
		};
		let rows =
			JobDispatch::candidates(&clause_id(), Some(&alices()), Some(&wishes), 0, 10).unwrap();
		let row = |node: NodeId| rows.items.iter().find(|row| row.node == node).unwrap();
		assert_eq!(rows.items.len(), 5);
		let why = |node| (row(node).exclusion, row(node).score.is_none());
		assert_eq!(why(1), (Some(Exclusion::Excluded), true));
		assert_eq!(why(2), (None, false));
		assert_eq!(why(4), (Some(Exclusion::Threat), true));
		assert_eq!(why(5), (Some(Exclusion::NotSovereign), true));
		assert_eq!(row(5).excluded.as_deref(), Some("not under sovereign control"));
		assert_eq!(row(2).factors.preference, 1_200_000);
		assert_eq!(row(2).state, JobDispatch::standing(2).capability(rain()));
		assert_eq!((row(2).state.volume, row(2).aggregate), (1_000, row(2).state.quality));
		let tie = row(3).tie.unwrap();
		assert_eq!((tie.weight, tie.threat), (700_000, 100_000));
		assert_eq!((row(3).factors.connection, row(3).factors.threat), (700_000, 100_000));
		assert!(row(2).tie.is_none());
		// A node of the step before has its own perspective.
		tell(Originator::Node(9), &[(1, 600_000, 0)]);
		let rows = JobDispatch::candidates(&clause_id(), Some(&Originator::Node(9)), None, 0, 10);
		let first = rows.unwrap().items.into_iter().find(|row| row.node == 1).unwrap();
		assert_eq!((first.factors.connection, first.exclusion), (600_000, None));
		// What contradicts the clause has no candidates at all.
		clause_with(|s| s.policy.jurisdictions = list([place("IDN")]));
		let wishes = JobConstraints { jurisdictions: list([place("USA")]), ..Default::default() };
		assert!(JobDispatch::candidates(&clause_id(), None, Some(&wishes), 0, 10).is_none());
	});
}
