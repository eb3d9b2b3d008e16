//! How good a placement by sampling is, against one that looks at every node.

use super::*;
use crate::pallet::*;
use concordat_primitives::node::Resources;

const NODES: u32 = 200;

fn big(p: &mut concordat_primitives::node::NodeProfile) {
	p.capacity = 64;
	p.resources = Resources { memory_mib: 1 << 20, ..Default::default() };
}

/// Most seats of a node over the mean.
fn imbalance() -> f64 {
	let loads: Vec<u32> = (1..=NODES).map(|node| JobDispatch::running(node).into()).collect();
	let mean = f64::from(loads.iter().sum::<u32>()) / f64::from(NODES);
	f64::from(loads.into_iter().max().unwrap_or(0)) / mean
}

/// Dispatches and places one job; by a full scan, or as the chain does.
fn put(scan: bool) -> JobId {
	let id = dispatch();
	if scan {
		assert!(JobDispatch::place_by_full_scan(id).is_some());
	} else {
		let mut record = job(id);
		let order = Orders::<Test>::get(id).unwrap();
		JobDispatch::leave_queue(&mut record, order.class);
		JobDispatch::place(id, &mut record, &order, &JobDispatch::context());
		Jobs::<Test>::insert(id, record);
	}
	assert_eq!(seats(id).len(), 1);
	id
}

/// Imbalance after so many jobs that all still run.
fn filled(jobs: u32, scan: bool) -> f64 {
	let mut ratio = 0.0;
	ExtBuilder::default().params(|p| p.max_timeout = 100_000).build().execute_with(|| {
		(1..=NODES).for_each(|node| admit_with(node, big));
		(0..jobs).for_each(|_| {
			put(scan);
		});
		ratio = imbalance();
	});
	ratio
}

/// Mean imbalance over a long run in which jobs come and go: about eight a node at a time, each for its own time.
fn flowing(jobs: u32, scan: bool) -> f64 {
	let mut mean = 0.0;
	ExtBuilder::default().build().execute_with(|| {
		(1..=NODES).for_each(|node| admit_with(node, big));
		let mut state = 5u64;
		let mut running = Vec::new();
		let mut samples = Vec::new();
		for n in 0..jobs {
			running.push(put(scan));
			if running.len() as u32 > 8 * NODES {
				state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
				let at = (state >> 33) as usize % running.len();
				let id = running.swap_remove(at);
				assert_ok!(JobDispatch::fail_job(RuntimeOrigin::root(), id));
				if n % 50 == 0 {
					samples.push(imbalance());
				}
			}
		}
		mean = samples.iter().sum::<f64>() / samples.len() as f64;
	});
	mean
}

#[test]
fn sampling_balances_nearly_as_well_as_looking_at_every_node() {
	let (sampled, scanned) = (filled(2_000, false), filled(2_000, true));
	println!("filled: max/mean {sampled:.3} by sampling, {scanned:.3} by a full scan");
	assert!(sampled <= 1.25 * scanned, "{sampled} against {scanned}");
	let (sampled, scanned) = (flowing(3_000, false), flowing(3_000, true));
	println!("flowing: max/mean {sampled:.3} by sampling, {scanned:.3} by a full scan");
	assert!(sampled <= 1.25 * scanned, "{sampled} against {scanned}");
}

#[test]
fn a_full_scan_looks_at_every_node_and_places_like_the_chain_does() {
	ExtBuilder::default().nodes(50).build_and_execute(|| {
		stand_with(33, |s| s.trust = 900_000);
		let id = dispatch();
		assert_eq!(JobDispatch::place_by_full_scan(id), Some(50));
		assert_eq!(seated(id), [33], "the best of all");
		assert_eq!(job(id).backups.len(), 2);
		assert_eq!(JobDispatch::place_by_full_scan(id), None, "it waits no more");
		let hopeless = dispatch_with(|c| c.min_trust = 1_000_000);
		assert_eq!(JobDispatch::place_by_full_scan(hopeless), Some(50));
		assert_eq!(job(hopeless).retries, 1);
	});
}
