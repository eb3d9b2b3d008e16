//! What accepted messages do.

use super::*;
use crate::{Ballots, Certificates, Error, Event, OutputPlace, ResultRecord, Results};
use concordat_primitives::{
	cac::FailureCode,
	hashing::output_hash,
	job::{JobStatus, Settlement},
	receipt::{Operation, Voter},
	views::ResultView,
};
use frame_support::assert_noop;

#[test]
fn an_acknowledgement_should_take_the_seat() {
	ExtBuilder::default().build_and_execute(|| {
		acknowledge(ack(2));
		assert_eq!(effects(), [Effect::Acknowledged(JOB, 1, 2)]);
		assert_eq!(events(), [Event::Acknowledged { job: JOB, attempt: 1, node: 2 }]);
	});
}

#[test]
fn a_single_job_should_be_decided_by_its_certificate() {
	ExtBuilder::single().build_and_execute(|| {
		acknowledge(ack(1));
		let cac = good(1);
		deliver(cac.clone());

		let hash = output_hash(OUTPUT);
		assert_eq!(
			effects(),
			[
				Effect::Acknowledged(JOB, 1, 1),
				Effect::Delivered(JOB, 1, 1),
				Effect::Settled(
					JOB,
					Settlement {
						outcome: Ok(hash),
						agreed: vec![(1, cac.statement.body().usage)].try_into().unwrap(),
						dissented: Default::default(),
						failed: Default::default(),
					}
				),
				Effect::Receipt(Operation::JobCompleted {
					job: JOB,
					clause: clause_id(),
					program: cac.statement.body().program,
					input: cac.statement.body().input,
					result: Ok(hash),
					k: 1,
					n: 1,
					voters: vec![Voter {
						node: 1,
						signing_key: key(1),
						cac: cac.digest(),
						lease: lease(1).id,
						agreed: true
					}]
					.try_into()
					.unwrap(),
					paid: 100,
					simulated: true,
					ensemble: None,
				}),
			]
		);
		assert_eq!(
			events()[1..],
			[
				Event::ResultDelivered {
					job: JOB,
					attempt: 1,
					node: 1,
					tally: Ok(hash),
					cac: cac.digest()
				},
				Event::JobDecided {
					job: JOB,
					result: Ok(hash),
					agreed: vec![1].try_into().unwrap(),
					dissented: Default::default(),
					receipt: 501,
					failed: Default::default(),
				},
			]
		);
		assert_eq!(
			Results::<Test>::get(JOB),
			Some(ResultRecord {
				receipt: 501,
				decided_at: NOW,
				result: Ok(output_hash(OUTPUT)),
				output: OutputPlace::Certificate(1, 1),
			})
		);
		assert!(!Ballots::<Test>::contains_key(JOB));
		// Its opener was told once, when the output could be read.
		assert_eq!(Announced::get(), Some(vec![(JOB, Some(OUTPUT.to_vec()))]));
		assert_eq!(
			QuorumResults::result_view(JOB),
			Some(ResultView {
				cacs: vec![(NOW, cac)],
				receipt: Some(501),
				decided_at: Some(NOW),
				output: Some(format!(
					"0x{:?}",
					sp_core::hexdisplay::HexDisplay::from(&OUTPUT.to_vec())
				)),
			})
		);
	});
}

#[test]
fn a_quick_node_should_deliver_without_an_acknowledgement() {
	ExtBuilder::single().build_and_execute(|| {
		deliver(good(1));
		assert!(Results::<Test>::contains_key(JOB));
	});
}

#[test]
fn two_of_three_should_decide_and_the_third_comes_too_late() {
	ExtBuilder::default().build_and_execute(|| {
		let third = good(3);
		deliver(good(1));
		assert_eq!(Ballots::<Test>::get(JOB).ballots.len(), 1);
		assert!(Results::<Test>::get(JOB).is_none());
		let view = QuorumResults::result_view(JOB).unwrap();
		assert_eq!((view.cacs.len(), view.receipt, view.decided_at), (1, None, None));

		deliver(good(2));
		assert!(Results::<Test>::get(JOB).is_some());
		assert_noop!(
			QuorumResults::submit_cac(authorized(), Box::new(third)),
			Error::<Test>::NotRunning
		);
		assert_eq!(QuorumResults::result_view(JOB).unwrap().cacs.len(), 2);
	});
}

#[test]
fn a_liar_should_be_outvoted_and_named() {
	ExtBuilder::default().backups(2).build_and_execute(|| {
		deliver(good(1));
		// Two differ: the third is not waited for, and two others decide.
		deliver(cac(2, outcome(b"rain: 0 mm, trigger: no")));
		assert!(Results::<Test>::get(JOB).is_none());
		deliver(good(4));
		deliver(good(5));

		let decided = events().into_iter().find_map(|event| match event {
			Event::JobDecided { agreed, dissented, result, .. } => {
				Some((agreed.to_vec(), dissented.to_vec(), result))
			},
			_ => None,
		});
		assert_eq!(decided, Some((vec![1, 4, 5], vec![2], Ok(output_hash(OUTPUT)))));
		let settled = effects()
			.into_iter()
			.find_map(|e| match e {
				Effect::Settled(_, settlement) => Some(settlement),
				_ => None,
			})
			.unwrap();
		assert_eq!(settled.dissented.to_vec(), [2]);
		assert!(settled.failed.is_empty());
		assert_eq!(
			settled.agreed.iter().map(|(_, usage)| usage.fuel).collect::<Vec<_>>(),
			[1_001, 1_004, 1_005]
		);
		let receipt = effects().into_iter().find_map(|effect| match effect {
			Effect::Receipt(Operation::JobCompleted { k, n, voters, .. }) => Some((k, n, voters)),
			_ => None,
		});
		let (k, n, voters) = receipt.expect("a receipt");
		assert_eq!((k, n), (2, 2), "what the committee needed, and its size");
		assert_eq!(
			voters.iter().map(|v| (v.node, v.lease, v.agreed)).collect::<Vec<_>>(),
			[(1, 1_001, true), (2, 1_002, false), (4, 1_004, true), (5, 1_005, true)]
		);
	});
}

