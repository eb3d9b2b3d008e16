//! Rounds of several nodes, as scenarios play them, and the books that are kept meanwhile.

use crate::{
	chain::{account, Chain},
	enclave::Enclave,
};
use concordat_primitives::{
	cac::{FailureCode, SignedCac},
	clause::{ExecutionMode, RiskClass},
	job::{JobConstraints, JobTerms, SeatState},
	node::NodeStatus,
	units::{CDT, MICRO_CDT, MILLI_CDT},
	views::JobView,
	Balance, BlockNumber, JobId, NodeId,
};
use concordat_runtime::{
	configs::protocol::TreasuryAccount, pallet_quorum_results, Balances, Runtime, RuntimeEvent,
	System, UncheckedExtrinsic,
};
use serde_json::{json, Value};
use std::collections::BTreeMap;

/// What an answer of these scenarios earns: 10⁶ fuel, 1 MiB, 1 KiB in and 1 KiB out at the default prices.
pub const PAY: Balance = 13 * MICRO_CDT;
/// What a consensus failure costs: 5 % of the 1 000 CDT that every node of these scenarios has staked.
pub const SLASH: Balance = 50 * CDT;
/// What a job costs besides the pay of its nodes, with so many votes.
pub const fn fees(votes: u32) -> Balance {
	MILLI_CDT + MICRO_CDT + 10 * MICRO_CDT * votes as Balance
}

/// Each of these commits to its certificate, all in one block.
pub fn commit(chain: &mut Chain, enclaves: &[Enclave], said: &[SignedCac]) {
	let sent = by_node(enclaves, said, Enclave::commit);
	chain.block(|| sent);
}

/// Each of these shows what it has committed to, all in one block.
pub fn reveal(chain: &mut Chain, enclaves: &[Enclave], said: &[SignedCac]) {
	let sent = by_node(enclaves, said, Enclave::reveal);
	chain.block(|| sent);
}

/// Each of these commits, and shows what it has committed to in the next block.
pub fn play(chain: &mut Chain, enclaves: &[Enclave], said: &[SignedCac]) {
	commit(chain, enclaves, said);
	reveal(chain, enclaves, said);
}

fn by_node(
	enclaves: &[Enclave],
	said: &[SignedCac],
	send: impl Fn(&Enclave, &SignedCac) -> UncheckedExtrinsic,
) -> Vec<UncheckedExtrinsic> {
	said.iter()
		.map(|cac| {
			let author = cac.statement.body().node;
			send(enclaves.iter().find(|e| e.node == author).unwrap(), cac)
		})
		.collect()
}

/// Events of the judge in the last block.
pub fn verdicts(chain: &mut Chain) -> Vec<pallet_quorum_results::Event<Runtime>> {
	let of_judge = |event| match event {
		RuntimeEvent::QuorumResults(event) => Some(event),
		_ => None,
	};
	chain.events().into_iter().filter_map(of_judge).collect()
}

/// What everybody has: for comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Books {
	/// All that there is.
	pub issuance: Balance,
	/// What the requester has, free and held.
	pub requester: Balance,
	/// What the treasury has.
	pub treasury: Balance,
	/// What the operator of each node has, free and held; and what of its stake is frozen.
	pub nodes: BTreeMap<NodeId, (Balance, Balance)>,
}

/// A job on several nodes.
pub struct Round {
	/// Where.
	pub chain: Chain,
	/// Everybody, with a seat or without.
	pub enclaves: Vec<Enclave>,
	/// The job.
	pub job: JobId,
	/// What everybody had when the seats were given.
	pub before: Books,
}

impl Round {
	/// A job of a routine clause of this mode, on a chain with so many nodes.
	pub fn new(mode: ExecutionMode, nodes: u8) -> Self {
		Self::with(json!({}), mode, RiskClass::Low, nodes, Default::default())
	}

	/// The same with another genesis, another risk class and constraints.
	pub fn with(
		patch: Value,
		mode: ExecutionMode,
		risk: RiskClass,
		nodes: u8,
		constraints: JobConstraints,
	) -> Self {
		let mut chain = Chain::with_genesis(patch);
		chain.register_risky(crate::chain::clause(), mode, risk);
		let enclaves: Vec<Enclave> = (1..=nodes).map(|number| chain.enclave(number)).collect();
		let job = chain.dispatch(constraints);
		let before = books(&mut chain, &enclaves);
		Self { chain, enclaves, job, before }
	}

	/// The same table, played on differently.
	pub fn fork(&mut self) -> Self {
		Self {
			chain: self.chain.fork(),
			enclaves: self.enclaves.clone(),
			job: self.job,
			before: self.before.clone(),
		}
	}

	/// Terms of the job now.
	pub fn terms(&mut self) -> JobTerms {
		self.chain.terms(self.job)
	}

	/// What clients see of it.
	pub fn view(&mut self) -> JobView {
		self.chain.job(self.job)
	}

	/// This block.
	pub fn now(&mut self) -> BlockNumber {
		self.chain.read(System::block_number)
	}

