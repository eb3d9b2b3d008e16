//! Backup committees: who sits on them, whose votes count, and what becomes of those they decide between.

use super::*;
use crate::{pallet::*, types::*};
use concordat_primitives::{
	cac::ResourceUsage,
	clause::{MAX_SEATS, MAX_VOTERS},
	ensemble::{Aggregation, Ensemble},
	hashing::attempt_nonce,
	job::{JobConstraints, JobInput, JobStatus, SeatState},
	receipt::Operation,
	routing::{trust, NEUTRAL, ONE},
	sealed::{ciphertext_hash, SealedBody, SealedInput, SealedKey},
	traits::BlockRandomness,
	trust::HopEnd,
};
use frame_support::{assert_noop, assert_storage_noop};

/// A job on three nodes which have shown what they found.
fn shown() -> (JobId, [NodeId; 3]) {
	clause_mode(2, 3);
	let id = assigned();
	let nodes = seated(id);
	commit_and_reveal(id, &nodes);
	let [a, b, c] = nodes[..] else { panic!("three seats") };
	(id, [a, b, c])
}

/// The committee of such a job.
fn seated_committee(id: JobId) -> Vec<NodeId> {
	assert!(JobDispatch::escalate(id).unwrap() > 0);
	voting(id)
}

#[test]
fn a_job_has_backups_enough_for_a_committee() {
	for (k, n, least) in [(2, 2, 2), (2, 3, 2), (3, 5, 3), (4, 7, 4), (7, 7, 4)] {
		for stand_by in [0, 1, 3, 4] {
			ExtBuilder::default().nodes(20).params(|p| p.backups = stand_by).build_and_execute(
				|| {
					clause_mode(k, n);
					let id = assigned();
					assert_eq!(job(id).backups.len() as u32, stand_by.max(least), "{k} of {n}");
					JobDispatch::do_try_state().unwrap();
				},
			);
		}
	}
	// One node alone, and an ensemble, have those that governance wants to stand by.
	ExtBuilder::default().nodes(20).params(|p| p.backups = 1).build_and_execute(|| {
		let aggregation = Aggregation::Consensus;
		let ensemble = dispatch_with(|c| c.ensemble = Some(Ensemble { size: 5, aggregation }));
		let single = dispatch();
		run(1);
		assert_eq!((job(single).backups.len(), job(ensemble).backups.len()), (1, 1));
	});
	// Where there are too few nodes, the seats are given all the same.
	ExtBuilder::default().nodes(4).build_and_execute(|| {
		clause_mode(2, 3);
		assert_eq!(job(assigned()).backups.len(), 1);
	});
}

#[test]
fn a_committee_is_made_of_the_backups_under_one_fresh_attempt_with_more_time() {
	ExtBuilder::default().nodes(9).build_and_execute(|| {
		let (id, nodes) = shown();
		let before = job(id);
		let backups = before.backups.to_vec();
		assert_eq!(JobDispatch::escalate(id), Ok(2));
		let after = job(id);
		assert_eq!(seated(id), [&nodes[..], &backups[..]].concat(), "who delivered stays");
		assert_eq!(after.seats[..3], before.seats[..]);
		assert_eq!((after.attempts, after.round), (2, 1));
		assert_eq!(after.committee, Some(Committee { attempt: 2, members: 2 }));
		assert_eq!((after.reveal_from, after.backups.len()), (None, 0));
		assert_eq!(after.status, JobStatus::Running);
		let nonce = attempt_nonce(&Vrf::seed(b"concordat/schedule/v1"), id, 2);
		for seat in &after.seats[3..] {
			assert_eq!((seat.attempt, seat.nonce, seat.state), (2, nonce, SeatState::Assigned));
			// A seat has 13 blocks; they have 20.
			assert_eq!((seat.assigned_at, seat.ack_by, seat.deliver_by), (3, 9, 23));
			assert_eq!(JobDispatch::assignments(seat.node), [id]);
		}
		let terms = JobDispatch::terms(id).unwrap();
		assert_eq!((terms.committee, terms.round), (Some(2), 1));
		assert_eq!(voting(id), backups);
		let seats = after.seats[3..].iter().map(|seat| (seat.node, seat.score)).collect();
		assert!(events().contains(&Event::CommitteeSeated {
			job: id,
			attempt: 2,
			seats: BoundedVec::truncate_from(seats),
			ack_by: 9,
			deliver_by: 23,
		}));
		assert_eq!(
			ReceiptBook::get().last(),
			Some(&Operation::JobAssigned {
				job: id,
				attempt: 2,
				nodes: BoundedVec::truncate_from(seated(id)),
			})
		);
		assert_eq!(totals().escalations, 1);
		assert_eq!(JobDispatch::counters().escalations, 1);
	});
}

