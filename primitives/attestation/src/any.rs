//! One entry for evidence of every vendor, verified and judged under whatever a [`Source`] holds.
//!
//! | step | costs | hands back |
//! |---|---|---|
//! | [`verify`] | two or three signatures, less with [`Known`] keys | [`Verified`]: appraisal, facts, keys |
//! | [`gather`] | reads from the source | [`Gathered`] collateral |
//! | [`Gathered::appraise`] | no signature | [`Standing`] under one policy |

use crate::{
	amd,
	collateral::{Authority, Crl, Family, Role},
	error::stored,
	intel, nitro,
	policy::{Appraisal, QuotePolicy, Standing},
	source::{authority, Fingerprint, Source},
	Anchor, AnchorKind, Error, Evidence, Field, Part, PlatformId, Vendor,
};
use alloc::{boxed::Box, vec::Vec};
use bounded_collections::{BoundedVec, ConstU32};

/// Most authorities between root and enclave in a Nitro document.
pub const MAX_NITRO_AUTHORITIES: u32 = 5;

stored! {
	/// What signatures proved about a platform and its guest. Keep it with a lease.
	pub enum Facts {
		/// SGX or TDX.
		#[codec(index = 0)]
		Intel(Box<intel::Facts>),
		/// SEV-SNP.
		#[codec(index = 1)]
		Amd(amd::Facts),
		/// Nitro.
		#[codec(index = 2)]
		Aws(nitro::Facts),
	}

	/// Which certificates stand above a platform's. Keep it with the facts: it finds their collateral again.
	#[derive(Copy)]
	pub struct Under {
		/// Root.
		pub root: Fingerprint,
		/// Authority that issued the platform's certificate; the root again for Nitro, whose chain is short-lived.
		pub authority: Fingerprint,
	}

	/// Certificates of a platform that were verified. Evidence that comes with the same ones costs less.
	pub enum Keys {
		/// PCK certificate.
		#[codec(index = 0)]
		Intel(Box<intel::Pck>),
		/// VCEK or VLEK certificate.
		#[codec(index = 1)]
		Amd(Box<amd::Vek>),
		/// Authorities between root and enclave.
		#[codec(index = 2)]
		Aws(BoundedVec<Authority, ConstU32<MAX_NITRO_AUTHORITIES>>),
	}

	/// Verified certificates of a platform, and what stands above them.
	pub struct Known {
		/// The certificates.
		pub keys: Keys,
		/// What stands above.
		pub under: Under,
	}
}

/// Verified collateral, borrowed from wherever it is stored.
#[derive(Clone, Copy, Debug)]
pub enum Collateral<'a> {
	/// SGX or TDX.
	Intel(intel::Collateral<'a>),
	/// SEV-SNP.
	Amd(amd::Collateral<'a>),
	/// Nitro: the root.
	Aws(&'a Authority),
}

/// Verified collateral for one platform, read from a [`Source`].
#[derive(Clone, Debug)]
pub enum Gathered {
	/// SGX or TDX.
	Intel(Box<intel::VerifiedCollateral>),
	/// SEV-SNP.
	Amd {
		/// ARK.
		root: Box<Authority>,
		/// ARK's revocation list.
		crl: Option<Crl>,
		/// ASK or ASVK.
		authority: Box<Authority>,
	},
	/// Nitro: the root.
	Aws(Box<Authority>),
}

/// Evidence that was verified and accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
	/// What it shows.
	pub appraisal: Appraisal,
	/// What to keep, to judge again later.
	pub facts: Facts,
	/// What to keep, so that the next evidence of the platform costs less; with it what finds the collateral again.
	pub known: Known,
	/// Whether keys known before were used, so that it cost less.
	pub cached: bool,
}

impl Facts {
	/// The machine.
	pub fn platform(&self) -> PlatformId {
		match self {
			Self::Intel(facts) => facts.platform.id,
			Self::Amd(facts) => facts.platform,
			Self::Aws(facts) => facts.platform,
		}
	}

	/// Who vouches.
	pub fn vendor(&self) -> Vendor {
		match self {
			Self::Intel(facts) => vendor_of(facts.tee),
			Self::Amd(_) => Vendor::AmdSevSnp,
			Self::Aws(_) => Vendor::AwsNitro,
		}
	}

	/// Judges the facts again under collateral, policy and time. Costs no signature.
	pub fn appraise(
		&self,
		collateral: &Collateral<'_>,
		policy: &QuotePolicy,
		now: u64,
	) -> Result<Standing, Error> {
		match (self, collateral) {
			(Self::Intel(facts), Collateral::Intel(collateral)) => {
				intel::appraise(facts, collateral, policy, now)
			},
			(Self::Amd(facts), Collateral::Amd(collateral)) => {
				amd::appraise(facts, collateral, policy, now)
			},
			(Self::Aws(facts), Collateral::Aws(root)) => nitro::appraise(facts, root, policy, now),
			_ => Err(Error::Mismatch { part: Part::Chain, field: Field::Issuer }),
		}
	}
}

const fn vendor_of(tee: intel::Tee) -> Vendor {
	match tee {
		intel::Tee::Sgx => Vendor::IntelSgx,
		intel::Tee::Tdx => Vendor::IntelTdx,
	}
}

impl Gathered {
	/// For the functions of one vendor.
	pub fn borrow(&self) -> Collateral<'_> {
		match self {
			Self::Intel(collateral) => Collateral::Intel(collateral.borrow()),
			Self::Amd { root, crl, authority } => {
				Collateral::Amd(amd::Collateral { root, crl: crl.as_ref(), authority })
			},
			Self::Aws(root) => Collateral::Aws(root),
		}
	}

	/// The root.
	pub fn root(&self) -> &Authority {
		match self {
			Self::Intel(collateral) => &collateral.root,
			Self::Amd { root, .. } | Self::Aws(root) => root,
		}
	}

	/// Whether an anchor of `vendor` still stands at the top, of the kind as which it was accepted.
	pub fn check_anchor(&self, vendor: Vendor, anchors: &[Anchor]) -> Result<AnchorKind, Error> {
		let root = self.root();
		anchors
			.iter()
			.find(|anchor| {
				anchor.vendor == vendor
					&& anchor.key == root.fingerprint
					&& anchor.kind == root.kind
			})
			.map(|anchor| anchor.kind)
			.ok_or(Error::NoAnchor(vendor))
	}

	/// Judges facts under this collateral, one policy, and time; the anchor as well.
	pub fn appraise(
		&self,
		facts: &Facts,
		anchors: &[Anchor],
		policy: &QuotePolicy,
		now: u64,
	) -> Result<Standing, Error> {
		self.check_anchor(facts.vendor(), anchors)?;
		facts.appraise(&self.borrow(), policy, now)
	}
}

