//! Machines under the roots of development chains, with everything that vouches for them open to change; and how they
//! are attested.

use crate::{
	chain::{signed, signed_after, Chain},
	enclave::Enclave,
};
use concordat_attestation::{
	amd::{Product, VekKind},
	crypto::sha256,
	intel::{Body, Tee},
	report_data,
	simulator::{
		amd::AmdSimulator,
		dev::{dev_snp_minimum, DevKind, DevPlatform},
		intel::{enclave, td, IntelSimulator, LevelSpec},
	},
	source::Piece,
	Error, Evidence, Measurement,
};
use concordat_primitives::NodeId;
use concordat_runtime::{
	genesis_presets, pallet_attestation, Attestation, Runtime, System, Timestamp,
	UncheckedExtrinsic,
};
use sp_core::{crypto::Pair as _, ed25519};
use sp_runtime::ApplyExtrinsicResult;

/// Seed of the authorities of development chains. Everybody knows it.
const SEED: &[u8] = b"concordat/dev/v1";
/// What the scenarios' enclaves run, unless they say otherwise.
pub const CODE: [u8; 48] = genesis_presets::SIMULATED_MEASUREMENT.0;

/// A machine.
#[derive(Clone)]
pub struct Platform {
	/// Technology.
	pub kind: DevKind,
	name: String,
}

/// The start of the UTC day.
fn day(now: u64) -> u64 {
	now - now % 86_400
}

impl Platform {
	/// The machine of this technology and name.
	pub fn new(kind: DevKind, name: &str) -> Self {
		Self { kind, name: name.to_owned() }
	}

	fn dev(&self) -> DevPlatform {
		DevPlatform::new(self.kind, &self.name)
	}

	fn seed(&self) -> Vec<u8> {
		[SEED, b"/platform/", self.name.as_bytes()].concat()
	}

	/// What evidence of this code says.
	pub fn measurement(&self, code: [u8; 48]) -> Measurement {
		self.dev().measurement(code)
	}

	/// Technology, as Intel's collateral names it.
	pub fn tee(&self) -> Tee {
		match self.kind {
			DevKind::Sgx => Tee::Sgx,
			DevKind::Tdx => Tee::Tdx,
			DevKind::Snp | DevKind::Nitro => panic!("not Intel's"),
		}
	}

	/// The machine and all that Intel says about it, open to change.
	pub fn intel(&self, now: u64) -> IntelSimulator {
		let mut intel = IntelSimulator::new(SEED, now).with_platform(&self.seed());
		for certificate in [&mut intel.root, &mut intel.ca, &mut intel.signer, &mut intel.leaf] {
			(certificate.not_before, certificate.not_after) = (1_704_067_200, 2_524_607_999);
		}
		let (issued, next) = (day(now), day(now) + 30 * 86_400);
		for list in [&mut intel.root_crl, &mut intel.pck_crl] {
			(list.this_update, list.next_update) = (issued, next);
		}
		(intel.issued, intel.next_update) = (issued, next);
		intel.flags = Some([false; 3]);
		intel
	}

	/// The machine and all that AMD says about it, open to change.
	fn amd(&self, now: u64) -> AmdSimulator {
		let mut amd = AmdSimulator::new(&self.seed(), Product::Milan, VekKind::Vcek, now);
		for certificate in [&mut amd.ark, &mut amd.authority, &mut amd.vek] {
			(certificate.not_before, certificate.not_after) = (1_704_067_200, 2_524_607_999);
		}
		amd.crl.this_update = day(now);
		amd.crl.next_update = day(now) + 30 * 86_400;
		amd.tcb = dev_snp_minimum();
		let serial = sha256(&[self.seed(), b"serial".to_vec()].concat());
		amd.vek.serial = [&[1], &serial[..15]].concat();
		amd
	}

	/// Evidence of `code`.
	pub fn evidence(&self, code: [u8; 48], report_data: [u8; 64], now: u64) -> Evidence {
		self.dev().evidence(code, report_data, now)
	}

	/// Evidence of `code` by a machine whose certificate ends at `until`.
	fn evidence_until(
		&self,
		code: [u8; 48],
		report_data: [u8; 64],
		now: u64,
		until: u64,
	) -> Evidence {
		match self.kind {
			DevKind::Sgx | DevKind::Tdx => {
				let mut intel = self.intel(now);
				intel.leaf.not_after = until;
				let body = match self.tee() {
					Tee::Sgx => {
						Body::Enclave(enclave(code[..32].try_into().expect("a hash"), report_data))
					},
					Tee::Tdx => Body::Td(td(code, report_data)),
				};
				intel.evidence(body)
			},
			DevKind::Snp => {
				let mut amd = self.amd(now);
				amd.vek.not_after = until;
				amd.evidence(amd.report(code, report_data))
			},
			DevKind::Nitro => panic!("no scenario needs it"),
		}
	}

	/// TCB info after a recovery: there is a better level, and the machine's has this status and these advisories.
	pub fn recovery(&self, now: u64, status: &'static str, advisories: Vec<&'static str>) -> Piece {
		let mut intel = self.intel(now);
		intel.issued = now - 60;
		intel.tcb_evaluation += 1;
		let level = intel.levels[0].clone();
		intel.levels[0] = LevelSpec { status, advisories, ..level.clone() };
		intel.levels.insert(0, LevelSpec { sgx: [5; 16], ..level });
		let pieces = intel.pieces(self.tee());
		pieces.into_iter().find(|piece| matches!(piece, Piece::TcbInfo { .. })).expect("one is")
	}

