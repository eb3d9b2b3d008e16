mod authorities;
mod headers;
mod justifications;
mod oracle;
mod proofs;
mod trackers;

use crate::{fixtures::header, Hash, Header};

/// A block at height 10 without digest.
fn plain() -> Header {
	header(Hash::repeat_byte(1), 10, Hash::repeat_byte(2), vec![])
}

/// A block on top of another, told from its siblings by `salt`.
fn child(parent: &Header, salt: u8) -> Header {
	header(parent.hash(), parent.number + 1, Hash::repeat_byte(salt), vec![])
}
