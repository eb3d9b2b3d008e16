//! What was committed to is shown: when, by whom, and what becomes of it.

use super::*;
use crate::{authorize::REVEAL_TAG, Ballots, Certificates, Event, Results};
use codec::{DecodeAll, DecodeLimit};
use concordat_primitives::{
	attest::Measurement,
	cac::{CacV1, FailureCode, Outcome, Output},
	clause::ResourceLimits,
	hashing::output_hash,
	job::SeatState,
	traits::JobListener,
	ClauseId, NodeId,
};
use frame_support::{assert_storage_noop, MAX_EXTRINSIC_DEPTH};
use sp_core::Pair;

const LIE: &[u8] = b"rain: 0 mm, trigger: no";

fn lie(node: NodeId) -> SignedCac {
	cac(node, outcome(LIE))
}

/// Nodes 1 to 3 have committed to what they found, and the next block has begun.
fn committed(test: impl FnOnce()) {
	ExtBuilder::default().committing().backups(2).build_and_execute(|| {
		(1..=3).for_each(|node| commit(&good(node)));
		System::set_block_number(NOW + 1);
		test();
	});
}

#[test]
fn a_round_should_be_decided_when_all_have_shown_that_they_agree() {
	committed(|| {
		reveal(&good(1));
		reveal(&good(2));
		// Two of three agree, and what the third will show is fixed: it is waited for.
		assert!(settlements().is_empty() && !has_failed());
		assert_eq!(QuorumResults::result_view(JOB).unwrap().cacs.len(), 2);
		reveal(&good(3));
		assert_eq!(settled(), (vec![1, 2, 3], vec![], vec![]));
		assert_eq!(Results::<Test>::get(JOB).unwrap().result, Ok(output_hash(OUTPUT)));
		assert_eq!(slashes(), []);
		assert!(!Ballots::<Test>::contains_key(JOB));
		let Some(Operation::JobCompleted { k, n, voters, .. }) = receipts().pop() else {
			panic!("a receipt")
		};
		assert_eq!((k, n, voters.len()), (2, 3, 3));
	});
}

#[test]
fn a_reveal_should_take_the_commitment_out_of_the_urn() {
	committed(|| {
		reveal(&good(2));
		let urn = Ballots::<Test>::get(JOB);
		assert_eq!(urn.pledges.iter().map(|pledge| pledge.node).collect::<Vec<_>>(), [1, 3]);
		assert_eq!((urn.ballots.len(), urn.certificates), (1, 1));
		assert_eq!(effects().last(), Some(&Effect::Delivered(JOB, 1, 2)));
		assert!(matches!(
			events().last(),
			Some(Event::ResultDelivered { job: JOB, attempt: 1, node: 2, .. })
		));
	});
}

#[test]
fn a_reveal_should_travel_once_per_seat_and_not_for_long() {
	committed(|| {
		let valid = validity(&reveal_call(good(1), salt(1))).unwrap();
		assert_eq!(valid.provides, [(REVEAL_TAG, (JOB, 1u32, 1u32)).encode()]);
		assert_eq!((valid.longevity, valid.priority), (5, AuthorizedPriority::get()));
		assert!(valid.propagate && valid.requires.is_empty());
	});
}

#[test]
fn a_reveal_before_its_time_should_be_refused() {
	ExtBuilder::default().committing().build_and_execute(|| {
		unheard(reveal_call(good(1), salt(1)), CacRefusal::NotCommitted);
		(1..=3).for_each(|node| commit(&good(node)));
		// In the block of the last commitment others may still be on their way.
		unheard(reveal_call(good(1), salt(1)), CacRefusal::TooEarly);
		System::set_block_number(NOW + 1);
		assert!(validity(&reveal_call(good(1), salt(1))).is_ok());
	});
}

#[test]
fn a_late_reveal_should_be_refused() {
	committed(|| {
		System::set_block_number(NOW + REVEAL_WINDOW);
		assert!(validity(&reveal_call(good(1), salt(1))).is_ok());
		System::set_block_number(NOW + 1 + REVEAL_WINDOW);
		unheard(reveal_call(good(1), salt(1)), CacRefusal::TooLate);
	});
}

