//! Whether the declared database accesses cover those that happen: reads as the trie's recorder counts them, writes as
//! the keys whose value is another one afterwards. Only the block's own bookkeeping (number, events) is left out:
//! every block pays for it anyway.

use super::*;
use crate::{
	pallet::*,
	types::*,
	weights::{SubstrateWeight, WeightInfo},
};
use alloc::collections::BTreeMap;
use concordat_primitives::{job::JobClass, node::MAX_CAPABILITIES, CapabilityId};
use frame_support::{
	storage::storage_prefix,
	weights::{RuntimeDbWeight, Weight, WeightMeter},
};
use sp_io::hashing::twox_128;

type Declared = SubstrateWeight<Test>;

/// Reads and writes that a weight declares.
fn declared(weight: impl Fn() -> Weight) -> (u64, u64) {
	let at = |read, write| {
		Db::set(RuntimeDbWeight { read, write });
		weight().ref_time()
	};
	let (base, reads, writes) = (at(0, 0), at(1, 0), at(0, 1));
	(reads - base, writes - base)
}

/// Whether the key belongs to this pallet, or to somebody's money.
fn counts(key: &[u8]) -> bool {
	let money = key.starts_with(&storage_prefix(b"System", b"Account"));
	// `:…` are the block's own: the depth of the transaction, for instance.
	money || !(key.starts_with(&twox_128(b"System")) || key.starts_with(b":"))
}

fn state() -> BTreeMap<Vec<u8>, Vec<u8>> {
	let mut all = BTreeMap::new();
	let mut key = Vec::new();
	while let Some(next) = sp_io::storage::next_key(&key) {
		let value = sp_io::storage::get(&next).expect("the key is there");
		all.insert(next.clone(), value.to_vec());
		key = next;
	}
	all
}

/// Keys read and keys changed by `action`, after `prepare`.
fn measured<P>(prepare: impl FnOnce() -> P, action: impl FnOnce(P)) -> (u64, u64) {
	fn twice<R: Clone + Default>() -> (R, R) {
		let one = R::default();
		(one.clone(), one)
	}
	let mut ext = ExtBuilder::default().params(|p| p.backups = 4).build();
	let prepared = ext.execute_with(prepare);
	ext.commit_all().unwrap();
	let before = ext.execute_with(state);
	let (recorder, record) = twice();
	ext.execute_with_recorder(recorder, || action(prepared));
	let tries = record.recorded_keys();
	let reads = tries.values().flat_map(|trie| trie.keys()).filter(|key| counts(key)).count();
	let after = ext.execute_with(state);
	let changed = |key: &&Vec<u8>| counts(key) && before.get(*key) != after.get(*key);
	let appeared = after.keys().filter(changed).count();
	let gone = before.keys().filter(|key| counts(key) && !after.contains_key(*key)).count();
	(reads as u64, (appeared + gone) as u64)
}

fn assert_covered(what: &str, declared: (u64, u64), measured: (u64, u64)) {
	assert!(
		measured.0 <= declared.0 && measured.1 <= declared.1,
		"{what}: declared {declared:?}, measured {measured:?} (reads, writes)"
	);
	// Not absurdly more, either: nobody should pay for what does not happen.
	assert!(
		declared.0 <= 3 * measured.0 + 12 && declared.1 <= 3 * measured.1 + 12,
		"{what}: declared {declared:?}, but only {measured:?} (reads, writes) happen"
	);
}

/// `assert_ok!`, where an expression is needed.
fn ok<T, E: core::fmt::Debug>(result: Result<T, E>) {
	result.map(drop).expect("the call fits");
}

/// Accounts that receive money exist, and hold nothing yet.
fn fund() {
	for node in 1..=12 {
		let amount = concordat_primitives::units::CDT;
		ok(Balances::transfer_allow_death(RuntimeOrigin::signed(bob()), controller(node), amount));
	}
}

/// A job on seven seats, with four backups.
fn seven() -> JobId {
	fund();
	(1..=11).for_each(admit);
	clause_mode(4, 7);
	assigned()
}

