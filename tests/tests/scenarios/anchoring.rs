//! How receipts are proven later: signed rollups, the MMR in the headers, and records elsewhere.

use crate::{
	chain::{account, authorized, signed, sudo, Chain, PROGRAM},
	workflows::named,
};
use ark_ec::{AffineRepr, CurveGroup};
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use codec::{Decode, Encode};
use concordat_finality::fixtures::Voters;
use concordat_pairing::bls::{self, PublicKey, SecretKey};
use concordat_primitives::{
	clause::ExecutionMode,
	receipt::Operation,
	rollup::{
		registration_message, rollup_message, Anchor, Ed25519Share, Registry, RollupCertificate,
		RollupKey, Scheme, Signatures, SignerSet, SignerSetId, MMR_ENGINE_ID,
	},
	views::ReceiptProof,
	Hash, ReceiptId, RollupEpoch,
};
use concordat_proofs::{
	bundle::{Authority, Bundle, Finality, Format},
	check::{check, Refusal, Trust},
	grandpa::Authorities,
	mmr::MmrError,
};
use concordat_runtime::{
	pallet_rollup_anchor::{
		certificate::bitmap,
		dev::{dev_secret, ed25519_seed},
		Call, CertificateRefusal, Error, Event, KeyProof,
	},
	queries, Mmr, RollupAnchor, Runtime, RuntimeEvent, System, UncheckedExtrinsic,
};
use serde_json::{json, to_value, Value};
use sp_core::{ed25519, sr25519, Pair as _};
use sp_io::hashing::blake2_256;
use sp_runtime::{traits::Header as _, DigestItem, DispatchError};

/// The validators of these chains.
const VALIDATORS: [&str; 4] = ["Alice", "Bob", "Charlie", "Dave"];
/// Seconds of a session.
const SESSION: u64 = 300;

fn stash(name: &str) -> String {
	format!("//{name}//stash")
}

fn secret(name: &str) -> SecretKey {
	SecretKey::generate(&dev_secret(&format!("//{name}")))
}

fn pair(name: &str) -> ed25519::Pair {
	ed25519::Pair::from_seed(&ed25519_seed(&dev_secret(&format!("//{name}"))))
}

fn key(name: &str, scheme: Scheme) -> RollupKey {
	match scheme {
		Scheme::Bls => RollupKey::Bls(secret(name).public().0),
		Scheme::Ed25519 => RollupKey::Ed25519(pair(name).public().0),
	}
}

/// A genesis with these validators, of whom the first ones have a key of the scheme; receipts leave the state after so
/// many rollups.
fn genesis(scheme: Scheme, keyed: usize, retention: u32) -> Value {
	let sr = |uri: String| sr25519::Pair::from_string(&uri, None).unwrap().public();
	let ed = |uri: String| ed25519::Pair::from_string(&uri, None).unwrap().public();
	let staked: Vec<Value> = VALIDATORS
		.iter()
		.map(|name| {
			json!([
				account(&stash(name)),
				10_000_000_000_000_000u64,
				sr(format!("//{name}//operator"))
			])
		})
		.collect();
	let session: Vec<Value> = VALIDATORS
		.iter()
		.map(|name| {
			let keys =
				json!({ "babe": sr(format!("//{name}")), "grandpa": ed(format!("//{name}")) });
			json!([account(&stash(name)), account(&stash(name)), keys])
		})
		.collect();
	let keys: Vec<Value> = VALIDATORS[..keyed]
		.iter()
		.map(|name| json!([account(&stash(name)), to_value(key(name, scheme)).unwrap()]))
		.collect();
	json!({
		"nodeStaking": { "validators": staked },
		"session": { "keys": session },
		"rollupAnchor": {
			"params": {
				"scheme": to_value(scheme).unwrap(),
				"epochLength": 3,
				"retentionEpochs": retention,
			},
			"keys": keys,
		},
	})
}

