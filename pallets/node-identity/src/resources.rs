//! Resources of nodes, and the keys of their TPMs.
//!
//! A quote (`TPMS_ATTEST`) is about chain, node, resources and a recent block ([`quoted_data`]). A credential vouches
//! for a key if its subject is the node and its claims are [`ak_hash`]. A TPM's counters are remembered whatever
//! happens to the registration of its key; only governance, by registering the key itself, lets them begin anew, as
//! they do when a TPM is cleared.

use crate::{
	quoted_data, AkRecord, Aks, Claims, Clocks, Commitment, CommitmentView, Commitments, Config,
	Credentials, Error, Event, NodeOfAk, Pallet, Parameters, Standing, Subject, TpmEvidence,
	TpmTime, WeightInfo, AK_DOMAIN, TPM_AK_KIND,
};
use codec::Encode;
use concordat_attestation::{
	crypto::decompress_p256,
	tpm::{self, Ak},
	Error as EvidenceError,
};
use concordat_primitives::{
	credential::credential_type,
	hashing::tagged,
	node::Resources,
	receipt::Operation,
	traits::{GenesisHash, NodeInspect, ReceiptSink},
	AccountId, BlockNumber, Hash, NodeId,
};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchResult, Weight},
};
use frame_system::pallet_prelude::BlockNumberFor;

/// Names a TPM's key: Blake2-256 of `SCALE(("concordat/tpm-ak/v1", ak))`. It is what the claims of a credential of type
/// [`TPM_AK_KIND`] are.
pub fn ak_hash(ak: &Ak) -> Hash {
	tagged(AK_DOMAIN, ak)
}

/// Whether a TPM can have this key: a point of the curve, or an odd modulus of 2048 bits.
pub(crate) fn is_sound(ak: &Ak) -> bool {
	match ak {
		Ak::P256(point) => {
			let (x, y) = point.split_at(32);
			let form = 2 | y.last().copied().unwrap_or_default() & 1;
			let mut compressed = [form; 33];
			for (to, from) in compressed.iter_mut().skip(1).zip(x) {
				*to = *from;
			}
			decompress_p256(&compressed).as_ref() == Some(point)
		},
		Ak::RsaSsa(modulus) | Ak::RsaPss(modulus) => {
			modulus.first().is_some_and(|byte| *byte >= 0x80)
				&& modulus.last().is_some_and(|byte| byte & 1 == 1)
		},
	}
}

impl<T: Config> From<EvidenceError> for Error<T> {
	fn from(error: EvidenceError) -> Self {
		match error {
			EvidenceError::Mismatch { .. } => Self::QuoteMismatch,
			EvidenceError::BadSignature(_) => Self::BadQuoteSignature,
			EvidenceError::BadKey(_) => Self::BadAk,
			_ => Self::BadQuote,
		}
	}
}

impl<T: Config> Pallet<T> {
	/// Weight of `commit_resources`.
	pub(crate) fn weight_of_committing(with_evidence: bool) -> Weight {
		let own = if with_evidence {
			T::WeightInfo::commit_resources_quoted()
		} else {
			T::WeightInfo::commit_resources()
		};
		own.saturating_add(T::Nodes::weight()).saturating_add(T::Receipts::weight())
	}

	pub(crate) fn ensure_controller(who: &AccountId, node: NodeId) -> Result<(), Error<T>> {
		let controller = T::Nodes::controller(node).ok_or(Error::<T>::UnknownNode)?;
		ensure!(controller == *who, Error::<T>::NotController);
		Ok(())
	}

	/// Registers a TPM's key for a node; `by` is `None` for governance.
	pub(crate) fn do_register_ak(
		by: Option<AccountId>,
		node: NodeId,
		ak: Ak,
		credential: Option<Hash>,
	) -> DispatchResult {
		let hash = ak_hash(&ak);
		match (&by, credential) {
			(None, None) => {
				ensure!(T::Nodes::controller(node).is_some(), Error::<T>::UnknownNode);
			},
			(None, Some(_)) => return Err(Error::<T>::CredentialNotNeeded.into()),
			(Some(who), credential) => {
				Self::ensure_controller(who, node)?;
				let credential = credential.ok_or(Error::<T>::CredentialNeeded)?;
				Self::ensure_vouches(credential, node, hash)?;
			},
		}
		ensure!(is_sound(&ak), Error::<T>::BadAk);
		ensure!(NodeOfAk::<T>::get(hash).is_none_or(|other| other == node), Error::<T>::AkInUse);
		if Aks::<T>::get(node).is_some_and(|old| old.ak != ak) {
			Self::forget_ak(node);
		}
		if by.is_none() {
			// The TPM may have been cleared, and its counters with it.
			Clocks::<T>::remove(hash);
		}
		NodeOfAk::<T>::insert(hash, node);
		Aks::<T>::insert(node, AkRecord { ak, credential, registered_at: Self::now() });
		Self::deposit_event(Event::AkRegistered { node, ak: hash, credential });
		Ok(())
	}

