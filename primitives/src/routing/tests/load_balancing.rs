//! Load balances itself (Symbiont §7): an overloaded node's score falls, traffic goes elsewhere, and comes back when the
//! node has recovered. Twenty nodes, eight originators, four candidates drawn for each job.

use super::*;
use crate::{trust::HopEnd::*, units::CDT, BlockNumber};

const NODES: usize = 20;
const CLIENTS: usize = 8;
const CAPACITY: u16 = 8;
/// Jobs in a block: with some four blocks each, half of all capacity is in use.
const ARRIVALS: u64 = 20;
/// Blocks between assignment and deadline.
const WINDOW: BlockNumber = 16;
const CANDIDATES: usize = 4;
/// Blocks of one phase, and of the measurement at its end.
const PHASE: BlockNumber = 1_500;
const MEASURED: BlockNumber = 500;
/// The node that gets into trouble.
const VICTIM: usize = 0;

/// What ails the victim.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Trouble {
	None,
	/// Everything takes three times as long.
	Slow,
	/// Jobs from elsewhere fill six of its eight places, and everything takes twice as long.
	Flooded,
}

struct Node {
	trust: u32,
	state: CapabilityState,
	/// Places taken by jobs from elsewhere.
	elsewhere: u16,
	assigned: u32,
}

struct Running {
	node: usize,
	client: usize,
	since: BlockNumber,
	until: BlockNumber,
}

struct Network {
	dice: Dice,
	tempo: Tempo,
	nodes: Vec<Node>,
	clients: Vec<Memory>,
	running: Vec<Running>,
	now: BlockNumber,
	trouble: Trouble,
	world: World,
}

/// What originators go by.
#[derive(Clone, Copy, Debug, PartialEq)]
struct World {
	/// They learn from their hops.
	learning: bool,
	/// They see how many jobs run on a node.
	load_known: bool,
}

/// As it is.
const FULL: World = World { learning: true, load_known: true };
/// Without the explicit signal of §7.2: reciprocity is on its own.
const BLIND: World = World { learning: true, load_known: false };
/// Without either.
const INDIFFERENT: World = World { learning: false, load_known: false };

/// What was seen in the last part of a phase.
#[derive(Debug)]
struct Seen {
	/// The victim's part of all assignments, in parts; an equal share is 1/20.
	share: u32,
	/// Its score, mean over originators and blocks.
	score: u64,
	/// Its score as if it were idle, mean over originators, and the same for the other nodes: with the load in it,
	/// scores level out as traffic does.
	merit: u64,
	merit_of_others: u64,
	/// The connection weight, mean over originators.
	weight: u32,
}

impl Network {
	fn new(world: World, seed: u64) -> Self {
		let node = || Node {
			trust: NEUTRAL,
			state: CapabilityState::new(rain()),
			elsewhere: 0,
			assigned: 0,
		};
		Self {
			dice: Dice(seed),
			tempo: Tempo::default(),
			nodes: (0..NODES).map(|_| node()).collect(),
			clients: vec![customer(); CLIENTS],
			running: Vec::new(),
			now: 1,
			trouble: Trouble::None,
			world,
		}
	}

	fn busy(&self, node: usize) -> u16 {
		let one = &self.nodes[node];
		one.state.running + one.elsewhere
	}

	fn load(&self, node: usize) -> u32 {
		load(self.busy(node), CAPACITY)
	}

	/// As the client sees the node under some load.
	fn factors(&self, client: usize, node: usize, load: u32) -> Factors {
		let (one, known) = (&self.nodes[node], &self.clients[client]);
		let tie = known.ties.iter().find(|tie| tie.node == node as NodeId);
		let tie = tie.filter(|_| self.world.learning).map(|tie| tie.as_of(&self.tempo, self.now));
		Factors {
			trust: one.trust,
			quality: if self.world.learning { one.state.quality } else { NEUTRAL },
			load: if self.world.load_known { load } else { 0 },
			connection: tie.map_or(W_INIT, |tie| tie.weight),
			threat: tie.map_or(0, |tie| tie.threat),
			preference: ONE,
			freshness: ONE,
			proximity: ONE,
		}
	}

