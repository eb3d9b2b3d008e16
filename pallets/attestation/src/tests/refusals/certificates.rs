//! Certificates, revocation lists and periods: expired, not yet valid, revoked, out of order, too many, of the wrong key.

use super::*;
use concordat_attestation::{
	intel::Tee,
	simulator::{intel::IntelSimulator, keys::SimKey, x509::pem},
};

/// Place of a piece in what the simulator of Intel's platforms lists.
const ROOT_CRL: usize = 1;
const PCK_CRL: usize = 4;
const TCB_INFO: usize = 5;

/// A second later than what is held, and bent.
fn intel_piece(place: usize, bend: impl FnOnce(&mut IntelSimulator)) -> Piece {
	bent_tdx(1, bend).swap_remove(place)
}

/// The list of AMD's root, a second later than what is held, which revokes this serial number.
fn amd_list(serial: impl FnOnce(&concordat_attestation::simulator::amd::AmdSimulator) -> Vec<u8>) {
	let mut amd = amd_at("any", Attestation::seconds());
	amd.crl.this_update += 1;
	amd.crl.revoked = vec![serial(&amd)];
	posted(&amd.pieces().swap_remove(1));
}

fn out_of_time() -> Vec<Row> {
	use DevKind::*;
	use Refusal::{Expired, NotYetValid};
	let mut rows = Vec::new();
	for kind in [Sgx, Tdx] {
		rows.push(bent("expired certificate", Expired(Part::Leaf), kind, |a| {
			a.intel = |s| s.leaf.not_after = EPOCH - 1;
		}));
		rows.push(bent("certificate of tomorrow", NotYetValid(Part::Leaf), kind, |a| {
			a.intel = |s| s.leaf.not_before = EPOCH + DAY;
		}));
	}
	rows.extend([
		bent("expired certificate", Expired(Part::Leaf), Snp, |a| {
			a.amd = |s| s.vek.not_after = EPOCH - 1;
		}),
		bent("certificate of tomorrow", NotYetValid(Part::Leaf), Snp, |a| {
			a.amd = |s| s.vek.not_before = EPOCH + DAY;
		}),
		bent("expired certificate", Expired(Part::Leaf), Nitro, |a| {
			a.nitro = |s| s.leaf.not_after = EPOCH - 1;
		}),
		bent("certificate of tomorrow", NotYetValid(Part::Leaf), Nitro, |a| {
			a.nitro = |s| s.leaf.not_before = EPOCH + DAY;
		}),
		bent("expired authority", Expired(Part::Authority), Nitro, |a| {
			a.nitro = |s| s.authorities[3].not_after = EPOCH - 1;
		}),
		bent("authority of tomorrow", NotYetValid(Part::Authority), Nitro, |a| {
			a.nitro = |s| s.authorities[1].not_before = EPOCH + DAY;
		}),
		bent("made before its certificate", NotYetValid(Part::Evidence), Nitro, |a| {
			a.document = |d| d.timestamp = 1_000;
		}),
		bent("made after its certificate", Expired(Part::Evidence), Nitro, |a| {
			a.document = |d| d.timestamp = (EPOCH + DAY) * 1_000;
		}),
	]);
	for kind in [Tdx, Snp] {
		// The certificate that is known already does not outlive its period either.
		let since = Error::Refused(Expired(Part::Leaf));
		rows.push(row(format!("{kind:?}: expired since"), since, move || {
			let short = |a: &mut Attempt| {
				a.intel = |s| s.leaf.not_after = EPOCH + HOUR;
				a.amd = |s| s.vek.not_after = EPOCH + HOUR;
			};
			let mut first = Attempt::with(kind, NODE_A);
			short(&mut first);
			assert_ok!(first.send());
			next_block();
			Clock::set(Some(EPOCH + HOUR + 1));
			attempt(kind, short)
		}));
	}
	rows
}

/// A month later, with nothing posted since but these pieces.
fn month_later(kind: DevKind, fresh: &'static [usize]) -> Sent {
	Clock::set(Some(EPOCH + 31 * DAY));
	for place in fresh {
		posted(&intel("any").pieces(Tee::Tdx)[*place]);
	}
	attempt(kind, |_| ())
}

