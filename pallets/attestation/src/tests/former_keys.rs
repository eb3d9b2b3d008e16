//! For which keys a node answers, and for how long.

use crate::{mock::*, Error, FormerKey, FormerKeys, Parameters, MAX_FORMER_KEYS};
use concordat_primitives::{attest::SigningKey, traits::LeaseInspect};
use frame_support::{assert_noop, assert_ok};

/// How long a node answers for a key in these tests.
const MEMORY: u32 = 30;

fn build_and_execute(test: impl FnOnce()) {
	ExtBuilder::default().with_collateral().build_and_execute(|| {
		Parameters::<Test>::mutate(|params| params.key_memory = MEMORY);
		test();
	});
}

/// Attests [`NODE_A`] in the next block, with this key.
fn attest_with(key: SigningKey) -> Attempt {
	run_to(System::block_number() + 1);
	let mut attempt = Attempt::of(NODE_A);
	attempt.signing_key = key;
	attempt
}

fn answers_for(key: SigningKey) -> bool {
	Attestation::is_key_of(NODE_A, &key)
}

fn numbered(number: u32) -> SigningKey {
	let mut key = [0xaa; 32];
	key[..4].copy_from_slice(&number.to_le_bytes());
	key
}

#[test]
fn a_node_should_answer_for_the_key_of_its_lease_dead_or_alive() {
	build_and_execute(|| {
		let key = Attempt::of(NODE_A).signing_key;
		assert!(!answers_for(key));
		let lease = granted(NODE_A);
		assert!(answers_for(key));
		assert!(!Attestation::is_key_of(NODE_B, &key), "it is not the other node's");
		assert!(!answers_for([0x55; 32]), "nor is any key this one's");
		run_to(lease.expires_at + 2 * MEMORY);
		assert!(answers_for(key));
	});
}

#[test]
fn a_node_should_answer_for_a_replaced_key_until_it_is_forgotten() {
	build_and_execute(|| {
		let old = granted(NODE_A).signing_key;
		assert_ok!(attest_with([0x11; 32]).send());
		assert_eq!(Attestation::lease_of_key(&old), None);
		assert!(answers_for(old) && answers_for([0x11; 32]));
		assert!(!Attestation::is_key_of(NODE_B, &old));
		let gone = System::block_number();
		run_to(gone + MEMORY - 1);
		assert!(answers_for(old));
		run_to(gone + MEMORY);
		assert!(!answers_for(old));
		assert!(answers_for([0x11; 32]));
	});
}

#[test]
fn a_node_should_answer_for_its_key_however_the_lease_went() {
	type End = fn(u64);
	let ends: [End; 5] = [
		|lease| {
			assert_ok!(Attestation::invalidate(RuntimeOrigin::root(), lease));
		},
		|_| {
			assert_ok!(Attestation::surrender(RuntimeOrigin::signed(ALICE), NODE_A));
		},
		|lease| {
			assert_ok!(Attestation::revoke_measurement(RuntimeOrigin::root(), CODE));
			assert_ok!(Attestation::evict(RuntimeOrigin::signed(EVE), lease).map(|_| ()));
		},
		|_| {
			// Another node takes over the platform of the dead lease.
			assert_ok!(Attestation::revoke_measurement(RuntimeOrigin::root(), CODE));
			let mut attempt = Attempt::of(NODE_B);
			attempt.code = OTHER_CODE.0;
			attempt.platform = Attempt::of(NODE_A).platform;
			assert_ok!(attempt.send());
		},
		|_| {
			// The hook finds that it no longer passes.
			post_tdx(1, outdate);
			next_block();
		},
	];
	for end in ends {
		build_and_execute(|| {
			let lease = granted(NODE_A);
			end(lease.id);
			assert_eq!(Attestation::lease_of_node(NODE_A), None);
			run_to(System::block_number() + MEMORY - 1);
			assert!(answers_for(lease.signing_key));
			next_block();
			assert!(!answers_for(lease.signing_key));
		});
	}
}

#[test]
fn a_key_should_not_be_pushed_out_of_memory_by_many_others() {
	build_and_execute(|| {
		Parameters::<Test>::mutate(|params| params.key_memory = 1_000);
		let first = granted(NODE_A).signing_key;
		for number in 1..MAX_FORMER_KEYS {
			assert_ok!(attest_with(numbered(number)).send());
		}
		assert_eq!(FormerKeys::<Test>::get(NODE_A).len() as u32, MAX_FORMER_KEYS - 1);
		let one_more = attest_with(numbered(MAX_FORMER_KEYS));
		assert_noop!(one_more.send().map_err(|e| e.error), Error::<Test>::TooManyKeys);
		// Nor by giving the lease up first: that takes the last place.
		assert_ok!(Attestation::surrender(RuntimeOrigin::signed(ALICE), NODE_A));
		assert_eq!(FormerKeys::<Test>::get(NODE_A).len() as u32, MAX_FORMER_KEYS);
		assert_noop!(one_more.send().map_err(|e| e.error), Error::<Test>::TooManyKeys);
		assert!(answers_for(first));
		// A key that it answers for already needs no place of its own.
		assert_ok!(attest_with(numbered(MAX_FORMER_KEYS - 1)).send());
		assert!(answers_for(first));
		// Once the oldest is forgotten there is room again.
		let oldest = FormerKeys::<Test>::get(NODE_A)[0];
		assert_eq!(oldest.key, first);
		run_to(oldest.until - 1);
		let mut early = Attempt::of(NODE_A);
		early.signing_key = numbered(MAX_FORMER_KEYS);
		assert_noop!(early.send().map_err(|e| e.error), Error::<Test>::TooManyKeys);
		assert_ok!(attest_with(numbered(MAX_FORMER_KEYS)).send());
		assert!(!answers_for(first));
	});
}

#[test]
fn renewals_should_take_no_room() {
	build_and_execute(|| {
		Parameters::<Test>::mutate(|params| params.key_memory = 1_000);
		granted(NODE_A);
		for _ in 0..2 * MAX_FORMER_KEYS {
			assert_ok!(attest_with(Attempt::of(NODE_A).signing_key).send());
		}
		assert_eq!(FormerKeys::<Test>::get(NODE_A).len(), 0);
		// Two keys in turn take two places, not more.
		for number in 0..2 * MAX_FORMER_KEYS {
			assert_ok!(attest_with(numbered(number % 2)).send());
		}
		assert_eq!(FormerKeys::<Test>::get(NODE_A).len(), 3);
	});
}

#[test]
fn what_no_longer_counts_should_make_room() {
	build_and_execute(|| {
		granted(NODE_A);
		for number in 1..3 * MAX_FORMER_KEYS {
			// No more than 30 keys count at a time.
			assert_ok!(attest_with(numbered(number)).send());
		}
		let (now, former) = (System::block_number(), FormerKeys::<Test>::get(NODE_A));
		assert!(former.len() as u32 <= MEMORY && former.iter().all(|one| one.counts(now)));
	});
}

#[test]
fn a_longer_memory_should_hold_for_leases_that_go_from_then_on() {
	build_and_execute(|| {
		let key = granted(NODE_A).signing_key;
		assert_ok!(attest_with([0x11; 32]).send());
		let gone = System::block_number();
		Parameters::<Test>::mutate(|params| params.key_memory = 10 * MEMORY);
		assert_ok!(attest_with([0x12; 32]).send());
		assert_eq!(
			FormerKeys::<Test>::get(NODE_A).to_vec(),
			[
				FormerKey { key, until: gone + MEMORY },
				FormerKey { key: [0x11; 32], until: gone + 1 + 10 * MEMORY },
			]
		);
	});
}
