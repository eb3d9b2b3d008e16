//! Handoffs between nodes: what is taken, what is not, and what a refusal does.

use crate::{
	completing::wait_for,
	enclave::{seat_of, Enclave},
	workflows::{sequence, Scene},
};
use concordat_primitives::{
	handoff::{Handoff, HandoffFault, HandoffState},
	job::JobTerms,
	runtime_api::runtime_decl_for_concordat_api::ConcordatApi,
	traits::Handoffs,
	trust::Originator,
	views::Exclusion,
	workflow::{WorkflowId, WorkflowStatus},
	Hash,
};
use concordat_runtime::{
	pallet_workflows::{self, Error, Refusal},
	Runtime, RuntimeEvent, UncheckedExtrinsic, Workflows,
};
use sp_core::crypto::Pair as _;
use sp_runtime::{transaction_validity::InvalidTransaction, DispatchError};

/// A sequence whose second step has just got its node.
struct Passage {
	scene: Scene,
	id: WorkflowId,
	author: Enclave,
	receiver: Enclave,
	terms: JobTerms,
}

fn passage(nodes: u8) -> Passage {
	let mut scene = Scene::new(nodes);
	let id = scene.submit(sequence());
	let author = scene.answer(id, 0, b"halfway");
	let (terms, receiver) = scene.placed(id, 1);
	Passage { scene, id, author, receiver, terms }
}

impl Passage {
	fn handoff(&mut self) -> Handoff {
		let Self { scene, author, receiver, terms, .. } = self;
		author.handoff(&mut scene.chain, terms, receiver)
	}

	fn state(&mut self) -> HandoffState {
		let seat = seat_of(&self.terms, &self.receiver);
		let job = self.terms.job;
		self.scene.chain.read(|| <Workflows as Handoffs>::state(job, seat.attempt, seat.node))
	}

	/// Neither the pool nor a block nor the call takes it, each for this reason, and nothing changes.
	fn refused(&mut self, transaction: UncheckedExtrinsic, why: Refusal) {
		let refused = self.scene.chain.refused(&format!("{why:?}"), transaction);
		let expected: (InvalidTransaction, DispatchError) =
			(why.into(), Error::<Runtime>::from(why).into());
		assert_eq!(refused, expected, "{why:?}");
	}

	/// Somebody who neither hands over nor receives.
	fn stranger(&self) -> Enclave {
		let parties = [self.author.node, self.receiver.node];
		self.scene.enclaves.iter().find(|e| !parties.contains(&e.node)).unwrap().clone()
	}
}

#[test]
fn a_forged_or_bent_handoff_is_refused_and_an_honest_one_counts_once() {
	let mut passage = passage(4);
	let good = passage.handoff();
	let (author, stranger) = (passage.author.clone(), passage.stranger());
	let other = Hash::repeat_byte(0x5a);
	for (bent, why) in [
		(Handoff { genesis: other, ..good.clone() }, Refusal::WrongChain),
		(Handoff { job: good.job + 1, ..good.clone() }, Refusal::UnknownJob),
		(Handoff { workflow: good.workflow + 1, ..good.clone() }, Refusal::WrongStep),
		(Handoff { step: 0, ..good.clone() }, Refusal::WrongStep),
		(Handoff { from: stranger.node, ..good.clone() }, Refusal::WrongSender),
		(Handoff { to: stranger.node, ..good.clone() }, Refusal::NotSeated),
		(Handoff { attempt: good.attempt + 1, ..good.clone() }, Refusal::WrongAttempt),
		(Handoff { nonce: other, ..good.clone() }, Refusal::WrongNonce),
		(Handoff { task: other, ..good.clone() }, Refusal::WrongTask),
		(Handoff { context: other, ..good.clone() }, Refusal::WrongContext),
	] {
		passage.refused(author.hand_over(bent), why);
	}
	passage.refused(stranger.hand_over(good.clone()), Refusal::BadSignature);

	let given = author.hand_over(good.clone());
	passage.scene.chain.block(|| vec![given.clone()]);
	let key = author.key.public().0;
	assert!(matches!(
		passage.state(),
		HandoffState::Given(signed, by) if signed.handoff == good && by == key
	));
	passage.refused(given.clone(), Refusal::AlreadyGiven);
	let (id, receiver) = (passage.id, passage.receiver.node);
	assert_eq!(passage.scene.answer(id, 1, b"done").node, receiver);
	passage.refused(given, Refusal::UnknownJob);
	assert_eq!(passage.scene.view(id).status, WorkflowStatus::Completed);
}

#[test]
fn a_handoff_to_a_silent_node_opens_no_other_seat() {
	let mut passage = passage(4);
	let handoff = passage.handoff();
	let old = passage.author.hand_over(handoff);
	passage.scene.chain.block(|| vec![old.clone()]);
	let (job, silent) = (passage.terms.job, passage.receiver.node);
	// It never acknowledges.
	wait_for(&mut passage.scene.chain, job, |view| {
		view.status.is_assigned() && view.seats.iter().all(|seat| seat.node != silent)
	});
	let (id, author) = (passage.id, passage.author.clone());
	(passage.terms, passage.receiver) = passage.scene.placed(id, 1);
	passage.refused(old, Refusal::NotSeated);
	assert!(matches!(passage.state(), HandoffState::Awaited { .. }), "its time begins anew");
	let new = author.hand_over(passage.handoff());
	passage.scene.chain.block(|| vec![new]);
	assert!(matches!(passage.state(), HandoffState::Given(..)));
	passage.scene.answer(id, 1, b"done");
	assert_eq!(passage.scene.view(id).status, WorkflowStatus::Completed);
	let books = passage.scene.chain.read(pallet_workflows::Books::<Runtime>::get);
	assert_eq!((books.handoffs, books.lapsed), (2, 0));
}

