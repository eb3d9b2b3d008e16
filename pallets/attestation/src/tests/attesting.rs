//! Which evidence gets a lease, and what it says; callers, challenges, keys and platforms.

use crate::{
	mock::*, Error, Event, LeaseOfKey, LeaseOfPlatform, Leases, LossCause, Refusal, UsedChallenges,
};
use concordat_attestation::{simulator::dev::DevKind, Field, Part, TcbStatus, Vendor};
use concordat_primitives::{
	attest::{Lease, RiskClasses},
	receipt::Operation,
	traits::{GenesisHash, LeaseInspect},
	Hash,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::traits::BadOrigin;

/// Expects that the attempt is refused with `error` and changes nothing.
#[track_caller]
fn refused(attempt: &Attempt, error: Error<Test>) {
	let heard = Listened::get();
	assert_noop!(attempt.send().map_err(|e| e.error), error);
	assert_eq!(Listened::get(), heard, "the listener has heard something");
}

/// Expects that changing a faultless attempt makes it be refused with `error`.
#[track_caller]
fn bent(error: Error<Test>, bend: impl FnOnce(&mut Attempt)) {
	let mut attempt = Attempt::of(NODE_A);
	bend(&mut attempt);
	refused(&attempt, error);
}

fn build_and_execute(test: impl FnOnce()) {
	ExtBuilder::default().with_collateral().build_and_execute(test);
}

#[test]
fn good_evidence_should_get_a_lease() {
	build_and_execute(|| {
		let attempt = Attempt::of(NODE_A);
		let platform = Attestation::appraise_evidence(&attempt.evidence(), None).unwrap().platform;
		assert_ok!(attempt.send());
		let now = Attestation::seconds();
		let lease = Lease {
			id: 1,
			node: NODE_A,
			vendor: Vendor::IntelTdx,
			measurement: CODE,
			platform,
			tcb: TcbStatus::UpToDate,
			classes: RiskClasses::ALL,
			signing_key: [1; 32],
			encryption_key: [0x81; 32],
			simulated: true,
			issued_at: 10,
			expires_at: 10 + DURATION,
			// A revocation list counts up to, and without, the second in which the next one is due.
			not_after: now - now % DAY + 30 * DAY - 1,
		};
		assert_eq!(Attestation::lease_of_node(NODE_A), Some(lease.clone()));
		assert_eq!(Attestation::lease_of_key(&[1; 32]), Some(lease.clone()));
		assert_eq!(LeaseOfPlatform::<Test>::get(platform), Some(1));
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
				classes: RiskClasses::ALL,
				expires_at: 10 + DURATION,
				replaced: None,
				simulated: true,
			}]
		);
	});
}

#[test]
fn evidence_of_every_vendor_should_get_a_lease() {
	let now = EPOCH + 20;
	let day = now - now % DAY;
	for (kind, vendor, measurement, not_after) in [
		(DevKind::Sgx, Vendor::IntelSgx, SGX_CODE, day + 30 * DAY - 1),
		(DevKind::Tdx, Vendor::IntelTdx, CODE, day + 30 * DAY - 1),
		(DevKind::Snp, Vendor::AmdSevSnp, CODE, day + 30 * DAY - 1),
		// An enclave of Nitro has its certificate for three hours.
		(DevKind::Nitro, Vendor::AwsNitro, CODE, now - now % HOUR - 300 + 3 * HOUR),
	] {
		let builder = ExtBuilder::default().policies(policies_with_snp());
		builder.with_collateral_of(&[kind]).build_and_execute(|| {
			let lease = granted_with(kind, NODE_A);
			assert_eq!(
				(lease.vendor, lease.measurement, lease.not_after),
				(vendor, measurement, not_after),
				"{kind:?}"
			);
			assert_eq!((lease.tcb, lease.classes), (TcbStatus::UpToDate, RiskClasses::ALL));
			assert!(lease.simulated);
			assert_eq!(live(NODE_A, 1, concordat_primitives::clause::RiskClass::Low), Ok(lease));
		});
	}
}

