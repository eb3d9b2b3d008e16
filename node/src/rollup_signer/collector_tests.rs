//! Shares in any order, bad shares, wrong sets, old epochs, restarts.

use super::{
	collector::*,
	key::RollupKeys,
	share::{KnownSet, Share, ShareSignature, MAX_SHARE_BYTES},
};
use codec::Encode;
use concordat_pairing::bls;
use concordat_primitives::{
	rollup::{rollup_message, RollupCertificate, RollupKey, Scheme, Signatures, SignerSet},
	Hash, RollupEpoch,
};
use concordat_runtime::pallet_rollup_anchor::certificate::places;

const GENESIS: Hash = Hash::repeat_byte(0x47);
const SCHEMES: [Scheme; 2] = [Scheme::Bls, Scheme::Ed25519];

fn keys(n: u16) -> RollupKeys {
	RollupKeys::from_secret(&[n as u8 + 1; 32])
}

fn public(n: u16, scheme: Scheme) -> RollupKey {
	let [bls, ed25519] = *keys(n).public();
	match scheme {
		Scheme::Bls => bls,
		Scheme::Ed25519 => ed25519,
	}
}

fn set(id: u32, scheme: Scheme, seats: u16) -> SignerSet {
	SignerSet {
		id,
		scheme,
		keys: (0..seats).map(|n| public(n, scheme)).collect::<Vec<_>>().try_into().unwrap(),
		validators: seats.into(),
	}
}

fn rollup(epoch: RollupEpoch) -> Hash {
	Hash::from_low_u64_be(1_000 + u64::from(epoch))
}

fn share(scheme: Scheme, epoch: RollupEpoch, set: u32, place: u16) -> Share {
	let message = rollup_message(GENESIS, set, rollup(epoch));
	let signature = keys(place).sign(scheme, &message);
	Share { epoch, set, rollup: rollup(epoch), place, signature }
}

/// A collector of the signer at place `own` that has seen rollup `epoch` of set 0 being closed.
fn waiting(scheme: Scheme, seats: u16, own: Option<u16>, epoch: RollupEpoch) -> Collector {
	let own = own.map(|place| keys(place).public().to_vec()).unwrap_or_default();
	let mut collector = Collector::new(GENESIS, &own);
	collector.learn(set(0, scheme, seats));
	assert!(collector.update(epoch + 1, &[(epoch, 0, rollup(epoch))]).is_empty());
	collector
}

fn speak(collector: &mut Collector, own: u16, now: u32) -> Vec<(Share, bool)> {
	collector.speak(now, |scheme, message| keys(own).sign(scheme, message))
}

/// Checks a certificate as the chain does.
fn check(set: &SignerSet, certificate: &RollupCertificate) -> Vec<u16> {
	let found = places(&certificate.signatures, set.keys.len() as u32).expect("places of the set");
	assert!(found.len() as u32 >= set.threshold());
	let message = rollup_message(GENESIS, set.id, rollup(certificate.epoch));
	match &certificate.signatures {
		Signatures::Bls { aggregate, .. } => {
			let keys: Vec<_> = found
				.iter()
				.map(|place| match set.keys[usize::from(*place)] {
					RollupKey::Bls(key) => bls::unpack(&bls::PublicKey(key)).unwrap(),
					RollupKey::Ed25519(_) => panic!("a set of BLS keys"),
				})
				.collect();
			bls::verify_aggregate(&keys, &message, &bls::Signature(*aggregate)).unwrap();
		},
		Signatures::Ed25519(shares) => {
			let known = KnownSet::new(set.clone());
			for each in shares {
				let share = Share {
					epoch: certificate.epoch,
					set: set.id,
					rollup: rollup(certificate.epoch),
					place: each.place,
					signature: ShareSignature::Ed25519(each.signature),
				};
				assert!(known.verifies(GENESIS, &share));
			}
		},
	}
	found
}

