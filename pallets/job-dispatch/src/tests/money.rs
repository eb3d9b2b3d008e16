//! Escrow: what is held, who is paid, what comes back. That no money is made or lost, and that what is held is the
//! sum over jobs, is checked after every test and every block.

use super::*;
use crate::{pallet::*, types::*};
use concordat_primitives::{
	cac::ResourceUsage,
	job::{FailureReason, JobStatus},
	units::{CDT, MICRO_CDT},
};
use frame_support::{assert_noop, traits::Get};

const RICH: Balance = 1_000 * CDT;

fn quote(id: JobId) -> crate::pricing::Quote {
	Orders::<Test>::get(id).unwrap().quote
}

fn earned(node: NodeId) -> Balance {
	Balances::free_balance(controller(node)) - RICH
}

fn fees() -> Balance {
	Balances::free_balance(Treasury::get()) - RICH
}

fn spent() -> Balance {
	RICH - Balances::total_balance(&alice())
}

#[test]
fn those_who_agreed_are_paid_what_they_used_and_the_rest_comes_back() {
	ExtBuilder::default().nodes(5).build_and_execute(|| {
		clause_mode(2, 3);
		let id = assigned();
		let nodes = seated(id);
		let [a, b, c] = nodes[..] else { panic!("three seats") };
		nodes.iter().for_each(|node| deliver(id, *node));
		let paid = settle(id, &[a, b], &[c]);

		let each = quote(id).prices.of(&usage());
		assert_eq!(each, 1_000 * MICRO_CDT + 10 * MICRO_CDT + 2 * MICRO_CDT);
		assert_eq!((earned(a), earned(b), earned(c)), (each, each, 0));
		assert_eq!(paid, 2 * each);
		// Scheduling, three votes, one receipt.
		assert_eq!(fees(), 1_000 * MICRO_CDT + 3 * 10 * MICRO_CDT + MICRO_CDT);
		assert_eq!(spent(), paid + fees());
		assert_eq!(job(id).status, JobStatus::Completed);
		assert_eq!(job(id).paid, paid);
		assert_eq!(held(&alice()), (0, quote(id).deposit));
		let refunded = quote(id).total - paid - fees();
		assert!(events().contains(&Event::JobSettled {
			job: id,
			status: JobStatus::Completed,
			paid,
			fees: fees(),
			refunded,
		}));
		assert_eq!(Closed::get(), [Some(true)]);
	});
}

#[test]
fn a_seat_that_came_too_late_for_the_quorum_is_neither_paid_nor_marked() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		clause_mode(2, 3);
		let id = assigned();
		let [a, b, c] = seated(id)[..] else { panic!("three seats") };
		deliver(id, a);
		deliver(id, b);
		let before = JobDispatch::standing(c);
		settle(id, &[a, b], &[]);
		assert_eq!(earned(c), 0);
		let after = JobDispatch::standing(c);
		assert_eq!(
			(after.trust, after.aggregate(), after.misses),
			(before.trust, before.aggregate(), 0)
		);
		assert!(after.capabilities.is_empty(), "nothing is known of it");
		assert_eq!(after.running(), 0);
		// Two votes were judged.
		assert_eq!(fees(), (1_000 + 20 + 1) * MICRO_CDT);
	});
}

#[test]
fn nobody_is_paid_more_than_the_share_of_a_seat() {
	ExtBuilder::default().nodes(1).build_and_execute(|| {
		let id = assigned();
		let node = seated(id)[0];
		deliver(id, node);
		let greedy = ResourceUsage { fuel: u64::MAX, peak_memory: u32::MAX, ..usage() };
		let mut settlement = settlement(&[node], &[]);
		settlement.agreed[0].1 = greedy;
		let paid = JobDispatch::settle(id, settlement).unwrap();
		assert_eq!(paid, quote(id).seat_price);
		assert_eq!(earned(node), paid);
		// The whole escrow is used up.
		assert_eq!(spent(), quote(id).total);
	});
}

#[test]
fn a_program_that_fails_is_paid_for_and_counts_against_its_clause() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		clause_mode(2, 3);
		let id = assigned();
		let nodes = seated(id);
		nodes.iter().for_each(|node| deliver(id, *node));
		let paid = JobDispatch::settle(id, failure(&nodes)).unwrap();
		assert!(paid > 0);
		let failed = JobStatus::Failed(FailureReason::Program(FailureCode::Trap));
		assert_eq!(job(id).status, failed);
		assert_eq!(job(id).output, None);
		assert_eq!(Closed::get(), [Some(false)]);
		// An audit may run it again: input and deposit stay until the job is pruned.
		let deposit = quote(id).deposit;
		assert_eq!(held(&alice()), (0, deposit));
		assert!(Inputs::<Test>::contains_key(id));
		assert_eq!(spent(), paid + fees());
		run(Parameters::<Test>::get().challenge_window);
		assert_eq!(held(&alice()), (0, 0));
		assert!(!Inputs::<Test>::contains_key(id));
		assert_eq!(spent(), paid + fees());
	});
}

