//! Who pays for what, to the unit.

use super::*;
use crate::{Event, Results};
use concordat_primitives::{cac::FailureCode, job::JobStatus, NodeId};
use std::collections::BTreeMap;

fn lie(node: NodeId) -> SignedCac {
	cac(node, outcome(b"rain: 0 mm, trigger: no"))
}

fn timeout(node: NodeId) -> SignedCac {
	failure(node, FailureCode::Timeout)
}

/// What each node has lost so far.
fn losses() -> BTreeMap<NodeId, Balance> {
	let mut losses = BTreeMap::new();
	for (node, _, amount) in slashes() {
		*losses.entry(node).or_default() += amount;
	}
	losses
}

/// Runs a world, and tells who has lost what.
#[track_caller]
fn costs(world: impl FnOnce(), expected: &[(NodeId, Balance)]) {
	ExtBuilder::default().committing().backups(3).build_and_execute(|| {
		world();
		assert_eq!(losses(), expected.iter().copied().collect());
		// Each is told by an event, and by nothing else than `NodeSlashed`.
		let told: Vec<_> = events()
			.into_iter()
			.filter_map(|event| match event {
				Event::NodeSlashed { job: JOB, node, evidence, amount, .. } => {
					Some((node, evidence, amount))
				},
				Event::SlashFailed { .. } => panic!("{event:?}"),
				_ => None,
			})
			.collect();
		assert_eq!(told, slashes());
	});
}

#[test]
fn honest_nodes_should_lose_nothing() {
	costs(|| commit_and_reveal(&[good(1), good(2), good(3)]), &[]);
}

#[test]
fn the_dishonest_should_lose_five_percent() {
	costs(
		|| {
			commit_and_reveal(&[good(1), good(2), lie(3)]);
			commit_and_reveal(&[good(4), good(5), good(6)]);
		},
		&[(3, FIVE_PERCENT)],
	);
	// Of what it has, whatever that is.
	costs(
		|| {
			Stakes::insert(3, 39);
			commit_and_reveal(&[good(1), good(2), lie(3)]);
			commit_and_reveal(&[good(4), good(5), good(6)]);
		},
		&[(3, 1)],
	);
}

#[test]
fn who_denies_that_the_program_fails_or_says_so_falsely_should_lose_as_much() {
	costs(
		|| {
			commit_and_reveal(&[good(1), good(2), failure(3, FailureCode::FuelExhausted)]);
			commit_and_reveal(&[good(4), good(5), good(6)]);
		},
		&[(3, FIVE_PERCENT)],
	);
}

#[test]
fn who_withholds_should_lose_five_percent() {
	costs(
		|| {
			let said = [good(1), good(2), lie(3)];
			said.iter().for_each(commit);
			System::set_block_number(NOW + 1);
			said[..2].iter().for_each(reveal);
			withhold(3);
		},
		&[(3, FIVE_PERCENT)],
	);
}

#[test]
fn a_bogus_message_should_be_silence() {
	costs(
		|| {
			let mut forged = commitment(&good(3));
			forged.signature[0] ^= 1;
			unheard(commit_call(forged), CacRefusal::BadSignature);
			commit(&good(1));
			commit(&good(2));
			lose_seat(3, None);
			System::set_block_number(NOW + 1);
			reveal(&good(1));
			reveal(&good(2));
			assert_eq!(settled(), (vec![1, 2], vec![], vec![]));
		},
		&[],
	);
}

#[test]
fn a_runaway_should_lose_nothing() {
	// It says that it ran out of time; or claims a usage that nobody may have, which is refused.
	costs(
		|| {
			commit_and_reveal(&[good(1), good(2), timeout(3)]);
			assert_eq!(settled(), (vec![1, 2], vec![], vec![3]));
		},
		&[],
	);
}

#[test]
fn a_straggler_should_lose_nothing() {
	costs(
		|| {
			commit(&good(1));
			commit(&good(2));
			lose_seat(3, None);
			System::set_block_number(NOW + 1);
			reveal(&good(1));
			reveal(&good(2));
		},
		&[],
	);
	// Nor one who comes late with something else.
	ExtBuilder::default().build_and_execute(|| {
		let late = lie(3);
		deliver(good(1));
		deliver(good(2));
		deliver(late);
		assert_eq!(slashes(), []);
	});
}

#[test]
fn a_backup_straggler_should_lose_nothing() {
	costs(
		|| {
			commit_and_reveal(&[good(1), good(2), lie(3)]);
			let said = [good(4), good(5)];
			lose_seat(6, None);
			commit_and_reveal(&said);
		},
		&[(3, FIVE_PERCENT)],
	);
	costs(
		|| {
			commit_and_reveal(&[good(1), good(2), lie(3)]);
			lose_seat(4, None);
			lose_seat(5, None);
			assert!(has_failed(), "and nobody can be judged without them");
		},
		&[],
	);
}

