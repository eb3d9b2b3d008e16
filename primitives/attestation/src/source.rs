//! Collateral as it is published, named, replaced and looked up.
//!
//! Whoever keeps collateral (a chain's storage, a tool's memory) implements [`Source`]. [`verify_piece`] checks a
//! published [`Piece`] once, under what the source holds already, and [`VerifiedPiece::supersedes`] tells whether it
//! may take the place of what is held: never backwards.

use crate::{
	collateral::{verify_authority, verify_crl, verify_root, Authority, Crl, Family, KeyId, Role},
	error::stored,
	intel::{
		verify_qe_identity, verify_tcb_info, QeIdentity, TcbInfo, Tee, MAX_QE_IDENTITY_BYTES,
		MAX_TCB_INFO_BYTES,
	},
	x509::{Certificate, MAX_CERTIFICATE_BYTES, MAX_CRL_BYTES},
	Anchor, AnchorKind, Error, Field, Part,
};
use alloc::collections::BTreeMap;
use bounded_collections::{BoundedVec, ConstU32};

/// SHA-256 of a certificate in DER.
pub type Fingerprint = [u8; 32];
/// A certificate in DER.
pub type CertificateBytes = BoundedVec<u8, ConstU32<{ MAX_CERTIFICATE_BYTES as u32 }>>;
/// A revocation list in DER.
pub type CrlBytes = BoundedVec<u8, ConstU32<{ MAX_CRL_BYTES as u32 }>>;
/// JSON text of a TCB info.
pub type TcbInfoBytes = BoundedVec<u8, ConstU32<{ MAX_TCB_INFO_BYTES as u32 }>>;
/// JSON text of a QE identity.
pub type QeIdentityBytes = BoundedVec<u8, ConstU32<{ MAX_QE_IDENTITY_BYTES as u32 }>>;

stored! {
	/// A piece of collateral, as its vendor publishes it. Certificates above it are named by their fingerprint and have
	/// to be held already: post roots first, then authorities, then lists and statements.
	pub enum Piece {
		/// A root certificate, which an anchor names.
		#[codec(index = 0)]
		Root {
			/// Whose.
			family: Family,
			/// The certificate.
			certificate: CertificateBytes,
		},
		/// An authority directly below a root: PCK CA or signer of TCB info (Intel), ASK or ASVK (AMD).
		#[codec(index = 1)]
		Authority {
			/// The certificate.
			certificate: CertificateBytes,
			/// The root above it.
			root: Fingerprint,
		},
		/// A revocation list.
		#[codec(index = 2)]
		Crl {
			/// The list.
			list: CrlBytes,
			/// The authority that issued it.
			issuer: Fingerprint,
		},
		/// Which firmware of a family of Intel's processors is good.
		#[codec(index = 3)]
		TcbInfo {
			/// JSON text of `tcbInfo`.
			json: TcbInfoBytes,
			/// Signature over it, r ‖ s.
			signature: [u8; 64],
			/// The authority that signed it.
			signer: Fingerprint,
		},
		/// Which quoting enclave of Intel's is good.
		#[codec(index = 4)]
		QeIdentity {
			/// JSON text of `enclaveIdentity`.
			json: QeIdentityBytes,
			/// Signature over it, r ‖ s.
			signature: [u8; 64],
			/// The authority that signed it.
			signer: Fingerprint,
		},
	}

	/// Where a piece is kept. One piece lies in one place; a newer one takes it.
	#[derive(Copy, PartialOrd, Ord)]
	pub enum Slot {
		/// A certificate. Never replaced: another certificate is another fingerprint.
		#[codec(index = 0)]
		Authority(Fingerprint),
		/// The list of this issuer.
		#[codec(index = 1)]
		Crl(KeyId),
		/// The statement on one family of processors.
		#[codec(index = 2)]
		TcbInfo {
			/// Root above the signer.
			root: KeyId,
			/// Technology.
			tee: Tee,
			/// Family.
			fmspc: [u8; 6],
		},
		/// The statement on the quoting enclave.
		#[codec(index = 3)]
		QeIdentity {
			/// Root above the signer.
			root: KeyId,
			/// Technology.
			tee: Tee,
		},
	}
}

