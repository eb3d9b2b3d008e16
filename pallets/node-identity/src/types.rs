//! Plain data of identity: nothing here knows the pallet.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use concordat_attestation::tpm::{Ak, MAX_ATTEST_BYTES};
use concordat_primitives::{
	credential::{CredentialDemand, IssuerId},
	did::{Did, DidKey},
	node::Resources,
	units::{CDT, MILLI_CDT},
	AccountId, Balance, BlockNumber, Hash, NodeId,
};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Most types of credentials that an issuer is entitled to one by one.
pub const MAX_KINDS: u32 = 16;
/// Most credentials of one subject on record. A demand may have to look at those of three subjects (a node, its
/// controller, its controller's identifier), and at the issuer of each.
pub const MAX_CREDENTIALS: u32 = 16;
/// Most methods of identifiers that are registered.
pub const MAX_METHODS: u32 = 32;
/// Name of the type of credential that vouches for the attestation key of a node's TPM.
pub const TPM_AK_KIND: &str = "concordat/TpmAk@1";
/// Domain of signed claims.
pub const CREDENTIAL_DOMAIN: &[u8] = b"concordat/credential/v1";
/// Domain of what a TPM quotes about a commitment.
pub const RESOURCES_DOMAIN: &[u8] = b"concordat/resources/v1";
/// Domain of the hash of an attestation key.
pub const AK_DOMAIN: &[u8] = b"concordat/tpm-ak/v1";

/// Derives what plain data needs to be stored and shown.
macro_rules! plain {
	($($item:item)*) => {
		$(
			#[derive(
				Clone,
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
			$item
		)*
	};
}

