//! Who gets a job, and when.

use super::*;
use crate::{pallet::*, scheduler::Exclusion, types::*};
use alloc::collections::BTreeSet;
use concordat_primitives::{
	attest::RiskClasses,
	clause::{ExecutionMode, RiskClass},
	hashing::attempt_nonce,
	job::{JobClass, JobConstraints, JobStatus, SeatState},
	node::NodeProfile,
	receipt::Operation,
	routing::{trust, CapabilityState, Factors, NEUTRAL, ONE, PREFERENCE, W_INIT},
	traits::BlockRandomness,
	trust::{HopEnd, Tone},
};

fn list<T>(items: impl IntoIterator<Item = T>) -> List<T> {
	BoundedVec::truncate_from(items.into_iter().collect())
}

/// Every risk class but one.
fn all_but(risk: RiskClass) -> RiskClasses {
	RiskClass::ALL
		.into_iter()
		.filter(|class| *class != risk)
		.fold(RiskClasses::NONE, RiskClasses::with)
}

#[test]
fn a_job_is_assigned_in_the_block_after_its_dispatch() {
	for (k, n, backups) in [(1, 1, 2), (2, 3, 2), (3, 5, 3)] {
		ExtBuilder::default().nodes(9).build_and_execute(|| {
			clause_mode(k, n);
			let id = dispatch();
			run(1);
			let record = job(id);
			assert_eq!(record.status, JobStatus::Scheduled);
			assert_eq!((record.attempts, record.assigned_at), (1, Some(2)));
			assert_eq!(record.seats.len(), usize::from(n));
			assert_eq!(record.backups.len(), backups);
			let nonce = attempt_nonce(&Vrf::seed(b"concordat/schedule/v1"), id, 1);
			for seat in &record.seats {
				assert_eq!((seat.attempt, seat.nonce), (1, nonce));
				assert_eq!((seat.assigned_at, seat.ack_by, seat.deliver_by), (2, 8, 15));
				assert_eq!(seat.state, SeatState::Assigned);
				assert_eq!(seat.lease, u64::from(seat.node));
				assert_eq!(seat.signing_key, [seat.node as u8; 32]);
				assert_eq!(JobDispatch::assignments(seat.node), [id]);
				assert_eq!(<JobDispatch as NodePool>::running(seat.node), 1);
			}
			// Seats and backups are all different nodes.
			let all: BTreeSet<_> =
				seated(id).into_iter().chain(record.backups.iter().copied()).collect();
			assert_eq!(all.len(), usize::from(n) + backups);
			assert_eq!(
				ReceiptBook::get(),
				[Operation::JobAssigned {
					job: id,
					attempt: 1,
					nodes: BoundedVec::truncate_from(seated(id)),
				}]
			);
			assert!(events().contains(&Event::JobAssigned {
				job: id,
				attempt: 1,
				seats: BoundedVec::truncate_from(
					record.seats.iter().map(|seat| (seat.node, seat.score)).collect()
				),
				backups: record.backups.clone(),
				ack_by: 8,
				deliver_by: 15,
			}));
		});
	}
}

#[test]
fn the_score_of_a_seat_is_the_product_of_the_published_factors() {
	ExtBuilder::default().build_and_execute(|| {
		admit_with(1, |p| {
			p.latency_class = 7;
			p.lease_expires_at = 100;
			p.capacity = 2;
		});
		dispatch();
		dispatch();
		run(1);
		let factors = Factors {
			trust: NEUTRAL,
			quality: NEUTRAL,
			load: ONE / 2,
			connection: W_INIT,
			threat: 0,
			preference: ONE,
			freshness: concordat_primitives::routing::freshness(0, 100, 2),
			proximity: 250_000,
		};
		assert_eq!(seats(2)[0].score, factors.score());
		assert_eq!(seats(1)[0].score, Factors { load: 0, ..factors }.score());
	});
}

