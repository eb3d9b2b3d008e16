//! Checking certificates, and keeping them.

use crate::{
	archive_certificate_key, archive_signers_key,
	certificate::{places, scheme, CertificateRefusal},
	Certificates, Config, Cursor, Error, Event, Open, Pallet, Pending, Rollups, SetKeys, Sets,
	WeightInfo, MAX_UNCERTIFIED,
};
use alloc::vec::Vec;
use codec::{DecodeAll, Encode};
use concordat_pairing::bls;
use concordat_primitives::{
	cac::verify_ed25519,
	rollup::{
		rollup_message, RollupCertificate, RollupKey, Scheme, Signatures, SignerSet, SignerSetId,
	},
	Hash, RollupEpoch,
};
use frame_support::weights::Weight;
use sp_core::offchain::StorageKind;
use sp_runtime::DispatchError;

impl<T: Config> From<CertificateRefusal> for Error<T> {
	fn from(refusal: CertificateRefusal) -> Self {
		match refusal {
			CertificateRefusal::NotClosed => Self::NotClosed,
			CertificateRefusal::Forgotten => Self::Forgotten,
			CertificateRefusal::AlreadyCertified => Self::AlreadyCertified,
			CertificateRefusal::WrongSet => Self::WrongSet,
			CertificateRefusal::WrongScheme => Self::WrongScheme,
			CertificateRefusal::WrongLength => Self::WrongLength,
			CertificateRefusal::NoSuchPlace => Self::NoSuchPlace,
			CertificateRefusal::NotAscending => Self::NotAscending,
			CertificateRefusal::TooFewSigners => Self::TooFewSigners,
			CertificateRefusal::BadSignature => Self::BadSignature,
		}
	}
}

/// A certificate whose signers are as they should be, and whose signatures have still to be checked.
struct Standing {
	set: SignerSet,
	places: Vec<u16>,
}

/// The places of those who signed, if they are enough of the set and each of them is in it, once.
fn quorum(
	set: &SignerSet,
	certificate: &RollupCertificate,
) -> Result<Vec<u16>, CertificateRefusal> {
	if scheme(&certificate.signatures) != set.scheme {
		return Err(CertificateRefusal::WrongScheme);
	}
	let places = places(&certificate.signatures, set.keys.len() as u32)?;
	if (places.len() as u32) < set.threshold() {
		return Err(CertificateRefusal::TooFewSigners);
	}
	Ok(places)
}

/// Whether the signers at `places` have signed `message`. `unpacked` gives their BLS keys.
fn signatures_hold(
	set: &SignerSet,
	places: &[u16],
	signatures: &Signatures,
	message: &[u8],
	unpacked: impl Fn(u16) -> Option<bls::Unpacked>,
) -> bool {
	match signatures {
		Signatures::Bls { aggregate, .. } => {
			let keys: Option<Vec<_>> = places.iter().map(|place| unpacked(*place)).collect();
			keys.is_some_and(|keys| {
				bls::verify_aggregate(&keys, message, &bls::Signature(*aggregate)).is_ok()
			})
		},
		Signatures::Ed25519(shares) => shares.iter().all(|share| {
			matches!(
				set.keys.get(usize::from(share.place)),
				Some(RollupKey::Ed25519(key)) if verify_ed25519(&share.signature, message, key)
			)
		}),
	}
}

impl<T: Config> Pallet<T> {
	/// What needs no signature: the rollup waits for this set, and enough of it are said to have signed.
	fn standing(certificate: &RollupCertificate) -> Result<Standing, CertificateRefusal> {
		let epoch = certificate.epoch;
		let Some(id) = Pending::<T>::get(epoch) else {
			return Err(if epoch >= Open::<T>::get().number {
				CertificateRefusal::NotClosed
			} else if Certificates::<T>::contains_key(epoch) {
				CertificateRefusal::AlreadyCertified
			} else {
				CertificateRefusal::Forgotten
			});
		};
		if id != certificate.set {
			return Err(CertificateRefusal::WrongSet);
		}
		let set = Sets::<T>::get(id).ok_or(CertificateRefusal::Forgotten)?;
		let places = quorum(&set, certificate)?;
		Ok(Standing { set, places })
	}

	/// The whole check, the cheap parts first.
	pub(crate) fn verify_certificate(
		certificate: &RollupCertificate,
	) -> Result<(), CertificateRefusal> {
		let Standing { set, places } = Self::standing(certificate)?;
		let header = Rollups::<T>::get(certificate.epoch).ok_or(CertificateRefusal::NotClosed)?;
		let message = rollup_message(header.genesis, set.id, header.hash());
		let unpacked = match set.scheme {
			Scheme::Bls => SetKeys::<T>::get(set.id),
			Scheme::Ed25519 => Default::default(),
		};
		let key = |place: u16| unpacked.get(usize::from(place)).copied();
		if signatures_hold(&set, &places, &certificate.signatures, &message, key) {
			Ok(())
		} else {
			Err(CertificateRefusal::BadSignature)
		}
	}