#[test]
fn who_had_not_delivered_is_not_waited_for_and_not_blamed() {
	ExtBuilder::default().nodes(9).build_and_execute(|| {
		clause_mode(2, 3);
		let id = assigned();
		let nodes = seated(id);
		let [a, b, c] = nodes[..] else { panic!("three seats") };
		nodes.iter().for_each(|node| commit(id, *node));
		run(1);
		reveal(id, a);
		let members = seated_committee(id);
		assert_eq!(seated(id), [&[a], &members[..]].concat());
		for node in [b, c] {
			let standing = JobDispatch::standing(node);
			assert_eq!((standing.running(), standing.misses, standing.trust), (0, 0, NEUTRAL));
			assert_noop!(JobDispatch::delivered(id, 1, node), Error::<Test>::NotSeated);
		}
		// Their deadlines mean nothing any more.
		run(12);
		assert_eq!(totals().withheld, 0);
	});
}

#[test]
fn the_members_commit_and_show_like_any_nodes_and_nobody_else_is_asked() {
	ExtBuilder::default().nodes(9).build_and_execute(|| {
		let (id, [a, ..]) = shown();
		let members = seated_committee(id);
		let [x, y] = members[..] else { panic!("two members") };
		assert_noop!(JobDispatch::committed(id, 1, a), Error::<Test>::AlreadyDelivered);
		assert_noop!(JobDispatch::delivered(id, 2, x), Error::<Test>::NotCommitted);
		assert_noop!(JobDispatch::committed(id, 1, x), Error::<Test>::NotSeated);
		commit(id, x);
		assert_eq!(
			job(id).reveal_from,
			None,
			"the primaries do not count, but the other member does"
		);
		commit(id, y);
		assert_eq!(job(id).reveal_from, Some(4));
		assert_eq!(seats(id)[0].deliver_by, 13, "the time of the primaries was over");
		run(1);
		members.iter().for_each(|node| reveal(id, *node));
	});
}

#[test]
fn more_than_half_of_the_members_decide_and_those_who_said_the_same_are_paid_with_them() {
	ExtBuilder::default().nodes(12).params(|p| p.backups = 4).build_and_execute(|| {
		let (id, [a, b, c]) = shown();
		let members = seated_committee(id);
		let [w, x, y, z] = members[..] else { panic!("four members") };
		commit_and_reveal(id, &members);
		for bad in [
			// Two of four are not more than half, whatever the primaries say.
			settlement(&[a, b, w, x], &[c, y, z]),
			settlement(&[a, b, c], &[w, x, y, z]),
			settlement(&[], &[a]),
		] {
			assert_noop!(JobDispatch::settle(id, bad), Error::<Test>::SettlementInvalid);
		}
		let issued = Balances::total_issuance();
		let before = Balances::total_balance(&alice());
		let paid = settle(id, &[a, w, x, y], &[b, c, z]);
		let quote = Orders::<Test>::get(id).unwrap().quote;
		// Each has used less than a seat can cost, but more than the fourth part of what was held for three seats.
		let each = 3 * quote.seat_price / 4;
		assert!(each < quote.prices.of(&usage()) && quote.prices.of(&usage()) < quote.seat_price);
		assert_eq!(paid, 4 * each);
		// Seven votes were judged; what was quoted for three covers them.
		let fees = quote.fees_of_result(3);
		assert_eq!(before - Balances::total_balance(&alice()), paid + fees);
		assert_eq!(Balances::total_issuance(), issued);
		assert_eq!(totals().dissents, 3);
		assert_eq!(job(id).status, JobStatus::Completed);
		let trust_of = |node| JobDispatch::standing(node).trust;
		assert_eq!(trust_of(w), trust(NEUTRAL, HopEnd::Agreed, ONE));
		assert_eq!(trust_of(b), trust(NEUTRAL, HopEnd::Dissented, ONE));
		assert!((1..=12).all(|node| JobDispatch::running(node) == 0));
	});
}