#[test]
fn another_salt_or_another_result_should_not_open_a_commitment() {
	committed(|| {
		let mut bent = salt(1);
		bent[31] ^= 1;
		for other in [bent, [0; 32], salt(2)] {
			unheard(reveal_call(good(1), other), CacRefusal::WrongOpening);
		}
		unheard(reveal_call(lie(1), salt(1)), CacRefusal::WrongOpening);
		unheard(reveal_call(failure(1, FailureCode::Timeout), salt(1)), CacRefusal::WrongOpening);
		reveal(&good(1));
	});
}

#[test]
fn a_node_should_not_show_what_another_has_committed_to() {
	committed(|| {
		// Node 2's certificate with node 1's salt; and what node 1 says, signed by node 2.
		unheard(reveal_call(good(2), salt(1)), CacRefusal::WrongOpening);
		let body = statement(JOB, 1, outcome(OUTPUT));
		unheard(reveal_call(sign_as(&pair(2), body), salt(1)), CacRefusal::BadSignature);
		// The commitments of two seats, swapped in the state.
		Ballots::<Test>::mutate(JOB, |urn| {
			let one = urn.pledges[0].hash;
			urn.pledges[0].hash = urn.pledges[1].hash;
			urn.pledges[1].hash = one;
		});
		for (node, salt) in [(1, salt(1)), (1, salt(2)), (2, salt(1)), (2, salt(2))] {
			unheard(reveal_call(good(node), salt), CacRefusal::WrongOpening);
		}
	});
}

#[test]
fn a_result_should_be_shown_once() {
	committed(|| {
		reveal(&good(1));
		unheard(reveal_call(good(1), salt(1)), CacRefusal::AlreadyDelivered);
		// Nor if the board forgets that it was.
		change_terms(JOB, |terms| terms.seats[0].state = SeatState::Committed(NOW));
		unheard(reveal_call(good(1), salt(1)), CacRefusal::AlreadyDelivered);
		change_terms(JOB, |terms| terms.seats[0].state = SeatState::Delivered(NOW + 1));
		assert_eq!(Certificates::<Test>::iter().count(), 1);
	});
}

#[test]
fn a_seat_that_committed_to_nothing_should_show_nothing() {
	committed(|| {
		// A board that says so, although nobody has.
		Ballots::<Test>::mutate(JOB, |urn| urn.redeem(1, 1));
		unheard(reveal_call(good(1), salt(1)), CacRefusal::NotCommitted);
		change_terms(JOB, |terms| terms.seats[0].state = SeatState::Acknowledged(NOW));
		unheard(reveal_call(good(1), salt(1)), CacRefusal::NotCommitted);
		change_terms(JOB, |terms| terms.seats.retain(|seat| seat.node != 1));
	});
}

/// Node 1 has committed to a result, and shows a certificate with it of which something else is false.
fn flawed(change: impl FnOnce(&mut CacV1), refusal: CacRefusal) {
	ExtBuilder::default().committing().build_and_execute(|| {
		let mut body = statement(JOB, 1, outcome(OUTPUT));
		body.acted_on.0 = NOW - 1;
		change(&mut body);
		let shown = sign_as(&pair(1), body.clone());
		// The commitment is to the result alone: it is opened by whatever says the same.
		let hash = pledge_hash(&shown, &salt(1));
		apply(commit_call(altered_commitment(&good(1), |said| said.hash = hash))).unwrap();
		commit(&good(2));
		commit(&good(3));
		System::set_block_number(NOW + 1);
		unheard(reveal_call(shown, salt(1)), refusal);
	});
}