	/// The credential vouches now for this key of this node.
	fn ensure_vouches(credential: Hash, node: NodeId, ak: Hash) -> Result<(), Error<T>> {
		let record = Credentials::<T>::get(credential).ok_or(Error::<T>::UnknownCredential)?;
		let Claims { kind, subject, claims, .. } = &record.claims;
		ensure!(
			*kind == credential_type(TPM_AK_KIND)
				&& *subject == Subject::Node(node)
				&& *claims == ak,
			Error::<T>::NotForThisAk
		);
		ensure!(
			Self::standing(&record.held(credential)) == Standing::Counts,
			Error::<T>::AkNotVouchedFor
		);
		Ok(())
	}

	/// Whether governance, or a credential that counts now, vouches for a key.
	fn is_vouched_for(record: &AkRecord) -> bool {
		record.credential.is_none_or(|hash| {
			Credentials::<T>::get(hash).is_some_and(|credential| {
				Self::standing(&credential.held(hash)) == Standing::Counts
			})
		})
	}

	/// Forgets the key of a node's TPM. Returns whether there was one.
	pub(crate) fn forget_ak(node: NodeId) -> bool {
		let Some(record) = Aks::<T>::take(node) else { return false };
		let ak = ak_hash(&record.ak);
		NodeOfAk::<T>::remove(ak);
		Self::deposit_event(Event::AkRemoved { node, ak });
		true
	}

	/// Forgets what is kept of a node that is gone.
	pub(crate) fn do_clear_node(node: NodeId) -> DispatchResult {
		ensure!(T::Nodes::controller(node).is_none(), Error::<T>::NodeStillThere);
		let had_ak = Self::forget_ak(node);
		let had_commitment = Commitments::<T>::take(node).is_some();
		ensure!(had_ak || had_commitment, Error::<T>::NothingKept);
		Self::deposit_event(Event::NodeCleared { node });
		Ok(())
	}

	pub(crate) fn do_commit(
		node: NodeId,
		resources: Resources,
		evidence: Option<&TpmEvidence>,
	) -> DispatchResult {
		ensure!(resources != Resources::default(), Error::<T>::NothingCommitted);
		let ak = match evidence {
			None => None,
			Some(evidence) => Some(Self::verify_quote(node, &resources, evidence)?),
		};
		let commitment = Commitment { resources, committed_at: Self::now(), ak };
		T::Receipts::append(Operation::ResourcesCommitted {
			node,
			commitment: Hash::from(sp_io::hashing::blake2_256(&commitment.encode())),
			attested: ak.is_some(),
		});
		Commitments::<T>::insert(node, commitment);
		Self::deposit_event(Event::ResourcesCommitted { node, resources, ak });
		Ok(())
	}

	/// Verifies that the node's TPM quotes these resources now, and takes note of its counters. Returns the hash of its
	/// key.
	fn verify_quote(
		node: NodeId,
		resources: &Resources,
		evidence: &TpmEvidence,
	) -> Result<Hash, Error<T>> {
		let record = Aks::<T>::get(node).ok_or(Error::<T>::NoAk)?;
		ensure!(Self::is_vouched_for(&record), Error::<T>::AkNotVouchedFor);
		let block = Self::hash_of_quoted(evidence.block)?;
		let expected = quoted_data(&T::Genesis::genesis_hash(), node, resources, &block);
		let facts =
			tpm::verify_quote(&evidence.attest, &evidence.signature, &record.ak, &expected)?;
		let ak = ak_hash(&record.ak);
		let time = TpmTime { resets: facts.resets, clock: facts.clock };
		ensure!(Clocks::<T>::get(ak).is_none_or(|last| time > last), Error::<T>::TpmTimeWentBack);
		Clocks::<T>::insert(ak, time);
		Ok(ak)
	}

	/// Hash of the block that a quote names, if that is recent.
	fn hash_of_quoted(number: BlockNumber) -> Result<Hash, Error<T>> {
		let now = Self::now();
		ensure!(number < now, Error::<T>::QuoteInFuture);
		let window = Parameters::<T>::get().quote_window;
		ensure!(now.saturating_sub(number) <= window, Error::<T>::QuoteTooOld);
		let hash = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::from(number));
		// A hash that is not there reads as zero.
		ensure!(hash != Hash::zero(), Error::<T>::QuoteTooOld);
		Ok(hash)
	}

	/// What a node committed itself to, for clients.
	pub(crate) fn view_commitment(node: NodeId) -> Option<CommitmentView> {
		let commitment = Commitments::<T>::get(node)?;
		let attested = commitment.ak.is_some_and(|ak| {
			Aks::<T>::get(node)
				.is_some_and(|record| ak_hash(&record.ak) == ak && Self::is_vouched_for(&record))
		});
		Some(CommitmentView { commitment, attested })
	}
}
