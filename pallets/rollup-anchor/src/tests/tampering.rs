//! The invariants notice every kind of damage. Each test breaks one thing and expects its message.

use crate::{mock::*, Cursor, LastRollupHash, Leaves, Open, OpenLeaves, Params, Rollups};
use concordat_primitives::Hash;

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
}

#[test]
fn parameters_out_of_range_should_be_noticed() {
	after(
		|| Params::<Test>::mutate(|params| params.epoch_length = 0),
		"the parameters are out of range",
	);
}