/// Registers the key of a validator.
fn register(name: &str, key: RollupKey, proof: KeyProof) -> UncheckedExtrinsic {
	signed(&stash(name), Call::<Runtime>::register_key { key, proof })
}

/// Something happens that has a receipt; its number.
fn happening(chain: &mut Chain, name: &str) -> ReceiptId {
	chain.register_version(named(name), PROGRAM, ExecutionMode::Single);
	let id = chain.read(|| queries::totals().receipts) - 1;
	let receipt = chain.read(|| queries::receipt(id)).unwrap();
	assert!(
		matches!(&receipt.body.operation, Operation::ClauseChanged { clause, .. } if *clause == named(name)),
		"{receipt:?}"
	);
	id
}

/// The rollup with a receipt, once it is closed.
fn closed(chain: &mut Chain, id: ReceiptId) -> RollupEpoch {
	for _ in 0..10 {
		if let Some(proof) = chain.read(|| queries::receipt_proof(id)) {
			return proof.rollup.epoch;
		}
		chain.pass(1);
	}
	panic!("receipt {id} is in no rollup");
}

fn present(chain: &mut Chain) -> SignerSet {
	chain.read(RollupAnchor::present_signers).expect("there are signers")
}

/// The set that has to sign a rollup, and what it signs.
fn awaited(chain: &mut Chain, epoch: RollupEpoch) -> (SignerSetId, Vec<u8>) {
	let all = chain.read(|| RollupAnchor::uncertified(256));
	let (_, set, hash) = *all.iter().find(|one| one.0 == epoch).expect("it waits for signatures");
	let genesis = chain.read(|| System::block_hash(0));
	(set, rollup_message(genesis, set, hash))
}

/// A certificate by these, who stand at these places of their set.
fn bls_certificate(
	(epoch, set, message): (RollupEpoch, SignerSetId, &[u8]),
	signers: &[&str],
	places: &[u16],
	seats: u32,
) -> RollupCertificate {
	let all: Vec<_> = signers.iter().map(|name| secret(name).sign(message)).collect();
	let aggregate = bls::aggregate(&all).unwrap().0;
	let signers = bitmap(places.iter().copied(), seats).unwrap();
	RollupCertificate { epoch, set, signatures: Signatures::Bls { signers, aggregate } }
}

fn ed25519_certificate(
	(epoch, set, message): (RollupEpoch, SignerSetId, &[u8]),
	signers: &[(&str, u16)],
) -> RollupCertificate {
	let share = |(name, place): &(&str, u16)| Ed25519Share {
		place: *place,
		signature: pair(name).sign(message).0,
	};
	let shares: Vec<_> = signers.iter().map(share).collect();
	RollupCertificate { epoch, set, signatures: Signatures::Ed25519(shares.try_into().unwrap()) }
}

fn certify(certificate: &RollupCertificate) -> UncheckedExtrinsic {
	authorized(Call::<Runtime>::certify { certificate: certificate.clone() })
}

#[track_caller]
fn refuse(chain: &mut Chain, what: &str, certificate: &RollupCertificate, why: CertificateRefusal) {
	let expected = (why.into(), Error::<Runtime>::from(why).into());
	assert_eq!(chain.refused(what, certify(certificate)), expected, "{what}");
}

/// How many have signed, by the event of the last block.
fn certified(chain: &mut Chain, of: RollupEpoch) -> Option<u32> {
	chain.events().into_iter().find_map(|event| match event {
		RuntimeEvent::RollupAnchor(Event::RollupCertified { epoch, signers, .. })
			if epoch == of =>
		{
			Some(signers)
		},
		_ => None,
	})
}

