//! The invariants notice every kind of damage. Each test breaks one thing and expects its message.

use crate::{
	mock::*, AnchorsOf, Certificates, CurrentSet, Cursor, Keys, LastRollupHash, Leaves, Open,
	OpenLeaves, Owners, Params, Pending, Rollups, SetKeys, SetUses, Sets,
};
use concordat_primitives::{
	rollup::{Registry, Scheme, Signatures},
	Hash,
};

/// Three closed epochs and an open one; then the damage; then the complaint.
fn after(damage: impl FnOnce(), complaint: &str) {
	ExtBuilder::default().build().execute_with(|| {
		for count in [3, 2, 4] {
			append(count);
			run_to(System::block_number() + 5);
		}
		append(2);
		RollupAnchor::do_try_state().expect("all is well before the damage");
		damage();
		let found = RollupAnchor::do_try_state().expect_err("the damage goes unnoticed");
		assert_eq!(found, sp_runtime::TryRuntimeError::Other(complaint.to_string().leak()));
	});
}

fn edit(epoch: u32, change: impl FnOnce(&mut concordat_primitives::receipt::RollupHeader)) {
	Rollups::<Test>::mutate(epoch, |header| change(header.as_mut().unwrap()));
}

#[test]
fn a_changed_receipt_should_be_noticed() {
	after(
		|| Leaves::<Test>::mutate(1, |body| body.as_mut().unwrap().operation = operation(99)),
		"a root is not that of its receipts",
	);
	after(
		|| Leaves::<Test>::mutate(9, |body| body.as_mut().unwrap().operation = operation(99)),
		"a leaf is not that of its receipt",
	);
}

#[test]
fn a_missing_or_surplus_receipt_should_be_noticed() {
	after(|| Leaves::<Test>::remove(4), "a receipt is missing");
	after(|| Leaves::<Test>::insert(11, body(11, 1)), "a receipt is out of place");
	after(|| Leaves::<Test>::insert(4, body(5, 6)), "a receipt is out of place");
}

#[test]
fn a_receipt_moved_in_time_should_be_noticed() {
	after(
		|| Leaves::<Test>::mutate(1, |body| body.as_mut().unwrap().block = 7),
		"a receipt lies outside its epoch",
	);
}

#[test]
fn a_broken_chain_should_be_noticed() {
	after(|| edit(0, |h| h.root = Hash::zero()), "a rollup does not name the one before");
	after(|| edit(2, |h| h.root = Hash::zero()), "the last rollup is not the last");
	after(|| edit(1, |h| h.previous = Hash::zero()), "a rollup does not name the one before");
	after(|| edit(1, |h| h.genesis = Hash::zero()), "a rollup of another chain");
	after(|| edit(1, |h| h.first_receipt = 4), "there is a gap between two rollups");
	after(|| edit(0, |h| h.first_receipt = 1), "there is a gap between two rollups");
	after(|| edit(1, |h| h.epoch = 2), "a rollup is kept under another number");
	after(|| edit(0, |h| h.count = 0), "a rollup is empty or too large");
	after(|| edit(0, |h| h.closed_at = 0), "rollups run backwards");
	after(|| Rollups::<Test>::remove(1), "there are rollups beyond the open epoch");
	after(LastRollupHash::<Test>::kill, "the last rollup is not the last");
}

#[test]
fn a_broken_open_epoch_should_be_noticed() {
	after(OpenLeaves::<Test>::kill, "the open epoch has lost a leaf");
	after(
		|| Open::<Test>::mutate(|open| open.first_receipt += 1),
		"the open epoch does not follow the last rollup",
	);
	after(
		|| Open::<Test>::mutate(|open| open.opened_at = 0),
		"the open epoch began before the last one ended",
	);
	after(|| MaxReceiptsPerEpoch::set(2), "a rollup is empty or too large");
}

#[test]
fn a_cursor_out_of_place_should_be_noticed() {
	after(|| Cursor::<Test>::mutate(|cursor| cursor.next = 1), "the prune cursor is out of place");
	after(
		|| Cursor::<Test>::mutate(|cursor| cursor.until = 99),
		"the prune cursor is out of place",
	);
	after(|| Cursor::<Test>::mutate(|cursor| cursor.epoch = 1), "the prune cursor is out of place");
	after(
		|| Cursor::<Test>::mutate(|cursor| cursor.until_epoch = 99),
		"the prune cursor is out of place",
	);
}