#[test]
fn evidence_should_be_refused_for_want_of_collateral() {
	for kind in [DevKind::Sgx, DevKind::Tdx, DevKind::Snp, DevKind::Nitro] {
		ExtBuilder::default().policies(policies_with_snp()).build_and_execute(|| {
			let missing = Error::Refused(Refusal::Missing(Part::Root));
			refused(&Attempt::with(kind, NODE_A), missing);
			post_all(kind);
			assert_ok!(Attempt::with(kind, NODE_A).send());
		});
	}
	// That of one technology says nothing about the other.
	ExtBuilder::default().with_collateral_of(&[DevKind::Sgx]).build_and_execute(|| {
		bent(Error::Refused(Refusal::Missing(Part::TcbInfo)), |_| ());
	});
}

#[test]
fn a_fresh_lease_should_replace_the_node_s_own_older_one() {
	build_and_execute(|| {
		let old = granted(NODE_A);
		run_to(20);
		let mut attempt = Attempt::of(NODE_A);
		attempt.signing_key = [0x11; 32];
		assert_ok!(attempt.send());
		let new = present(NODE_A);
		assert_eq!((new.id, new.signing_key), (2, [0x11; 32]));
		assert_eq!(Leases::<Test>::get(old.id), None);
		assert_eq!(crate::Dossiers::<Test>::get(old.id), None);
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
	build_and_execute(|| {
		let old = granted(NODE_A);
		next_block();
		let new = granted(NODE_A);
		assert_eq!((new.signing_key, new.platform), (old.signing_key, old.platform));
		assert_eq!(LeaseOfKey::<Test>::get(new.signing_key), Some(new.id));
		assert_eq!(LeaseOfPlatform::<Test>::get(new.platform), Some(new.id));
	});
}

#[test]
fn evidence_should_be_refused_when_the_caller_does_not_control_the_node() {
	build_and_execute(|| {
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
				)
				.map_err(|e| e.error),
				BadOrigin
			);
		}
	});
}

#[test]
fn the_operator_should_attest_its_own_node_and_do_nothing_else() {
	build_and_execute(|| {
		let mut attempt = Attempt::of(NODE_A);
		attempt.who = OPERATOR;
		assert_ok!(attempt.send());
		let lease = present(NODE_A);
		assert_noop!(
			Attestation::surrender(RuntimeOrigin::signed(OPERATOR), NODE_A),
			Error::<Test>::NotController
		);
		// Nor another node, whether that one has an operator or not.
		let mut other = Attempt::of(NODE_B);
		other.who = OPERATOR;
		refused(&other, Error::NotController);
		Operators::mutate(|operators| operators.push((NODE_B, EVE)));
		refused(&other, Error::NotController);
		// The controller still may.
		next_block();
		assert_ok!(Attempt::of(NODE_A).send());
		assert_ne!(present(NODE_A).id, lease.id);
	});
}