#[test]
fn a_key_that_is_registered_signs_from_the_next_session_on() {
	let mut chain = Chain::with_genesis(genesis(Scheme::Bls, 3, 1_440));
	chain.pass(1);
	let first = present(&mut chain);
	assert_eq!((first.id, first.keys.len(), first.validators), (0, 3, 4));
	assert_eq!(first.threshold(), 3, "of all validators, with a key or without");
	let receipt = happening(&mut chain, "Before");
	let old = closed(&mut chain, receipt);
	let (new, possession) = (key("Dave", Scheme::Bls), secret("Dave").prove_possession());
	chain.block(|| vec![register("Dave", new, KeyProof::Possession(possession.0))]);
	assert_eq!(present(&mut chain), first, "not before");
	chain.stall(SESSION);
	chain.pass(1);
	let second = present(&mut chain);
	assert_eq!((second.id, second.keys.len(), second.validators), (1, 4, 4));
	assert!(second.keys.contains(&new));
	let changed = Operation::SignersChanged { set: 1, signers: second.hash() };
	chain.proved("of the change", |one| *one == changed);
	// The leaf of the next block names the set.
	let leaf = chain.read(RollupAnchor::anchor_leaf);
	assert_eq!(leaf.signers, second.hash());
	let receipt = happening(&mut chain, "After");
	let young = closed(&mut chain, receipt);
	assert_eq!(awaited(&mut chain, old).0, 0, "who signed when it was closed");
	assert_eq!(awaited(&mut chain, young).0, 1);
	// A session that changes nothing makes no set.
	chain.stall(SESSION);
	chain.pass(1);
	assert_eq!(present(&mut chain), second);

	// The old one is certified by the old set, whatever signs now.
	let (set, message) = awaited(&mut chain, old);
	let by_new = bls_certificate((old, 1, &message), &VALIDATORS, &[0, 1, 2, 3], 4);
	refuse(&mut chain, "by the set of today", &by_new, CertificateRefusal::WrongSet);
	let places: Vec<u16> = (0..3).collect();
	let order = order_of(&first, Scheme::Bls);
	let good = bls_certificate((old, set, &message), &order, &places, 3);
	chain.block(|| vec![certify(&good)]);
	assert_eq!(certified(&mut chain, old), Some(3));
}

/// Names of those who sign, in the order of their places.
fn order_of(set: &SignerSet, scheme: Scheme) -> Vec<&'static str> {
	let name = |place: &RollupKey| {
		*VALIDATORS.iter().find(|name| key(name, scheme) == *place).expect("one of them")
	};
	set.keys.iter().map(name).collect()
}

