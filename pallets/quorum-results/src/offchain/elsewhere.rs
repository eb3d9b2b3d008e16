//! Programs and inputs that the chain names and does not keep: the worker's side of
//! [`concordat_primitives::content`].
//!
//! The worker says what it lacks and looks whether the host has found it. A body is worth its place on the
//! list for as long as the job may have to be handed over with it, found or not: what is not on the list any
//! more, the host forgets.

use alloc::vec::Vec;
use codec::Encode;
use concordat_primitives::{
	content::{
		BodyId, Wish, Wishes, MAX_SERVED, MAX_WISHES, MAX_WISHES_BYTES, SERVED_KEY, WISHES_KEY,
	},
	worker::decode,
};
use sp_core::offchain::StorageKind;
use sp_io::offchain::{local_storage_get, local_storage_set, timestamp};

/// Longest list of served bodies that is read, in bytes.
const MAX_SERVED_BYTES: usize = MAX_SERVED * 40;

/// What the host serves now; `None` if this host serves nothing at all: then nobody need wait for it.
pub(crate) fn served() -> Option<Vec<BodyId>> {
	let bytes = local_storage_get(StorageKind::PERSISTENT, SERVED_KEY)?;
	if bytes.len() > MAX_SERVED_BYTES {
		return None;
	}
	decode(&bytes)
}

/// The body, if the host has it. The host has checked its hash; the enclave will, once more.
pub(crate) fn body(id: &BodyId) -> Option<Vec<u8>> {
	if !served()?.contains(id) {
		return None;
	}
	local_storage_get(StorageKind::PERSISTENT, &id.key())
		.filter(|bytes| bytes.len() as u64 == u64::from(id.len))
}

/// What a run would like to have.
#[derive(Default)]
pub(crate) struct List(Vec<Wish>);

impl List {
	/// Puts a body on the list, once.
	pub(crate) fn add(&mut self, wish: Wish) {
		let known = self.0.iter().any(|one| one.body == wish.body && one.location == wish.location);
		if !known && self.0.len() < MAX_WISHES {
			self.0.push(wish);
		}
	}

	/// Tells the host, if there is one. Nothing is written where nothing was wished and nothing is.
	pub(crate) fn publish(&self) {
		if served().is_none() || (self.0.is_empty() && !is_anything_wished()) {
			return;
		}
		let wishes = Wishes { at: timestamp().unix_millis(), list: self.0.clone() };
		local_storage_set(StorageKind::PERSISTENT, WISHES_KEY, &wishes.encode());
	}
}

fn is_anything_wished() -> bool {
	let Some(bytes) = local_storage_get(StorageKind::PERSISTENT, WISHES_KEY) else { return false };
	// What cannot be read is replaced by what can.
	bytes.len() > MAX_WISHES_BYTES
		|| decode::<Wishes>(&bytes).is_none_or(|wishes| !wishes.list.is_empty())
}