#[test]
fn more_nodes_than_were_quoted_for_share_what_was_held() {
	ExtBuilder::default().nodes(9).build_and_execute(|| {
		let (id, nodes) = shown();
		let members = seated_committee(id);
		commit_and_reveal(id, &members);
		let agreed: Vec<NodeId> = nodes.iter().chain(&members).copied().collect();
		let greedy = ResourceUsage { fuel: u64::MAX, peak_memory: u32::MAX, ..usage() };
		let mut settlement = settlement(&agreed, &[]);
		settlement.agreed.iter_mut().for_each(|(_, used)| *used = greedy);
		let quote = Orders::<Test>::get(id).unwrap().quote;
		let before: Vec<Balance> =
			agreed.iter().map(|node| Balances::free_balance(controller(*node))).collect();
		let paid = JobDispatch::settle(id, settlement).unwrap();
		let each = 3 * quote.seat_price / 5;
		assert!(each < quote.seat_price);
		for (node, before) in agreed.iter().zip(before) {
			assert_eq!(Balances::free_balance(controller(*node)) - before, each);
		}
		assert_eq!(paid, 5 * each);
		assert!(paid + quote.fees_of_result(5) <= quote.total);
		assert_eq!(held(&alice()), (0, quote.deposit));
		// Nor do the hops claim more than the originator has paid to the network.
		let claimed: Balance = HopsSoFar::get().iter().map(|(_, hop)| hop.fee).sum();
		assert!(claimed <= quote.fees_of_result(5), "{claimed}");
		assert!(claimed > quote.fees_of_result(5) - 10, "all but what is lost in rounding");
	});
}

#[test]
fn who_said_that_it_could_not_is_treated_like_a_silent_node_and_not_like_a_liar() {
	ExtBuilder::default().nodes(9).build_and_execute(|| {
		let (id, [a, b, c]) = shown();
		let mut with_failure = settlement(&[a, b], &[]);
		with_failure.failed = BoundedVec::truncate_from(vec![c]);
		// Nobody can be both, or somebody who does not sit.
		for twice in [a, 99] {
			let mut bad = with_failure.clone();
			bad.failed = BoundedVec::truncate_from(vec![twice]);
			assert_noop!(JobDispatch::settle(id, bad), Error::<Test>::SettlementInvalid);
		}
		let mut both = with_failure.clone();
		both.dissented = BoundedVec::truncate_from(vec![c]);
		assert_noop!(JobDispatch::settle(id, both), Error::<Test>::SettlementInvalid);

		let before = Balances::free_balance(controller(c));
		assert_ok!(JobDispatch::settle(id, with_failure));
		let standing = JobDispatch::standing(c);
		assert_eq!(standing.trust, trust(NEUTRAL, HopEnd::Silent, ONE));
		assert_eq!((standing.misses, standing.cooldown_until), (1, 3 + 15));
		assert_eq!(Balances::free_balance(controller(c)), before);
		assert_eq!((totals().dissents, totals().missed_deadlines), (0, 0));
	});
}

#[test]
fn without_backups_enough_there_is_no_committee_and_nothing_has_changed() {
	type Spoil = fn(NodeId);
	let spoils: [Spoil; 5] = [
		|node| revoke(node),
		|node| JobDispatch::evict(node),
		|node| stand_with(node, |s| s.cooldown_until = 1_000),
		|node| admit_with(node, |p| p.capacity = 0),
		|node| JobDispatch::set_available(node, rain(), false).unwrap(),
	];
	for spoil in spoils {
		ExtBuilder::default().nodes(9).build_and_execute(|| {
			let (id, _) = shown();
			spoil(job(id).backups[1]);
			assert_storage_noop!(assert_eq!(JobDispatch::escalate(id), Ok(0)));
			assert_eq!(job(id).backups.len(), 2);
		});
	}
	// Of three who stand by one may be unfit.
	ExtBuilder::default().nodes(9).params(|p| p.backups = 3).build_and_execute(|| {
		let (id, _) = shown();
		let [x, y, z] = job(id).backups[..] else { panic!("three backups") };
		revoke(y);
		assert_eq!(seated_committee(id), [x, z]);
		assert_eq!(job(id).committee.map(|one| one.members), Some(2));
	});
}

#[test]
fn members_share_neither_operator_nor_platform_with_each_other_or_with_those_they_judge() {
	for with_member in [false, true] {
		ExtBuilder::default().nodes(9).build_and_execute(|| {
			let (id, [a, ..]) = shown();
			let [x, y] = job(id).backups[..] else { panic!("two backups") };
			// It has moved since it was drawn.
			let other = if with_member { x } else { a };
			admit_with(y, |p| p.platform = profile(other).platform);
			assert_storage_noop!(assert_eq!(JobDispatch::escalate(id), Ok(0)));
		});
	}
}

