//! Random workflows and random ends, against a model: every step runs after its predecessors, once for each time that
//! it had to, on what they gave; and everything comes to an end.

use crate::mock::*;
use concordat_primitives::{
	cac::FailureCode,
	ensemble::Aggregation,
	job::{FailureReason, JobStatus},
	workflow::{StepIndex, StepInput, StepSpec, WorkflowKind, WorkflowSpec, WorkflowStatus},
	JobId,
};
use frame_support::weights::Weight;
use std::collections::{BTreeMap, BTreeSet};

/// A small generator, so that a failure can be seen again.
struct Dice(u64);

impl Dice {
	fn roll(&mut self, sides: u64) -> u64 {
		// xorshift64*
		self.0 ^= self.0 >> 12;
		self.0 ^= self.0 << 25;
		self.0 ^= self.0 >> 27;
		(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % sides
	}
}

fn random_spec(dice: &mut Dice) -> WorkflowSpec {
	let count = 1 + dice.roll(14) as u8;
	let mut steps = Vec::new();
	for place in 0..count {
		let mut on = BTreeSet::new();
		if place > 0 {
			// All hang together, because each but the first needs an earlier one.
			for _ in 0..=dice.roll(3) {
				on.insert(dice.roll(place.into()) as StepIndex);
			}
		}
		let on: Vec<_> = on.into_iter().collect();
		let input = match dice.roll(4) {
			0 if on.len() == 1 => StepInput::Output,
			1 if !on.is_empty() => StepInput::Merged(Aggregation::Voting),
			2 => StepInput::Own(input(b"mine")),
			_ => StepInput::Workflow,
		};
		steps.push(StepSpec { input, retries: dice.roll(3) as u8, ..step(&on) });
	}
	// The steps of a list need not stand in the order of their running.
	if dice.roll(2) == 0 {
		steps.reverse();
		for step in &mut steps {
			for on in step.depends_on.iter_mut() {
				*on = count - 1 - *on;
			}
		}
	}
	// A judge here and there.
	for place in 0..steps.len() {
		let sole = match steps[place].depends_on[..] {
			[on] => steps.iter().filter(|step| step.depends_on.contains(&on)).count() == 1,
			_ => false,
		};
		if sole && steps[place].input == StepInput::Output && steps[place].retries > 0 {
			steps[place].redo = dice.roll(2) == 0;
		}
	}
	let sinks = (0..count)
		.filter(|place| !steps.iter().any(|step| step.depends_on.contains(place)))
		.count();
	WorkflowSpec {
		merge: (sinks > 1).then_some(Aggregation::Voting),
		timeout_blocks: Some(50 + dice.roll(100) as u32),
		..workflow(WorkflowKind::Dag, steps)
	}
}

/// What has to be true of a workflow.
struct Model {
	spec: WorkflowSpec,
	done: BTreeMap<StepIndex, JobId>,
	/// Failures of the steps since they were last sent back.
	failures: BTreeMap<StepIndex, u8>,
	over: bool,
}

impl Model {
	fn new(spec: WorkflowSpec) -> Self {
		Self { spec, done: BTreeMap::new(), failures: BTreeMap::new(), over: false }
	}

	fn ready(&self) -> BTreeSet<StepIndex> {
		if self.over {
			return BTreeSet::new();
		}
		(0..self.spec.steps.len() as StepIndex)
			.filter(|place| {
				let step = &self.spec.steps[usize::from(*place)];
				!self.done.contains_key(place)
					&& step.depends_on.iter().all(|on| self.done.contains_key(on))
			})
			.collect()
	}

	fn complete(&mut self, place: StepIndex, job: JobId) {
		self.done.insert(place, job);
	}

