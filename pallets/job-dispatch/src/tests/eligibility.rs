//! Hard filters: by stratum where they are static, by record where they are not.

use super::*;
use crate::{
	pallet::*,
	scheduler::{Ask, Exclusion, MAX_THREAT},
	types::*,
};
use concordat_primitives::{
	attest::{RiskClasses, Vendor},
	clause::RiskClass,
	job::{JobConstraints, JobStatus},
	node::{NodeProfile, Resources},
	trust::Originator,
};

fn list<T>(items: impl IntoIterator<Item = T>) -> List<T> {
	BoundedVec::truncate_from(items.into_iter().collect())
}

#[test]
fn a_vendor_that_is_not_accepted_is_turned_away_by_clause_and_by_requester() {
	type Ask = (Vec<Vendor>, Vec<Vendor>);
	let asks: [Ask; 3] = [
		(vec![Vendor::AmdSevSnp], vec![]),
		(vec![], vec![Vendor::AmdSevSnp]),
		(vec![Vendor::AmdSevSnp, Vendor::IntelTdx], vec![Vendor::AmdSevSnp, Vendor::AwsNitro]),
	];
	for (of_clause, of_requester) in asks {
		ExtBuilder::default().nodes(3).build_and_execute(|| {
			clause_with(|s| s.policy.vendors = list(of_clause));
			let id = dispatch_with(|c| c.vendors = list(of_requester));
			run(1);
			assert_eq!(job(id).waiting, Some(Waiting::NotEligible(Exclusion::Vendor)));
			admit_with(9, |p| p.vendor = Vendor::AmdSevSnp);
			run(1);
			assert_eq!(seated(id), [9]);
		});
	}
}

#[test]
fn a_requester_can_ask_for_sovereign_nodes_and_for_a_stricter_tier() {
	type Case = (fn(&mut JobConstraints), fn(&mut NodeProfile), Exclusion);
	let cases: [Case; 2] = [
		(|c| c.sovereign_only = true, |p| p.sovereign = false, Exclusion::NotSovereign),
		(
			|c| c.tier = Some(RiskClass::Critical),
			|p| p.classes = RiskClasses::NONE.with(RiskClass::Low),
			Exclusion::RiskClassNotMet,
		),
	];
	for (wish, flaw, why) in cases {
		ExtBuilder::default().build_and_execute(|| {
			clause_with(|s| s.risk = RiskClass::Low);
			(1..=3).for_each(|node| admit_with(node, flaw));
			let content = dispatch();
			let picky = dispatch_with(wish);
			run(1);
			assert_eq!(job(content).status, JobStatus::Scheduled);
			assert_eq!(job(picky).waiting, Some(Waiting::NotEligible(why)));
			admit(9);
			run(1);
			assert_eq!(seated(picky), [9]);
		});
	}
}

#[test]
fn whatever_is_static_is_found_at_the_first_try_however_rare_it_is() {
	ExtBuilder::default().build_and_execute(|| {
		for node in 1..=3_000u32 {
			admit_with(node, |p| {
				p.sovereign = node % 10 == 0;
				p.vendor = if node % 7 == 0 { Vendor::AmdSevSnp } else { Vendor::IntelTdx };
				p.jurisdiction = place(["IDN", "PHL", "USA"][node as usize % 3]);
				p.simulated = node % 5 != 0;
			});
		}
		// 1 in 210: no sovereign node is without hardware here.
		clause_with(|s| {
			s.policy.sovereign_only = true;
			s.policy.forbid_simulated = true;
			s.policy.vendors = list([Vendor::AmdSevSnp]);
			s.policy.jurisdictions = list([place("IDN")]);
		});
		for _ in 0..10 {
			let id = assigned();
			assert_eq!((job(id).retries, seated(id)[0] % 210), (0, 0));
			assert_eq!(job(id).backups.len(), 2);
		}
	});
}

