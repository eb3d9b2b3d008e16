//! One entry for evidence of every vendor: what passes, and what is refused for which reason.

mod common;

use codec::{Decode, DecodeAll, Encode, MaxEncodedLen};
use common::{simulated::*, world::*};
use concordat_attestation::{
	amd::{Product, VekKind, REPORT_BYTES},
	any::{gather, verify, Facts, Known, Verified},
	intel::{Body, TcbInfo, Tee, MAX_QUOTE_BYTES},
	nitro::MAX_DOCUMENT_BYTES,
	policy::QuotePolicy,
	simulator::{
		amd::AmdSimulator,
		intel::{td, IntelSimulator},
		keys::SimKey,
		nitro::NitroSimulator,
		pieces::{document_evidence, quote_evidence},
		x509::pem,
	},
	source::{Fingerprint, Memory, Piece, Slot, Source},
	AnchorKind, Error, Evidence, Field, Part, TcbStatus, Vendor,
};

/// Posts the pieces of another state of the same platform over what is held; what is held already stays.
fn post_over(memory: &mut Memory, world: &World, now: u64) {
	for piece in &world.pieces {
		match memory.post(piece, &world.anchors, now) {
			Ok(_) | Err(Error::AlreadyHeld(_)) => {},
			Err(error) => panic!("{error:?}"),
		}
	}
}

#[test]
fn evidence_of_every_vendor_should_pass_and_be_judged_alike_from_its_facts() {
	for world in World::all() {
		let memory = world.posted();
		let verified = world.judged(&memory, None, NOW).unwrap();
		let standing = &verified.appraisal.standing;
		assert_eq!((standing.vendor, standing.kind), (world.vendor, AnchorKind::Test));
		assert_eq!(verified.facts.vendor(), world.vendor);
		assert_eq!(verified.facts.platform(), verified.appraisal.platform);
		assert_eq!(verified.appraisal.check_report_data(&[9; 64]), Ok(()));
		assert!(verified.appraisal.check_report_data(&[8; 64]).is_err());
		assert!(!verified.cached);

		let gathered = gather(&verified.facts, &verified.known.under, &memory).unwrap();
		let again = gathered.appraise(&verified.facts, &world.anchors, &world.policy, NOW);
		assert_eq!(again.as_ref(), Ok(standing));

		// Stored and read again, facts and keys say the same.
		let facts = Facts::decode_all(&mut &verified.facts.encode()[..]).unwrap();
		let known = Known::decode_all(&mut &verified.known.encode()[..]).unwrap();
		assert_eq!((&facts, &known), (&verified.facts, &verified.known));
		assert!(facts.encode().len() <= Facts::max_encoded_len());
		assert!(known.encode().len() <= Known::max_encoded_len());
		let cached = world.judged(&memory, Some(&known), NOW).unwrap();
		assert!(cached.cached);
		assert_eq!(Verified { cached: false, ..cached }, verified);
	}
}

#[test]
fn every_piece_should_be_needed_and_the_missing_one_named() {
	for world in World::all() {
		let full = world.posted();
		let verified = world.judged(&full, None, NOW).unwrap();
		let verdict = |memory: &Memory, policy: &QuotePolicy| {
			let evidence = &world.evidence;
			let fresh = verify(evidence, None, memory, &world.anchors, policy, NOW).map(|_| ());
			let known = Some(&verified.known);
			let cached = verify(evidence, known, memory, &world.anchors, policy, NOW).map(|_| ());
			let later = gather(&verified.facts, &verified.known.under, memory).and_then(|held| {
				held.appraise(&verified.facts, &world.anchors, policy, NOW).map(|_| ())
			});
			assert_eq!((fresh, cached), (later, later), "fresh, known and from facts");
			fresh
		};
		for (slot, piece) in full.iter() {
			let mut memory = full.clone();
			memory.remove(slot);
			let found = verdict(&memory, &world.policy);
			let expected = match piece.part() {
				// Evidence does not need whoever signed statements, only that the root did not revoke it.
				Part::TcbSigner => Ok(()),
				Part::LeafCrl if world.vendor == Vendor::AmdSevSnp => {
					// AMD's list is needed by policy.
					let mut demanding = world.policy.clone();
					demanding.snp.require_crl = true;
					let refused = Err(Error::PropertyRefused(Field::Issuer));
					assert_eq!(verdict(&memory, &demanding), refused);
					Ok(())
				},
				Part::LeafCrl => {
					// The first of Intel's lists is the root's.
					assert!(matches!(found, Err(Error::Missing(Part::RootCrl | Part::LeafCrl))));
					found
				},
				part => Err(Error::Missing(part)),
			};
			assert_eq!(found, expected, "{:?} without {:?}", world.vendor, piece.part());
		}
	}
}

