//! Which evidence gets a lease, and which does not.

use crate::{mock::*, Error, Event, LeaseOfKey, Leases, LossCause, Parameters, UsedChallenges};
use concordat_attestation::{
	simulated::{self, SimulatedEvidence},
	Evidence, TcbStatus, Vendor,
};
use concordat_primitives::{
	attest::Lease,
	receipt::Operation,
	traits::{GenesisHash, LeaseInspect},
	Hash,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::traits::BadOrigin;

/// Expects that the attempt is refused with `error` and changes nothing.
#[track_caller]
fn refused(attempt: &Attempt, error: Error<Test>) {
	assert_noop!(attempt.send().map_err(|e| e.error), error);
	assert_eq!(Listened::get(), vec![], "the listener has heard something");
}

/// Expects that bending a faultless attempt makes it be refused with `error`.
#[track_caller]
fn bent(error: Error<Test>, bend: impl FnOnce(&mut Attempt)) {
	let mut attempt = Attempt::of(NODE_A);
	bend(&mut attempt);
	refused(&attempt, error);
}

#[test]
fn good_evidence_should_get_a_lease() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(Attempt::of(NODE_A).send());
		let lease = Lease {
			id: 1,
			node: NODE_A,
			vendor: Vendor::Simulated,
			measurement: CODE,
			platform: Attempt::of(NODE_A).report.platform,
			tcb: TcbStatus::UpToDate,
			signing_key: [1; 32],
			encryption_key: [0x81; 32],
			simulated: true,
			issued_at: 10,
			expires_at: 10 + DURATION,
		};
		assert_eq!(Attestation::lease_of_node(NODE_A), Some(lease.clone()));
		assert_eq!(Attestation::lease_of_key(&[1; 32]), Some(lease.clone()));
		assert_eq!(Listened::get(), vec![Heard::Granted(lease)]);
		assert_eq!(
			Receipts::get(),
			vec![Operation::LeaseGranted {
				node: NODE_A,
				lease: 1,
				measurement: CODE,
				simulated: true
			}]
		);
		assert_eq!(
			events(),
			vec![Event::LeaseGranted {
				node: NODE_A,
				lease: 1,
				measurement: CODE,
				expires_at: 10 + DURATION,
				replaced: None,
				simulated: true,
			}]
		);
	});
}

#[test]
fn a_fresh_lease_should_replace_the_node_s_own_older_one() {
	ExtBuilder::default().build_and_execute(|| {
		let old = granted(NODE_A);
		run_to(20);
		let mut attempt = Attempt::of(NODE_A);
		attempt.signing_key = [0x11; 32];
		assert_ok!(attempt.send());
		let new = Attestation::lease_of_node(NODE_A).unwrap();
		assert_eq!((new.id, new.signing_key), (2, [0x11; 32]));
		assert_eq!(Leases::<Test>::get(old.id), None);
		assert_eq!(Attestation::lease_of_key(&old.signing_key), None);
		// The listener hears of the fresh one, and of no loss: neither now nor at the old expiry.
		assert_eq!(Listened::take(), vec![Heard::Granted(old.clone()), Heard::Granted(new)]);
		assert!(matches!(
			events().last(),
			Some(Event::LeaseGranted { replaced: Some(id), .. }) if *id == old.id
		));
		run_to(old.expires_at);
		assert_eq!(Listened::get(), vec![]);
	});
}

#[test]
fn a_node_should_keep_key_and_platform_when_it_attests_again() {
	ExtBuilder::default().build_and_execute(|| {
		let old = granted(NODE_A);
		run_to(11);
		let new = granted(NODE_A);
		assert_eq!((new.signing_key, new.platform), (old.signing_key, old.platform));
		assert_eq!(LeaseOfKey::<Test>::get(new.signing_key), Some(new.id));
	});
}

#[test]
fn evidence_should_be_refused_when_the_caller_does_not_control_the_node() {
	ExtBuilder::default().build_and_execute(|| {
		bent(Error::NotController, |attempt| attempt.who = EVE);
		bent(Error::NotController, |attempt| attempt.who = BOB);
		bent(Error::UnknownNode, |attempt| attempt.node = 9);
		let attempt = Attempt::of(NODE_A);
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(
				Attestation::attest(
					origin,
					NODE_A,
					Box::new(attempt.evidence()),
					attempt.signing_key,
					attempt.encryption_key,
					attempt.challenge
				),
				BadOrigin
			);
		}
	});
}

#[test]
fn a_challenge_should_be_refused_when_it_is_not_a_recent_block_of_this_chain() {
	ExtBuilder::default().at_block(100).build_and_execute(|| {
		bent(Error::ChallengeInFuture, |attempt| attempt.challenge = (100, hash_of(100)));
		bent(Error::ChallengeInFuture, |attempt| attempt.challenge = (u32::MAX, hash_of(1)));
		let oldest = 100 - WINDOW;
		bent(Error::ChallengeTooOld, |attempt| {
			attempt.challenge = (oldest - 1, hash_of(oldest - 1))
		});
		bent(Error::ChallengeTooOld, |attempt| attempt.challenge = (0, hash_of(0)));
		bent(Error::ChallengeNotOnChain, |attempt| attempt.challenge = (98, hash_of(99)));
		bent(Error::ChallengeNotOnChain, |attempt| attempt.challenge = (99, Hash::zero()));
		let mut attempt = Attempt::of(NODE_A);
		attempt.challenge = (oldest, hash_of(oldest));
		assert_ok!(attempt.send());
	});
}

