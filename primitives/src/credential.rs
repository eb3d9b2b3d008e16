//! Credentials: what an issuer says about a subject, and what a clause demands (verifiable credentials as canonical,
//! issuer-signed claims).

use crate::Hash;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Number of a registered issuer of credentials.
pub type IssuerId = u32;

/// Most credentials that a clause demands of a node, and of a requester.
pub const MAX_CREDENTIAL_DEMANDS: u32 = 4;

/// A credential that a clause demands.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub struct CredentialDemand {
	/// Type of the credential: a hash of its name, by [`credential_type`].
	pub kind: Hash,
	/// Who has to have issued it; `None`: any issuer that governance lets issue this type.
	#[serde(default)]
	pub issuer: Option<IssuerId>,
}

/// Type of a credential by name, such as `NSF/SovereignOperator@1`: Blake2-256 of
/// `"concordat/credential-type/v1" ‖ name`.
pub fn credential_type(name: &str) -> Hash {
	let mut bytes: alloc::vec::Vec<u8> = b"concordat/credential-type/v1".to_vec();
	bytes.extend_from_slice(name.as_bytes());
	Hash::from(sp_io::hashing::blake2_256(&bytes))
}
