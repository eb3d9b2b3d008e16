//! Collateral: posted by anybody, verified once, replaced only forward, read by whoever verifies.

use crate::{
	Anchors, Authorities, Config, Crls, Error, Event, Pallet, Posted, QeIdentities, TcbInfos,
	MAX_PIECES,
};
use codec::Encode;
use concordat_attestation::{
	collateral::{Authority, Crl, KeyId},
	intel::{QeIdentity, TcbInfo, Tee},
	source::{verify_piece, Fingerprint, Piece, Slot, Source, VerifiedPiece},
	AnchorKind,
};
use concordat_primitives::{
	receipt::Operation, traits::ReceiptSink, views::CollateralView, BlockNumber, Hash,
};
use core::marker::PhantomData;
use frame_support::{ensure, pallet_prelude::DispatchResult};
use sp_io::hashing::blake2_256;

/// Collateral as it lies in the state.
pub struct Store<T>(PhantomData<T>);

impl<T> Default for Store<T> {
	fn default() -> Self {
		Self(PhantomData)
	}
}

impl<T: Config> Source for Store<T> {
	fn authority(&self, fingerprint: &Fingerprint) -> Option<Authority> {
		Authorities::<T>::get(fingerprint).map(|posted| posted.piece)
	}

	fn crl(&self, issuer: &KeyId) -> Option<Crl> {
		Crls::<T>::get(issuer).map(|posted| posted.piece)
	}

	fn tcb_info(&self, root: &KeyId, tee: Tee, fmspc: &[u8; 6]) -> Option<TcbInfo> {
		TcbInfos::<T>::get((root, tee, fmspc)).map(|posted| posted.piece)
	}

	fn qe_identity(&self, root: &KeyId, tee: Tee) -> Option<QeIdentity> {
		QeIdentities::<T>::get((root, tee)).map(|posted| posted.piece)
	}
}

/// What clients see of a verified piece.
pub(crate) fn view(piece: &VerifiedPiece, posted_at: BlockNumber) -> CollateralView {
	CollateralView {
		slot: piece.slot(),
		issued: piece.issued(),
		not_after: piece.not_after(),
		evaluation: piece.evaluation(),
		posted_at,
		simulated: piece.kind() == AnchorKind::Test,
	}
}

impl<T: Config> Pallet<T> {
	/// What lies in a slot.
	pub(crate) fn held(slot: &Slot) -> Option<(VerifiedPiece, BlockNumber)> {
		match slot {
			Slot::Authority(fingerprint) => Authorities::<T>::get(fingerprint)
				.map(|posted| (VerifiedPiece::Authority(posted.piece), posted.at)),
			Slot::Crl(issuer) => {
				Crls::<T>::get(issuer).map(|posted| (VerifiedPiece::Crl(posted.piece), posted.at))
			},
			Slot::TcbInfo { root, tee, fmspc } => TcbInfos::<T>::get((root, tee, fmspc))
				.map(|posted| (VerifiedPiece::TcbInfo(posted.piece), posted.at)),
			Slot::QeIdentity { root, tee } => QeIdentities::<T>::get((root, tee))
				.map(|posted| (VerifiedPiece::QeIdentity(posted.piece), posted.at)),
		}
	}

	/// Verifies a piece as if it were posted now; nothing is written.
	pub(crate) fn verify_collateral(
		piece: &Piece,
	) -> Result<VerifiedPiece, concordat_attestation::Error> {
		let anchors = Anchors::<T>::get();
		let verified = verify_piece(piece, &Store::<T>::default(), &anchors, Self::seconds())?;
		if let Some((held, _)) = Self::held(&verified.slot()) {
			verified.supersedes(&held)?;
		}
		Ok(verified)
	}

