//! What a certificate needs.

use crate::{
	mock::*, Certificates, Error, Event, Leaves, Open, Pending, WeightInfo, MAX_UNCERTIFIED,
};
use concordat_primitives::rollup::{
	rollup_message, Ed25519Share, RollupCertificate, Scheme, Signatures,
};
use frame_support::{assert_noop, assert_ok, dispatch::Pays};
use sp_runtime::DispatchError;

const SCHEMES: [Scheme; 2] = [Scheme::Bls, Scheme::Ed25519];

fn refused(certificate: &RollupCertificate, error: Error<Test>) {
	assert_noop!(RollupAnchor::certify(authorized(), certificate.clone()), error);
}

fn accepted(certificate: &RollupCertificate) {
	assert_ok!(RollupAnchor::certify(authorized(), certificate.clone()));
}

#[test]
fn a_certificate_of_enough_signers_should_be_kept() {
	for scheme in SCHEMES {
		ExtBuilder::default().signers(scheme, 4).build_and_execute(|| {
			let epoch = close();
			let certificate = certificate(scheme, epoch, [0, 1, 3], 4);
			events();
			let (receipts, rollups) = RollupAnchor::totals();
			let done = RollupAnchor::certify(authorized(), certificate.clone()).unwrap();
			assert_eq!((done.pays_fee, done.actual_weight), (Pays::No, None));
			assert_eq!(events(), vec![Event::RollupCertified { epoch, set: 0, signers: 3 }]);
			assert_eq!(Certificates::<Test>::get(epoch), Some(certificate.clone()));
			assert_eq!(RollupAnchor::certificate_of(epoch), Some(certificate));
			assert_eq!(Pending::<Test>::get(epoch), None);
			// It leaves no receipt: otherwise each certificate would make a rollup that needs one.
			assert_eq!(RollupAnchor::totals(), (receipts, rollups));
			run_to(System::block_number() + 50);
			assert_eq!(RollupAnchor::totals(), (receipts, rollups));
		});
	}
}

#[test]
fn two_thirds_of_the_validators_should_be_needed_and_be_enough() {
	for scheme in SCHEMES {
		for n in 1..=10u8 {
			ExtBuilder::default().signers(scheme, n).build_and_execute(|| {
				let epoch = close();
				let seats = u32::from(n);
				let needed = (1..=u16::from(n)).find(|k| 3 * k >= 2 * u16::from(n)).unwrap();
				// The last ones of the set, so that the first places are empty.
				let last = |count: u16| u16::from(n) - count..u16::from(n);
				refused(&certificate(scheme, epoch, last(needed - 1), seats), Error::TooFewSigners);
				refused(&certificate(scheme, epoch, 0..0, seats), Error::TooFewSigners);
				accepted(&certificate(scheme, epoch, last(needed), seats));
			});
		}
	}
}

#[test]
fn all_signers_should_be_welcome_too() {
	for scheme in SCHEMES {
		ExtBuilder::default().signers(scheme, 9).build_and_execute(|| {
			accepted(&certificate(scheme, close(), 0..9, 9));
		});
	}
}

#[test]
fn a_bitmap_should_name_exactly_those_who_signed() {
	ExtBuilder::default().signers(Scheme::Bls, 9).build_and_execute(|| {
		let epoch = close();
		let sound = certificate(Scheme::Bls, epoch, 0..6, 9);
		let bend = |change: fn(&mut Vec<u8>)| {
			let mut bent = sound.clone();
			if let Signatures::Bls { signers, .. } = &mut bent.signatures {
				let mut bytes = signers.to_vec();
				change(&mut bytes);
				*signers = bytes.try_into().unwrap();
			}
			bent
		};
		// One more who did not sign, one in the place of another, one who is missing.
		refused(&bend(|bits| bits[0] |= 1 << 6), Error::BadSignature);
		refused(&bend(|bits| bits[0] = 0b111_1110), Error::BadSignature);
		refused(&bend(|bits| bits[0] = 0b1_1111), Error::TooFewSigners);
		// Bits of places that the set does not have.
		refused(&bend(|bits| bits[1] |= 1 << 1), Error::NoSuchPlace);
		refused(&bend(|bits| bits[1] |= 1 << 7), Error::NoSuchPlace);
		// Too short and too long.
		refused(&bend(|bits| bits.truncate(1)), Error::WrongLength);
		refused(&bend(|bits| bits.push(0)), Error::WrongLength);
		refused(&bend(|bits| bits.clear()), Error::WrongLength);
		refused(&bend(|bits| bits.resize(32, 0)), Error::WrongLength);
		accepted(&sound);
	});
}