	/// Keeps a certificate. Returns whether its signatures had been checked in this extrinsic already.
	pub(crate) fn do_certify(certificate: RollupCertificate) -> Result<bool, DispatchError> {
		let admitted = Self::take_admission(&certificate);
		if admitted {
			Self::standing(&certificate).map(|_| ()).map_err(Error::<T>::from)?;
		} else {
			Self::verify_certificate(&certificate).map_err(Error::<T>::from)?;
		}
		let epoch = certificate.epoch;
		if let (Some(header), Some(set)) =
			(Rollups::<T>::get(epoch), Sets::<T>::get(certificate.set))
		{
			sp_io::offchain_index::set(
				&archive_certificate_key(epoch, &header.hash()),
				&(&certificate, set.hash()).encode(),
			);
		}
		Pending::<T>::remove(epoch);
		Self::deposit_event(Event::RollupCertified {
			epoch,
			set: certificate.set,
			signers: crate::certificate::claimed(&certificate.signatures),
		});
		Certificates::<T>::insert(epoch, certificate);
		Ok(admitted)
	}

	/// What the signatures of a certificate cost to check, with all the cheaper checks.
	pub(crate) fn verifying(certificate: &RollupCertificate) -> Weight {
		let signers = crate::certificate::claimed(&certificate.signatures);
		match scheme(&certificate.signatures) {
			Scheme::Bls => T::WeightInfo::authorize_certify_bls(signers),
			Scheme::Ed25519 => T::WeightInfo::authorize_certify_ed25519(signers),
		}
	}

	/// Forgets who signs, or has signed, an epoch that is past the retention.
	pub(crate) fn forget_epoch(epoch: RollupEpoch) {
		let certified = Certificates::<T>::take(epoch).map(|certificate| certificate.set);
		if let Some(set) = Pending::<T>::take(epoch).or(certified) {
			Self::release_set(set);
		}
	}

	/// Certificate of a rollup, for as long as it is in the state.
	pub fn certificate_of(epoch: RollupEpoch) -> Option<RollupCertificate> {
		Certificates::<T>::get(epoch)
	}

	/// Rollups that wait for their certificate, the newest first: number, set that signs it, hash of its header. At most
	/// [`MAX_UNCERTIFIED`]. The newest come first because old ones may wait for signers who are gone.
	pub fn uncertified(limit: u32) -> Vec<(RollupEpoch, SignerSetId, Hash)> {
		let wanted = Pending::<T>::count().min(limit).min(MAX_UNCERTIFIED) as usize;
		(Cursor::<T>::get().epoch..Open::<T>::get().number)
			.rev()
			.filter_map(|epoch| {
				let set = Pending::<T>::get(epoch)?;
				Some((epoch, set, Rollups::<T>::get(epoch)?.hash()))
			})
			.take(wanted)
			.collect()
	}

	/// A rollup's certificate out of the off-chain index, with the set that signed, whatever its age.
	///
	/// `fetch` reads the index, wherever it is kept. What it returns is checked against the header: it is a certificate of
	/// this rollup by this set. That the set was the one to sign is said by the receipt of its change.
	pub fn archived_certificate(
		epoch: RollupEpoch,
		fetch: impl Fn(&[u8]) -> Option<Vec<u8>>,
	) -> Option<(RollupCertificate, SignerSet)> {
		let header = Rollups::<T>::get(epoch)?;
		let kept = fetch(&archive_certificate_key(epoch, &header.hash()))?;
		let (certificate, hash) = <(RollupCertificate, Hash)>::decode_all(&mut &kept[..]).ok()?;
		let kept = fetch(&archive_signers_key(certificate.set, &hash))?;
		let set = SignerSet::decode_all(&mut &kept[..]).ok()?;
		let matches = certificate.epoch == epoch && set.id == certificate.set && set.hash() == hash;
		if !matches {
			return None;
		}
		let places = quorum(&set, &certificate).ok()?;
		let message = rollup_message(header.genesis, set.id, header.hash());
		let key = |place: u16| match set.keys.get(usize::from(place))? {
			RollupKey::Bls(bytes) => bls::unpack(&bls::PublicKey(*bytes)).ok(),
			RollupKey::Ed25519(_) => None,
		};
		let holds = signatures_hold(&set, &places, &certificate.signatures, &message, key);
		holds.then_some((certificate, set))
	}

	/// The same, out of the off-chain database that the caller of the runtime has registered. Without one the host
	/// refuses, so that only a node's own RPC can ask this.
	pub fn indexed_certificate(epoch: RollupEpoch) -> Option<(RollupCertificate, SignerSet)> {
		Self::archived_certificate(epoch, |key| {
			sp_io::offchain::local_storage_get(StorageKind::PERSISTENT, key)
		})
	}
}
