//! Following a chain.

use super::child;
use crate::{
	authorities_key,
	fixtures::{grandpa_log, header, State, Voters},
	FinalityError, Hash, Header, Tracker, What,
};
use codec::{DecodeAll, Encode};
use sp_consensus_grandpa::{ConsensusLog, ScheduledChange};

/// A chain: its genesis, and who finalises it.
struct Chain {
	voters: Voters,
	state: State,
	genesis: Header,
}

fn chain() -> Chain {
	let voters = Voters::new(0, 1..5);
	let state = State::genesis(&voters);
	let genesis = header(Hash::zero(), 0, state.root(), vec![]);
	Chain { voters, state, genesis }
}

impl Chain {
	fn nodes(&self) -> Vec<Vec<u8>> {
		self.state.prove(&[authorities_key()])
	}

	fn tracker(&self) -> Tracker {
		Tracker::start(self.genesis.hash(), &self.genesis.encode(), &self.nodes()).unwrap()
	}
}

fn next() -> Voters {
	Voters::new(1, 11..15)
}

fn at(number: u32) -> Header {
	header(Hash::repeat_byte(number as u8), number, Hash::repeat_byte(0xaa), vec![])
}

fn changing(number: u32, to: &Voters) -> Header {
	header(Hash::repeat_byte(9), number, Hash::repeat_byte(0xaa), vec![to.change()])
}

/// Refused, and nothing has changed.
fn refused(tracker: &mut Tracker, header: &Header, justification: &[u8]) -> FinalityError {
	let before = tracker.clone();
	let error = tracker.advance(&header.encode(), justification).unwrap_err();
	assert_eq!(*tracker, before, "{error}");
	error
}

#[test]
fn a_tracker_should_start_at_genesis() {
	let chain = chain();
	let tracker = chain.tracker();
	let genesis = chain.genesis.hash();
	assert_eq!((tracker.genesis(), tracker.finalized()), (genesis, (0, genesis)));
	assert_eq!(tracker.state_root(), chain.state.root());
	assert_eq!(*tracker.authorities(), chain.voters.authorities());
}

#[test]
fn another_header_than_the_genesis_header_should_be_refused() {
	let chain = chain();
	let genesis = chain.genesis.hash();
	let other = header(Hash::zero(), 0, chain.state.root(), vec![Voters::new(0, [9]).change()]);
	let error = Tracker::start(genesis, &other.encode(), &chain.nodes()).unwrap_err();
	let found = (0, other.hash());
	assert_eq!(error, FinalityError::OtherGenesis { expected: genesis, found });
	// A block of which somebody says that it is the first one.
	let later = header(genesis, 1, chain.state.root(), vec![]);
	let error = Tracker::start(later.hash(), &later.encode(), &chain.nodes()).unwrap_err();
	let found = (1, later.hash());
	assert_eq!(error, FinalityError::OtherGenesis { expected: later.hash(), found });
}

#[test]
fn other_authorities_than_those_of_the_genesis_state_should_be_refused() {
	let chain = chain();
	let start = |nodes: &[Vec<u8>]| {
		Tracker::start(chain.genesis.hash(), &chain.genesis.encode(), nodes).unwrap_err()
	};
	let forged = State::genesis(&next()).prove(&[authorities_key()]);
	assert_eq!(start(&forged), FinalityError::Incomplete { key: 0 });
	assert_eq!(start(&[]), FinalityError::Incomplete { key: 0 });
}

#[test]
fn a_genesis_without_authorities_should_be_refused() {
	for (state, error) in [
		(State::new([]), FinalityError::NoAuthorities),
		(State::new([(authorities_key(), vec![0])]), FinalityError::NoAuthorities),
		(
			State::new([(authorities_key(), vec![1, 2, 3])]),
			FinalityError::Malformed(What::Authorities),
		),
	] {
		let genesis = header(Hash::zero(), 0, state.root(), vec![]);
		let nodes = state.prove(&[authorities_key()]);
		assert_eq!(Tracker::start(genesis.hash(), &genesis.encode(), &nodes), Err(error));
	}
}

#[test]
fn the_key_should_be_the_one_of_the_pallet() {
	// `substrate-storage` of GRANDPA's authorities, as every chain has it.
	assert_eq!(
		Hash::from_slice(&authorities_key()[..32]),
		"5f9cc45b7a00c5899361e1c6099678dc5e0621c4869aa60c02be9adcc98a0d1d".parse::<Hash>().unwrap(),
	);
}

#[test]
fn a_tracker_should_move_on_with_each_final_header() {
	let chain = chain();
	let mut tracker = chain.tracker();
	for number in [3, 4, 90] {
		let header = at(number);
		tracker.advance(&header.encode(), &chain.voters.justify(&header)).unwrap();
		assert_eq!(tracker.finalized(), (number, header.hash()));
		assert_eq!(tracker.state_root(), header.state_root);
		assert_eq!(tracker.authorities().set_id(), 0);
	}
}