#[test]
fn cancelling_before_the_first_try_costs_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		let id = dispatch();
		assert_noop!(
			JobDispatch::cancel(RuntimeOrigin::signed(bob()), id),
			Error::<Test>::NotRequester
		);
		assert_ok!(JobDispatch::cancel(RuntimeOrigin::signed(alice()), id));
		assert_eq!(job(id).status, JobStatus::Cancelled);
		assert_eq!((spent(), fees(), held(&alice())), (0, 0, (0, 0)));
		assert_eq!(Closed::get(), [None]);
		assert_noop!(
			JobDispatch::cancel(RuntimeOrigin::signed(alice()), id),
			Error::<Test>::NotCancellable
		);
		assert_noop!(
			JobDispatch::cancel(RuntimeOrigin::signed(alice()), 99),
			Error::<Test>::JobUnknown
		);
	});
}

#[test]
fn cancelling_a_job_that_was_tried_in_vain_costs_the_scheduling_fee() {
	ExtBuilder::default().build_and_execute(|| {
		let id = dispatch();
		run(1);
		assert_eq!((job(id).status, job(id).attempts), (JobStatus::Pending, 0));
		assert_ok!(JobDispatch::cancel(RuntimeOrigin::signed(alice()), id));
		let fee = quote(id).fees.scheduling;
		assert_eq!((spent(), fees(), held(&alice())), (fee, fee, (0, 0)));
		let refunded = quote(id).total - fee;
		assert!(events().contains(&Event::JobEnded {
			job: id,
			status: JobStatus::Cancelled,
			fees: fee,
			refunded,
			receipt: 1,
		}));
	});
}

#[test]
fn a_job_that_was_held_back_all_the_time_costs_nothing() {
	use concordat_primitives::job::JobClass;
	ExtBuilder::default().nodes(1).build_and_execute(|| {
		let subject = PauseSubject::Class(JobClass::Normal);
		assert_ok!(JobDispatch::pause(RuntimeOrigin::root(), subject, 1_000));
		let (cancelled, expired) = (dispatch(), dispatch());
		run(20);
		assert_ok!(JobDispatch::cancel(RuntimeOrigin::signed(alice()), cancelled));
		run_until(200, || job(expired).status == JobStatus::Expired);
		// Nobody looked for nodes.
		assert_eq!((spent(), fees()), (0, 0));
	});
}

#[test]
fn cancelling_after_an_assignment_costs_the_scheduling_fee() {
	ExtBuilder::default().nodes(1).build_and_execute(|| {
		let id = assigned();
		assert_noop!(
			JobDispatch::cancel(RuntimeOrigin::signed(alice()), id),
			Error::<Test>::NotCancellable
		);
		assert_ok!(JobDispatch::round_failed(id));
		assert_ok!(JobDispatch::cancel(RuntimeOrigin::signed(alice()), id));
		assert_eq!(fees(), quote(id).fees.scheduling);
		assert_eq!(spent(), fees());
		assert_eq!(held(&alice()), (0, 0));
	});
}

#[test]
fn a_job_that_expires_costs_the_scheduling_fee_whether_or_not_nodes_were_found() {
	ExtBuilder::default().build_and_execute(|| {
		let id = dispatch_with(|c| c.timeout_blocks = Some(20));
		run(19);
		assert_eq!(job(id).status, JobStatus::Pending);
		run(1);
		assert_eq!(job(id).status, JobStatus::Expired);
		let first = quote(id).fees.scheduling;
		assert_eq!((spent(), fees()), (first, first));
		assert_eq!(totals().failed, 1);

		admit(1);
		let id = dispatch_with(|c| c.timeout_blocks = Some(20));
		run(1);
		acknowledge(id, 1);
		// The seat is lost to its deadline first; the job is back in the queue when its time is over.
		run(19);
		assert_eq!(job(id).status, JobStatus::Expired);
		assert_eq!(fees(), first + quote(id).fees.scheduling);
		assert_eq!(spent(), fees());
		assert_eq!(Closed::get(), [None, None]);
	});
}