	/// The enclave of a node.
	pub fn enclave(&self, node: NodeId) -> Enclave {
		self.enclaves.iter().find(|enclave| enclave.node == node).unwrap().clone()
	}

	/// Those whose votes count now and are still to come, in the order of their seats.
	pub fn voting(&mut self) -> Vec<Enclave> {
		let terms = self.terms();
		terms
			.voting()
			.filter(|seat| !matches!(seat.state, SeatState::Delivered(_)))
			.map(|seat| self.enclave(seat.node))
			.collect()
	}

	/// What an enclave says: an output.
	pub fn says(&mut self, enclave: &Enclave, output: &[u8]) -> SignedCac {
		let terms = self.terms();
		enclave.certify(&mut self.chain, &terms, output)
	}

	/// What an enclave says: a failure.
	pub fn fails(&mut self, enclave: &Enclave, code: FailureCode) -> SignedCac {
		let terms = self.terms();
		let statement = enclave.failure(&mut self.chain, &terms, code);
		enclave.sign(statement)
	}

	/// What several enclaves say alike.
	pub fn all_say(&mut self, enclaves: &[Enclave], output: &[u8]) -> Vec<SignedCac> {
		enclaves.iter().map(|enclave| self.says(enclave, output)).collect()
	}

	/// An enclave takes its seat.
	pub fn acknowledge(&mut self, enclave: &Enclave) {
		let terms = self.terms();
		let sent = enclave.acknowledge(&mut self.chain, &terms);
		self.chain.block(|| vec![sent]);
	}

	/// They commit.
	pub fn commit(&mut self, said: &[SignedCac]) {
		commit(&mut self.chain, &self.enclaves, said);
	}

	/// They show what they have committed to.
	pub fn reveal(&mut self, said: &[SignedCac]) {
		reveal(&mut self.chain, &self.enclaves, said);
	}

	/// They commit, and show it in the next block.
	pub fn play(&mut self, said: &[SignedCac]) {
		play(&mut self.chain, &self.enclaves, said);
	}

	/// Everybody whose vote counts says the same.
	pub fn agree(&mut self, output: &[u8]) {
		let voting = self.voting();
		let said = self.all_say(&voting, output);
		self.play(&said);
	}

	/// Lets blocks pass until this is so.
	pub fn wait(&mut self, what: &str, is: impl Fn(&JobTerms) -> bool) -> JobTerms {
		for _ in 0..200 {
			let terms = self.terms();
			if is(&terms) {
				return terms;
			}
			self.chain.pass(1);
		}
		panic!("not within 200 blocks: {what}: {:?}", self.terms());
	}

	/// What everybody has now.
	pub fn books(&mut self) -> Books {
		books(&mut self.chain, &self.enclaves)
	}

	/// Holds what has become of everybody against what is expected: nodes that were paid, each with what it got; nodes whose
	/// stake was frozen, each with how much; votes that the requester has paid for. Nobody else has got or lost
	/// anything, and no money was made or lost.
	#[track_caller]
	pub fn settled(
		&mut self,
		what: &str,
		paid: &[(NodeId, Balance)],
		slashed: &[(NodeId, Balance)],
		votes: u32,
	) {
		let after = self.books();
		assert_eq!(after.issuance, self.before.issuance, "{what}: issuance");
		let (paid, slashed): (BTreeMap<_, _>, BTreeMap<_, _>) =
			(paid.iter().copied().collect(), slashed.iter().copied().collect());
		for (node, (had, froze)) in &self.before.nodes {
			let (has, frozen) = after.nodes[node];
			let earned = paid.get(node).copied().unwrap_or_default();
			let lost = slashed.get(node).copied().unwrap_or_default();
			assert_eq!(has - had, earned, "{what}: pay of node {node}");
			assert_eq!(frozen - froze, lost, "{what}: slash of node {node}");
			let status = self.chain.node(*node).status;
			let jailed = matches!(status, NodeStatus::Jailed { .. });
			assert_eq!(jailed, lost > 0, "{what}: node {node} is {status:?}");
		}
		let total: Balance = paid.values().sum();
		assert_eq!(self.view().paid, total, "{what}: what the job says that it has paid");
		let spent = self.before.requester - after.requester;
		assert_eq!(spent, total + fees(votes), "{what}: what it has cost");
		assert_eq!(after.treasury - self.before.treasury, fees(votes), "{what}: fees");
	}
}

/// What everybody has now.
pub fn books(chain: &mut Chain, enclaves: &[Enclave]) -> Books {
	let nodes = enclaves
		.iter()
		.map(|enclave| {
			let wealth = chain.wealth(&account(&enclave.controller));
			(enclave.node, (wealth, chain.node(enclave.node).frozen))
		})
		.collect();
	let treasury = TreasuryAccount::get();
	Books {
		issuance: chain.read(Balances::total_issuance),
		requester: chain.wealth(&account("//Bob")),
		treasury: chain.wealth(&treasury),
		nodes,
	}
}

/// Each of these got what an answer earns.
pub fn each(enclaves: &[Enclave], amount: Balance) -> Vec<(NodeId, Balance)> {
	enclaves.iter().map(|enclave| (enclave.node, amount)).collect()
}