fn wait(blocks: u32) {
	System::set_block_number(System::block_number() + u64::from(blocks));
}

fn fire(item: AgendaItem) {
	JobDispatch::fire(&item, &JobDispatch::context());
}

#[test]
fn declared_accesses_of_calls_cover_what_happens() {
	assert_covered(
		"dispatch",
		declared(|| Declared::dispatch(29)),
		measured(
			|| (),
			|()| {
				dispatch();
			},
		),
	);
	assert_covered(
		"dispatch_refused",
		declared(Declared::dispatch_refused),
		measured(
			|| set_clause_status(concordat_primitives::clause::ClauseStatus::Draft),
			|()| {
				ok(JobDispatch::dispatch(
					RuntimeOrigin::signed(alice()),
					clause_id(),
					input(),
					Default::default(),
				));
			},
		),
	);
	assert_covered(
		"cancel",
		declared(Declared::cancel),
		measured(dispatch, |id| {
			ok(JobDispatch::cancel(RuntimeOrigin::signed(alice()), id));
		}),
	);
	assert_covered(
		"fail_job",
		declared(Declared::fail_job),
		measured(seven, |id| ok(JobDispatch::fail_job(RuntimeOrigin::root(), id))),
	);
	let subject = || PauseSubject::Class(JobClass::Low);
	assert_covered(
		"pause",
		declared(Declared::pause),
		measured(|| (), |()| ok(JobDispatch::pause(RuntimeOrigin::root(), subject(), 5))),
	);
	assert_covered(
		"resume",
		declared(Declared::resume),
		measured(
			|| ok(JobDispatch::pause(RuntimeOrigin::root(), subject(), 5)),
			|()| ok(JobDispatch::resume(RuntimeOrigin::root(), subject())),
		),
	);
	assert_covered(
		"set_params",
		declared(Declared::set_params),
		measured(|| (), |()| ok(JobDispatch::set_params(RuntimeOrigin::root(), Params::default()))),
	);
}