#[test]
fn three_of_five_should_decide_against_two() {
	ExtBuilder::quorum(3, 5).backups(3).build_and_execute(|| {
		deliver(failure(1, FailureCode::Timeout));
		deliver(good(2));
		deliver(cac(3, outcome(b"something else")));
		deliver(good(6));
		assert!(Results::<Test>::get(JOB).is_none());
		deliver(good(7));
		let decided = events().into_iter().find_map(|event| match event {
			Event::JobDecided { agreed, dissented, failed, .. } => {
				Some((agreed.to_vec(), dissented.to_vec(), failed.to_vec()))
			},
			_ => None,
		});
		assert_eq!(decided, Some((vec![2, 6, 7], vec![3], vec![1])));
	});
}

#[test]
fn agreement_on_a_failure_of_the_program_should_close_the_job_with_a_receipt() {
	ExtBuilder::default().build_and_execute(|| {
		deliver(failure(1, FailureCode::FuelExhausted));
		deliver(failure(2, FailureCode::FuelExhausted));
		let Some(Effect::Receipt(Operation::JobCompleted { result, paid, .. })) = effects().pop()
		else {
			panic!("a receipt")
		};
		assert_eq!((result, paid), (Err(FailureCode::FuelExhausted), 200));
		assert!(matches!(Board::get(JOB).unwrap().status, JobStatus::Failed(_)));
	});
}

#[test]
fn a_receipt_should_say_simulated_if_a_single_voter_is() {
	let simulated = |flags: [bool; 2]| {
		let mut result = None;
		ExtBuilder::default().build_and_execute(|| {
			for (node, flag) in (1..).zip(flags) {
				Leases::mutate(node, |lease| lease.as_mut().unwrap().simulated = flag);
				deliver(good(node));
			}
			let Some(Effect::Receipt(Operation::JobCompleted { simulated, .. })) = effects().pop()
			else {
				panic!("a receipt")
			};
			result = Some(simulated);
		});
		result.unwrap()
	};
	assert!(!simulated([false, false]));
	assert!(simulated([false, true]));
	assert!(simulated([true, true]));
}

#[test]
fn an_output_kept_elsewhere_should_count_by_its_hash() {
	ExtBuilder::default().build_and_execute(|| {
		deliver(good(1));
		deliver(altered(2, |body| {
			body.outcome = concordat_primitives::cac::Outcome::Success {
				hash: output_hash(OUTPUT),
				output: concordat_primitives::cac::Output::External(
					b"https://example.org/out".to_vec().try_into().unwrap(),
				),
			}
		}));
		assert!(Results::<Test>::get(JOB).is_some());
	});
}

#[test]
fn votes_of_other_jobs_should_not_be_mixed_in() {
	ExtBuilder::default().build_and_execute(|| {
		open_job(8, concordat_primitives::clause::ExecutionMode::Quorum { k: 2, n: 3 }, 1..=3);
		deliver(good(1));
		deliver(cac_of(8, 2, outcome(OUTPUT)));
		assert!(Results::<Test>::iter().next().is_none());
		deliver(cac_of(8, 3, outcome(OUTPUT)));
		assert_eq!(Results::<Test>::iter_keys().collect::<Vec<_>>(), [8]);
	});
}

#[test]
fn nothing_should_change_when_the_board_would_not_settle() {
	ExtBuilder::single().build_and_execute(|| {
		SettleFails::set(true);
		assert_noop!(
			QuorumResults::submit_cac(authorized(), Box::new(good(1))),
			sp_runtime::DispatchError::Other("the board would not settle")
		);
		assert!(Certificates::<Test>::iter().next().is_none());
	});
}

#[test]
fn a_seat_should_outlast_the_renewal_of_its_lease() {
	ExtBuilder::default().build_and_execute(|| {
		acknowledge(ack(1));
		// The node attests again for the same key and code before its lease runs out.
		let renewed = concordat_primitives::attest::Lease { id: 2_000, ..lease(1) };
		Leases::insert(1, renewed);
		FirstOfRow::insert(1, lease(1).id);
		let early = good(1);
		assert_eq!(early.statement.body().lease, lease(1).id, "it names the lease of the seat");
		deliver(early);
		deliver(good(2));
		let Some(Effect::Receipt(Operation::JobCompleted { voters, .. })) = effects().pop() else {
			panic!("a receipt")
		};
		assert_eq!(
			voters.iter().map(|v| (v.node, v.lease)).collect::<Vec<_>>(),
			[(1, lease(1).id), (2, lease(2).id)],
			"so does the receipt"
		);
	});
}

#[test]
fn a_finished_job_should_leave_few_bytes_of_its_own_in_the_state() {
	use codec::MaxEncodedLen;
	// DESIGN §7: 96 at most.
	assert!(ResultRecord::max_encoded_len() <= 96);
	ExtBuilder::default().build_and_execute(|| {
		deliver(good(1));
		deliver(good(2));
		assert!(!Ballots::<Test>::contains_key(JOB), "votes go with the decision");
	});
}