fn outdated_collateral() -> Vec<Row> {
	let later = |name: &str, part, kind, fresh| {
		row(format!("{kind:?}: {name}"), Error::Refused(Refusal::Expired(part)), move || {
			month_later(kind, fresh)
		})
	};
	use DevKind::*;
	vec![
		later("expired list of the root", Part::RootCrl, Sgx, &[]),
		later("expired list of the root", Part::RootCrl, Tdx, &[]),
		later("expired list of the root", Part::RootCrl, Snp, &[]),
		later("expired list of the authority", Part::LeafCrl, Tdx, &[ROOT_CRL]),
		later("expired TCB info", Part::TcbInfo, Tdx, &[ROOT_CRL, PCK_CRL]),
		later("expired QE identity", Part::QeIdentity, Tdx, &[ROOT_CRL, PCK_CRL, TCB_INFO]),
	]
}

fn revoked() -> Vec<Row> {
	use DevKind::*;
	let after = |name: &str, part, kind, set_up: fn()| {
		row(format!("{kind:?}: {name}"), Error::Refused(Refusal::Revoked(part)), move || {
			set_up();
			attempt(kind, |_| ())
		})
	};
	let revoke_pck = || {
		let serial = intel(&Attempt::of(NODE_A).platform).leaf.serial;
		posted(&intel_piece(PCK_CRL, |s| s.pck_crl.revoked = vec![vec![1], serial, vec![2]]));
	};
	let mut rows = vec![
		after("revoked root", Part::Root, Tdx, || {
			posted(&intel_piece(ROOT_CRL, |s| s.root_crl.revoked = vec![s.root.serial.clone()]));
		}),
		after("revoked signer of statements", Part::TcbSigner, Sgx, || {
			posted(&intel_piece(ROOT_CRL, |s| s.root_crl.revoked = vec![s.signer.serial.clone()]));
		}),
		after("revoked root", Part::Root, Snp, || amd_list(|s| s.ark.serial.clone())),
		after("revoked ASK", Part::Authority, Snp, || amd_list(|s| s.authority.serial.clone())),
	];
	for kind in [Sgx, Tdx] {
		rows.push(after("revoked PCK CA", Part::Authority, kind, || {
			posted(&intel_piece(ROOT_CRL, |s| s.root_crl.revoked = vec![s.ca.serial.clone()]));
		}));
		rows.push(row(
			format!("{kind:?}: revoked PCK"),
			Error::Refused(Refusal::Revoked(Part::Leaf)),
			move || {
				revoke_pck();
				attempt(kind, |_| ())
			},
		));
		rows.push(row(
			format!("{kind:?}: PCK revoked since it is known"),
			Error::Refused(Refusal::Revoked(Part::Leaf)),
			move || {
				assert_ok!(Attempt::with(kind, NODE_A).send());
				next_block();
				revoke_pck();
				attempt(kind, |_| ())
			},
		));
	}
	rows
}

/// Puts together the chain in a quote from certificates of the simulator.
fn chain(a: &mut Attempt, bend: fn(&mut concordat_attestation::simulator::intel::QuoteSpec)) {
	a.quote = bend;
}

/// The certificates of development platforms: of the machine of the first node, of the PCK CA, of the root.
fn certificates() -> [Vec<u8>; 3] {
	let s = intel(&Attempt::of(NODE_A).platform);
	[s.leaf_der(), s.ca.sign(&s.key("root")), s.root_der()]
}

