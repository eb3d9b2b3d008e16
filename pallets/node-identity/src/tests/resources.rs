//! What nodes commit themselves to, on their word or with that of their TPM.

use crate::{ak_hash, mock::*, quoted_data, Clocks, Error, Event, TpmEvidence, TpmTime};
use codec::Encode;
use concordat_primitives::{node::Resources, receipt::Operation, Hash};
use frame_support::assert_ok;
use sp_runtime::traits::BadOrigin;

/// A chain on which governance vouches for TPM 1 in [`NODE_A`].
fn build_and_execute(test: impl FnOnce()) {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(set_ak(NODE_A, ak(1)));
		let _ = events();
		test();
	});
}

fn attested() -> bool {
	Identity::commitment_of(NODE_A).unwrap().attested
}

/// Expects that a quote which is bent before it is signed is refused with `error`.
#[track_caller]
fn bent(error: Error<Test>, bend: impl FnOnce(&mut Quote)) {
	let mut quote = Quote::of(NODE_A, 1, 5, 1_000);
	bend(&mut quote);
	let evidence = quote.evidence();
	refused(|| commit(ALICE, NODE_A, Some(evidence)), error);
}

#[test]
fn a_commitment_without_evidence_should_be_the_node_s_word_and_say_so() {
	build_and_execute(|| {
		assert_ok!(commit(ALICE, NODE_A, None));
		let view = Identity::commitment_of(NODE_A).unwrap();
		assert_eq!(view.commitment.resources, RESOURCES);
		assert_eq!((view.commitment.committed_at, view.commitment.ak), (START, None));
		assert!(!view.attested);
		let committed = Event::ResourcesCommitted { node: NODE_A, resources: RESOURCES, ak: None };
		assert_eq!(events(), vec![committed]);
		let commitment = Hash::from(sp_io::hashing::blake2_256(&view.commitment.encode()));
		let node = NODE_A;
		let receipt = Operation::ResourcesCommitted { node, commitment, attested: false };
		assert_eq!(receipts(), vec![receipt]);
	});
}

#[test]
fn a_quote_of_the_node_s_tpm_should_attest_its_commitment() {
	build_and_execute(|| {
		assert_ok!(commit(ALICE, NODE_A, Some(Quote::of(NODE_A, 1, 5, 1_000).evidence())));
		let view = Identity::commitment_of(NODE_A).unwrap();
		let ak = ak_hash(&ak(1));
		assert_eq!(view.commitment.ak, Some(ak));
		assert!(view.attested);
		assert_eq!(Clocks::<Test>::get(ak), Some(TpmTime { resets: 5, clock: 1_000 }));
		let commitment = Hash::from(sp_io::hashing::blake2_256(&view.commitment.encode()));
		let node = NODE_A;
		let receipt = Operation::ResourcesCommitted { node, commitment, attested: true };
		assert_eq!(receipts(), vec![receipt]);
		// The node's word alone takes the place of what was attested, and says so.
		assert_ok!(commit(ALICE, NODE_A, None));
		assert!(!attested());
	});
}

#[test]
fn evidence_should_be_refused_where_no_key_can_verify_it() {
	ExtBuilder::default().build_and_execute(|| {
		let evidence = || Some(Quote::of(NODE_A, 1, 5, 1_000).evidence());
		refused(|| commit(ALICE, NODE_A, evidence()), Error::NoAk);
		// Another node's key is none of this one's.
		assert_ok!(set_ak(NODE_B, ak(1)));
		refused(|| commit(ALICE, NODE_A, evidence()), Error::NoAk);
		assert_ok!(commit(ALICE, NODE_A, None));
		assert!(!attested());
	});
}

#[test]
fn a_commitment_should_be_made_by_the_controller_and_to_something() {
	build_and_execute(|| {
		refused(|| commit(BOB, NODE_A, None), Error::NotController);
		refused(|| commit(ALICE, 9, None), Error::UnknownNode);
		let call =
			|resources| crate::Call::commit_resources { node: NODE_A, resources, evidence: None };
		frame_support::assert_noop!(root(call(RESOURCES)), BadOrigin);
		refused(|| signed(ALICE, call(Resources::default())), Error::NothingCommitted);
	});
}

