//! What simulators make, as pieces of collateral and as evidence.

use super::{amd::AmdSimulator, intel::IntelSimulator, nitro::NitroSimulator};
use crate::{
	collateral::Family,
	crypto::sha256,
	intel::{Body, Tee},
	source::{Fingerprint, Piece},
	Evidence,
};
use alloc::{vec, vec::Vec};
use bounded_collections::{BoundedVec, Get};

/// The simulator makes nothing that is too long.
pub(super) fn bounded<S: Get<u32>>(bytes: Vec<u8>) -> BoundedVec<u8, S> {
	BoundedVec::truncate_from(bytes)
}

fn root_piece(family: Family, der: Vec<u8>) -> Piece {
	Piece::Root { family, certificate: bounded(der) }
}

fn authority_piece(der: Vec<u8>, root: Fingerprint) -> Piece {
	Piece::Authority { certificate: bounded(der), root }
}

fn crl_piece(der: Vec<u8>, issuer: Fingerprint) -> Piece {
	Piece::Crl { list: bounded(der), issuer }
}

impl IntelSimulator {
	/// Collateral for one technology, in an order in which it can be posted: root, its list, PCK CA, signer of
	/// statements, PCK CA's list, TCB info, QE identity.
	pub fn pieces(&self, tee: Tee) -> Vec<Piece> {
		let key = self.key("root");
		let (root, ca, signer) = (self.root_der(), self.ca.sign(&key), self.signer.sign(&key));
		let [above, issuer, signed_by] = [&root, &ca, &signer].map(|der| sha256(der));
		let (info, identity) = (self.tcb_info(tee), self.qe_identity(tee));
		vec![
			root_piece(Family::Intel, root),
			crl_piece(self.root_crl.sign(&key), above),
			authority_piece(ca, above),
			authority_piece(signer, above),
			crl_piece(self.pck_crl.sign(&self.key("ca")), issuer),
			Piece::TcbInfo {
				signature: self.sign_statement(&info),
				json: bounded(info.into_bytes()),
				signer: signed_by,
			},
			Piece::QeIdentity {
				signature: self.sign_statement(&identity),
				json: bounded(identity.into_bytes()),
				signer: signed_by,
			},
		]
	}
}

impl IntelSimulator {
	/// A good quote, as evidence.
	pub fn evidence(&self, body: Body) -> Evidence {
		quote_evidence(self.quote(body))
	}
}

/// A quote, as evidence.
pub fn quote_evidence(quote: Vec<u8>) -> Evidence {
	Evidence::Intel { quote: bounded(quote) }
}

/// A Nitro document, as evidence.
pub fn document_evidence(document: Vec<u8>) -> Evidence {
	Evidence::Aws { document: bounded(document) }
}

impl AmdSimulator {
	/// Collateral in an order in which it can be posted: ARK, its list, ASK or ASVK.
	pub fn pieces(&self) -> Vec<Piece> {
		let root = self.ark_der();
		let above = sha256(&root);
		vec![
			root_piece(Family::Amd, root),
			crl_piece(self.crl_der(), above),
			authority_piece(self.authority_der(), above),
		]
	}

	/// A report with its certificates, as evidence.
	pub fn evidence(&self, report: Vec<u8>) -> Evidence {
		Evidence::Amd {
			report: bounded(report),
			certificate: bounded(self.vek_der()),
			authority: sha256(&self.authority_der()),
			root: sha256(&self.ark_der()),
		}
	}
}

impl NitroSimulator {
	/// Collateral: the root. Everything else travels in the documents.
	pub fn pieces(&self) -> Vec<Piece> {
		vec![root_piece(Family::Aws, self.root_der())]
	}
}