#[test]
fn one_operator_never_gets_two_seats_or_a_seat_and_a_backup() {
	ExtBuilder::default().build_and_execute(|| {
		clause_mode(2, 3);
		(1..=6).for_each(|node| admit_with(node, |p| p.operator = [1; 16]));
		(7..=8).for_each(admit);
		let id = dispatch();
		run(3);
		// Three operators are needed for the seats; backups are optional.
		assert_eq!(job(id).status, JobStatus::Scheduled);
		assert_eq!(seated(id).iter().filter(|node| **node <= 6).count(), 1);
		assert!(job(id).backups.is_empty());

		JobDispatch::evict(8);
		let id = dispatch();
		run(3);
		assert_eq!(job(id).status, JobStatus::Pending);
		assert_eq!(job(id).waiting, Some(Waiting::TooFewOperators));
	});
}

#[test]
fn one_platform_never_gets_two_seats() {
	ExtBuilder::default().build_and_execute(|| {
		clause_mode(2, 3);
		let shared = profile(1).platform;
		(1..=3).for_each(|node| admit_with(node, |p| p.platform = shared));
		admit(4);
		let id = dispatch();
		run(2);
		assert_eq!(job(id).waiting, Some(Waiting::TooFewOperators));
		admit(5);
		run(1);
		assert_eq!(job(id).status, JobStatus::Scheduled);
		assert_eq!(seated(id).iter().filter(|node| **node <= 3).count(), 1);
	});
}

#[test]
fn the_best_score_wins_and_preference_counts_a_fifth() {
	for (rival, winner) in [(500_000, 3), (590_000, 3), (610_000, 2)] {
		ExtBuilder::default().nodes(3).build_and_execute(|| {
			stand_with(2, |s| s.trust = rival);
			let id = dispatch_with(|c| c.preferred = list([3]));
			run(1);
			assert_eq!(seated(id), [winner], "1.2 · 0.5 against {rival}");
			let preferred = Factors {
				trust: NEUTRAL,
				quality: NEUTRAL,
				load: 0,
				connection: W_INIT,
				threat: 0,
				preference: PREFERENCE,
				freshness: concordat_primitives::routing::freshness(0, 1_000_000, 2),
				proximity: ONE,
			};
			if winner == 3 {
				assert_eq!(seats(id)[0].score, preferred.score());
			}
		});
	}
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		stand_with(2, |s| s.trust = 510_000);
		assert_eq!(seated(assigned()), [2]);
	});
}

#[test]
fn hard_filters_turn_nodes_away_with_their_reason() {
	type Node = fn(&mut NodeProfile);
	type Mind = fn(&mut Standing);
	type Wish = fn(&mut JobConstraints);
	let same: Node = |_| ();
	let calm: Mind = |_| ();
	let none: Wish = |_| ();
	let cases: Vec<(Exclusion, Node, Mind, Wish)> = vec![
		(Exclusion::Excluded, same, calm, |c| c.excluded = list([1])),
		(Exclusion::NotSovereign, |p| p.sovereign = false, calm, none),
		(Exclusion::Measurement, |p| p.measurement = measurement(9), calm, none),
		// The clause is of the critical class.
		(Exclusion::RiskClassNotMet, |p| p.classes = all_but(RiskClass::Critical), calm, none),
		// The result would be due at block 2 + 13.
		(Exclusion::LeaseEnding, |p| p.lease_expires_at = 14, calm, none),
		(Exclusion::CoolingDown, same, |s| s.cooldown_until = 3, none),
		(Exclusion::Full, |p| p.capacity = 0, calm, none),
		(Exclusion::Resources, |p| p.resources.memory_mib = 15, calm, none),
		(Exclusion::Trust, same, |s| s.trust = 599_999, |c| c.min_trust = 600_000),
		(
			Exclusion::Quality,
			same,
			|s| {
				s.change(rain(), |state| state.quality = 599_999);
			},
			|c| c.min_quality = 600_000,
		),
	];
	for (why, node, mind, wish) in cases {
		ExtBuilder::default().build_and_execute(|| {
			clause_with(|s| {
				s.policy.sovereign_only = true;
				s.measurements = list([measurement(1), measurement(2)]);
			});
			admit_with(1, node);
			stand_with(1, mind);
			let id = dispatch_with(wish);
			run(1);
			assert_eq!(job(id).waiting, Some(Waiting::NotEligible(why)));
			assert_eq!(job(id).status, JobStatus::Pending);
			assert!(events()
				.contains(&Event::JobWaiting { job: id, reason: Waiting::NotEligible(why) }));
			// A node at the edge of the same bound is let through.
			admit_with(2, |p| {
				p.lease_expires_at = 16;
				p.resources.memory_mib = 16;
				p.measurement = measurement(2);
			});
			stand_with(2, |s| {
				s.trust = 600_000;
				s.change(rain(), |state| state.quality = 600_000);
				s.cooldown_until = 3;
			});
			run(1);
			assert_eq!(seated(id), [2], "{why:?}");
		});
	}
}