plain! {
	/// Identifier of an account.
	pub struct Binding {
		/// The identifier.
		pub did: Did,
		/// Who attested that it is the account's; `None` where the identifier's own key signed.
		pub attester: Option<AccountId>,
		/// Block in which it was bound.
		pub bound_at: BlockNumber,
		/// What is held of the account for it.
		#[serde(with = "concordat_primitives::text::decimal")]
		pub deposit: Balance,
	}

	/// An account asks that an identifier be attested to be its own. Left by `attest_did` and `cancel_request`.
	pub struct Request {
		/// The identifier.
		pub did: Did,
		/// What is held of the account for it.
		#[serde(with = "concordat_primitives::text::decimal")]
		pub deposit: Balance,
	}

	/// What an issuer may issue.
	pub enum Kinds {
		/// Every type there is.
		#[codec(index = 0)]
		Any,
		/// These types, each once, at least one
		/// ([`credential_type`](concordat_primitives::credential::credential_type)).
		#[codec(index = 1)]
		Only(BoundedVec<Hash, ConstU32<MAX_KINDS>>),
	}

	/// Whether an issuer's credentials count.
	pub enum IssuerStatus {
		/// They count. Left by `suspend_issuer`, `set_issuer` and `remove_issuer`.
		#[codec(index = 0)]
		Active,
		/// They do not, and no new ones are taken. Left by `set_issuer` and `remove_issuer`.
		#[codec(index = 1)]
		Suspended,
	}

	/// A registered issuer.
	pub struct Issuer {
		/// Account that may change the key, suspend the issuer and revoke its credentials.
		pub controller: AccountId,
		/// Key that signs its credentials now.
		pub key: DidKey,
		/// How many keys it had before.
		pub epoch: u32,
		/// First of its keys whose credentials count: those of earlier ones were given up.
		pub oldest_epoch: u32,
		/// What it may issue.
		pub kinds: Kinds,
		/// Where it stands.
		pub status: IssuerStatus,
	}

	/// Whom a credential is about.
	#[derive(PartialOrd, Ord)]
	pub enum Subject {
		/// An account.
		#[codec(index = 0)]
		Account(AccountId),
		/// A node.
		#[codec(index = 1)]
		Node(NodeId),
		/// An identifier, by Blake2-256 of its text; it counts for whoever has it bound.
		#[codec(index = 2)]
		Did(Hash),
	}

	/// What an issuer signs: `"concordat/credential/v1" ‖ genesis ‖ SCALE(claims)`. The document itself stays
	/// off the chain.
	pub struct Claims {
		/// Who says it.
		pub issuer: IssuerId,
		/// Type of the credential ([`credential_type`](concordat_primitives::credential::credential_type)).
		pub kind: Hash,
		/// Of whom.
		pub subject: Subject,
		/// Hash of the document with the claims. Of an attestation key: [`ak_hash`](crate::ak_hash).
		pub claims: Hash,
		/// First block in which it counts.
		pub issued_at: BlockNumber,
		/// First block in which it counts no more.
		pub expires_at: BlockNumber,
		/// Told apart by the issuer: the same claims can be presented only once they have left the chain, and never
		/// once they are revoked.
		pub serial: u64,
	}

	/// A credential on record.
	pub struct Credential {
		/// What the issuer signed.
		pub claims: Claims,
		/// Which of the issuer's keys signed it.
		pub epoch: u32,
		/// Who presented it and holds the deposit.
		pub presenter: AccountId,
		/// Block in which it was presented.
		pub presented_at: BlockNumber,
		/// What is held of the presenter.
		#[serde(with = "concordat_primitives::text::decimal")]
		pub deposit: Balance,
	}

	/// All that has to be known of a credential when it is demanded; in one list per subject.
	pub struct Held {
		/// Hash of the credential.
		pub credential: Hash,
		/// Its type.
		pub kind: Hash,
		/// Who issued it.
		pub issuer: IssuerId,
		/// With which of its keys.
		pub epoch: u32,
		/// First block in which it counts no more.
		pub expires_at: BlockNumber,
	}

	/// Whether a credential counts, and if not, why.
	#[derive(Copy)]
	pub enum Standing {
		/// It counts.
		Counts,
		/// Its time is over, for good.
		Expired,
		/// Its issuer is no longer registered, for good.
		IssuerGone,
		/// Its issuer gave up the key that signed it, for good.
		KeyGivenUp,
		/// Its issuer is suspended.
		IssuerSuspended,
		/// Its issuer is not, or no longer, entitled to issue this type.
		NotEntitled,
	}

	/// Where a TPM's counters stood at its last quote. TPM 2.0 Library, Part 1, "Timing Components".
	#[derive(Copy, PartialOrd, Ord)]
	pub struct TpmTime {
		/// How often it was reset. Looked at first: after a disorderly reset the clock runs from a little earlier.
		pub resets: u32,
		/// Milliseconds for which it was powered.
		pub clock: u64,
	}

	/// What a node committed itself to.
	pub struct Commitment {
		/// What it says it has.
		pub resources: Resources,
		/// Block in which it said so.
		pub committed_at: BlockNumber,
		/// [`ak_hash`](crate::ak_hash) of the TPM's key that quoted it; `None`: the node's word alone.
		pub ak: Option<Hash>,
	}

	/// What governance may change.
	#[serde(deny_unknown_fields)]
	pub struct Params {
		/// What is held of an account for its identifier, or for asking for one.
		#[serde(with = "concordat_primitives::text::decimal")]
		pub did_deposit: Balance,
		/// What is held of whoever presents a credential.
		#[serde(with = "concordat_primitives::text::decimal")]
		pub credential_deposit: Balance,
		/// How old the block that a TPM quotes may be, in blocks; at least 1 and at most the block hashes that the
		/// chain remembers.
		pub quote_window: BlockNumber,
	}

	/// The identifier of an account, for clients.
	pub struct DidView {
		/// The identifier.
		pub did: Did,
		/// Who attested it; `None` where its own key signed.
		pub attester: Option<AccountId>,
		/// Block in which it was bound.
		pub bound_at: BlockNumber,
		/// Credentials of the identifier count for the account. They do not while its attester no longer attests for
		/// its method.
		pub counts: bool,
	}

	/// A credential, for clients.
	pub struct CredentialView {
		/// Its hash.
		pub hash: Hash,
		/// The record.
		pub credential: Credential,
		/// Whether it counts now.
		pub standing: Standing,
	}

	/// What a node committed itself to, for clients.
	pub struct CommitmentView {
		/// What it said.
		pub commitment: Commitment,
		/// The TPM's key that quoted it is the node's present one and is vouched for now.
		pub attested: bool,
	}
}

/// Derives what plain data needs to be stored.
macro_rules! stored {
	($($item:item)*) => {
		$(
			#[derive(
				Clone,
				Debug,
				PartialEq,
				Eq,
				Encode,
				Decode,
				DecodeWithMemTracking,
				MaxEncodedLen,
				TypeInfo,
			)]
			$item
		)*
	};
}