	fn finish(&mut self, job: Running) {
		let deliver_by = job.since + WINDOW;
		let end = if job.until < deliver_by { Agreed } else { Silent };
		let tone = tone(job.since, deliver_by, job.until.min(deliver_by));
		let hop = Hop { share: ONE / u32::from(CAPACITY), ..hop(job.node as NodeId, end, tone) };
		let client = &mut self.clients[job.client];
		let noted = client.note(&hop, Speaker::Client, &self.tempo, 10 * CDT, self.now);
		let node = &mut self.nodes[job.node];
		node.trust = trust(node.trust, end, noted.voice);
		node.state.note(end, tone, noted.voice, self.now);
		node.state.vacated();
	}

	fn arrive(&mut self) {
		let client = self.dice.below(CLIENTS as u64) as usize;
		let mut drawn: Vec<usize> = (0..NODES).collect();
		for place in 0..CANDIDATES {
			let other = place + self.dice.below((NODES - place) as u64) as usize;
			drawn.swap(place, other);
		}
		let drawn = drawn.into_iter().take(CANDIDATES);
		let eligible = drawn.filter(|node| self.load(*node) <= MAX_LOAD);
		let best =
			eligible.max_by_key(|node| self.factors(client, *node, self.load(*node)).score());
		let Some(node) = best else { return };
		let pace = match self.trouble {
			_ if node != VICTIM => 1,
			Trouble::None => 1,
			Trouble::Slow => 3,
			Trouble::Flooded => 2,
		};
		let takes = (3 + self.dice.below(3) as u32) * pace;
		self.nodes[node].state.seated();
		self.nodes[node].assigned += 1;
		let (since, until) = (self.now, self.now + takes);
		self.running.push(Running { node, client, since, until });
	}

	fn block(&mut self) {
		let now = self.now;
		let over = |job: &Running| now >= job.until.min(job.since + WINDOW);
		let (done, running) = core::mem::take(&mut self.running).into_iter().partition(over);
		self.running = running;
		let done: Vec<Running> = done;
		done.into_iter().for_each(|job| self.finish(job));
		(0..ARRIVALS).for_each(|_| self.arrive());
		self.now += 1;
	}

	/// What originators know of the victim now.
	fn victims_ties(&self) -> Vec<Tie> {
		let of = |client: &Memory| {
			let tie = client.ties.iter().find(|tie| tie.node == VICTIM as NodeId);
			tie.copied().unwrap_or(Tie::new(0, [0; 8], 0)).as_of(&self.tempo, self.now)
		};
		self.clients.iter().map(of).collect()
	}

	/// Mean over originators.
	fn score(&self, node: usize, load: u32) -> u64 {
		let of = |client| self.factors(client, node, load).score();
		(0..CLIENTS).map(of).sum::<u64>() / CLIENTS as u64
	}

	/// One phase; tells what was seen at its end.
	fn phase(&mut self, trouble: Trouble) -> Seen {
		self.trouble = trouble;
		self.nodes[VICTIM].elsewhere = if trouble == Trouble::Flooded { 6 } else { 0 };
		(0..PHASE - MEASURED).for_each(|_| self.block());
		self.nodes.iter_mut().for_each(|node| node.assigned = 0);
		let mut score = 0;
		for _ in 0..MEASURED {
			self.block();
			score += self.score(VICTIM, self.load(VICTIM));
		}

		let all: u32 = self.nodes.iter().map(|node| node.assigned).sum();
		let part = |sum: u32| (u64::from(sum) * u64::from(ONE) / u64::from(all)) as u32;
		let ties = self.victims_ties();
		Seen {
			share: part(self.nodes[VICTIM].assigned),
			score: score / u64::from(MEASURED),
			merit: self.score(VICTIM, 0),
			merit_of_others: (1..NODES).map(|node| self.score(node, 0)).sum::<u64>()
				/ (NODES - 1) as u64,
			weight: ties.iter().map(|tie| tie.weight).sum::<u32>() / CLIENTS as u32,
		}
	}
}

/// A customer of long standing, of a node that is not here any more.
fn customer() -> Memory {
	let past = Hop { fee: 10 * CDT, ..hop(99, Agreed, Tone::Early) };
	let mut memory = Memory::default();
	memory.note(&past, Speaker::Client, &Tempo::default(), 10 * CDT, 0);
	memory
}

const EQUAL: u32 = ONE / NODES as u32;

/// What has to hold, holds whatever the dice.
const SEEDS: [u64; 4] = [40, 41, 42, 43];

/// Before, during and after the trouble.
fn story(trouble: Trouble, world: World, seed: u64) -> [Seen; 3] {
	let mut network = Network::new(world, seed);
	let phases = [Trouble::None, trouble, Trouble::None].map(|trouble| network.phase(trouble));
	// Shown when a test fails.
	println!("{trouble:?} {world:?} {seed}: {phases:#?}");
	phases
}

