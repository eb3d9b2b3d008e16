//! When to renew a lease, what to post, and what is not worth paying for: decisions without effects.
//!
//! A lease is renewed between half and three quarters of its life, at a place that follows from the key of the enclave.
//! Leases that began in one block therefore do not end in one, and a renewal that the chain refuses can be repeated for
//! hours before the node has to stop. The chain takes such a renewal free of charge.

use concordat_attestation::{
	crypto::sha256,
	source::{Fingerprint, Piece, Slot},
	Error, Part,
};
use concordat_primitives::{
	attest::{Lease, SigningKey},
	node::NodeStatus,
	units::{CDT, SLOT_MILLIS},
	views::{AppraisalView, CollateralView, NodeView},
	Balance, BlockNumber, NodeId,
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Blocks after which a step that shows no effect is tried again; doubled with each further try.
pub const RETRY: BlockNumber = 6;
/// Most blocks between two tries.
const LONGEST_RETRY: BlockNumber = 150;
/// Blocks after which the step that follows can build upon one that had its effect.
const SETTLE: BlockNumber = 2;
/// Collateral that the chain holds is replaced when it counts for no longer than this, in seconds: a lease ends with the
/// first piece that it needs, and whoever else posts has had the time before.
const SOON: u64 = 2 * SECONDS_PER_DAY;
/// Seconds by which the end of a lease in blocks and in time may differ and still be the same end.
const SAME_END: u64 = 120;
const SECONDS_PER_DAY: u64 = 24 * 60 * 60;
/// What is left to an operator's account: its heartbeats have to be paid too, and it must not be reaped.
pub const FLOOR: Balance = CDT;

/// What can be done for a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
	/// Register it; on development chains only.
	Register,
	/// Post collateral.
	Post,
	/// Show evidence.
	Attest,
}

/// A step that has shown no effect yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tries {
	/// The step.
	pub step: Step,
	/// How often it was tried.
	pub count: u32,
	/// Block of the last time.
	pub at: BlockNumber,
}

impl Tries {
	/// The next try, if it is due at `now`.
	pub fn next(last: Option<Self>, step: Step, now: BlockNumber) -> Option<Self> {
		// What was tried higher up was tried on a chain that is gone.
		match last.filter(|last| last.at <= now) {
			None => Some(Self { step, count: 1, at: now }),
			// The step before showed its effect; a block or two may pass before it can be built upon.
			Some(last) if last.step != step => {
				(now >= last.at.saturating_add(SETTLE)).then_some(Self { step, count: 1, at: now })
			},
			Some(last) => {
				let doublings = last.count.saturating_sub(1).min(16);
				let pause = RETRY.saturating_mul(1 << doublings).min(LONGEST_RETRY);
				let count = last.count.saturating_add(1);
				(now >= last.at.saturating_add(pause)).then_some(Self { step, count, at: now })
			},
		}
	}
}

/// First block at which a lease is to be renewed: between half and three quarters of its life. The same
/// whoever asks, and another one for each enclave.
pub fn renewal(lease: &Lease) -> BlockNumber {
	let life = lease.expires_at.saturating_sub(lease.issued_at);
	let [a, b, c, d, ..] = lease.signing_key;
	let place = BlockNumber::from_le_bytes([a, b, c, d]).checked_rem(life / 4).unwrap_or(0);
	// Rounded up, as the chain does: before that a renewal is paid for.
	lease.issued_at.saturating_add(life.div_ceil(2)).saturating_add(place)
}

/// Whether a node whose enclave signs with `key` has to show evidence.
pub fn needs_lease(node: &NodeView, key: &SigningKey, now: BlockNumber) -> bool {
	let takes_leases = matches!(
		node.status,
		NodeStatus::Registered | NodeStatus::Active | NodeStatus::Inactive(_)
	);
	let held = node.lease.as_ref().is_some_and(|view| {
		let lease = &view.lease;
		view.refusal.is_none() && lease.signing_key == *key && now < renewal(lease)
	});
	takes_leases && !held
}

