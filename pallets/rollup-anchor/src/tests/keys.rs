//! Who registers which key.

use crate::{mock::*, Error, Event, KeyProof, Keys, Owners, RegisteredKey};
use concordat_pairing::bls::{self, SecretKey};
use concordat_primitives::rollup::{registration_message, RollupKey, Scheme};
use frame_support::{assert_noop, assert_ok};
use sp_core::{Pair, U256};
use sp_runtime::{BuildStorage, DispatchError};

const SCHEMES: [Scheme; 2] = [Scheme::Bls, Scheme::Ed25519];

fn register(n: u8, key: RollupKey, proof: KeyProof) -> sp_runtime::DispatchResult {
	RollupAnchor::register_key(RuntimeOrigin::signed(account(n)), key, proof)
}

fn validators(count: u8) {
	ValidatorAccounts::set((1..=count).map(account).collect());
}

#[test]
fn a_validator_should_register_one_key_of_each_scheme() {
	ExtBuilder::default().build_and_execute(|| {
		validators(1);
		for scheme in SCHEMES {
			let key = key(scheme, 1);
			assert_ok!(register(1, key, proof(scheme, 1)));
			assert_eq!(events(), vec![Event::KeyRegistered { who: account(1), key }]);
			assert_eq!(RollupAnchor::registered_key(&account(1), scheme), Some(key));
			assert_eq!(Owners::<Test>::get(key), Some(account(1)));
		}
		// A BLS key is unpacked once and for all.
		let RegisteredKey { unpacked, .. } =
			Keys::<Test>::get(account(1), Scheme::Bls).expect("registered");
		assert_eq!(unpacked, bls::unpack(&secret(1).public()).ok());
	});
}

#[test]
fn nobody_but_a_validator_should_register_a_key() {
	ExtBuilder::default().build_and_execute(|| {
		validators(1);
		for scheme in SCHEMES {
			assert_noop!(
				register(2, key(scheme, 2), proof(scheme, 2)),
				Error::<Test>::NotValidator
			);
			for origin in [RuntimeOrigin::root(), RuntimeOrigin::none(), authorized()] {
				assert_noop!(
					RollupAnchor::register_key(origin, key(scheme, 1), proof(scheme, 1)),
					DispatchError::BadOrigin
				);
			}
		}
	});
}

#[test]
fn a_key_without_the_secret_half_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		validators(2);
		// The key of another, with a proof of one's own.
		for scheme in SCHEMES {
			assert_noop!(register(2, key(scheme, 1), proof(scheme, 2)), Error::<Test>::BadProof);
		}
		// A signature is no proof of possession, whatever was signed.
		let public = secret(1).public();
		for message in [&public.0[..], &registration_message(GENESIS, &account(1))] {
			let signed = KeyProof::Possession(secret(1).sign(message).0);
			assert_noop!(register(1, RollupKey::Bls(public.0), signed), Error::<Test>::BadProof);
		}
		// An Ed25519 signature for another account or another chain.
		for message in [
			registration_message(GENESIS, &account(2)),
			registration_message(Default::default(), &account(1)),
		] {
			let signed = KeyProof::Signature(pair(1).sign(&message).0);
			let key = key(Scheme::Ed25519, 1);
			assert_noop!(register(1, key, signed), Error::<Test>::BadProof);
		}
	});
}

#[test]
fn a_proof_should_be_one_of_the_keys_scheme() {
	ExtBuilder::default().build_and_execute(|| {
		validators(1);
		assert_noop!(
			register(1, key(Scheme::Bls, 1), proof(Scheme::Ed25519, 1)),
			Error::<Test>::WrongProof
		);
		assert_noop!(
			register(1, key(Scheme::Ed25519, 1), proof(Scheme::Bls, 1)),
			Error::<Test>::WrongProof
		);
	});
}

#[test]
fn bytes_that_are_no_key_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		validators(1);
		let good = secret(1).public().0;
		let mut identity = [0; 96];
		identity[0] = 0xc0;
		let mut uncompressed = good;
		uncompressed[0] &= 0x7f;
		let mut off = good;
		off[95] ^= 1;
		for bytes in [[0; 96], [0xff; 96], identity, uncompressed, off] {
			assert_noop!(
				register(1, RollupKey::Bls(bytes), proof(Scheme::Bls, 1)),
				Error::<Test>::BadKey
			);
		}
	});
}

/// `a − b` modulo the order of the groups.
fn difference(a: &SecretKey, b: &SecretKey) -> SecretKey {
	let order = U256::from_str_radix(
		"73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001",
		16,
	)
	.expect("a number");
	let number = |key: &SecretKey| U256::from_big_endian(&key.to_bytes());
	let (a, b) = (number(a), number(b));
	let difference = if a >= b { a - b } else { order - (b - a) };
	SecretKey::from_bytes(&difference.to_big_endian()).expect("below the order and not zero")
}

