//! The decisions, without a chain.

use super::*;
use concordat_attestation::{
	collateral::{Family, KeyId},
	policy::{Standing, Workload},
	AnchorKind, Measurement, PlatformId, TcbStatus, Vendor,
};
use concordat_primitives::{
	attest::{LeaseRefusal, MeasurementStatus, RiskClasses},
	clause::RiskClass,
	node::InactiveReason,
	views::{ClassRefusal, LeaseView},
	AccountId,
};

const OURS: SigningKey = [1; 32];
const OTHER: SigningKey = [2; 32];
const BOUND: [u8; 64] = [7; 64];
/// Unix time of the tests.
const NOW: u64 = 1_800_000_000;

fn lease(key: SigningKey, issued_at: BlockNumber, expires_at: BlockNumber) -> Lease {
	Lease {
		id: 1,
		node: 7,
		vendor: Vendor::IntelTdx,
		measurement: Measurement([1; 48]),
		platform: PlatformId([2; 32]),
		tcb: TcbStatus::UpToDate,
		classes: RiskClasses::ALL,
		signing_key: key,
		encryption_key: [0; 32],
		simulated: true,
		issued_at,
		expires_at,
		not_after: NOW + 1_000_000,
	}
}

fn node(id: NodeId, status: NodeStatus, lease: Option<Lease>) -> NodeView {
	NodeView {
		id,
		controller: AccountId::new([9; 32]),
		operator_key: Default::default(),
		spec: super::super::dev::spec().unwrap(),
		status,
		stake: 0,
		frozen: 0,
		last_heartbeat: 0,
		running: 0,
		reputation: (0, 0),
		lease: lease.map(|lease| LeaseView { lease, refusal: None }),
	}
}

fn refused(mut node: NodeView, refusal: LeaseRefusal) -> NodeView {
	node.lease.as_mut().unwrap().refusal = Some(refusal);
	node
}

mod times {
	use super::*;

	#[test]
	fn a_lease_should_be_renewed_well_before_it_ends() {
		for life in [0, 1, 3, 4, 41, 21_600] {
			for first in [0u8, 1, 77, 0xff] {
				let lease = lease([first; 32], 1_000, 1_000 + life);
				let at = renewal(&lease);
				// Not before the chain takes it free of charge.
				let half = life.div_ceil(2);
				assert!(at >= 1_000 + half && at <= 1_000 + half + life / 4, "{life}: {at}");
				assert_eq!(at, renewal(&lease), "the same whenever it is asked");
			}
		}
	}

	#[test]
	fn leases_of_one_block_should_not_be_renewed_in_one_block() {
		use sp_core::Pair;
		let places: BTreeSet<_> = (1..=5u8)
			.map(|n| {
				let key = sp_core::ed25519::Pair::from_seed(&[n; 32]).public().0;
				renewal(&lease(key, 10, 10 + 21_600))
			})
			.collect();
		assert_eq!(places.len(), 5);
	}

	#[test]
	fn the_chain_should_say_whether_evidence_is_needed() {
		let before = renewal(&lease(OURS, 100, 300)) - 1;
		let needs = |node: &NodeView, now| needs_lease(node, &OURS, now);
		let active = |lease| node(7, NodeStatus::Active, lease);
		assert!(needs(&node(7, NodeStatus::Registered, None), 5));
		let own = active(Some(lease(OURS, 100, 300)));
		assert!(!needs(&own, before) && needs(&own, before + 1));
		assert!(needs(&refused(own, LeaseRefusal::MeasurementRevoked), before));
		assert!(needs(&active(Some(lease(OTHER, 100, 300))), before));
		assert!(needs(&node(7, NodeStatus::Inactive(InactiveReason::LeaseLost), None), 5));
		assert!(!needs(&node(7, NodeStatus::Unbonding { until: 9 }, None), 5));
	}

	#[test]
	fn a_step_that_has_no_effect_should_be_repeated_after_growing_pauses() {
		let mut last = Tries::next(None, Step::Attest, 100);
		assert_eq!(last, Some(Tries { step: Step::Attest, count: 1, at: 100 }));
		let mut at = 100;
		for pause in [6, 12, 24, 48, 96, 150, 150] {
			assert_eq!(Tries::next(last, Step::Attest, at + pause - 1), None, "too early");
			at += pause;
			last = Tries::next(last, Step::Attest, at);
			assert_eq!(last.map(|tries| tries.at), Some(at));
		}
		// The next step begins anew.
		assert_eq!(Tries::next(last, Step::Post, at + SETTLE - 1), None);
		let next = Tries::next(last, Step::Post, at + SETTLE);
		assert_eq!(next.map(|tries| tries.count), Some(1));
		// A chain that is gone holds nothing up.
		assert!(Tries::next(last, Step::Attest, 3).is_some());
	}
}

