//! What messages cost, and that every weight is measured.

use super::*;
use crate::WeightInfo;
use concordat_primitives::{clause::ExecutionMode, job::JobStatus};
use frame_support::{dispatch::Pays, weights::Weight};

/// Names of the functions that `source` declares.
fn functions(source: &str) -> Vec<&str> {
	source
		.lines()
		.filter_map(|line| line.trim().strip_prefix("fn ")?.split(['(', '<']).next())
		.collect()
}

#[test]
fn every_weight_should_have_a_benchmark_of_its_name_and_the_other_way_round() {
	let weights = include_str!("../weights.rs").split("pub trait WeightInfo {").nth(1).unwrap();
	let mut weights = functions(weights.split("\n}").next().unwrap());
	let benchmarks = include_str!("../benchmarking.rs").split("#[benchmark]").skip(1);
	let mut benchmarks: Vec<_> = benchmarks.map(|after| functions(after)[0]).collect();
	weights.sort_unstable();
	benchmarks.sort_unstable();
	assert_eq!(weights, benchmarks);
}

/// Part of the weights of the mock's neighbours: a receipt.
const RECEIPT: Weight = Weight::from_parts(10_000, 100);

fn settling(seats: u64) -> Weight {
	Weight::from_parts(20_000 + 3_000 * seats, 20) + RECEIPT + <() as WeightInfo>::decide()
}

fn failing(seats: u64) -> Weight {
	Weight::from_parts(30_000 + 2_000 * seats, 30)
}

/// What is used of a transaction with this call, but for the authorization.
fn used(call: RuntimeCall) -> Weight {
	let authorizing = call.weight_of_authorize();
	let info = apply(call).unwrap();
	assert_eq!(info.pays_fee, Pays::No);
	info.actual_weight.unwrap() - authorizing
}

#[test]
fn a_certificate_should_reserve_the_dearest_end_of_the_largest_round() {
	ExtBuilder::default().build_and_execute(|| {
		let call = submit_call(good(1));
		let verifying = <() as WeightInfo>::authorize_submit_cac();
		assert_eq!(call.weight_of_authorize(), verifying);
		assert_eq!(
			call.get_dispatch_info().call_weight,
			<() as WeightInfo>::submit_cac()
				+ verifying + <() as WeightInfo>::aggregate()
				+ settling(7).max(failing(7))
		);
	});
}

#[test]
fn a_certificate_should_be_charged_for_what_it_did_to_the_seats_there_are() {
	let delivering = || <() as WeightInfo>::submit_cac();
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(used(submit_call(good(1))), delivering());
		assert_eq!(used(submit_call(good(2))), delivering() + settling(3));
	});
	for (k, n) in [(1, 1), (3, 5), (4, 7)] {
		ExtBuilder::quorum(k, n).build_and_execute(|| {
			(1..u32::from(k)).for_each(|node| deliver(good(node)));
			assert_eq!(used(submit_call(good(k.into()))), delivering() + settling(n.into()));
		});
		ExtBuilder::quorum(k, n).build_and_execute(|| {
			let mut last = Weight::zero();
			for node in 1..=u32::from(n) {
				// The round fails before all have voted.
				if Board::get(JOB).unwrap().status == JobStatus::Pending {
					break;
				}
				last = used(submit_call(cac(node, outcome(&[node as u8]))));
			}
			let expected = if k == 1 { settling(1) } else { failing(n.into()) };
			assert_eq!(last, delivering() + expected);
		});
	}
	// A seat that was lost is not paid for.
	ExtBuilder::default().build_and_execute(|| {
		change_terms(JOB, |terms| terms.seats.retain(|seat| seat.node != 3));
		deliver(good(1));
		assert_eq!(used(submit_call(good(2))), delivering() + settling(2));
	});
}

#[test]
fn a_message_that_was_not_let_in_should_be_charged_for_its_verification() {
	ExtBuilder::single().build_and_execute(|| {
		let ack = ack_call(ack(1));
		let verifying = <() as WeightInfo>::authorize_acknowledge();
		assert_eq!(ack.weight_of_authorize(), verifying);
		let most = <() as WeightInfo>::acknowledge() + verifying;
		assert_eq!(ack.get_dispatch_info().call_weight, most);
		assert_eq!(used(ack), <() as WeightInfo>::acknowledge());
		let info = QuorumResults::submit_cac(authorized(), Box::new(good(1))).unwrap();
		let verifying = <() as WeightInfo>::authorize_submit_cac();
		assert_eq!(
			info.actual_weight,
			Some(<() as WeightInfo>::submit_cac() + verifying + settling(1))
		);
	});
	ExtBuilder::single().mode(ExecutionMode::Quorum { k: 1, n: 1 }).build_and_execute(|| {
		let info = QuorumResults::acknowledge(authorized(), ack(1)).unwrap();
		assert_eq!(info.actual_weight, None, "all that was reserved");
	});
}

#[test]
fn an_ensemble_should_be_charged_for_the_making_of_its_answer() {
	use concordat_primitives::ensemble::Aggregation;
	let delivering = || <() as WeightInfo>::submit_cac();
	let aggregating = || <() as WeightInfo>::aggregate();
	ExtBuilder::ensemble(2, Aggregation::Averaging).build_and_execute(|| {
		assert_eq!(used(submit_call(cac(1, outcome(b"1")))), delivering());
		let last = used(submit_call(cac(2, outcome(b"2"))));
		assert_eq!(last, delivering() + aggregating() + settling(2));
	});
	// An answer that could not be made costs as much.
	ExtBuilder::ensemble(2, Aggregation::Consensus).build_and_execute(|| {
		deliver(cac(1, outcome(b"1")));
		let last = used(submit_call(cac(2, outcome(b"2"))));
		assert_eq!(last, delivering() + aggregating() + failing(2));
	});
	// A round that has too few answers makes none.
	ExtBuilder::ensemble(2, Aggregation::Voting).build_and_execute(|| {
		let last = used(submit_call(failure(1, concordat_primitives::cac::FailureCode::Timeout)));
		assert_eq!(last, delivering() + failing(2));
	});
}

#[test]
fn a_lost_seat_should_weigh_what_the_answer_of_an_ensemble_does() {
	let judging = <() as WeightInfo>::seat_lost()
		+ <() as WeightInfo>::aggregate()
		+ <() as WeightInfo>::decide();
	let weight = <QuorumResults as concordat_primitives::traits::JobListener>::weight();
	assert!(weight.all_gte(judging));
	let weight = <QuorumResults as concordat_primitives::traits::JobOutputs>::weight();
	assert_eq!(weight, <() as WeightInfo>::read_output());
}
