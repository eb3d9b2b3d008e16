//! Inputs that are sealed to the enclaves of a round.

use super::*;
use concordat_primitives::{
	content::{BodyId, BodyKind, Wishes, SERVED_KEY, WISHES_KEY},
	enclave_api::SealedToken,
	sealed::{ciphertext_hash, SealedBody, SealedInput, SealedKey},
};

const CIPHERTEXT: &[u8] = b"nobody on the way can read this";
const LOCATION: &[u8] = b"https://data.example.org/sealed";
const OUTPUT_KEY: [u8; 32] = [0x0f; 32];

fn key_for(node: NodeId) -> SealedKey {
	SealedKey {
		node,
		key: [node as u8; 32],
		encapsulated: [node as u8 + 100; 32],
		wrapped: [node as u8 + 200; 48],
	}
}

fn inline() -> SealedBody {
	SealedBody::Inline(CIPHERTEXT.to_vec().try_into().unwrap())
}

fn external() -> SealedBody {
	SealedBody::External {
		len: CIPHERTEXT.len() as u32,
		location: LOCATION.to_vec().try_into().unwrap(),
	}
}

/// Seals the job's input to its three nodes, in its first round.
fn seal(body: SealedBody) {
	let ciphertext = ciphertext_hash(CIPHERTEXT);
	let keys = (1..=3).map(key_for).collect::<Vec<_>>().try_into().unwrap();
	Sealings::insert(JOB, SealedInput { round: 1, ciphertext, body, keys });
	change_terms(JOB, |terms| {
		terms.ciphertext = Some(ciphertext);
		terms.output_key = Some(OUTPUT_KEY);
	});
	let commitment = Board::get(JOB).unwrap().input;
	Inputs::insert(JOB, JobInput::Sealed { commitment, len: INPUT.len() as u32 });
}

/// What the enclave of node 1 gets to open it with.
fn token() -> Option<SealedToken> {
	Some(SealedToken { round: 1, ciphertext: ciphertext_hash(CIPHERTEXT), key: key_for(1) })
}

fn host(body: SealedBody) -> Host {
	let mut host = Host::new(ExtBuilder::default(), &[1]);
	RUNS_AT.set(NOW);
	host.chain(|| seal(body));
	host
}

fn with_ciphertext(request: &mut StartRequest) {
	assert_eq!(request.token.output_key, Some(OUTPUT_KEY));
	request.token.sealed = token();
	request.input = CIPHERTEXT.to_vec();
}

#[test]
fn a_ciphertext_should_be_handed_over_with_the_key_of_this_node() {
	let mut host = host(inline());
	let ack = host.ack(1);
	host.expect_poll(1, JOB, unknown());
	host.expect_changed_start(1, JOB, with_ciphertext, Answer::accepted(&ack));
	host.expect_poll(1, JOB, unknown());
	assert_eq!(host.run(NOW), [ack_call(ack)]);
}

#[test]
fn a_ciphertext_kept_elsewhere_should_be_fetched_by_its_hash() {
	let mut host = host(external());
	host.store(SERVED_KEY, &Vec::<BodyId>::new().encode());
	let ack = host.ack(1);
	host.expect_poll(1, JOB, unknown());
	host.expect_changed_ack(1, JOB, |t| t.sealed = token(), Answer::accepted(&ack));
	assert_eq!(host.run(NOW), [ack_call(ack.clone())]);
	let wishes: Wishes =
		codec::DecodeAll::decode_all(&mut &host.stored(WISHES_KEY).unwrap()[..]).unwrap();
	let body = BodyId::of(BodyKind::Ciphertext, CIPHERTEXT).unwrap();
	let listed: Vec<_> = wishes.list.into_iter().map(|wish| (wish.body, wish.location)).collect();
	assert_eq!(listed, [(body, LOCATION.to_vec())]);

	host.chain(|| acknowledge(ack.clone()));
	host.store(&body.key(), CIPHERTEXT);
	host.store(SERVED_KEY, &vec![body].encode());
	RUNS_AT.set(NOW + 1);
	host.expect_poll(1, JOB, unknown());
	host.expect_changed_start(1, JOB, with_ciphertext, Answer::accepted(&ack));
	host.expect_poll(1, JOB, unknown());
	assert_eq!(host.run(NOW + 1), []);
}

#[test]
fn what_was_not_sealed_for_this_seat_should_not_be_started() {
	let lacks: [fn(); 5] = [
		// Nothing is sealed yet.
		|| Sealings::remove(JOB),
		// The round is another one since: what was sealed for the old one is not for its nodes.
		|| change_terms(JOB, |terms| terms.round = 2),
		|| Sealings::mutate(JOB, |sealing| sealing.as_mut().unwrap().round = 2),
		// Another ciphertext than the chain took.
		|| change_terms(JOB, |terms| terms.ciphertext = Some(Hash::repeat_byte(1))),
		// No key for this node.
		|| {
			Sealings::mutate(JOB, |sealing| {
				sealing.as_mut().unwrap().keys.retain(|key| key.node != 1)
			})
		},
	];
	for lack in lacks {
		let mut host = host(inline());
		host.chain(lack);
		for number in NOW..NOW + 5 {
			host.expect_poll(1, JOB, unknown());
			assert_eq!(host.run(number), []);
		}
	}
}
