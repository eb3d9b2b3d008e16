//! `pallet-authorship`: the account behind the author of the current block.

use crate::{Babe, Runtime};

impl pallet_authorship::Config for Runtime {
	type FindAuthor = pallet_session::FindAccountFromAuthorIndex<Self, Babe>;
	type EventHandler = ();
}