/// A piece of which the signature was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant)] // one lives at a time
pub enum VerifiedPiece {
	/// A root or an authority below one.
	Authority(Authority),
	/// A revocation list.
	Crl(Crl),
	/// TCB info.
	TcbInfo(TcbInfo),
	/// QE identity.
	QeIdentity(QeIdentity),
}

/// Who holds verified collateral.
pub trait Source {
	/// A root or an authority.
	fn authority(&self, fingerprint: &Fingerprint) -> Option<Authority>;
	/// The revocation list of an issuer.
	fn crl(&self, issuer: &KeyId) -> Option<Crl>;
	/// The statement on a family of processors.
	fn tcb_info(&self, root: &KeyId, tee: Tee, fmspc: &[u8; 6]) -> Option<TcbInfo>;
	/// The statement on the quoting enclave.
	fn qe_identity(&self, root: &KeyId, tee: Tee) -> Option<QeIdentity>;
}

/// What a source would say if it held one more piece. For forecasts.
pub struct Overlay<'a, S> {
	/// What is held.
	pub base: &'a S,
	/// What is added, in place of what lies in its slot.
	pub piece: &'a VerifiedPiece,
}

impl<S: Source> Source for Overlay<'_, S> {
	fn authority(&self, fingerprint: &Fingerprint) -> Option<Authority> {
		match self.piece {
			VerifiedPiece::Authority(one) if one.fingerprint == *fingerprint => Some(one.clone()),
			_ => self.base.authority(fingerprint),
		}
	}

	fn crl(&self, issuer: &KeyId) -> Option<Crl> {
		match self.piece {
			VerifiedPiece::Crl(one) if one.issuer == *issuer => Some(one.clone()),
			_ => self.base.crl(issuer),
		}
	}

	fn tcb_info(&self, root: &KeyId, tee: Tee, fmspc: &[u8; 6]) -> Option<TcbInfo> {
		let slot = Slot::TcbInfo { root: *root, tee, fmspc: *fmspc };
		match self.piece {
			VerifiedPiece::TcbInfo(one) if self.piece.slot() == slot => Some(one.clone()),
			_ => self.base.tcb_info(root, tee, fmspc),
		}
	}

	fn qe_identity(&self, root: &KeyId, tee: Tee) -> Option<QeIdentity> {
		match self.piece {
			VerifiedPiece::QeIdentity(one)
				if self.piece.slot() == (Slot::QeIdentity { root: *root, tee }) =>
			{
				Some(one.clone())
			},
			_ => self.base.qe_identity(root, tee),
		}
	}
}

/// Verified collateral in memory. For tools and tests.
#[derive(Clone, Debug, Default)]
pub struct Memory {
	pieces: BTreeMap<Slot, VerifiedPiece>,
}

impl Memory {
	/// Verifies a piece under what is held, at `now` (Unix time in seconds), and keeps it if it may take the place of
	/// what lies in its slot. Nothing changes on an error.
	pub fn post(
		&mut self,
		piece: &Piece,
		anchors: &[Anchor],
		now: u64,
	) -> Result<VerifiedPiece, Error> {
		let verified = verify_piece(piece, self, anchors, now)?;
		let slot = verified.slot();
		if let Some(held) = self.pieces.get(&slot) {
			verified.supersedes(held)?;
		}
		self.pieces.insert(slot, verified.clone());
		Ok(verified)
	}

	/// What lies in a slot.
	pub fn get(&self, slot: &Slot) -> Option<&VerifiedPiece> {
		self.pieces.get(slot)
	}

	/// Takes a piece out.
	pub fn remove(&mut self, slot: &Slot) -> Option<VerifiedPiece> {
		self.pieces.remove(slot)
	}

