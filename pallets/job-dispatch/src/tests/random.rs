//! Everything at once: long random runs of all calls by everybody, with all invariants checked after every block, and
//! an oracle for what each job may become.

use super::*;
use crate::{pallet::*, types::*};
use alloc::collections::BTreeMap;
use concordat_primitives::{
	attest::{RiskClasses, Vendor},
	clause::{ExecutionMode, Spread},
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
			let (n, demands) = ([1, 3, 3, 3][dice.below(4)], dice.below(8) == 0);
			clause_with(|spec| {
				spec.mode = match n {
					1 => ExecutionMode::Single,
					n => ExecutionMode::Quorum { k: 2, n },
				};
				if demands {
					let list = vec![demand("NSF/Operator@1")];
					spec.policy.node_credentials = BoundedVec::truncate_from(list);
				}
			});
			let class = JobClass::ALL[dice.below(4)];
			let jurisdictions = match dice.below(6) {
				0 => vec![somewhere(dice)],
				_ => vec![],
			};
			let timeout = 60 + dice.below(120) as u32;
			let (group, known) = (dice.below(40) as u32, dice.below(14) as NodeId);
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
			let _ = match dice.below(9) {
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
			let k = usize::from(order.mode.quorum().0);
			if done.len() >= k {
				let (agreed, dissented) = done.split_at(k + dice.below(done.len() - k + 1));
				let settlement = match dice.below(4) {
					0 => failure(agreed),
					_ => settlement(agreed, dissented),
				};
				JobDispatch::settle(id, settlement).expect("it fits");
			} else {
				assert!(JobDispatch::settle(id, settlement(&done, &[])).is_err());
			}
		},
		80..=84 => {
			let Some(id) = dice.pick(&working) else { return };
			assert_ok!(JobDispatch::round_failed(id));
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
			match dice.below(2) {
				0 => revoke(node),
				_ => grant(lease(node, &profile(node))),
			}
		},
	}
}

#[test]
fn no_order_of_calls_breaks_an_invariant() {
	let mut ends = BTreeMap::<String, u32>::new();
	for seed in 1..=3 {
		let quick = |p: &mut Params| {
			p.cooldown_base = 3;
			p.cooldown_max = 20;
			p.max_attempts = 3;
			p.max_assignments_per_block = 3;
			p.challenge_window = 30;
			// Room for a few steps only, so that work carries over all the time.
			p.hook_share = 2;
		};
		ExtBuilder::default().nodes(8).params(quick).build_and_execute(|| {
			let mut dice = Dice(seed);
			Remembers::set(true);
			(2..14).for_each(|node| certify(node, "NSF/Operator@1"));
			let mut seen = BTreeMap::<JobId, JobStatus>::new();
			let mut groups = 0;
			for block in 0..400 {
				Salt::set(seed * 1_000 + block);
				System::reset_events();
				run(1);
				groups += events()
					.iter()
					.filter(|event| matches!(event, Event::GroupMoved { .. }))
					.count();
				for _ in 0..dice.below(6) {
					step(&mut dice);
				}
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
		});
	}
	// The runs got everywhere.
	for end in [
		"Completed",
		"Failed(Program(Trap))",
		"Failed(NoQuorum)",
		"Failed(Silence)",
		"Failed(Governance)",
		"Expired",
		"Cancelled",
		"Slashed",
	] {
		assert!(ends.get(end).is_some_and(|count| *count >= 10), "{end} is rare: {ends:?}");
	}
}
