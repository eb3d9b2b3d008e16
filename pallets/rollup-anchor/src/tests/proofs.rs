//! What clients read.

use crate::mock::*;
use codec::Encode;
use concordat_primitives::views::ReceiptView;
use concordat_proofs::{verify, Digest32, ProofError};

fn path(proof: &concordat_primitives::views::ReceiptProof) -> Vec<Digest32> {
	proof.path.iter().map(|hash| hash.0).collect()
}

#[test]
fn every_receipt_of_every_epoch_size_should_verify_offline() {
	ExtBuilder::default().build_and_execute(|| {
		for count in 1..=16u64 {
			append(count);
			run_to(System::block_number() + 5);
		}
		let (receipts, rollups) = RollupAnchor::totals();
		assert_eq!((receipts, rollups), (136, 16));
		for id in 0..receipts {
			let proof = RollupAnchor::receipt_proof(id).unwrap();
			assert_eq!(proof.body.id, id);
			assert_eq!(proof.encoded, proof.body.encode());
			assert_eq!(proof.rollup.first_receipt + u64::from(proof.index), id);
			assert_eq!(
				verify(
					&proof.rollup.root.0,
					proof.rollup.count,
					proof.index,
					&proof.encoded,
					&path(&proof)
				),
				Ok(())
			);
		}
	});
}

#[test]
fn a_changed_receipt_or_place_should_not_verify() {
	ExtBuilder::default().build_and_execute(|| {
		append(6);
		run_to(6);
		let proof = RollupAnchor::receipt_proof(4).unwrap();
		let (root, count) = (proof.rollup.root.0, proof.rollup.count);
		let check = |index, encoded: &[u8]| verify(&root, count, index, encoded, &path(&proof));
		assert_eq!(check(proof.index, &proof.encoded), Ok(()));
		for at in 0..proof.encoded.len() {
			let mut bent = proof.encoded.clone();
			bent[at] ^= 1;
			assert_eq!(check(proof.index, &bent), Err(ProofError::WrongRoot));
		}
		assert_eq!(check(proof.index + 1, &proof.encoded), Err(ProofError::WrongRoot));
	});
}

#[test]
fn a_receipt_of_the_open_epoch_should_have_a_view_and_no_proof() {
	ExtBuilder::default().build_and_execute(|| {
		append(3);
		assert_eq!(
			RollupAnchor::receipt_view(2),
			Some(ReceiptView { body: body(2, 1), epoch: 0, index: 2, anchored: false })
		);
		assert_eq!(RollupAnchor::receipt_proof(2), None);
		assert_eq!(RollupAnchor::rollup_of(2), None);
		run_to(6);
		assert_eq!(
			RollupAnchor::receipt_view(2),
			Some(ReceiptView { body: body(2, 1), epoch: 0, index: 2, anchored: true })
		);
		assert!(RollupAnchor::receipt_proof(2).is_some());
		append(1);
		let view = RollupAnchor::receipt_view(3).unwrap();
		assert_eq!((view.epoch, view.index, view.anchored), (1, 0, false));
	});
}

#[test]
fn unknown_receipts_and_epochs_should_be_none() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(RollupAnchor::receipt_view(0), None);
		assert_eq!(RollupAnchor::receipt_proof(0), None);
		assert_eq!(RollupAnchor::rollup(0), None);
		append(1);
		run_to(6);
		for id in [1, 2, u64::MAX] {
			assert_eq!(RollupAnchor::receipt_view(id), None);
			assert_eq!(RollupAnchor::receipt_proof(id), None);
		}
		assert_eq!(RollupAnchor::rollup(1), None);
		assert_eq!(RollupAnchor::rollup(u32::MAX), None);
	});
}

#[test]
fn the_search_should_find_the_epoch_of_every_receipt() {
	ExtBuilder::default().build_and_execute(|| {
		let mut expected = Vec::new();
		for epoch in 0..33u32 {
			let count = 1 + u64::from(epoch * 7 % 5);
			append(count);
			expected.extend(core::iter::repeat_n(epoch, count as usize));
			run_to(System::block_number() + 5);
		}
		for (id, epoch) in expected.iter().enumerate() {
			assert_eq!(RollupAnchor::rollup_of(id as u64).unwrap().epoch, *epoch);
		}
	});
}
