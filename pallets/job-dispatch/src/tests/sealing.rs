//! Jobs whose input is sealed to the nodes of a round.

use super::*;
use crate::pallet::*;
use concordat_primitives::{
	job::{FailureReason, JobConstraints, JobInput, JobStatus},
	sealed::{ciphertext_hash, SealedBody, SealedInput, SealedKey},
	units::CDT,
};
use frame_support::assert_noop;

const LEN: u32 = 100;

/// A job with a sealed input, of a clause with that quorum.
fn sealed_job(k: u8, n: u8) -> JobId {
	clause_mode(k, n);
	let id = JobDispatch::next_job();
	assert_ok!(JobDispatch::dispatch(
		RuntimeOrigin::signed(alice()),
		clause_id(),
		JobInput::Sealed { commitment: Hash::repeat_byte(8), len: LEN },
		JobConstraints::default()
	));
	run(1);
	id
}

fn ciphertext() -> Vec<u8> {
	vec![7; LEN as usize + 48]
}

fn wrapped(node: NodeId) -> SealedKey {
	SealedKey { node, key: encryption_key(node), encapsulated: [1; 32], wrapped: [2; 48] }
}

/// What an honest requester hands in.
fn sealing(id: JobId) -> SealedInput {
	let keys: Vec<_> = JobDispatch::recipients(id).iter().map(|(node, _)| wrapped(*node)).collect();
	SealedInput {
		round: job(id).round,
		ciphertext: ciphertext_hash(&ciphertext()),
		body: SealedBody::Inline(BoundedVec::truncate_from(ciphertext())),
		keys: BoundedVec::truncate_from(keys),
	}
}

fn provide(id: JobId, sealed: SealedInput) -> sp_runtime::DispatchResult {
	JobDispatch::provide_sealed(RuntimeOrigin::signed(alice()), id, sealed)
}

#[test]
fn a_job_with_a_sealed_input_waits_with_its_nodes_until_it_is_there() {
	ExtBuilder::default().nodes(9).build_and_execute(|| {
		let id = sealed_job(2, 3);
		assert_eq!(job(id).status, JobStatus::AwaitingInput);
		assert_eq!((seated(id).len(), job(id).backups.len()), (3, 2));
		assert!(events().contains(&Event::JobAwaitsInput { job: id, round: 1, seal_by: 32 }));
		let node = seated(id)[0];
		assert_eq!(JobDispatch::running(node), 1, "its seat is kept");
		assert_noop!(JobDispatch::acknowledge(id, 1, node), Error::<Test>::NotAssigned);
		// No deadline of a seat runs meanwhile.
		run(20);
		assert_eq!(seated(id).len(), 3);

		let before = held(&alice()).1;
		assert_ok!(provide(id, sealing(id)));
		let record = job(id);
		assert_eq!(record.status, JobStatus::Scheduled);
		assert_eq!(record.ciphertext, Some(ciphertext_hash(&ciphertext())));
		assert!(record.seats.iter().all(|seat| (seat.ack_by, seat.deliver_by) == (28, 35)));
		let byte = Parameters::<Test>::get().deposit_byte;
		assert_eq!(held(&alice()).1 - before, byte * u128::from(LEN + 48));
		let work = JobDispatch::work(id).unwrap();
		assert_eq!(work.sealed, Some(sealing(id)));
		assert_eq!(work.terms.ciphertext, record.ciphertext);

		let nodes = seated(id);
		nodes.iter().for_each(|node| deliver(id, *node));
		settle(id, &nodes, &[]);
		run(51);
		assert_eq!(held(&alice()), (0, 0), "all deposits are back when the job is pruned");
		assert!(Seals::<Test>::get(id).is_none() && Ciphertexts::<Test>::get(id).is_none());
	});
}

#[test]
fn a_requester_who_never_seals_pays_for_the_seats_that_were_kept() {
	ExtBuilder::default().nodes(5).build_and_execute(|| {
		let id = sealed_job(2, 3);
		let node = seated(id)[0];
		let fee = Orders::<Test>::get(id).unwrap().quote.fees.scheduling;
		run(29);
		assert_eq!(job(id).status, JobStatus::AwaitingInput);
		let before = JobDispatch::standing(node);
		run(1);
		assert_eq!(job(id).status, JobStatus::Failed(FailureReason::InputLate));
		assert_eq!(JobDispatch::running(node), 0);
		assert_eq!(JobDispatch::standing(node).trust, before.trust, "the nodes are not to blame");
		assert_eq!(held(&alice()), (0, 0));
		assert_eq!(Balances::total_balance(&alice()), 1_000 * CDT - 4 * fee);
		assert_eq!(Closed::get(), [None], "nor is the clause");
	});
}

#[test]
fn a_job_that_awaits_its_input_can_be_cancelled_for_the_same_price() {
	ExtBuilder::default().nodes(5).build_and_execute(|| {
		let id = sealed_job(1, 1);
		let fee = Orders::<Test>::get(id).unwrap().quote.fees.scheduling;
		assert_ok!(JobDispatch::cancel(RuntimeOrigin::signed(alice()), id));
		assert_eq!(job(id).status, JobStatus::Cancelled);
		assert_eq!(Balances::total_balance(&alice()), 1_000 * CDT - 2 * fee);
	});
}

