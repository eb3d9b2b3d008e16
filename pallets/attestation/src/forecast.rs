//! What clients ask: how evidence stands, which collateral there is, and which leases will be refused, when, and why.

use crate::{
	collateral,
	judge::{judge_from, Judgement},
	Anchors, Config, Dossier, Dossiers, KnownKeys, LeaseOfNode, LeaseOfPlatform, Leases,
	Measurements, Pallet, Store, MAX_PIECES,
};
use alloc::vec::Vec;
use concordat_attestation::{
	any::Verified,
	collateral::{Authority, Crl, KeyId},
	intel::{QeIdentity, TcbInfo, Tee},
	policy::QuotePolicy,
	source::{verify_piece, Fingerprint, Piece, Source, VerifiedPiece},
	Anchor, Error, Evidence, Part,
};
use concordat_primitives::{
	attest::Lease,
	clause::RiskClass,
	units::SLOT_MILLIS,
	views::{
		Announcement, AppraisalView, ClassRefusal, CollateralView, ForecastCause, ForecastRefusal,
		ForecastView, MeasurementView, Page, MAX_PAGE,
	},
	BlockNumber, NodeId,
};
use core::marker::PhantomData;

/// Most announcements of one forecast.
pub const MAX_ANNOUNCEMENTS: usize = 16;

/// The state as it would be if announcements came true.
struct Imagined<T> {
	pieces: Vec<VerifiedPiece>,
	policies: Vec<(RiskClass, QuotePolicy)>,
	/// Unix time in seconds.
	at: u64,
	_config: PhantomData<T>,
}

impl<T: Config> Imagined<T> {
	/// Takes announcements in their order. A piece is verified like one that is posted at that time.
	fn new(announced: &[Announcement], anchors: &[Anchor]) -> Result<Self, Error> {
		if announced.len() > MAX_ANNOUNCEMENTS {
			return Err(Error::TooMany { part: Part::Chain, max: MAX_ANNOUNCEMENTS as u32 });
		}
		let at = announced.iter().find_map(|one| match one {
			Announcement::At(at) => Some(*at),
			_ => None,
		});
		let mut imagined = Self {
			pieces: Vec::new(),
			policies: Vec::new(),
			at: at.unwrap_or_else(Pallet::<T>::seconds),
			_config: PhantomData,
		};
		for one in announced {
			match one {
				Announcement::Collateral(piece) => imagined.add(piece, anchors)?,
				Announcement::Policy(class, policy) => {
					imagined.policies.push((*class, policy.clone()));
				},
				Announcement::At(_) => {},
			}
		}
		Ok(imagined)
	}

	fn add(&mut self, piece: &Piece, anchors: &[Anchor]) -> Result<(), Error> {
		let verified = verify_piece(piece, self, anchors, self.at)?;
		let slot = verified.slot();
		match self.pieces.iter_mut().find(|held| held.slot() == slot) {
			Some(held) => {
				verified.supersedes(held)?;
				*held = verified;
			},
			None => {
				if let Some((held, _)) = Pallet::<T>::held(&slot) {
					verified.supersedes(&held)?;
				}
				self.pieces.push(verified);
			},
		}
		Ok(())
	}

	fn policy(&self, class: RiskClass) -> QuotePolicy {
		self.policies
			.iter()
			.rev()
			.find(|(one, _)| *one == class)
			.map_or_else(|| Pallet::<T>::policy(class), |(_, policy)| policy.clone())
	}

	fn judge(&self, dossier: &Dossier, anchors: &[Anchor], at: u64) -> Judgement {
		let policy = |class| self.policy(class);
		judge_from(&dossier.facts, &dossier.under, self, anchors, policy, at)
	}
}

impl<T: Config> Source for Imagined<T> {
	fn authority(&self, fingerprint: &Fingerprint) -> Option<Authority> {
		let imagined = self.pieces.iter().find_map(|piece| match piece {
			VerifiedPiece::Authority(one) if one.fingerprint == *fingerprint => Some(one.clone()),
			_ => None,
		});
		imagined.or_else(|| Store::<T>::default().authority(fingerprint))
	}