#[test]
fn collateral_should_count_only_in_its_time() {
	let expired = |part| Err(Error::Expired { part, by: 100 });
	let early = |part| Err(Error::NotYetValid { part, by: 100 });
	type Change = fn(&mut IntelSimulator, u64);
	// What ends, or starts, at a given time; and which part then says so.
	let ends: [(Part, Change); 6] = [
		(Part::Root, |s, t| s.root.not_after = t),
		(Part::Authority, |s, t| s.ca.not_after = t),
		(Part::Leaf, |s, t| s.leaf.not_after = t),
		(Part::TcbSigner, |s, t| s.signer.not_after = t),
		(Part::RootCrl, |s, t| s.root_crl.next_update = t),
		(Part::LeafCrl, |s, t| s.pck_crl.next_update = t),
	];
	for body in [sgx(), tdx()] {
		for (part, end) in ends {
			let mut simulator = simulator();
			end(&mut simulator, NOW + DAY);
			let world = World::intel(&simulator, body.clone());
			let memory = world.posted();
			// Lists are due at their time, everything else counts to the end of its second.
			let list = matches!(part, Part::RootCrl | Part::LeafCrl);
			let last = NOW + DAY - u64::from(list);
			let known = world.judged(&memory, None, NOW).unwrap().known;
			for known in [None, Some(&known)] {
				assert!(world.judged(&memory, known, last).is_ok(), "{part:?}");
				let found = world.judged(&memory, known, NOW + DAY + 100).map(|_| ());
				assert_eq!(found, expired(part));
			}
			assert_eq!(
				world.judged(&memory, None, NOW).unwrap().appraisal.standing.not_after,
				last
			);
		}
		let starts: [(Part, Change); 6] = [
			(Part::Root, |s, t| s.root.not_before = t),
			(Part::Authority, |s, t| s.ca.not_before = t),
			(Part::Leaf, |s, t| s.leaf.not_before = t),
			(Part::TcbSigner, |s, t| s.signer.not_before = t),
			(Part::RootCrl, |s, t| s.root_crl.this_update = t),
			(Part::LeafCrl, |s, t| s.pck_crl.this_update = t),
		];
		for (part, start) in starts {
			let mut simulator = simulator();
			start(&mut simulator, NOW);
			let world = World::intel(&simulator, body.clone());
			let memory = world.posted();
			assert!(world.judged(&memory, None, NOW).is_ok());
			assert_eq!(world.judged(&memory, None, NOW - 100).map(|_| ()), early(part));
		}
		// Both statements share their dates here; each is judged on its own below `intel`.
		let mut simulator = simulator();
		(simulator.issued, simulator.next_update) = (NOW, NOW + DAY);
		let world = World::intel(&simulator, body.clone());
		let memory = world.posted();
		assert_eq!(world.judged(&memory, None, NOW - 100).map(|_| ()), early(Part::TcbInfo));
		assert!(world.judged(&memory, None, NOW + DAY).is_ok());
		let found = world.judged(&memory, None, NOW + DAY + 100).map(|_| ());
		assert_eq!(found, expired(Part::TcbInfo));
	}
}