#[test]
fn a_rogue_key_should_be_refused_for_want_of_possession() {
	ExtBuilder::default().build_and_execute(|| {
		validators(2);
		assert_ok!(register(1, key(Scheme::Bls, 1), proof(Scheme::Bls, 1)));
		// The second chooses its own key minus that of the first; only both together know the secret half.
		let rogue = difference(&secret(2), &secret(1)).public();
		for own in [secret(2).prove_possession(), secret(2).sign(&rogue.0)] {
			assert_noop!(
				register(2, RollupKey::Bls(rogue.0), KeyProof::Possession(own.0)),
				Error::<Test>::BadProof
			);
		}
	});
}

#[test]
fn a_rogue_key_that_got_in_would_sign_for_others() {
	// Why possession has to be shown: with such a key in the set, one signs for two.
	ExtBuilder::default().build_and_execute(|| {
		let rogue = difference(&secret(2), &secret(1)).public();
		RollupAnchor::put_genesis_key(&account(1), key(Scheme::Bls, 1));
		RollupAnchor::put_genesis_key(&account(2), RollupKey::Bls(rogue.0));
		session(1..=2);
		let epoch = close();
		let mut forged = certificate(Scheme::Bls, epoch, 0..2, 2);
		if let concordat_primitives::rollup::Signatures::Bls { aggregate, .. } =
			&mut forged.signatures
		{
			*aggregate = secret(2).sign(&message(epoch, 0)).0;
		}
		assert_ok!(RollupAnchor::certify(authorized(), forged));
	});
}

#[test]
fn a_key_that_another_account_has_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		validators(2);
		for scheme in SCHEMES {
			assert_ok!(register(1, key(scheme, 1), proof(scheme, 1)));
			assert_noop!(
				register(1, key(scheme, 1), proof(scheme, 1)),
				Error::<Test>::AlreadyRegistered
			);
		}
		// The proof names no account, and is as good as it was.
		assert_noop!(
			register(2, key(Scheme::Bls, 1), proof(Scheme::Bls, 1)),
			Error::<Test>::KeyTaken
		);
		let for_two =
			KeyProof::Signature(pair(1).sign(&registration_message(GENESIS, &account(2))).0);
		assert_noop!(register(2, key(Scheme::Ed25519, 1), for_two), Error::<Test>::KeyTaken);
	});
}

#[test]
fn a_replaced_key_should_be_free_again() {
	ExtBuilder::default().build_and_execute(|| {
		validators(2);
		let of = |n| (key(Scheme::Bls, n), proof(Scheme::Bls, n));
		let ((first, shown), (second, shown_too)) = (of(1), of(3));
		assert_ok!(register(1, first, shown.clone()));
		assert_ok!(register(1, second, shown_too));
		assert_eq!(Owners::<Test>::get(first), None);
		assert_eq!(RollupAnchor::registered_key(&account(1), Scheme::Bls), Some(second));
		assert_ok!(register(2, first, shown));
		assert_eq!(Keys::<Test>::iter().count(), 2);
	});
}

#[test]
fn a_key_should_be_removed_by_its_owner_and_by_anybody_once_the_owner_is_no_validator() {
	ExtBuilder::default().build_and_execute(|| {
		validators(2);
		let remove = |by: u8, of: u8| {
			RollupAnchor::remove_key(RuntimeOrigin::signed(account(by)), account(of), Scheme::Bls)
		};
		for n in 1..=2 {
			assert_ok!(register(n, key(Scheme::Bls, n), proof(Scheme::Bls, n)));
		}
		assert_noop!(remove(9, 1), Error::<Test>::StillValidator);
		assert_noop!(remove(9, 3), Error::<Test>::NoKey);
		events();
		assert_ok!(remove(1, 1));
		assert_eq!(events(), vec![Event::KeyRemoved { who: account(1), key: key(Scheme::Bls, 1) }]);
		assert_noop!(remove(1, 1), Error::<Test>::NoKey);
		validators(1);
		assert_ok!(remove(9, 2));
		assert_eq!((Keys::<Test>::iter().count(), Owners::<Test>::iter().count()), (0, 0));
	});
}

fn genesis(keys: Vec<(u8, RollupKey)>) {
	let keys = keys.into_iter().map(|(n, key)| (account(n), key)).collect();
	let _ = crate::GenesisConfig::<Test> { keys, ..Default::default() }.build_storage();
}

#[test]
#[should_panic = "no point of G2"]
fn a_genesis_with_bytes_that_are_no_key_should_not_build() {
	genesis(vec![(1, RollupKey::Bls([1; 96]))]);
}

#[test]
#[should_panic = "two accounts of the genesis have one rollup key"]
fn a_genesis_that_gives_a_key_to_two_accounts_should_not_build() {
	genesis(vec![(1, key(Scheme::Ed25519, 1)), (2, key(Scheme::Ed25519, 1))]);
}

#[test]
#[should_panic = "has two rollup keys"]
fn a_genesis_that_gives_two_keys_of_a_scheme_to_an_account_should_not_build() {
	genesis(vec![(1, key(Scheme::Ed25519, 1)), (1, key(Scheme::Ed25519, 2))]);
}