#[test]
fn what_is_not_sealed_to_exactly_the_round_is_refused() {
	ExtBuilder::default().nodes(9).build_and_execute(|| {
		let id = sealed_job(2, 3);
		let (good, outsider) = (sealing(id), {
			let taken: Vec<_> =
				JobDispatch::recipients(id).into_iter().map(|(node, _)| node).collect();
			(1..=9).find(|node| !taken.contains(node)).unwrap()
		});
		let bent = |change: &dyn Fn(&mut SealedInput)| {
			let mut sealed = good.clone();
			change(&mut sealed);
			sealed
		};
		let inline = |bytes: Vec<u8>| SealedBody::Inline(BoundedVec::truncate_from(bytes));
		let elsewhere = |len| SealedBody::External {
			len,
			location: BoundedVec::truncate_from(b"https://example.org/body".to_vec()),
		};
		for (sealed, error) in [
			(bent(&|s| s.round = 2), Error::<Test>::WrongRound),
			(bent(&|s| s.round = 0), Error::WrongRound),
			(bent(&|s| s.ciphertext = Hash::zero()), Error::CiphertextMismatch),
			(
				bent(&|s| {
					s.body = inline(vec![7; 40]);
					s.ciphertext = ciphertext_hash(&[7; 40]);
				}),
				Error::CiphertextLength,
			),
			(bent(&|s| s.body = elsewhere(LEN)), Error::CiphertextLength),
			(
				bent(&|s| {
					s.body = SealedBody::External {
						len: LEN + 48,
						location: BoundedVec::truncate_from(b"nowhere".to_vec()),
					}
				}),
				Error::InputLocationInvalid,
			),
			(
				bent(&|s| {
					s.keys.pop();
				}),
				Error::RecipientMissing,
			),
			(bent(&|s| s.keys[0].key = [9; 32]), Error::RecipientKeyChanged),
			(bent(&|s| s.keys[1] = wrapped(s.keys[0].node)), Error::RecipientTwice),
			(bent(&|s| s.keys.force_push(wrapped(outsider))), Error::RecipientUnknown),
			(bent(&|s| s.keys[0].node = outsider), Error::RecipientMissing),
		] {
			assert_noop!(provide(id, sealed), error);
		}
		assert_noop!(
			JobDispatch::provide_sealed(RuntimeOrigin::signed(bob()), id, good.clone()),
			Error::<Test>::NotRequester
		);
		assert_noop!(provide(99, good.clone()), Error::<Test>::JobUnknown);
		assert_ok!(provide(id, bent(&|s| s.body = elsewhere(LEN + 48))));
		assert_noop!(provide(id, good), Error::<Test>::NotAwaitingInput);
		let open = dispatch();
		run(1);
		assert_noop!(
			provide(open, SealedInput { round: 1, ..sealing(id) }),
			Error::<Test>::NotAwaitingInput
		);
	});
}

#[test]
fn a_seat_without_a_lease_cannot_be_sealed_to_and_a_backup_without_one_need_not() {
	ExtBuilder::default().nodes(9).build_and_execute(|| {
		let id = sealed_job(2, 3);
		let backup = job(id).backups[0];
		revoke(backup);
		assert!(sealing(id).keys.iter().all(|one| one.node != backup));
		let seat = seated(id)[0];
		revoke(seat);
		assert_noop!(provide(id, sealing(id)), Error::<Test>::RecipientGone);
		grant(lease(seat, &profile(seat)));
		assert_ok!(provide(id, sealing(id)));
	});
}

#[test]
fn a_backup_steps_in_only_with_the_key_that_it_was_sealed_to() {
	ExtBuilder::default().nodes(9).build_and_execute(|| {
		let id = sealed_job(1, 1);
		let [first, second] = job(id).backups[..] else { panic!("two backups") };
		assert_ok!(provide(id, sealing(id)));
		// The first backup's enclave has been replaced since.
		let mut other = lease(first, &profile(first));
		other.encryption_key = [9; 32];
		grant(other);
		run(6);
		assert_eq!(seated(id), [second]);
		assert_eq!((job(id).attempts, job(id).round), (2, 1));
		assert!(job(id).ciphertext.is_some(), "what was sealed serves the whole round");
	});
}

#[test]
fn another_round_needs_another_sealing() {
	ExtBuilder::default().nodes(6).params(|p| p.backups = 0).build_and_execute(|| {
		let id = sealed_job(1, 1);
		let old = sealing(id);
		assert_ok!(provide(id, old.clone()));
		let deposit = held(&alice()).1;
		run(6);
		// The node was silent: the job has another one already, and waits anew.
		assert_eq!((job(id).status, job(id).round), (JobStatus::AwaitingInput, 2));
		assert_eq!(job(id).ciphertext, None);
		assert!(held(&alice()).1 < deposit, "the deposit for the ciphertext is back");
		assert_noop!(provide(id, old.clone()), Error::<Test>::WrongRound);
		assert_noop!(provide(id, SealedInput { round: 2, ..old }), Error::<Test>::RecipientMissing);
		assert_ok!(provide(id, sealing(id)));
		let node = seated(id)[0];
		deliver(id, node);
		settle(id, &[node], &[]);
	});
}

#[test]
fn the_job_expires_while_it_waits_for_its_input() {
	ExtBuilder::default().nodes(3).params(|p| p.seal_window = 1_000).build_and_execute(|| {
		let id = sealed_job(1, 1);
		run_until(250, || job(id).status.is_final());
		assert_eq!(job(id).status, JobStatus::Expired);
		assert!((1..=3).all(|node| JobDispatch::running(node) == 0));
	});
}
