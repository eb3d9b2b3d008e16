//! What `dispatch` takes in, and what it turns away: with an error, or with a refusal on record.

use crate::{mock::*, pallet::*, types::*};
use concordat_primitives::{
	clause::{ClauseSpec, ClauseStatus, ExecutionWindow, RiskClass, SafeModeReason, TriggerKind},
	hashing::input_commitment,
	job::{JobClass, JobConstraints, JobInput, JobStatus},
	receipt::Operation,
	traits::{JobBoard, NodePool},
	ClauseId, Hash, JobId, Jurisdiction,
};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResultWithPostInfo, BoundedVec};

fn ask(input: JobInput, change: impl FnOnce(&mut JobConstraints)) -> DispatchResultWithPostInfo {
	let mut constraints = JobConstraints::default();
	change(&mut constraints);
	JobDispatch::dispatch(RuntimeOrigin::signed(alice()), clause_id(), input, constraints)
}

fn inline(bytes: &[u8]) -> JobInput {
	JobInput::Inline(BoundedVec::truncate_from(bytes.to_vec()))
}

fn external(len: u32, location: &str) -> JobInput {
	JobInput::External {
		commitment: Hash::repeat_byte(3),
		len,
		location: BoundedVec::truncate_from(location.as_bytes().to_vec()),
	}
}

fn list<T>(items: impl IntoIterator<Item = T>) -> List<T> {
	BoundedVec::truncate_from(items.into_iter().collect())
}

#[test]
fn a_good_request_opens_a_job_and_holds_its_cost() {
	ExtBuilder::default().build_and_execute(|| {
		let id = dispatch();
		assert_eq!(id, 1);
		let record = job(id);
		assert_eq!(record.status, JobStatus::Pending);
		assert_eq!(record.expires_at, 1 + 200);
		let order = Orders::<Test>::get(id).unwrap();
		let JobInput::Inline(bytes) = input() else { unreachable!() };
		assert_eq!(order.input, input_commitment(&bytes));
		assert_eq!(Inputs::<Test>::get(id), Some(input()));
		assert_eq!(held(&alice()), (order.quote.total, order.quote.deposit));
		let params = Parameters::<Test>::get();
		let deposit = params.deposit_base + params.deposit_byte * bytes.len() as u128;
		assert_eq!(order.quote.deposit, deposit);
		assert_eq!(Opened::get(), 1);
		assert_eq!(totals().queued, 1);
		assert_eq!(
			events(),
			[Event::JobDispatched {
				job: id,
				requester: alice(),
				clause: clause_id(),
				class: JobClass::Normal,
				escrow: order.quote.total,
				deposit,
				expires_at: 201,
			}]
		);
	});
}

#[test]
fn only_signed_origins_dispatch() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(
			JobDispatch::dispatch(
				RuntimeOrigin::root(),
				clause_id(),
				input(),
				JobConstraints::default()
			),
			sp_runtime::DispatchError::BadOrigin
		);
	});
}

#[test]
fn an_unknown_clause_is_an_error() {
	ExtBuilder::default().build_and_execute(|| {
		let unknown = ClauseId::parse("NOAA::HeavyRain@9.9").unwrap();
		assert_noop!(
			JobDispatch::dispatch(
				RuntimeOrigin::signed(alice()),
				unknown,
				input(),
				JobConstraints::default()
			),
			Error::<Test>::ClauseUnknown
		);
	});
}

#[test]
fn an_input_without_bytes_is_an_error() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(ask(inline(&[]), |_| ()), Error::<Test>::InputEmpty);
		assert_noop!(ask(external(0, "https://host/x"), |_| ()), Error::<Test>::InputEmpty);
	});
}

#[test]
fn an_input_beyond_its_bound_is_an_error() {
	let bounds = |p: &mut Params| {
		p.max_input_bytes = 8;
		p.max_external_bytes = 100;
	};
	ExtBuilder::default().params(bounds).build_and_execute(|| {
		assert_ok!(ask(inline(&[1; 8]), |_| ()));
		assert_noop!(ask(inline(&[1; 9]), |_| ()), Error::<Test>::InputTooLarge);
		assert_ok!(ask(external(100, "https://host/x"), |_| ()));
		assert_noop!(ask(external(101, "https://host/x"), |_| ()), Error::<Test>::InputTooLarge);
	});
}