#[test]
fn two_thirds_certify_a_rollup_with_one_aggregate() {
	let mut chain = Chain::with_genesis(genesis(Scheme::Bls, 4, 1_440));
	let receipt = happening(&mut chain, "First");
	let epoch = closed(&mut chain, receipt);
	let receipt = happening(&mut chain, "Second");
	let next = closed(&mut chain, receipt);
	let set = present(&mut chain);
	let names = order_of(&set, Scheme::Bls);
	let (id, message) = awaited(&mut chain, epoch);
	let of = (epoch, id, &message[..]);

	use CertificateRefusal as Why;
	let two = bls_certificate(of, &names[..2], &[0, 1], 4);
	refuse(&mut chain, "two of four", &two, Why::TooFewSigners);
	let absent = bls_certificate(of, &names[..2], &[0, 1, 2], 4);
	refuse(&mut chain, "one who did not sign", &absent, Why::BadSignature);
	let hidden = bls_certificate(of, &names, &[0, 1, 2], 4);
	refuse(&mut chain, "one who is not named", &hidden, Why::BadSignature);
	let twice = bls_certificate(of, &[names[0], names[0], names[1]], &[0, 1, 2], 4);
	refuse(&mut chain, "one who signed for another", &twice, Why::BadSignature);
	let stranger = bls_certificate(of, &[names[0], names[1], "Eve"], &[0, 1, 2], 4);
	refuse(&mut chain, "a stranger", &stranger, Why::BadSignature);
	let nobody = bls_certificate(of, &names[..3], &[0, 1, 2, 4], 5);
	refuse(&mut chain, "a place that nobody has", &nobody, Why::NoSuchPlace);
	let long = bls_certificate(of, &names[..3], &[0, 1, 2], 9);
	refuse(&mut chain, "a longer bitmap", &long, Why::WrongLength);
	let (_, other) = awaited(&mut chain, next);
	let misplaced = bls_certificate((epoch, id, &other), &names[..3], &[0, 1, 2], 4);
	refuse(&mut chain, "signatures of another rollup", &misplaced, Why::BadSignature);
	let hash = chain.read(|| queries::rollup(epoch)).unwrap().hash();
	let elsewhere = rollup_message(Hash::repeat_byte(9), id, hash);
	let foreign = bls_certificate((epoch, id, &elsewhere), &names[..3], &[0, 1, 2], 4);
	refuse(&mut chain, "of another chain", &foreign, Why::BadSignature);
	let early = bls_certificate((next + 100, id, &message), &names[..3], &[0, 1, 2], 4);
	refuse(&mut chain, "of an open epoch", &early, Why::NotClosed);
	let shares: Vec<_> = (0..3u16).map(|place| (names[usize::from(place)], place)).collect();
	let scheme = ed25519_certificate(of, &shares);
	refuse(&mut chain, "by the other scheme", &scheme, Why::WrongScheme);

	let before = chain.read(concordat_runtime::Balances::total_issuance);
	let good = bls_certificate(of, &[names[0], names[2], names[3]], &[0, 2, 3], 4);
	chain.block(|| vec![certify(&good)]);
	assert_eq!(certified(&mut chain, epoch), Some(3));
	assert_eq!(chain.read(|| RollupAnchor::certificate_of(epoch)), Some(good.clone()));
	assert_eq!(chain.read(concordat_runtime::Balances::total_issuance), before, "it was free");
	refuse(&mut chain, "again", &good, Why::AlreadyCertified);
	let all = bls_certificate(of, &names, &[0, 1, 2, 3], 4);
	refuse(&mut chain, "by more", &all, Why::AlreadyCertified);
}

#[test]
fn two_thirds_certify_a_rollup_with_a_signature_each() {
	let mut chain = Chain::with_genesis(genesis(Scheme::Ed25519, 4, 1_440));
	let receipt = happening(&mut chain, "First");
	let epoch = closed(&mut chain, receipt);
	let set = present(&mut chain);
	assert_eq!(set.scheme, Scheme::Ed25519);
	let names = order_of(&set, Scheme::Ed25519);
	let (id, message) = awaited(&mut chain, epoch);
	let of = (epoch, id, &message[..]);
	use CertificateRefusal as Why;
	for (what, shares, why) in [
		("two of four", vec![(names[0], 0), (names[1], 1)], Why::TooFewSigners),
		(
			"the same one twice",
			vec![(names[0], 0), (names[0], 0), (names[1], 1)],
			Why::NotAscending,
		),
		("out of order", vec![(names[1], 1), (names[0], 0), (names[2], 2)], Why::NotAscending),
		("one for another", vec![(names[0], 0), (names[1], 1), (names[1], 2)], Why::BadSignature),
		("a stranger", vec![(names[0], 0), (names[1], 1), ("Eve", 2)], Why::BadSignature),
		(
			"a place that nobody has",
			vec![(names[0], 0), (names[1], 1), (names[2], 4)],
			Why::NoSuchPlace,
		),
	] {
		let certificate = ed25519_certificate(of, &shares);
		refuse(&mut chain, what, &certificate, why);
	}
	let aggregate = bls_certificate(of, &names[..3], &[0, 1, 2], 4);
	refuse(&mut chain, "by the other scheme", &aggregate, Why::WrongScheme);
	let good = ed25519_certificate(of, &[(names[0], 0), (names[1], 1), (names[3], 3)]);
	chain.block(|| vec![certify(&good)]);
	assert_eq!(certified(&mut chain, epoch), Some(3));
	refuse(&mut chain, "again", &good, Why::AlreadyCertified);
}

