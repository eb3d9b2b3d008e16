//! Certificates that were verified before: what they save, and what they must not let through.

mod common;

use common::{simulated::*, world::*, Random};
use concordat_attestation::{
	amd::{Product, VekKind},
	any::{gather, verify, Keys, Known, Verified},
	intel::{Pck, Tee},
	simulator::{
		amd::AmdSimulator,
		intel::IntelSimulator,
		nitro::NitroSimulator,
		pieces::{document_evidence, quote_evidence},
	},
	Error, Evidence, Field, Part, Vendor,
};

fn intel_known(verified: &Verified) -> &Pck {
	match &verified.known.keys {
		Keys::Intel(pck) => pck,
		other => panic!("{other:?}"),
	}
}

#[test]
fn a_revocation_should_bite_though_the_certificate_is_known() {
	type Change = fn(&mut IntelSimulator);
	let revoked: [(Part, Change); 4] = [
		(Part::Leaf, |s| s.pck_crl.revoked = vec![s.leaf.serial.clone()]),
		(Part::Authority, |s| s.root_crl.revoked = vec![s.ca.serial.clone()]),
		(Part::TcbSigner, |s| s.root_crl.revoked = vec![s.signer.serial.clone()]),
		(Part::Root, |s| s.root_crl.revoked = vec![s.root.serial.clone()]),
	];
	let mut nameless = simulator().spec(sgx());
	nameless.certification_type = 3;
	nameless.certification = vec![0; 404];
	let nameless = quote_evidence(simulator().build(&nameless));
	for (part, revoke) in revoked {
		for body in [sgx(), tdx()] {
			let world = World::intel(&simulator(), body.clone());
			let mut memory = world.posted();
			let before = world.judged(&memory, None, NOW).unwrap();
			let mut later = simulator();
			later.root_crl.this_update += 1;
			later.pck_crl.this_update += 1;
			revoke(&mut later);
			let newer = World::intel(&later, body.clone());
			for piece in [&newer.pieces[1], &newer.pieces[4]] {
				memory.post(piece, &world.anchors, NOW).unwrap();
			}
			let refused = Err(Error::Revoked(part));
			assert_eq!(world.judged(&memory, None, NOW).map(|_| ()), refused);
			let known = Some(&before.known);
			assert_eq!(world.judged(&memory, known, NOW).map(|_| ()), refused);
			if body.tee() == Tee::Sgx {
				let world = World { evidence: nameless.clone(), ..world.clone() };
				assert_eq!(world.judged(&memory, known, NOW).map(|_| ()), refused);
			}
			let gathered = gather(&before.facts, &before.known.under, &memory).unwrap();
			let again = gathered.appraise(&before.facts, &world.anchors, &world.policy, NOW);
			assert_eq!(again.map(|_| ()), refused);
		}
	}

	// AMD's list names authorities and roots, not chips.
	for (part, serial) in [(Part::Authority, 2u8), (Part::Root, 1)] {
		let world = World::amd(&amd());
		let mut memory = world.posted();
		let before = world.judged(&memory, None, NOW).unwrap();
		let mut later = amd();
		later.crl.this_update += 1;
		later.crl.revoked = vec![vec![serial]];
		memory.post(&World::amd(&later).pieces[1], &world.anchors, NOW).unwrap();
		for known in [None, Some(&before.known)] {
			let found = world.judged(&memory, known, NOW).map(|_| ());
			assert_eq!(found, Err(Error::Revoked(part)));
		}
	}
}