mod whose {
	use super::*;

	fn held(id: NodeId, key: SigningKey) -> NodeView {
		node(id, NodeStatus::Active, Some(lease(key, 0, 100)))
	}

	#[test]
	fn the_node_whose_lease_names_the_key_should_be_found() {
		let nodes = [held(1, OTHER), held(2, OURS)];
		assert_eq!(node_of(&OURS, None, &nodes, &[OURS, OTHER]), Some(2));
		assert_eq!(node_of(&OURS, Some(1), &nodes, &[OURS]), Some(2), "whatever was before");
		assert_eq!(node_of(&OURS, None, &[], &[OURS]), None);
	}

	#[test]
	fn an_enclave_that_was_started_again_should_keep_its_node() {
		let nodes = [held(1, [8; 32]), held(2, OTHER), node(3, NodeStatus::Registered, None)];
		assert_eq!(node_of(&OURS, Some(1), &nodes, &[OURS, OTHER]), Some(1));
		// Its lease ran out meanwhile.
		assert_eq!(node_of(&OURS, Some(3), &nodes, &[OURS, OTHER]), Some(3));
		// Another enclave took its place, or the node is no longer ours.
		assert_eq!(node_of(&OURS, Some(2), &nodes, &[OURS, OTHER]), None);
		assert_eq!(node_of(&OURS, Some(4), &nodes, &[OURS, OTHER]), None);
	}

	#[test]
	fn a_node_should_be_guessed_only_if_there_is_nothing_to_guess() {
		let orphan = held(1, [8; 32]);
		assert_eq!(
			node_of(&OURS, None, &[orphan.clone(), held(2, OTHER)], &[OURS, OTHER]),
			Some(1)
		);
		let two = [orphan.clone(), held(2, [9; 32])];
		assert_eq!(node_of(&OURS, None, &two, &[OURS]), None, "two nodes");
		assert_eq!(node_of(&OURS, None, &[orphan], &[OURS, OTHER]), None, "two enclaves");
		let never = node(1, NodeStatus::Registered, None);
		assert_eq!(node_of(&OURS, None, &[never], &[OURS]), None, "its operator's to attest");
	}
}

mod objections {
	use super::*;

	fn view() -> AppraisalView {
		AppraisalView {
			platform: PlatformId([2; 32]),
			standing: Standing {
				vendor: Vendor::IntelTdx,
				kind: AnchorKind::Test,
				status: TcbStatus::OutOfDate,
				shortfall: None,
				advisories: Default::default(),
				evaluation: 17,
				not_before: 0,
				not_after: NOW + 1_000_000,
			},
			workload: Workload {
				measurement: Measurement([1; 48]),
				signer: [0; 48],
				registers: [[0; 48]; 4],
				svn: 0,
				product_id: 0,
				report_data: BOUND,
			},
			classes: RiskClasses::NONE.with(RiskClass::ALL[0]),
			refusals: vec![],
			measurement: Some(MeasurementStatus::Active { since: 1 }),
			platform_held_by: None,
		}
	}

	fn against(view: &AppraisalView, node: &NodeView) -> Option<String> {
		objection(view, node, &OURS, &BOUND, (100, NOW))
	}

	#[test]
	fn what_the_chain_takes_should_meet_none() {
		let fresh = node(7, NodeStatus::Registered, None);
		assert_eq!(against(&view(), &fresh), None);
		let own = AppraisalView { platform_held_by: Some(7), ..view() };
		assert_eq!(against(&own, &fresh), None);
	}

	#[test]
	fn everything_that_the_chain_would_refuse_should_be_named() {
		let fresh = node(7, NodeStatus::Registered, None);
		let mut other = view();
		other.workload.report_data = [8; 64];
		let sunset = Some(MeasurementStatus::Sunset { until: 100 });
		let class = RiskClass::ALL[1];
		let why = Error::StatusRefused { found: TcbStatus::OutOfDate, shortfall: None };
		for (view, word) in [
			(other, "something else"),
			(AppraisalView { measurement: sunset, ..view() }, "does not allow its code"),
			(AppraisalView { measurement: None, ..view() }, "does not know its code"),
			(AppraisalView { platform_held_by: Some(8), ..view() }, "node 8 holds a lease"),
			(
				AppraisalView {
					classes: RiskClasses::NONE,
					refusals: vec![ClassRefusal { class, why }],
					..view()
				},
				"TCB status OutOfDate is not accepted",
			),
		] {
			let reason = against(&view, &fresh).unwrap_or_default();
			assert!(reason.contains(word), "{word}: {reason}");
		}
	}

