//! When epochs begin and end, and how their headers chain.

use crate::{mock::*, Event, LastRollupHash, Open, OpenEpoch, OpenLeaves, Rollups, WeightInfo};
use codec::Encode;
use concordat_primitives::{receipt::RollupHeader, traits::ReceiptSink, Hash};
use concordat_proofs::{leaf_hash, root};

#[test]
fn an_epoch_should_close_its_length_after_its_first_receipt() {
	ExtBuilder::default().build_and_execute(|| {
		run_to(3);
		append(1);
		run_to(6);
		append(2);
		run_to(7);
		assert_eq!(RollupAnchor::rollup(0), None);
		events();
		let weight = run_to(8);
		let leaves: Vec<_> = [(0, 3), (1, 6), (2, 6)]
			.iter()
			.map(|(id, block)| leaf_hash(*id as u32, &body(*id, *block).encode()))
			.collect();
		let header = RollupHeader {
			epoch: 0,
			genesis: GENESIS,
			previous: Hash::zero(),
			root: root(&leaves).unwrap().into(),
			count: 3,
			first_receipt: 0,
			opened_at: 3,
			closed_at: 8,
		};
		assert_eq!(RollupAnchor::rollup(0), Some(header.clone()));
		assert_eq!(LastRollupHash::<Test>::get(), header.hash());
		assert_eq!(
			Open::<Test>::get(),
			OpenEpoch { number: 1, opened_at: 8, first_receipt: 3, next_receipt: 3 }
		);
		assert!(OpenLeaves::<Test>::get().is_empty());
		assert_eq!(
			events(),
			vec![Event::RollupClosed {
				epoch: 0,
				root: header.root,
				count: 3,
				hash: header.hash()
			}]
		);
		assert_eq!(weight, <() as WeightInfo>::on_initialize() + <() as WeightInfo>::close(3));
	});
}

#[test]
fn headers_should_chain_without_gaps() {
	ExtBuilder::default().build_and_execute(|| {
		for n in 1..=7u32 {
			append(n.into());
			run_to(System::block_number() + 5);
		}
		assert_eq!(RollupAnchor::totals(), (28, 7));
		let mut previous = Hash::zero();
		let mut next = 0;
		for epoch in 0..7 {
			let header = RollupAnchor::rollup(epoch).unwrap();
			assert_eq!(
				(header.epoch, header.previous, header.first_receipt, header.count, header.genesis),
				(epoch, previous, next, epoch + 1, GENESIS)
			);
			previous = header.hash();
			next += u64::from(header.count);
		}
		assert_eq!(LastRollupHash::<Test>::get(), previous);
	});
}

#[test]
fn silence_should_make_no_rollups() {
	ExtBuilder::default().build_and_execute(|| {
		append(1);
		run_to(100);
		assert_eq!(RollupAnchor::totals(), (1, 1));
		append(1);
		run_to(104);
		assert_eq!(RollupAnchor::totals(), (2, 1));
		run_to(105);
		let second = RollupAnchor::rollup(1).unwrap();
		assert_eq!((second.opened_at, second.closed_at, second.first_receipt), (100, 105, 1));
		assert_eq!(Rollups::<Test>::iter().count(), 2);
	});
}

#[test]
fn a_block_without_anything_due_should_cost_its_reads_alone() {
	ExtBuilder::default().build_and_execute(|| {
		append(1);
		assert_eq!(run_to(2), <() as WeightInfo>::on_initialize());
	});
}

#[test]
fn a_full_epoch_should_close_at_once_and_the_next_one_open() {
	ExtBuilder::default().build_and_execute(|| {
		append(15);
		assert_eq!(RollupAnchor::totals(), (15, 0));
		append(1);
		assert_eq!(RollupAnchor::totals(), (16, 1));
		let header = RollupAnchor::rollup(0).unwrap();
		assert_eq!((header.count, header.opened_at, header.closed_at), (16, 1, 1));
		// Many epochs may fill within one block.
		append(40);
		assert_eq!(RollupAnchor::totals(), (56, 3));
		assert_eq!(Open::<Test>::get().count(), 8);
		// The rest waits for its own time.
		run_to(5);
		assert_eq!(RollupAnchor::totals(), (56, 3));
		run_to(6);
		assert_eq!(RollupAnchor::totals(), (56, 4));
	});
}

#[test]
fn a_receipt_should_name_the_epoch_it_fills() {
	ExtBuilder::default().build_and_execute(|| {
		append(15);
		events();
		assert_eq!(RollupAnchor::append(operation(15)), 15);
		let all = events();
		assert_eq!(all[0], Event::ReceiptAppended { id: 15, epoch: 0 });
		assert!(matches!(all[1], Event::RollupClosed { epoch: 0, count: 16, .. }));
		assert_eq!(RollupAnchor::append(operation(16)), 16);
		assert_eq!(events(), vec![Event::ReceiptAppended { id: 16, epoch: 1 }]);
	});
}

#[test]
fn one_receipt_per_epoch_should_be_possible() {
	ExtBuilder::default().build_and_execute(|| {
		MaxReceiptsPerEpoch::set(1);
		append(3);
		assert_eq!(RollupAnchor::totals(), (3, 3));
		assert!(RollupAnchor::receipt_proof(2).unwrap().path.is_empty());
	});
}