stored! {
	/// The key of a node's TPM.
	pub struct AkRecord {
		/// What it signs quotes with.
		pub ak: Ak,
		/// Credential that vouches for it, as long as that counts; `None`: governance does.
		pub credential: Option<Hash>,
		/// Block in which it was registered.
		pub registered_at: BlockNumber,
	}

	/// A quote of a node's TPM over [`quoted_data`].
	pub struct TpmEvidence {
		/// The recent block whose hash is quoted.
		pub block: BlockNumber,
		/// `TPMS_ATTEST`.
		pub attest: BoundedVec<u8, ConstU32<{ MAX_ATTEST_BYTES as u32 }>>,
		/// 256 bytes for RSA; r ‖ s, 64 bytes, for ECDSA.
		pub signature: BoundedVec<u8, ConstU32<256>>,
	}
}

impl Kinds {
	/// Whether a list names each type once, and at least one.
	pub fn is_valid(&self) -> bool {
		match self {
			Self::Any => true,
			Self::Only(kinds) => {
				!kinds.is_empty()
					&& kinds.iter().enumerate().all(|(place, kind)| {
						kinds.iter().take(place).all(|earlier| earlier != kind)
					})
			},
		}
	}

	/// Whether `kind` may be issued.
	pub fn allow(&self, kind: &Hash) -> bool {
		match self {
			Self::Any => true,
			Self::Only(kinds) => kinds.contains(kind),
		}
	}
}

impl Claims {
	/// What the issuer signs.
	pub fn message(&self, genesis: &Hash) -> Vec<u8> {
		let mut message = CREDENTIAL_DOMAIN.to_vec();
		message.extend_from_slice(genesis.as_bytes());
		self.encode_to(&mut message);
		message
	}

	/// Names the credential: Blake2-256 of [`Self::message`]. The signature is no part of it, because a message can
	/// have many.
	pub fn hash(&self, genesis: &Hash) -> Hash {
		Hash::from(sp_io::hashing::blake2_256(&self.message(genesis)))
	}
}

impl Credential {
	/// The entry in its subject's list.
	pub fn held(&self, credential: Hash) -> Held {
		let Claims { kind, issuer, expires_at, .. } = self.claims;
		Held { credential, kind, issuer, epoch: self.epoch, expires_at }
	}
}

impl Held {
	/// Whether this is what `demand` is about, if it counts.
	pub fn fits(&self, demand: &CredentialDemand) -> bool {
		self.kind == demand.kind && demand.issuer.is_none_or(|issuer| issuer == self.issuer)
	}

	/// Whether it counts at `now`, when its issuer stands like this.
	pub fn standing(&self, issuer: Option<&Issuer>, now: BlockNumber) -> Standing {
		if now >= self.expires_at {
			return Standing::Expired;
		}
		let Some(issuer) = issuer else { return Standing::IssuerGone };
		if self.epoch < issuer.oldest_epoch {
			Standing::KeyGivenUp
		} else if issuer.status != IssuerStatus::Active {
			Standing::IssuerSuspended
		} else if !issuer.kinds.allow(&self.kind) {
			Standing::NotEntitled
		} else {
			Standing::Counts
		}
	}
}

impl Standing {
	/// Whether it can never count again.
	pub const fn is_final(&self) -> bool {
		matches!(self, Self::Expired | Self::IssuerGone | Self::KeyGivenUp)
	}
}

impl Default for Params {
	/// A tenth of a CDT for an identifier; 50 mCDT for a credential; five minutes.
	fn default() -> Self {
		Self { did_deposit: CDT / 10, credential_deposit: 50 * MILLI_CDT, quote_window: 150 }
	}
}

impl Params {
	/// Whether the numbers make sense on a chain that remembers so many block hashes.
	pub const fn is_valid(&self, hashes_kept: BlockNumber) -> bool {
		self.quote_window > 0 && self.quote_window <= hashes_kept
	}
}

/// What a TPM has to quote for a commitment, as the quote's `extraData`:
/// SHA-256 of `"concordat/resources/v1" ‖ genesis ‖ node (u32 LE) ‖ SCALE(resources) ‖ hash of a recent block`.
pub fn quoted_data(genesis: &Hash, node: NodeId, resources: &Resources, block: &Hash) -> [u8; 32] {
	let mut bytes = RESOURCES_DOMAIN.to_vec();
	bytes.extend_from_slice(genesis.as_bytes());
	bytes.extend_from_slice(&node.to_le_bytes());
	resources.encode_to(&mut bytes);
	bytes.extend_from_slice(block.as_bytes());
	sp_io::hashing::sha2_256(&bytes)
}