#[test]
fn each_ed25519_signer_should_count_once() {
	ExtBuilder::default().signers(Scheme::Ed25519, 4).build_and_execute(|| {
		let epoch = close();
		let sound = certificate(Scheme::Ed25519, epoch, 0..3, 4);
		let Signatures::Ed25519(shares) = &sound.signatures else { panic!("Ed25519") };
		let with = |shares: Vec<Ed25519Share>| RollupCertificate {
			signatures: Signatures::Ed25519(shares.try_into().unwrap()),
			..sound.clone()
		};
		let share = |n: usize| shares[n].clone();
		refused(&with(vec![share(0), share(1), share(1)]), Error::NotAscending);
		refused(&with(vec![share(0), share(2), share(1)]), Error::NotAscending);
		refused(&with(vec![share(0), share(1)]), Error::TooFewSigners);
		// One signature under another's place.
		let moved = Ed25519Share { place: 3, ..share(2) };
		refused(&with(vec![share(0), share(1), moved.clone()]), Error::BadSignature);
		refused(&with(vec![share(0), share(1), share(2), moved]), Error::BadSignature);
		let outside = Ed25519Share { place: 4, ..share(2) };
		refused(&with(vec![share(0), share(1), outside]), Error::NoSuchPlace);
		accepted(&sound);
	});
}

#[test]
fn a_signature_should_hold_for_this_rollup_of_this_chain_and_set() {
	for scheme in SCHEMES {
		ExtBuilder::default().signers(scheme, 1).build_and_execute(|| {
			let (one, two) = (close(), close());
			let hash = RollupAnchor::rollup(one).unwrap().hash();
			let of = |message: &[u8]| sign(scheme, (one, 0), message, 0..1, 1);
			for other in [
				message(two, 0),
				rollup_message(Default::default(), 0, hash),
				rollup_message(GENESIS, 1, hash),
				rollup_message(GENESIS, 0, Default::default()),
				hash.0.to_vec(),
				Vec::new(),
			] {
				refused(&of(&other), Error::BadSignature);
			}
			let mut moved = certificate(scheme, two, 0..1, 1);
			moved.epoch = one;
			refused(&moved, Error::BadSignature);
			accepted(&of(&message(one, 0)));
		});
	}
}

#[test]
fn bytes_that_are_no_aggregate_should_be_refused() {
	ExtBuilder::default().signers(Scheme::Bls, 3).build_and_execute(|| {
		let epoch = close();
		let sound = certificate(Scheme::Bls, epoch, 0..3, 3);
		let mut identity = [0; 48];
		identity[0] = 0xc0;
		for bytes in [[0; 48], [0xff; 48], identity] {
			let mut bent = sound.clone();
			if let Signatures::Bls { aggregate, .. } = &mut bent.signatures {
				*aggregate = bytes;
			}
			refused(&bent, Error::BadSignature);
		}
		accepted(&sound);
	});
}

#[test]
fn a_certificate_should_be_for_a_closed_rollup_that_has_none() {
	for scheme in SCHEMES {
		ExtBuilder::default().signers(scheme, 2).build_and_execute(|| {
			let epoch = close();
			let sound = certificate(scheme, epoch, 0..2, 2);
			let mut early = sound.clone();
			early.epoch = epoch + 1;
			refused(&early, Error::NotClosed);
			early.epoch = u32::MAX;
			refused(&early, Error::NotClosed);
			let mut of_another_set = sound.clone();
			of_another_set.set = 1;
			refused(&of_another_set, Error::WrongSet);
			accepted(&sound);
			refused(&sound, Error::AlreadyCertified);
		});
	}
}

#[test]
fn signatures_of_another_scheme_should_be_refused() {
	ExtBuilder::default().signers(Scheme::Bls, 1).build_and_execute(|| {
		refused(&certificate(Scheme::Ed25519, close(), 0..1, 1), Error::WrongScheme);
	});
	ExtBuilder::default().signers(Scheme::Ed25519, 1).build_and_execute(|| {
		refused(&certificate(Scheme::Bls, close(), 0..1, 1), Error::WrongScheme);
	});
}