#[test]
fn amd_and_nitro_chains_should_count_only_in_their_time() {
	type Change = fn(&mut AmdSimulator, u64);
	let ends: [(Part, Change); 4] = [
		(Part::Root, |s, t| s.ark.not_after = t),
		(Part::Authority, |s, t| s.authority.not_after = t),
		(Part::Leaf, |s, t| s.vek.not_after = t),
		(Part::RootCrl, |s, t| s.crl.next_update = t),
	];
	for (part, end) in ends {
		let mut simulator = amd();
		end(&mut simulator, NOW + DAY);
		let world = World::amd(&simulator);
		let memory = world.posted();
		let known = world.judged(&memory, None, NOW).unwrap().known;
		for known in [None, Some(&known)] {
			let last = NOW + DAY - u64::from(part == Part::RootCrl);
			assert!(world.judged(&memory, known, last).is_ok(), "{part:?}");
			let found = world.judged(&memory, known, NOW + DAY + 100).map(|_| ());
			assert_eq!(found, Err(Error::Expired { part, by: 100 }));
		}
	}
	// Root, region, zone, instance, then the enclave.
	for at in 0..5 {
		let mut simulator = NitroSimulator::new(b"any", NOW);
		let end = NOW + 3_600;
		match at {
			4 => simulator.leaf.not_after = end,
			at => simulator.authorities[at].not_after = end,
		}
		let part = match at {
			0 => Part::Root,
			4 => Part::Leaf,
			_ => Part::Authority,
		};
		let world = World::nitro(&simulator);
		let memory = world.posted();
		let known = world.judged(&memory, None, NOW).unwrap().known;
		for known in [None, Some(&known)] {
			assert!(world.judged(&memory, known, end).is_ok());
			let found = world.judged(&memory, known, end + 100).map(|_| ());
			assert_eq!(found, Err(Error::Expired { part, by: 100 }));
		}
	}
}

#[test]
fn an_anchor_that_is_gone_or_of_another_kind_should_stop_everything() {
	for world in World::all() {
		let memory = world.posted();
		let verified = world.judged(&memory, None, NOW).unwrap();
		let gathered = gather(&verified.facts, &verified.known.under, &memory).unwrap();
		let with_kind = |kind| -> Vec<_> {
			let anchors = world.anchors.iter();
			anchors.map(|anchor| concordat_attestation::Anchor { kind, ..*anchor }).collect()
		};
		let others: Vec<_> =
			world.anchors.iter().copied().filter(|anchor| anchor.vendor != world.vendor).collect();
		for anchors in [vec![], with_kind(AnchorKind::Production), others] {
			let refused = Err(Error::NoAnchor(world.vendor));
			for known in [None, Some(&verified.known)] {
				let found = verify(&world.evidence, known, &memory, &anchors, &world.policy, NOW);
				assert_eq!(found.map(|_| ()), refused);
			}
			let again = gathered.appraise(&verified.facts, &anchors, &world.policy, NOW);
			assert_eq!(again.map(|_| ()), refused);
		}
	}
}

#[test]
fn a_root_of_another_vendor_should_not_stand_above_evidence() {
	// What lies under a fingerprint is what the source says; a root of another family there is refused.
	struct Lies<'a>(&'a Memory, Fingerprint);
	impl Source for Lies<'_> {
		fn authority(
			&self,
			fingerprint: &Fingerprint,
		) -> Option<concordat_attestation::collateral::Authority> {
			self.0.authority(&self.1).or_else(|| self.0.authority(fingerprint))
		}
		fn crl(
			&self,
			issuer: &concordat_attestation::collateral::KeyId,
		) -> Option<concordat_attestation::collateral::Crl> {
			self.0.crl(issuer)
		}
		fn tcb_info(
			&self,
			root: &concordat_attestation::collateral::KeyId,
			tee: Tee,
			fmspc: &[u8; 6],
		) -> Option<TcbInfo> {
			self.0.tcb_info(root, tee, fmspc)
		}
		fn qe_identity(
			&self,
			root: &concordat_attestation::collateral::KeyId,
			tee: Tee,
		) -> Option<concordat_attestation::intel::QeIdentity> {
			self.0.qe_identity(root, tee)
		}
	}
	let worlds = World::all();
	for world in &worlds {
		let other = worlds
			.iter()
			.find(|other| {
				let intel = |vendor| matches!(vendor, Vendor::IntelSgx | Vendor::IntelTdx);
				other.vendor != world.vendor && !(intel(other.vendor) && intel(world.vendor))
			})
			.unwrap();
		let memory = other.posted();
		let root = other.verdict().unwrap().known.under.root;
		let lies = Lies(&memory, root);
		let found = verify(&world.evidence, None, &lies, &other.anchors, &world.policy, NOW);
		assert_eq!(found.map(|_| ()), Err(mismatch(Part::Root, Field::Issuer)));
	}
}