#[test]
fn traffic_should_leave_a_slow_node_and_come_back() {
	for seed in SEEDS {
		let [before, during, after] = story(Trouble::Slow, FULL, seed);
		assert!(before.share.abs_diff(EQUAL) < EQUAL / 5, "equal nodes share equally");
		assert!(
			during.merit < before.merit * 9 / 10
				&& during.merit < during.merit_of_others * 85 / 100
		);
		assert!(during.weight < before.weight * 9 / 10);
		assert!(during.share < EQUAL * 4 / 10);
		assert!(after.merit > after.merit_of_others * 95 / 100);
		assert!(after.weight > before.weight * 95 / 100);
		assert!(after.share > EQUAL * 8 / 10, "it is asked again");
	}
}

#[test]
fn traffic_should_leave_a_flooded_node_and_come_back() {
	for seed in SEEDS {
		let [before, during, after] = story(Trouble::Flooded, FULL, seed);
		assert!(during.score < before.score * 6 / 10);
		assert!(during.share < EQUAL / 10);
		assert!(after.score > before.score * 9 / 10);
		assert!(after.share > EQUAL * 8 / 10, "it is asked again");
	}
}

/// Nobody sees how busy a node is, as when its load is not the chain's: what originators learn is enough. (Without the
/// load in the score, traffic is not shared equally even among equals: each node is compared with itself.)
#[test]
fn reciprocity_should_move_the_traffic_on_its_own() {
	for seed in SEEDS {
		let [before, during, after] = story(Trouble::Slow, BLIND, seed);
		assert!(during.merit < during.merit_of_others);
		assert!(during.share < before.share / 4);
		assert!(after.share > during.share * 5 && after.share > EQUAL / 2, "it is asked again");
		// Who learns nothing goes on asking it until it is full.
		let [_, indifferent, _] = story(Trouble::Slow, INDIFFERENT, seed);
		assert!(during.share < indifferent.share / 2);
	}
}

/// §7.1 to the letter, for one originator that goes on asking as before: the node is overloaded, `ρ < 1`, `r < 0`,
/// `σ < 0`, the weight falls, and so does the score; and all that in the other direction afterwards.
#[test]
fn an_overload_should_turn_reciprocity_then_the_weight_then_the_score() {
	let (tempo, mut tie, mut now) = (Tempo::default(), Tie::new(1, [1; 8], 0), 0);
	let score = |tie: &Tie| {
		let known = Factors {
			trust: ONE,
			quality: ONE,
			load: 0,
			connection: tie.weight,
			threat: tie.threat,
			preference: ONE,
			freshness: ONE,
			proximity: ONE,
		};
		known.score()
	};
	// A hop in every twelve blocks, all of them right. Tells when `r` and the weight had passed these marks.
	let mut ask = |tone, blocks, passed: &dyn Fn(i32, u32) -> [bool; 2]| {
		let (start, mut when) = (now, [None; 2]);
		while now < start + blocks {
			now += 12;
			tie.note(&hop(1, Agreed, tone), &tempo, now);
			let seen = passed(tie.reciprocity(&tempo), tie.weight);
			for (first, seen) in when.iter_mut().zip(seen) {
				*first = first.or(seen.then_some(now - start));
			}
		}
		(tie, when)
	};
	let (calm, _) = ask(Tone::Early, 1_200, &|_, _| [false; 2]);
	assert!(calm.reciprocity(&tempo) > 100_000 && calm.weight > 750_000 && calm.affirmed);

	let (strained, when) = ask(Tone::Late, 600, &|r, w| [r < 0, w < W_INIT]);
	assert!(strained.reciprocity(&tempo) < -300_000 && sigma(strained.reciprocity(&tempo)) < 0);
	assert!(score(&strained) < score(&calm) / 2 && !strained.affirmed);
	assert_eq!(strained.threat, 0, "nobody is afraid of a busy node");
	let [r, w] = when.map(|block| block.unwrap());
	assert!(r < w && w < 200, "first the balance ({r} blocks), then the weight ({w} blocks)");

	let (rested, when) = ask(Tone::Early, 900, &|r, w| [r > 0, w > 700_000]);
	assert!(score(&rested) > score(&calm) * 85 / 100 && rested.affirmed, "{rested:?} {calm:?}");
	assert!(when.iter().all(|block| block.is_some_and(|block| block < 600)), "{when:?}");
}
