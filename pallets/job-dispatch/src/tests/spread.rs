//! Diversity of vendors and jurisdictions (Symbiont §8.2).

use super::*;
use crate::scheduler::{choose, Candidate, Draw, Lot, Stratum, Stream, Want};
use crate::types::{Seating, Standing};
use alloc::collections::BTreeSet;
use concordat_primitives::{attest::Vendor, clause::Spread, Jurisdiction};

const VENDORS: Spread = Spread { vendors: true, jurisdictions: false };
const PLACES: Spread = Spread { vendors: false, jurisdictions: true };
const BOTH: Spread = Spread { vendors: true, jurisdictions: true };

fn want(seats: u32, backups: u32, spread: Spread) -> Want {
	Want { seats, backups, candidates: 4, spread }
}

fn candidate(node: NodeId, score: u64, vendor: Vendor, at: &str) -> Candidate {
	let mut profile = profile(node);
	profile.vendor = vendor;
	profile.jurisdiction = place(at);
	Candidate {
		node,
		score,
		operator: profile.operator,
		platform: profile.platform,
		seating: Seating { profile, standing: Standing::default() },
	}
}

/// Nodes in the order in which they are seated, and then those that stand by.
fn chosen(found: &[Candidate], want: &Want) -> Vec<NodeId> {
	let choice = choose(found.to_vec(), want, None, |_| Some(()), |_| true);
	let seats = choice.seats.iter().map(|(c, ())| c.node);
	seats.chain(choice.backups.iter().map(|c| c.node)).collect()
}

#[test]
fn as_many_vendors_as_were_found_sit_before_one_comes_twice() {
	use Vendor::*;
	let found = [
		candidate(1, 90, IntelTdx, "IDN"),
		candidate(2, 80, IntelTdx, "IDN"),
		candidate(3, 70, IntelTdx, "PHL"),
		candidate(4, 20, AmdSevSnp, "IDN"),
		candidate(5, 10, AwsNitro, "IDN"),
	];
	assert_eq!(chosen(&found, &want(3, 2, Spread::default())), [1, 2, 3, 4, 5]);
	assert_eq!(chosen(&found, &want(3, 2, VENDORS)), [1, 4, 5, 2, 3]);
	assert_eq!(chosen(&found, &want(3, 2, PLACES)), [1, 3, 2, 4, 5]);
	// Where both are asked for, whoever repeats least goes first.
	assert_eq!(chosen(&found, &want(2, 1, BOTH)), [1, 3, 4]);
}

#[test]
fn once_all_are_there_they_repeat_evenly() {
	use Vendor::*;
	let found = [
		candidate(1, 90, IntelTdx, "IDN"),
		candidate(2, 80, IntelTdx, "IDN"),
		candidate(3, 70, IntelTdx, "IDN"),
		candidate(4, 20, AmdSevSnp, "IDN"),
		candidate(5, 10, AmdSevSnp, "IDN"),
	];
	assert_eq!(chosen(&found, &want(4, 1, VENDORS)), [1, 4, 2, 5, 3]);
}

#[test]
fn one_vendor_alone_is_no_reason_to_wait() {
	ExtBuilder::default().nodes(5).build_and_execute(|| {
		clause_with(|s| {
			s.mode = concordat_primitives::clause::ExecutionMode::Quorum { k: 2, n: 3 };
			s.policy.spread = BOTH;
		});
		assert_eq!(seats(assigned()).len(), 3);
	});
}

#[test]
fn the_draw_goes_on_until_every_vendor_that_there_is_was_found() {
	// One node in a thousand has another vendor.
	let stratum = |vendor| Stratum { vendor, ..Stratum::of(&profile(1)) };
	let lots = [
		Lot { stratum: Some(stratum(Vendor::IntelTdx)), size: 9_990 },
		Lot { stratum: Some(stratum(Vendor::AmdSevSnp)), size: 10 },
	];
	let found = |salt, spread| {
		let mut draw = Draw::default();
		let want = want(2, 0, spread);
		crate::scheduler::draw(
			&mut draw,
			&mut Stream::new(&[3; 32], salt, 1),
			&lots,
			&want,
			|pool, index| Some(pool as u32 * 10_000 + index),
			|node| {
				let vendor = [Vendor::IntelTdx, Vendor::AmdSevSnp][(node / 10_000) as usize];
				Some(Ok(candidate(node, 1, vendor, "IDN")))
			},
		);
		assert!(draw.probes <= want.probes());
		let kinds = draw.found.iter().map(|c| c.seating.profile.vendor).collect::<BTreeSet<_>>();
		(kinds.len(), draw.probes)
	};
	for salt in 0..300 {
		let (kinds, probes) = found(salt, VENDORS);
		assert!(kinds == 2 && probes <= 9, "one more than without: {probes}");
	}
	assert!((0..300).filter(|salt| found(*salt, PLACES).0 == 2).count() < 30);
}

#[test]
fn a_pool_in_which_nobody_is_eligible_does_not_hold_up_the_search() {
	let stratum = |at: &str| Stratum { jurisdiction: place(at), ..Stratum::of(&profile(1)) };
	let lots = [
		Lot { stratum: Some(stratum("IDN")), size: 1_000 },
		Lot { stratum: Some(stratum("PHL")), size: 3 },
		Lot { stratum: None, size: 2 },
	];
	let mut draw = Draw::default();
	let want = want(3, 2, PLACES);
	crate::scheduler::draw(
		&mut draw,
		&mut Stream::new(&[4; 32], 1, 1),
		&lots,
		&want,
		|pool, index| Some(pool as u32 * 10_000 + index),
		|node| {
			Some(match node < 10_000 {
				true => Ok(candidate(node, 1, Vendor::IntelTdx, "IDN")),
				false => Err(crate::scheduler::Exclusion::Full),
			})
		},
	);
	assert!(draw.probes <= 20 + 5, "{} probes", draw.probes);
	assert_eq!(draw.found.len(), 20);
}

#[test]
fn committees_are_spread_over_jurisdictions_where_the_clause_or_the_requester_asks() {
	ExtBuilder::default().build_and_execute(|| {
		let places = ["IDN", "PHL", "USA"];
		for node in 1..=120 {
			// Two thirds stand in Indonesia, and are nearer.
			let at =
				if node % 3 == 0 { place(places[1 + node as usize % 2]) } else { place("IDN") };
			admit_with(node, |p| {
				p.jurisdiction = at;
				p.latency_class = if at == place("IDN") { 0 } else { 7 };
			});
		}
		let found = |id: JobId| -> BTreeSet<Jurisdiction> {
			seated(id)
				.iter()
				.map(|node| {
					crate::pallet::Seatings::<Test>::get(node).unwrap().profile.jurisdiction
				})
				.collect()
		};
		clause_mode(2, 3);
		let plain = assigned();
		assert_eq!(found(plain).len(), 1, "the best are all near");
		for _ in 0..8 {
			let id = dispatch_with(|c| c.spread = PLACES);
			run(1);
			assert_eq!(found(id).len(), 3);
		}
		clause_with(|s| {
			s.mode = concordat_primitives::clause::ExecutionMode::Quorum { k: 2, n: 3 };
			s.policy.spread = PLACES;
		});
		assert_eq!(found(assigned()).len(), 3);
	});
}