#[test]
fn parameters_out_of_range_should_be_noticed() {
	after(
		|| Params::<Test>::mutate(|params| params.epoch_length = 0),
		"the parameters are out of range",
	);
}

/// Signers, a certified epoch, one that waits, and a record elsewhere; then the damage; then the complaint.
fn after_certifying(damage: impl FnOnce(), complaint: &str) {
	ExtBuilder::default().signers(Scheme::Bls, 4).build().execute_with(|| {
		let (certified, _) = (close(), close());
		let signed = certificate(Scheme::Bls, certified, 0..3, 4);
		RollupAnchor::certify(authorized(), signed).unwrap();
		session(1..=3);
		close();
		RollupAnchor::do_record_anchor(0, Registry::Treaty, vec![1].try_into().unwrap()).unwrap();
		RollupAnchor::do_try_state().expect("all is well before the damage");
		damage();
		let found = RollupAnchor::do_try_state().expect_err("the damage goes unnoticed");
		assert_eq!(found, sp_runtime::TryRuntimeError::Other(complaint.to_string().leak()));
	});
}

#[test]
fn a_lost_or_surplus_certificate_should_be_noticed() {
	let edit = |change: fn(&mut concordat_primitives::rollup::RollupCertificate)| {
		Certificates::<Test>::mutate(0, |signed| change(signed.as_mut().unwrap()));
	};
	after_certifying(|| Pending::<Test>::remove(1), "a closed epoch has no signers");
	after_certifying(|| Pending::<Test>::insert(0, 0), "a certified epoch waits");
	after_certifying(
		|| Pending::<Test>::insert(9, 1),
		"an epoch waits that is not within the retention",
	);
	after_certifying(|| edit(|signed| signed.epoch = 1), "a certificate is out of place");
	after_certifying(|| edit(|signed| signed.set = 7), "a certificate without its signers");
	after_certifying(
		|| {
			edit(|signed| {
				if let Signatures::Bls { signers, .. } = &mut signed.signatures {
					signers[0] = 0b11;
				}
			})
		},
		"a certificate without enough signers",
	);
}

#[test]
fn a_lost_or_surplus_set_should_be_noticed() {
	after_certifying(|| Sets::<Test>::remove(1), "a set is missing, or kept without need");
	after_certifying(
		|| CurrentSet::<Test>::mutate(|current| current.as_mut().unwrap().id = 9),
		"a set is missing, or kept without need",
	);
	after_certifying(|| SetUses::<Test>::insert(0, 3), "the epochs of a set are not counted");
	after_certifying(|| SetUses::<Test>::insert(5, 0), "the epochs of a set are not counted");
	after_certifying(|| SetKeys::<Test>::remove(0), "the keys of a set are not its own");
	after_certifying(
		|| SetKeys::<Test>::insert(7, SetKeys::<Test>::get(0)),
		"keys of a set that is not there",
	);
	after_certifying(
		|| Sets::<Test>::mutate(1, |set| set.as_mut().unwrap().validators = 2),
		"a set is not as it should be",
	);
	after_certifying(
		|| Sets::<Test>::mutate(1, |set| set.as_mut().unwrap().validators = 4),
		"the hash of the signers is not theirs",
	);
	after_certifying(
		|| {
			Sets::<Test>::mutate(0, |set| {
				let keys = &mut set.as_mut().unwrap().keys;
				keys[0] = keys[1];
			})
		},
		"a set is not as it should be",
	);
}

#[test]
fn keys_and_owners_that_differ_should_be_noticed() {
	after_certifying(
		|| Owners::<Test>::insert(key(Scheme::Bls, 1), account(2)),
		"a key is not that of its owner",
	);
	after_certifying(
		|| Owners::<Test>::insert(key(Scheme::Bls, 9), account(2)),
		"an owner has lost its key",
	);
	after_certifying(
		|| {
			Keys::<Test>::mutate(account(1), Scheme::Bls, |key| {
				key.as_mut().unwrap().unpacked = None
			})
		},
		"a key is kept as one of another scheme",
	);
}

#[test]
fn records_of_no_rollup_or_another_should_be_noticed() {
	after_certifying(
		|| AnchorsOf::<Test>::insert(77, AnchorsOf::<Test>::get(0)),
		"an anchor of no rollup",
	);
	after_certifying(
		|| AnchorsOf::<Test>::insert(1, AnchorsOf::<Test>::get(0)),
		"an anchor of another rollup",
	);
	after_certifying(
		|| AnchorsOf::<Test>::mutate(0, |anchors| anchors.clear()),
		"a rollup with an empty list of anchors",
	);
}