#[test]
fn declared_accesses_of_the_hook_cover_what_happens() {
	assert_covered(
		"tick and a page",
		declared(|| Declared::tick().saturating_add(Declared::agenda_page())),
		measured(|| wait(1), |()| JobDispatch::tick(&mut WeightMeter::new())),
	);
	assert_covered(
		"agenda_stale",
		declared(|| Declared::agenda_stale().saturating_add(Declared::tick())),
		measured(dispatch, |job| fire(AgendaItem::Wake { job })),
	);
	// The steps below build their context, which the hook does once: `tick` covers it.
	let with_tick = |weight: Weight| weight.saturating_add(Declared::tick());
	assert_covered(
		"seat_lost",
		declared(|| with_tick(Declared::seat_lost())),
		measured(
			|| {
				let job = seven();
				// All backups but the last are unfit.
				for node in Jobs::<Test>::get(job).unwrap().backups.iter().take(3) {
					stand_with(*node, |s| s.cooldown_until = u32::MAX);
				}
				wait(6);
				(job, seated(job)[0])
			},
			|(job, node)| fire(AgendaItem::Deadline { job, attempt: 1, node }),
		),
	);
	assert_covered(
		"look_again",
		declared(|| with_tick(Declared::look_again())),
		measured(
			|| {
				let job = seven();
				let node = seated(job)[0];
				acknowledge(job, node);
				wait(6);
				(job, node)
			},
			|(job, node)| fire(AgendaItem::Deadline { job, attempt: 1, node }),
		),
	);
	for s in [1, 3, 7] {
		let on = move || {
			fund();
			(1..=12).for_each(admit);
			clause_mode(s / 2 + 1, s);
			let job = assigned();
			Parameters::<Test>::mutate(|p| p.max_attempts = 1);
			job
		};
		assert_covered(
			"round_over",
			declared(|| Declared::round_over(s.into())),
			measured(on, |job| ok(JobDispatch::round_failed(job))),
		);
		assert_covered(
			"settle",
			declared(|| Declared::settle(s.into())),
			measured(on, |job| {
				settle(job, &seated(job), &[]);
			}),
		);
	}
	// Seven who differ, and the four who decide between them.
	let eleven = || {
		let job = seven();
		for node in seated(job) {
			commit(job, node);
		}
		wait(1);
		for node in seated(job) {
			reveal(job, node);
		}
		assert_eq!(JobDispatch::escalate(job), Ok(4));
		Parameters::<Test>::mutate(|p| p.max_attempts = 1);
		job
	};
	assert_covered(
		"round_over with a committee",
		declared(|| Declared::round_over(11)),
		measured(eleven, |job| ok(JobDispatch::round_failed(job))),
	);
	assert_covered(
		"settle with a committee",
		declared(|| Declared::settle(11)),
		measured(eleven, |job| {
			settle(job, &seated(job), &[]);
		}),
	);
	assert_covered(
		"prune",
		declared(|| with_tick(Declared::prune())),
		measured(
			|| {
				admit(1);
				let job = completed();
				wait(50);
				job
			},
			|job| fire(AgendaItem::Prune { job }),
		),
	);
	let held_back = || {
		let id = dispatch();
		let subject = PauseSubject::Class(JobClass::Normal);
		ok(JobDispatch::pause(RuntimeOrigin::root(), subject, 5));
		id
	};
	assert_covered(
		"park",
		declared(|| with_tick(Declared::park())),
		measured(held_back, |_| {
			JobDispatch::schedule(&JobDispatch::context(), &mut WeightMeter::new());
		}),
	);
	assert_covered(
		"wake",
		declared(|| with_tick(Declared::wake())),
		measured(
			|| {
				let id = held_back();
				next_block();
				wait(5);
				id
			},
			|job| fire(AgendaItem::Wake { job }),
		),
	);
	for (p, s) in [(12, 1), (12, 3), (12, 7), (60, 3), (12, 0)] {
		let prepare = move || {
			(1..=p).for_each(admit);
			let n = if s == 0 { 7 } else { s as u8 };
			clause_mode(n / 2 + 1, n);
			for node in s + 1..=p {
				stand_with(node, |standing| standing.cooldown_until = u32::MAX);
			}
			wait(1);
			dispatch()
		};
		assert_covered(
			"place",
			declared(|| with_tick(Declared::place(p, s))),
			measured(prepare, move |job| {
				JobDispatch::schedule(&JobDispatch::context(), &mut WeightMeter::new());
				assert_eq!(seats(job).len() as u32, s);
			}),
		);
	}
}