#[test]
fn no_resource_is_promised_twice_not_even_within_a_block() {
	type Kind = fn(&mut Resources, u32);
	let kinds: [Kind; 5] = [
		|r, n| r.cpu_cores = n as u16,
		|r, n| r.memory_mib = n * 100,
		|r, n| r.storage_gib = n,
		|r, n| r.bandwidth_mbps = n,
		|r, n| r.accelerators = n as u16,
	];
	for kind in kinds {
		ExtBuilder::default().build_and_execute(|| {
			clause_with(|s| kind(&mut s.resources, 3));
			// Two nodes with room for two jobs and a bit more each; capacity is not what is short.
			for node in 1..=2 {
				admit_with(node, |p| {
					p.capacity = 60;
					p.resources.memory_mib = 5_000;
					kind(&mut p.resources, 8);
				});
			}
			let jobs: Vec<_> = (0..6).map(|_| dispatch()).collect();
			let fits = || {
				for seating in Seatings::<Test>::iter_values() {
					let Seating { profile, standing } = seating;
					assert!(profile.resources.covers(&standing.committed), "{standing:?}");
				}
			};
			run(1);
			fits();
			assert_eq!([1, 2].map(JobDispatch::running), [2, 2]);
			assert_eq!((totals().assigned, totals().queued), (4, 2));
			let waiting = jobs.iter().find(|id| job(**id).status == JobStatus::Pending).unwrap();
			assert_eq!(job(*waiting).waiting, Some(Waiting::NotEligible(Exclusion::Resources)));
			// Room that is given back is used, and no more than that.
			let done = JobDispatch::assignments(2)[0];
			deliver(done, 2);
			settle(done, &[2], &[]);
			run(2);
			fits();
			assert_eq!((JobDispatch::running(2), totals().queued), (2, 1));
		});
	}
}

#[test]
fn a_threat_is_turned_away_from_its_bound_on_and_only_by_its_score_below() {
	let alices = || Originator::Account(alice());
	ExtBuilder::default().nodes(2).build_and_execute(|| {
		tell(alices(), &[(1, 500_000, MAX_THREAT - 1), (2, 500_000, MAX_THREAT)]);
		let id = assigned();
		assert_eq!(seated(id), [1]);
		assert!(job(id).backups.is_empty());
		JobDispatch::evict(1);
		let id = dispatch();
		run(1);
		assert_eq!(job(id).waiting, Some(Waiting::NotEligible(Exclusion::Threat)));
		// To others it is no threat.
		assert_ok!(JobDispatch::dispatch(
			RuntimeOrigin::signed(bob()),
			clause_id(),
			input(),
			Default::default()
		));
		run(1);
		assert_eq!(seated(id + 1), [2]);
	});
}

#[test]
fn the_stratum_says_the_same_as_the_record() {
	ExtBuilder::default().build_and_execute(|| {
		let perspective = Default::default();
		let (here, there) = (place("IDN"), place("PHL"));
		let paused = [place("USA")];
		for bits in 0..128u32 {
			let on = |bit: u32| bits & (1 << bit) != 0;
			let mut profile = profile(1);
			profile.jurisdiction = [here, there, place("USA")][(bits % 3) as usize];
			profile.sovereign = on(0);
			profile.simulated = on(1);
			profile.vendor = if on(2) { Vendor::AmdSevSnp } else { Vendor::IntelTdx };
			profile.classes = if on(3) { RiskClasses::ALL } else { RiskClasses::NONE };
			let jurisdictions: &[_] = if on(4) { &[here] } else { &[] };
			let vendors: &[_] = if on(5) { &[Vendor::IntelTdx] } else { &[] };
			let ask = Ask {
				now: 1,
				needed_until: 2,
				capability: rain(),
				resources: Default::default(),
				sovereign_only: on(6),
				vendors,
				forbid_simulated: on(4),
				risk: RiskClass::Critical,
				measurements: &[],
				jurisdictions,
				paused: &paused,
				min_trust: 0,
				min_quality: 0,
				preferred: &[],
				excluded: &[],
				spent: &[],
				perspective: &perspective,
			};
			let seating = Seating { profile, standing: Standing::default() };
			assert_eq!(ask.bars(&Stratum::of(&profile)), ask.exclusion(1, &seating), "{bits:b}");
		}
	});
}