#[test]
fn known_keys_should_serve_only_their_own_platform() {
	let alice = simulator();
	let bob = simulator().with_platform(b"bob");
	for body in [sgx(), tdx()] {
		let of_alice = World::intel(&alice, body.clone());
		let of_bob = World::intel(&bob, body.clone());
		let memory = of_alice.posted();
		let known = of_alice.judged(&memory, None, NOW).unwrap().known;
		// Bob's quote names its own certificate: that one is verified, and the platform is Bob's.
		let found = of_bob.judged(&memory, Some(&known), NOW).unwrap();
		assert!(!found.cached);
		assert_eq!(Ok(&found), of_bob.judged(&memory, None, NOW).as_ref());
		assert_ne!(
			intel_known(&found).fingerprint,
			intel_known(&of_alice.judged(&memory, None, NOW).unwrap()).fingerprint
		);

		// Bob's quote under Alice's certificate: the quoting enclave's report is not by her key.
		let mut spec = bob.spec(body.clone());
		spec.certification = alice.chain().into_bytes();
		let borrowed = World { evidence: quote_evidence(bob.build(&spec)), ..of_bob.clone() };
		for known in [None, Some(&known)] {
			let found = borrowed.judged(&memory, known, NOW).map(|_| ());
			assert_eq!(found, Err(Error::BadSignature(Part::QeReport)));
		}

		// Without a certificate in the quote, Alice's known one vouches for Alice's quotes only.
		let nameless = |simulator: &IntelSimulator| {
			let mut spec = simulator.spec(body.clone());
			spec.certification_type = 3;
			spec.certification = vec![0; 404];
			World { evidence: quote_evidence(simulator.build(&spec)), ..of_alice.clone() }
		};
		let found = nameless(&alice).judged(&memory, Some(&known), NOW).unwrap();
		assert!(found.cached);
		assert_eq!(found.known, known);
		assert_eq!(
			nameless(&bob).judged(&memory, Some(&known), NOW).map(|_| ()),
			Err(Error::BadSignature(Part::QeReport))
		);
		assert_eq!(
			nameless(&alice).judged(&memory, None, NOW).map(|_| ()),
			Err(Error::Missing(Part::Leaf))
		);
	}
}

#[test]
fn known_chips_and_authorities_should_serve_only_their_own_evidence() {
	let (alice, bob) = (amd(), AmdSimulator::new(b"bob", Product::Milan, VekKind::Vcek, NOW));
	let (of_alice, of_bob) = (World::amd(&alice), World::amd(&bob));
	let memory = of_alice.posted();
	let known = of_alice.judged(&memory, None, NOW).unwrap().known;
	let found = of_bob.judged(&memory, Some(&known), NOW).unwrap();
	assert!(!found.cached);
	assert_eq!(Ok(&found), of_bob.judged(&memory, None, NOW).as_ref());
	let without = |world: &World| {
		let mut world = world.clone();
		if let Evidence::Amd { certificate, .. } = &mut world.evidence {
			certificate.clear();
		}
		world
	};
	assert!(without(&of_alice).judged(&memory, Some(&known), NOW).unwrap().cached);
	assert_eq!(
		without(&of_alice).judged(&memory, None, NOW).map(|_| ()),
		Err(Error::Missing(Part::Leaf))
	);
	assert_eq!(
		without(&of_bob).judged(&memory, Some(&known), NOW).map(|_| ()),
		Err(Error::BadSignature(Part::Evidence))
	);

	// The authorities of one enclave's instance are not those of another's.
	let alice = NitroSimulator::new(b"any", NOW);
	let bob = NitroSimulator::new(b"any", NOW).with_platform(b"bob");
	let (of_alice, of_bob) = (World::nitro(&alice), World::nitro(&bob));
	let memory = of_alice.posted();
	let known = of_alice.judged(&memory, None, NOW).unwrap().known;
	let found = of_bob.judged(&memory, Some(&known), NOW).unwrap();
	// Region and zone are the same, the instance is not.
	assert!(!found.cached);
	assert_eq!(Ok(&found), of_bob.judged(&memory, None, NOW).as_ref());
	let mut spec = bob.spec([7; 48], [9; 64]);
	spec.authorities = alice.spec([7; 48], [9; 64]).authorities;
	let borrowed = World { evidence: document_evidence(bob.build(&spec)), ..of_bob };
	for known in [None, Some(&known)] {
		let found = borrowed.judged(&memory, known, NOW).map(|_| ());
		assert_eq!(found, Err(Error::BadSignature(Part::Leaf)));
	}
}