	fn fail(&mut self, place: StepIndex, of_program: bool) {
		let step = &self.spec.steps[usize::from(place)];
		let failures = self.failures.entry(place).or_default();
		*failures += 1;
		if *failures > step.retries {
			self.over = true;
		} else if step.redo && of_program {
			let before = step.depends_on[0];
			self.done.remove(&before);
			self.failures.remove(&before);
		}
	}
}

fn run(seed: u64) {
	let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
	let builder = ExtBuilder::default().params(|params| {
		params.max_running = 1 + dice.roll(6) as u8;
		params.max_live = 100;
		params.retention = 1 + dice.roll(30) as u32;
	});
	builder.build_and_execute(|| {
		let mut models = BTreeMap::<u64, Model>::new();
		for _ in 0..120 {
			if models.len() < 4 || dice.roll(20) == 0 {
				let spec = random_spec(&mut dice);
				submit_with(ALICE, spec.clone(), dice.roll(300).into()).expect("sound");
				models.insert(crate::Books::<Test>::get().submitted, Model::new(spec));
			}
			// Some ends, some of them in the same block.
			for _ in 0..dice.roll(5) {
				let jobs = live_jobs();
				if jobs.is_empty() {
					break;
				}
				let (job, record) = jobs[dice.roll(jobs.len() as u64) as usize].clone();
				let (id, place) = record.step();
				let model = models.get_mut(&id).expect("a known workflow");
				let counts = !crate::mock::status(id).is_final();
				match dice.roll(8) {
					0 => {
						let reason = FailureReason::Program(FailureCode::Trap);
						end_with(job, JobStatus::Failed(reason));
						if counts {
							model.fail(place, true);
						}
					},
					1 => {
						end_with(job, JobStatus::Expired);
						if counts {
							model.fail(place, false);
						}
					},
					_ => {
						complete_with(job, 1 + dice.roll(9) as u32, b"same");
						if counts {
							model.complete(place, job);
						}
					},
				}
			}
			if dice.roll(40) == 0 {
				if let Some((id, model)) = models.iter_mut().next_back() {
					if cancel(ALICE, *id).is_ok() {
						model.over = true;
					}
				}
			}
			IdleRoom::set(match dice.roll(3) {
				0 => Some(Weight::zero()),
				1 => Some(Weight::from_parts(3_000_000_000, u64::MAX)),
				_ => None,
			});
			BoardIsFull::set(dice.roll(10) == 0);
			next_block();
			Workflows::do_try_state().expect("all invariants hold after a block");
			check(&models);
		}
		// Everything ends.
		BoardIsFull::set(false);
		IdleRoom::set(None);
		run_to(System::block_number() + 300);
		assert_eq!(crate::Books::<Test>::get().live, 0);
		assert_eq!(live_jobs(), []);
		assert_eq!(crate::Workflows::<Test>::iter().count(), 0);
		assert_eq!(crate::Steps::<Test>::iter().count(), 0);
		assert_eq!(held(&ALICE), (0, 0));
	});
}

fn check(models: &BTreeMap<u64, Model>) {
	for (id, model) in models {
		let Some(view) = Workflows::workflow(*id) else { continue };
		let running: BTreeSet<_> = running(*id).into_iter().collect();
		if !view.status.is_final() {
			assert!(running.is_subset(&model.ready()), "a step runs before its predecessors");
			assert_eq!(usize::from(view.completed), model.done.len());
		}
		for (_, job) in live_jobs().into_iter().filter(|(_, job)| job.step().0 == *id) {
			if view.status.is_final() {
				continue;
			}
			let step = &model.spec.steps[usize::from(job.step().1)];
			let jobs: Vec<_> = job.dependencies.iter().map(|(job, _)| *job).collect();
			let expected: Vec<_> = step.depends_on.iter().map(|on| model.done[on]).collect();
			assert_eq!(jobs, expected, "a step runs on other outputs than it should");
		}
		let twice = live_jobs().into_iter().filter(|(_, job)| job.step().0 == *id).count();
		assert_eq!(twice, running.len(), "a step runs twice at a time");
		if view.status == WorkflowStatus::Completed {
			assert_eq!(model.done.len(), model.spec.steps.len(), "a step did not run");
		}
		if let WorkflowStatus::Failed { .. } = view.status {
			assert!(model.over, "it failed for nothing");
		}
	}
}

#[test]
fn random_workflows_should_run_as_they_say_and_come_to_an_end() {
	for seed in 1..=60 {
		let outcome = std::panic::catch_unwind(|| run(seed));
		if let Err(panic) = outcome {
			eprintln!("seed {seed}");
			std::panic::resume_unwind(panic);
		}
	}
}
