//! Identity: who stands behind accounts and nodes, and what others vouch for.
//!
//! Accounts bind decentralized identifiers. Issuers that governance registered say things about accounts,
//! nodes and identifiers, by signed claims that anybody may present. Nodes commit themselves to
//! resources, with the word of their TPM where its key is vouched for. Clauses demand credentials; whether
//! one counts is judged anew at every use.
//!
//! # Surface
//!
//! | call | who | does |
//! |---|---|---|
//! | [`bind_did`](Pallet::bind_did) | an account, with a proof by the key | binds a `did:key` |
//! | [`request_did`](Pallet::request_did), [`cancel_request`](Pallet::cancel_request) | an account | asks for another identifier to be attested; that is its consent |
//! | [`attest_did`](Pallet::attest_did) | attester of the method | binds what the account has asked for |
//! | [`unbind_did`](Pallet::unbind_did) | the account | gives its identifier up |
//! | [`revoke_did`](Pallet::revoke_did) | attester of the method, governance | takes an attested identifier away |
//! | [`register_method`](Pallet::register_method), [`remove_method`](Pallet::remove_method) | governance | who attests which method |
//! | [`register_issuer`](Pallet::register_issuer), [`set_issuer`](Pallet::set_issuer), [`remove_issuer`](Pallet::remove_issuer) | governance | who may issue what |
//! | [`rotate_issuer_key`](Pallet::rotate_issuer_key) | controller of the issuer | another key; what the old ones signed counts on, or not |
//! | [`suspend_issuer`](Pallet::suspend_issuer) | controller of the issuer | stops it at once; governance lets it go on |
//! | [`present_credential`](Pallet::present_credential) | anybody, with a deposit | verifies signed claims and keeps them |
//! | [`revoke_credential`](Pallet::revoke_credential) | controller of the issuer, governance | ends claims for good, presented or not |
//! | [`remove_credential`](Pallet::remove_credential) | presenter; anybody once it can never count again | takes it off the record |
//! | [`register_ak`](Pallet::register_ak) | governance; controller of the node with a credential | names the key of the node's TPM |
//! | [`remove_ak`](Pallet::remove_ak) | governance, controller of the node | forgets it |
//! | [`commit_resources`](Pallet::commit_resources) | controller of the node | says what the node has, with a quote of its TPM or without |
//! | [`clear_node`](Pallet::clear_node) | anybody | forgets what is kept of a node that is gone |
//! | [`set_params`](Pallet::set_params) | governance | changes [`Params`] |
//!
//! # Identifiers
//!
//! An account has at most one identifier, and an identifier one account. A `did:key` proves itself, by a signature that
//! is taken once. Any other is attested by whom governance trusts to look it up, and counts for as long as
//! *that* account attests for its method.
//!
//! # Credentials
//!
//! ```text
//!  issuer signs ──present──► on record ──remove (presenter; anybody once it is dead)──► off the record
//!       │                        └───────────revoke───────────┐
//!       └──────────────────────────revoke─────────────────────┴──► revoked, for good
//! ```
//!
//! What is on record counts while, in this order ([`Standing`]): its time is not over, its issuer is registered, has not
//! given up the key that signed it, is active, and is entitled to its type. Nothing of that is
//! remembered; nothing depends on a hook. A node meets a demand by a credential of its own, of
//! its controller's account, or of the identifier that this account has bound.
//!
//! The hash of revoked claims is kept for good, because whoever has them could present them again.
//!
//! # Resources and TPMs
//!
//! A commitment without evidence is the node's word, and says so. Evidence is a quote over [`quoted_data`], verified
//! with the attestation key (AK) that is registered for the node; without one it is refused, because evidence that
//! nobody checked must not look like some. An AK belongs to one node, and is vouched for by governance, or by a
//! credential of type [`TPM_AK_KIND`] for as long as that counts. The TPM's counters have to move on from quote to quote.
//!
//! # Up and down
//!
//! Up: [`CredentialInspect`](concordat_primitives::traits::CredentialInspect), asked at dispatch and at assignment; clients read
//! [`Pallet::did_of`], [`Pallet::credentials_of`], [`Pallet::commitment_of`]. Down: `T::Nodes` tells who controls a
//! node; `T::Receipts` audits identifiers bound and given up, credentials presented and revoked, and commitments.
//!
//! # Money
//!
//! [`HoldReason::Did`]: held of an account from `request_did` or `bind_did` on until the identifier goes.
//! [`HoldReason::Credential`]: held of the presenter until the credential leaves the record, however it does. What was
//! held is what is released: a change of the parameters concerns later deposits. Nothing is ever taken.
//!
//! # Bounds
//!
//! [`MAX_CREDENTIALS`] for a subject, [`MAX_KINDS`] for an issuer, [`MAX_METHODS`]. Issuers, and the hashes and counters that
//! are kept for good, grow only by governance and by what issuers sign. There is no hook.
//!
//! # Invariants (checked by `do_try_state`)
//!
//! 1. What is on hold of an account is the sum of the deposits of its identifier, its request and the credentials that it
//!    presented.
//! 2. Accounts and identifiers are a bijection. Identifiers are well-formed; a `did:key` has no attester and a
//!    sound key, and any other has one.
//! 3. Requests are for well-formed identifiers that are no keys.
//! 4. Methods have well-formed names; `key` is not among them.
//! 5. Issuers have numbers below the next one, sound keys and lists, and no credential of a key to come.
//! 6. A credential is on record under its hash and in its subject's list, once, and in no other; its issuer's number
//!    was given. No revoked one is on record.
//! 7. A node has an AK if and only if the AK has that node.
//! 8. The parameters are valid.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
mod credentials;
mod dids;
mod inspect;
mod issuers;
#[cfg(test)]
mod mock;
mod resources;
#[cfg(test)]
mod tests;
#[cfg(any(test, feature = "std", feature = "try-runtime"))]
mod try_state;
mod types;
pub mod weights;