/// Which of this host's nodes an enclave works for.
///
/// The one whose lease names its key; or, if it was started again and has new keys, the one that it worked for before,
/// or the only one whose enclave does not answer, if it is the only enclave without a node. A node that never held a
/// lease is its operator's to attest. `answering` are the keys of all enclaves that answer, this one's included.
pub fn node_of(
	key: &SigningKey,
	before: Option<NodeId>,
	nodes: &[NodeView],
	answering: &[SigningKey],
) -> Option<NodeId> {
	let lease_key = |node: &NodeView| node.lease.as_ref().map(|view| view.lease.signing_key);
	if let Some(node) = nodes.iter().find(|node| lease_key(node) == Some(*key)) {
		return Some(node.id);
	}
	let is_orphan = |node: &NodeView| lease_key(node).is_none_or(|key| !answering.contains(&key));
	if let Some(before) = before {
		let node = nodes.iter().find(|node| node.id == before && is_orphan(node));
		return node.map(|node| node.id);
	}
	let mut orphans = nodes.iter().filter(|node| node.lease.is_some() && is_orphan(node));
	let has_node = |key: &SigningKey| nodes.iter().any(|node| lease_key(node) == Some(*key));
	let homeless = answering.iter().filter(|key| !has_node(key)).count();
	match (orphans.next(), orphans.next()) {
		(Some(node), None) if homeless == 1 => Some(node.id),
		_ => None,
	}
}

/// Why the chain would refuse evidence, or grant nothing for it, in plain words.
///
/// `key` is the enclave's, `time` the chain's: block and Unix time in seconds.
pub fn objection(
	view: &AppraisalView,
	node: &NodeView,
	key: &SigningKey,
	report_data: &[u8; 64],
	time: (BlockNumber, u64),
) -> Option<String> {
	if view.workload.report_data != *report_data {
		return Some(
			"the enclave's evidence is bound to something else than this node and block".into(),
		);
	}
	let measurement = view.workload.measurement;
	match view.measurement {
		Some(status) if status.counts(time.0) => {},
		Some(status) => {
			return Some(format!(
				"the chain does not allow its code {measurement} (now {status:?}): start another release of the enclave"
			));
		},
		None => {
			return Some(format!(
				"the chain does not know its code {measurement}: start a release of the enclave that is on the chain's \
				 list, or have this one proposed"
			));
		},
	}
	if let Some(holder) = view.platform_held_by.filter(|holder| *holder != node.id) {
		return Some(format!(
			"node {holder} holds a lease for this machine, and a machine has one"
		));
	}
	if view.classes.is_empty() {
		let reasons: Vec<String> = view
			.refusals
			.iter()
			.map(|refusal| format!("{:?}: {}", refusal.class, refusal.why))
			.collect();
		return Some(format!(
			"the platform meets no risk class's policy ({}); status {:?}",
			reasons.join("; "),
			view.standing.status
		));
	}
	let live = node.lease.as_ref().filter(|held| held.refusal.is_none());
	let same = live.map(|held| &held.lease).filter(|lease| lease.signing_key == *key);
	if same.is_some_and(|lease| !lasts_longer(lease, view.standing.not_after, time)) {
		return Some(format!(
			"a new lease would end when this one does, at Unix time {}: what stands behind the evidence ends then, and \
			 newer collateral has to be posted",
			view.standing.not_after
		));
	}
	None
}

/// Whether a lease on evidence that counts up to `not_after` (Unix time in seconds) lasts longer than `lease`. Otherwise
/// it would be renewed at half its life, half of what is left, and so on.
fn lasts_longer(lease: &Lease, not_after: u64, time: (BlockNumber, u64)) -> bool {
	let blocks = u64::from(lease.expires_at.saturating_sub(time.0));
	let ends = time.1.saturating_add(blocks.saturating_mul(SLOT_MILLIS) / 1_000);
	let ends_with_its_evidence = ends.saturating_add(SAME_END) >= lease.not_after;
	!ends_with_its_evidence || not_after > lease.not_after
}

/// How many transactions may still be paid for on this day.
#[derive(Clone, Debug)]
pub struct Budget {
	limit: u32,
	/// When transactions were sent, in Unix seconds; those of the last day.
	spent: VecDeque<u64>,
}

impl Budget {
	/// So many in any 24 hours.
	pub fn new(limit: u32) -> Self {
		Self { limit, spent: VecDeque::new() }
	}

	/// How many are left at `now`, in Unix seconds.
	pub fn left(&mut self, now: u64) -> u32 {
		self.spent.retain(|at| now.saturating_sub(*at) < SECONDS_PER_DAY);
		self.limit.saturating_sub(u32::try_from(self.spent.len()).unwrap_or(u32::MAX))
	}

