//! Equivocations of both consensus engines, from the evidence to the record in `Offences`.

use super::*;
use crate::{
	configs::session::prove_key_owner, Babe, Grandpa, Runtime, RuntimeEvent, RuntimeOrigin,
};
use frame_support::{assert_noop, assert_ok};
use sp_genesis_builder::LOCAL_TESTNET_RUNTIME_PRESET;
use sp_session::MembershipProof;
use sp_staking::offence::OffenceReportSystem;

type BabeReports = <Runtime as pallet_babe::Config>::EquivocationReportSystem;
type GrandpaReports = <Runtime as pallet_grandpa::Config>::EquivocationReportSystem;

/// Two different headers that `uri` sealed for one slot.
fn babe_equivocation(uri: &str, slot: u64) -> sp_consensus_babe::EquivocationProof<Header> {
	let offender = sr25519_pair(uri);
	let sealed = |state_root| {
		let mut header =
			Header::new(1, Default::default(), state_root, Default::default(), pre_digest(0, slot));
		let seal = offender.sign(header.hash().as_ref()).into();
		header.digest_mut().push(<DigestItem as CompatibleDigestItem>::babe_seal(seal));
		header
	};
	sp_consensus_babe::EquivocationProof {
		offender: offender.public().into(),
		slot: Slot::from(slot),
		first_header: sealed(Hash::repeat_byte(1)),
		second_header: sealed(Hash::repeat_byte(2)),
	}
}

fn babe_owner(uri: &str) -> MembershipProof {
	prove_key_owner(sp_consensus_babe::KEY_TYPE, session_keys(uri).babe).expect("a validator")
}

fn recorded_offences() -> Vec<[u8; 16]> {
	System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Offences(pallet_offences::Event::Offence { kind, .. }) => Some(kind),
			_ => None,
		})
		.collect()
}

/// Runs `test` inside the first block of the local test network.
fn in_first_block(test: impl FnOnce(u64)) {
	new_test_ext(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
		begin_block(1, System::block_hash(0));
		test(*pallet_babe::CurrentSlot::<Runtime>::get());
	});
}

#[test]
fn babe_equivocation_should_be_recorded_when_anybody_reports_it() {
	in_first_block(|slot| {
		assert_ok!(Babe::report_equivocation(
			RuntimeOrigin::signed(account("//Eve")),
			Box::new(babe_equivocation("//Bob", slot)),
			babe_owner("//Bob"),
		));
		assert_eq!(recorded_offences(), vec![*b"babe:equivocatio"]);
	});
}

#[test]
fn babe_equivocation_should_be_recorded_when_a_node_reports_it() {
	in_first_block(|slot| {
		let report = pallet_babe::Call::<Runtime>::report_equivocation_unsigned {
			equivocation_proof: Box::new(babe_equivocation("//Bob", slot)),
			key_owner_proof: babe_owner("//Bob"),
		};
		assert_ok!(Executive::apply_extrinsic(UncheckedExtrinsic::new_bare(report.into())).unwrap());
		assert_eq!(recorded_offences(), vec![*b"babe:equivocatio"]);
	});
}

#[test]
fn babe_equivocation_should_be_refused_when_already_reported() {
	in_first_block(|slot| {
		let evidence = || (babe_equivocation("//Bob", slot), babe_owner("//Bob"));
		assert_ok!(BabeReports::process_evidence(Some(account("//Eve")), evidence()));
		assert_noop!(
			BabeReports::process_evidence(Some(account("//Eve")), evidence()),
			pallet_babe::Error::<Runtime>::DuplicateOffenceReport
		);
	});
}

#[test]
fn babe_equivocation_should_be_refused_when_the_key_belongs_to_another() {
	in_first_block(|slot| {
		assert_noop!(
			BabeReports::process_evidence(
				None,
				(babe_equivocation("//Bob", slot), babe_owner("//Alice"))
			),
			pallet_babe::Error::<Runtime>::InvalidKeyOwnershipProof
		);
	});
}

#[test]
fn babe_equivocation_should_be_refused_when_the_headers_are_the_same() {
	in_first_block(|slot| {
		let mut proof = babe_equivocation("//Bob", slot);
		proof.second_header = proof.first_header.clone();
		assert_noop!(
			BabeReports::process_evidence(None, (proof, babe_owner("//Bob"))),
			pallet_babe::Error::<Runtime>::InvalidEquivocationProof
		);
	});
}

/// Two prevotes of `uri` in one round for different blocks.
fn grandpa_equivocation(uri: &str) -> sp_consensus_grandpa::EquivocationProof<Hash, u32> {
	let offender = ed25519_pair(uri);
	let (set_id, round) = (Grandpa::current_set_id(), 1);
	let vote = |target_hash| {
		let prevote = sp_consensus_grandpa::Prevote::<Header> { target_hash, target_number: 1 };
		let message = sp_consensus_grandpa::Message::<Header>::Prevote(prevote.clone());
		let payload = sp_consensus_grandpa::localized_payload(round, set_id, &message);
		let signature: sp_consensus_grandpa::AuthoritySignature = offender.sign(&payload).into();
		(prevote, signature)
	};
	// The fields of the inner type come from the finality gadget's own crate; it is built through
	// the encoding that both agree on.
	let (first, second) = (vote(Hash::repeat_byte(1)), vote(Hash::repeat_byte(2)));
	let identity: sp_consensus_grandpa::AuthorityId = offender.public().into();
	let encoded = (0u8, round, identity, first, second).encode();
	let equivocation = codec::Decode::decode(&mut &encoded[..]).expect("the same encoding");
	sp_consensus_grandpa::EquivocationProof::new(set_id, equivocation)
}

#[test]
fn grandpa_equivocation_should_be_recorded_when_reported() {
	in_first_block(|_| {
		let owner =
			prove_key_owner(sp_consensus_grandpa::KEY_TYPE, session_keys("//Bob").grandpa).unwrap();
		assert_ok!(Grandpa::report_equivocation(
			RuntimeOrigin::signed(account("//Eve")),
			Box::new(grandpa_equivocation("//Bob")),
			owner.clone(),
		));
		assert_eq!(recorded_offences(), vec![*b"grandpa:equivoca"]);
		assert_noop!(
			GrandpaReports::process_evidence(None, (grandpa_equivocation("//Bob"), owner)),
			pallet_grandpa::Error::<Runtime>::DuplicateOffenceReport
		);
	});
}