#[test]
fn facts_should_be_judged_by_collateral_of_their_vendor_only() {
	let worlds = World::all();
	for world in &worlds {
		let verified = world.verdict().unwrap();
		for other in &worlds {
			let theirs = other.verdict().unwrap();
			let memory = other.posted();
			let gathered = gather(&theirs.facts, &theirs.known.under, &memory).unwrap();
			let found = verified.facts.appraise(&gathered.borrow(), &world.policy, NOW);
			let intel = |vendor| matches!(vendor, Vendor::IntelSgx | Vendor::IntelTdx);
			let expected = if world.vendor == other.vendor {
				Ok(())
			} else if intel(world.vendor) && intel(other.vendor) {
				Err(mismatch(Part::TcbInfo, Field::Id))
			} else {
				Err(mismatch(Part::Chain, Field::Issuer))
			};
			assert_eq!(found.map(|_| ()), expected);
		}
	}
}

#[test]
fn collateral_for_another_family_of_processors_should_not_serve() {
	for body in [sgx(), tdx()] {
		// Only the statement on another family is held.
		let mut elsewhere = simulator();
		elsewhere.tcb_fmspc = [1; 6];
		let world = World::intel(&elsewhere, body.clone());
		assert_eq!(world.verdict().map(|_| ()), Err(Error::Missing(Part::TcbInfo)));
		// The other provisioning enclave's statement lies in the same place.
		let mut other_pce = simulator();
		other_pce.tcb_pce_id = [1, 0];
		let world = World::intel(&other_pce, body.clone());
		let refused = Err(mismatch(Part::TcbInfo, Field::PceId));
		assert_eq!(world.verdict().map(|_| ()), refused);
		// The statement of the other technology lies elsewhere.
		let world = World::intel(&simulator(), body.clone());
		let other = World {
			pieces: simulator().pieces(match body.tee() {
				Tee::Sgx => Tee::Tdx,
				Tee::Tdx => Tee::Sgx,
			}),
			..world
		};
		assert_eq!(other.verdict().map(|_| ()), Err(Error::Missing(Part::TcbInfo)));
	}
}

#[test]
fn evidence_of_another_product_line_should_be_refused() {
	for (product, other) in [
		(Product::Milan, Product::Genoa),
		(Product::Genoa, Product::Turin),
		(Product::Turin, Product::Milan),
	] {
		for kind in [VekKind::Vcek, VekKind::Vlek] {
			let of = |product| AmdSimulator::new(b"any", product, kind, NOW);
			let (right, wrong) = (World::amd(&of(product)), World::amd(&of(other)));
			assert!(right.verdict().is_ok());
			// A chip's certificate under the authorities of another line, and a line made of two.
			let mut mixed = right.clone();
			let (
				Evidence::Amd { authority, root, .. },
				Evidence::Amd { authority: a, root: r, .. },
			) = (&mut mixed.evidence, &wrong.evidence)
			else {
				panic!("AMD")
			};
			(*authority, *root) = (*a, *r);
			mixed.anchors.clone_from(&wrong.anchors);
			mixed.pieces.clone_from(&wrong.pieces);
			assert_eq!(mixed.verdict().map(|_| ()), Err(mismatch(Part::Leaf, Field::Issuer)));

			// All lines share their keys here, so only names tell them apart.
			let mut two = right.clone();
			two.anchors.extend(&wrong.anchors);
			two.pieces.push(wrong.pieces[0].clone());
			let Evidence::Amd { root, .. } = &mut two.evidence else { panic!("AMD") };
			*root = *r;
			let found = two.verdict().map(|_| ());
			assert_eq!(found, Err(mismatch(Part::Authority, Field::Product)));

			// The processor that the report names is not of the line that signed it.
			let simulator = of(product);
			let mut spec = simulator.spec([7; 48], [9; 64]);
			spec.cpuid = of(other).spec([7; 48], [9; 64]).cpuid;
			let report =
				World { evidence: simulator.evidence(simulator.build(&spec)), ..right.clone() };
			let found = report.verdict().map(|_| ());
			assert_eq!(found, Err(mismatch(Part::Evidence, Field::Product)));
		}
	}
}