#[test]
fn a_job_can_expire_in_the_hands_of_its_nodes() {
	ExtBuilder::default().build_and_execute(|| {
		let id = dispatch_with(|c| c.timeout_blocks = Some(14));
		run(10);
		admit(1);
		run(1);
		// Both deadlines are cut to the job's own end, which comes first on the agenda.
		assert_eq!((seats(id)[0].assigned_at, seats(id)[0].ack_by), (12, 15));
		assert_eq!(seats(id)[0].deliver_by, 15);
		run(2);
		assert_eq!(job(id).status, JobStatus::Scheduled);
		run(1);
		assert_eq!(job(id).status, JobStatus::Expired);
		assert_eq!(JobDispatch::standing(1).running(), 0);
		assert_eq!(JobDispatch::standing(1).misses, 0, "it had less time than is usual");
		assert_eq!(HeardSoFar::get(), [Heard::RoundOver(id)]);
		assert_eq!(spent(), quote(id).fees.scheduling);
	});
}

#[test]
fn the_share_of_a_node_that_is_gone_comes_back() {
	ExtBuilder::default().nodes(1).build_and_execute(|| {
		let id = assigned();
		let node = seated(id)[0];
		deliver(id, node);
		Gone::mutate(|gone| gone.insert(node));
		assert_eq!(settle(id, &[node], &[]), 0);
		assert_eq!(spent(), fees());
	});
}

#[test]
fn a_job_keeps_the_prices_it_was_dispatched_with() {
	ExtBuilder::default().nodes(1).build_and_execute(|| {
		let id = assigned();
		let node = seated(id)[0];
		deliver(id, node);
		let before = quote(id);
		let mut params = Parameters::<Test>::get();
		params.prices.million_fuel *= 1_000;
		params.fees.scheduling *= 1_000;
		assert_ok!(JobDispatch::set_params(RuntimeOrigin::root(), params));
		assert_eq!(settle(id, &[node], &[]), before.prices.of(&usage()));
		assert_eq!(fees(), before.fees_of_result(1));
		assert!(quote(dispatch()).total > before.total);
	});
}

#[test]
fn a_refund_too_small_to_receive_goes_to_the_fee_destination() {
	let cheap = |p: &mut Params| {
		p.fees.scheduling = 500;
		p.fees.consensus = 0;
		p.fees.receipt = 0;
		p.prices = crate::pricing::Prices { million_fuel: 0, mib_peak: 0, kib_in: 0, kib_out: 0 };
		p.deposit_base = 0;
		p.deposit_byte = 0;
	};
	ExtBuilder::default().params(cheap).build_and_execute(|| {
		// An account that something else keeps alive may put its last unit on hold.
		let poor = account(77);
		let _ = System::inc_providers(&poor);
		let minimum: Balance = <Test as pallet_balances::Config>::ExistentialDeposit::get();
		let send = |from, to, amount| {
			Balances::transfer_allow_death(RuntimeOrigin::signed(from), to, amount)
		};
		assert_ok!(send(bob(), poor.clone(), minimum + 500));
		assert_ok!(JobDispatch::dispatch(
			RuntimeOrigin::signed(poor.clone()),
			clause_id(),
			input(),
			Default::default()
		));
		let left = Balances::free_balance(&poor);
		assert_ok!(send(poor.clone(), bob(), left));
		assert_eq!(Balances::free_balance(&poor), 0);
		assert_eq!(held(&poor), (500, 0));
		assert_ok!(JobDispatch::cancel(RuntimeOrigin::signed(poor.clone()), 1));
		assert_eq!(held(&poor), (0, 0));
		assert_eq!(fees(), 500);
	});
}

#[test]
fn a_settlement_must_fit_the_seats_and_the_quorum() {
	ExtBuilder::default().nodes(5).build_and_execute(|| {
		clause_mode(2, 3);
		let id = assigned();
		let nodes = seated(id);
		let [a, b, c] = nodes[..] else { panic!("three seats") };
		let stranger = (1..=5).find(|node| !nodes.contains(node)).unwrap();
		for bad in [
			settlement(&[], &[]),
			settlement(&[a], &[b]),
			settlement(&[a, a], &[]),
			settlement(&[a, b], &[b]),
			settlement(&[a, stranger], &[]),
			settlement(&[a, b], &[stranger]),
		] {
			assert_noop!(JobDispatch::settle(id, bad), Error::<Test>::SettlementInvalid);
		}
		assert_noop!(JobDispatch::settle(99, settlement(&[a, b], &[])), Error::<Test>::JobUnknown);
		settle(id, &[a, b, c], &[]);
		assert_noop!(JobDispatch::settle(id, settlement(&[a, b], &[])), Error::<Test>::NotAssigned);
	});
}