#[test]
fn governance_changes_the_scheme_and_the_next_session_signs_by_it() {
	let mut chain = Chain::with_genesis(genesis(Scheme::Bls, 4, 1_440));
	let genesis = chain.read(|| System::block_hash(0));
	chain.block(|| {
		VALIDATORS
			.iter()
			.map(|name| {
				let message = registration_message(genesis, &account(&stash(name)));
				let signature = pair(name).sign(&message).0;
				register(name, key(name, Scheme::Ed25519), KeyProof::Signature(signature))
			})
			.collect()
	});
	let mut params = chain.read(concordat_runtime::pallet_rollup_anchor::Params::<Runtime>::get);
	params.scheme = Scheme::Ed25519;
	chain.block(|| vec![sudo(Call::<Runtime>::set_params { params })]);
	assert_eq!(present(&mut chain).scheme, Scheme::Bls);
	chain.stall(SESSION);
	chain.pass(1);
	let set = present(&mut chain);
	assert_eq!((set.id, set.scheme, set.keys.len()), (1, Scheme::Ed25519, 4));
}

/// A key such that the sum with another's is one that `x` alone can sign for.
fn rogue(x: &SecretKey, other: &PublicKey) -> PublicKey {
	let point = |key: &PublicKey| {
		ark_bls12_381::G2Affine::deserialize_compressed(&key.0[..]).unwrap().into_group()
	};
	let difference = (point(&x.public()) - point(other)).into_affine();
	let mut bytes = Vec::new();
	difference.serialize_compressed(&mut bytes).unwrap();
	PublicKey(bytes.try_into().unwrap())
}

#[test]
fn nobody_registers_a_key_without_its_secret() {
	let mut chain = Chain::with_genesis(genesis(Scheme::Bls, 3, 1_440));
	chain.pass(1);
	let x = SecretKey::generate(&[7; 32]);
	let alice = secret("Alice").public();
	let bad = rogue(&x, &alice);
	// Without a proof of possession it would be a forgery of Alice's signature.
	let keys = [bls::unpack(&alice).unwrap(), bls::unpack(&bad).unwrap()];
	assert_eq!(bls::verify_aggregate(&keys, b"a rollup", &x.sign(b"a rollup")), Ok(()));
	let genesis = chain.read(|| System::block_hash(0));
	let outcome = |chain: &mut Chain, who: &str, key: RollupKey, proof: KeyProof| {
		let call = Call::<Runtime>::register_key { key, proof };
		chain.block_with(|| vec![signed(who, call)])[0].expect("it pays")
	};
	let possession = |secret: &SecretKey| KeyProof::Possession(secret.prove_possession().0);
	let dave = stash("Dave");
	let own = secret("Dave");
	let mut identity = [0; 96];
	identity[0] = 0xc0;
	let theirs = pair("Dave").sign(&registration_message(genesis, &account("//Alice//stash"))).0;
	let message = registration_message(genesis, &account(&dave));
	for (what, key, proof, error) in [
		("a rogue key", RollupKey::Bls(bad.0), possession(&x), Error::<Runtime>::BadProof),
		("another's proof", RollupKey::Bls(own.public().0), possession(&x), Error::BadProof),
		(
			"a signature for a proof of possession",
			RollupKey::Bls(own.public().0),
			KeyProof::Possession(own.sign(&own.public().0).0),
			Error::BadProof,
		),
		("the identity", RollupKey::Bls(identity), possession(&own), Error::BadKey),
		("no point", RollupKey::Bls([0xff; 96]), possession(&own), Error::BadKey),
		(
			"a key that is taken",
			RollupKey::Bls(alice.0),
			possession(&secret("Alice")),
			Error::KeyTaken,
		),
		(
			"a proof of the other scheme",
			RollupKey::Bls(own.public().0),
			KeyProof::Signature(pair("Dave").sign(&message).0),
			Error::WrongProof,
		),
		(
			"a signature for another account",
			RollupKey::Ed25519(pair("Dave").public().0),
			KeyProof::Signature(theirs),
			Error::BadProof,
		),
	] {
		assert_eq!(outcome(&mut chain, &dave, key, proof), Err(error.into()), "{what}");
	}
	let stranger = outcome(&mut chain, "//Eve", RollupKey::Bls(own.public().0), possession(&own));
	assert_eq!(stranger, Err(Error::<Runtime>::NotValidator.into()));
	let good = outcome(&mut chain, &dave, RollupKey::Bls(own.public().0), possession(&own));
	assert_eq!(good, Ok(()));
}

