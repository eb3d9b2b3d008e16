//! Heartbeats: what counts as one, and what it does.
//!
//! A heartbeat names the block at which it was signed. The next one has to name a block at least half
//! an interval later, so none can be used twice, and none can be kept back for longer than
//! [`HEARTBEAT_MAX_AGE`].

use crate::{Config, Error, Nodes, Pallet, Parameters, Pulses, WeightInfo};
use alloc::vec::Vec;
use codec::Encode;
use concordat_primitives::{
	node::{NodeStatus, OperatorSignature},
	traits::GenesisHash,
	BlockNumber, Hash, NodeId,
};
use frame_support::{
	ensure,
	pallet_prelude::{
		DispatchResultWithPostInfo, InvalidTransaction, TransactionSource,
		TransactionValidityWithRefund, ValidTransaction,
	},
	traits::Get,
	weights::Weight,
};
use sp_runtime::RuntimeAppPublic;

/// Domain of a heartbeat's signature.
pub const HEARTBEAT_DOMAIN: &[u8] = b"concordat/heartbeat/v1";
/// Tag prefix of heartbeats in the pool.
pub const HEARTBEAT_TAG: &str = "ConcordatHeartbeat";
/// Blocks after which a heartbeat is too old.
pub const HEARTBEAT_MAX_AGE: BlockNumber = 10;
/// Blocks that a heartbeat stays in the pool.
pub const HEARTBEAT_LONGEVITY: u64 = 8;
/// `InvalidTransaction::Custom` for a heartbeat of a node that is unknown or never had a lease.
pub const UNKNOWN_NODE: u8 = 1;
/// `InvalidTransaction::Custom` for a heartbeat of a node that is drained, jailed, leaving or without
/// a lease.
pub const NOT_EXPECTED: u8 = 2;

/// What an operator key signs.
pub fn heartbeat_message(genesis: Hash, node: NodeId, at: BlockNumber) -> Vec<u8> {
	let mut message = HEARTBEAT_DOMAIN.to_vec();
	(genesis, node, at).encode_to(&mut message);
	message
}

impl<T: Config> Pallet<T> {
	/// Lets a heartbeat into the pool and into a block, from wherever it comes: it authorises itself.
	/// What is cheap is checked first, the signature last.
	pub(crate) fn authorize_heartbeat(
		_source: TransactionSource,
		node: &NodeId,
		at: &BlockNumber,
		signature: &OperatorSignature,
	) -> TransactionValidityWithRefund {
		let (node, at, now) = (*node, *at, Self::now());
		if at > now {
			return Err(InvalidTransaction::Future.into());
		}
		if now.saturating_sub(at) > HEARTBEAT_MAX_AGE {
			return Err(InvalidTransaction::Stale.into());
		}
		let last = match Pulses::<T>::get(node) {
			Some(pulse) => pulse.last,
			None => return Err(InvalidTransaction::Custom(UNKNOWN_NODE).into()),
		};
		if at < Parameters::<T>::get().next_beat(last) {
			return Err(InvalidTransaction::Stale.into());
		}
		let Some(record) = Nodes::<T>::get(node) else {
			return Err(InvalidTransaction::Custom(UNKNOWN_NODE).into());
		};
		if !record.expects_heartbeat() {
			return Err(InvalidTransaction::Custom(NOT_EXPECTED).into());
		}
		let message = heartbeat_message(T::Genesis::genesis_hash(), node, at);
		if !record.operator_key.verify(&message, signature) {
			return Err(InvalidTransaction::BadProof.into());
		}
		// One heartbeat after each accepted one: the tag names the one before.
		ValidTransaction::with_tag_prefix(HEARTBEAT_TAG)
			.priority(T::HeartbeatPriority::get())
			.and_provides((node, last))
			.longevity(HEARTBEAT_LONGEVITY)
			.propagate(true)
			.build()
			.map(|validity| (validity, Weight::zero()))
	}

	/// Takes note of a heartbeat that was authorised.
	pub(crate) fn do_heartbeat(node: NodeId, at: BlockNumber) -> DispatchResultWithPostInfo {
		let mut record = Nodes::<T>::get(node).ok_or(Error::<T>::UnknownNode)?;
		ensure!(record.expects_heartbeat(), Error::<T>::HeartbeatNotExpected);
		Self::note_alive(node, at);
		if record.status == NodeStatus::Active {
			return Ok(Some(T::WeightInfo::heartbeat()).into());
		}
		Self::settle_status(node, &mut record, NodeStatus::Active);
		Ok(None.into())
	}
}