#[test]
fn shares_in_any_order_should_make_the_same_certificate() {
	for scheme in SCHEMES {
		let mut made = Vec::new();
		for order in [[0u16, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]] {
			let mut collector = waiting(scheme, 5, Some(4), 5);
			for (n, place) in order.into_iter().enumerate() {
				assert!(collector.due(100).is_empty(), "{n} are too few");
				assert_eq!(collector.hear(share(scheme, 5, 0, place)), Heard::New);
			}
			// Four of five are enough. It is place 0's turn (epoch 5), then 1, … then ours.
			assert!(collector.due(100).is_empty());
			assert!(collector.due(103).is_empty());
			let [certificate] = &collector.due(104)[..] else { panic!("our turn") };
			assert_eq!((certificate.epoch, certificate.set), (5, 0));
			assert_eq!(check(&set(0, scheme, 5), certificate), [0, 1, 2, 3]);
			made.push(certificate.clone());
		}
		assert!(made.iter().all(|one| *one == made[0]));
	}
}

#[test]
fn an_aggregate_should_hold_all_shares_and_a_list_as_many_as_needed() {
	for (scheme, expected) in
		[(Scheme::Bls, vec![0u16, 1, 2, 3, 4]), (Scheme::Ed25519, vec![0, 1, 2, 3])]
	{
		let mut collector = waiting(scheme, 5, Some(0), 0);
		speak(&mut collector, 0, 1);
		for place in 1..5 {
			assert_eq!(collector.hear(share(scheme, 0, 0, place)), Heard::New);
		}
		let certificates = collector.due(1);
		assert_eq!(check(&set(0, scheme, 5), &certificates[0]), expected);
	}
}

#[test]
fn signers_should_take_turns_and_begin_with_another_each_time() {
	for epoch in 0..7u32 {
		let mut turns = Vec::new();
		for own in 0..4u16 {
			let mut collector = waiting(Scheme::Ed25519, 4, Some(own), epoch);
			for place in 0..3 {
				collector.hear(share(Scheme::Ed25519, epoch, 0, place));
			}
			// The first look starts the clock.
			let turn = (50..60).find(|now| !collector.due(*now).is_empty()).unwrap();
			turns.push(turn - 50);
		}
		let first = (epoch % 4) as usize;
		let expected: Vec<_> = (0..4).map(|own| ((own + 4 - first) % 4) as u32).collect();
		assert_eq!(turns, expected, "{epoch}");
	}
}

#[test]
fn a_certificate_should_be_submitted_again_until_the_chain_has_it() {
	let mut collector = waiting(Scheme::Ed25519, 1, Some(0), 0);
	speak(&mut collector, 0, 1);
	assert_eq!(collector.due(1).len(), 1);
	assert!((2..1 + RESUBMIT).all(|now| collector.due(now).is_empty()));
	assert_eq!(collector.due(1 + RESUBMIT).len(), 1);
	assert!(collector.due(2 + RESUBMIT).is_empty());
	// It waits no more.
	collector.update(1, &[]);
	assert!(collector.due(1_000).is_empty());
	assert_eq!(collector.waiting(), 0);
}

#[test]
fn a_share_should_be_said_once_and_again_only_after_a_while() {
	for scheme in SCHEMES {
		let mut collector = waiting(scheme, 3, Some(1), 0);
		assert_eq!(speak(&mut collector, 1, 7), [(share(scheme, 0, 0, 1), false)]);
		assert!((7..7 + REPEAT).all(|now| speak(&mut collector, 1, now).is_empty()));
		assert_eq!(speak(&mut collector, 1, 7 + REPEAT), [(share(scheme, 0, 0, 1), true)]);
		// Others take it for what it is.
		let mut other = waiting(scheme, 3, Some(0), 0);
		assert_eq!(other.hear(share(scheme, 0, 0, 1)), Heard::New);
		assert_eq!(other.hear(share(scheme, 0, 0, 1)), Heard::Known);
	}
}

#[test]
fn a_node_without_a_key_or_a_place_should_pass_shares_on_and_say_nothing() {
	for own in [None, Some(9)] {
		let mut collector = waiting(Scheme::Ed25519, 3, own, 0);
		for place in 0..3 {
			assert_eq!(collector.hear(share(Scheme::Ed25519, 0, 0, place)), Heard::New);
		}
		assert!(speak(&mut collector, 9, 1).is_empty());
		assert!((0..500).all(|now| collector.due(now).is_empty()));
	}
}