	/// Whether there is no room for one more piece of this kind. A piece that takes another's place needs none.
	pub(crate) fn is_full(slot: &Slot) -> bool {
		let count = match slot {
			Slot::Authority(_) => Authorities::<T>::count(),
			Slot::Crl(_) => Crls::<T>::count(),
			Slot::TcbInfo { .. } => TcbInfos::<T>::count(),
			Slot::QeIdentity { .. } => QeIdentities::<T>::count(),
		};
		count >= MAX_PIECES && Self::held(slot).is_none()
	}

	pub(crate) fn do_post(piece: &Piece) -> DispatchResult {
		let verified = Self::verify_collateral(piece).map_err(Error::<T>::from)?;
		let slot = verified.slot();
		ensure!(!Self::is_full(&slot), Error::<T>::TooMuchCollateral);
		let view = view(&verified, Self::now());
		Self::put(verified);
		T::Receipts::append(Operation::CollateralPosted {
			slot: Hash::from(blake2_256(&slot.encode())),
			piece: Hash::from(blake2_256(&piece.encode())),
			simulated: view.simulated,
		});
		Self::deposit_event(Event::CollateralPosted {
			slot,
			issued: view.issued,
			not_after: view.not_after,
			evaluation: view.evaluation,
			simulated: view.simulated,
		});
		// A new certificate changes nothing for those who stand under others.
		if !matches!(slot, Slot::Authority(_)) {
			Self::reassess_all();
		}
		Ok(())
	}

	fn put(piece: VerifiedPiece) {
		let at = Self::now();
		match (piece.slot(), piece) {
			(Slot::Crl(issuer), VerifiedPiece::Crl(piece)) => {
				Crls::<T>::insert(issuer, Posted { piece, at })
			},
			(Slot::TcbInfo { root, tee, fmspc }, VerifiedPiece::TcbInfo(piece)) => {
				TcbInfos::<T>::insert((root, tee, fmspc), Posted { piece, at })
			},
			(Slot::QeIdentity { root, tee }, VerifiedPiece::QeIdentity(piece)) => {
				QeIdentities::<T>::insert((root, tee), Posted { piece, at })
			},
			(_, VerifiedPiece::Authority(piece)) => {
				Authorities::<T>::insert(piece.fingerprint, Posted { piece, at })
			},
			(slot, _) => {
				log::error!(target: crate::LOG_TARGET, "a piece of another kind for {slot:?}")
			},
		}
	}

	pub(crate) fn do_remove_collateral(slot: &Slot) -> DispatchResult {
		ensure!(Self::held(slot).is_some(), Error::<T>::UnknownCollateral);
		match slot {
			Slot::Authority(fingerprint) => Authorities::<T>::remove(fingerprint),
			Slot::Crl(issuer) => Crls::<T>::remove(issuer),
			Slot::TcbInfo { root, tee, fmspc } => TcbInfos::<T>::remove((root, tee, fmspc)),
			Slot::QeIdentity { root, tee } => QeIdentities::<T>::remove((root, tee)),
		}
		T::Receipts::append(Operation::CollateralRemoved {
			slot: Hash::from(blake2_256(&slot.encode())),
		});
		Self::deposit_event(Event::CollateralRemoved { slot: *slot });
		Self::reassess_all();
		Ok(())
	}

	/// All pieces: certificates first, then lists, TCB infos, QE identities. For reading off chain.
	pub(crate) fn all_collateral() -> impl Iterator<Item = CollateralView> {
		let authorities = Authorities::<T>::iter_values()
			.map(|posted| view(&VerifiedPiece::Authority(posted.piece), posted.at));
		let crls = Crls::<T>::iter_values()
			.map(|posted| view(&VerifiedPiece::Crl(posted.piece), posted.at));
		let infos = TcbInfos::<T>::iter_values()
			.map(|posted| view(&VerifiedPiece::TcbInfo(posted.piece), posted.at));
		let identities = QeIdentities::<T>::iter_values()
			.map(|posted| view(&VerifiedPiece::QeIdentity(posted.piece), posted.at));
		authorities.chain(crls).chain(infos).chain(identities)
	}
}