#[test]
fn a_receiver_that_is_overloaded_gives_its_seat_to_the_next_best() {
	let mut passage = passage(4);
	let (job, first) = (passage.terms.job, passage.receiver.clone());
	let attempt = passage.terms.seats[0].attempt;
	let stranger = passage.stranger();
	let refuse = |passage: &mut Passage, by: &Enclave, fault| {
		let Passage { scene, terms, receiver, .. } = passage;
		let enclave = Enclave { key: by.key, ..receiver.clone() };
		enclave.refuse(&mut scene.chain, terms, Hash::zero(), fault)
	};
	let forged = refuse(&mut passage, &stranger, HandoffFault::Overloaded);
	passage.refused(forged, Refusal::BadSignature);
	// Whoever blames the sender has to name what is wrong.
	let unfounded = refuse(&mut passage, &first, HandoffFault::WrongTask);
	passage.refused(unfounded, Refusal::WrongHandoff);

	let refusal = refuse(&mut passage, &first, HandoffFault::Overloaded);
	passage.scene.chain.block(|| vec![refusal.clone()]);
	let event = pallet_workflows::Event::<Runtime>::HandoffRefused {
		workflow: passage.id,
		step: 1,
		job,
		attempt,
		node: first.node,
		fault: HandoffFault::Overloaded,
	};
	assert!(passage.scene.chain.events().contains(&RuntimeEvent::Workflows(event)));
	let (id, author) = (passage.id, passage.author.clone());
	(passage.terms, passage.receiver) = passage.scene.placed(id, 1);
	let seat = &passage.terms.seats[0];
	assert_ne!(seat.node, first.node);
	assert_eq!((passage.terms.job, seat.attempt), (job, attempt + 1), "the same job goes on");
	passage.refused(refusal, Refusal::NotSeated);
	// Whoever declined is left in peace for a moment.
	let page = passage.scene.chain.read(|| {
		let of = Some(Originator::Node(author.node));
		Runtime::routing(passage.terms.clause.clone(), of, None, 0, 100)
	});
	let row = page.items.iter().find(|row| row.node == first.node).unwrap();
	assert_eq!(row.exclusion, Some(Exclusion::CoolingDown));

	let given = author.hand_over(passage.handoff());
	passage.scene.chain.block(|| vec![given]);
	passage.scene.answer(id, 1, b"done");
	assert_eq!(passage.scene.view(id).status, WorkflowStatus::Completed);
}

#[test]
fn a_handoff_that_its_receiver_objects_to_is_void_and_the_seat_is_kept() {
	let mut passage = passage(3);
	let handoff = passage.handoff();
	let given = passage.author.hand_over(handoff.clone());
	passage.scene.chain.block(|| vec![given]);
	let objection = {
		let Passage { scene, terms, receiver, .. } = &mut passage;
		let fault = HandoffFault::InvalidSignature;
		receiver.refuse(&mut scene.chain, terms, handoff.digest(), fault)
	};
	passage.scene.chain.block(|| vec![objection.clone()]);
	assert_eq!(passage.state(), HandoffState::Lapsed, "the chain's record stands in");
	passage.refused(objection, Refusal::WrongHandoff);
	let (id, receiver) = (passage.id, passage.receiver.node);
	let terms = passage.scene.chain.terms(passage.terms.job);
	assert_eq!(terms.seats[0].node, receiver);
	passage.scene.answer(id, 1, b"done");
	assert_eq!(passage.scene.view(id).status, WorkflowStatus::Completed);
}

#[test]
fn the_node_that_has_to_hand_over_may_be_dead() {
	let mut passage = passage(3);
	let handoff = passage.handoff();
	let late = passage.author.hand_over(handoff);
	let until = passage.terms.seats[0].assigned_at + 3;
	assert_eq!(passage.state(), HandoffState::Awaited { until });
	passage.scene.chain.pass(3);
	assert_eq!(passage.state(), HandoffState::Lapsed);
	passage.refused(late, Refusal::TooLate);

	let (id, receiver) = (passage.id, passage.receiver.node);
	assert_eq!(passage.scene.answer(id, 1, b"done").node, receiver);
	let lapsed = pallet_workflows::Event::<Runtime>::HandoffLapsed {
		workflow: id,
		step: 1,
		job: passage.terms.job,
		from: passage.author.node,
		to: receiver,
	};
	assert!(passage.scene.chain.events().contains(&RuntimeEvent::Workflows(lapsed)));
	assert_eq!(passage.scene.view(id).status, WorkflowStatus::Completed);
	let books = passage.scene.chain.read(pallet_workflows::Books::<Runtime>::get);
	assert_eq!((books.completed, books.handoffs, books.lapsed), (1, 0, 1));
}