fn chains() -> Vec<Row> {
	use DevKind::*;
	use Refusal::*;
	let mut rows = vec![
		bent("chain too long", TooMany(Part::Chain), Nitro, |a| {
			a.document = |d| d.authorities = vec![d.authorities[0].clone(); 7];
		}),
		bent("no chain", Unsupported(Part::Chain, Field::ChainLength), Nitro, |a| {
			a.document = |d| d.authorities.clear();
		}),
		bent("looping at the root", mismatch(Part::Authority, Field::Issuer), Nitro, |a| {
			a.document = |d| d.authorities.insert(1, d.authorities[0].clone());
		}),
		bent("looping below it", mismatch(Part::Authority, Field::Issuer), Nitro, |a| {
			a.document = |d| d.authorities.insert(2, d.authorities[1].clone());
		}),
		bent("gap in the chain", mismatch(Part::Authority, Field::Issuer), Nitro, |a| {
			a.document = |d| {
				d.authorities.remove(2);
			};
		}),
		bent(
			"longer than its root allows",
			mismatch(Part::Authority, Field::ChainLength),
			Nitro,
			|a| {
				a.nitro = |s| s.authorities[2].path_len = Some(0);
			},
		),
		bent(
			"authority that is none",
			mismatch(Part::Authority, Field::BasicConstraints),
			Nitro,
			|a| {
				a.nitro = |s| s.authorities[2].ca = false;
			},
		),
		bent(
			"certificate of an authority",
			mismatch(Part::Leaf, Field::BasicConstraints),
			Nitro,
			|a| {
				a.nitro = |s| s.leaf.ca = true;
			},
		),
		bent("key that may not sign", mismatch(Part::Leaf, Field::KeyUsage), Nitro, |a| {
			a.nitro = |s| s.leaf.key_usage = Some(4);
		}),
		bent("unknown root", Missing(Part::Root), Nitro, |a| {
			a.document = |d| d.authorities[0] = vec![0x30, 0];
		}),
		bent("key of P-256", BadKey(Part::Leaf), Nitro, |a| {
			a.nitro = |s| s.leaf.key = SimKey::p256(b"other", "enclave").spki();
		}),
		bent("another enclave's key", BadSignature(Part::Evidence), Nitro, |a| {
			a.nitro = |s| s.leaf.key = SimKey::p384(b"other", "enclave").spki();
		}),
		bent("key of P-256", BadKey(Part::Leaf), Snp, |a| {
			a.amd = |s| s.vek.key = SimKey::p256(b"other", "vek").spki();
		}),
		bent("another chip's key", BadSignature(Part::Evidence), Snp, |a| {
			a.amd = |s| s.vek.key = SimKey::p384(b"other", "vek").spki();
		}),
		bent(
			"certificate of an authority",
			mismatch(Part::Leaf, Field::BasicConstraints),
			Snp,
			|a| {
				a.amd = |s| s.vek.ca = true;
			},
		),
		bent("unknown authority", Missing(Part::Authority), Snp, |a| {
			a.sent = |e| {
				if let Evidence::Amd { authority, .. } = e {
					authority[0] ^= 1;
				}
			};
		}),
		bent("unknown root", Missing(Part::Root), Snp, |a| {
			a.sent = |e| {
				if let Evidence::Amd { root, .. } = e {
					root[0] ^= 1;
				}
			};
		}),
		bent("root in the authority's place", mismatch(Part::Authority, Field::Issuer), Snp, |a| {
			a.sent = |e| {
				if let Evidence::Amd { authority, root, .. } = e {
					*authority = *root;
				}
			};
		}),
	];
	for kind in [Sgx, Tdx] {
		rows.extend([
			bent("chain too long", TooMany(Part::Chain), kind, |a| {
				chain(a, |q| {
					let [.., root] = certificates();
					q.certification.extend(pem(&[&root]).into_bytes());
				});
			}),
			bent("chain too short", Unsupported(Part::Chain, Field::ChainLength), kind, |a| {
				chain(a, |q| {
					let [leaf, ca, _] = certificates();
					q.certification = pem(&[&leaf, &ca]).into_bytes();
				});
			}),
			bent("chain with text between", Malformed(Part::Chain), kind, |a| {
				chain(a, |q| q.certification.splice(0..0, *b"text\n").for_each(drop));
			}),
			bent(
				"looping at the root",
				mismatch(Part::Chain, Field::BasicConstraints),
				kind,
				|a| {
					chain(a, |q| {
						let [leaf, _, root] = certificates();
						q.certification = pem(&[&leaf, &root, &root]).into_bytes();
					});
				},
			),
			bent(
				"chain of another kind",
				Unsupported(Part::CertificationData, Field::CertificationType),
				kind,
				|a| chain(a, |q| q.certification_type = 4),
			),
			bent("looping at the platform", Missing(Part::Authority), kind, |a| {
				chain(a, |q| {
					let [leaf, _, root] = certificates();
					q.certification = pem(&[&leaf, &leaf, &root]).into_bytes();
				});
			}),
			bent("chain upside down", mismatch(Part::Root, Field::Issuer), kind, |a| {
				chain(a, |q| {
					let [leaf, ca, root] = certificates();
					q.certification = pem(&[&leaf, &root, &ca]).into_bytes();
				});
			}),
			bent("key of P-384", BadKey(Part::Leaf), kind, |a| {
				a.intel = |s| s.leaf.key = SimKey::p384(b"other", "pck").spki();
			}),
			bent("key of no kind", BadKey(Part::Leaf), kind, |a| {
				a.intel = |s| s.leaf.key = vec![0x30, 0x03, 0x02, 0x01, 0x01];
			}),
			bent(
				"certificate of an authority",
				mismatch(Part::Leaf, Field::BasicConstraints),
				kind,
				|a| {
					a.intel = |s| s.leaf.ca = true;
				},
			),
			bent("key that may not sign", mismatch(Part::Leaf, Field::KeyUsage), kind, |a| {
				a.intel = |s| s.leaf.key_usage = Some(4);
			}),
			bent("issued by somebody else", mismatch(Part::Leaf, Field::Issuer), kind, |a| {
				a.intel = |s| s.leaf.issuer = "Somebody".into();
			}),
			bent("too many extensions", TooMany(Part::Leaf), kind, |a| {
				a.intel = |s| {
					let extension = |n: u8| (vec![0x2a, 3, n], false, vec![]);
					s.leaf.extensions = (0..33).map(extension).collect();
				};
			}),
			bent(
				"unknown critical extension",
				mismatch(Part::Leaf, Field::CriticalExtension),
				kind,
				|a| {
					a.intel = |s| s.leaf.extensions.push((vec![0x2a, 3], true, vec![]));
				},
			),
		]);
	}
	rows
}

