//! # Rollup anchor: how a result is proven later
//!
//! Every audited operation of the chain is a receipt ([`Operation`]). This pallet numbers receipts,
//! gathers those of an epoch under one Merkle root, and chains the roots, so that a single header
//! vouches for the whole history before it.
//!
//! ```text
//!        append   append        append                 on_initialize: due, or append: full
//!  ──────►│────────►│─────────────►│──────────────────────────►│
//!  Open:  0         1      …       n   ── OpenLeaves ── root ──►  Rollups[epoch] = header(previous, root, …)
//!         └ opened_at                                             LastRollupHash = H(header)
//!
//!  Leaves (bodies): kept for `retention_epochs` closed epochs, then removed a few per block.
//!  Rollups (headers): kept for ever: they are the anchor.
//! ```
//!
//! A closed rollup waits for its certificate: the signatures of two thirds of the validators.
//!
//! ```text
//!  session begins ── keys of its validators ──► Sets[n] (another one if they changed) ── receipt SignersChanged
//!  epoch closes   ── Pending[epoch] = n (the set that signs now, whatever changes later)
//!  validators     ── sign (genesis, n, hash of the header) off chain ── one of them submits ──► certify
//!                                                                        │ ≥ 2/3 of the set's validators
//!                                                 Pending[epoch] ────────┴──► Certificates[epoch]
//!  retention over ── both are removed, and the set with the last epoch that belongs to it
//! ```
//!
//! ## Surface
//!
//! | call | origin | |
//! |---|---|---|
//! | [`Pallet::set_params`] | Root | epoch length, retention, scheme |
//! | [`Pallet::register_key`] | signed, a validator | its key, with a proof that it has the secret half |
//! | [`Pallet::remove_key`] | signed | the owner; anybody once the owner is no validator |
//! | [`Pallet::certify`] | authorised, feeless | the certificate of a closed rollup |
//! | [`Pallet::record_anchor`] | [`Config::GovernanceOrigin`] | where else a rollup is written down |
//!
//! Receipts come through [`ReceiptSink::append`]; the runtime calls [`Pallet::new_validators`] when a session starts and
//! [`Pallet::anchor_leaf`] for the leaves of its MMR. Reads for clients: [`Pallet::receipt_view`],
//! [`Pallet::receipt_proof`], [`Pallet::rollup`], [`Pallet::rollups_between`], [`Pallet::totals`],
//! [`Pallet::certificate_of`], [`Pallet::signers`], [`Pallet::uncertified`], [`Pallet::anchored`], and, for a node that keeps
//! the off-chain index, [`Pallet::archived_proof`], [`Pallet::indexed_proof`], [`Pallet::archived_certificate`] and
//! [`Pallet::indexed_certificate`].
//!
//! ## Contract with other pallets
//!
//! - Up: all pallets append through [`ReceiptSink`]; it never fails and never asks who calls. `pallet-session` (through
//!   the runtime) tells of new validators, `pallet-mmr` asks for leaves.
//! - Down: [`GenesisHash`], which every header carries; [`Config::Validators`], who may register a key.
//!
//! ## Signers
//!
//! Rollup keys are registered here and not with the node that they belong to (node-staking), because nothing else of the
//! chain needs them: the set of signers, the certificates and the keys stand or fall together, and node-staking, whose
//! records the scheduler reads at every turn, need not carry 288 bytes more for each validator.
//!
//! An account has at most one key of each scheme, and no two accounts have the same key. Registration takes no deposit:
//! only validators may, and governance decides who is one, so there are at most as many keys as there ever were
//! validators; what a former validator leaves, anybody may remove.
//!
//! A BLS key is checked once, when it is registered: that it is a point of the subgroup and not the identity, and that
//! whoever registers it has its secret half. Without that, a key could be chosen such that a sum of keys is one that its
//! owner alone can sign for. It is kept uncompressed as well, so that a certificate costs one addition for each signer and
//! two pairings for all of them. The proof of possession names no account: a validator can register another's key, which it has read in
//! the pool, before the other does, but can sign nothing with it; the other one takes a new key. An
//! Ed25519 key is registered with a signature that names the account.
//!
//! A key that is registered, replaced or removed takes effect with the next set, that is when a session starts. A set is
//! kept while it signs or an epoch within the retention belongs to it: at most one more than there are such epochs.
//! Two thirds are taken of all validators of the session, whether they have a key (and a place) or not, of which at most
//! `MAX_SIGNERS` have a place.
//!
//! A certificate is no audited operation and leaves no receipt: a receipt would open an epoch, whose rollup would need a
//! certificate, and a silent chain would close rollups for ever.
//!
//! ## What stays for ever
//!
//! Of an epoch, its header. Receipts and certificates leave the state after the retention and stay in the off-chain
//! index. Records of governance about a rollup ([`Pallet::record_anchor`]) are few and stay: they may come long after the
//! retention, and it is governance that pays for them with its attention.
//!
//! ## Epochs
//!
//! An epoch begins with its first receipt and ends `epoch_length` blocks later, in `on_initialize`,
//! or at once when it holds [`Config::MaxReceiptsPerEpoch`] receipts. So a receipt waits at most
//! `epoch_length` blocks for its proof, a silent chain makes no empty rollups, and epoch numbers
//! have no gaps. The leaf of a receipt is `concordat_proofs::leaf_hash(place in the epoch,
//! SCALE(ReceiptBody))`; the block that is the first one (genesis) never closes an epoch, because
//! its own hash, which the header carries, is not known yet.
//!
//! Closing costs one read of the gathered leaf hashes whatever the receipts' size. When an append
//! closes a full epoch, the cost of closing is registered on top of the caller's weight, so that
//! callers need not all pay for it.
//!
//! ## After the retention
//!
//! Each receipt's bytes and each epoch's leaf hashes are also written to the off-chain index (kept
//! by nodes that run with `--enable-offchain-indexing true`) under keys that forks do not share:
//! [`archive_body_key`] and [`archive_leaves_key`]. The header's root, still in the state, leads to
//! both. Certificates and sets of signers are there, too, under [`archive_certificate_key`] and [`archive_signers_key`].
//!
//! ## Invariants (checked by `do_try_state`)
//!
//! 1. Headers are there for exactly the epochs `0 .. Open.number`; each names the hash of the one
//!    before (zero for the first), begins with the receipt after its last, holds 1 to
//!    `MaxReceiptsPerEpoch` receipts (the first may hold more: receipts of the genesis block), and
//!    `LastRollupHash` is the hash of the last.
//! 2. Blocks do not run backwards: `opened_at ≤ closed_at ≤` the next `opened_at`.
//! 3. `Leaves` holds exactly the receipts `Cursor.next .. Open.next_receipt`, each under its own id
//!    and with a block within its epoch.
//! 4. The root of every epoch whose receipts are all there is the root of its header.
//! 5. `OpenLeaves` are the leaf hashes of the open epoch's receipts, and fewer than
//!    `MaxReceiptsPerEpoch`.
//! 6. `Cursor.next ≤ Cursor.until ≤ Open.first_receipt`, `Cursor.epoch ≤ Cursor.until_epoch ≤ Open.number`.
//! 7. The parameters are valid.
//! 8. Every epoch `Cursor.epoch .. Open.number` that was closed under signers is either in `Pending` or in `Certificates`,
//!    which names it, and no other epoch is. A certificate has enough signers of its set.
//! 9. `Sets` holds the present set and those that such an epoch belongs to, each under its own number, with keys of its scheme
//!    that are all different, at most as many as there were validators; `SetUses` counts the epochs; `SetKeys` has as many
//!    keys as a set of BLS keys, and none for others.
//! 10. `Keys` and `Owners` say the same; BLS keys are unpacked, others are not.
//! 11. Records of rollups elsewhere are about closed rollups, name their hashes, and are 1 to `MAX_ANCHORS` each.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod anchors_impls;
pub mod authorize;
#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
pub mod certificate;
mod certificates_impls;
pub mod dev;
#[cfg(any(test, feature = "runtime-benchmarks"))]
mod fixtures;
mod impls;
#[cfg(test)]
mod mock;
mod signers_impls;
#[cfg(test)]
mod tests;
#[cfg(any(test, feature = "std", feature = "try-runtime"))]
mod try_state;
pub mod types;
pub mod weights;