/// What a light client takes for proof: the receipt, out of the index; its rollup, in the leaf of block `leaf`; and the
/// last header, which these authorities have finalised.
fn bundle(chain: &mut Chain, id: ReceiptId, leaf: u32, voters: &Voters) -> Bundle {
	let proof: ReceiptProof = chain
		.read_indexed(|| queries::archived_receipt_proof(id))
		.expect("the index has every receipt");
	let (leaves, path) = chain.read_indexed(|| Mmr::generate_proof(vec![leaf], None)).unwrap();
	let [data] = &leaves[..] else { panic!("{} leaves", leaves.len()) };
	let rollups = (proof.rollup.epoch..data.rollups)
		.map(|epoch| {
			let header = chain.read(|| queries::rollup(epoch)).unwrap();
			Decode::decode(&mut &header.encode()[..]).unwrap()
		})
		.collect();
	let header = chain.head();
	let authority =
		|(key, weight): (concordat_finality::AuthorityId, u64)| Authority { key: key.0, weight };
	let finality = Finality {
		leaf: data.encode(),
		leaf_proof: path.encode(),
		header: header.encode(),
		justification: voters.justify(header),
		set_id: voters.set_id,
		authorities: voters.authorities().list().map(authority).collect(),
	};
	Bundle {
		format: Format,
		receipt: proof.encoded,
		index: proof.index,
		path: proof.path.iter().map(|hash| hash.0).collect(),
		rollups,
		finality: Some(finality),
		signatures: None,
		certificates: vec![],
	}
}

fn trusted(voters: &Voters) -> Authorities {
	let list = voters.authorities().list().map(|(key, weight)| (key.0, weight)).collect();
	Authorities::new(voters.set_id, list).unwrap()
}