#[test]
fn old_links_should_be_refused() {
	let chain = chain();
	let mut tracker = chain.tracker();
	let (old, new) = (at(5), at(6));
	for header in [&old, &new] {
		tracker.advance(&header.encode(), &chain.voters.justify(header)).unwrap();
	}
	for (header, offered) in [(&old, 5), (&new, 6), (&child(&old, 1), 6), (&chain.genesis, 0)] {
		let error = refused(&mut tracker, header, &chain.voters.justify(header));
		assert_eq!(error, FinalityError::NotForward { held: 6, offered });
	}
}

#[test]
fn a_change_should_be_finalised_by_the_old_set_and_hand_over_to_the_new_one() {
	let chain = chain();
	let mut tracker = chain.tracker();
	let change = changing(8, &next());
	// By the new set it is not final.
	assert_eq!(
		refused(&mut tracker, &change, &next().justify(&change)),
		FinalityError::WrongSet { held: 0, signed: 1 }
	);
	tracker.advance(&change.encode(), &chain.voters.justify(&change)).unwrap();
	assert_eq!(*tracker.authorities(), next().authorities());

	// After it, the old one has no say any more.
	let after = at(9);
	assert_eq!(
		refused(&mut tracker, &after, &chain.voters.justify(&after)),
		FinalityError::WrongSet { held: 1, signed: 0 }
	);
	tracker.advance(&after.encode(), &next().justify(&after)).unwrap();
	assert_eq!(tracker.finalized(), (9, after.hash()));

	// And so on.
	let third = Voters::new(2, [1, 30]);
	let change = changing(12, &third);
	tracker.advance(&change.encode(), &next().justify(&change)).unwrap();
	assert_eq!(*tracker.authorities(), third.authorities());
}

#[test]
fn a_change_that_was_left_out_should_be_noticed() {
	let chain = chain();
	let mut tracker = chain.tracker();
	let beyond = at(9);
	// Other keys.
	assert_eq!(
		refused(&mut tracker, &beyond, &next().justify(&beyond)),
		FinalityError::WrongSet { held: 0, signed: 1 }
	);
	// The same keys under the next number.
	let same = Voters { set_id: 1, ..chain.voters.clone() };
	assert_eq!(
		refused(&mut tracker, &beyond, &same.justify(&beyond)),
		FinalityError::WrongSet { held: 0, signed: 1 }
	);
	// Too far beyond to say so.
	let far = Voters { set_id: 9, ..chain.voters.clone() };
	let error = refused(&mut tracker, &beyond, &far.justify(&beyond));
	assert_eq!(error, FinalityError::BadSignature { place: 0 });
}

#[test]
fn a_final_header_should_not_force_or_delay_a_change() {
	let chain = chain();
	let mut tracker = chain.tracker();
	let change = |delay| ScheduledChange { next_authorities: next().list(), delay };
	for (log, error) in [
		(ConsensusLog::ForcedChange(1, change(0)), FinalityError::ForcedChange),
		(ConsensusLog::ScheduledChange(change(1)), FinalityError::DelayedChange { blocks: 1 }),
		(ConsensusLog::Pause(0), FinalityError::Paused),
	] {
		let header = header(Hash::zero(), 5, Hash::zero(), vec![grandpa_log(log)]);
		let justification = chain.voters.justify(&header);
		assert_eq!(refused(&mut tracker, &header, &justification), error);
	}
}

#[test]
fn an_unjustified_header_should_change_nothing() {
	let chain = chain();
	let mut tracker = chain.tracker();
	let change = changing(8, &next());
	let few = chain.voters.justify_by(&change, &[0, 1]);
	let error = refused(&mut tracker, &change, &few);
	assert_eq!(error, FinalityError::NotEnough { weight: 2, needed: 3 });
	let other = chain.voters.justify(&at(8));
	let error = refused(&mut tracker, &change, &other);
	assert!(matches!(error, FinalityError::OtherTarget { .. }));
}

#[test]
fn a_tracker_should_survive_being_stored() {
	let chain = chain();
	let mut tracker = chain.tracker();
	let change = changing(8, &next());
	tracker.advance(&change.encode(), &chain.voters.justify(&change)).unwrap();
	let stored = tracker.encode();
	let mut restored = Tracker::decode_all(&mut &stored[..]).unwrap();
	assert_eq!(restored, tracker);
	let after = at(9);
	restored.advance(&after.encode(), &next().justify(&after)).unwrap();
	assert!(Tracker::decode_all(&mut &stored[..stored.len() - 1]).is_err());
}

#[test]
fn records_should_be_read_from_the_last_final_state_only() {
	let chain = chain();
	let mut tracker = chain.tracker();
	let state = State::new([(b"job".to_vec(), b"seats".to_vec())]);
	let final_header = header(Hash::zero(), 4, state.root(), vec![]);
	let nodes = state.prove(&[b"job"]);
	assert_eq!(tracker.read(&nodes, &[b"job"]), Err(FinalityError::Incomplete { key: 0 }));
	tracker.advance(&final_header.encode(), &chain.voters.justify(&final_header)).unwrap();
	assert_eq!(tracker.read(&nodes, &[b"job"]), Ok(vec![Some(b"seats".to_vec())]));
	let later = at(5);
	tracker.advance(&later.encode(), &chain.voters.justify(&later)).unwrap();
	assert_eq!(tracker.read(&nodes, &[b"job"]), Err(FinalityError::Incomplete { key: 0 }));
}