#[test]
fn a_forged_identity_of_the_quoting_enclave_should_not_help() {
	// CVE-2026-22696: the verifier did not check who signed the identity. The forger runs its own quoting enclave on a
	// genuine platform and publishes an identity that names it.
	let genuine = simulator();
	let mut forged = simulator();
	forged.qe_report.mr_signer = [6; 32];
	for body in [sgx(), tdx()] {
		let world = World {
			evidence: forged.evidence(body.clone()),
			..World::intel(&genuine, body.clone())
		};
		let mut memory = world.posted();
		let refused = Err(mismatch(Part::QeReport, Field::MrSigner));
		assert_eq!(world.judged(&memory, None, NOW).map(|_| ()), refused);
		let mut forger = IntelSimulator::new(b"forger", NOW);
		(forger.qe_signer, forger.issued, forger.qe_evaluation) = ([6; 32], NOW, 99);
		let json = forger.qe_identity(body.tee());
		let Piece::QeIdentity { signer, .. } = world.pieces[6] else { panic!("QE identity") };
		for signature in [[0; 64], [0xff; 64], forger.sign_statement(&json)] {
			let json = json.clone().into_bytes().try_into().unwrap();
			let piece = Piece::QeIdentity { json, signature, signer };
			let found = memory.post(&piece, &world.anchors, NOW).map(|_| ());
			assert_eq!(found, Err(Error::BadSignature(Part::QeIdentity)));
		}
		assert_eq!(world.judged(&memory, None, NOW).map(|_| ()), refused);
		// Signed by the vendor, the same identity would do.
		let mut vendor = simulator();
		(vendor.qe_signer, vendor.issued) = ([6; 32], NOW);
		memory.post(&World::intel(&vendor, body).pieces[6], &world.anchors, NOW).unwrap();
		assert!(world.judged(&memory, None, NOW).is_ok());
	}
}

#[test]
fn debug_should_be_refused_for_every_vendor_and_policy() {
	let mut debuggable = concordat_attestation::simulator::intel::enclave([7; 32], [9; 64]);
	debuggable.attributes[0] |= 2;
	let sgx = World::intel(&simulator(), Body::Enclave(debuggable));
	let mut debuggable = td([7; 48], [9; 64]);
	debuggable.attributes[0] |= 1;
	let tdx = World::intel(&simulator(), Body::Td(debuggable));
	let mut spec = amd().spec([7; 48], [9; 64]);
	spec.policy |= 1 << 19;
	let snp = World { evidence: amd().evidence(amd().build(&spec)), ..World::amd(&amd()) };
	let nitro = NitroSimulator::new(b"any", NOW);
	let document = document_evidence(nitro.document([0; 48], [9; 64]));
	let nitro = World { evidence: document, ..World::nitro(&nitro) };
	for world in [sgx, tdx, snp, nitro] {
		assert_eq!(world.verdict().map(|_| ()), Err(Error::Debug), "{:?}", world.vendor);
	}
}

