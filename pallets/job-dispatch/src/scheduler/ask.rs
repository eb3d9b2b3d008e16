//! What a job asks of a node: hard filters first, then the score.

use super::{Exclusion, Stratum};
use crate::types::Seating;
use concordat_primitives::{
	attest::{LeaseDemand, Measurement, PlatformId, Vendor},
	clause::RiskClass,
	node::Resources,
	routing::{self, Factors},
	trust::Perspective,
	BlockNumber, CapabilityId, Jurisdiction, NodeId,
};

/// Threat belief from which on the originator's jobs do not go to a node at all: 0.9. Below, the score alone decides. Four
/// dissents without a good result between them lead there (`θ` = 0.25, 0.62, 0.81, 0.91, [`routing::raise`]), and
/// so do six silences; with a half-life of a day it takes a few hours to come back under it, into competition with all others.
/// What is left of such a node's score is less than a tenth: it would get a seat only where there is hardly anybody else, and
/// there waiting is better.
pub const MAX_THREAT: u32 = 900_000;

/// What is asked of a node.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
	/// Now.
	pub now: BlockNumber,
	/// First block at which the result would be too late; where nodes commit to it first, to show it.
	pub needed_until: BlockNumber,
	/// What the node has to be able to do.
	pub capability: CapabilityId,
	/// What has to be set aside for it.
	pub resources: Resources,
	/// Only nodes under sovereign control.
	pub sovereign_only: bool,
	/// Accepted vendors; empty: all.
	pub vendors: &'a [Vendor],
	/// No simulated evidence.
	pub forbid_simulated: bool,
	/// Risk class whose quote policy the platform has to meet.
	pub risk: RiskClass,
	/// Accepted measurements; empty: all.
	pub measurements: &'a [Measurement],
	/// Where a node may stand; empty: anywhere.
	pub jurisdictions: &'a [Jurisdiction],
	/// Where no node is asked now.
	pub paused: &'a [Jurisdiction],
	/// Least trust, in parts of 10⁶.
	pub min_trust: u32,
	/// Least quality, in parts of 10⁶.
	pub min_quality: u32,
	/// Nodes whose score counts 1.2 times.
	pub preferred: &'a [NodeId],
	/// Nodes that must not be asked.
	pub excluded: &'a [NodeId],
	/// Nodes of the round that failed.
	pub spent: &'a [NodeId],
	/// What the originator has learnt of nodes.
	pub perspective: &'a Perspective,
}

impl Ask<'_> {
	/// The first static filter that the nodes of a stratum do not pass. The risk classes are as of the last judgement
	/// that was told; the lease itself is asked when a seat is given.
	pub fn bars(&self, stratum: &Stratum) -> Option<Exclusion> {
		let checks = [
			(!listed(self.jurisdictions, &stratum.jurisdiction), Exclusion::Jurisdiction),
			(self.paused.contains(&stratum.jurisdiction), Exclusion::Paused),
			(self.sovereign_only && !stratum.sovereign, Exclusion::NotSovereign),
			(!listed(self.vendors, &stratum.vendor), Exclusion::Vendor),
			(self.forbid_simulated && stratum.simulated, Exclusion::Simulated),
			(!stratum.risk_classes().contains(self.risk), Exclusion::RiskClassNotMet),
		];
		first(checks)
	}

	/// The first hard filter that `node` does not pass.
	pub fn exclusion(&self, node: NodeId, seating: &Seating) -> Option<Exclusion> {
		let (profile, standing) = (&seating.profile, &seating.standing);
		if self.excluded.contains(&node) {
			return Some(Exclusion::Excluded);
		}
		if let Some(why) = self.bars(&Stratum::of(profile)) {
			return Some(why);
		}
		let state = standing.capability(self.capability);
		let free = profile.resources.minus(&standing.committed);
		let full =
			standing.running() >= profile.capacity || !standing.has_room_for(self.capability);
		let load = routing::load(standing.running(), profile.capacity);
		first([
			(!listed(self.measurements, &profile.measurement), Exclusion::Measurement),
			(profile.lease_expires_at < self.needed_until, Exclusion::LeaseEnding),
			(!state.available, Exclusion::Unavailable),
			(standing.cooldown_until > self.now, Exclusion::CoolingDown),
			(full, Exclusion::Full),
			(load > routing::MAX_LOAD, Exclusion::Overloaded),
			(!free.covers(&self.resources), Exclusion::Resources),
			(standing.trust < self.min_trust, Exclusion::Trust),
			(state.quality < self.min_quality, Exclusion::Quality),
			(self.perspective.threat(node) >= MAX_THREAT, Exclusion::Threat),
			// Last: of these nodes it is known that they could be asked again.
			(self.spent.contains(&node), Exclusion::AlreadyAsked),
		])
	}

	/// What the job asks of a lease.
	pub const fn of_lease(&self) -> LeaseDemand<'_> {
		LeaseDemand {
			measurements: self.measurements,
			allow_simulated: !self.forbid_simulated,
			risk: self.risk,
		}
	}

	/// The factors of the node's score.
	pub fn factors(&self, node: NodeId, seating: &Seating) -> Factors {
		let (profile, standing) = (&seating.profile, &seating.standing);
		let preferred = self.preferred.contains(&node);
		Factors {
			trust: standing.trust,
			quality: standing.quality(self.capability),
			load: routing::load(standing.running(), profile.capacity),
			connection: self.perspective.connection(node),
			threat: self.perspective.threat(node),
			preference: if preferred { routing::PREFERENCE } else { routing::ONE },
			freshness: routing::freshness(
				profile.lease_issued_at,
				profile.lease_expires_at,
				self.now,
			),
			proximity: routing::proximity(profile.latency_class),
		}
	}

	/// The node as a candidate, if it passes all hard filters.
	pub fn assess(&self, node: NodeId, seating: &Seating) -> Result<Candidate, Exclusion> {
		match self.exclusion(node, seating) {
			Some(why) => Err(why),
			None => Ok(Candidate {
				node,
				score: self.factors(node, seating).score(),
				operator: seating.profile.operator,
				platform: seating.profile.platform,
				seating: seating.clone(),
			}),
		}
	}
}

/// Whether a list that restricts nothing when it is empty lets `one` through.
fn listed<I: PartialEq>(list: &[I], one: &I) -> bool {
	list.is_empty() || list.contains(one)
}

fn first(checks: impl IntoIterator<Item = (bool, Exclusion)>) -> Option<Exclusion> {
	checks.into_iter().find_map(|(fails, why)| fails.then_some(why))
}

/// A node that could sit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
	/// Who.
	pub node: NodeId,
	/// Its score, in parts of 10⁹.
	pub score: u64,
	/// Whose it is.
	pub operator: [u8; 16],
	/// Which machine it is.
	pub platform: PlatformId,
	/// Its record, as read.
	pub seating: Seating,
}