#[test]
fn declared_accesses_of_the_traits_cover_what_happens() {
	for c in [1, MAX_CAPABILITIES] {
		let offers: Vec<_> =
			(0..c).map(|n| CapabilityId::parse(&format!("cap.{n}")).unwrap()).collect();
		let known = offers.clone();
		assert_covered(
			"admit",
			declared(|| Declared::admit(c)),
			measured(|| (), |()| ok(<JobDispatch as NodePool>::admit(1, profile(1), &offers))),
		);
		assert_covered(
			"evict",
			declared(|| Declared::evict(c)),
			measured(
				|| {
					for node in 1..=3 {
						ok(<JobDispatch as NodePool>::admit(node, profile(node), &known));
					}
					stand_with(1, |s| s.trust = 1);
				},
				|()| <JobDispatch as NodePool>::evict(1),
			),
		);
	}
	for n in [1, 8, 60] {
		assert_covered(
			"lost",
			declared(|| Declared::lost(n)),
			measured(
				|| {
					admit_with(1, |p| {
						p.capacity = 64;
						p.resources.memory_mib = 10_000;
					});
					(0..n).for_each(|_| {
						dispatch();
					});
					next_block();
					assert_eq!(JobDispatch::running(1), n as u16);
				},
				|()| JobDispatch::lost(1),
			),
		);
	}
	assert_covered(
		"acknowledge",
		declared(Declared::acknowledge),
		measured(seven, |id| acknowledge(id, seated(id)[6])),
	);
	// The last of seven commits: the reveals open, for each of them.
	let last = |id| {
		seated(id)[..6].iter().for_each(|node| deliver(id, *node));
		id
	};
	assert_covered(
		"committed",
		declared(Declared::committed),
		measured(move || last(seven()), |id| deliver(id, seated(id)[6])),
	);
	assert_covered(
		"delivered",
		declared(Declared::delivered),
		measured(
			move || {
				let id = last(seven());
				deliver(id, seated(id)[6]);
				wait(1);
				id
			},
			|id| ok(JobDispatch::delivered(id, 1, seated(id)[6])),
		),
	);
	assert_covered(
		"escalate",
		declared(|| Declared::escalate().saturating_add(Declared::tick())),
		measured(seven, |id| assert_eq!(JobDispatch::escalate(id), Ok(4))),
	);
	let voted = || {
		let id = seven();
		ok(JobDispatch::freeze(id));
		id
	};
	assert_covered(
		"override_result",
		declared(|| Declared::override_result(7)),
		measured(voted, |id| {
			ok(JobDispatch::override_result(id, Ok(concordat_primitives::Hash::zero())))
		}),
	);
	assert_covered(
		"freeze",
		declared(Declared::freeze),
		measured(seven, |id| ok(JobDispatch::freeze(id))),
	);
	for upheld in [false, true] {
		assert_covered(
			"unfreeze",
			declared(if upheld { Declared::unfreeze_upheld } else { Declared::unfreeze }),
			measured(
				|| {
					let id = seven();
					ok(JobDispatch::freeze(id));
					wait(1);
					id
				},
				move |id| ok(JobDispatch::unfreeze(id, upheld)),
			),
		);
	}
}

/// Writes are what a life cycle costs most. What each step changes, one key a line:
///
/// | step | keys |
/// |---|---|
/// | dispatch | ledger, live jobs, job, order, input, place in the queue, expiry; account, holds |
/// | assignment | ledger, place in the queue, job, seating, deadline |
/// | acknowledgement | job |
/// | delivery | job |
/// | settlement | ledger, live jobs, job, seating, pruning; account and holds of the requester, node, treasury |
/// | pruning | job, order, input, stub; account, holds |
#[test]
fn the_writes_of_a_life_cycle_are_no_more_than_listed() {
	let ready = || {
		fund();
		admit(1);
	};
	let here = || {
		ready();
		assigned()
	};
	let steps: [(&str, u64, (u64, u64)); 6] = [
		(
			"dispatch",
			9,
			measured(ready, |()| {
				dispatch();
			}),
		),
		(
			"assignment",
			5,
			measured(
				|| {
					ready();
					let id = dispatch();
					wait(1);
					id
				},
				|_| JobDispatch::schedule(&JobDispatch::context(), &mut WeightMeter::new()),
			),
		),
		("acknowledgement", 1, measured(here, |id| acknowledge(id, 1))),
		("delivery", 1, measured(here, |id| deliver(id, 1))),
		(
			"settlement",
			9,
			measured(
				|| {
					let id = here();
					deliver(id, 1);
					id
				},
				|id| {
					settle(id, &[1], &[]);
				},
			),
		),
		(
			"pruning",
			6,
			measured(
				|| {
					ready();
					let id = completed();
					wait(50);
					id
				},
				|job| fire(AgendaItem::Prune { job }),
			),
		),
	];
	for (step, listed, (_, writes)) in steps {
		assert_eq!(writes, listed, "{step}");
	}
	// And the declared weights go beyond only by what the runtime's neighbours write, with which they were measured:
	// the clause, and the leaves of the receipts.
	let all = declared(|| {
		[
			Declared::dispatch(29),
			Declared::place(1, 1),
			Declared::acknowledge(),
			Declared::delivered(),
			Declared::settle(1),
		]
		.into_iter()
		.fold(Weight::zero(), |sum, weight| sum.saturating_add(weight))
	});
	assert!(all.1 <= 9 + 5 + 1 + 1 + 9 + 3, "{all:?} (reads, writes)");
}