#[test]
fn vendors_and_evaluations_that_policy_does_not_accept_should_be_refused() {
	for world in World::all() {
		let others = QuotePolicy::lenient().vendors;
		let others: Vec<_> = others.into_iter().filter(|one| *one != world.vendor).collect();
		let policy = QuotePolicy { vendors: others.try_into().unwrap(), ..world.policy.clone() };
		let refused = World { policy, ..world.clone() }.verdict().map(|_| ());
		assert_eq!(refused, Err(Error::VendorRefused(world.vendor)));

		let platform = world.verdict().unwrap().appraisal.platform;
		let mut policy = world.policy.clone();
		policy.denied_platforms = vec![platform].try_into().unwrap();
		let refused = World { policy, ..world.clone() }.verdict().map(|_| ());
		assert_eq!(refused, Err(Error::PlatformDenied));
	}
	// The lower of both numbers counts.
	for (tcb, qe) in [(20, 19), (19, 20)] {
		let mut simulator = simulator();
		(simulator.tcb_evaluation, simulator.qe_evaluation) = (tcb, qe);
		let mut world = World::intel(&simulator, sgx());
		world.policy.min_evaluation = 19;
		assert_eq!(world.verdict().unwrap().appraisal.standing.evaluation, 19);
		world.policy.min_evaluation = 20;
		let refused = Err(Error::EvaluationTooOld { found: 19, required: 20 });
		assert_eq!(world.verdict().map(|_| ()), refused);
	}
}

/// Every status, and a TD that has it.
fn of_every_status() -> Vec<(TcbStatus, World)> {
	let of_level = |name: &'static str| {
		let mut simulator = simulator();
		simulator.levels[0].status = name;
		World::intel(&simulator, tdx15())
	};
	// Launched on the second level, on the first at present.
	let relaunch = |name: &'static str| {
		let mut simulator = simulator();
		simulator.levels[0].status = name;
		let mut body = tdx15();
		let Body::Td(report) = &mut body else { panic!("a TD") };
		report.tee_tcb_svn = [1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
		World::intel(&simulator, body)
	};
	use TcbStatus as S;
	vec![
		(S::UpToDate, of_level("UpToDate")),
		(S::SwHardeningNeeded, of_level("SWHardeningNeeded")),
		(S::ConfigurationNeeded, of_level("ConfigurationNeeded")),
		(S::ConfigurationAndSwHardeningNeeded, of_level("ConfigurationAndSWHardeningNeeded")),
		(S::OutOfDate, of_level("OutOfDate")),
		(S::OutOfDateConfigurationNeeded, of_level("OutOfDateConfigurationNeeded")),
		(S::Revoked, of_level("Revoked")),
		(S::RelaunchAdvised, relaunch("UpToDate")),
		(S::RelaunchAdvisedConfigurationNeeded, relaunch("ConfigurationNeeded")),
	]
}

#[test]
fn every_status_should_pass_only_the_policy_that_lists_it() {
	let worlds = of_every_status();
	for (status, world) in &worlds {
		let memory = world.posted();
		for (accepted, _) in &worlds {
			let policy = QuotePolicy {
				statuses: vec![*accepted].try_into().unwrap(),
				..QuotePolicy::lenient()
			};
			let world = World { policy, ..world.clone() };
			let found =
				world.judged(&memory, None, NOW).map(|verified| verified.appraisal.standing.status);
			match found {
				Ok(found) => {
					assert_eq!((found, accepted), (*status, status));
					assert_ne!(*status, TcbStatus::Revoked);
				},
				Err(Error::StatusRefused { found, .. }) => {
					assert_eq!(found, *status);
					assert!(accepted != status || *status == TcbStatus::Revoked);
				},
				Err(error) => panic!("{status:?} under {accepted:?}: {error:?}"),
			}
		}
	}
}

#[test]
fn raised_demands_should_reach_facts_that_were_verified_before() {
	let world = World::intel(&simulator(), sgx());
	let mut memory = world.posted();
	let before = world.judged(&memory, None, NOW).unwrap();
	let mut later = simulator();
	later.issued += 1;
	later.tcb_evaluation += 1;
	later.levels[0].sgx = [5; 16];
	memory.post(&World::intel(&later, sgx()).pieces[5], &world.anchors, NOW).unwrap();
	let gathered = gather(&before.facts, &before.known.under, &memory).unwrap();
	let standing = gathered.appraise(&before.facts, &world.anchors, &world.policy, NOW).unwrap();
	assert_eq!(standing.status, TcbStatus::OutOfDate);
	let strict =
		QuotePolicy { statuses: vec![TcbStatus::UpToDate].try_into().unwrap(), ..world.policy };
	let found = gathered.appraise(&before.facts, &world.anchors, &strict, NOW);
	assert!(matches!(
		found,
		Err(Error::StatusRefused { found: TcbStatus::OutOfDate, shortfall: Some(short) })
			if (short.found, short.required) == (4, 5)
	));
}

