//! What clients read.

use crate::{mock::*, Verdict};
use concordat_primitives::{node::Misconduct, views::DisputeView};
use frame_support::assert_ok;
use sp_core::Pair;

#[test]
fn a_view_should_show_what_is_held_and_where_the_dispute_stands() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(Disputes::view(0), None);
		let id = opened(DONE);
		let mut view = DisputeView {
			id,
			job: DONE,
			opener: Some(ANNA),
			evidence: EVIDENCE,
			bond: BOND,
			state: "open until block 30".into(),
			opened_at: 10,
		};
		assert_eq!(Disputes::view(id), Some(view.clone()));
		System::set_block_number(11);
		let culprits = vec![(7, Misconduct::NetworkAttack)].try_into().unwrap();
		assert_ok!(resolve(id, Verdict::Upheld { culprits, suspend_clause: true }));
		view.bond = 0;
		view.state =
			"resolved in block 11: upheld, node 7 guilty of NetworkAttack, clause suspended".into();
		assert_eq!(Disputes::view(id), Some(view));
	});
}

#[test]
fn a_view_should_name_every_way_to_end() {
	ExtBuilder::default().max_open(9).build_and_execute(|| {
		let (rejected, wonky, late) = (opened(DONE), opened(RUNNING), opened(EXTRA[0]));
		assert_ok!(resolve(rejected, Verdict::Rejected));
		assert_ok!(resolve(wonky, Verdict::Wonky));
		run_to(30);
		let key = pair(1).public().0;
		add_lease(7, key);
		let (yes, no) = (sign(body(b"yes"), &pair(1)), sign(body(b"no"), &pair(1)));
		assert_ok!(report(BERT, yes, no, key));
		let state = |id| Disputes::view(id).unwrap().state;
		assert_eq!(state(rejected), "resolved in block 10: rejected, bond forfeited");
		assert_eq!(state(wonky), "resolved in block 10: wonky, nobody is guilty");
		assert_eq!(state(late), "resolved in block 30: wonky, nobody judged in time");
		assert_eq!(
			state(late + 1),
			"resolved in block 30: node 7 signed two statements for attempt 3"
		);
		assert_eq!(Disputes::view(late + 1).unwrap().opener, None);
	});
}