#[test]
fn known_keys_should_count_only_below_the_authorities_they_were_verified_under() {
	// A key that was never verified in its place: only the names above it differ, or its kind.
	let forge = |known: &Known, change: fn(&mut Known)| {
		let mut forged = known.clone();
		match &mut forged.keys {
			Keys::Intel(pck) => pck.key = [1; 64],
			Keys::Amd(vek) => vek.key = [1; 96],
			Keys::Aws(authorities) => authorities.iter_mut().for_each(|one| one.signs_crls = false),
		}
		change(&mut forged);
		forged
	};
	let worlds = World::all();
	let all: Vec<Known> = worlds.iter().map(|world| world.verdict().unwrap().known).collect();
	for (world, known) in worlds.iter().zip(&all) {
		let memory = world.posted();
		let fresh = world.judged(&memory, None, NOW).unwrap();
		let elsewhere: [fn(&mut Known); 2] =
			[|known| known.under.root = [3; 32], |known| known.under.authority = [3; 32]];
		for change in elsewhere {
			let found = world.judged(&memory, Some(&forge(known, change)), NOW).unwrap();
			assert_eq!(found, fresh, "{:?}: as if nothing was known", world.vendor);
		}
		// Keys of another vendor.
		for (other, foreign) in worlds.iter().zip(&all) {
			let same = |vendor| matches!(vendor, Vendor::IntelSgx | Vendor::IntelTdx);
			if other.vendor == world.vendor || (same(other.vendor) && same(world.vendor)) {
				continue;
			}
			let known = Known { keys: foreign.keys.clone(), under: known.under };
			assert_eq!(world.judged(&memory, Some(&known), NOW).unwrap(), fresh);
		}
	}
	// A quote that only names its platform takes the known key's authorities: they have to be there.
	let mut spec = simulator().spec(sgx());
	spec.certification_type = 3;
	spec.certification = vec![0; 404];
	let evidence = quote_evidence(simulator().build(&spec));
	let world = World { evidence, ..worlds[0].clone() };
	let memory = world.posted();
	let [mut root, mut authority] = [all[0].clone(), all[0].clone()];
	root.under.root = [3; 32];
	authority.under.authority = [3; 32];
	let verdict = |known: &Known| world.judged(&memory, Some(known), NOW).map(|_| ());
	assert_eq!(verdict(&root), Err(Error::Missing(Part::Root)));
	assert_eq!(verdict(&authority), Err(Error::Missing(Part::Authority)));
	// The signer of statements is one of them, but it issues no lists.
	let signer = simulator().signer.sign(&simulator().key("root"));
	authority.under.authority = concordat_attestation::crypto::sha256(&signer);
	assert_eq!(verdict(&authority), Err(Error::Missing(Part::LeafCrl)));
}

#[test]
fn mutations_with_known_keys_should_get_the_verdict_without() {
	let mut random = Random(5);
	for world in World::all() {
		let memory = world.posted();
		let untouched = world.judged(&memory, None, NOW);
		let known = untouched.clone().unwrap().known;
		let good = bytes_of(&world.evidence);
		for _ in 0..400 {
			let mut bytes = good.clone();
			common::mutate(&mut bytes, &mut random);
			let Some(evidence) = with_bytes(&world.evidence, bytes) else { continue };
			let verdict = |known| {
				verify(&evidence, known, &memory, &world.anchors, &world.policy, NOW)
					.map(|verified| Verified { cached: false, ..verified })
			};
			let (fresh, cached) = (verdict(None), verdict(Some(&known)));
			// The kind of certification data is not signed. If it changes to one that only names the platform, a known
			// certificate proves itself by its signature: the same platform, or none.
			if fresh == Err(Error::Missing(Part::Leaf)) && cached.is_ok() {
				assert_eq!(cached, untouched);
			} else {
				assert_eq!(fresh, cached);
			}
		}
	}
}

#[test]
fn only_certification_data_that_name_the_platform_should_go_without_certificate() {
	let simulator = simulator();
	for body in [sgx(), tdx()] {
		let world = World::intel(&simulator, body.clone());
		let memory = world.posted();
		let known = world.judged(&memory, None, NOW).unwrap().known;
		for kind in [0, 1, 2, 3, 4, 6, 7, 8, 0x0105, u16::MAX] {
			let mut spec = simulator.spec(body.clone());
			spec.certification_type = kind;
			let evidence = quote_evidence(simulator.build(&spec));
			let world = World { evidence, ..world.clone() };
			let found = world.judged(&memory, Some(&known), NOW).map(|_| ());
			let unsupported = Error::Unsupported {
				part: Part::CertificationData,
				field: Field::CertificationType,
				found: kind.into(),
			};
			let expected = if (1..=3).contains(&kind) { Ok(()) } else { Err(unsupported) };
			assert_eq!(found, expected, "kind {kind}");
		}
	}
}

#[test]
fn a_known_authority_should_not_outlive_the_right_to_issue_it() {
	// The zone's certificate is issued again, for the same key, but no longer for authorities below it.
	let nitro = NitroSimulator::new(b"any", NOW);
	let world = World::nitro(&nitro);
	let memory = world.posted();
	let known = world.judged(&memory, None, NOW).unwrap().known;
	let mut narrowed = nitro;
	narrowed.authorities[2].path_len = Some(0);
	let world = World::nitro(&narrowed);
	for known in [None, Some(&known)] {
		let found = world.judged(&memory, known, NOW).map(|_| ());
		assert_eq!(found, Err(mismatch(Part::Authority, Field::ChainLength)));
	}
}