#[test]
fn bad_shares_should_be_refused_and_leave_no_trace() {
	for scheme in SCHEMES {
		let mut collector = waiting(scheme, 3, Some(0), 4);
		let good = share(scheme, 4, 0, 1);
		let refused = |collector: &mut Collector, share: Share, refusal: Refusal, fault: bool| {
			assert_eq!(collector.hear(share), Heard::Refused(refusal));
			assert_eq!(refusal.is_fault(), fault, "{refusal:?}");
		};
		let moved = Share { place: 2, ..good.clone() };
		refused(&mut collector, moved, Refusal::BadSignature, true);
		let outside = Share { place: 3, ..good.clone() };
		refused(&mut collector, outside, Refusal::NoSuchPlace, true);
		let bent = match good.signature.clone() {
			ShareSignature::Bls(mut bytes) => {
				bytes[47] ^= 1;
				ShareSignature::Bls(bytes)
			},
			ShareSignature::Ed25519(mut bytes) => {
				bytes[63] ^= 1;
				ShareSignature::Ed25519(bytes)
			},
		};
		let bent = Share { signature: bent, ..good.clone() };
		refused(&mut collector, bent, Refusal::BadSignature, true);
		let other = match scheme {
			Scheme::Bls => Scheme::Ed25519,
			Scheme::Ed25519 => Scheme::Bls,
		};
		refused(&mut collector, share(other, 4, 0, 1), Refusal::NoSuchPlace, true);
		refused(
			&mut collector,
			Share { rollup: rollup(5), ..good.clone() },
			Refusal::WrongRollup,
			false,
		);
		refused(&mut collector, Share { set: 1, ..good.clone() }, Refusal::WrongSet, false);
		refused(&mut collector, share(scheme, 3, 0, 1), Refusal::Old, false);
		// The chain's signatures hold elsewhere only by chance.
		let mut elsewhere = good.clone();
		elsewhere.signature = keys(1).sign(scheme, &rollup_message(Hash::zero(), 0, rollup(4)));
		refused(&mut collector, elsewhere, Refusal::BadSignature, true);
		assert!(collector.due(1_000).is_empty());
		assert_eq!(collector.hear(good), Heard::New);
	}
}

#[test]
fn shares_of_rollups_to_come_should_wait_for_them() {
	for scheme in SCHEMES {
		let mut collector = waiting(scheme, 3, Some(0), 0);
		let early = share(scheme, 1, 0, 1);
		assert_eq!(collector.hear(early.clone()), Heard::Early);
		assert_eq!(collector.hear(early.clone()), Heard::Known);
		// Forgeries do not wait.
		assert_eq!(
			collector.hear(Share { place: 2, ..early.clone() }),
			Heard::Refused(Refusal::BadSignature)
		);
		// About something else, as it will turn out.
		let mut wrong = share(scheme, 1, 0, 2);
		wrong.rollup = rollup(9);
		wrong.signature = keys(2).sign(scheme, &rollup_message(GENESIS, 0, rollup(9)));
		assert_eq!(collector.hear(wrong), Heard::Early);
		let passed_on = collector.update(2, &[(1, 0, rollup(1)), (0, 0, rollup(0))]);
		assert_eq!(passed_on, [early]);
		assert_eq!(collector.waiting(), 2);
		assert!(collector.update(2, &[(1, 0, rollup(1))]).is_empty());
		// Two of three.
		speak(&mut collector, 0, 5);
		assert_eq!(collector.due(5).len() + collector.due(7).len(), 1);
	}
}

#[test]
fn rollups_far_ahead_and_floods_should_be_turned_away() {
	let mut collector = waiting(Scheme::Ed25519, 3, Some(0), 0);
	let heard =
		|collector: &mut Collector, epoch| collector.hear(share(Scheme::Ed25519, epoch, 0, 1));
	assert_eq!(heard(&mut collector, MAX_AHEAD), Heard::Early);
	for epoch in [MAX_AHEAD + 1, u32::MAX] {
		assert_eq!(heard(&mut collector, epoch), Heard::Refused(Refusal::TooFarAhead));
	}
	// A signer has one share for each epoch, whatever it signs.
	for n in 0..100u64 {
		let mut other = share(Scheme::Ed25519, 1, 0, 1);
		other.rollup = Hash::from_low_u64_be(n);
		other.signature = keys(1).sign(Scheme::Ed25519, &rollup_message(GENESIS, 0, other.rollup));
		let expected = if n == 0 { Heard::Early } else { Heard::Known };
		assert_eq!(collector.hear(other), expected);
	}
}