#[test]
fn nobody_should_certify_with_an_origin_of_his_own() {
	ExtBuilder::default().signers(Scheme::Bls, 1).build_and_execute(|| {
		let sound = certificate(Scheme::Bls, close(), 0..1, 1);
		for origin in
			[RuntimeOrigin::root(), RuntimeOrigin::none(), RuntimeOrigin::signed(account(1))]
		{
			assert_noop!(RollupAnchor::certify(origin, sound.clone()), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn rollups_without_a_certificate_should_be_listed_newest_first() {
	ExtBuilder::default().signers(Scheme::Ed25519, 1).build_and_execute(|| {
		let epochs: Vec<_> = (0..5).map(|_| close()).collect();
		accepted(&certificate(Scheme::Ed25519, epochs[3], 0..1, 1));
		let listed = |limit| {
			RollupAnchor::uncertified(limit)
				.into_iter()
				.map(|(epoch, set, hash)| {
					assert_eq!((set, hash), (0, RollupAnchor::rollup(epoch).unwrap().hash()));
					epoch
				})
				.collect::<Vec<_>>()
		};
		assert_eq!(listed(u32::MAX), [4, 2, 1, 0]);
		assert_eq!(listed(2), [4, 2]);
		assert_eq!(listed(0), [0u32; 0]);
		// As long as it is bounded.
		(0..MAX_UNCERTIFIED).for_each(|_| {
			close();
		});
		assert_eq!(listed(u32::MAX).len() as u32, MAX_UNCERTIFIED);
	});
}

#[test]
fn certificates_should_leave_the_state_with_the_receipts_and_headers_never() {
	ExtBuilder::default().retention(3).signers(Scheme::Ed25519, 1).build_and_execute(|| {
		for _ in 0..12 {
			let epoch = close();
			if epoch.is_multiple_of(2) {
				accepted(&certificate(Scheme::Ed25519, epoch, 0..1, 1));
			}
		}
		let mut kept: Vec<_> = Certificates::<Test>::iter_keys().collect();
		kept.sort();
		assert_eq!(kept, [10]);
		let mut waiting: Vec<_> = Pending::<Test>::iter_keys().collect();
		waiting.sort();
		assert_eq!(waiting, [9, 11]);
		let headers = RollupAnchor::rollups_between(0, u32::MAX);
		assert_eq!(headers.len(), 12);
		assert_eq!(Leaves::<Test>::iter_keys().min(), Some(headers[9].first_receipt));
		refused(
			&RollupCertificate { epoch: 1, ..certificate(Scheme::Ed25519, 9, 0..1, 1) },
			Error::Forgotten,
		);
	});
}

#[test]
fn closing_should_forget_no_more_than_the_blocks_weight_allows() {
	ExtBuilder::default().retention(1).signers(Scheme::Ed25519, 1).build_and_execute(|| {
		let forgetting = <() as WeightInfo>::forget_epoch();
		PruneWeight::set(<() as WeightInfo>::prune(100));
		// Many epochs fill in one block, so that many are past the retention at once.
		append(16 * 12);
		assert_eq!(Pending::<Test>::count(), 12);
		PruneWeight::set(<() as WeightInfo>::prune(11 * 16) + forgetting * 3);
		run_to(2);
		assert_eq!(Pending::<Test>::count(), 12 - 3);
		run_to(4);
		assert!(Pending::<Test>::count() < 12 - 3);
		run_to(10);
		assert_eq!(Pending::<Test>::count(), u32::from(Open::<Test>::get().number > 0));
	});
}

#[test]
fn headers_should_be_read_in_bounded_runs() {
	ExtBuilder::default().build_and_execute(|| {
		MaxReceiptsPerEpoch::set(1);
		append(300);
		let run = |from, to| {
			RollupAnchor::rollups_between(from, to).iter().map(|h| h.epoch).collect::<Vec<_>>()
		};
		assert_eq!(run(3, 5), [3, 4, 5]);
		assert_eq!(run(5, 3), [0u32; 0]);
		assert_eq!(run(298, 500), [298, 299]);
		assert_eq!(run(0, u32::MAX), (0..256).collect::<Vec<_>>());
		assert_eq!(run(300, u32::MAX), [0u32; 0]);
		assert_eq!(run(u32::MAX, u32::MAX), [0u32; 0]);
	});
}