#[test]
fn a_location_that_is_no_url_is_an_error() {
	ExtBuilder::default().build_and_execute(|| {
		for bad in [
			"",
			"host/x",
			"https:/host",
			"https://",
			"://host",
			"9p://host",
			"HTTPS://host",
			"https://host/a b",
			"https://höst",
			"https://host/\n",
		] {
			assert_noop!(ask(external(9, bad), |_| ()), Error::<Test>::InputLocationInvalid);
		}
		for good in
			["https://host/x", "http://127.0.0.1:80/x?y=1", "ipfs://bafy", "s3://bucket/key"]
		{
			assert_ok!(ask(external(9, good), |_| ()));
		}
	});
}

#[test]
fn a_node_cannot_be_preferred_and_excluded() {
	ExtBuilder::default().build_and_execute(|| {
		let contradict = |c: &mut JobConstraints| {
			c.preferred = list([1, 2]);
			c.excluded = list([2, 3]);
		};
		assert_noop!(ask(input(), contradict), Error::<Test>::PreferredExcluded);
	});
}

#[test]
fn jurisdictions_must_be_codes_and_meet_those_of_the_clause() {
	ExtBuilder::default().build_and_execute(|| {
		clause_with(|s| s.policy.jurisdictions = list([place("IDN"), place("PHL")]));
		let bad = |c: &mut JobConstraints| c.jurisdictions = list([Jurisdiction(*b"i\0n")]);
		assert_noop!(ask(input(), bad), Error::<Test>::JurisdictionInvalid);
		let elsewhere = |c: &mut JobConstraints| c.jurisdictions = list([place("USA")]);
		assert_noop!(ask(input(), elsewhere), Error::<Test>::JurisdictionsDisjoint);
		let id = dispatch_with(|c| {
			c.jurisdictions = list([place("USA"), place("PHL"), place("PHL")]);
		});
		// Named twice, it counts once.
		assert_eq!(Orders::<Test>::get(id).unwrap().jurisdictions.to_vec(), [place("PHL")]);
		let id = dispatch();
		assert_eq!(Orders::<Test>::get(id).unwrap().jurisdictions.len(), 2);
	});
}

#[test]
fn thresholds_above_one_are_an_error() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(
			ask(input(), |c| c.min_trust = 1_000_001),
			Error::<Test>::ThresholdOutOfBounds
		);
		assert_noop!(
			ask(input(), |c| c.min_quality = 1_000_001),
			Error::<Test>::ThresholdOutOfBounds
		);
		assert_ok!(ask(input(), |c| c.min_trust = 1_000_000));
	});
}

#[test]
fn a_timeout_must_leave_room_for_one_round_and_end() {
	ExtBuilder::default().build_and_execute(|| {
		// 10 s of wall clock, 8 blocks of margin, one block to be placed.
		let least = 5 + 8 + 1;
		for bad in [0, 1, least - 1, 10_001, u32::MAX] {
			assert_noop!(
				ask(input(), |c| c.timeout_blocks = Some(bad)),
				Error::<Test>::TimeoutOutOfBounds
			);
		}
		for good in [least, 10_000] {
			assert_ok!(ask(input(), |c| c.timeout_blocks = Some(good)));
		}
		// A slow clause asks for more.
		clause_with(|s| s.limits.wall_millis = 60_000);
		assert_noop!(
			ask(input(), |c| c.timeout_blocks = Some(38)),
			Error::<Test>::TimeoutOutOfBounds
		);
		assert_ok!(ask(input(), |c| c.timeout_blocks = Some(39)));
	});
}

#[test]
fn a_job_dearer_than_the_requester_wants_is_an_error() {
	ExtBuilder::default().build_and_execute(|| {
		let quote = JobDispatch::check_dispatch(
			&alice(),
			&clause_id(),
			&input(),
			&JobConstraints::default(),
		)
		.unwrap();
		assert_noop!(
			ask(input(), |c| c.max_price = Some(quote.total - 1)),
			Error::<Test>::PriceAboveMax
		);
		assert_ok!(ask(input(), |c| c.max_price = Some(quote.total)));
		assert_eq!(held(&alice()).0, quote.total);
	});
}