#[test]
fn a_share_of_a_set_that_is_not_known_should_be_refused_without_blame() {
	let mut collector = waiting(Scheme::Ed25519, 3, Some(0), 0);
	assert!(collector.lacks(1) && !collector.lacks(0));
	let of_the_next = share(Scheme::Ed25519, 1, 1, 1);
	let refusal = Refusal::UnknownSet;
	assert_eq!(collector.hear(of_the_next.clone()), Heard::Refused(refusal));
	assert!(!refusal.is_fault());
	collector.learn(set(1, Scheme::Ed25519, 2));
	assert_eq!(collector.hear(of_the_next), Heard::Early);
}

#[test]
fn rollups_of_two_sets_should_be_gathered_side_by_side() {
	let mut collector = waiting(Scheme::Bls, 3, Some(0), 0);
	collector.learn(set(1, Scheme::Ed25519, 2));
	collector.update(2, &[(1, 1, rollup(1)), (0, 0, rollup(0))]);
	let said: Vec<_> = speak(&mut collector, 0, 1).into_iter().map(|(share, _)| share).collect();
	assert_eq!(said, [share(Scheme::Bls, 0, 0, 0), share(Scheme::Ed25519, 1, 1, 0)]);
	collector.hear(share(Scheme::Bls, 0, 0, 2));
	collector.hear(share(Scheme::Ed25519, 1, 1, 1));
	// In epoch 1 of a set of two, place 1 begins.
	let first = collector.due(1);
	assert_eq!(check(&set(0, Scheme::Bls, 3), &first[0]), [0, 2]);
	let second = collector.due(2);
	assert_eq!(check(&set(1, Scheme::Ed25519, 2), &second[0]), [0, 1]);
	assert_eq!((first.len(), second.len()), (1, 1));
}

#[test]
fn a_restart_should_lose_nothing_that_the_chain_and_the_peers_do_not_say_again() {
	for scheme in SCHEMES {
		let mut before = waiting(scheme, 3, Some(0), 0);
		let said = speak(&mut before, 0, 1);
		before.hear(share(scheme, 0, 0, 1));
		let made = before.due(1);
		let mut after = waiting(scheme, 3, Some(0), 0);
		// Peers may tell us our own share before we have said it.
		assert_eq!(after.hear(said[0].0.clone()), Heard::New);
		assert_eq!(speak(&mut after, 0, 2), said);
		after.hear(share(scheme, 0, 0, 1));
		assert_eq!(after.due(2), made);
	}
}

#[test]
fn what_is_kept_should_be_bounded() {
	let mut collector = waiting(Scheme::Ed25519, 1, Some(0), 0);
	(1..20).for_each(|id| collector.learn(set(id, Scheme::Ed25519, 1)));
	let many: Vec<_> = (0..200).rev().map(|epoch| (epoch, 0, rollup(epoch))).collect();
	collector.update(200, &many);
	assert_eq!(collector.waiting(), MAX_ROUNDS as usize);
	assert!(collector.waits_for(199) && !collector.waits_for(0) && collector.waits_for(200));
	let kept: Vec<_> = (0..20).filter(|id| !collector.lacks(*id)).collect();
	assert_eq!(kept, [0, 16, 17, 18, 19], "the one that is needed and the newest");
}

#[test]
fn a_rollup_that_was_another_should_start_anew() {
	let mut collector = waiting(Scheme::Ed25519, 1, Some(0), 0);
	speak(&mut collector, 0, 1);
	collector.update(1, &[(0, 0, rollup(8))]);
	assert!(collector.due(1).is_empty());
}

#[test]
fn bytes_that_are_no_share_should_be_refused() {
	let bytes = share(Scheme::Ed25519, 1, 2, 3).encode();
	assert_eq!(bytes.len(), MAX_SHARE_BYTES);
	assert_eq!(Share::read(&bytes), Some(share(Scheme::Ed25519, 1, 2, 3)));
	let shorter = share(Scheme::Bls, 1, 2, 3).encode();
	assert_eq!(Share::read(&shorter), Some(share(Scheme::Bls, 1, 2, 3)));
	assert_eq!(Share::read(&[]), None);
	assert_eq!(Share::read(&bytes[..bytes.len() - 1]), None);
	assert_eq!(Share::read(&[&shorter[..], &[0]].concat()), None);
	assert_eq!(Share::read(&[&bytes[..], &[0]].concat()), None);
	assert_eq!(Share::read(&vec![0; 1 << 20]), None);
}
