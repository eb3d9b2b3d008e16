//! Simulated platforms of every vendor, with what a source has to hold for them.

use super::simulated::{sgx, simulator, tdx, NOW};
use concordat_attestation::{
	amd::{Product, VekKind},
	any::{verify, Known, Verified},
	intel::{Body, Tee},
	policy::QuotePolicy,
	simulator::{
		amd::AmdSimulator, intel::IntelSimulator, nitro::NitroSimulator, pieces::document_evidence,
	},
	source::{Memory, Piece},
	Anchor, Error, Evidence, Vendor,
};

/// One platform and what it needs.
#[derive(Clone)]
pub struct World {
	pub vendor: Vendor,
	pub anchors: Vec<Anchor>,
	pub pieces: Vec<Piece>,
	pub evidence: Evidence,
	pub policy: QuotePolicy,
}

impl World {
	pub fn intel(simulator: &IntelSimulator, body: Body) -> Self {
		let tee = body.tee();
		Self {
			vendor: match tee {
				Tee::Sgx => Vendor::IntelSgx,
				Tee::Tdx => Vendor::IntelTdx,
			},
			anchors: simulator.anchors().to_vec(),
			pieces: simulator.pieces(tee),
			evidence: simulator.evidence(body),
			policy: QuotePolicy::lenient(),
		}
	}

	pub fn amd(simulator: &AmdSimulator) -> Self {
		Self {
			vendor: Vendor::AmdSevSnp,
			anchors: vec![simulator.anchor()],
			pieces: simulator.pieces(),
			evidence: simulator.evidence(simulator.report([7; 48], [9; 64])),
			policy: QuotePolicy::lenient(),
		}
	}

	pub fn nitro(simulator: &NitroSimulator) -> Self {
		Self {
			vendor: Vendor::AwsNitro,
			anchors: vec![simulator.anchor()],
			pieces: simulator.pieces(),
			evidence: document_evidence(simulator.document([7; 48], [9; 64])),
			policy: QuotePolicy::lenient(),
		}
	}

	/// One of each vendor.
	pub fn all() -> [Self; 4] {
		[
			Self::intel(&simulator(), sgx()),
			Self::intel(&simulator(), tdx()),
			Self::amd(&amd()),
			Self::nitro(&NitroSimulator::new(b"any", NOW)),
		]
	}

	/// A source that holds all pieces.
	pub fn posted(&self) -> Memory {
		self.posted_at(NOW)
	}

	pub fn posted_at(&self, now: u64) -> Memory {
		let mut memory = Memory::default();
		for piece in &self.pieces {
			memory.post(piece, &self.anchors, now).unwrap();
		}
		memory
	}

	/// The verdict on the evidence under what `memory` holds.
	pub fn judged(
		&self,
		memory: &Memory,
		known: Option<&Known>,
		now: u64,
	) -> Result<Verified, Error> {
		verify(&self.evidence, known, memory, &self.anchors, &self.policy, now)
	}

	/// The verdict after posting everything.
	pub fn verdict(&self) -> Result<Verified, Error> {
		self.judged(&self.posted(), None, NOW)
	}
}

pub fn amd() -> AmdSimulator {
	AmdSimulator::new(b"any", Product::Milan, VekKind::Vcek, NOW)
}

/// The bytes that the hardware made, to be changed.
pub fn bytes_of(evidence: &Evidence) -> Vec<u8> {
	match evidence {
		Evidence::Intel { quote } => quote.to_vec(),
		Evidence::Amd { report, .. } => report.to_vec(),
		Evidence::Aws { document } => document.to_vec(),
	}
}

/// The same evidence with other bytes, if it can hold so many.
pub fn with_bytes(evidence: &Evidence, bytes: Vec<u8>) -> Option<Evidence> {
	let mut evidence = evidence.clone();
	match &mut evidence {
		Evidence::Intel { quote } => *quote = bytes.try_into().ok()?,
		Evidence::Amd { report, .. } => *report = bytes.try_into().ok()?,
		Evidence::Aws { document } => *document = bytes.try_into().ok()?,
	}
	Some(evidence)
}