#[test]
fn a_requester_without_the_money_is_an_error() {
	ExtBuilder::default().build_and_execute(|| {
		let poor = account(77);
		let call = || {
			JobDispatch::dispatch(
				RuntimeOrigin::signed(poor.clone()),
				clause_id(),
				input(),
				JobConstraints::default(),
			)
		};
		assert_noop!(call(), Error::<Test>::CannotPay);
		let quote = JobDispatch::quote(alice(), clause_id(), input(), Default::default()).unwrap();
		let existential = concordat_primitives::units::MILLI_CDT;
		let needed = quote.total + quote.deposit + existential;
		let send = |amount| {
			assert_ok!(Balances::transfer_allow_death(
				RuntimeOrigin::signed(bob()),
				poor.clone(),
				amount
			));
		};
		send(needed - 1);
		assert_noop!(call(), Error::<Test>::CannotPay);
		send(1);
		assert_ok!(call());
	});
}

#[test]
fn a_full_queue_is_an_error_for_its_class_alone() {
	ExtBuilder::default().params(|p| p.max_queued = 2).build_and_execute(|| {
		dispatch();
		dispatch();
		assert_noop!(ask(input(), |_| ()), Error::<Test>::QueueFull);
		assert_ok!(ask(input(), |c| c.class = JobClass::High));
	});
}

#[test]
fn an_account_has_at_most_so_many_live_jobs_in_all_classes() {
	ExtBuilder::default().params(|p| p.max_live_jobs = 2).build_and_execute(|| {
		dispatch();
		dispatch_with(|c| c.class = JobClass::High);
		assert_noop!(ask(input(), |c| c.class = JobClass::Low), Error::<Test>::TooManyLiveJobs);
		let (clause, constraints) = (clause_id(), JobConstraints::default());
		assert_eq!(
			JobDispatch::check_dispatch(&alice(), &clause, &input(), &constraints),
			Err(Objection::Invalid(Error::<Test>::TooManyLiveJobs.into()))
		);
		// Others have their own.
		assert_ok!(JobDispatch::dispatch(
			RuntimeOrigin::signed(bob()),
			clause,
			input(),
			constraints
		));
		assert_eq!((LiveJobs::<Test>::get(alice()), LiveJobs::<Test>::get(bob())), (2, 1));
	});
	assert_eq!(Params::default().max_live_jobs, 64);
}

#[test]
fn every_end_of_a_job_makes_room_for_another_and_nothing_else_does() {
	type Step = fn(JobId);
	let ends: [(&str, Step); 8] = [
		("cancelled", |id| {
			assert_ok!(JobDispatch::cancel(RuntimeOrigin::signed(alice()), id));
		}),
		("ended by governance", |id| {
			run(1);
			assert_ok!(JobDispatch::fail_job(RuntimeOrigin::root(), id));
		}),
		("expired while it waited", |_| {
			JobDispatch::evict(1);
			run(200);
		}),
		("completed", |id| {
			run(1);
			super::settle(id, &[1], &[]);
		}),
		("failed by its program", |id| {
			run(1);
			assert_ok!(JobDispatch::settle(id, super::failure(&[1])));
		}),
		("without a quorum", |id| {
			run(1);
			assert_ok!(JobDispatch::round_failed(id));
		}),
		("silent to the end", |_| run(7)),
		("condemned before its result", |id| {
			run(1);
			assert_ok!(JobDispatch::freeze(id));
			assert_eq!(LiveJobs::<Test>::get(alice()), 1, "frozen, it still lives");
			assert_ok!(JobDispatch::unfreeze(id, true));
		}),
	];
	for (what, end) in ends {
		let tight = |p: &mut Params| {
			p.max_live_jobs = 1;
			p.max_attempts = 1;
		};
		ExtBuilder::default().nodes(1).params(tight).build_and_execute(|| {
			// Where the risk is high, nodes that cannot agree are no end.
			clause_with(|s| s.risk = RiskClass::Medium);
			let id = dispatch();
			assert_noop!(ask(input(), |_| ()), Error::<Test>::TooManyLiveJobs);
			end(id);
			assert!(job(id).ended_at.is_some(), "{what}: {:?}", job(id).status);
			assert_eq!(LiveJobs::<Test>::iter().count(), 0, "{what}");
			dispatch();
			assert_noop!(ask(input(), |_| ()), Error::<Test>::TooManyLiveJobs);
		});
	}
}

#[test]
fn a_result_that_is_judged_later_does_not_count_twice() {
	for upheld in [false, true] {
		ExtBuilder::default().nodes(1).build_and_execute(|| {
			let done = super::completed();
			let other = dispatch();
			assert_ok!(JobDispatch::freeze(done));
			assert_ok!(JobDispatch::unfreeze(done, upheld));
			assert_eq!(LiveJobs::<Test>::get(alice()), 1);
			run(100);
			assert!(Jobs::<Test>::get(done).is_none() && job(other).ended_at.is_none());
			assert_eq!(LiveJobs::<Test>::get(alice()), 1);
		});
	}
}