#[test]
fn a_challenge_should_be_refused_when_its_hash_is_not_there_and_reads_as_zero() {
	ExtBuilder::default().build_and_execute(|| {
		frame_system::BlockHash::<Test>::remove(9);
		bent(Error::ChallengeNotOnChain, |attempt| attempt.challenge = (9, Hash::zero()));
	});
}

#[test]
fn the_genesis_hash_should_serve_as_challenge_only_while_the_chain_is_young() {
	ExtBuilder::default().at_block(1).build_and_execute(|| {
		let mut attempt = Attempt::of(NODE_A);
		assert_eq!(attempt.challenge, (0, Attestation::genesis_hash()));
		assert_ok!(attempt.send());
		Listened::take();
		run_to(WINDOW + 1);
		attempt.challenge = (0, hash_of(0));
		refused(&attempt, Error::ChallengeTooOld);
	});
}

#[test]
fn a_challenge_should_be_used_once() {
	ExtBuilder::default().build_and_execute(|| {
		let attempt = Attempt::of(NODE_A);
		assert_ok!(attempt.send());
		Listened::take();
		refused(&attempt, Error::ChallengeUsed);
		// Neither with other keys, nor after the lease is gone.
		let mut other_key = attempt.clone();
		other_key.signing_key = [0x11; 32];
		refused(&other_key, Error::ChallengeUsed);
		assert_ok!(Attestation::invalidate(RuntimeOrigin::root(), 1));
		Listened::take();
		refused(&attempt, Error::ChallengeUsed);
		// Another node may use the same block.
		let mut other_node = Attempt::of(NODE_B);
		other_node.challenge = attempt.challenge;
		assert_ok!(other_node.send());
	});
}

#[test]
fn a_challenge_should_not_be_used_up_by_a_refusal() {
	ExtBuilder::default().build_and_execute(|| {
		let mut attempt = Attempt::of(NODE_A);
		attempt.report.measurement = STRANGE_CODE;
		refused(&attempt, Error::MeasurementNotAllowed);
		assert_eq!(UsedChallenges::<Test>::iter().count(), 0);
		assert_ok!(Attempt::of(NODE_A).send());
	});
}

#[test]
fn evidence_should_be_refused_when_it_does_not_verify() {
	ExtBuilder::default().build_and_execute(|| {
		let now = EPOCH + 20;
		bent(Error::NoTrustedAnchor, |attempt| attempt.seed = [1; 32]);
		bent(Error::EvidenceNotYetValid, |attempt| attempt.report.not_before = now + 1);
		bent(Error::EvidenceExpired, |attempt| attempt.report.not_after = now - 1);
		bent(Error::DebugEnclave, |attempt| attempt.report.debug = true);
		let attempt = Attempt::of(NODE_A);
		let Evidence::Simulated(good) = attempt.evidence();
		let forged = SimulatedEvidence { signature: [1; 64], ..good };
		assert_noop!(
			attempt.send_with(Evidence::Simulated(forged)).map_err(|e| e.error),
			Error::<Test>::BadSignature
		);
	});
}

#[test]
fn evidence_should_be_refused_when_it_is_bound_to_anything_else() {
	ExtBuilder::default().build_and_execute(|| {
		let good = Attempt::of(NODE_A);
		let genesis = Attestation::genesis_hash().0;
		let (sign, seal, block) = (&good.signing_key, &good.encryption_key, &good.challenge.1 .0);
		let other = [0x55; 32];
		for report_data in [
			concordat_attestation::report_data(&other, NODE_A, sign, seal, block),
			concordat_attestation::report_data(&genesis, NODE_B, sign, seal, block),
			concordat_attestation::report_data(&genesis, NODE_A, &other, seal, block),
			concordat_attestation::report_data(&genesis, NODE_A, sign, &other, block),
			concordat_attestation::report_data(&genesis, NODE_A, sign, seal, &other),
			concordat_attestation::report_data(&genesis, NODE_A, seal, sign, block),
			[0; 64],
		] {
			let mut attempt = good.clone();
			attempt.bind = false;
			attempt.report.report_data = report_data;
			refused(&attempt, Error::ReportDataMismatch);
		}
	});
}

#[test]
fn evidence_should_be_refused_when_its_code_or_firmware_is_not_accepted() {
	ExtBuilder::default().build_and_execute(|| {
		bent(Error::MeasurementNotAllowed, |attempt| attempt.report.measurement = STRANGE_CODE);
		for tcb in [
			TcbStatus::SwHardeningNeeded,
			TcbStatus::ConfigurationNeeded,
			TcbStatus::ConfigurationAndSwHardeningNeeded,
			TcbStatus::OutOfDate,
			TcbStatus::OutOfDateConfigurationNeeded,
			TcbStatus::Revoked,
		] {
			bent(Error::TcbNotAccepted, |attempt| attempt.report.tcb = tcb);
		}
		Parameters::<Test>::mutate(|params| {
			params.accepted_tcb.try_push(TcbStatus::SwHardeningNeeded).unwrap()
		});
		let mut attempt = Attempt::of(NODE_A);
		attempt.report.tcb = TcbStatus::SwHardeningNeeded;
		assert_ok!(attempt.send());
	});
}

