//! Headers, and what they say about the authorities.

use super::plain;
use crate::{
	fixtures::{grandpa_log, header, Voters},
	scheduled_change, FinalityError, Hash, HashedHeader, Header, What, MAX_HEADER_BYTES,
};
use codec::Encode;
use sp_consensus_grandpa::{ConsensusLog, ScheduledChange, GRANDPA_ENGINE_ID};
use sp_runtime::DigestItem;

fn with(logs: Vec<DigestItem>) -> Header {
	header(Hash::repeat_byte(1), 10, Hash::repeat_byte(2), logs)
}

fn next() -> Voters {
	Voters::new(6, 20..25)
}

fn delayed(delay: u32) -> ScheduledChange<u32> {
	ScheduledChange { next_authorities: next().list(), delay }
}

#[test]
fn headers_should_be_read_whole_and_alone() {
	let bytes = with(vec![next().change()]).encode();
	let read = HashedHeader::decode(&bytes).unwrap();
	assert_eq!(read.hash(), with(vec![next().change()]).hash());
	assert_eq!((read.number(), read.state_root()), (10, Hash::repeat_byte(2)));
	let malformed = Err(FinalityError::Malformed(What::Header));
	for len in 0..bytes.len() {
		assert_eq!(HashedHeader::decode(&bytes[..len]), malformed, "{len} bytes");
	}
	assert_eq!(HashedHeader::decode(&[&bytes[..], &[0]].concat()), malformed);
}

#[test]
fn long_headers_should_be_refused_unread() {
	let bytes = vec![0xff; MAX_HEADER_BYTES + 1];
	let (bytes_, most) = (bytes.len(), MAX_HEADER_BYTES);
	let error = FinalityError::TooLong { what: What::Header, bytes: bytes_, most };
	assert_eq!(HashedHeader::decode(&bytes), Err(error));
}

#[test]
fn headers_that_take_much_more_memory_than_bytes_should_be_refused() {
	// Items of one byte each.
	let logs = vec![DigestItem::RuntimeEnvironmentUpdated; MAX_HEADER_BYTES - 200];
	let bytes = with(logs).encode();
	assert!(bytes.len() <= MAX_HEADER_BYTES);
	assert_eq!(HashedHeader::decode(&bytes), Err(FinalityError::Malformed(What::Header)));
}

#[test]
fn the_largest_set_should_fit_a_header() {
	let list = |n: u32| (Hash::from(sp_io::hashing::blake2_256(&n.encode())), 1u64);
	let list: Vec<_> = (0..crate::MAX_AUTHORITIES as u32).map(list).collect();
	let logs = vec![
		DigestItem::Consensus(*b"BABE", (1u8, &list, [0u8; 32]).encode()),
		DigestItem::Consensus(GRANDPA_ENGINE_ID, (1u8, &list, 0u32).encode()),
	];
	let header = HashedHeader::decode(&with(logs).encode()).unwrap();
	let next = scheduled_change(header.header(), 0).unwrap().unwrap();
	assert_eq!(next.len(), crate::MAX_AUTHORITIES);
}

#[test]
fn a_change_should_be_read_with_the_next_number() {
	assert_eq!(scheduled_change(&plain(), 5), Ok(None));
	let logs = vec![
		DigestItem::Other(b"else".to_vec()),
		DigestItem::Consensus(*b"BABE", vec![1]),
		grandpa_log(ConsensusLog::OnDisabled(3)),
		next().change(),
	];
	assert_eq!(scheduled_change(&with(logs), 5), Ok(Some(next().authorities())));
}

#[test]
fn what_this_chain_never_says_should_be_refused() {
	let refused = |log| scheduled_change(&with(vec![log]), 5).unwrap_err();
	let forced = ConsensusLog::ForcedChange(3, delayed(0));
	assert_eq!(refused(grandpa_log(forced)), FinalityError::ForcedChange);
	let later = ConsensusLog::ScheduledChange(delayed(2));
	assert_eq!(refused(grandpa_log(later)), FinalityError::DelayedChange { blocks: 2 });
	assert_eq!(refused(grandpa_log(ConsensusLog::Pause(0))), FinalityError::Paused);
	assert_eq!(refused(grandpa_log(ConsensusLog::Resume(0))), FinalityError::Paused);
	let malformed = FinalityError::Malformed(What::Digest);
	assert_eq!(refused(DigestItem::Consensus(GRANDPA_ENGINE_ID, vec![9])), malformed);
	let mut long = ConsensusLog::ScheduledChange(delayed(0)).encode();
	long.push(0);
	assert_eq!(refused(DigestItem::Consensus(GRANDPA_ENGINE_ID, long)), malformed);
}

#[test]
fn two_changes_should_be_refused() {
	let twice = with(vec![next().change(), Voters::new(6, [1]).change()]);
	assert_eq!(scheduled_change(&twice, 5), Err(FinalityError::SeveralChanges));
}

#[test]
fn a_change_to_no_set_should_be_refused() {
	let empty = with(vec![Voters::new(6, []).change()]);
	assert_eq!(scheduled_change(&empty, 5), Err(FinalityError::NoAuthorities));
	let last = scheduled_change(&with(vec![next().change()]), u64::MAX);
	assert_eq!(last, Err(FinalityError::LastSet));
}