#[test]
fn whatever_a_certificate_says_should_be_checked_although_it_was_committed_to() {
	let limits: ResourceLimits = ResourceLimits::SMALL;
	flawed(|body| body.lease = 5, CacRefusal::WrongLease);
	flawed(|body| body.program = Hash::zero(), CacRefusal::WrongProgram);
	flawed(|body| body.measurement = measurement(2), CacRefusal::WrongMeasurement);
	flawed(|body| body.input = Hash::zero(), CacRefusal::WrongInput);
	flawed(|body| body.lineage = Hash::repeat_byte(5), CacRefusal::WrongLineage);
	flawed(|body| body.nonce = Hash::zero(), CacRefusal::WrongNonce);
	flawed(|body| body.simulated = false, CacRefusal::SimulationMislabelled);
	flawed(|body| body.acted_on.0 = NOW + 2, CacRefusal::FromTheFuture);
	flawed(|body| body.usage.fuel = limits.fuel + 1, CacRefusal::FuelExceeded);
	flawed(|body| body.usage.peak_memory = limits.memory_bytes + 1, CacRefusal::MemoryExceeded);
	flawed(
		|body| body.clause = ClauseId::parse("BMKG::HeavyRain@1.1").unwrap(),
		CacRefusal::WrongClause,
	);
	flawed(|body| body.outcome = outcome(&[0; 513]), CacRefusal::OutputTooLarge);
	flawed(
		|body| {
			let output = Output::Inline(OUTPUT.to_vec().try_into().unwrap());
			body.outcome = Outcome::Success { hash: Hash::zero(), output };
		},
		CacRefusal::WrongOutputHash,
	);
	flawed(
		|body| {
			let output = Output::Sealed(vec![7; 80].try_into().unwrap());
			body.outcome = Outcome::Success { hash: Hash::zero(), output };
		},
		CacRefusal::OutputSealed,
	);
}

#[test]
fn a_forged_certificate_should_not_be_shown() {
	committed(|| {
		let mut forged = good(1);
		forged.signature[3] ^= 1;
		unheard(reveal_call(forged, salt(1)), CacRefusal::BadSignature);
		// A field that the commitment does not cover, changed after signing.
		let mut forged = good(1);
		let concordat_primitives::cac::CacStatement::V1(body) = &mut forged.statement;
		body.usage.fuel += 1;
		unheard(reveal_call(forged, salt(1)), CacRefusal::BadSignature);
		let mut other = commitment(&good(1));
		other.signature = pair(1).sign(b"concordat/commitment/v1").0;
		let forged = SignedCac { signature: other.signature, ..good(1) };
		unheard(reveal_call(forged, salt(1)), CacRefusal::BadSignature);
	});
}

#[test]
fn a_lease_that_ends_after_the_commitment_should_not_keep_a_node_from_showing_its_result() {
	// Neither one that is over, nor one that another enclave of the node has replaced, nor none at all.
	let expired = || Leases::mutate(1, |lease| lease.as_mut().unwrap().expires_at = NOW + 1);
	let replaced = || Leases::mutate(1, |lease| lease.as_mut().unwrap().id += 2_000);
	let gone = || Leases::remove(1);
	for end in [expired as fn(), replaced, gone] {
		committed(|| {
			end();
			let standing = QuorumResults::verify_reveal(&good(1), &salt(1));
			assert!(standing.is_ok(), "{standing:?}");
		});
	}
}

#[test]
fn what_the_lease_said_at_the_commitment_should_bind_the_certificate() {
	flawed(|body| body.measurement = Measurement([9; 48]), CacRefusal::WrongMeasurement);
	flawed(|body| body.simulated = !body.simulated, CacRefusal::SimulationMislabelled);
}

#[test]
fn an_admission_should_serve_for_the_very_salt_alone() {
	committed(|| {
		let admit = |salt| {
			reveal_call(good(1), salt)
				.authorize(TransactionSource::InBlock)
				.expect("authorised")
				.expect("valid")
		};
		System::set_extrinsic_index(3);
		admit(salt(1));
		let refused = QuorumResults::reveal(authorized(), Box::new(good(1)), salt(2));
		assert_eq!(refused.unwrap_err().error, crate::Error::<Test>::WrongOpening.into());
		admit(salt(1));
		// As a certificate without a salt it is still refused.
		let refused = QuorumResults::submit_cac(authorized(), Box::new(good(1)));
		assert_eq!(refused.unwrap_err().error, crate::Error::<Test>::CommitFirst.into());
		admit(salt(1));
		LeaseLooks::take();
		QuorumResults::reveal(authorized(), Box::new(good(1)), salt(1)).unwrap();
		assert_eq!(LeaseLooks::take(), 0, "nothing is verified again");
		assert!(!crate::Admitted::<Test>::exists());
	});
}