#[test]
fn a_measurement_in_its_sunset_should_get_leases_that_end_with_it() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(Attestation::sunset_measurement(RuntimeOrigin::root(), CODE, 5));
		assert_eq!(granted(NODE_A).expires_at, 15);
		run_to(15);
		Listened::take();
		bent(Error::MeasurementNotAllowed, |_| ());
	});
}

#[test]
fn a_revoked_measurement_should_get_no_lease() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(Attestation::revoke_measurement(RuntimeOrigin::root(), CODE));
		bent(Error::MeasurementNotAllowed, |_| ());
	});
}

#[test]
fn a_lease_should_end_with_its_evidence() {
	ExtBuilder::default().build_and_execute(|| {
		let now = EPOCH + 20;
		bent(Error::EvidenceEndsNow, |attempt| attempt.report.not_after = now);
		bent(Error::EvidenceEndsNow, |attempt| attempt.report.not_after = now + 1);
		let mut attempt = Attempt::of(NODE_A);
		attempt.report.not_after = now + 61;
		assert_ok!(attempt.send());
		assert_eq!(Attestation::lease_of_node(NODE_A).unwrap().expires_at, 10 + 30);
	});
}

#[test]
fn evidence_should_be_refused_when_another_node_holds_the_key_or_the_platform() {
	ExtBuilder::default().build_and_execute(|| {
		let held = granted(NODE_A);
		Listened::take();
		let mut same_key = Attempt::of(NODE_B);
		same_key.signing_key = held.signing_key;
		refused(&same_key, Error::KeyInUse);
		let mut same_platform = Attempt::of(NODE_B);
		same_platform.report.platform = held.platform;
		refused(&same_platform, Error::PlatformInUse);
		// Given up, both are free.
		assert_ok!(Attestation::surrender(RuntimeOrigin::signed(ALICE), NODE_A));
		same_key.report.platform = held.platform;
		assert_ok!(same_key.send());
	});
}

#[test]
fn a_dead_lease_of_another_node_should_give_way() {
	ExtBuilder::default().build_and_execute(|| {
		let held = granted(NODE_A);
		assert_ok!(Attestation::revoke_measurement(RuntimeOrigin::root(), CODE));
		let _ = (Listened::take(), Receipts::take(), events());
		let mut attempt = Attempt::of(NODE_B);
		attempt.signing_key = held.signing_key;
		attempt.report.platform = held.platform;
		attempt.report.measurement = OTHER_CODE;
		let weight = attempt.send().unwrap().actual_weight;
		// One lease held both.
		assert_eq!(weight, Some(Attestation::attest_weight(1)));
		let new = Attestation::lease_of_node(NODE_B).unwrap();
		assert_eq!(Attestation::lease_of_node(NODE_A), None);
		assert_eq!(
			Listened::get(),
			vec![Heard::Lost(NODE_A, held.id), Heard::Granted(new.clone())]
		);
		assert_eq!(Receipts::get()[0], Operation::LeaseLost { node: NODE_A, lease: held.id });
		assert_eq!(
			events()[0],
			Event::LeaseLost {
				node: NODE_A,
				lease: held.id,
				cause: LossCause::Measurement,
				simulated: true
			}
		);
	});
}

#[test]
fn two_dead_leases_of_other_nodes_should_give_way_at_their_price() {
	ExtBuilder::default().build_and_execute(|| {
		Controllers::mutate(|nodes| nodes.push((3, ALICE)));
		let (a, b) = (granted(NODE_A), granted(NODE_B));
		run_to(a.expires_at);
		let mut attempt = Attempt::of(3);
		attempt.signing_key = a.signing_key;
		attempt.report.platform = b.platform;
		let weight = attempt.send().unwrap().actual_weight;
		assert_eq!(weight, Some(Attestation::attest_weight(2)));
		assert!(Attestation::attest_weight(2).all_gte(Attestation::attest_weight(0)));
		assert_eq!(Leases::<Test>::count(), 1);
	});
}

#[test]
fn simulated_evidence_should_be_refused_in_production() {
	ExtBuilder::production().build_and_execute(|| {
		bent(Error::SimulationNotAllowed, |_| ());
	});
}

#[test]
fn simulated_evidence_should_be_refused_in_production_even_when_a_test_anchor_has_crept_in() {
	ExtBuilder::production().build().execute_with(|| {
		crate::Anchors::<Test>::put(sp_runtime::BoundedVec::truncate_from(vec![
			simulated::test_anchor(),
		]));
		bent(Error::SimulationNotAllowed, |_| ());
		assert!(Attestation::do_try_state().is_err());
	});
}
