//! The off-chain index gives proofs for receipts that the state has forgotten.

use crate::{
	archive_body_key, archive_certificate_key, archive_leaves_key, archive_signers_key, mock::*,
};
use codec::Encode;
use concordat_primitives::{
	rollup::{RollupCertificate, Scheme, Signatures, SignerSet},
	Hash,
};
use concordat_proofs::leaf_hash;
use sp_core::offchain::{
	testing::{TestOffchainExt, TestPersistentOffchainDB},
	OffchainDbExt,
};

/// Runs a test that fills the off-chain index, and hands the index to `check`.
fn archived(fill: impl FnOnce(), check: impl FnOnce(TestPersistentOffchainDB)) {
	let mut ext = ExtBuilder::default().retention(1).build();
	ext.execute_with(fill);
	ext.persist_offchain_overlay();
	let index = ext.offchain_db();
	ext.execute_with(|| {
		check(index);
		RollupAnchor::do_try_state().expect("all invariants hold after a test");
	});
}

fn two_epochs() {
	append(4);
	run_to(6);
	append(3);
	run_to(11);
}

#[test]
fn a_removed_receipt_should_still_be_provable_from_the_index() {
	archived(two_epochs, |index| {
		assert_eq!(RollupAnchor::receipt_proof(2), None);
		for id in 0..7 {
			let proof = RollupAnchor::archived_proof(id, |key| index.get(key)).expect("indexed");
			assert_eq!(proof.body.id, id);
			let path: Vec<_> = proof.path.iter().map(|hash| hash.0).collect();
			assert_eq!(
				concordat_proofs::verify(
					&proof.rollup.root.0,
					proof.rollup.count,
					proof.index,
					&proof.encoded,
					&path
				),
				Ok(())
			);
			// Where the state still has it, both ways say the same.
			if let Some(kept) = RollupAnchor::receipt_proof(id) {
				assert_eq!(kept, proof);
			}
		}
	});
}

#[test]
fn a_caller_with_a_database_should_get_the_proof_of_any_receipt_at_any_later_block() {
	let mut ext = ExtBuilder::default().retention(1).build();
	ext.execute_with(two_epochs);
	ext.persist_offchain_overlay();
	let (index, _) = TestOffchainExt::with_offchain_db(ext.offchain_db());
	ext.register_extension(OffchainDbExt::new(index));
	ext.execute_with(|| {
		// Long after the receipts have left the state, and with other epochs closed since.
		for _ in 0..20 {
			append(1);
			run_to(System::block_number() + 6);
		}
		for id in 0..7 {
			assert_eq!(RollupAnchor::receipt_view(id), None);
			assert_eq!(RollupAnchor::receipt_proof(id), None);
			let proof = RollupAnchor::indexed_proof(id).expect("indexed");
			assert_eq!((proof.body.id, proof.rollup.epoch), (id, u32::from(id > 3)));
			assert_eq!(RollupAnchor::rollup(proof.rollup.epoch), Some(proof.rollup));
		}
		// What the blocks since then wrote has not reached the database.
		assert_eq!(RollupAnchor::indexed_proof(7), None);
		RollupAnchor::do_try_state().expect("all invariants hold after a test");
	});
}

#[test]
#[should_panic(expected = "only in the offchain call context")]
fn a_caller_without_a_database_should_be_refused_by_the_host() {
	ExtBuilder::default().build().execute_with(|| {
		append(1);
		run_to(6);
		RollupAnchor::indexed_proof(0);
	});
}

#[test]
fn an_index_that_lacks_or_bends_something_should_give_nothing() {
	archived(two_epochs, |index| {
		assert_eq!(RollupAnchor::archived_proof(2, |_| None), None);
		assert_eq!(RollupAnchor::archived_proof(7, |key| index.get(key)), None);
		let bent = |key: &[u8]| {
			let mut bytes = index.get(key)?;
			*bytes.last_mut()? ^= 1;
			Some(bytes)
		};
		assert_eq!(RollupAnchor::archived_proof(2, bent), None);
		let longer = |key: &[u8]| {
			let mut bytes = index.get(key)?;
			bytes.push(0);
			Some(bytes)
		};
		assert_eq!(RollupAnchor::archived_proof(2, longer), None);
		// One receipt in place of another of the same epoch.
		let other = archive_body_key(1, &leaf_hash(1, &body(1, 1).encode()));
		let swapped = |key: &[u8]| {
			index.get(if key.starts_with(b"concordat/receipt") { &other } else { key })
		};
		assert_eq!(RollupAnchor::archived_proof(2, swapped), None);
		assert!(RollupAnchor::archived_proof(1, swapped).is_some());
	});
}

#[test]
fn forks_should_not_share_keys() {
	let (one, two) = (leaf_hash(0, b"here"), leaf_hash(0, b"there"));
	assert_ne!(archive_body_key(5, &one), archive_body_key(5, &two));
	assert_ne!(archive_leaves_key(5, &one), archive_leaves_key(5, &two));
	assert_ne!(archive_body_key(5, &one), archive_body_key(6, &one));
	assert_ne!(archive_leaves_key(5, &one), archive_leaves_key(6, &one));
}