#[test]
fn whoever_withholds_should_pay_what_a_liar_pays() {
	ExtBuilder::default().committing().backups(2).build_and_execute(|| {
		let hidden = lie(3);
		commit(&good(1));
		commit(&good(2));
		commit(&hidden);
		System::set_block_number(NOW + 1);
		reveal(&good(1));
		reveal(&good(2));
		// It sees that it is alone, and keeps its lie to itself.
		withhold(3);
		let hash = pledge_hash(&hidden, &salt(3));
		assert_eq!(slashes(), [(3, hash, FIVE_PERCENT)]);
		assert!(events().contains(&Event::RevealWithheld {
			job: JOB,
			attempt: 1,
			node: 3,
			commitment: hash
		}));
		// The others have all shown, agree, and are enough.
		assert_eq!(settled(), (vec![1, 2], vec![], vec![]));
		unheard(reveal_call(hidden, salt(3)), CacRefusal::NotRunning);
	});
}

#[test]
fn a_withheld_result_should_leave_the_round_to_the_others() {
	committed(|| {
		reveal(&good(1));
		withhold(2);
		assert!(settlements().is_empty(), "the third can still show its own");
		withhold(3);
		// One alone is too few: a committee decides.
		assert_eq!(terms(JOB).committee, Some(2));
		assert_eq!(slashes().len(), 2);
	});
}

#[test]
fn a_round_that_fails_among_its_deadlines_should_spare_nobody_who_withholds() {
	ExtBuilder::quorum(3, 5).committing().backups(3).build_and_execute(|| {
		(1..=5).for_each(|node| commit(&good(node)));
		System::set_block_number(NOW + 1);
		reveal(&good(1));
		// All others keep silent; the board comes to them one by one, in one block.
		System::set_block_number(NOW + 1 + REVEAL_WINDOW);
		withhold(2);
		withhold(3);
		assert_eq!(terms(JOB).committee, None, "three are left, and that may be enough");
		withhold(4);
		assert_eq!(terms(JOB).committee, Some(2), "two are too few, whatever the last one says");
		let of = |node| (node, pledge_hash(&cac_of_first_round(node), &salt(node)), FIVE_PERCENT);
		assert_eq!(slashes(), [of(2), of(3), of(4), of(5)], "the last one is not spared");
		let told = |event: &Event<Test>| matches!(event, Event::RevealWithheld { .. });
		assert_eq!(events().iter().filter(|event| told(event)).count(), 4);
	});
}

/// What a node had committed to that has no seat any more.
fn cac_of_first_round(node: NodeId) -> SignedCac {
	let mut body = statement(JOB, 1, outcome(OUTPUT));
	(body.node, body.nonce) = (node, seat(JOB, 1, node).nonce);
	sign_as(&pair(node), body)
}

#[test]
fn a_round_that_fails_before_its_deadlines_should_blame_nobody_who_had_time() {
	ExtBuilder::quorum(3, 5).committing().backups(3).build_and_execute(|| {
		(1..=5).for_each(|node| commit(&good(node)));
		System::set_block_number(NOW + 1);
		reveal(&good(1));
		// The seats of three are gone before their time; the fifth could still have shown its own.
		lose_seat(2, None);
		lose_seat(3, None);
		assert_eq!(terms(JOB).committee, None);
		lose_seat(4, None);
		assert_eq!(terms(JOB).committee, Some(2));
		assert_eq!(slashes(), []);
	});
	// The same of verifiers: one that is gone ends the round, without a dispute where they do not differ.
	ExtBuilder::verifiers(3).committing().build_and_execute(|| {
		(1..=3).for_each(|node| commit(&good(node)));
		System::set_block_number(NOW + 1);
		reveal(&good(1));
		lose_seat(2, None);
		assert!(has_failed() && slashes().is_empty());
	});
}