#[test]
fn a_node_has_to_meet_the_class_of_the_clause_and_no_other() {
	for risk in RiskClass::ALL {
		ExtBuilder::default().build_and_execute(|| {
			clause_with(|s| s.risk = risk);
			admit_with(1, |p| p.classes = all_but(risk));
			let id = dispatch();
			run(1);
			assert_eq!(job(id).waiting, Some(Waiting::NotEligible(Exclusion::RiskClassNotMet)));
			admit_with(2, |p| p.classes = RiskClasses::NONE.with(risk));
			run(1);
			assert_eq!(seated(id), [2]);
		});
	}
}

#[test]
fn a_risk_class_that_was_lost_since_the_profile_was_written_costs_the_seat() {
	ExtBuilder::default().nodes(1).build_and_execute(|| {
		let classes = all_but(RiskClass::Critical);
		grant(concordat_primitives::attest::Lease { classes, ..lease(1, &profile(1)) });
		let id = dispatch();
		run(1);
		assert_eq!(job(id).waiting, Some(Waiting::Leases));
		grant(lease(1, &profile(1)));
		run(1);
		assert_eq!(seated(id), [1]);
	});
}

#[test]
fn a_backup_that_lost_the_risk_class_does_not_step_in() {
	ExtBuilder::default().nodes(2).build_and_execute(|| {
		let id = assigned();
		let backup = job(id).backups[0];
		let classes = all_but(RiskClass::Critical);
		grant(concordat_primitives::attest::Lease { classes, ..lease(backup, &profile(backup)) });
		run(6);
		assert!(seats(id).is_empty());
		assert_eq!(job(id).status, JobStatus::Pending);
	});
}

#[test]
fn simulated_evidence_is_turned_away_where_the_clause_forbids_it() {
	ExtBuilder::default().nodes(1).build_and_execute(|| {
		clause_with(|s| s.policy.forbid_simulated = true);
		let id = dispatch();
		run(1);
		assert_eq!(job(id).waiting, Some(Waiting::NotEligible(Exclusion::Simulated)));
		admit_with(2, |p| p.simulated = false);
		run(1);
		assert_eq!(seated(id), [2]);
	});
}

#[test]
fn a_load_above_095_is_turned_away_before_capacity_is_reached() {
	ExtBuilder::default().build_and_execute(|| {
		admit_with(1, |p| {
			p.capacity = 64;
			p.resources.memory_mib = 100_000;
		});
		(0..64).for_each(|_| {
			dispatch();
		});
		run(2);
		// 61/64 is above 0.95.
		assert_eq!(JobDispatch::running(1), 61);
		assert_eq!(job(64).waiting, Some(Waiting::NotEligible(Exclusion::Overloaded)));
	});
}