	/// All pieces, by slot.
	pub fn iter(&self) -> impl Iterator<Item = (&Slot, &VerifiedPiece)> {
		self.pieces.iter()
	}
}

impl Source for Memory {
	fn authority(&self, fingerprint: &Fingerprint) -> Option<Authority> {
		match self.get(&Slot::Authority(*fingerprint)) {
			Some(VerifiedPiece::Authority(one)) => Some(one.clone()),
			_ => None,
		}
	}

	fn crl(&self, issuer: &KeyId) -> Option<Crl> {
		match self.get(&Slot::Crl(*issuer)) {
			Some(VerifiedPiece::Crl(one)) => Some(one.clone()),
			_ => None,
		}
	}

	fn tcb_info(&self, root: &KeyId, tee: Tee, fmspc: &[u8; 6]) -> Option<TcbInfo> {
		match self.get(&Slot::TcbInfo { root: *root, tee, fmspc: *fmspc }) {
			Some(VerifiedPiece::TcbInfo(one)) => Some(one.clone()),
			_ => None,
		}
	}

	fn qe_identity(&self, root: &KeyId, tee: Tee) -> Option<QeIdentity> {
		match self.get(&Slot::QeIdentity { root: *root, tee }) {
			Some(VerifiedPiece::QeIdentity(one)) => Some(one.clone()),
			_ => None,
		}
	}
}

impl VerifiedPiece {
	/// Where it is kept.
	pub const fn slot(&self) -> Slot {
		match self {
			Self::Authority(one) => Slot::Authority(one.fingerprint),
			Self::Crl(one) => Slot::Crl(one.issuer),
			Self::TcbInfo(one) => {
				Slot::TcbInfo { root: one.signer.issuer, tee: one.tee, fmspc: one.fmspc }
			},
			Self::QeIdentity(one) => Slot::QeIdentity { root: one.signer.issuer, tee: one.tee },
		}
	}

	/// What it is called in errors.
	pub const fn part(&self) -> Part {
		match self {
			Self::Authority(Authority { role: Role::Root, .. }) => Part::Root,
			Self::Authority(Authority { role: Role::TcbSigner, .. }) => Part::TcbSigner,
			Self::Authority(_) => Part::Authority,
			Self::Crl(_) => Part::LeafCrl,
			Self::TcbInfo(_) => Part::TcbInfo,
			Self::QeIdentity(_) => Part::QeIdentity,
		}
	}

	/// Kind of the anchor at the top.
	pub const fn kind(&self) -> AnchorKind {
		match self {
			Self::Authority(one) => one.kind,
			Self::Crl(one) => one.kind,
			Self::TcbInfo(one) => one.signer.kind,
			Self::QeIdentity(one) => one.signer.kind,
		}
	}

	/// Unix time in seconds at which it was made; 0 for a certificate.
	pub const fn issued(&self) -> u64 {
		match self {
			Self::Authority(_) => 0,
			Self::Crl(one) => one.this_update,
			Self::TcbInfo(one) => one.issued,
			Self::QeIdentity(one) => one.issued,
		}
	}

	/// Unix time in seconds up to which it counts, inclusive.
	pub const fn not_after(&self) -> u64 {
		match self {
			Self::Authority(one) => one.not_after,
			Self::Crl(one) => one.next_update.saturating_sub(1),
			Self::TcbInfo(one) => one.next_update,
			Self::QeIdentity(one) => one.next_update,
		}
	}

	/// Number of the TCB evaluation; 0 where there is no such thing.
	pub const fn evaluation(&self) -> u32 {
		match self {
			Self::Authority(_) | Self::Crl(_) => 0,
			Self::TcbInfo(one) => one.evaluation,
			Self::QeIdentity(one) => one.evaluation,
		}
	}