#[test]
fn nothing_should_be_withheld_that_was_not_committed_to() {
	committed(|| {
		reveal(&good(1));
		assert_storage_noop!(QuorumResults::reveal_withheld(JOB, 1, 1));
		assert_storage_noop!(QuorumResults::reveal_withheld(JOB, 2, 2));
		assert_storage_noop!(QuorumResults::reveal_withheld(JOB, 1, 9));
		assert_storage_noop!(QuorumResults::reveal_withheld(999, 1, 1));
		assert_eq!(slashes(), []);
	});
}

#[test]
fn outputs_that_are_not_shown_in_the_open_need_no_commitment() {
	// Of sealed outputs nobody sees what the others found.
	ExtBuilder::default().build_and_execute(|| {
		change_terms(JOB, |terms| terms.output_key = Some([9; 32]));
		let sealed = |node| {
			altered(node, |body| {
				let output = Output::Sealed(vec![node as u8; 80].try_into().unwrap());
				body.outcome = Outcome::Success { hash: Hash::repeat_byte(6), output };
			})
		};
		deliver(sealed(1));
		deliver(sealed(2));
		assert_eq!(settled(), (vec![1, 2], vec![], vec![]));
	});
}

#[test]
fn an_ensemble_should_show_all_its_answers_at_once_as_well() {
	use concordat_primitives::ensemble::Aggregation;
	ExtBuilder::ensemble(3, Aggregation::Consensus).committing().build_and_execute(|| {
		let traps: Vec<_> = (1..=2).map(|node| failure(node, FailureCode::Trap)).collect();
		let answer = cac(3, outcome(b"7"));
		traps.iter().chain([&answer]).for_each(commit);
		System::set_block_number(NOW + 1);
		traps.iter().for_each(reveal);
		// Most of them see a failure, and the third has committed to what it will say.
		assert!(settlements().is_empty());
		reveal(&answer);
		assert_eq!(settled(), (vec![1, 2], vec![3], vec![]));
		assert_eq!(slashes(), []);
	});
}

fn extrinsic(call: RuntimeCall) -> Vec<u8> {
	UncheckedExtrinsic::new_transaction(call, (frame_system::AuthorizeCall::new(),)).encode()
}

fn decodes(bytes: &[u8]) -> bool {
	UncheckedExtrinsic::decode_all_with_depth_limit(MAX_EXTRINSIC_DEPTH, &mut &bytes[..]).is_ok()
}

#[test]
fn bytes_that_are_no_message_should_not_decode() {
	committed(|| {
		for call in [commit_call(commitment(&good(1))), reveal_call(good(1), salt(1))] {
			let bytes = extrinsic(call.clone());
			assert!(decodes(&bytes));
			for len in 0..bytes.len() {
				assert!(!decodes(&bytes[..len]), "{len} of {}", bytes.len());
			}
			let longer = [&bytes[..], &[0]].concat();
			assert!(!decodes(&longer));
			let mut inner = call.encode();
			inner.push(0);
			assert!(RuntimeCall::decode_all(&mut &inner[..]).is_err());
		}
		// Neither an output beyond the format nor a length without its bytes reserves memory.
		let call = reveal_call(cac(1, outcome(b"")), salt(1)).encode();
		let hash = output_hash(b"").encode();
		let at = call.windows(32).position(|window| window == &hash[..]).unwrap() + 33;
		for claimed in [1u32, 2_049, 1 << 30] {
			let bytes = [&call[..at], &codec::Compact(claimed).encode(), &call[at + 1..]].concat();
			assert!(RuntimeCall::decode_all(&mut &bytes[..]).is_err());
		}
		// A bomb of nested containers: no type refers to itself.
		let bomb = [&call[..2], &vec![0x01; 100_000][..]].concat();
		assert!(RuntimeCall::decode_all_with_depth_limit(8, &mut &bomb[..]).is_err());
	});
}