	/// Takes one, if one is left.
	pub fn take(&mut self, now: u64) -> Result<(), String> {
		if self.left(now) == 0 {
			return Err(format!(
				"{} transactions were sent within a day, and --renewal-budget allows no more",
				self.limit
			));
		}
		self.spent.push_back(now);
		Ok(())
	}

	/// Gives back the last one: the chain took no fee for it.
	pub fn give_back(&mut self) {
		self.spent.pop_back();
	}
}

/// Whether an account with `free` can pay `fee` and keep enough.
pub fn check_balance(free: Balance, fee: Balance) -> Result<(), String> {
	if free.checked_sub(fee).is_some_and(|left| left >= FLOOR) {
		return Ok(());
	}
	Err(format!(
		"the account has {free}, the transaction may cost {fee}, and {FLOOR} have to be left (in 10⁻¹² CDT): send it some"
	))
}

/// What is to be done with a list of collateral.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Posting {
	/// Places in the list to post now, in this order.
	pub post: Vec<usize>,
	/// Places that were posted a moment ago and have not shown yet, or wait for one of those. Transactions of two
	/// accounts come into a block in any order.
	pub pending: Vec<usize>,
	/// Places that the chain would refuse, and why.
	pub refused: Vec<(usize, Error)>,
}

/// Chooses what to post.
///
/// `verdicts` are the chain's on each of `pieces`; `held` says up to when what it holds counts; `recent` are hashes of
/// pieces that were posted a moment ago. A piece that needs one which is posted together with it is posted right behind.
pub fn posting(
	pieces: &[Piece],
	verdicts: &[Result<CollateralView, Error>],
	held: &BTreeMap<Slot, u64>,
	recent: &BTreeSet<Fingerprint>,
	now: u64,
) -> Posting {
	let mut plan = Posting::default();
	// Certificates that the chain will know when these are through, and whether they are on their way already.
	let mut certificates = BTreeMap::new();
	// The same of revocation lists.
	let mut list = None;
	for (place, (piece, verdict)) in pieces.iter().zip(verdicts).enumerate() {
		// Whether it waits for something that is on its way.
		let waits = match verdict {
			Ok(view) => {
				let keeps = |end: &u64| *end >= now.saturating_add(SOON) || view.not_after <= *end;
				if held.get(&view.slot).is_some_and(keeps) {
					continue;
				}
				false
			},
			Err(
				Error::AlreadyHeld(_) | Error::RolledBack { .. } | Error::EvaluationTooOld { .. },
			) => continue,
			Err(error) => {
				let comes = match error {
					Error::Missing(Part::RootCrl) => list,
					Error::Missing(_) => {
						above(piece).and_then(|above| certificates.get(above)).copied()
					},
					_ => None,
				};
				let Some(comes) = comes else {
					plan.refused.push((place, *error));
					continue;
				};
				comes
			},
		};
		let is_pending = waits || recent.contains(&name(piece));
		match piece {
			Piece::Root { certificate, .. } | Piece::Authority { certificate, .. } => {
				certificates.insert(sha256(certificate), is_pending);
			},
			Piece::Crl { .. } => list = Some(is_pending || list.unwrap_or(false)),
			Piece::TcbInfo { .. } | Piece::QeIdentity { .. } => {},
		}
		if is_pending {
			plan.pending.push(place);
		} else {
			plan.post.push(place);
		}
	}
	plan
}

/// A piece by the hash of its encoding.
pub fn name(piece: &Piece) -> Fingerprint {
	use codec::Encode;
	piece.using_encoded(sha256)
}

/// The certificate that a piece needs.
const fn above(piece: &Piece) -> Option<&Fingerprint> {
	match piece {
		Piece::Root { .. } => None,
		Piece::Authority { root: above, .. }
		| Piece::Crl { issuer: above, .. }
		| Piece::TcbInfo { signer: above, .. }
		| Piece::QeIdentity { signer: above, .. } => Some(above),
	}
}

/// A piece, for people.
pub const fn title(piece: &Piece) -> &'static str {
	match piece {
		Piece::Root { .. } => "root certificate",
		Piece::Authority { .. } => "authority's certificate",
		Piece::Crl { .. } => "revocation list",
		Piece::TcbInfo { .. } => "TCB info",
		Piece::QeIdentity { .. } => "QE identity",
	}
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;