	#[test]
	fn a_renewal_that_lasts_no_longer_should_not_be_sent() {
		// It ends in 500 blocks, which is when its evidence ends.
		let ends = NOW + 1_000;
		let tied = Lease { not_after: ends, ..lease(OURS, 0, 600) };
		let holder = node(7, NodeStatus::Active, Some(tied));
		let until = |not_after| {
			let mut view = view();
			view.standing.not_after = not_after;
			view
		};
		let reason = against(&until(ends), &holder).unwrap();
		assert!(reason.contains("newer collateral"), "{reason}");
		assert_eq!(against(&until(ends + 1), &holder), None);
		// It ends in 500 blocks, long before its evidence.
		let free = Lease { not_after: ends + 1_000, ..lease(OURS, 0, 600) };
		let holder = node(7, NodeStatus::Active, Some(free));
		assert_eq!(against(&until(ends + 1_000), &holder), None);
		// Another key, or a lease that counts no more, is worth any.
		let other =
			node(7, NodeStatus::Active, Some(Lease { signing_key: OTHER, ..tied_to(ends) }));
		assert_eq!(against(&until(ends), &other), None);
		let dead = node(7, NodeStatus::Active, Some(tied_to(ends)));
		assert_eq!(against(&until(ends), &refused(dead, LeaseRefusal::ClassNotMet)), None);
	}

	fn tied_to(ends: u64) -> Lease {
		Lease { not_after: ends, ..lease(OURS, 0, 600) }
	}
}

mod money {
	use super::*;

	#[test]
	fn no_more_should_be_sent_within_a_day_than_allowed() {
		let mut budget = Budget::new(2);
		assert_eq!(budget.left(NOW), 2);
		assert!(budget.take(NOW).is_ok() && budget.take(NOW + 60).is_ok());
		assert!(budget.take(NOW + 61).unwrap_err().contains("--renewal-budget"));
		assert!(budget.take(NOW + SECONDS_PER_DAY - 1).is_err());
		assert!(budget.take(NOW + SECONDS_PER_DAY).is_ok(), "the first is a day old");
		assert!(budget.take(NOW + SECONDS_PER_DAY).is_err());
		budget.give_back();
		assert_eq!(budget.left(NOW + SECONDS_PER_DAY), 1);
		assert!(Budget::new(0).take(NOW).is_err());
	}

	#[test]
	fn an_account_should_never_fall_below_the_floor() {
		assert!(check_balance(FLOOR + 5, 5).is_ok());
		assert!(check_balance(FLOOR + 4, 5).is_err());
		assert!(check_balance(0, 0).is_err());
		assert!(check_balance(3, 5).is_err());
		assert!(check_balance(Balance::MAX, Balance::MAX).is_err());
	}
}

mod collateral {
	use super::*;

	fn root(content: u8) -> Piece {
		Piece::Root { family: Family::Intel, certificate: vec![content].try_into().unwrap() }
	}

	fn authority(content: u8, above: &Piece) -> Piece {
		let certificate = vec![content].try_into().unwrap();
		Piece::Authority { certificate, root: fingerprint(above) }
	}

	fn crl(issuer: &Piece) -> Piece {
		Piece::Crl { list: vec![1].try_into().unwrap(), issuer: fingerprint(issuer) }
	}

	fn info(signer: &Piece) -> Piece {
		let json = b"{}".to_vec().try_into().unwrap();
		Piece::TcbInfo { json, signature: [0; 64], signer: fingerprint(signer) }
	}

	fn fingerprint(piece: &Piece) -> Fingerprint {
		match piece {
			Piece::Root { certificate, .. } | Piece::Authority { certificate, .. } => {
				sha256(certificate)
			},
			_ => panic!("no certificate"),
		}
	}

	fn taken(slot: u8, not_after: u64) -> Result<CollateralView, Error> {
		Ok(CollateralView {
			slot: Slot::Crl(KeyId([slot; 32])),
			issued: NOW,
			not_after,
			evaluation: 0,
			posted_at: 0,
			simulated: true,
		})
	}