/// Two certified epochs of different sets, long forgotten by the state; then `check` with the index.
fn certified(
	scheme: Scheme,
	check: impl FnOnce(TestPersistentOffchainDB, Vec<(RollupCertificate, SignerSet)>),
) {
	let mut ext = ExtBuilder::default().retention(1).signers(scheme, 4).build();
	let mut kept = Vec::new();
	ext.execute_with(|| {
		for (set, seats) in [(0, 4u8), (1, 3)] {
			session(1..=seats);
			let epoch = close();
			let signed = sign(scheme, (epoch, set), &message(epoch, set), 0..3, seats.into());
			RollupAnchor::certify(authorized(), signed.clone()).unwrap();
			kept.push((signed, RollupAnchor::signers(set).unwrap()));
		}
		session(1..=2);
		(0..3).for_each(|_| {
			close();
		});
		for (signed, set) in &kept {
			assert_eq!(RollupAnchor::certificate_of(signed.epoch), None);
			assert_eq!(RollupAnchor::signers(set.id), None);
		}
	});
	ext.persist_offchain_overlay();
	let index = ext.offchain_db();
	ext.execute_with(|| {
		check(index, kept);
		RollupAnchor::do_try_state().expect("all invariants hold after a test");
	});
}

#[test]
fn a_forgotten_certificate_should_still_be_there_with_its_signers() {
	for scheme in [Scheme::Bls, Scheme::Ed25519] {
		certified(scheme, |index, kept| {
			for (signed, set) in kept {
				assert_eq!(
					RollupAnchor::archived_certificate(signed.epoch, |key| index.get(key)),
					Some((signed, set))
				);
			}
			// The last epochs had no certificate.
			assert_eq!(RollupAnchor::archived_certificate(3, |key| index.get(key)), None);
		});
	}
}

#[test]
fn an_index_that_bends_a_certificate_should_give_nothing() {
	certified(Scheme::Bls, |index, kept| {
		let (signed, set) = &kept[0];
		let epoch = signed.epoch;
		let certificates =
			archive_certificate_key(epoch, &RollupAnchor::rollup(epoch).unwrap().hash());
		let asked = |replaced: &dyn Fn(&[u8]) -> Option<Option<Vec<u8>>>| {
			RollupAnchor::archived_certificate(epoch, |key| {
				replaced(key).unwrap_or_else(|| index.get(key))
			})
		};
		assert!(asked(&|_| None).is_some());
		let instead = |certificate: &RollupCertificate, hash: Hash| {
			let bytes = (certificate, hash).encode();
			asked(&|key| (key == certificates).then(|| Some(bytes.clone())))
		};
		assert!(instead(signed, set.hash()).is_some());
		// Too few signers, another epoch's, another signature, another set.
		let few = sign(Scheme::Bls, (epoch, 0), &message(epoch, 0), 0..2, 4);
		assert_eq!(instead(&few, set.hash()), None);
		assert_eq!(instead(&kept[1].0, kept[1].1.hash()), None);
		let mut bent = signed.clone();
		if let Signatures::Bls { aggregate, .. } = &mut bent.signatures {
			*aggregate = secret(1).sign(b"").0;
		}
		assert_eq!(instead(&bent, set.hash()), None);
		assert_eq!(instead(signed, kept[1].1.hash()), None);
		// A set that is missing, or not the one whose hash is noted.
		let signers = archive_signers_key(0, &set.hash());
		assert_eq!(asked(&|key| (key == signers).then_some(None)), None);
		let mut smaller = set.clone();
		smaller.validators = 1;
		let bytes = smaller.encode();
		assert_eq!(asked(&|key| (key == signers).then(|| Some(bytes.clone()))), None);
	});
}

#[test]
fn two_forks_should_not_overwrite_each_others_certificates() {
	// The same epoch of the same signers, with other receipts.
	let fork = |extra: u64| {
		let mut ext = ExtBuilder::default().signers(Scheme::Bls, 1).build();
		let header = ext.execute_with(|| {
			append(extra);
			let epoch = close();
			let signed = certificate(Scheme::Bls, epoch, 0..1, 1);
			RollupAnchor::certify(authorized(), signed).unwrap();
			RollupAnchor::rollup(epoch).unwrap()
		});
		ext.persist_offchain_overlay();
		(ext, header)
	};
	let ((mut one, first), (other, second)) = (fork(1), fork(2));
	assert_eq!((first.epoch, second.epoch), (0, 0));
	let key = |header: &concordat_primitives::receipt::RollupHeader| {
		archive_certificate_key(header.epoch, &header.hash())
	};
	assert_ne!(key(&first), key(&second));
	// A node that has imported both, the other one last.
	let (one_db, other_db) = (one.offchain_db(), other.offchain_db());
	one.execute_with(|| {
		let found = RollupAnchor::archived_certificate(0, |key| {
			other_db.get(key).or_else(|| one_db.get(key))
		});
		assert_eq!(found.unwrap().0, RollupAnchor::certificate_of(0).unwrap());
	});
	assert_eq!(other_db.get(&key(&first)), None);
}