#[test]
fn truncated_extended_and_flipped_evidence_should_be_refused() {
	for world in World::all() {
		let memory = world.posted();
		let known = world.judged(&memory, None, NOW).unwrap().known;
		let good = bytes_of(&world.evidence);
		let verdict = |bytes: Vec<u8>, known| {
			let evidence = with_bytes(&world.evidence, bytes)?;
			Some(verify(&evidence, known, &memory, &world.anchors, &world.policy, NOW))
		};
		// Every length that is too short, and some that are too long.
		for len in 0..good.len() {
			let found = verdict(good[..len].to_vec(), None);
			assert!(found.unwrap().is_err(), "{:?} cut to {len}", world.vendor);
		}
		for extra in [1, 2, 100] {
			let mut long = good.clone();
			long.resize(good.len() + extra, 0xa5);
			// A report has a fixed length: a longer one is no evidence at all.
			assert!(verdict(long, None).is_none_or(|found| found.is_err()));
		}
		// A bit in each of the bytes, in turn another one; with the certificate known, which must not help.
		let mut accepted = Vec::new();
		for at in 0..good.len() {
			let mut flipped = good.clone();
			flipped[at] ^= 1 << (at % 8);
			if verdict(flipped, Some(&known)).unwrap().is_ok() {
				accepted.push(at);
			}
		}
		// What the signature of an SNP report does not cover, and nobody reads, is the padding of r and s and what follows.
		let expected = match world.vendor {
			Vendor::AmdSevSnp => accepted.iter().filter(|at| **at < 0x2a0).count(),
			_ => accepted.len(),
		};
		assert_eq!(expected, 0, "{:?}: {accepted:?}", world.vendor);
	}
}