#[test]
fn a_quote_should_be_refused_unless_it_is_about_this_chain_node_resources_and_block() {
	build_and_execute(|| {
		let block = hash_of(START - 1);
		let less = Resources { cpu_cores: 15, ..RESOURCES };
		for data in [
			quoted_data(&Hash::repeat_byte(0x48), NODE_A, &RESOURCES, &block),
			quoted_data(&GENESIS, NODE_B, &RESOURCES, &block),
			quoted_data(&GENESIS, NODE_A, &less, &block),
			quoted_data(&GENESIS, NODE_A, &RESOURCES, &hash_of(START - 2)),
		] {
			bent(Error::QuoteMismatch, |quote| quote.spec.extra_data = data.to_vec());
		}
		bent(Error::QuoteMismatch, |quote| quote.spec.extra_data.clear());
		bent(Error::QuoteMismatch, |quote| quote.block -= 1);
		assert_ok!(commit(ALICE, NODE_A, Some(Quote::of(NODE_A, 1, 5, 1_000).evidence())));
	});
}

#[test]
fn a_quote_should_be_refused_unless_the_node_s_own_tpm_made_and_signed_it() {
	build_and_execute(|| {
		assert_ok!(set_ak(NODE_B, ak(2)));
		bent(Error::BadQuoteSignature, |quote| quote.tpm = 2);
		// Not made by a TPM, another kind of attestation, too much of it.
		bent(Error::BadQuote, |quote| quote.spec.magic = *b"TCG!");
		bent(Error::BadQuote, |quote| quote.spec.kind = 0x8017);
		bent(Error::BadQuote, |quote| quote.spec.clock_safe = 2);
		bent(Error::BadQuote, |quote| quote.spec.pcr_digest.clear());
		let good = Quote::of(NODE_A, 1, 5, 1_000).evidence();
		let send = |evidence| commit(ALICE, NODE_A, Some(evidence));
		for bend in [
			|evidence: &mut TpmEvidence| evidence.signature[0] ^= 1,
			|evidence: &mut TpmEvidence| evidence.signature.clear(),
			// The clock, which the signature covers.
			|evidence: &mut TpmEvidence| evidence.attest[83] ^= 1,
		] {
			let mut bad = good.clone();
			bend(&mut bad);
			refused(|| send(bad), Error::BadQuoteSignature);
		}
		let mut longer = good.clone();
		longer.attest.try_push(0).unwrap();
		refused(|| send(longer), Error::BadQuote);
		let mut shorter = good.clone();
		shorter.attest.pop();
		refused(|| send(shorter), Error::BadQuote);
		assert_ok!(send(good));
	});
}

#[test]
fn a_quote_should_be_refused_unless_its_block_is_recent() {
	build_and_execute(|| {
		let at = |block| {
			move |quote: &mut Quote| {
				quote.block = block;
				let data = quoted_data(&GENESIS, NODE_A, &RESOURCES, &hash_of(block));
				quote.spec.extra_data = data.to_vec();
			}
		};
		bent(Error::QuoteInFuture, at(START));
		bent(Error::QuoteInFuture, at(START + 1));
		bent(Error::QuoteTooOld, at(START - WINDOW - 1));
		bent(Error::QuoteTooOld, at(0));
		// Within the window, but the chain does not know its hash.
		frame_system::BlockHash::<Test>::remove(START - 2);
		bent(Error::QuoteTooOld, |quote| {
			quote.block = START - 2;
			let data = quoted_data(&GENESIS, NODE_A, &RESOURCES, &Hash::zero());
			quote.spec.extra_data = data.to_vec();
		});
		let mut oldest = Quote::of(NODE_A, 1, 5, 1_000);
		at(START - WINDOW)(&mut oldest);
		assert_ok!(commit(ALICE, NODE_A, Some(oldest.evidence())));
	});
}

#[test]
fn the_counters_of_a_tpm_should_move_on_from_quote_to_quote() {
	build_and_execute(|| {
		let send = |resets, clock| {
			commit(ALICE, NODE_A, Some(Quote::of(NODE_A, 1, resets, clock).evidence()))
		};
		assert_ok!(send(5, 1_000));
		// The same quote again, an earlier one, one from before a reset.
		for (resets, clock) in [(5, 1_000), (5, 999), (4, 9_999), (0, 0)] {
			refused(|| send(resets, clock), Error::TpmTimeWentBack);
		}
		assert_ok!(send(5, 1_001));
		// A disorderly reset may lose a little of the clock.
		assert_ok!(send(6, 900));
		assert_ok!(send(7, 1_200));
	});
}