	fn crl(&self, issuer: &KeyId) -> Option<Crl> {
		let imagined = self.pieces.iter().find_map(|piece| match piece {
			VerifiedPiece::Crl(one) if one.issuer == *issuer => Some(one.clone()),
			_ => None,
		});
		imagined.or_else(|| Store::<T>::default().crl(issuer))
	}

	fn tcb_info(&self, root: &KeyId, tee: Tee, fmspc: &[u8; 6]) -> Option<TcbInfo> {
		let imagined = self.pieces.iter().find_map(|piece| match piece {
			VerifiedPiece::TcbInfo(one)
				if (&one.signer.issuer, one.tee, &one.fmspc) == (root, tee, fmspc) =>
			{
				Some(one.clone())
			},
			_ => None,
		});
		imagined.or_else(|| Store::<T>::default().tcb_info(root, tee, fmspc))
	}

	fn qe_identity(&self, root: &KeyId, tee: Tee) -> Option<QeIdentity> {
		let imagined = self.pieces.iter().find_map(|piece| match piece {
			VerifiedPiece::QeIdentity(one) if (&one.signer.issuer, one.tee) == (root, tee) => {
				Some(one.clone())
			},
			_ => None,
		});
		imagined.or_else(|| Store::<T>::default().qe_identity(root, tee))
	}
}

/// Rows of a page: what was asked for, at most [`MAX_PAGE`].
fn rows(limit: u32) -> usize {
	limit.min(MAX_PAGE) as usize
}

/// One page of a list that is walked from its start.
fn page<Row>(list: impl Iterator<Item = Row>, from: u32, limit: u32) -> Page<Row> {
	let mut rest = list.skip(from as usize);
	let items: Vec<Row> = rest.by_ref().take(rows(limit)).collect();
	let end = u64::from(from).saturating_add(items.len() as u64);
	Page { items, next: rest.next().map(|_| end) }
}

impl<T: Config> Pallet<T> {
	/// When a block is due, in Unix seconds, if every slot has a block.
	fn time_of(block: BlockNumber) -> u64 {
		let ahead = u64::from(block.saturating_sub(Self::now())).saturating_mul(SLOT_MILLIS);
		Self::seconds().saturating_add(ahead / 1_000)
	}

	/// What becomes of the leases of nodes from number `from` on, if what is announced comes true. Walks node by node, in
	/// the order of their numbers.
	pub fn forecast(
		from: NodeId,
		limit: u32,
		announced: &[Announcement],
	) -> Result<Page<ForecastView>, Error> {
		let anchors = Anchors::<T>::get();
		let imagined = Imagined::<T>::new(announced, &anchors)?;
		// Off chain, so sorting is affordable: the map's own order says nothing to anybody.
		let mut nodes: Vec<NodeId> =
			LeaseOfNode::<T>::iter_keys().filter(|node| *node >= from).collect();
		nodes.sort_unstable();
		let next = nodes.get(rows(limit)).map(|node| u64::from(*node));
		let items = nodes
			.into_iter()
			.take(rows(limit))
			.filter_map(Self::stored_lease_of_node)
			.filter_map(|lease| Self::forecast_lease(&lease, &imagined, &anchors))
			.collect();
		Ok(Page { items, next })
	}

	fn forecast_lease(
		lease: &Lease,
		imagined: &Imagined<T>,
		anchors: &[Anchor],
	) -> Option<ForecastView> {
		let dossier = Dossiers::<T>::get(lease.id)?;
		let then = imagined.judge(&dossier, anchors, imagined.at);
		let end = Self::end_of(lease, &then, imagined, &dossier, anchors);
		let refusals = RiskClass::ALL
			.into_iter()
			.zip(then.refusals)
			.filter_map(|(class, refusal)| match refusal {
				Some(_) if !lease.classes.contains(class) => None,
				Some(why) => Some((class, imagined.at, cause(why))),
				None => Some((class, end.0, end.1)),
			})
			.map(|(class, at, why)| ForecastRefusal { class, at, why })
			.collect();
		Some(ForecastView {
			node: lease.node,
			lease: lease.id,
			vendor: lease.vendor,
			simulated: lease.simulated,
			now: lease.classes,
			then: then.classes,
			refusals,
		})
	}

