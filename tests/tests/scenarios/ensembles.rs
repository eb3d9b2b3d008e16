//! One task on several nodes, and one answer made of theirs.

use crate::{
	chain::{account, Chain},
	completing::wait_for,
	enclave::{seat_of, seated, Enclave},
	rounds,
};
use concordat_primitives::{
	cac::SignedCac,
	clause::ExecutionMode,
	ensemble::{aggregate, Aggregation, Answer, Decimal, Ensemble},
	hashing::output_hash,
	job::{JobConstraints, JobStatus, JobTerms, Seat},
	receipt::{Operation, Voter},
	traits::JobOutputs,
	Balance, Hash, JobId,
};
use concordat_runtime::{queries, QuorumResults};

/// Five nodes on one job.
struct Scene {
	chain: Chain,
	/// In the order of their seats.
	enclaves: Vec<Enclave>,
	job: JobId,
	terms: JobTerms,
	/// What each of their operators had before.
	before: Vec<Balance>,
}

fn scene(aggregation: Aggregation) -> Scene {
	let mut chain = Chain::new();
	chain.register_clause(ExecutionMode::Single);
	let enclaves: Vec<Enclave> = (1..=5).map(|number| chain.enclave(number)).collect();
	let ensemble = Some(Ensemble { size: 5, aggregation });
	let job = chain.dispatch(JobConstraints { ensemble, ..Default::default() });
	let terms = chain.terms(job);
	assert_eq!(seated(&terms, &enclaves).len(), 5);
	let seat = |seat: &Seat| enclaves.iter().find(|e| e.node == seat.node).unwrap().clone();
	let enclaves: Vec<Enclave> = terms.seats.iter().map(seat).collect();
	let before = enclaves.iter().map(|e| chain.wealth(&account(&e.controller))).collect();
	Scene { chain, enclaves, job, terms, before }
}

impl Scene {
	/// What the first of them say.
	fn said(&mut self, outputs: &[&[u8]]) -> Vec<SignedCac> {
		let Self { chain, enclaves, terms, .. } = self;
		let said = |(enclave, output): (&Enclave, &&[u8])| enclave.certify(chain, terms, output);
		enclaves.iter().zip(outputs).map(said).collect()
	}

	/// These commit, all in one block.
	fn commit(&mut self, said: &[SignedCac]) {
		rounds::commit(&mut self.chain, &self.enclaves, said);
	}

	/// These show what they have committed to, all in one block.
	fn reveal(&mut self, said: &[SignedCac]) {
		rounds::reveal(&mut self.chain, &self.enclaves, said);
	}

	/// All of them commit, and show these.
	fn answer(&mut self, outputs: &[&[u8]; 5]) {
		let said = self.said(outputs);
		self.commit(&said);
		self.reveal(&said);
	}

	fn output(&mut self) -> Option<Vec<u8>> {
		let job = self.job;
		self.chain.read(|| <QuorumResults as JobOutputs>::output(job))
	}

	/// What the operators have got, in the order of the seats.
	fn earned(&mut self) -> Vec<Balance> {
		let Self { chain, enclaves, before, .. } = self;
		let now = enclaves.iter().map(|e| chain.wealth(&account(&e.controller)));
		now.zip(before).map(|(now, before)| now - *before).collect()
	}

	/// Does again what the proved receipt says, with what was delivered: the same comes out. Returns the voters.
	fn checked(&mut self, strategy: Aggregation, outputs: &[&[u8]], out: &[u8]) -> Vec<Voter> {
		let view = self.chain.job(self.job);
		assert_eq!(view.status, JobStatus::Completed);
		assert_eq!(self.output().as_deref(), Some(out));
		let receipt = self.chain.proved_by_id(view.result.unwrap().receipt.unwrap());
		let Operation::JobCompleted { job, result, k, n, voters, paid, ensemble, .. } = receipt
		else {
			panic!("not the receipt of a job: {receipt:?}")
		};
		let expected: Result<Hash, _> = Ok(output_hash(out));
		assert_eq!((job, result, paid), (self.job, expected, view.paid));
		assert_eq!((k, n), (strategy.needed(5), 5));
		let making = ensemble.expect("it says how the answer was made");
		assert_eq!(making.aggregation, strategy);
		assert_eq!(making.weights.len(), voters.len());
		let place =
			|voter: &Voter| self.enclaves.iter().position(|e| e.node == voter.node).unwrap();
		let answers: Vec<Answer> = voters
			.iter()
			.zip(&making.weights)
			.map(|(voter, weight)| {
				let enclave = &self.enclaves[place(voter)];
				assert_eq!(*weight, seat_of(&self.terms, enclave).score, "the weight of its seat");
				Answer { output: outputs[place(voter)], weight: *weight }
			})
			.collect();
		let again = aggregate(strategy, &answers).unwrap();
		assert_eq!(again.output, out);
		assert_eq!(again.agreed, voters.iter().map(|v| v.agreed).collect::<Vec<_>>());
		voters.into_inner()
	}
}