#[test]
fn the_counters_should_be_remembered_unless_governance_registers_the_key_anew() {
	ExtBuilder::default().build_and_execute(|| {
		let issuer = issuer_of(ISSUER_KEY, crate::Kinds::Any);
		let claims = ak_claims(issuer, NODE_A, &ak(1));
		assert_ok!(present(EVE, &claims));
		let register = || {
			let credential = Some(hash(&claims));
			signed(ALICE, crate::Call::register_ak { node: NODE_A, ak: ak(1), credential })
		};
		let send = |resets, clock| {
			commit(ALICE, NODE_A, Some(Quote::of(NODE_A, 1, resets, clock).evidence()))
		};
		assert_ok!(register());
		assert_ok!(send(5, 1_000));
		assert_ok!(signed(ALICE, crate::Call::remove_ak { node: NODE_A }));
		assert_ok!(register());
		refused(|| send(5, 1_000), Error::TpmTimeWentBack);
		assert_ok!(register());
		refused(|| send(5, 1_000), Error::TpmTimeWentBack);
		// The TPM was cleared, and governance knows.
		assert_ok!(set_ak(NODE_A, ak(1)));
		assert_ok!(send(0, 10));
	});
}

#[test]
fn what_a_key_quoted_should_count_only_while_it_is_the_node_s_and_vouched_for() {
	ExtBuilder::default().build_and_execute(|| {
		let issuer = issuer_of(ISSUER_KEY, crate::Kinds::Any);
		let claims = ak_claims(issuer, NODE_A, &ak(1));
		assert_ok!(present(EVE, &claims));
		let credential = Some(hash(&claims));
		let register = crate::Call::register_ak { node: NODE_A, ak: ak(1), credential };
		assert_ok!(signed(ALICE, register));
		assert_ok!(commit(ALICE, NODE_A, Some(Quote::of(NODE_A, 1, 5, 1_000).evidence())));
		assert!(attested());
		assert_ok!(signed(ISSUER, crate::Call::suspend_issuer { issuer }));
		assert!(!attested());
		let quote = || Some(Quote::of(NODE_A, 1, 5, 2_000).evidence());
		refused(|| commit(ALICE, NODE_A, quote()), Error::AkNotVouchedFor);
		let (kinds, status) = (crate::Kinds::Any, crate::IssuerStatus::Active);
		assert_ok!(root(crate::Call::set_issuer { issuer, kinds, status }));
		assert!(attested());
		assert_ok!(signed(ISSUER, crate::Call::revoke_credential { claims }));
		assert!(!attested());
		refused(|| commit(ALICE, NODE_A, quote()), Error::AkNotVouchedFor);
		// Governance vouches for it; then there is another; then none.
		assert_ok!(set_ak(NODE_A, ak(1)));
		assert!(attested());
		assert_ok!(set_ak(NODE_A, ak(2)));
		assert!(!attested());
		assert_ok!(root(crate::Call::remove_ak { node: NODE_A }));
		assert!(!attested());
	});
}

#[test]
fn evidence_should_cost_more_than_none() {
	let (with, without) =
		(Identity::weight_of_committing(true), Identity::weight_of_committing(false));
	assert!(with.ref_time() > without.ref_time());
}

/// What a TPM has to quote, written out by hand.
#[test]
fn the_quoted_data_should_be_those_of_the_documentation() {
	let resources = Resources {
		cpu_cores: 1,
		memory_mib: 2,
		storage_gib: 3,
		bandwidth_mbps: 4,
		accelerators: 5,
	};
	let expected = [
		&b"concordat/resources/v1"[..],
		&[0x47; 32],
		&[7, 0, 0, 0],
		&[1, 0],
		&[2, 0, 0, 0],
		&[3, 0, 0, 0],
		&[4, 0, 0, 0],
		&[5, 0],
		&[9; 32],
	]
	.concat();
	let found = quoted_data(&GENESIS, 7, &resources, &Hash::repeat_byte(9));
	assert_eq!(found, sp_io::hashing::sha2_256(&expected));
}