pub use certificate::CertificateRefusal;
pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

#[cfg(doc)]
use concordat_primitives::receipt::Operation;
#[cfg(doc)]
use concordat_primitives::traits::ReceiptSink;

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::vec::Vec;
	use concordat_primitives::{
		receipt::{ReceiptBody, RollupHeader},
		rollup::{
			Registry, RollupCertificate, RollupKey, Scheme, SignerSet, SignerSetId, MAX_SIGNERS,
		},
		traits::{block_number, GenesisHash},
		AccountId, BlockNumber, Hash, ReceiptId, RollupEpoch,
	};
	use concordat_proofs::Digest32;
	use frame_support::{
		dispatch::{DispatchResultWithPostInfo, Pays, PostDispatchInfo},
		pallet_prelude::*,
		traits::Contains,
		weights::WeightMeter,
	};
	use frame_system::pallet_prelude::*;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// The pallet.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the runtime supplies.
	#[pallet::config]
	pub trait Config:
		frame_system::Config<AccountId = AccountId, Hash = Hash, RuntimeEvent: From<Event<Self>>>
	{
		/// Names the chain in every header.
		type Genesis: GenesisHash;

		/// Who may register a key: the validators, those of this session and those whom governance has chosen for the next ones.
		/// Bounds how many keys there are.
		type Validators: Contains<AccountId>;

		/// Says where else a rollup is written down.
		type GovernanceOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Priority of certificates in the pool. Above what fees can buy: there is one for each rollup.
		#[pallet::constant]
		type AuthorizedPriority: Get<TransactionPriority>;

		/// Blocks for which a certificate stays in the pool without being included. Signers repeat it once this time is over.
		#[pallet::constant]
		type AuthorizedLongevity: Get<BlockNumber>;

		/// Most receipts of one epoch: the one that reaches it closes the epoch at once. At most
		/// [`concordat_proofs::MAX_LEAVES`].
		#[pallet::constant]
		type MaxReceiptsPerEpoch: Get<u32>;

		/// Weight that removing old receipts and certificates may use at the beginning of a block, and
		/// once more in what is left at its end. It has to pay for at least one of each.
		#[pallet::constant]
		type PruneWeight: Get<Weight>;

		/// Weights of this pallet.
		type WeightInfo: WeightInfo;

		/// Names a validator for benchmarks.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: crate::benchmarking::BenchmarkHelper;
	}

	/// What governance decides. Set by genesis and by `set_params`.
	#[pallet::storage]
	pub type Params<T: Config> = StorageValue<_, AnchorParams, ValueQuery>;

	/// The epoch that takes receipts now, and the number of the receipt that comes next. Written by
	/// every append.
	#[pallet::storage]
	pub type Open<T: Config> = StorageValue<_, OpenEpoch, ValueQuery>;

	/// Leaf hashes of the open epoch, in order. Appended to by every receipt, emptied when the
	/// epoch closes.
	#[pallet::storage]
	pub type OpenLeaves<T: Config> = StorageValue<
		_,
		BoundedVec<Digest32, ConstU32<{ concordat_proofs::MAX_LEAVES }>>,
		ValueQuery,
	>;

	/// Receipts, whole, of the open epoch and of the closed ones within the retention. Older ones
	/// are removed a few per block.
	#[pallet::storage]
	pub type Leaves<T: Config> = StorageMap<_, Twox64Concat, ReceiptId, ReceiptBody>;

	/// Headers of all rollups, for ever.
	#[pallet::storage]
	pub type Rollups<T: Config> = StorageMap<_, Twox64Concat, RollupEpoch, RollupHeader>;

	/// Hash of the last rollup's header; zero before the first.
	#[pallet::storage]
	pub type LastRollupHash<T: Config> = StorageValue<_, Hash, ValueQuery>;

	/// How far old receipts and certificates have been removed. The goal moves when an epoch closes.
	#[pallet::storage]
	pub type Cursor<T: Config> = StorageValue<_, PruneCursor, ValueQuery>;

	/// Rollup key of each account and scheme, for the next set of signers. Written by `register_key`, removed by
	/// `remove_key`.
	#[pallet::storage]
	pub type Keys<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, AccountId, Twox64Concat, Scheme, RegisteredKey>;

	/// Whose a key is. Written and removed with `Keys`.
	#[pallet::storage]
	pub type Owners<T: Config> = StorageMap<_, Blake2_128Concat, RollupKey, AccountId>;

	/// Sets of signers: the present one and those that an epoch within the retention belongs to. Written when a session
	/// starts with other keys, removed with the last such epoch.
	#[pallet::storage]
	pub type Sets<T: Config> = StorageMap<_, Twox64Concat, SignerSetId, SignerSet>;

	/// Keys of a set of BLS keys, uncompressed, in the order of the places. Written and removed with `Sets`.
	#[pallet::storage]
	pub type SetKeys<T: Config> = StorageMap<
		_,
		Twox64Concat,
		SignerSetId,
		BoundedVec<UnpackedKey, ConstU32<MAX_SIGNERS>>,
		ValueQuery,
	>;

	/// Epochs in `Pending` and `Certificates` that belong to a set; no entry for none.
	#[pallet::storage]
	pub type SetUses<T: Config> = StorageMap<_, Twox64Concat, SignerSetId, u32, ValueQuery>;

	/// Number and hash of the set that signs what is closed now. None before the first session.
	#[pallet::storage]
	pub type CurrentSet<T: Config> = StorageValue<_, CurrentSigners>;

	/// The set that has to sign each closed rollup without a certificate. Written when the epoch closes, removed by
	/// `certify` or when the retention is over.
	#[pallet::storage]
	pub type Pending<T: Config> =
		CountedStorageMap<_, Twox64Concat, RollupEpoch, SignerSetId, OptionQuery>;

	/// Certificates of rollups. Written by `certify`, removed when the retention is over.
	#[pallet::storage]
	pub type Certificates<T: Config> = StorageMap<_, Twox64Concat, RollupEpoch, RollupCertificate>;

	/// Where else rollups are written down. Written by `record_anchor`, for ever.
	#[pallet::storage]
	pub type AnchorsOf<T: Config> = StorageMap<_, Twox64Concat, RollupEpoch, Anchors, ValueQuery>;

	/// The certificate that passed in this extrinsic, for its dispatch. Written before the dispatch and taken by it, so that
	/// it does not outlive the extrinsic; what a failed dispatch leaves means nothing to any other.
	#[pallet::storage]
	#[pallet::whitelist_storage]
	pub type Admitted<T: Config> = StorageValue<_, Admission>;

	/// Parameters at genesis.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// What governance can change later.
		pub params: AnchorParams,
		/// Keys that are registered from the beginning. Taken without proof: whoever writes the genesis vouches for them.
		/// [`crate::dev`] has those of development chains.
		#[serde(default)]
		pub keys: Vec<(AccountId, RollupKey)>,
		/// Nothing.
		#[serde(skip)]
		pub _config: core::marker::PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			assert!(self.params.is_valid(), "rollup parameters are out of range");
			Params::<T>::put(self.params);
			for (account, key) in &self.keys {
				Pallet::<T>::put_genesis_key(account, *key);
			}
		}
	}

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A receipt was written.
		ReceiptAppended {
			/// Its place in the whole history.
			id: ReceiptId,
			/// The epoch that it is in; its proof exists once that epoch is closed.
			epoch: RollupEpoch,
		},
		/// An epoch was closed: every receipt in it can be proven from now on.
		RollupClosed {
			/// The epoch.
			epoch: RollupEpoch,
			/// Root of its receipt tree.
			root: Hash,
			/// Receipts in it.
			count: u32,
			/// Hash of its header, which the next header names.
			hash: Hash,
		},
		/// Governance changed the parameters.
		ParamsChanged {
			/// The new ones.
			params: AnchorParams,
		},
		/// A validator registered the key that it signs rollups with from the next set of signers on.
		KeyRegistered {
			/// The validator.
			who: AccountId,
			/// Its key.
			key: RollupKey,
		},
		/// A key is registered no more; the next set of signers is without it.
		KeyRemoved {
			/// Whose it was.
			who: AccountId,
			/// The key.
			key: RollupKey,
		},
		/// Another set signs what is closed from now on.
		SignersChanged {
			/// Its number.
			set: SignerSetId,
			/// Its hash.
			hash: Hash,
			/// Validators with a key in it.
			signers: u32,
			/// Validators of the session, of whom two thirds have to sign.
			validators: u32,
		},
		/// Two thirds of the validators have signed a rollup. Emitted once per rollup.
		RollupCertified {
			/// The rollup.
			epoch: RollupEpoch,
			/// The set that signed.
			set: SignerSetId,
			/// How many of it.
			signers: u32,
		},
		/// Governance said where else a rollup is written down.
		RollupAnchored {
			/// The rollup.
			epoch: RollupEpoch,
			/// Blake2-256 of the SCALE-encoded record.
			anchor: Hash,
		},
	}

	/// Why a call was refused.
	#[pallet::error]
	pub enum Error<T> {
		/// An epoch lasts between one block and a day, and at least one closed epoch is kept.
		InvalidParams,
		/// Only validators sign rollups.
		NotValidator,
		/// The key is no point of the subgroup of G2, or the identity.
		BadKey,
		/// The proof is not one for a key of this scheme.
		WrongProof,
		/// The proof does not show that the account has the key's secret half.
		BadProof,
		/// Another account has this key.
		KeyTaken,
		/// The account has this key already.
		AlreadyRegistered,
		/// The account has no key of this scheme.
		NoKey,
		/// Only its owner can remove the key of a validator.
		StillValidator,
		/// The rollup is not closed yet.
		NotClosed,
		/// The rollup was closed before there were signers, or so long ago that its receipts have left the state.
		Forgotten,
		/// The rollup has its certificate.
		AlreadyCertified,
		/// Another set signs this rollup: that of the session in which it was closed.
		WrongSet,
		/// The set signs by another scheme.
		WrongScheme,
		/// The bitmap is longer or shorter than the set needs.
		WrongLength,
		/// A signer whose place the set does not have.
		NoSuchPlace,
		/// The signers are not in ascending order, or one of them stands there twice.
		NotAscending,
		/// Fewer than two thirds of the validators signed.
		TooFewSigners,
		/// A signature does not hold for this rollup of this chain and these signers.
		BadSignature,
		/// The registry has no name that others can look up, or the reference is empty.
		BadReference,
		/// This record of the rollup is there already.
		AlreadyAnchored,
		/// The rollup has as many records as the chain keeps.
		TooManyAnchors,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(now: BlockNumberFor<T>) -> Weight {
			let closing = Self::close_if_due(block_number(now));
			let mut meter = WeightMeter::with_limit(T::PruneWeight::get());
			Self::prune(&mut meter);
			T::WeightInfo::on_initialize().saturating_add(closing).saturating_add(meter.consumed())
		}

		fn on_idle(_: BlockNumberFor<T>, remaining: Weight) -> Weight {
			let mut meter = WeightMeter::with_limit(remaining.min(T::PruneWeight::get()));
			if meter.try_consume(T::WeightInfo::on_idle()).is_ok() {
				Self::prune(&mut meter);
			}
			meter.consumed()
		}

		fn integrity_test() {
			let most = T::MaxReceiptsPerEpoch::get();
			assert!(
				(1..=concordat_proofs::MAX_LEAVES).contains(&most),
				"an epoch has to hold at least one receipt and no more than a tree has leaves"
			);
			let least = T::WeightInfo::prune(1).max(T::WeightInfo::forget_epoch());
			assert!(
				T::PruneWeight::get().all_gte(least.saturating_add(T::WeightInfo::on_idle())),
				"PruneWeight has to pay for the removal of at least one receipt, or certificate"
			);
			assert!(
				T::AuthorizedLongevity::get() > 0,
				"a certificate has to stay in the pool for at least a block"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Changes how long an epoch lasts and how many closed epochs keep their receipts in the
		/// state.
		///
		/// Root only. A shorter epoch takes effect in the next block; a shorter retention when the
		/// next epoch closes. A longer retention brings nothing back that has been removed.
		///
		/// Parameters:
		/// - `params`: the new parameters.
		///
		/// Emits `ParamsChanged` when successful.
		#[pallet::call_index(0)]
		#[pallet::weight((T::WeightInfo::set_params(), DispatchClass::Operational))]
		pub fn set_params(origin: OriginFor<T>, params: AnchorParams) -> DispatchResult {
			ensure_root(origin)?;
			ensure!(params.is_valid(), Error::<T>::InvalidParams);
			Params::<T>::put(params);
			Self::deposit_event(Event::ParamsChanged { params });
			Ok(())
		}

		/// Registers the key that the caller signs rollups with, in the place of the one of this scheme that it had.
		///
		/// The caller has to be a validator. The key has to be new: no account has it, and a BLS key is a point of the
		/// subgroup other than the identity. It takes effect with the next set of signers.
		///
		/// Parameters:
		/// - `key`: the public key.
		/// - `proof`: of a BLS key the proof of possession, of an Ed25519 key its signature over the chain and the account.
		///
		/// Emits `KeyRegistered` when successful.
		#[pallet::call_index(1)]
		#[pallet::weight(match key.scheme() {
			Scheme::Bls => T::WeightInfo::register_key_bls(),
			Scheme::Ed25519 => T::WeightInfo::register_key_ed25519(),
		})]
		pub fn register_key(
			origin: OriginFor<T>,
			key: RollupKey,
			proof: KeyProof,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_register_key(who, key, proof)
		}

		/// Removes a key; the next set of signers is without it.
		///
		/// An owner may remove its own at any time, and anybody that of an account that is no validator any more.
		///
		/// Parameters:
		/// - `owner`: whose key.
		/// - `scheme`: which one.
		///
		/// Emits `KeyRemoved` when successful.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::remove_key())]
		pub fn remove_key(
			origin: OriginFor<T>,
			owner: AccountId,
			scheme: Scheme,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_remove_key(who, owner, scheme)
		}

		/// Certifies a closed rollup: two thirds of the validators of the session in which it was closed have signed it.
		///
		/// Submitted by one of the signers; feeless. The signatures are its permission. Once for each rollup, within the
		/// retention.
		///
		/// Parameters:
		/// - `certificate`: rollup, set of signers, who signed, and the signatures.
		///
		/// Emits `RollupCertified` when successful.
		#[pallet::call_index(3)]
		#[pallet::weight(
			T::WeightInfo::certify().saturating_add(Pallet::<T>::verifying(certificate))
		)]
		#[pallet::weight_of_authorize(Pallet::<T>::verifying(certificate))]
		#[pallet::authorize(|source, certificate| {
			Pallet::<T>::authorize_certificate(source, certificate)
		})]
		pub fn certify(
			origin: OriginFor<T>,
			certificate: RollupCertificate,
		) -> DispatchResultWithPostInfo {
			ensure_authorized(origin)?;
			let admitted = Self::do_certify(certificate)?;
			let actual_weight = admitted.then(T::WeightInfo::certify);
			Ok(PostDispatchInfo { actual_weight, pays_fee: Pays::No })
		}

		/// Records where else a closed rollup is written down: in a treaty's record, on another chain, in a registry.
		///
		/// By governance, whose word it is that the rollup's hash stands there. At most [`MAX_ANCHORS`] for each rollup.
		///
		/// Parameters:
		/// - `epoch`: the rollup.
		/// - `registry`: where; a chain by its CAIP-2 name.
		/// - `reference`: how to find it there: a transaction hash, a document number, an address.
		///
		/// Emits `RollupAnchored` when successful.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::record_anchor())]
		pub fn record_anchor(
			origin: OriginFor<T>,
			epoch: RollupEpoch,
			registry: Registry,
			reference: BoundedVec<u8, ConstU32<256>>,
		) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_record_anchor(epoch, registry, reference)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// Certificate of a rollup.
		pub fn certificate(epoch: RollupEpoch) -> Option<RollupCertificate> {
			Self::certificate_of(epoch)
		}

		/// A set of signers, if it signs now or an epoch within the retention belongs to it.
		pub fn signer_set(id: SignerSetId) -> Option<SignerSet> {
			Self::signers(id)
		}

		/// The set that signs what is closed now.
		pub fn current_signers() -> Option<SignerSet> {
			Self::present_signers()
		}

		/// Where else a rollup is written down.
		pub fn anchors(epoch: RollupEpoch) -> Vec<concordat_primitives::rollup::Anchor> {
			Self::anchored(epoch).into_inner()
		}

		/// The key with which an account signs rollups from the next set on.
		pub fn key_of(account: AccountId, scheme: Scheme) -> Option<RollupKey> {
			Self::registered_key(&account, scheme)
		}
	}
}