#[test]
fn there_is_one_committee_a_round_and_none_for_ensembles() {
	ExtBuilder::default().nodes(9).build_and_execute(|| {
		assert_noop!(JobDispatch::escalate(99), Error::<Test>::JobUnknown);
		let (id, _) = shown();
		seated_committee(id);
		assert_storage_noop!(assert_eq!(JobDispatch::escalate(id), Ok(0)));
		frame_support::hypothetically!({
			// Not even if others stood by.
			let others = (1..=9).filter(|node| !seated(id).contains(node)).take(2).collect();
			Jobs::<Test>::mutate(id, |job| {
				job.as_mut().unwrap().backups = BoundedVec::truncate_from(others);
			});
			assert_eq!(JobDispatch::escalate(id), Ok(0));
		});
		assert_ok!(JobDispatch::freeze(id));
		assert_noop!(JobDispatch::escalate(id), Error::<Test>::NotAssigned);

		clause_mode(1, 1);
		let aggregation = Aggregation::Consensus;
		let ensemble = dispatch_with(|c| c.ensemble = Some(Ensemble { size: 3, aggregation }));
		run(1);
		assert_eq!(job(ensemble).backups.len(), 2);
		assert_storage_noop!(assert_eq!(JobDispatch::escalate(ensemble), Ok(0)));
	});
}

#[test]
fn there_is_no_committee_without_an_attempt_for_it() {
	ExtBuilder::default().nodes(9).params(|p| p.max_attempts = 1).build_and_execute(|| {
		let (id, _) = shown();
		assert_storage_noop!(assert_eq!(JobDispatch::escalate(id), Ok(0)));
	});
}

#[test]
fn a_member_that_is_silent_has_no_stand_in_and_counts_as_seated() {
	ExtBuilder::default().nodes(12).params(|p| p.backups = 3).build_and_execute(|| {
		let (id, [a, b, c]) = shown();
		let [x, y, z] = seated_committee(id)[..] else { panic!("three members") };
		[x, y].iter().for_each(|node| commit(id, *node));
		run(6);
		assert_eq!(voting(id), [x, y]);
		assert_eq!((job(id).attempts, JobDispatch::standing(z).misses), (2, 1));
		assert_eq!(HeardSoFar::get(), [Heard::SeatLost(id, z)]);
		assert_eq!(job(id).reveal_from, Some(10), "those who are left have committed");
		run(1);
		[x, y].iter().for_each(|node| reveal(id, *node));
		// Of three seated one alone is no majority, although only two are left.
		let bad = settlement(&[a, b, x], &[c, y]);
		assert_noop!(JobDispatch::settle(id, bad), Error::<Test>::SettlementInvalid);
		settle(id, &[a, b, x, y], &[c]);
	});
}

#[test]
fn a_committee_that_can_have_no_majority_is_asked_and_then_dissolved() {
	ExtBuilder::default().nodes(9).build_and_execute(|| {
		let (id, _) = shown();
		let [x, y] = seated_committee(id)[..] else { panic!("two members") };
		commit(id, x);
		run(6);
		assert_eq!(HeardSoFar::get(), [Heard::SeatLost(id, y), Heard::RoundOver(id)]);
		let over = Event::RoundOver { job: id, attempts: 2, disagreed: true };
		assert!(events().contains(&over), "the primaries have differed");
		assert!((1..=9).all(|node| JobDispatch::running(node) == 0 || seated(id).contains(&node)));
	});
	// The listener may have ended the round itself.
	ExtBuilder::default().nodes(9).build_and_execute(|| {
		let (id, _) = shown();
		let [x, y] = seated_committee(id)[..] else { panic!("two members") };
		Reaction::set(Reacts::GivesUp);
		commit(id, x);
		run(6);
		assert_eq!(HeardSoFar::get(), [Heard::SeatLost(id, y), Heard::RoundOver(id)]);
	});
}

#[test]
fn a_member_that_declines_leaves_the_others_alone() {
	ExtBuilder::default().nodes(12).params(|p| p.backups = 3).build_and_execute(|| {
		let (id, _) = shown();
		let [x, y, z] = seated_committee(id)[..] else { panic!("three members") };
		assert_ok!(JobDispatch::decline(id, 2, x));
		assert_eq!(voting(id), [y, z]);
		assert_eq!(job(id).attempts, 2);
	});
}

