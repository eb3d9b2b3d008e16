//! What ties rollups to blocks, and to other registries.

use crate::{is_well_named, mock::*, AnchorsOf, Error, Event, LastRollupHash, MAX_ANCHORS};
use codec::Encode;
use concordat_primitives::{
	receipt::Operation,
	rollup::{Anchor, AnchorLeaf, Registry, Scheme},
	Hash,
};
use frame_support::{assert_noop, assert_ok, BoundedVec};
use sp_io::hashing::blake2_256;
use sp_runtime::DispatchError;

fn bytes<B>(text: &str) -> B
where
	Vec<u8>: TryInto<B, Error: core::fmt::Debug>,
{
	text.as_bytes().to_vec().try_into().unwrap()
}

fn record(epoch: u32, registry: Registry, reference: &str) -> sp_runtime::DispatchResult {
	RollupAnchor::record_anchor(RuntimeOrigin::root(), epoch, registry, bytes(reference))
}

#[test]
fn governance_should_record_where_else_a_rollup_is() {
	ExtBuilder::default().build_and_execute(|| {
		let epoch = close();
		let hash = RollupAnchor::rollup(epoch).unwrap().hash();
		events();
		assert_ok!(record(epoch, Registry::Chain(bytes("eip155:1")), "0xabc"));
		let anchor = Anchor {
			epoch,
			rollup: hash,
			registry: Registry::Chain(bytes("eip155:1")),
			reference: bytes("0xabc"),
			at: System::block_number(),
		};
		assert_eq!(RollupAnchor::anchored(epoch).to_vec(), core::slice::from_ref(&anchor));
		let digest = Hash::from(blake2_256(&anchor.encode()));
		assert_eq!(events()[0], Event::RollupAnchored { epoch, anchor: digest });
		let receipt = RollupAnchor::totals().0 - 1;
		assert_eq!(
			RollupAnchor::receipt_view(receipt).unwrap().body.operation,
			Operation::AnchoredElsewhere { epoch, anchor: digest }
		);
	});
}

#[test]
fn a_record_should_be_about_a_closed_rollup_and_new_and_lead_somewhere() {
	ExtBuilder::default().build_and_execute(|| {
		let epoch = close();
		assert_noop!(record(epoch + 1, Registry::Treaty, "UNTS 1"), Error::<Test>::NotClosed);
		assert_noop!(record(epoch, Registry::Treaty, ""), Error::<Test>::BadReference);
		let nameless = Registry::Chain(bytes("ethereum"));
		assert!(!is_well_named(&nameless));
		assert_noop!(record(epoch, nameless, "0xabc"), Error::<Test>::BadReference);
		assert_ok!(record(epoch, Registry::Treaty, "UNTS 1"));
		assert_noop!(record(epoch, Registry::Treaty, "UNTS 1"), Error::<Test>::AlreadyAnchored);
		// The same reference elsewhere, and another one there.
		assert_ok!(record(epoch, Registry::Registry(bytes("GRID")), "UNTS 1"));
		assert_ok!(record(epoch, Registry::Treaty, "UNTS 2"));
	});
}

#[test]
fn nobody_but_governance_should_record_anything() {
	ExtBuilder::default().build_and_execute(|| {
		let epoch = close();
		for origin in [RuntimeOrigin::signed(account(1)), RuntimeOrigin::none(), authorized()] {
			assert_noop!(
				RollupAnchor::record_anchor(origin, epoch, Registry::Treaty, bytes("UNTS 1")),
				DispatchError::BadOrigin
			);
		}
	});
}

#[test]
fn a_rollup_should_have_a_bounded_number_of_records() {
	ExtBuilder::default().build_and_execute(|| {
		let epoch = close();
		for n in 0..MAX_ANCHORS {
			assert_ok!(record(epoch, Registry::Treaty, &format!("UNTS {n}")));
		}
		assert_noop!(record(epoch, Registry::Treaty, "UNTS"), Error::<Test>::TooManyAnchors);
	});
}

#[test]
fn records_should_outlive_the_retention_and_may_come_after_it() {
	ExtBuilder::default().retention(1).build_and_execute(|| {
		let epoch = close();
		assert_ok!(record(epoch, Registry::Treaty, "UNTS 1"));
		(0..5).for_each(|_| {
			close();
		});
		assert_eq!(RollupAnchor::receipt_view(0), None);
		assert_ok!(record(epoch, Registry::Treaty, "UNTS 2"));
		assert_eq!(AnchorsOf::<Test>::get(epoch).len(), 2);
	});
}

#[test]
fn a_leaf_should_hold_what_the_parent_block_left() {
	ExtBuilder::default().build_and_execute(|| {
		let parent = Hash::repeat_byte(9);
		let begin = |number: u32| {
			System::initialize(&number, &parent, &Default::default());
			let leaf = RollupAnchor::anchor_leaf();
			<RollupAnchor as frame_support::traits::OnInitialize<u32>>::on_initialize(number);
			leaf
		};
		let mut expected = AnchorLeaf {
			version: 0,
			parent: (1, parent),
			rollups: 0,
			rollup: Hash::zero(),
			signers: Hash::zero(),
		};
		assert_eq!(begin(2), expected);
		append(1);
		RollupAnchor::put_genesis_key(&account(1), key(Scheme::Bls, 1));
		session(1..=1);
		let signers = RollupAnchor::present_signers().unwrap().hash();
		expected.signers = signers;
		for number in 3..=7 {
			expected.parent.0 = number - 1;
			assert_eq!(begin(number), expected);
		}
		// Closed in block 7, after its leaf: in the leaf of block 8.
		assert_eq!(RollupAnchor::totals().1, 1);
		let leaf = begin(8);
		assert_eq!((leaf.rollups, leaf.rollup), (1, LastRollupHash::<Test>::get()));
		assert_eq!(leaf.rollup, RollupAnchor::rollup(0).unwrap().hash());
	});
}

#[test]
fn a_registry_should_take_names_of_any_length_that_fits() {
	let longest: BoundedVec<u8, _> = bytes(&"x".repeat(64));
	assert!(is_well_named(&Registry::Registry(longest)));
}