	/// Whether it may take the place of `held`: only forward. Revocation lists go by the time at which they were made,
	/// because Intel numbers every one of them 1; statements go by the number of their evaluation and by that time,
	/// neither of which may fall.
	pub fn supersedes(&self, held: &Self) -> Result<(), Error> {
		let part = self.part();
		if self.slot() != held.slot() {
			return Err(Error::Mismatch { part, field: Field::Issuer });
		}
		if self.evaluation() < held.evaluation() {
			return Err(Error::EvaluationTooOld {
				found: self.evaluation(),
				required: held.evaluation(),
			});
		}
		if self.issued() < held.issued() {
			let by = held.issued().saturating_sub(self.issued());
			return Err(Error::RolledBack { part, by });
		}
		let same = (self.evaluation(), self.issued()) == (held.evaluation(), held.issued());
		if same {
			return Err(Error::AlreadyHeld(part));
		}
		Ok(())
	}
}

/// What a source holds under a fingerprint, or which part is missing.
pub(crate) fn authority(
	source: &impl Source,
	fingerprint: &Fingerprint,
	part: Part,
) -> Result<Authority, Error> {
	source.authority(fingerprint).ok_or(Error::Missing(part))
}

/// Verifies a piece under what `source` holds, at `now` (Unix time in seconds).
pub fn verify_piece(
	piece: &Piece,
	source: &impl Source,
	anchors: &[Anchor],
	now: u64,
) -> Result<VerifiedPiece, Error> {
	match piece {
		Piece::Root { family, certificate } => {
			let root = verify_root(certificate, *family, anchors, now)?;
			Ok(VerifiedPiece::Authority(root))
		},
		Piece::Authority { certificate, root } => {
			let root = authority(source, root, Part::Root)?;
			if root.role != Role::Root {
				return Err(Error::Mismatch { part: Part::Root, field: Field::BasicConstraints });
			}
			check_anchor(anchors, &root)?;
			let crl = source.crl(&root.key.id());
			// AMD's list is demanded by policy, at use; AWS has none.
			if crl.is_none() && root.family == Family::Intel {
				return Err(Error::Missing(Part::RootCrl));
			}
			let role = match Certificate::parse(certificate, Part::Authority)?.ca {
				false if root.family == Family::Intel => Role::TcbSigner,
				_ => Role::Issuer,
			};
			verify_authority(certificate, role, &root, crl.as_ref(), now)
				.map(VerifiedPiece::Authority)
		},
		Piece::Crl { list, issuer } => {
			let issuer = authority(source, issuer, Part::Authority)?;
			if issuer.role == Role::Root {
				check_anchor(anchors, &issuer)?;
			}
			verify_crl(list, &issuer, now).map(VerifiedPiece::Crl)
		},
		Piece::TcbInfo { json, signature, signer } => {
			let signer = tcb_signer(source, signer, now)?;
			verify_tcb_info(json, signature, &signer, now).map(VerifiedPiece::TcbInfo)
		},
		Piece::QeIdentity { json, signature, signer } => {
			let signer = tcb_signer(source, signer, now)?;
			verify_qe_identity(json, signature, &signer, now).map(VerifiedPiece::QeIdentity)
		},
	}
}

/// A signer of statements that its root has not revoked since.
fn tcb_signer(
	source: &impl Source,
	fingerprint: &Fingerprint,
	now: u64,
) -> Result<Authority, Error> {
	let signer = authority(source, fingerprint, Part::TcbSigner)?;
	let crl = source.crl(&signer.issuer).ok_or(Error::Missing(Part::RootCrl))?;
	crl.check(now, Part::RootCrl)?;
	crl.clears(signer.issuer, signer.serial, Part::TcbSigner)?;
	Ok(signer)
}

/// Whether a root is one of the anchors still, and of the kind as which it was accepted.
fn check_anchor(anchors: &[Anchor], root: &Authority) -> Result<(), Error> {
	let trusted = anchors.iter().any(|anchor| {
		root.family.covers(anchor.vendor)
			&& anchor.key == root.fingerprint
			&& anchor.kind == root.kind
	});
	if trusted {
		Ok(())
	} else {
		Err(Error::NoAnchor(root.family.vendor()))
	}
}