#[test]
fn a_member_that_withholds_is_told() {
	ExtBuilder::default().nodes(9).build_and_execute(|| {
		let (id, _) = shown();
		let [x, y] = seated_committee(id)[..] else { panic!("two members") };
		[x, y].iter().for_each(|node| commit(id, *node));
		run(1);
		reveal(id, x);
		run(10);
		assert_eq!(
			HeardSoFar::get(),
			[Heard::Withheld(id, 2, y), Heard::SeatLost(id, y), Heard::RoundOver(id)]
		);
	});
}

#[test]
fn a_dispute_puts_a_committee_off_like_any_seats() {
	ExtBuilder::default().nodes(9).build_and_execute(|| {
		let (id, nodes) = shown();
		let members = seated_committee(id);
		let before = job(id);
		assert_ok!(JobDispatch::freeze(id));
		run(50);
		assert_ok!(JobDispatch::unfreeze(id, false));
		let after = job(id);
		assert_eq!(after.committee, before.committee);
		assert_eq!(after.seats[3].deliver_by, before.seats[3].deliver_by + 50);
		commit_and_reveal(id, &members);
		settle(id, &[&nodes[..], &members[..]].concat(), &[]);
	});
}

#[test]
fn all_seats_of_the_largest_mode_and_its_committee_have_room() {
	ExtBuilder::default().nodes(11).build_and_execute(|| {
		clause_mode(4, 7);
		let id = assigned();
		let nodes = seated(id);
		assert_eq!(nodes.len() as u32, MAX_SEATS);
		commit_and_reveal(id, &nodes);
		let members = seated_committee(id);
		assert_eq!(members.len(), 4);
		assert_eq!(seats(id).len() as u32, MAX_VOTERS);
		commit_and_reveal(id, &members);
		let everybody = seated(id);
		settle(id, &everybody, &[]);
		assert!(everybody.iter().all(|node| JobDispatch::standing(*node).trust > NEUTRAL));
	});
}

#[test]
fn a_member_has_to_be_able_to_open_what_was_sealed() {
	ExtBuilder::default().nodes(9).build_and_execute(|| {
		clause_mode(2, 3);
		let id = JobDispatch::next_job();
		assert_ok!(JobDispatch::dispatch(
			RuntimeOrigin::signed(alice()),
			clause_id(),
			JobInput::Sealed { commitment: Hash::repeat_byte(8), len: 52 },
			JobConstraints::default()
		));
		run(1);
		let body = BoundedVec::truncate_from(vec![7u8; 100]);
		let keys = JobDispatch::recipients(id)
			.into_iter()
			.map(|(node, key)| SealedKey { node, key, encapsulated: [1; 32], wrapped: [2; 48] })
			.collect();
		let sealed = SealedInput {
			round: 1,
			ciphertext: ciphertext_hash(&body),
			body: SealedBody::Inline(body),
			keys: BoundedVec::truncate_from(keys),
		};
		assert_ok!(JobDispatch::provide_sealed(RuntimeOrigin::signed(alice()), id, sealed));
		let nodes = seated(id);
		commit_and_reveal(id, &nodes);
		let backup = job(id).backups[0];
		let good = lease(backup, &profile(backup));
		// Its enclave was replaced since it was sealed to.
		grant(concordat_primitives::attest::Lease { encryption_key: [9; 32], ..good.clone() });
		assert_storage_noop!(assert_eq!(JobDispatch::escalate(id), Ok(0)));
		grant(good);
		let members = seated_committee(id);
		assert!(JobDispatch::work(id).unwrap().sealed.is_some());
		commit_and_reveal(id, &members);
		settle(id, &[&nodes[..], &members[..]].concat(), &[]);
	});
}

#[test]
fn a_committee_is_charged_with_the_loss_that_called_it() {
	ExtBuilder::default().nodes(9).build_and_execute(|| {
		let dearest = JobDispatch::weight_of_dearest_item();
		let withheld = JobDispatch::weight_of_stand_in()
			.saturating_add(<Quorum as concordat_primitives::traits::JobListener>::weight())
			.saturating_add(JobDispatch::weight_of_escalating());
		assert!(dearest.all_gte(withheld));
		assert!(JobDispatch::weight_of_escalating().all_gt(Default::default()));
		Reaction::set(Reacts::Escalates);
		clause_mode(2, 3);
		let id = assigned();
		let nodes = seated(id);
		nodes.iter().for_each(|node| commit(id, *node));
		System::set_block_number(13);
		let item = AgendaItem::Deadline { job: id, attempt: 1, node: nodes[0] };
		assert_eq!(JobDispatch::fire(&item, &JobDispatch::context()), withheld);
		assert!(job(id).committee.is_some());
		System::set_block_number(2);
	});
}
