//! The off-chain worker: sends the heartbeats of the nodes that this machine operates.
//!
//! A node is operated here if its operator key is in the keystore. Its heartbeat is sent only while
//! the host lists the enclave that holds the node's lease: the host lists healthy ones alone, so a
//! dead enclave falls silent although its host lives. The worker may run several times for one block
//! and again after a fork; a lock per node, which expires, keeps it from sending twice.

use crate::{
	heartbeat_message, Call, Config, Nodes, OperatorNodes, Pallet, Parameters, Params, Pulses,
	LOG_TARGET,
};
use alloc::vec::Vec;
use codec::Encode;
use concordat_primitives::{
	enclave_api::{Endpoint, ENDPOINTS_KEY},
	node::OperatorId,
	traits::GenesisHash,
	BlockNumber, NodeId,
};
use frame_system::offchain::SubmitTransaction;
use sp_runtime::{
	offchain::storage::{MutateStorageError, StorageRetrievalError, StorageValueRef},
	RuntimeAppPublic,
};

/// Where the locks lie; followed by the SCALE-encoded number of the node.
const LOCK_PREFIX: &[u8] = b"concordat/heartbeat-lock/v1/";
/// Blocks that a heartbeat is given to get into a block before another one is sent.
const LOCK_BLOCKS: BlockNumber = 3;

/// Why no heartbeat is sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Skip {
	/// The key is no node's operator key.
	NoNode,
	/// The node is drained, jailed, leaving, without a lease, or a validator.
	NotExpected,
	/// The last one is recent.
	NotDue,
	/// The host does not list the leased enclave as healthy.
	NoEnclave,
	/// One was sent at the block named and may still get in.
	Sent(BlockNumber),
	/// Another run of the worker is at it.
	Busy,
	/// The keystore does not sign.
	NotSigned,
	/// The pool does not take it.
	NotSubmitted,
}

impl<T: Config> Pallet<T> {
	/// Sends what is due at block `now`.
	pub(crate) fn beat(now: BlockNumber) {
		let endpoints = match StorageValueRef::persistent(ENDPOINTS_KEY).get::<Vec<Endpoint>>() {
			Ok(endpoints) => endpoints.unwrap_or_default(),
			Err(_) => {
				log::warn!(target: LOG_TARGET, "the host's list of enclaves cannot be read");
				return;
			},
		};
		if endpoints.is_empty() {
			return;
		}
		for key in OperatorId::all() {
			match Self::beat_for(&key, &endpoints, now) {
				Ok(node) => log::debug!(target: LOG_TARGET, "sent the heartbeat of node {node}"),
				Err(skip) => {
					log::trace!(target: LOG_TARGET, "no heartbeat for {key:?} at {now}: {skip:?}")
				},
			}
		}
	}

	/// Sends the heartbeat of the node that `key` operates, if it is due.
	pub(crate) fn beat_for(
		key: &OperatorId,
		endpoints: &[Endpoint],
		now: BlockNumber,
	) -> Result<NodeId, Skip> {
		let node = OperatorNodes::<T>::get(key).ok_or(Skip::NoNode)?;
		let record = Nodes::<T>::get(node).ok_or(Skip::NoNode)?;
		let lease = record.lease.as_ref().ok_or(Skip::NotExpected)?;
		if !record.expects_heartbeat() {
			return Err(Skip::NotExpected);
		}
		let last = Pulses::<T>::get(node).map_or(0, |pulse| pulse.last);
		if now < due_from(&Parameters::<T>::get(), node, last) {
			return Err(Skip::NotDue);
		}
		if !endpoints.iter().any(|endpoint| endpoint.signing_key == lease.signing_key) {
			return Err(Skip::NoEnclave);
		}
		Self::with_lock(node, now, || {
			let message = heartbeat_message(T::Genesis::genesis_hash(), node, now);
			let signature = key.sign(&message).ok_or(Skip::NotSigned)?;
			let call = Call::<T>::heartbeat { node, at: now, signature };
			let xt = T::create_authorized_transaction(call.into());
			SubmitTransaction::<T, Call<T>>::submit_transaction(xt).map_err(|()| Skip::NotSubmitted)
		})?;
		Ok(node)
	}

	/// Does `send` unless it was done for the node within the last blocks.
	fn with_lock(
		node: NodeId,
		now: BlockNumber,
		send: impl FnOnce() -> Result<(), Skip>,
	) -> Result<(), Skip> {
		let mut name = LOCK_PREFIX.to_vec();
		node.encode_to(&mut name);
		let mut lock = StorageValueRef::persistent(&name);
		lock.mutate(|sent: Result<Option<BlockNumber>, StorageRetrievalError>| match sent {
			// A lock from a higher block is of a fork, or of a chain that was purged.
			Ok(Some(at)) if at <= now && now < at.saturating_add(LOCK_BLOCKS) => {
				Err(Skip::Sent(at))
			},
			_ => Ok(now),
		})
		.map_err(|error| match error {
			MutateStorageError::ValueFunctionFailed(skip) => skip,
			MutateStorageError::ConcurrentModification(_) => Skip::Busy,
		})?;
		let sent = send();
		if sent.is_err() {
			lock.clear();
		}
		sent
	}
}

/// First block at which the worker sends the heartbeat after the one of block `last`: within the last
/// quarter of the interval, at a place that differs from node to node and from beat to beat, so that
/// they do not all come at once.
fn due_from(params: &Params, node: NodeId, last: BlockNumber) -> BlockNumber {
	let spread = params.heartbeat_interval / 4;
	let [byte, ..] = sp_io::hashing::twox_64(&(node, last).encode());
	let jitter = BlockNumber::from(byte) % spread.saturating_add(1);
	last.saturating_add(params.heartbeat_interval.saturating_sub(jitter))
		.max(params.next_beat(last))
}
