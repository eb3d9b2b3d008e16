//! What clients read.

use crate::mock::*;
use concordat_primitives::views::MAX_PAGE;

#[test]
fn a_view_should_show_the_record() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(ClauseRegistry::view(&clause("WHO::Rain@1.0")), None);
		let id = register("WHO::Rain@1.0");
		let view = ClauseRegistry::view(&id).unwrap();
		assert_eq!((view.id, view.owner, view.spec), (id, WHO, external_spec()));
		assert_eq!(view.registered_at, 10);
	});
}

#[test]
fn pages_should_follow_the_order_of_registration_to_the_end() {
	ExtBuilder::default().build_and_execute(|| {
		let ids: Vec<_> = (0..5).map(|minor| register(&format!("WHO::Rain@1.{minor}"))).collect();
		let (mut from, mut seen) = (Some(0), Vec::new());
		while let Some(start) = from {
			let page = ClauseRegistry::page(start, 2);
			assert!(page.items.len() <= 2);
			seen.extend(page.items.into_iter().map(|view| view.id));
			from = page.next;
		}
		assert_eq!(seen, ids);
	});
}

#[test]
fn pages_should_be_capped_and_end_where_nothing_is_left() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(ClauseRegistry::page(0, 10).items, vec![]);
		for minor in 0..MAX_PAGE + 1 {
			register(&format!("WHO::Rain@1.{minor}"));
		}
		let page = ClauseRegistry::page(0, u32::MAX);
		assert_eq!((page.items.len() as u32, page.next), (MAX_PAGE, Some(u64::from(MAX_PAGE))));
		let page = ClauseRegistry::page(u64::from(MAX_PAGE), u32::MAX);
		assert_eq!((page.items.len(), page.next), (1, None));
		let page = ClauseRegistry::page(u64::MAX, u32::MAX);
		assert_eq!((page.items.len(), page.next), (0, None));
		// A page of nothing would never end: it has one row.
		assert_eq!(ClauseRegistry::page(0, 0).items.len(), 1);
	});
}