#[test]
fn capacity_and_memory_are_never_promised_twice() {
	ExtBuilder::default().build_and_execute(|| {
		admit_with(1, |p| p.capacity = 2);
		admit_with(2, |p| p.resources.memory_mib = 3 * 16 + 15);
		(0..9).for_each(|_| {
			dispatch();
		});
		run(3);
		assert_eq!((JobDispatch::running(1), JobDispatch::running(2)), (2, 3));
		assert_eq!(totals().assigned, 5);
		assert_eq!(totals().queued, 4);
		// Room that is given back is used again.
		let done = JobDispatch::assignments(2)[0];
		deliver(done, 2);
		settle(done, &[2], &[]);
		run(1);
		assert_eq!(JobDispatch::running(2), 3);
		assert_eq!(totals().queued, 3);
	});
}

#[test]
fn a_lease_that_does_not_count_at_the_moment_of_seating_costs_the_seat() {
	ExtBuilder::default().nodes(1).build_and_execute(|| {
		revoke(1);
		let id = dispatch();
		run(1);
		assert_eq!(job(id).waiting, Some(Waiting::Leases));
		// Another node takes it, however much better the first one scores.
		stand_with(1, |s| s.trust = ONE);
		admit(2);
		run(1);
		assert_eq!(seated(id), [2]);
	});
}

#[test]
fn a_lease_that_was_cut_short_since_the_profile_was_written_costs_the_seat() {
	ExtBuilder::default().nodes(1).build_and_execute(|| {
		// Still alive, but not when the result would be due.
		grant(concordat_primitives::attest::Lease { expires_at: 14, ..lease(1, &profile(1)) });
		let id = dispatch();
		run(1);
		assert_eq!(job(id).waiting, Some(Waiting::Leases));
		// The seat names the lease and the key that the chain vouches for, not those of the profile.
		let signing_key = [42; 32];
		grant(concordat_primitives::attest::Lease { signing_key, ..lease(1, &profile(1)) });
		run(1);
		assert_eq!(seats(id)[0].signing_key, signing_key);
	});
}

#[test]
fn jobs_stay_within_their_jurisdictions() {
	ExtBuilder::default().build_and_execute(|| {
		for node in 1..=30 {
			admit_with(node, |p| p.jurisdiction = place(["IDN", "PHL", "USA"][node as usize % 3]));
		}
		let mut seen = BTreeSet::new();
		for _ in 0..10 {
			let id = dispatch_with(|c| c.jurisdictions = list([place("IDN"), place("PHL")]));
			run(1);
			for node in seated(id) {
				seen.insert(Seatings::<Test>::get(node).unwrap().profile.jurisdiction);
			}
		}
		// Both pools are drawn from, the third never.
		assert_eq!(seen, [place("IDN"), place("PHL")].into());
	});
}

#[test]
fn a_job_without_candidates_waits_and_blocks_nobody() {
	ExtBuilder::default().nodes(1).build_and_execute(|| {
		let lonely = dispatch_with(|c| c.jurisdictions = list([place("USA")]));
		let other = dispatch();
		run(1);
		assert_eq!(job(lonely).waiting, Some(Waiting::NoNodes));
		assert_eq!(job(other).status, JobStatus::Scheduled);
		run(3);
		assert_eq!(job(lonely).retries, 4);
		// The reason is told once, not in every block.
		let told = |event: &Event<Test>| matches!(event, Event::JobWaiting { .. });
		assert_eq!(events().iter().filter(|event| told(event)).count(), 1);
		admit_with(2, |p| p.jurisdiction = place("USA"));
		run(1);
		assert_eq!(seated(lonely), [2]);
		assert_eq!(job(lonely).waiting, None);
	});
}