#[test]
fn a_receipt_leads_to_the_header_of_any_later_block_long_after_it_has_left_the_state() {
	let mut chain = Chain::with_genesis(genesis(Scheme::Bls, 4, 2));
	let voters = Voters::new(3, 1..=4);
	let authorities = trusted(&voters);
	let genesis = chain.read(|| System::block_hash(0)).0;
	let id = happening(&mut chain, "First");
	let epoch = closed(&mut chain, id);
	let closed_at = chain.read(|| queries::rollup(epoch)).unwrap().closed_at;
	// Other things happen, until the receipt has left the state.
	for name in ["Second", "Third", "Fourth", "Fifth"] {
		let other = happening(&mut chain, name);
		closed(&mut chain, other);
	}
	chain.pass(3);
	assert_eq!(chain.read(|| queries::receipt(id)), None, "it has left the state");
	assert_eq!(chain.read(|| queries::receipt_proof(id)), None);
	for _ in 0..3 {
		let head = chain.head().clone();
		let root = head.digest().logs.iter().find_map(|item| match item {
			DigestItem::Consensus(MMR_ENGINE_ID, root) => Some(root.clone()),
			_ => None,
		});
		assert_eq!(root, Some(chain.read(Mmr::mmr_root).encode()), "what the header says");
		// By the first leaf that knows of the rollup, and by the last one.
		for leaf in [closed_at + 1, *head.number()] {
			let bundle = bundle(&mut chain, id, leaf, &voters);
			let report = check(&bundle, &Trust::Authorities(&authorities), Some(&genesis));
			let report = report.unwrap_or_else(|refusal| panic!("leaf of {leaf}: {refusal}"));
			assert_eq!((report.receipt, report.genesis), (id, genesis));
			let anchored = report.anchored.unwrap();
			assert_eq!(anchored.block, (*head.number(), head.hash().0));
			assert_eq!(bundle.rollups.len() == 1, leaf == closed_at + 1);
			// As bytes, and back.
			assert_eq!(Bundle::from_bytes(&bundle.to_bytes()), Ok(bundle));
		}
		chain.pass(7);
	}
	// What was changed on the way is noticed.
	let sound = bundle(&mut chain, id, closed_at + 1, &voters);
	let mut other = sound.clone();
	let last = other.receipt.len() - 1;
	other.receipt[last] ^= 1;
	let trust = Trust::Authorities(&authorities);
	assert!(matches!(check(&other, &trust, None), Err(Refusal::Tree(_))));
	let strangers = trusted(&Voters::new(3, 5..=8));
	let refusal = check(&sound, &Trust::Authorities(&strangers), None);
	assert!(matches!(refusal, Err(Refusal::OtherAuthorities { .. })), "{refusal:?}");
	let refusal = check(&sound, &trust, Some(&[9; 32]));
	assert!(matches!(refusal, Err(Refusal::OtherGenesis { .. })), "{refusal:?}");
}

#[test]
fn a_node_that_has_seen_two_forks_proves_the_receipts_of_either() {
	let mut one = Chain::with_genesis(genesis(Scheme::Bls, 4, 2));
	let voters = Voters::new(3, 1..=4);
	let authorities = trusted(&voters);
	let before = happening(&mut one, "Before");
	// Two blocks on the same parent, and different histories from then on; the node keeps one index.
	let mut two = one.fork();
	assert_eq!(one.head().hash(), two.head().hash());
	let ids = [happening(&mut one, "One"), happening(&mut two, "Two")];
	assert_eq!(ids[0], ids[1], "the same number");
	assert_eq!(one.head().number(), two.head().number());
	assert_ne!(one.head().hash(), two.head().hash());
	let epochs = [closed(&mut one, ids[0]), closed(&mut two, ids[1])];
	assert_eq!(epochs[0], epochs[1], "and the same rollup");
	// Both go on until both receipts have left both states; the blocks of the one come after those of the other.
	for (chain, tag) in [(&mut two, "Two"), (&mut one, "One")] {
		for word in ["A", "B", "C", "D"] {
			let other = happening(chain, &format!("{tag}{word}"));
			closed(chain, other);
		}
		chain.pass(3);
	}
	for (chain, name) in [(&mut one, "One"), (&mut two, "Two")] {
		assert_eq!(chain.read(|| queries::receipt(ids[0])), None);
		for (id, expected) in [(ids[0], name), (before, "Before")] {
			let proof = chain.read_indexed(|| queries::archived_receipt_proof(id)).unwrap();
			assert!(
				matches!(&proof.body.operation, Operation::ClauseChanged { clause, .. } if *clause == named(expected)),
				"{name}: {:?}",
				proof.body
			);
			let leaf = *chain.head().number();
			let bundle = bundle(chain, id, leaf, &voters);
			let report = check(&bundle, &Trust::Authorities(&authorities), None);
			assert!(report.is_ok(), "{name}, receipt {id}: {report:?}");
		}
	}
	// What is proven on the one fork is not proven on the other.
	let leaf = *one.head().number();
	let mut swapped = bundle(&mut one, ids[0], leaf, &voters);
	let header = two.head();
	assert_eq!(header.number(), one.head().number(), "forks of the same length");
	let finality = swapped.finality.as_mut().unwrap();
	finality.header = header.encode();
	finality.justification = voters.justify(header);
	let refusal = check(&swapped, &Trust::Authorities(&authorities), None);
	assert_eq!(refusal, Err(Refusal::Mmr(MmrError::WrongRoot)));
}