pub use pallet::*;
pub use resources::ak_hash;
pub use types::*;
pub use weights::WeightInfo;

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::boxed::Box;
	use concordat_attestation::tpm::Ak;
	use concordat_primitives::{
		credential::IssuerId,
		did::{Did, DidKey, DidMethod, DidSignature},
		node::Resources,
		traits::{GenesisHash, NodeInspect, ReceiptSink},
		AccountId, Balance, BlockNumber, Hash, NodeId,
	};
	use frame_support::{
		pallet_prelude::*,
		traits::fungible::{Inspect, Mutate, MutateHold},
	};
	use frame_system::pallet_prelude::*;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId, Hash = Hash> {
		/// The runtime's reasons for holds.
		type RuntimeHoldReason: From<HoldReason>;

		/// Where deposits are held.
		type Currency: Inspect<AccountId, Balance = Balance>
			+ Mutate<AccountId>
			+ MutateHold<AccountId, Reason = Self::RuntimeHoldReason>;

		/// Governance: methods, issuers, keys of TPMs, parameters.
		type ForceOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Who controls a node.
		type Nodes: NodeInspect<AccountId>;

		/// What this chain is called in signed statements.
		type Genesis: GenesisHash;

		/// Where identifiers, credentials and commitments are audited.
		type Receipts: ReceiptSink;

		/// Weights of this pallet.
		type WeightInfo: WeightInfo;

		/// Makes nodes for benchmarks.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: benchmarking::BenchmarkHelper;
	}

	/// Why funds are held.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Deposit for an identifier, bound or asked for.
		Did,
		/// Deposit for a credential on record.
		Credential,
	}

	/// Identifiers of accounts. Written by `bind_did`, `attest_did`; removed by `unbind_did`, `revoke_did`.
	#[pallet::storage]
	pub type Bindings<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, Binding, OptionQuery>;

	/// Account that has an identifier bound, by the identifier's hash. Lives and dies with the binding.
	#[pallet::storage]
	pub type AccountOfDid<T: Config> =
		StorageMap<_, Blake2_128Concat, Hash, AccountId, OptionQuery>;

	/// How many proofs of an account were taken. Written by `bind_did`; never removed, so that none is taken twice.
	#[pallet::storage]
	pub type Nonces<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, u32, ValueQuery>;

	/// What accounts ask to be attested. Written by `request_did`; removed by `attest_did`, `cancel_request`.
	#[pallet::storage]
	pub type Requests<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, Request, OptionQuery>;

	/// Who attests for a method. Written by `register_method`, removed by `remove_method`.
	#[pallet::storage]
	pub type Methods<T: Config> =
		CountedStorageMap<_, Blake2_128Concat, DidMethod, AccountId, OptionQuery>;

	/// Issuers. Written by `register_issuer`, changed by `set_issuer`, `rotate_issuer_key` and `suspend_issuer`,
	/// removed by `remove_issuer`.
	#[pallet::storage]
	pub type Issuers<T: Config> = StorageMap<_, Twox64Concat, IssuerId, Issuer, OptionQuery>;

	/// Number of the next issuer; none is used again.
	#[pallet::storage]
	pub type NextIssuer<T: Config> = StorageValue<_, IssuerId, ValueQuery>;

	/// Credentials on record, by [`Claims::hash`]. Written by `present_credential`; removed by `remove_credential`,
	/// `revoke_credential`.
	#[pallet::storage]
	pub type Credentials<T: Config> =
		StorageMap<_, Blake2_128Concat, Hash, Credential, OptionQuery>;

	/// Credentials of a subject. Lives and dies with them; no entry is empty.
	#[pallet::storage]
	pub type CredentialsOf<T: Config> = StorageMap<
		_,
		Blake2_128Concat,
		Subject,
		BoundedVec<Held, ConstU32<MAX_CREDENTIALS>>,
		ValueQuery,
	>;

	/// Claims that can never be presented again. Written by `revoke_credential`; never removed.
	#[pallet::storage]
	pub type Revoked<T: Config> = StorageMap<_, Blake2_128Concat, Hash, (), OptionQuery>;

	/// The key of a node's TPM. Written by `register_ak`; removed by `remove_ak`, `clear_node`.
	#[pallet::storage]
	pub type Aks<T: Config> = StorageMap<_, Twox64Concat, NodeId, AkRecord, OptionQuery>;

	/// The node that a TPM's key is registered for, by [`ak_hash`]. Lives and dies with the key's registration.
	#[pallet::storage]
	pub type NodeOfAk<T: Config> = StorageMap<_, Blake2_128Concat, Hash, NodeId, OptionQuery>;

	/// Counters of a TPM at its last quote, by [`ak_hash`]. Written by `commit_resources`; removed only when governance
	/// registers the key.
	#[pallet::storage]
	pub type Clocks<T: Config> = StorageMap<_, Blake2_128Concat, Hash, TpmTime, OptionQuery>;

	/// What nodes committed themselves to. Written by `commit_resources`; removed by `clear_node`.
	#[pallet::storage]
	pub type Commitments<T: Config> = StorageMap<_, Twox64Concat, NodeId, Commitment, OptionQuery>;

	/// What governance may change. Written by genesis and `set_params`.
	#[pallet::storage]
	pub type Parameters<T: Config> = StorageValue<_, Params, ValueQuery>;

	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// What governance may change later.
		pub params: Params,
		#[serde(skip)]
		#[doc(hidden)]
		pub _config: core::marker::PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			assert!(
				self.params.is_valid(Pallet::<T>::hashes_kept()),
				"node-identity: a window of quotes within the block hashes that the chain remembers"
			);
			Parameters::<T>::put(&self.params);
		}
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An account asks for an identifier.
		DidRequested {
			/// Account.
			account: AccountId,
			/// The identifier.
			did: Did,
		},
		/// An account does not ask any more.
		RequestCancelled {
			/// Account.
			account: AccountId,
		},
		/// An account has an identifier now.
		DidBound {
			/// Account.
			account: AccountId,
			/// The identifier.
			did: Did,
			/// Who attested it; `None` where its own key signed.
			attester: Option<AccountId>,
		},
		/// An account has no identifier any more.
		DidUnbound {
			/// Account.
			account: AccountId,
			/// The identifier.
			did: Did,
			/// It was taken away.
			revoked: bool,
		},
		/// Somebody attests for a method from now on.
		MethodRegistered {
			/// The method.
			method: DidMethod,
			/// Who attests.
			attester: AccountId,
		},
		/// Nobody attests for a method any more.
		MethodRemoved {
			/// The method.
			method: DidMethod,
		},
		/// An issuer was registered.
		IssuerRegistered {
			/// Number.
			issuer: IssuerId,
			/// Who controls it.
			controller: AccountId,
			/// What signs its credentials.
			key: DidKey,
			/// What it may issue.
			kinds: Kinds,
		},
		/// What an issuer may issue, or whether, has changed.
		IssuerChanged {
			/// Number.
			issuer: IssuerId,
			/// What it may issue.
			kinds: Kinds,
			/// Where it stands.
			status: IssuerStatus,
		},
		/// An issuer has another key.
		IssuerKeyRotated {
			/// Number.
			issuer: IssuerId,
			/// What signs its credentials now.
			key: DidKey,
			/// What earlier keys signed counts no more.
			earlier_given_up: bool,
		},
		/// An issuer is gone; its credentials count no more.
		IssuerRemoved {
			/// Number.
			issuer: IssuerId,
		},
		/// A credential is on record.
		CredentialPresented {
			/// Its hash.
			credential: Hash,
			/// Who issued it.
			issuer: IssuerId,
			/// Of whom.
			subject: Subject,
			/// Its type.
			kind: Hash,
			/// First block in which it counts no more.
			expires_at: BlockNumber,
			/// Who presented it.
			presenter: AccountId,
		},
		/// Claims were revoked, for good.
		CredentialRevoked {
			/// Hash of the credential.
			credential: Hash,
			/// Who had issued it.
			issuer: IssuerId,
		},
		/// A credential left the record.
		CredentialRemoved {
			/// Its hash.
			credential: Hash,
			/// Who got the deposit back.
			presenter: AccountId,
			/// How much.
			deposit: Balance,
		},
		/// The key of a node's TPM was registered.
		AkRegistered {
			/// Node.
			node: NodeId,
			/// [`ak_hash`].
			ak: Hash,
			/// Credential that vouches for it; `None`: governance does.
			credential: Option<Hash>,
		},
		/// The key of a node's TPM was forgotten.
		AkRemoved {
			/// Node.
			node: NodeId,
			/// [`ak_hash`].
			ak: Hash,
		},
		/// A node committed itself to resources.
		ResourcesCommitted {
			/// Node.
			node: NodeId,
			/// What it says it has.
			resources: Resources,
			/// [`ak_hash`] of the TPM's key that quoted it; `None`: the node's word alone.
			ak: Option<Hash>,
		},
		/// What was kept of a node that is gone was forgotten.
		NodeCleared {
			/// Node.
			node: NodeId,
		},
		/// Governance changed the parameters.
		ParamsSet {
			/// The new ones.
			params: Params,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The identifier is not of the form `did:method:identifier`.
		BadDid,
		/// Only a `did:key` is bound by a proof; ask for any other to be attested.
		NotAKey,
		/// What follows `did:key:` is not `z` and base58btc.
		NotBase58,
		/// The code of the key's kind is malformed.
		BadKeyCode,
		/// A kind of key that is not supported: Ed25519, P-256 and P-384 are.
		UnsupportedKey,
		/// The key has not the length of its kind.
		WrongKeyLength,
		/// The key is no point of its curve.
		NotAPoint,
		/// The key is of small order: its signatures prove nothing.
		WeakKey,
		/// The proof is not a signature of the identifier's key over this chain, account and nonce.
		BadProof,
		/// The account has an identifier already.
		AlreadyBound,
		/// The identifier is bound to another account.
		DidInUse,
		/// The account has no identifier.
		NotBound,
		/// A `did:key` is not attested: its key proves it.
		ProofNeeded,
		/// The account asks for an identifier already.
		AlreadyRequested,
		/// The account asks for none.
		NoRequest,
		/// The account asks for another identifier.
		OtherRequested,
		/// Nobody attests for the method.
		UnknownMethod,
		/// The caller does not attest for the method.
		NotAttester,
		/// Somebody attests for the method already.
		MethodKnown,
		/// The method's name is not 1 to 32 characters a–z 0–9, or is `key`.
		BadMethod,
		/// As many methods are registered as can be.
		TooManyMethods,
		/// A list of types names each once, and at least one.
		BadKinds,
		/// No such issuer.
		UnknownIssuer,
		/// The caller does not control the issuer.
		NotIssuerController,
		/// The issuer has this key already.
		SameKey,
		/// The issuer is suspended.
		IssuerSuspended,
		/// The issuer is not entitled to issue this type.
		NotEntitled,
		/// The credential does not count yet.
		NotYetValid,
		/// The credential's time is over.
		CredentialExpired,
		/// The credential is not signed with the issuer's key.
		BadSignature,
		/// The credential is on record already.
		AlreadyPresented,
		/// The credential is revoked, for good.
		CredentialRevoked,
		/// The subject has as many credentials as it may.
		TooManyCredentials,
		/// No such credential is on record.
		UnknownCredential,
		/// Only who presented it may remove a credential that can still count.
		NotPresenter,
		/// No such node.
		UnknownNode,
		/// The caller does not control the node.
		NotController,
		/// Without governance, a key of a TPM needs a credential that vouches for it.
		CredentialNeeded,
		/// Where governance vouches for a key, no credential does.
		CredentialNotNeeded,
		/// The credential is not about this key of this node.
		NotForThisAk,
		/// The credential that vouches for the key does not count.
		AkNotVouchedFor,
		/// The key is not one that a TPM signs quotes with.
		BadAk,
		/// The key is registered for another node.
		AkInUse,
		/// The node has no key of a TPM: its evidence cannot be verified.
		NoAk,
		/// A commitment to nothing.
		NothingCommitted,
		/// The quoted block is not yet there.
		QuoteInFuture,
		/// The quoted block is too old: quote a recent one.
		QuoteTooOld,
		/// The evidence is no quote of a TPM.
		BadQuote,
		/// The quote is not signed with the node's key.
		BadQuoteSignature,
		/// The quote is not about this chain, node, resources and block.
		QuoteMismatch,
		/// The TPM's counters have not moved on since its last quote.
		TpmTimeWentBack,
		/// The node is there: only what is kept of one that is gone can be cleared.
		NodeStillThere,
		/// Nothing is kept of the node.
		NothingKept,
		/// The parameters make no sense: quotes may be at least one block old, and at most as old as the block
		/// hashes that the chain remembers.
		InvalidParams,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(
				Params::default().is_valid(Self::hashes_kept()),
				"the chain must remember the hashes of the default window of quotes"
			);
			assert!(
				Credential::max_encoded_len() < 512 && Issuer::max_encoded_len() < 1_024,
				"deposits are flat: what they pay for is small"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Binds a `did:key` to the caller's account. `proof` is a signature of that key over
		/// [`binding_message`](concordat_primitives::did::binding_message) with the caller's nonce ([`Nonces`]).
		///
		/// The account has no identifier yet, and the identifier no account. A deposit is held.
		///
		/// Emits `DidBound`.
		#[pallet::call_index(0)]
		#[pallet::weight(Pallet::<T>::weight_of_binding(None))]
		pub fn bind_did(
			origin: OriginFor<T>,
			did: Did,
			proof: DidSignature,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let key = Self::do_bind_did(who, did, &proof)?;
			Ok(Some(Self::weight_of_binding(Some(&key))).into())
		}

		/// Gives the caller's identifier up and returns its deposit. Emits `DidUnbound`.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::unbind_did().saturating_add(T::Receipts::weight()))]
		pub fn unbind_did(origin: OriginFor<T>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			let binding = Bindings::<T>::get(&who).ok_or(Error::<T>::NotBound)?;
			Self::unbind(who, binding, false)
		}

		/// Asks the attester of its method to attest that an identifier is the caller's. That is the caller's consent
		/// to have it bound. A deposit is held. Emits `DidRequested`.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::request_did())]
		pub fn request_did(origin: OriginFor<T>, did: Did) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_request_did(who, did)
		}

		/// Takes the caller's request back and returns its deposit. Emits `RequestCancelled`.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::cancel_request())]
		pub fn cancel_request(origin: OriginFor<T>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_cancel_request(who)
		}

		/// Attests that an identifier is the account's, and binds it. By the attester of its method.
		///
		/// `did` is the hash of the identifier that the account asks for: what was looked up is what is
		/// bound, even if the account has changed its mind since. Emits `DidBound`.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::attest_did().saturating_add(T::Receipts::weight()))]
		pub fn attest_did(origin: OriginFor<T>, account: AccountId, did: Hash) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_attest_did(who, account, did)
		}

		/// Takes an attested identifier away from an account and returns the deposit. By the attester of its method, or
		/// by governance. Emits `DidUnbound`.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::revoke_did().saturating_add(T::Receipts::weight()))]
		pub fn revoke_did(origin: OriginFor<T>, account: AccountId) -> DispatchResult {
			let by = Self::signed_or_force(origin)?;
			Self::do_revoke_did(by, account)
		}

		/// Says who attests for a method. By governance; a known method has to be removed first. Emits
		/// `MethodRegistered`.
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::register_method())]
		pub fn register_method(
			origin: OriginFor<T>,
			method: DidMethod,
			attester: AccountId,
		) -> DispatchResult {
			T::ForceOrigin::ensure_origin(origin)?;
			Self::do_register_method(method, attester)
		}

		/// Lets nobody attest for a method any more. What was attested stays bound, and counts for nothing. By
		/// governance. Emits `MethodRemoved`.
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::remove_method())]
		pub fn remove_method(origin: OriginFor<T>, method: DidMethod) -> DispatchResult {
			T::ForceOrigin::ensure_origin(origin)?;
			Methods::<T>::take(&method).ok_or(Error::<T>::UnknownMethod)?;
			Self::deposit_event(Event::MethodRemoved { method });
			Ok(())
		}

		/// Registers an issuer of credentials. By governance. Emits `IssuerRegistered`.
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::register_issuer())]
		pub fn register_issuer(
			origin: OriginFor<T>,
			controller: AccountId,
			key: DidKey,
			kinds: Kinds,
		) -> DispatchResult {
			T::ForceOrigin::ensure_origin(origin)?;
			Self::do_register_issuer(controller, key, kinds)
		}

		/// Changes what an issuer may issue, and whether it may at all. Its credentials follow at once. By governance.
		/// Emits `IssuerChanged`.
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::set_issuer())]
		pub fn set_issuer(
			origin: OriginFor<T>,
			issuer: IssuerId,
			kinds: Kinds,
			status: IssuerStatus,
		) -> DispatchResult {
			T::ForceOrigin::ensure_origin(origin)?;
			ensure!(kinds.is_valid(), Error::<T>::BadKinds);
			Self::change_issuer(issuer, |record| {
				record.kinds = kinds;
				record.status = status;
			})
		}

		/// Gives an issuer another key, with which its credentials have to be signed from now on. By its controller.
		///
		/// `give_up_earlier`: what all its keys so far signed counts no more, now or ever, as is due when one of
		/// them has fallen into wrong hands. Otherwise it counts on.
		///
		/// Emits `IssuerKeyRotated`.
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::rotate_issuer_key())]
		pub fn rotate_issuer_key(
			origin: OriginFor<T>,
			issuer: IssuerId,
			key: DidKey,
			give_up_earlier: bool,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_rotate_issuer_key(who, issuer, key, give_up_earlier)
		}

		/// Suspends an issuer: its credentials count no more from now on, until governance sets it active again. By its
		/// controller. Emits `IssuerChanged`.
		#[pallet::call_index(11)]
		#[pallet::weight(T::WeightInfo::suspend_issuer())]
		pub fn suspend_issuer(origin: OriginFor<T>, issuer: IssuerId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_suspend_issuer(who, issuer)
		}

		/// Removes an issuer, for good: its credentials count no more, and anybody may take them off the record. By
		/// governance. Emits `IssuerRemoved`.
		#[pallet::call_index(12)]
		#[pallet::weight(T::WeightInfo::remove_issuer())]
		pub fn remove_issuer(origin: OriginFor<T>, issuer: IssuerId) -> DispatchResult {
			T::ForceOrigin::ensure_origin(origin)?;
			Issuers::<T>::take(issuer).ok_or(Error::<T>::UnknownIssuer)?;
			Self::deposit_event(Event::IssuerRemoved { issuer });
			Ok(())
		}

		/// Presents claims that an issuer signed ([`Claims::message`]). By anybody, who holds the deposit.
		///
		/// They are neither on record nor revoked; their time has come and is not over; the issuer is active and
		/// entitled to their type; a node that they are about exists; there is room for them.
		///
		/// Emits `CredentialPresented`.
		#[pallet::call_index(13)]
		#[pallet::weight(Pallet::<T>::weight_of_presenting(None))]
		pub fn present_credential(
			origin: OriginFor<T>,
			claims: Claims,
			signature: DidSignature,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let key = Self::do_present(who, claims, &signature)?;
			Ok(Some(Self::weight_of_presenting(Some(&key))).into())
		}

		/// Revokes claims for good, whether they were presented or not. What is on record goes, and its presenter gets
		/// the deposit back. By the issuer's controller or by governance, which alone may do so once the issuer is gone.
		///
		/// Emits `CredentialRevoked`, and `CredentialRemoved` if it was on record.
		#[pallet::call_index(14)]
		#[pallet::weight(T::WeightInfo::revoke_credential().saturating_add(T::Receipts::weight()))]
		pub fn revoke_credential(origin: OriginFor<T>, claims: Claims) -> DispatchResult {
			let by = Self::signed_or_force(origin)?;
			Self::do_revoke(by, &claims)
		}

		/// Takes a credential off the record and returns the deposit to its presenter. By its presenter; by anybody
		/// once it can never count again ([`Standing::is_final`]). Emits `CredentialRemoved`.
		#[pallet::call_index(15)]
		#[pallet::weight(T::WeightInfo::remove_credential())]
		pub fn remove_credential(origin: OriginFor<T>, credential: Hash) -> DispatchResult {
			let who = ensure_signed(origin)?;
			let record = Credentials::<T>::get(credential).ok_or(Error::<T>::UnknownCredential)?;
			let dead = || Self::standing(&record.held(credential)).is_final();
			ensure!(record.presenter == who || dead(), Error::<T>::NotPresenter);
			Self::take_off_record(credential, record)
		}

		/// Registers the key that a node's TPM signs quotes with, in place of an earlier one. By governance; or by the
		/// node's controller with the hash of a credential that vouches for it. Emits `AkRegistered`, and `AkRemoved`
		/// for another key before.
		#[pallet::call_index(16)]
		#[pallet::weight(T::WeightInfo::register_ak().saturating_add(T::Nodes::weight()))]
		pub fn register_ak(
			origin: OriginFor<T>,
			node: NodeId,
			ak: Ak,
			credential: Option<Hash>,
		) -> DispatchResult {
			let by = Self::signed_or_force(origin)?;
			Self::do_register_ak(by, node, ak, credential)
		}

		/// Forgets the key of a node's TPM; what it quoted counts as the node's word. By governance or the node's
		/// controller. Emits `AkRemoved`.
		#[pallet::call_index(17)]
		#[pallet::weight(T::WeightInfo::remove_ak().saturating_add(T::Nodes::weight()))]
		pub fn remove_ak(origin: OriginFor<T>, node: NodeId) -> DispatchResult {
			if let Some(who) = Self::signed_or_force(origin)? {
				Self::ensure_controller(&who, node)?;
			}
			ensure!(Self::forget_ak(node), Error::<T>::NoAk);
			Ok(())
		}

		/// Says what a node has. By its controller; in place of what it said before.
		///
		/// `evidence` is a quote of the node's TPM over [`quoted_data`], by the key that is registered for the node and
		/// vouched for now. Without one, the commitment is the node's word. Emits `ResourcesCommitted`.
		#[pallet::call_index(18)]
		#[pallet::weight(Pallet::<T>::weight_of_committing(evidence.is_some()))]
		pub fn commit_resources(
			origin: OriginFor<T>,
			node: NodeId,
			resources: Resources,
			evidence: Option<Box<TpmEvidence>>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::ensure_controller(&who, node)?;
			Self::do_commit(node, resources, evidence.as_deref())
		}

		/// Forgets commitment and key of a node that is gone. By anybody. Emits `NodeCleared`, and `AkRemoved` if there
		/// was a key.
		#[pallet::call_index(19)]
		#[pallet::weight(T::WeightInfo::clear_node().saturating_add(T::Nodes::weight()))]
		pub fn clear_node(origin: OriginFor<T>, node: NodeId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_clear_node(node)
		}

		/// Changes the parameters. Deposits that are held stay as they are. By governance. Emits `ParamsSet`.
		#[pallet::call_index(20)]
		#[pallet::weight(T::WeightInfo::set_params())]
		pub fn set_params(origin: OriginFor<T>, params: Params) -> DispatchResult {
			T::ForceOrigin::ensure_origin(origin)?;
			ensure!(params.is_valid(Self::hashes_kept()), Error::<T>::InvalidParams);
			Parameters::<T>::put(&params);
			Self::deposit_event(Event::ParamsSet { params });
			Ok(())
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The identifier of an account, and whether it counts now.
		pub fn did_of(account: AccountId) -> Option<DidView> {
			Self::view_did(&account)
		}

		/// Credentials on record about a subject, each with how it stands now.
		pub fn credentials_of(subject: Subject) -> alloc::vec::Vec<CredentialView> {
			Self::view_credentials(&subject)
		}

		/// What a node committed itself to, and whether a TPM vouches for it now.
		pub fn commitment_of(node: NodeId) -> Option<CommitmentView> {
			Self::view_commitment(node)
		}

		/// An issuer of credentials.
		pub fn issuer(id: IssuerId) -> Option<Issuer> {
			Issuers::<T>::get(id)
		}
	}
}
