//! What messages cost, and that every weight is measured.

use super::*;
use crate::WeightInfo;
use concordat_primitives::clause::ExecutionMode;
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

/// Weights of the mock's neighbours: a receipt, a slash, a committee, a dispute, a note for the auditors.
const RECEIPT: Weight = Weight::from_parts(10_000, 100);
const SLASH: Weight = Weight::from_parts(7_000, 70);
const COMMITTEE: Weight = Weight::from_parts(50_000, 50);
const DISPUTE: Weight = Weight::from_parts(9_000, 90);
const NOTE: Weight = Weight::from_parts(400, 4);

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
		// Seven primaries and a committee of four, three of which agree: eight are slashed.
		let slashing = settling(11) + SLASH * 8;
		let making = settling(7) + <() as WeightInfo>::aggregate();
		let giving_up = (failing(11) + COMMITTEE).max(failing(11) + DISPUTE);
		let escalating = <() as WeightInfo>::escalate() + COMMITTEE + RECEIPT;
		let longest = slashing
			.max(making)
			.max(giving_up)
			.max(failing(7) + <() as WeightInfo>::aggregate())
			.max(escalating);
		let call = submit_call(good(1));
		let verifying = <() as WeightInfo>::authorize_submit_cac();
		assert_eq!(call.weight_of_authorize(), verifying);
		assert_eq!(
			call.get_dispatch_info().call_weight,
			<() as WeightInfo>::submit_cac() + verifying + longest
		);
		let call = reveal_call(good(1), salt(1));
		let verifying = <() as WeightInfo>::authorize_reveal();
		assert_eq!(call.weight_of_authorize(), verifying);
		assert_eq!(
			call.get_dispatch_info().call_weight,
			<() as WeightInfo>::reveal() + verifying + longest
		);
		let publics: concordat_primitives::zk::Publics = vec![[0; 32]; 3].try_into().unwrap();
		let call =
			crate::Call::<Test>::submit_proof { job: JOB, publics, proof: Default::default() };
		assert_eq!(
			call.get_dispatch_info().call_weight,
			Weight::from_parts(83_000, 800) + <() as WeightInfo>::submit_proof() + longest
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
			let note = if n == 1 { NOTE } else { Weight::zero() };
			assert_eq!(used(submit_call(good(k.into()))), delivering() + settling(n.into()) + note);
		});
		if n == 1 {
			continue;
		}
		// Two differ: there is no committee, or there is one.
		ExtBuilder::quorum(k, n).build_and_execute(|| {
			assert_eq!(used(submit_call(cac(1, outcome(b"x")))), delivering());
			assert_eq!(used(submit_call(good(2))), delivering() + failing(n.into()) + COMMITTEE);
		});
		ExtBuilder::quorum(k, n).backups(4).build_and_execute(|| {
			deliver(cac(1, outcome(b"x")));
			let escalating = <() as WeightInfo>::escalate() + COMMITTEE + RECEIPT;
			assert_eq!(used(submit_call(good(2))), delivering() + escalating);
			let first = u32::from(n) + 1;
			assert_eq!(used(submit_call(good(first))), delivering());
			assert_eq!(used(submit_call(good(first + 1))), delivering());
			// Two primaries and four members have seats; one is slashed.
			assert_eq!(used(submit_call(good(first + 2))), delivering() + settling(6) + SLASH);
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
fn a_commitment_and_a_reveal_should_be_charged_for_what_they_did() {
	ExtBuilder::default().committing().build_and_execute(|| {
		let call = commit_call(commitment(&good(1)));
		let verifying = <() as WeightInfo>::authorize_commit();
		assert_eq!(call.weight_of_authorize(), verifying);
		assert_eq!(call.get_dispatch_info().call_weight, <() as WeightInfo>::commit() + verifying);
		assert_eq!(used(call), <() as WeightInfo>::commit());
		commit(&good(2));
		let info = QuorumResults::commit(authorized(), commitment(&good(3))).unwrap();
		assert_eq!(info.actual_weight, None, "all that was reserved");
		System::set_block_number(NOW + 1);
		assert_eq!(used(reveal_call(good(1), salt(1))), <() as WeightInfo>::reveal());
		let info = QuorumResults::reveal(authorized(), Box::new(good(2)), salt(2)).unwrap();
		assert_eq!(
			info.actual_weight,
			Some(<() as WeightInfo>::reveal() + <() as WeightInfo>::authorize_reveal())
		);
		let last = used(reveal_call(good(3), salt(3)));
		assert_eq!(last, <() as WeightInfo>::reveal() + settling(3));
	});
}

#[test]
fn late_dissent_should_be_charged_for_its_receipt() {
	ExtBuilder::default().build_and_execute(|| {
		let late = cac(3, outcome(b"something else"));
		deliver(good(1));
		deliver(good(2));
		assert_eq!(used(submit_call(late)), <() as WeightInfo>::submit_cac() + RECEIPT);
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
			Some(<() as WeightInfo>::submit_cac() + verifying + settling(1) + NOTE)
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
		+ <() as WeightInfo>::decide()
		+ <() as WeightInfo>::escalate()
		+ SLASH * 8;
	let weight = <QuorumResults as concordat_primitives::traits::JobListener>::weight();
	assert!(weight.all_gte(judging));
	let weight = <QuorumResults as concordat_primitives::traits::JobOutputs>::weight();
	assert_eq!(weight, <() as WeightInfo>::read_output());
}