#[test]
fn who_indicates_failure_should_lose_nothing() {
	costs(
		|| {
			commit_and_reveal(&[timeout(1), timeout(2), good(3)]);
			commit_and_reveal(&[good(4), good(5), timeout(6)]);
			assert_eq!(settled(), (vec![3, 4, 5], vec![], vec![1, 2, 6]));
		},
		&[],
	);
}

#[test]
fn a_wonky_round_should_cost_nobody_anything() {
	costs(
		|| {
			commit_and_reveal(&[good(1), lie(2), lie(3)]);
			commit_and_reveal(&[good(4), lie(5), timeout(6)]);
			assert!(has_failed());
		},
		&[],
	);
}

#[test]
fn the_same_evidence_should_not_be_counted_twice() {
	ExtBuilder::default().build_and_execute(|| {
		QuorumResults::slash(JOB, 3, Hash::repeat_byte(1));
		QuorumResults::slash(JOB, 3, Hash::repeat_byte(1));
		assert_eq!(losses(), [(3, FIVE_PERCENT)].into());
		assert!(matches!(events()[1], Event::NodeSlashed { amount: 0, .. }));
	});
}

#[test]
fn a_slash_that_fails_should_be_told_and_lose_nothing_else() {
	ExtBuilder::default().committing().backups(3).build_and_execute(|| {
		SlashFails::set(vec![2]);
		commit_and_reveal(&[good(1), lie(2), lie(3)]);
		let digest = crate::Certificates::<Test>::get((JOB, 2, 1)).unwrap().1.digest();
		commit_and_reveal(&[good(4), good(5), good(6)]);
		assert!(Results::<Test>::contains_key(JOB));
		assert_eq!(terms(JOB).status, JobStatus::Completed);
		assert_eq!(settled(), (vec![1, 4, 5, 6], vec![2, 3], vec![]));
		assert_eq!(Announced::get().unwrap().len(), 1);
		// What the slasher had done of it is undone, and the other is slashed all the same.
		assert_eq!(losses(), [(3, FIVE_PERCENT)].into());
		assert!(!UsedEvidence::contains_key((2, digest)));
		assert!(events().contains(&Event::SlashFailed {
			job: JOB,
			node: 2,
			misconduct: Misconduct::ConsensusFailure,
			evidence: digest,
			// The text of such an error does not outlive the encoding of the event.
			error: sp_runtime::DispatchError::Other(""),
		}));
	});
	// So does one for what was withheld.
	ExtBuilder::default().committing().build_and_execute(|| {
		SlashFails::set(vec![3]);
		let said = [good(1), good(2), lie(3)];
		said.iter().for_each(commit);
		System::set_block_number(NOW + 1);
		said[..2].iter().for_each(reveal);
		withhold(3);
		assert_eq!(settled(), (vec![1, 2], vec![], vec![]));
		assert_eq!(losses(), BTreeMap::new());
	});
}

#[test]
fn nodes_should_be_slashed_after_the_decision_and_before_the_opener_is_told() {
	ExtBuilder::default().committing().backups(2).build_and_execute(|| {
		commit_and_reveal(&[good(1), good(2), lie(3)]);
		commit_and_reveal(&[good(4), good(5)]);
		let order: Vec<_> = effects()
			.into_iter()
			.filter_map(|effect| match effect {
				Effect::Settled(..) => Some("settled"),
				Effect::Receipt(Operation::JobCompleted { .. }) => Some("receipt"),
				Effect::Slashed(..) => Some("slashed"),
				_ => None,
			})
			.collect();
		assert_eq!(order, ["settled", "receipt", "slashed"]);
	});
}

#[test]
fn what_one_node_alone_has_decided_should_be_told_to_the_auditors() {
	ExtBuilder::single().build_and_execute(|| {
		deliver(good(1));
		assert_eq!(Audited::get(), Some(vec![(JOB, 1)]));
	});
	ExtBuilder::single().build_and_execute(|| {
		deliver(failure(1, FailureCode::Trap));
		assert_eq!(Audited::get(), Some(vec![(JOB, 1)]));
	});
	ExtBuilder::default().committing().build_and_execute(|| {
		commit_and_reveal(&[good(1), good(2), good(3)]);
		assert_eq!(Audited::get(), None);
	});
	ExtBuilder::single().build_and_execute(|| {
		deliver(timeout(1));
		assert_eq!(Audited::get(), None);
	});
}
