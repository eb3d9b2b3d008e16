//! Everything at once: long random runs of all calls by everybody, with all invariants checked after every block, and
//! an oracle for what each job may become.

use super::*;
use crate::{pallet::*, types::*};
use alloc::collections::BTreeMap;
use concordat_primitives::{
	attest::{RiskClasses, Vendor},
	clause::{ExecutionMode, RiskClass, Spread},
	job::{JobClass, JobStatus, SeatState},
	Jurisdiction,
};

/// A plain generator: runs can be repeated by their seed.
struct Dice(u64);

impl Dice {
	fn below(&mut self, bound: usize) -> usize {
		self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
		(self.0 >> 33) as usize % bound.max(1)
	}

	fn pick<T: Clone>(&mut self, items: &[T]) -> Option<T> {
		items.get(self.below(items.len())).cloned()
	}
}

fn somewhere(dice: &mut Dice) -> Jurisdiction {
	place(["IDN", "PHL", "USA"][dice.below(3)])
}

fn step(dice: &mut Dice) {
	let jobs: Vec<JobId> = Jobs::<Test>::iter_keys().collect();
	let working: Vec<JobId> = Jobs::<Test>::iter()
		.filter(|(_, job)| job.status.is_assigned())
		.map(|(id, _)| id)
		.collect();
	match dice.below(100) {
		0..=19 => {
			let (n, demands) = ([0, 1, 3, 3, 3, 5][dice.below(6)], dice.below(8) == 0);
			let risk = [RiskClass::Medium, RiskClass::Critical][dice.below(2)];
			clause_with(|spec| {
				spec.risk = risk;
				spec.mode = match n {
					0 => ExecutionMode::SovereignOverride,
					1 => ExecutionMode::Single,
					n => ExecutionMode::Quorum { k: n / 2 + 1, n },
				};
				if demands {
					let list = vec![demand("NSF/Operator@1")];
					spec.policy.node_credentials = BoundedVec::truncate_from(list);
				}
			});
			let class = match risk {
				RiskClass::Critical => JobClass::ALL[dice.below(4)],
				_ => JobClass::ALL[1 + dice.below(3)],
			};
			let jurisdictions = match dice.below(6) {
				0 => vec![somewhere(dice)],
				_ => vec![],
			};
			let timeout = 60 + dice.below(120) as u32;
			let (group, known) = (dice.below(16) as u32, dice.below(14) as NodeId);
			let (vendors, places) = (dice.below(2) == 0, dice.below(2) == 0);
			let sovereign_only = dice.below(8) == 0;
			dispatch_with(|c| {
				c.class = class;
				c.collocate = (group < 4).then_some(group);
				c.spread = Spread { vendors, jurisdictions: places };
				c.sovereign_only = sovereign_only;
				c.preferred = BoundedVec::truncate_from(vec![known]);
				c.jurisdictions = BoundedVec::truncate_from(jurisdictions);
				c.timeout_blocks = Some(timeout);
			});
		},
		20..=24 => {
			let at = somewhere(dice);
			let operator = [dice.below(9) as u8; 16];
			let classes = if dice.below(6) == 0 { RiskClasses::NONE } else { RiskClasses::ALL };
			let sovereign = dice.below(3) > 0;
			let vendor = [Vendor::IntelTdx, Vendor::AmdSevSnp][dice.below(2)];
			admit_with(dice.below(14) as NodeId, |p| {
				p.sovereign = sovereign;
				p.vendor = vendor;
				p.jurisdiction = at;
				p.operator = operator;
				p.classes = classes;
			});
		},
		25 => {
			let node = dice.below(14) as NodeId;
			match dice.below(2) {
				0 => JobDispatch::evict(node),
				_ => {
					let _ = JobDispatch::set_available(node, rain(), dice.below(3) > 0);
				},
			}
		},
		26 => match dice.below(3) {
			0 => JobDispatch::forget(dice.below(14) as NodeId),
			_ => JobDispatch::lost(dice.below(14) as NodeId),
		},
		// Mostly the calls fit; sometimes they are nonsense, and then nothing must change.
		27..=69 => {
			let Some(id) = dice.pick(&working) else { return };
			let record = job(id);
			let Some(seat) = dice.pick(&record.seats) else { return };
			if let Some(waits) = dice.pick(&record.seats).filter(|_| job(id).reveal_from.is_none())
			{
				// Most jobs get to their reveals.
				let _ = JobDispatch::committed(id, waits.attempt, waits.node);
			}
			let _ = match dice.below(11) {
				9..=10 => JobDispatch::committed(id, seat.attempt, seat.node),
				8 => JobDispatch::decline(id, seat.attempt, seat.node),
				0 => JobDispatch::acknowledge(id, seat.attempt + 1, seat.node),
				1 => JobDispatch::delivered(id, seat.attempt, 99),
				2..=4 => JobDispatch::acknowledge(id, seat.attempt, seat.node),
				_ => JobDispatch::delivered(id, seat.attempt, seat.node),
			};
		},
		70..=79 => {
			let Some(id) = dice.pick(&working) else { return };
			let order = Orders::<Test>::get(id).unwrap();
			let done: Vec<NodeId> = seats(id)
				.into_iter()
				.filter(|seat| matches!(seat.state, SeatState::Delivered(_)))
				.map(|seat| seat.node)
				.collect();
			let record = job(id);
			let k = usize::from(record.mode(&order).quorum().0);
			let members =
				|nodes: &[NodeId]| voting(id).iter().filter(|node| nodes.contains(node)).count();
			let (agreed, rest) = done.split_at(dice.below(done.len() + 1));
			let (dissented, failed) = rest.split_at(dice.below(rest.len() + 1));
			let fits = match record.committee {
				Some(committee) => committee.has_majority(members(agreed)),
				None => agreed.len() >= k,
			};
			let mut settlement = match dice.below(4) {
				0 => failure(agreed),
				_ => settlement(agreed, dissented),
			};
			settlement.failed = BoundedVec::truncate_from(failed.to_vec());
			assert_eq!(JobDispatch::settle(id, settlement).is_ok(), fits);
		},
		80..=81 => {
			let Some(id) = dice.pick(&working) else { return };
			assert_ok!(JobDispatch::round_failed(id));
		},
		82..=84 => {
			// Few can have a committee at any time: one is called for whoever can.
			for id in working {
				let before = job(id);
				let seated = JobDispatch::escalate(id).expect("nodes work on it");
				if seated > 0 {
					assert_eq!(voting(id).len() as u32, seated);
					return;
				}
				assert_eq!(job(id), before);
			}
		},
		85..=88 => {
			let disputable: Vec<JobId> = Jobs::<Test>::iter()
				.filter(|(_, job)| {
					job.status.is_assigned()
						|| matches!(job.status, JobStatus::Completed | JobStatus::Disputed)
				})
				.map(|(id, _)| id)
				.collect();
			let Some(id) = dice.pick(&disputable) else { return };
			let _ = match job(id).status {
				JobStatus::Disputed if dice.below(3) == 0 => {
					JobDispatch::override_result(id, Ok(Hash::repeat_byte(9))).map(drop)
				},
				JobStatus::Disputed => JobDispatch::unfreeze(id, dice.below(2) == 0),
				_ => JobDispatch::freeze(id),
			};
		},
		89..=91 => {
			let Some(id) = dice.pick(&jobs) else { return };
			let _ = JobDispatch::cancel(RuntimeOrigin::signed(alice()), id);
		},
		92 => {
			let Some(id) = dice.pick(&jobs) else { return };
			let votable = matches!(job(id).status, JobStatus::AwaitingVote | JobStatus::Disputed);
			let voted = JobDispatch::override_result(id, Err(FailureCode::Trap));
			assert_eq!(voted.is_ok(), votable);
			let Some(id) = dice.pick(&jobs) else { return };
			let _ = JobDispatch::fail_job(RuntimeOrigin::root(), id);
		},
		93..=96 => {
			let subject = match dice.below(3) {
				0 => PauseSubject::Clause(clause_id()),
				1 => PauseSubject::Class(JobClass::ALL[dice.below(4)]),
				_ => PauseSubject::Jurisdiction(somewhere(dice)),
			};
			let _ = match dice.below(2) {
				0 => JobDispatch::pause(RuntimeOrigin::root(), subject, 1 + dice.below(20) as u32),
				_ => JobDispatch::resume(RuntimeOrigin::root(), subject),
			};
		},
		97 => Gone::mutate(|gone| {
			let node = dice.below(14) as NodeId;
			if !gone.remove(&node) {
				gone.insert(node);
			}
		}),
		_ => {
			let node = dice.below(14) as NodeId;
			match dice.below(4) {
				0 => revoke(node),
				_ => grant(lease(node, &profile(node))),
			}
		},
	}
}

