//! What clients read.

use crate::{mock::*, Call};
use concordat_primitives::bundle::trigger::Condition;
use frame_support::{assert_ok, traits::fungible::Mutate};

#[test]
fn a_trigger_is_shown_as_it_was_asked_for() {
	ExtBuilder::default().build_and_execute(|| {
		let spec = spec(Condition::Manual);
		let trigger = create(spec.clone());
		let view = view(trigger);
		assert_eq!((view.id, &view.owner, &view.spec), (trigger, &ALICE, &spec));
		assert_eq!(view.deposit, held(&ALICE).0);
		assert_eq!(Triggers::trigger(9), None);
		let json = serde_json::to_string(&view).unwrap();
		assert!(json.contains("\"clause\":\"WMO::RainAlert@1.0\""), "{json}");
	})
}

#[test]
fn a_source_says_whether_it_is_fresh() {
	ExtBuilder::default().build_and_execute(|| {
		let source = sensor();
		create(spec(above(source, 1, 1)));
		let of = || Triggers::source(source).unwrap();
		assert!(!of().fresh);
		measure(source, 1);
		assert_eq!((of().fresh, of().kept, of().watchers), (true, 1, 1));
		assert_eq!(of().last, Some((1, START)));
		run(20);
		assert!(of().fresh);
		run(1);
		assert!(!of().fresh);
		assert_eq!(Triggers::readings(source).len(), 1);
	})
}

#[test]
fn pages_go_through_everything_and_leave_out_what_is_gone() {
	ExtBuilder::default().build_and_execute(|| {
		Balances::set_balance(&ALICE, 1_000_000_000);
		for _ in 0..25 {
			create(spec(Condition::Manual));
			sensor();
		}
		for trigger in 3..9 {
			assert_ok!(signed(ALICE, Call::remove_trigger { trigger }));
		}
		let (mut from, mut seen) = (0, Vec::new());
		loop {
			let page = Triggers::triggers(from, 10);
			assert!(page.items.len() <= 10);
			seen.extend(page.items.iter().map(|view| view.id));
			let Some(next) = page.next else { break };
			from = next as u32;
		}
		let expected: Vec<_> = (0..25).filter(|id| !(3..9).contains(id)).collect();
		assert_eq!(seen, expected);
		let page = Triggers::sources(20, 1_000);
		assert_eq!((page.items.len(), page.next), (5, None));
		assert_eq!(Triggers::sources(99, 10).items.len(), 0);
	})
}