/// A certificate that is known serves its own node and platform alone.
fn known_keys() -> Vec<Row> {
	use DevKind::*;
	use Refusal::{BadSignature, Missing};
	fn names_only(a: &mut Attempt) {
		// The quote names its platform: it carries no certificate.
		a.quote = |q| q.certification_type = 3;
		a.sent = |e| {
			if let Evidence::Amd { certificate, .. } = e {
				certificate.clear();
			}
		};
	}
	let mut rows = Vec::new();
	for kind in [Sgx, Tdx, Snp] {
		rows.push(bent("no certificate, and none known", Missing(Part::Leaf), kind, names_only));
		rows.push(row(
			format!("{kind:?}: known to another node only"),
			Error::Refused(Missing(Part::Leaf)),
			move || {
				assert_ok!(Attempt::with(kind, NODE_B).send());
				attempt(kind, |a| {
					names_only(a);
					a.platform = Attempt::with(kind, NODE_B).platform;
				})
			},
		));
		let part = if kind == Snp { Part::Evidence } else { Part::QeReport };
		rows.push(row(
			format!("{kind:?}: another platform under the known certificate"),
			Error::Refused(BadSignature(part)),
			move || {
				assert_ok!(Attempt::with(kind, NODE_A).send());
				next_block();
				attempt(kind, |a| {
					names_only(a);
					a.platform = "other".into();
				})
			},
		));
	}
	rows
}

pub fn rows() -> Vec<Row> {
	let mut rows = out_of_time();
	rows.extend(outdated_collateral());
	rows.extend(revoked());
	rows.extend(chains());
	rows.extend(known_keys());
	rows
}

#[test]
fn evidence_under_bad_certificates_should_be_refused() {
	each_should_be_refused(rows());
}