	/// A list of Intel's on which the machine's certificate is.
	pub fn revocation(&self, now: u64) -> Piece {
		let mut intel = self.intel(now);
		intel.pck_crl.revoked = vec![intel.leaf.serial.clone()];
		intel.pck_crl.this_update = now - 60;
		intel.pck_crl.number += 1;
		let pieces = intel.pieces(self.tee());
		pieces.into_iter().rfind(|piece| matches!(piece, Piece::Crl { .. })).expect("two are")
	}
}

/// The transactions by which somebody posts collateral.
pub fn posts(who: &str, pieces: Vec<Piece>) -> Vec<UncheckedExtrinsic> {
	let post = |piece| pallet_attestation::Call::<Runtime>::post_collateral { piece };
	(0..)
		.zip(pieces)
		.map(|(before, piece)| signed_after(who, post(Box::new(piece)), before))
		.collect()
}

impl Chain {
	/// Unix time of the last block, in seconds.
	pub fn now(&mut self) -> u64 {
		self.read(|| Timestamp::get() / 1_000)
	}

	/// Has somebody post collateral.
	pub fn post(&mut self, pieces: Vec<Piece>) {
		self.block(|| posts("//Eve", pieces));
	}

	/// Has today's collateral of a technology posted, as much of it as the chain does not hold.
	pub fn post_todays(&mut self, kind: DevKind) {
		// Before the first block there is no clock: it will be that of the first slot's day.
		let now = self.now().max(1_800_000_000);
		let held = |piece: &Piece| {
			matches!(Attestation::check_collateral(piece), Err(Error::AlreadyHeld(_)))
		};
		let pieces = DevPlatform::new(kind, "any").collateral(now);
		let mut missing = pieces.clone();
		self.read(|| missing.retain(|piece| !held(piece)));
		if !missing.is_empty() {
			// Under outdated lists a certificate that is held cannot be told from one that is not: it is refused.
			self.block_with(|| posts("//Eve", missing));
		}
		assert!(self.read(|| pieces.iter().all(held)), "{kind:?}");
	}

	/// Registers a compute node with an enclave behind it and has it attested. The technologies take turns: SGX, TDX,
	/// SEV-SNP.
	pub fn enclave(&mut self, number: u8) -> Enclave {
		let kind = [DevKind::Snp, DevKind::Sgx, DevKind::Tdx][usize::from(number % 3)];
		self.enclave_on(number, kind)
	}

	/// Registers a compute node on a machine of this technology and has it attested.
	pub fn enclave_on(&mut self, number: u8, kind: DevKind) -> Enclave {
		let enclave = self.unattested(number, Platform::new(kind, &number.to_string()));
		assert_eq!(self.show(&enclave), Ok(Ok(())), "node {}", enclave.node);
		enclave
	}

	/// Registers a compute node on a machine; the machine's collateral is posted, and nothing is attested.
	pub fn unattested(&mut self, number: u8, platform: Platform) -> Enclave {
		self.post_todays(platform.kind);
		let controller = format!("//Node//{number}");
		let node = self.register_node(&controller);
		let key = ed25519::Pair::from_seed(&[number; 32]);
		Enclave { node, controller, key, platform, code: CODE }
	}

	/// Shows evidence of an enclave; what becomes of it.
	pub fn show(&mut self, enclave: &Enclave) -> ApplyExtrinsicResult {
		self.show_evidence(enclave, Platform::evidence)
	}

	/// Shows evidence of an enclave, whose machine's certificate ends in so many seconds.
	pub fn attest(&mut self, enclave: &Enclave, seconds: u64) {
		let shown = self.show_evidence(enclave, |platform, code, data, now| {
			platform.evidence_until(code, data, now, now + seconds)
		});
		assert_eq!(shown, Ok(Ok(())), "node {}", enclave.node);
	}

	fn show_evidence(
		&mut self,
		enclave: &Enclave,
		make: impl FnOnce(&Platform, [u8; 48], [u8; 64], u64) -> Evidence,
	) -> ApplyExtrinsicResult {
		let results = self.block_with(|| {
			let number = System::block_number() - 1;
			let challenge = System::block_hash(number);
			let (node, public): (NodeId, _) = (enclave.node, enclave.key.public().0);
			let genesis = System::block_hash(0).0;
			let encryption_key = enclave.secret().public();
			let data = report_data(&genesis, node, &public, &encryption_key, &challenge.0);
			let evidence = make(&enclave.platform, enclave.code, data, Timestamp::get() / 1_000);
			let call = pallet_attestation::Call::<Runtime>::attest {
				node,
				evidence: Box::new(evidence),
				signing_key: public,
				encryption_key,
				challenge: (number, challenge),
			};
			vec![signed(&enclave.controller, call)]
		});
		results[0]
	}
}

#[test]
fn what_is_open_to_change_is_what_development_chains_know() {
	const NOW: u64 = 1_800_012_345;
	for kind in [DevKind::Sgx, DevKind::Tdx, DevKind::Snp] {
		let platform = Platform::new(kind, "one");
		let forever = 2_524_607_999;
		assert_eq!(
			platform.evidence_until(CODE, [9; 64], NOW, forever),
			platform.evidence(CODE, [9; 64], NOW),
			"{kind:?}: evidence"
		);
		if kind != DevKind::Snp {
			let pieces = platform.intel(NOW).pieces(platform.tee());
			assert_eq!(pieces, platform.dev().collateral(NOW), "{kind:?}: collateral");
		}
	}
}
