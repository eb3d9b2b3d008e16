//! Random traces against a reference: whatever happens in whatever order, nobody loses more than the
//! dearest uncancelled offence of each span, and money neither appears nor vanishes.

use crate::{mock::*, Nodes, PendingSlashes, Spans};
use concordat_primitives::{
	node::{Misconduct, NodeStatus},
	traits::{LeaseListener, Slasher},
	units::CDT,
	Balance, Hash, NodeId,
};
use std::collections::BTreeMap;

/// A xorshift generator: the same traces in every run.
struct Random(u64);

impl Random {
	fn below(&mut self, bound: u64) -> u64 {
		self.0 ^= self.0 << 13;
		self.0 ^= self.0 >> 7;
		self.0 ^= self.0 << 17;
		self.0 % bound
	}
}

/// What is known of an offence: its cost, and whether it was cancelled.
#[derive(Debug)]
struct Offence {
	span: u32,
	full: Balance,
	cancelled: bool,
}

/// What a node has to have lost or frozen at most: for each span the dearest uncancelled offence, or what
/// was taken before a cancellation.
#[derive(Default, Debug)]
struct Reference {
	offences: BTreeMap<Hash, Offence>,
	taken: BTreeMap<u32, Balance>,
}

impl Reference {
	fn dearest(&self) -> Balance {
		let mut spans = self.taken.clone();
		for offence in self.offences.values().filter(|offence| !offence.cancelled) {
			let top = spans.entry(offence.span).or_default();
			*top = (*top).max(offence.full);
		}
		spans.values().sum()
	}
}

const KINDS: [(Misconduct, Balance); 5] = [
	(Misconduct::ConsensusFailure, 5),
	(Misconduct::ResourceFraud, 10),
	(Misconduct::Unavailability, 15),
	(Misconduct::ReceiptTampering, 25),
	(Misconduct::NetworkAttack, 50),
];

fn trace(seed: u64, steps: u32) {
	ExtBuilder::default().build_and_execute(|| {
		let mut random = Random(seed);
		let issuance = Balances::total_issuance();
		let node: NodeId = active(ALICE);
		let mut reference = Reference::default();
		let mut bonded_out: Balance = 0;
		for step in 0..steps {
			let now = System::block_number();
			match random.below(9) {
				0..=2 => {
					let (misconduct, percent) = KINDS[random.below(5) as usize];
					// Now and then evidence that was there before.
					let evidence = Hash::from_low_u64_be(random.below(steps.into()));
					let record = record(node);
					let base = match Spans::<Test>::get(node).filter(|span| now < span.ends_at) {
						Some(span) => span.base,
						None => record.own_stake() - record.frozen,
					};
					let known = crate::UsedEvidence::<Test>::contains_key(node, evidence);
					let frozen =
						NodeStaking::slash(node, misconduct, evidence, Some(REPORTER)).unwrap();
					assert!(!known || frozen == 0);
					if !known {
						let span = Spans::<Test>::get(node).unwrap().started_at;
						let full = base * percent / 100;
						reference
							.offences
							.insert(evidence, Offence { span, full, cancelled: false });
					}
				},
				3 => {
					let pending = PendingSlashes::<Test>::get(node);
					if !pending.is_empty() {
						let index = random.below(pending.len() as u64) as usize;
						let evidence = pending[index].evidence;
						NodeStaking::cancel_slash(RuntimeOrigin::root(), node, evidence).unwrap();
						reference.offences.get_mut(&evidence).unwrap().cancelled = true;
					}
				},
				4 => {
					let _ = NodeStaking::unjail(signed(ALICE), node);
				},
				5 => {
					let amount = CDT * Balance::from(random.below(300));
					if NodeStaking::unbond_partial(signed(ALICE), node, amount).is_ok() {
						bonded_out += amount;
					}
				},
				6 => {
					let _ = NodeStaking::bond_extra(
						signed(ALICE),
						node,
						CDT * Balance::from(random.below(200)),
					);
				},
				7 => {
					let _ = NodeStaking::withdraw(signed(ALICE), node);
				},
				_ => {
					if random.below(4) == 0 {
						NodeStaking::lease_granted(&lease(node, u64::from(step) + 2));
					}
				},
			}
			for _ in 0..random.below(25) {
				let before: BTreeMap<_, _> = PendingSlashes::<Test>::get(node)
					.into_iter()
					.map(|slash| (slash.evidence, slash))
					.collect();
				run(1);
				let after = PendingSlashes::<Test>::get(node);
				for (evidence, slash) in before {
					if !after.iter().any(|left| left.evidence == evidence) {
						*reference.taken.entry(slash.span).or_default() += slash.share;
					}
				}
			}
			NodeStaking::do_try_state().unwrap();
			let record = record(node);
			let taken: Balance = reference.taken.values().sum();
			// With stake at hand for all of it, what is taken and frozen is exactly what is due.
			assert_eq!(taken + record.frozen, reference.dearest(), "step {step} of {seed}");
			assert_eq!(free(&REPORTER) + free(&TREASURY) - 2 * FUNDS, taken);
			assert_eq!(free(&ALICE) + held(&ALICE) + taken, FUNDS);
			assert_eq!(Balances::total_issuance(), issuance);
			assert!(record.frozen <= record.own_stake());
			if record.status == NodeStatus::Active {
				assert!(record.working_stake() >= MIN);
			}
			// Keep it rich enough that no cost is cut short.
			if record.own_stake() < 2_000 * CDT {
				let _ = NodeStaking::bond_extra(signed(ALICE), node, 2_000 * CDT);
			}
		}
		assert!(Nodes::<Test>::contains_key(node));
		assert!(reference.offences.len() > 10 && bonded_out > 0);
	});
}

#[test]
fn random_traces_should_agree_with_the_reference() {
	for seed in 1..=40u64 {
		trace(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15), 150);
	}
}