	/// The first thing that ends a lease for the classes that it still meets.
	fn end_of(
		lease: &Lease,
		then: &Judgement,
		imagined: &Imagined<T>,
		dossier: &Dossier,
		anchors: &[Anchor],
	) -> (u64, ForecastCause) {
		let mut end = (Self::time_of(lease.expires_at), ForecastCause::LeaseEnds);
		let measurement = Measurements::<T>::get(lease.measurement);
		if let Some(at) = measurement.and_then(|status| status.ends()).map(Self::time_of) {
			if at < end.0 {
				end = (at, ForecastCause::MeasurementEnds);
			}
		}
		// The lease was granted for as long as its collateral lasts; that may have become less since.
		let lasts = then.standing.as_ref().map_or(u64::MAX, |standing| standing.not_after);
		let over = lasts.min(lease.not_after).saturating_add(1);
		if over < end.0 {
			// A class that is not met anyway says nothing about the end of the others.
			let why = RiskClass::ALL
				.into_iter()
				.zip(imagined.judge(dossier, anchors, over).refusals)
				.find_map(|(class, why)| why.filter(|_| then.classes.contains(class)));
			end = (over, why.map_or(ForecastCause::LeaseEnds, cause));
		}
		end
	}

	/// What the chain would say to evidence now. `node` is who would show it: its certificates are known.
	pub fn appraise_evidence(
		evidence: &Evidence,
		node: Option<NodeId>,
	) -> Result<AppraisalView, Error> {
		let known = node.and_then(KnownKeys::<T>::get);
		let Verified { appraisal, facts, known, .. } =
			Self::verify_evidence(evidence, known.as_ref())?;
		let dossier = Dossier { facts, under: known.under };
		let judgement = Self::judge_dossier(&dossier);
		let refusals = RiskClass::ALL
			.into_iter()
			.zip(judgement.refusals)
			.filter_map(|(class, why)| why.map(|why| ClassRefusal { class, why }))
			.collect();
		let holder = LeaseOfPlatform::<T>::get(appraisal.platform)
			.and_then(Leases::<T>::get)
			.filter(|lease| Self::defect(lease, Self::now()).is_none())
			.map(|lease| lease.node);
		Ok(AppraisalView {
			platform: appraisal.platform,
			classes: judgement.classes,
			refusals,
			measurement: Measurements::<T>::get(appraisal.workload.measurement),
			platform_held_by: holder,
			standing: appraisal.standing,
			workload: appraisal.workload,
		})
	}

	/// Whether a piece of collateral would be taken now.
	pub fn check_collateral(piece: &Piece) -> Result<CollateralView, Error> {
		let verified = Self::verify_collateral(piece)?;
		if Self::is_full(&verified.slot()) {
			return Err(Error::TooMany { part: verified.part(), max: MAX_PIECES });
		}
		Ok(collateral::view(&verified, Self::now()))
	}

	/// Collateral that is held: certificates, lists, TCB infos, QE identities.
	pub fn collateral(from: u32, limit: u32) -> Page<CollateralView> {
		page(Self::all_collateral(), from, limit)
	}

	/// Measurements on the allow-list.
	pub fn measurements(from: u32, limit: u32) -> Page<MeasurementView> {
		let rows = Measurements::<T>::iter()
			.map(|(measurement, status)| MeasurementView { measurement, status });
		page(rows, from, limit)
	}
}

/// A check that fails, as a forecast says it.
fn cause(why: Error) -> ForecastCause {
	match why {
		Error::NoAnchor(_) => ForecastCause::AnchorRemoved,
		why => ForecastCause::Evidence(why),
	}
}