#[test]
fn a_challenge_should_be_refused_when_it_is_not_a_recent_block_of_this_chain() {
	ExtBuilder::default().with_collateral().at_block(100).build_and_execute(|| {
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
	build_and_execute(|| {
		frame_system::BlockHash::<Test>::remove(9);
		bent(Error::ChallengeNotOnChain, |attempt| attempt.challenge = (9, Hash::zero()));
	});
}

#[test]
fn the_genesis_hash_should_serve_as_challenge_only_while_the_chain_is_young() {
	ExtBuilder::default().with_collateral().at_block(1).build_and_execute(|| {
		let mut attempt = Attempt::of(NODE_A);
		assert_eq!(attempt.challenge, (0, Attestation::genesis_hash()));
		assert_ok!(attempt.send());
		run_to(WINDOW + 1);
		attempt.challenge = (0, hash_of(0));
		refused(&attempt, Error::ChallengeTooOld);
	});
}

#[test]
fn a_challenge_should_be_used_once() {
	build_and_execute(|| {
		let attempt = Attempt::of(NODE_A);
		assert_ok!(attempt.send());
		refused(&attempt, Error::ChallengeUsed);
		// Neither with other keys, nor after the lease is gone.
		let mut other_key = attempt.clone();
		other_key.signing_key = [0x11; 32];
		refused(&other_key, Error::ChallengeUsed);
		assert_ok!(Attestation::invalidate(RuntimeOrigin::root(), 1));
		refused(&attempt, Error::ChallengeUsed);
		// Another node may use the same block.
		let mut other_node = Attempt::of(NODE_B);
		other_node.challenge = attempt.challenge;
		assert_ok!(other_node.send());
	});
}

#[test]
fn a_challenge_should_not_be_used_up_by_a_refusal() {
	build_and_execute(|| {
		bent(Error::MeasurementNotAllowed, |attempt| attempt.code = STRANGE_CODE.0);
		assert_eq!(UsedChallenges::<Test>::iter().count(), 0);
		assert_ok!(Attempt::of(NODE_A).send());
	});
}

#[test]
fn evidence_should_be_refused_when_it_is_bound_to_anything_else() {
	build_and_execute(|| {
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
			let attempt = Attempt { report_data: Some(report_data), ..good.clone() };
			let mismatch = Refusal::Mismatch(Part::Evidence, Field::ReportData);
			refused(&attempt, Error::Refused(mismatch));
		}
	});
}

#[test]
fn evidence_should_be_refused_when_its_code_is_not_allowed_now() {
	build_and_execute(|| {
		bent(Error::MeasurementNotAllowed, |attempt| attempt.code = STRANGE_CODE.0);
		// Announced only.
		assert_ok!(Attestation::propose_measurement(RuntimeOrigin::root(), STRANGE_CODE));
		bent(Error::MeasurementNotAllowed, |attempt| attempt.code = STRANGE_CODE.0);
		assert_ok!(Attestation::revoke_measurement(RuntimeOrigin::root(), CODE));
		bent(Error::MeasurementNotAllowed, |_| ());
		assert_ok!(Attestation::sunset_measurement(RuntimeOrigin::root(), OTHER_CODE, GRACE));
		run_to(10 + GRACE);
		bent(Error::MeasurementNotAllowed, |attempt| attempt.code = OTHER_CODE.0);
	});
}

#[test]
fn a_measurement_in_its_sunset_should_still_get_leases() {
	build_and_execute(|| {
		assert_ok!(Attestation::sunset_measurement(RuntimeOrigin::root(), CODE, GRACE));
		let lease = granted(NODE_A);
		// The sunset may be postponed: it is the use of the lease that ends with it.
		assert_eq!(lease.expires_at, 10 + DURATION);
	});
}

#[test]
fn a_lease_should_end_with_its_evidence() {
	build_and_execute(|| {
		// The list counts for 61 more seconds: up to and without the 62nd.
		post_tdx(1, |sim| sim.pck_crl.next_update = EPOCH + 20 + 62);
		let lease = granted(NODE_A);
		assert_eq!((lease.not_after, lease.expires_at), (EPOCH + 20 + 61, 10 + 30));
		// So does the next one, in the same block, as far as blocks are on time.
		Clock::set(Some(EPOCH + 20 + 59));
		let mut late = Attempt::of(NODE_B);
		assert_ok!(late.send());
		assert_eq!(present(NODE_B).expires_at, 11);
		next_block();
		Clock::set(Some(EPOCH + 20 + 60));
		late.challenge = challenge();
		late.node = NODE_A;
		late.who = ALICE;
		(late.platform, late.signing_key) = ("third".into(), [3; 32]);
		refused(&late, Error::EvidenceEndsNow);
		Clock::set(Some(EPOCH + 20 + 62));
		refused(&late, Error::Refused(Refusal::Expired(Part::LeafCrl)));
	});
}

#[test]
fn evidence_should_be_refused_when_another_node_holds_the_key() {
	build_and_execute(|| {
		let held = granted(NODE_A);
		let mut same_key = Attempt::of(NODE_B);
		same_key.signing_key = held.signing_key;
		refused(&same_key, Error::KeyInUse);
		assert_ok!(Attestation::surrender(RuntimeOrigin::signed(ALICE), NODE_A));
		assert_ok!(same_key.send());
	});
}

#[test]
fn two_nodes_should_not_present_one_platform() {
	let kinds = [DevKind::Sgx, DevKind::Tdx, DevKind::Snp, DevKind::Nitro];
	for kind in kinds {
		let builder = ExtBuilder::default().policies(policies_with_snp());
		builder.with_collateral_of(&kinds).build_and_execute(|| {
			let held = granted_with(kind, NODE_A);
			let mut same = Attempt::with(kind, NODE_B);
			same.platform = Attempt::with(kind, NODE_A).platform;
			refused(&same, Error::PlatformInUse);
			// Nor with other code on it.
			same.code = OTHER_CODE.0;
			if kind != DevKind::Sgx {
				refused(&same, Error::PlatformInUse);
			}
			// Given up, it is free.
			assert_ok!(Attestation::surrender(RuntimeOrigin::signed(ALICE), NODE_A));
			same.code = CODE.0;
			assert_ok!(same.send());
			assert_eq!(present(NODE_B).platform, held.platform);
		});
	}
}

#[test]
fn one_processor_should_be_one_platform_for_sgx_and_tdx() {
	let both = [DevKind::Sgx, DevKind::Tdx];
	ExtBuilder::default().with_collateral_of(&both).build_and_execute(|| {
		granted_with(DevKind::Sgx, NODE_A);
		let mut same = Attempt::with(DevKind::Tdx, NODE_B);
		same.platform = Attempt::of(NODE_A).platform;
		refused(&same, Error::PlatformInUse);
	});
}

#[test]
fn a_dead_lease_of_another_node_should_give_way() {
	build_and_execute(|| {
		let held = granted(NODE_A);
		assert_ok!(Attestation::revoke_measurement(RuntimeOrigin::root(), CODE));
		clear();
		let mut attempt = Attempt::of(NODE_B);
		attempt.signing_key = held.signing_key;
		attempt.platform = Attempt::of(NODE_A).platform;
		attempt.code = OTHER_CODE.0;
		let evidence = attempt.evidence();
		let weight = attempt.send().unwrap().actual_weight;
		// One lease held both.
		assert_eq!(weight, Some(Attestation::attest_weight(&evidence, 1, false)));
		let new = present(NODE_B);
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
	build_and_execute(|| {
		Controllers::mutate(|nodes| nodes.push((3, ALICE)));
		let (a, b) = (granted(NODE_A), granted(NODE_B));
		run_to(a.expires_at);
		let mut attempt = Attempt::of(3);
		attempt.signing_key = a.signing_key;
		attempt.platform = Attempt::of(NODE_B).platform;
		let evidence = attempt.evidence();
		let weight = attempt.send().unwrap().actual_weight;
		assert_eq!(weight, Some(Attestation::attest_weight(&evidence, 2, false)));
		assert!(Attestation::attest_weight(&evidence, 2, false)
			.all_gt(Attestation::attest_weight(&evidence, 0, false)));
		assert_eq!(present(3).platform, b.platform);
		assert_eq!(Leases::<Test>::count(), 1);
	});
}

#[test]
fn a_lease_that_is_dead_by_the_clock_should_give_way() {
	build_and_execute(|| {
		let held = granted(NODE_A);
		// Blocks were so late that the collateral behind it has run out; meanwhile newer came.
		Clock::set(Some(held.not_after + 1));
		post_all(DevKind::Tdx);
		let mut attempt = Attempt::of(NODE_B);
		attempt.platform = Attempt::of(NODE_A).platform;
		assert_ok!(attempt.send());
		assert_eq!(present(NODE_B).platform, held.platform);
		assert_eq!(Attestation::lease_of_node(NODE_A), None);
	});
}

#[test]
fn simulated_evidence_should_be_refused_in_production() {
	ExtBuilder::production().build_and_execute(|| {
		bent(Error::Refused(Refusal::Missing(Part::Root)), |_| ());
	});
}

#[test]
fn simulated_evidence_should_be_refused_in_production_even_when_all_it_needs_has_crept_in() {
	ExtBuilder::production().build().execute_with(|| {
		let anchors = concordat_attestation::simulator::dev::dev_anchors();
		crate::Anchors::<Test>::put(sp_runtime::BoundedVec::truncate_from(anchors));
		post_all(DevKind::Tdx);
		bent(Error::SimulationNotAllowed, |_| ());
		assert!(Attestation::do_try_state().is_err());
	});
}