	fn missing(part: Part) -> Result<CollateralView, Error> {
		Err(Error::Missing(part))
	}

	fn plan(pieces: &[Piece], verdicts: &[Result<CollateralView, Error>]) -> Posting {
		posting(pieces, verdicts, &BTreeMap::new(), &BTreeSet::new(), NOW)
	}

	const LONG: u64 = NOW + 30 * SECONDS_PER_DAY;

	#[test]
	fn what_depends_on_what_is_posted_should_be_posted_behind_it() {
		let root = root(1);
		let signer = authority(2, &root);
		let pieces = [root.clone(), crl(&root), signer.clone(), info(&signer)];
		let verdicts = [
			taken(1, LONG),
			missing(Part::Authority),
			missing(Part::Root),
			missing(Part::TcbSigner),
		];
		assert_eq!(plan(&pieces, &verdicts).post, [0, 1, 2, 3]);
		// The signer is held, the root's list is not.
		let verdicts = [
			Err(Error::AlreadyHeld(Part::Root)),
			taken(2, LONG),
			Err(Error::AlreadyHeld(Part::TcbSigner)),
			missing(Part::RootCrl),
		];
		assert_eq!(plan(&pieces, &verdicts).post, [1, 3]);
		// What nothing brings stays away.
		let verdicts = [missing(Part::TcbSigner), missing(Part::RootCrl)];
		let refused = plan(&[info(&signer), info(&signer)], &verdicts);
		assert!(refused.post.is_empty());
		assert_eq!(refused.refused.len(), 2);
	}

	#[test]
	fn only_what_is_missing_or_ends_soon_should_be_posted() {
		let root = root(1);
		let pieces = [crl(&root)];
		let held = |end| BTreeMap::from([(Slot::Crl(KeyId([1; 32])), end)]);
		let post = |end, verdict: &Result<CollateralView, Error>| {
			let verdicts = std::slice::from_ref(verdict);
			!posting(&pieces, verdicts, &held(end), &BTreeSet::new(), NOW).post.is_empty()
		};
		assert!(!post(NOW + SOON, &taken(1, LONG)), "it counts for long");
		assert!(post(NOW + SOON - 1, &taken(1, LONG)));
		assert!(post(NOW - 1, &taken(1, NOW + 5)), "better than nothing");
		assert!(!post(NOW + 5, &taken(1, NOW + 5)), "no better than what is held");
		assert!(post(LONG, &taken(2, LONG)), "another one is held");
	}

	#[test]
	fn what_the_chain_would_refuse_should_be_left_out() {
		let root = root(1);
		for (error, is_told) in [
			(Error::AlreadyHeld(Part::LeafCrl), false),
			(Error::RolledBack { part: Part::LeafCrl, by: 1 }, false),
			(Error::EvaluationTooOld { found: 1, required: 2 }, false),
			(Error::BadSignature(Part::LeafCrl), true),
			(Error::NoAnchor(Vendor::IntelSgx), true),
			(Error::Expired { part: Part::LeafCrl, by: 1 }, true),
		] {
			let plan = plan(&[crl(&root)], &[Err(error)]);
			assert!(plan.post.is_empty() && plan.pending.is_empty());
			assert_eq!(!plan.refused.is_empty(), is_told, "{error}");
		}
	}

	#[test]
	fn what_was_posted_a_moment_ago_should_be_waited_for() {
		let root = root(1);
		let signer = authority(2, &root);
		let pieces = [root.clone(), crl(&root), signer.clone(), info(&signer)];
		let verdicts = [
			taken(1, LONG),
			missing(Part::Authority),
			missing(Part::Root),
			missing(Part::TcbSigner),
		];
		let recent = BTreeSet::from([name(&root)]);
		let plan = posting(&pieces, &verdicts, &BTreeMap::new(), &recent, NOW);
		assert!(plan.post.is_empty(), "whoever posted it may be another account");
		assert_eq!(plan.pending, [0, 1, 2, 3]);
		// What does not depend on it goes ahead.
		let other = self::root(9);
		let plan = posting(
			&[root, other],
			&[taken(1, LONG), taken(2, LONG)],
			&BTreeMap::new(),
			&recent,
			NOW,
		);
		assert_eq!((plan.post, plan.pending), (vec![1], vec![0]));
	}
}