#[test]
fn refusals_of_governance_succeed_and_are_on_record() {
	type Change = fn(&mut ClauseSpec);
	let unchanged: Change = |_| ();
	let cases: Vec<(Refusal, ClauseStatus, Change, JobClass)> = vec![
		(Refusal::ClauseDraft, ClauseStatus::Draft, unchanged, JobClass::Normal),
		(
			Refusal::ClauseInSafeMode,
			ClauseStatus::SafeMode(SafeModeReason::Failures),
			unchanged,
			JobClass::Normal,
		),
		(Refusal::ClauseRetired, ClauseStatus::Retired, unchanged, JobClass::Normal),
		(Refusal::ClauseExpired, ClauseStatus::Active, |s| s.expiry = Some(1), JobClass::Normal),
		(
			Refusal::OutsideWindow,
			ClauseStatus::Active,
			|s| s.window = Some(ExecutionWindow { from: 2, until: 9 }),
			JobClass::Normal,
		),
		(
			Refusal::TriggerNotAccepted,
			ClauseStatus::Active,
			|s| s.triggers = TriggerKind::Sensor.bit(),
			JobClass::Normal,
		),
		(
			Refusal::RequesterNotPermitted,
			ClauseStatus::Active,
			|s| s.policy.requesters = BoundedVec::truncate_from(vec![bob()]),
			JobClass::Normal,
		),
		(
			Refusal::ClassNotPermitted,
			ClauseStatus::Active,
			|s| s.risk = RiskClass::High,
			JobClass::Critical,
		),
	];
	for (reason, status, change, class) in cases {
		ExtBuilder::default().build_and_execute(|| {
			clause_with(change);
			set_clause_status(status);
			let before = Balances::free_balance(alice());
			let constraints = JobConstraints { class, ..Default::default() };
			assert_eq!(
				JobDispatch::check_dispatch(&alice(), &clause_id(), &input(), &constraints),
				Err(Objection::Refused(reason))
			);
			let receipts = ReceiptBook::get().len();
			let info = ask(input(), |c| c.class = class).expect("a refusal succeeds");
			assert_eq!(info.actual_weight, Some(JobDispatch::weight_of_refusal()));

			assert_eq!(JobDispatch::next_job(), 1, "{reason:?} opened a job");
			assert_eq!(Opened::get(), 0);
			assert_eq!(held(&alice()), (0, 0));
			assert_eq!(Balances::free_balance(alice()), before);
			assert_eq!(
				ReceiptBook::get()[receipts..],
				[Operation::DispatchRefused { clause: clause_id(), reason: reason.code() }]
			);
			assert_eq!(
				events(),
				[Event::DispatchRefused {
					requester: alice(),
					clause: clause_id(),
					reason,
					receipt: receipts as u64 + 1,
				}]
			);
		});
	}
}

#[test]
fn permitted_requesters_and_open_windows_are_let_through() {
	ExtBuilder::default().build_and_execute(|| {
		clause_with(|s| {
			s.policy.requesters = BoundedVec::truncate_from(vec![bob(), alice()]);
			s.window = Some(ExecutionWindow { from: 1, until: 50 });
			s.expiry = Some(40);
			s.triggers = TriggerKind::Sensor.bit();
		});
		let id = dispatch_with(|c| {
			c.trigger = TriggerKind::Sensor;
			c.class = JobClass::Critical;
		});
		// It must not run after the clause has ceased to be valid.
		assert_eq!(job(id).expires_at, 40);
		assert_eq!(JobDispatch::work(id).unwrap().trigger, TriggerKind::Sensor);
	});
}

#[test]
fn the_check_beforehand_agrees_with_the_call() {
	ExtBuilder::default().params(|p| p.max_queued = 1).build_and_execute(|| {
		let check =
			|c: &JobConstraints| JobDispatch::check_dispatch(&alice(), &clause_id(), &input(), c);
		let fine = JobConstraints::default();
		let quote = check(&fine).unwrap();
		assert_eq!(JobDispatch::quote(alice(), clause_id(), input(), fine.clone()), Ok(quote));
		let id = dispatch();
		assert_eq!(Orders::<Test>::get(id).unwrap().quote, quote);
		assert_eq!(check(&fine), Err(Objection::Invalid(Error::<Test>::QueueFull.into())));
	});
}