fn root_of(source: &impl Source, under: &Under, family: Family) -> Result<Authority, Error> {
	let root = authority(source, &under.root, Part::Root)?;
	if root.family == family && root.role == Role::Root {
		Ok(root)
	} else {
		Err(Error::Mismatch { part: Part::Root, field: Field::Issuer })
	}
}

fn gather_intel(
	source: &impl Source,
	under: &Under,
	tee: intel::Tee,
	fmspc: &[u8; 6],
) -> Result<Gathered, Error> {
	let missing = Error::Missing;
	let root = root_of(source, under, Family::Intel)?;
	let pck_ca = authority(source, &under.authority, Part::Authority)?;
	let id = root.key.id();
	Ok(Gathered::Intel(Box::new(intel::VerifiedCollateral {
		root_crl: source.crl(&id).ok_or(missing(Part::RootCrl))?,
		pck_crl: source.crl(&pck_ca.key.id()).ok_or(missing(Part::LeafCrl))?,
		tcb_info: source.tcb_info(&id, tee, fmspc).ok_or(missing(Part::TcbInfo))?,
		qe_identity: source.qe_identity(&id, tee).ok_or(missing(Part::QeIdentity))?,
		root,
		pck_ca,
	})))
}

fn gather_amd(source: &impl Source, under: &Under) -> Result<Gathered, Error> {
	let root = root_of(source, under, Family::Amd)?;
	Ok(Gathered::Amd {
		crl: source.crl(&root.key.id()),
		authority: Box::new(authority(source, &under.authority, Part::Authority)?),
		root: Box::new(root),
	})
}

/// Reads the collateral that facts are judged under.
pub fn gather(facts: &Facts, under: &Under, source: &impl Source) -> Result<Gathered, Error> {
	match facts {
		Facts::Intel(facts) => gather_intel(source, under, facts.tee, &facts.platform.fmspc),
		Facts::Amd(_) => gather_amd(source, under),
		Facts::Aws(_) => Ok(Gathered::Aws(Box::new(root_of(source, under, Family::Aws)?))),
	}
}

/// Verifies evidence under what `source` holds and judges it by `policy` at `now` (Unix time in seconds).
///
/// `known` are certificates of the same node's platform that were verified before. The measurement and what the code
/// bound itself to are the caller's to check.
pub fn verify(
	evidence: &Evidence,
	known: Option<&Known>,
	source: &impl Source,
	anchors: &[Anchor],
	policy: &QuotePolicy,
	now: u64,
) -> Result<Verified, Error> {
	match evidence {
		Evidence::Intel { quote } => verify_intel(quote, known, source, anchors, policy, now),
		Evidence::Amd { report, certificate, authority, root } => {
			let under = Under { root: *root, authority: *authority };
			verify_amd(report, certificate, under, known, source, anchors, policy, now)
		},
		Evidence::Aws { document } => verify_aws(document, known, source, anchors, policy, now),
	}
}