#[test]
fn five_numbers_become_their_mean_and_all_who_gave_one_are_paid() {
	let mut scene = scene(Aggregation::Averaging);
	let outputs: [&[u8]; 5] = [b"10", b"20", b"30", b"40", b"50"];
	let said = scene.said(&outputs);
	scene.commit(&said[..4]);
	assert_eq!(scene.chain.terms(scene.job).reveal_from, None, "it waits for all to commit");
	scene.commit(&said[4..]);
	scene.reveal(&said[..4]);
	assert_eq!(scene.chain.job(scene.job).status, JobStatus::Running, "it waits for all");
	scene.reveal(&said[4..]);
	let mean = scene.output().expect("it lies on chain, though no node gave it");
	let number = Decimal::parse(&mean).unwrap().units();
	assert!((25_000_000_000..35_000_000_000).contains(&number), "nearly equal weights: {number}");
	let earned = scene.earned();
	assert!(earned.iter().all(|one| *one > 0), "{earned:?}");
	assert_eq!(earned.iter().sum::<Balance>(), scene.chain.job(scene.job).paid);
	let voters = scene.checked(Aggregation::Averaging, &outputs, &mean);
	assert!(voters.len() == 5 && voters.iter().all(|voter| voter.agreed));
}

#[test]
fn a_vote_leaves_the_dissenter_unpaid_and_marked() {
	let mut scene = scene(Aggregation::Voting);
	let outputs: [&[u8]; 5] = [b"flood", b"flood", b"none", b"flood", b"flood"];
	let liar = scene.enclaves[2].node;
	let before = scene.chain.node(liar).reputation;
	scene.answer(&outputs);
	let paid: Vec<_> = scene.earned().iter().map(|one| *one > 0).collect();
	assert_eq!(paid, [true, true, false, true, true]);
	let after = scene.chain.node(liar).reputation;
	assert!(after.0 < before.0 && after.1 < before.1, "{before:?} → {after:?}");
	assert_eq!(scene.chain.read(queries::totals).dissents, 1);
	let voters = scene.checked(Aggregation::Voting, &outputs, b"flood");
	let dissenters: Vec<_> = voters.iter().filter(|v| !v.agreed).map(|v| v.node).collect();
	assert_eq!(dissenters, [liar]);
}

#[test]
fn numbers_converge_without_the_one_that_lies() {
	let mut scene = scene(Aggregation::Consensus);
	let outputs: [&[u8]; 5] = [b"100", b"100.2", b"99.9", b"500", b"100.1"];
	scene.answer(&outputs);
	let voters = scene.checked(Aggregation::Consensus, &outputs, b"100.1");
	assert_eq!(voters.iter().filter(|voter| voter.agreed).count(), 4);
	assert_eq!(scene.earned()[3], 0);
}

#[test]
fn best_effort_goes_on_without_those_who_are_silent() {
	let mut scene = scene(Aggregation::BestEffort);
	let outputs: [&[u8]; 5] = [b"one", b"two", b"three", b"", b""];
	let said = scene.said(&outputs[..3]);
	scene.commit(&said);
	assert_eq!(scene.chain.terms(scene.job).reveal_from, None, "they may still answer");
	wait_for(&mut scene.chain, scene.job, |view| view.seats.len() == 3);
	assert!(scene.chain.terms(scene.job).reveal_from.is_some(), "they have had their time");
	scene.reveal(&said);
	let view = scene.chain.job(scene.job);
	assert_eq!(view.status, JobStatus::Completed);
	let totals = scene.chain.read(queries::totals);
	assert_eq!((totals.missed_deadlines, totals.dissents), (2, 0), "nobody is marked");
	// The best seat of those who answered; between equals, what the strategy says.
	let output = scene.output().unwrap();
	assert!(outputs[..3].contains(&output.as_slice()));
	let voters = scene.checked(Aggregation::BestEffort, &outputs, &output);
	assert_eq!((voters.len(), voters.iter().filter(|v| v.agreed).count()), (3, 1));
	let earned = scene.earned();
	assert_eq!(earned.iter().filter(|one| **one > 0).count(), 1);
}