#[test]
fn a_certificate_is_found_in_the_index_when_it_has_left_the_state() {
	let mut chain = Chain::with_genesis(genesis(Scheme::Bls, 4, 2));
	let receipt = happening(&mut chain, "First");
	let epoch = closed(&mut chain, receipt);
	let set = present(&mut chain);
	let names = order_of(&set, Scheme::Bls);
	let (id, message) = awaited(&mut chain, epoch);
	let good = bls_certificate((epoch, id, &message), &names[..3], &[0, 1, 2], 4);
	chain.block(|| vec![certify(&good)]);
	for name in ["Second", "Third", "Fourth", "Fifth"] {
		let other = happening(&mut chain, name);
		closed(&mut chain, other);
	}
	chain.pass(3);
	assert_eq!(chain.read(|| RollupAnchor::certificate_of(epoch)), None);
	let kept = chain.read_indexed(|| RollupAnchor::indexed_certificate(epoch));
	assert_eq!(kept, Some((good.clone(), set)));
	let again = chain.read_indexed(|| RollupAnchor::indexed_certificate(epoch + 1));
	assert_eq!(again, None, "nobody has signed that one");
	refuse(&mut chain, "long after", &good, CertificateRefusal::Forgotten);
}

#[test]
fn governance_writes_down_where_else_a_rollup_stands() {
	let mut chain = Chain::with_genesis(genesis(Scheme::Bls, 4, 1_440));
	let receipt = happening(&mut chain, "First");
	let epoch = closed(&mut chain, receipt);
	let record = |epoch, registry: &Registry, reference: &[u8]| Call::<Runtime>::record_anchor {
		epoch,
		registry: registry.clone(),
		reference: reference.to_vec().try_into().unwrap(),
	};
	let ethereum = Registry::Chain(b"eip155:1".to_vec().try_into().unwrap());
	let stranger = chain.block_with(|| vec![signed("//Dave", record(epoch, &ethereum, b"0xabc"))]);
	assert_eq!(stranger, vec![Ok(Err(DispatchError::BadOrigin))]);
	let rollup = chain.read(|| queries::rollup(epoch)).unwrap().hash();
	let mut expected: Vec<Anchor> = Vec::new();
	for (registry, reference) in
		[(ethereum.clone(), &b"0xabc"[..]), (Registry::Treaty, b"UNTS 54113, annex III")]
	{
		chain.block(|| vec![sudo(record(epoch, &registry, reference))]);
		let at = chain.read(System::block_number);
		let reference = reference.to_vec().try_into().unwrap();
		let anchor = Anchor { epoch, rollup, registry, reference, at };
		let hash = Hash::from(blake2_256(&anchor.encode()));
		let told = Operation::AnchoredElsewhere { epoch, anchor: hash };
		chain.proved("of the record", |one| *one == told);
		expected.push(anchor);
	}
	assert_eq!(chain.read(|| RollupAnchor::anchored(epoch)).into_inner(), expected);
	// What makes no sense leaves nothing, not even for root.
	let open = chain.read(|| queries::totals().rollups) + 10;
	let nameless = Registry::Chain(Default::default());
	let receipts = chain.read(|| queries::totals().receipts);
	for senseless in [
		record(epoch, &ethereum, b"0xabc"),
		record(open, &ethereum, b"0xabc"),
		record(epoch, &nameless, b"0xabc"),
		record(epoch, &Registry::Treaty, b""),
	] {
		chain.block(|| vec![sudo(senseless)]);
	}
	assert_eq!(chain.read(|| RollupAnchor::anchored(epoch)).into_inner(), expected);
	assert_eq!(chain.read(|| queries::totals().receipts), receipts);
}