fn verify_intel(
	quote: &[u8],
	known: Option<&Known>,
	source: &impl Source,
	anchors: &[Anchor],
	policy: &QuotePolicy,
	now: u64,
) -> Result<Verified, Error> {
	let header = intel::Quote::parse(quote)?;
	let pck = known.and_then(|known| match &known.keys {
		Keys::Intel(pck) => Some((&**pck, known.under)),
		_ => None,
	});
	let tee = header.body.tee();
	let (under, fmspc, pck) = match intel::presented(&header)? {
		Some(presented) => {
			let under = Under { root: presented.root, authority: presented.authority };
			// A known certificate counts only as the very one in the quote, below the very same authorities.
			let pck =
				pck.filter(|(pck, above)| pck.fingerprint == presented.leaf && *above == under);
			(under, presented.fmspc, pck.map(|(pck, _)| pck))
		},
		// The quote only names its platform. Whichever certificate is known proves itself by its signature.
		None => {
			let (pck, under) = pck.ok_or(Error::Missing(Part::Leaf))?;
			(under, pck.platform.fmspc, Some(pck))
		},
	};
	let gathered = gather_intel(source, &under, tee, &fmspc)?;
	gathered.check_anchor(vendor_of(tee), anchors)?;
	let Gathered::Intel(collateral) = &gathered else {
		return Err(Error::Mismatch { part: Part::Chain, field: Field::Issuer });
	};
	let cached = pck.is_some();
	let verified = intel::verify(quote, pck, &collateral.borrow(), policy, now)?;
	Ok(Verified {
		appraisal: verified.appraisal,
		facts: Facts::Intel(Box::new(verified.facts)),
		known: Known { keys: Keys::Intel(Box::new(verified.pck)), under },
		cached,
	})
}

fn verify_amd(
	report: &[u8],
	certificate: &[u8],
	under: Under,
	known: Option<&Known>,
	source: &impl Source,
	anchors: &[Anchor],
	policy: &QuotePolicy,
	now: u64,
) -> Result<Verified, Error> {
	let gathered = gather_amd(source, &under)?;
	gathered.check_anchor(Vendor::AmdSevSnp, anchors)?;
	let Collateral::Amd(collateral) = gathered.borrow() else {
		return Err(Error::Mismatch { part: Part::Chain, field: Field::Issuer });
	};
	let held = known.filter(|known| known.under == under).and_then(|known| match &known.keys {
		Keys::Amd(vek) => Some(&**vek),
		_ => None,
	});
	let fingerprint = crate::crypto::sha256(certificate);
	let (vek, cached) = match held {
		Some(vek) if certificate.is_empty() || vek.fingerprint == fingerprint => {
			(vek.clone(), true)
		},
		_ if certificate.is_empty() => return Err(Error::Missing(Part::Leaf)),
		_ => (amd::verify_vek(certificate, &collateral, now)?, false),
	};
	let verified = amd::verify(report, &vek, &collateral, policy, now)?;
	Ok(Verified {
		appraisal: verified.appraisal,
		facts: Facts::Amd(verified.facts),
		known: Known { keys: Keys::Amd(Box::new(vek)), under },
		cached,
	})
}

fn verify_aws(
	document: &[u8],
	known: Option<&Known>,
	source: &impl Source,
	anchors: &[Anchor],
	policy: &QuotePolicy,
	now: u64,
) -> Result<Verified, Error> {
	let fingerprint = nitro::Document::parse(document)?.root_fingerprint()?;
	let under = Under { root: fingerprint, authority: fingerprint };
	let root = root_of(source, &under, Family::Aws)?;
	let gathered = Gathered::Aws(Box::new(root));
	gathered.check_anchor(Vendor::AwsNitro, anchors)?;
	let none = BoundedVec::new();
	let held =
		known.filter(|known| known.under == under).map_or(&none, |known| match &known.keys {
			Keys::Aws(authorities) => authorities,
			_ => &none,
		});
	let verified = nitro::verify(document, gathered.root(), held, policy, now)?;
	let cached = verified.authorities.iter().all(|one| held.contains(one));
	let authorities: Vec<Authority> = verified.authorities;
	Ok(Verified {
		appraisal: verified.appraisal,
		facts: Facts::Aws(verified.facts),
		known: Known { keys: Keys::Aws(BoundedVec::truncate_from(authorities)), under },
		cached,
	})
}