#[test]
fn chains_that_are_too_long_loop_or_hold_other_keys_should_be_refused() {
	let simulator = simulator();
	let world = World::intel(&simulator, sgx());
	let memory = world.posted();
	let known = world.judged(&memory, None, NOW).unwrap().known;
	let root = simulator.root_der();
	let ca = simulator.ca.sign(&simulator.key("root"));
	let leaf = simulator.leaf_der();
	let verdict = |simulator: &IntelSimulator, chain: &[&[u8]]| {
		let mut spec = simulator.spec(sgx());
		spec.certification = pem(chain).into_bytes();
		let world = World { evidence: quote_evidence(simulator.build(&spec)), ..world.clone() };
		let [fresh, cached] =
			[None, Some(&known)].map(|known| world.judged(&memory, known, NOW).map(|_| ()));
		assert_eq!(fresh, cached);
		fresh
	};
	let length = |found| Error::Unsupported { part: Part::Chain, field: Field::ChainLength, found };
	let too_many = Error::TooMany { part: Part::Chain, max: 3 };
	assert_eq!(verdict(&simulator, &[&leaf, &ca, &root]), Ok(()));
	assert_eq!(verdict(&simulator, &[]), Err(length(0)));
	assert_eq!(verdict(&simulator, &[&leaf, &ca]), Err(length(2)));
	assert_eq!(verdict(&simulator, &[&leaf, &ca, &root, &root]), Err(too_many));
	assert_eq!(verdict(&simulator, &[&leaf, &ca, &ca, &root]), Err(too_many));
	// In a circle, or in another order.
	let chain_error = Err(mismatch(Part::Chain, Field::BasicConstraints));
	assert_eq!(verdict(&simulator, &[&leaf, &root, &root]), chain_error);
	assert_eq!(verdict(&simulator, &[&leaf, &root, &ca]), Err(mismatch(Part::Root, Field::Issuer)));
	assert_eq!(verdict(&simulator, &[&leaf, &leaf, &root]), Err(Error::Missing(Part::Authority)));
	// An authority in place of the platform's certificate has no extension of Intel's.
	assert_eq!(verdict(&simulator, &[&ca, &ca, &root]), Err(Error::Malformed(Part::LeafExtension)));
	let mut wrong = simulator.clone();
	wrong.leaf.key = SimKey::p384(b"any", "pck").spki();
	let leaf = wrong.leaf_der();
	assert_eq!(verdict(&wrong, &[&leaf, &ca, &root]), Err(Error::BadKey(Part::Leaf)));

	let mut wrong = amd();
	wrong.vek.key = SimKey::p256(b"any", "vek").spki();
	assert_eq!(World::amd(&wrong).verdict().map(|_| ()), Err(Error::BadKey(Part::Leaf)));

	let nitro = NitroSimulator::new(b"any", NOW);
	let chain = |change: fn(&mut Vec<Vec<u8>>)| {
		let mut spec = nitro.spec([7; 48], [9; 64]);
		change(&mut spec.authorities);
		let evidence = document_evidence(nitro.build(&spec));
		World { evidence, ..World::nitro(&nitro) }.verdict().map(|_| ())
	};
	assert_eq!(chain(|_| {}), Ok(()));
	let too_many = Err(Error::TooMany { part: Part::Chain, max: 6 });
	assert_eq!(chain(|list| list.resize(7, vec![])), too_many);
	assert_eq!(chain(|list| list.clear()), Err(length(0)));
	let circle = Err(mismatch(Part::Authority, Field::Issuer));
	assert_eq!(chain(|list| list.insert(1, list[0].clone())), circle);
	assert_eq!(chain(|list| list.insert(2, list[1].clone())), circle);
	assert_eq!(chain(|list| list.swap(1, 2)), circle);
	assert_eq!(chain(|list| list.swap(0, 1)), Err(Error::Missing(Part::Root)));
}

#[test]
fn evidence_should_be_bounded_before_it_is_decoded() {
	for world in World::all() {
		let bytes = world.evidence.encode();
		assert_eq!(Evidence::decode_all(&mut &bytes[..]).as_ref(), Ok(&world.evidence));
		assert!(bytes.len() <= Evidence::max_encoded_len());
		for cut in 0..bytes.len().min(64) {
			assert!(Evidence::decode(&mut &bytes[..cut]).is_err());
		}
		assert!(Evidence::decode(&mut &bytes[..bytes.len() - 1]).is_err());
	}
	for (index, max) in [(1u8, MAX_QUOTE_BYTES), (2, REPORT_BYTES), (3, MAX_DOCUMENT_BYTES)] {
		let max = max as u32;
		let encode = |len: u32| {
			[&[index], &codec::Compact(len).encode()[..], &vec![0; len as usize], &[0; 96]].concat()
		};
		assert!(Evidence::decode(&mut &encode(max)[..]).is_ok(), "{index}");
		assert!(Evidence::decode(&mut &encode(max + 1)[..]).is_err(), "{index}");
		// A length without the bytes.
		let claim = [&[index], &codec::Compact(max).encode()[..]].concat();
		assert!(Evidence::decode(&mut &claim[..]).is_err());
	}
	for index in [0u8, 4, 255] {
		assert!(Evidence::decode(&mut &[index, 0, 0, 0][..]).is_err());
	}
}

#[test]
fn slots_of_all_vendors_should_live_beside_one_another() {
	let worlds = World::all();
	let mut memory = Memory::default();
	for world in &worlds {
		post_over(&mut memory, world, NOW);
	}
	for world in &worlds {
		assert_eq!(world.judged(&memory, None, NOW), world.verdict());
	}
	let statements = memory
		.iter()
		.filter(|(slot, _)| matches!(slot, Slot::TcbInfo { .. } | Slot::QeIdentity { .. }))
		.count();
	assert_eq!(statements, 4);
}