#[test]
fn no_order_of_calls_breaks_an_invariant() {
	let mut ends = BTreeMap::<String, u32>::new();
	let mut reached = [0u64; 4];
	for seed in 1..=3 {
		let quick = |p: &mut Params| {
			p.cooldown_base = 3;
			p.cooldown_max = 20;
			p.max_attempts = 4;
			p.max_assignments_per_block = 3;
			p.challenge_window = 30;
			// Nobody shows up for most votes.
			p.max_timeout = 200;
			// Room for a few steps only, so that work carries over all the time.
			p.hook_share = 2;
		};
		// From a chain with hardly enough nodes to one with many that nothing ever happens to.
		let nodes = 4 + 8 * seed as u32;
		ExtBuilder::default().nodes(nodes).params(quick).build_and_execute(|| {
			let mut dice = Dice(seed);
			Remembers::set(true);
			(2..14).for_each(|node| certify(node, "NSF/Operator@1"));
			let mut seen = BTreeMap::<JobId, JobStatus>::new();
			let (mut groups, mut opened, mut modes) = (0, 0, 0);
			for block in 0..400 {
				Salt::set(seed * 1_000 + block);
				System::reset_events();
				run(1);
				groups += events()
					.iter()
					.filter(|event| matches!(event, Event::GroupMoved { .. }))
					.count();
				let count = |is: fn(&Event<Test>) -> bool| {
					events().iter().filter(|event| is(event)).count()
				};
				for _ in 0..dice.below(6) {
					step(&mut dice);
				}
				opened += count(|event| matches!(event, Event::RevealsOpened { .. }));
				modes += count(|event| matches!(event, Event::ModeEscalated { .. }));
				JobDispatch::do_try_state().expect("invariants hold after every call");
				for (id, job) in Jobs::<Test>::iter() {
					// What is final stays as it is, until it is pruned.
					if let Some(before) = seen.insert(id, job.status).filter(JobStatus::is_final) {
						assert_eq!(before, job.status);
					}
				}
				for (id, stub) in Stubs::<Test>::iter() {
					if seen.remove(&id).is_some() {
						let kind = format!("{:?}", stub.status);
						*ends.entry(kind).or_default() += 1;
					}
				}
			}
			// Left alone, every job ends and goes; only disputes wait for their verdict.
			let disputed: Vec<_> = Jobs::<Test>::iter()
				.filter(|(_, job)| job.status == JobStatus::Disputed)
				.map(|(id, _)| id)
				.collect();
			for id in disputed {
				assert_ok!(JobDispatch::unfreeze(id, false));
			}
			run(400);
			assert_eq!(Jobs::<Test>::iter().count(), 0);
			assert_eq!(Stubs::<Test>::iter().count() as u64, totals().jobs);
			assert_eq!(held(&alice()), (0, 0));
			assert_eq!(Agenda::<Test>::iter().count(), 0);
			assert_eq!(Queued::<Test>::iter().count(), 0);
			assert_eq!(LiveJobs::<Test>::iter().count(), 0);
			assert_eq!(Groups::<Test>::iter().count(), 0);
			assert!(groups >= 5, "{groups} times groups were made or moved");
			let Counters { escalations, withheld, .. } = totals();
			for (sum, more) in
				reached.iter_mut().zip([opened as u64, modes as u64, escalations, withheld])
			{
				*sum += more;
			}
		});
	}
	// The runs got everywhere: to reveals, larger modes, committees, and results withheld.
	let least = [30, 20, 5, 10];
	assert!(reached.iter().zip(least).all(|(count, least)| *count >= least), "{reached:?}");
	for end in [
		"Completed",
		"Failed(Program(Trap))",
		"Failed(NoQuorum)",
		"Failed(Silence)",
		"Failed(Governance)",
		"Expired",
		"Cancelled",
		"Slashed",
		"Overridden",
	] {
		assert!(ends.get(end).is_some_and(|count| *count >= 10), "{end} is rare: {ends:?}");
	}
}