#[test]
fn a_job_that_nobody_can_run_is_tried_less_and_less_often() {
	ExtBuilder::default().nodes(1).params(|p| p.max_queued = 1).build_and_execute(|| {
		let id = dispatch_with(|c| c.min_trust = 1_000_000);
		let mut tried_at = vec![];
		for _ in 0..80 {
			let before = job(id).retries;
			run(1);
			assert_eq!(job(id).status, JobStatus::Pending);
			if job(id).retries > before {
				tried_at.push(System::block_number());
			}
		}
		assert_eq!(tried_at, [2, 3, 4, 5, 6, 8, 12, 20, 35, 50, 65, 80]);
		// It rests beside the queue, and still counts as one that waits there.
		assert!(job(id).place.is_none());
		frame_support::assert_noop!(
			JobDispatch::dispatch(
				RuntimeOrigin::signed(alice()),
				clause_id(),
				input(),
				Default::default()
			),
			Error::<Test>::QueueFull
		);
		// When somebody can, it takes the next try.
		stand_with(1, |s| s.trust = ONE);
		run_until(15, || job(id).status == JobStatus::Scheduled);
		assert_eq!(job(id).retries, 0);
	});
}

#[test]
fn jobs_that_nobody_can_run_leave_the_hook_to_the_others() {
	use frame_support::traits::Hooks;
	ExtBuilder::default().nodes(40).build_and_execute(|| {
		for _ in 0..100 {
			dispatch_with(|c| c.min_trust = 1_000_000);
		}
		let hook = || {
			System::set_block_number(System::block_number() + 1);
			JobDispatch::on_initialize(System::block_number()).ref_time()
		};
		let first = hook();
		(0..60).for_each(|_| {
			hook();
		});
		let later = (0..15).map(|_| hook()).sum::<u64>() / 15;
		assert!(later * 5 < first, "{later} on average, {first} at first");
		let good = dispatch();
		run(1);
		assert_eq!(job(good).status, JobStatus::Scheduled);
	});
}

#[test]
fn too_few_nodes_are_told_from_none() {
	ExtBuilder::default().nodes(2).build_and_execute(|| {
		clause_mode(2, 3);
		let id = dispatch();
		run(1);
		assert_eq!(job(id).waiting, Some(Waiting::TooFewNodes));
		assert_eq!(JobDispatch::running(1), 0, "nobody is seated unless all are");
	});
}

#[test]
fn classes_take_turns_and_none_starves() {
	let slow = |p: &mut Params| {
		p.max_assignments_per_block = 1;
		p.max_queued = 100;
	};
	ExtBuilder::default().nodes(40).params(slow).build_and_execute(|| {
		for class in JobClass::ALL {
			for _ in 0..20 {
				dispatch_with(|c| c.class = class);
			}
		}
		run(15);
		let ever = |class| {
			Jobs::<Test>::iter()
				.filter(|(id, job)| {
					Orders::<Test>::get(id).unwrap().class == class && job.attempts > 0
				})
				.count()
		};
		assert_eq!(JobClass::ALL.map(ever), [8, 4, 2, 1]);
	});
}

#[test]
fn within_a_class_the_first_comes_first() {
	ExtBuilder::default().nodes(10).params(|p| p.max_assignments_per_block = 1).build_and_execute(
		|| {
			let ids: Vec<_> = (0..4).map(|_| dispatch()).collect();
			for id in ids {
				assert_eq!(job(id).attempts, 0);
				run(1);
				assert_eq!(job(id).attempts, 1);
			}
		},
	);
}

#[test]
fn no_more_jobs_are_assigned_in_a_block_than_allowed() {
	ExtBuilder::default().nodes(30).params(|p| p.max_assignments_per_block = 7).build_and_execute(
		|| {
			(0..20).for_each(|_| {
				dispatch();
			});
			for assigned in [7, 14, 20] {
				run(1);
				assert_eq!(totals().assigned, assigned);
			}
		},
	);
}

#[test]
fn with_one_eligible_node_in_a_hundred_probes_stay_bounded_and_the_job_is_placed() {
	ExtBuilder::default().build_and_execute(|| {
		for node in 1..=1_000 {
			admit(node);
			if node % 100 != 0 {
				set_quality(node, 100_000);
			}
		}
		let id = dispatch_with(|c| {
			c.min_quality = 500_000;
			c.timeout_blocks = Some(5_000);
		});
		let order = Orders::<Test>::get(id).unwrap();
		// One seat, two backups, four candidates each, three probes for each candidate.
		let bound = 3 * 4 * 3;
		let mut tries = 0;
		loop {
			next_block();
			let ctx = JobDispatch::context();
			let mut record = job(id);
			if record.status == JobStatus::Scheduled {
				break;
			}
			tries += 1;
			assert!(tries < 300, "36 probes find one in a hundred within a few tries");
			assert!(matches!(record.waiting, Some(Waiting::NotEligible(Exclusion::Quality))));
			let placement =
				frame_support::hypothetically!(JobDispatch::place(id, &mut record, &order, &ctx));
			assert!(placement.probes <= bound);
		}
		assert_eq!(seated(id)[0] % 100, 0);
	});
}

#[test]
fn the_draw_follows_the_randomness_of_the_block() {
	let draw = |salt| {
		Salt::set(salt);
		let mut nodes = Vec::new();
		ExtBuilder::default().nodes(60).build_and_execute(|| {
			clause_mode(3, 5);
			nodes = seated(assigned());
		});
		nodes
	};
	assert_eq!(draw(1), draw(1));
	let different: BTreeSet<_> = (1..=8).map(draw).collect();
	assert!(different.len() >= 7, "eight seeds, {} committees", different.len());
}

#[test]
fn equal_nodes_sit_equally_often() {
	ExtBuilder::default().nodes(20).build_and_execute(|| {
		let order = {
			let id = dispatch();
			Orders::<Test>::get(id).unwrap()
		};
		let mut seats = [0u32; 21];
		let draws = 4_000;
		for round in 0..draws {
			Salt::set(round);
			let ctx = JobDispatch::context();
			let mut record = job(1);
			frame_support::hypothetically!({
				JobDispatch::place(1, &mut record, &order, &ctx);
			});
			seats[record.seats[0].node as usize] += 1;
		}
		let expected = draws as f64 / 20.0;
		let chi: f64 =
			seats[1..].iter().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum();
		// 19 degrees of freedom: 43.8 is exceeded once in a thousand.
		assert!(chi < 43.8, "χ² = {chi}");
	});
}

#[test]
fn verifier_sets_are_seated_like_quorums() {
	ExtBuilder::default().nodes(6).build_and_execute(|| {
		let clause = clause_with(|s| s.mode = ExecutionMode::ZkVerifierSet { n: 4 });
		Provable::mutate(|known| known.insert(clause));
		assert_eq!(seats(assigned()).len(), 4);
	});
}

#[test]
fn good_results_raise_a_node_and_dissent_lowers_it() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		clause_mode(2, 3);
		let id = assigned();
		let [a, b, c] = seated(id)[..] else { panic!("three seats") };
		[a, b, c].iter().for_each(|node| deliver(id, *node));
		stand_with(a, |s| s.misses = 3);
		settle(id, &[a, b], &[c]);
		// By the formulas of the routing, at full voice.
		for (node, end) in [(a, HopEnd::Agreed), (b, HopEnd::Agreed), (c, HopEnd::Dissented)] {
			let mut state = CapabilityState::new(rain());
			state.note(end, Tone::Early, ONE, 2);
			assert_eq!(JobDispatch::reputation(node), (trust(NEUTRAL, end, ONE), state.quality));
			assert_eq!(JobDispatch::standing(node).capability(rain()), state);
		}
		assert!(JobDispatch::reputation(a).0 > NEUTRAL && JobDispatch::reputation(c).0 < NEUTRAL);
		assert_eq!(JobDispatch::standing(a).misses, 0);
		assert_eq!(totals().dissents, 1);
	});
}
