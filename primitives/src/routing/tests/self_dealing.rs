//! No gain from self-dealing at equal stake: two equal nodes serve the same honest demand, and one of them also sends
//! itself jobs, from its operator's account and from a crowd of fresh ones.

use super::*;
use crate::{
	trust::{HopEnd::*, Perspective},
	units::{CDT, MINUTES},
	BlockNumber,
};
use std::collections::BTreeMap;

/// The honest node and the self-dealer, with one stake each.
const HONEST: NodeId = 1;
const DEALER: NodeId = 2;
/// A third operator's node.
const OTHER: NodeId = 3;
/// A node of the dealer's under another name: a second stake.
const TWIN: NodeId = 4;
const FULL: Balance = 10 * CDT;
/// Honest customers.
const CLIENTS: u32 = 10;
/// First number of the crowd's accounts; an operator's own has the number of its node, far above.
const CROWD: u32 = 1_000;
const ACCOUNTS: u32 = 20;
const OPERATOR: u32 = 1_000_000;
/// Eleven hours.
const END: BlockNumber = 20_000;
/// What the dealer may be ahead where it does pay for a say: one part in a hundred.
const TOLERANCE: u32 = ONE / 100;
/// What the order in which nodes are asked may make out where nobody has paid anything before.
const ORDER: u32 = ONE / 500;

/// Whom the dealer's crowd asks for work. It does so every forty blocks, each account in turn.
#[derive(Clone, Copy, PartialEq)]
enum Crowd {
	/// There is none.
	None,
	/// The dealer's node alone; its operator's own account does the same.
	ForItself,
	/// The dealer's node and the honest one by turns: a say has to be bought from others.
	WithRival,
	/// The dealer's two nodes by turns.
	WithTwin,
}

/// What everybody knows of a node.
#[derive(Clone, Debug, PartialEq)]
struct Public {
	trust: u32,
	state: CapabilityState,
}

struct World {
	tempo: Tempo,
	memories: BTreeMap<u32, Memory>,
	nodes: BTreeMap<NodeId, Public>,
	/// Every hop counts in full: what the world would be like without voices.
	credulous: bool,
	/// Fees that the dealer has burned.
	burned: Balance,
	now: BlockNumber,
}

impl World {
	/// Customers have paid so much in the months before.
	fn new(credulous: bool, past: Balance) -> Self {
		let newcomer = Public { trust: NEUTRAL, state: CapabilityState::new(rain()) };
		let nodes = [HONEST, DEALER, OTHER, TWIN].map(|node| (node, newcomer.clone()));
		let mut world = Self {
			tempo: Tempo::default(),
			memories: BTreeMap::new(),
			nodes: nodes.into(),
			credulous,
			burned: 0,
			now: 0,
		};
		for client in 0..CLIENTS {
			world.hop(client, OTHER, Agreed, Tone::Early, past);
		}
		world
	}

	fn hop(&mut self, from: u32, node: NodeId, end: HopEnd, tone: Tone, fee: Balance) {
		let hop = Hop { fee, ..hop(node, end, tone) };
		let own = from == OPERATOR + node;
		let speaker = if own { Speaker::Own } else { Speaker::Client };
		let memory = self.memories.entry(from).or_default();
		let voice = memory.note(&hop, speaker, &self.tempo, FULL, self.now).voice;
		let voice = if self.credulous { ONE } else { voice };
		let public = self.nodes.get_mut(&node).unwrap();
		public.trust = trust(public.trust, end, voice);
		public.state.note(end, tone, voice, self.now);
	}

	/// The same demand for all, with the same chance mishaps for the two that are compared.
	fn serve(&mut self, dice: &mut Dice) {
		for client in 0..CLIENTS {
			let end = match dice.below(100) {
				0..=2 => Dissented,
				3..=5 => Silent,
				_ => Agreed,
			};
			let tone = dice.one_of(&TONES);
			for node in [HONEST, DEALER, OTHER] {
				self.hop(client, node, end, tone, SEAT_FEE);
			}
		}
	}

	fn deal(&mut self, crowd: Crowd, fee: Balance) {
		let asked: &[NodeId] = match crowd {
			Crowd::None => return,
			Crowd::ForItself => &[DEALER],
			Crowd::WithRival => &[DEALER, HONEST],
			Crowd::WithTwin => &[DEALER, TWIN],
		};
		for node in asked {
			for account in (CROWD..CROWD + ACCOUNTS).chain([OPERATOR + DEALER]) {
				self.hop(account, *node, Agreed, Tone::Early, fee);
				self.burned += fee;
			}
		}
	}

	fn perspective(&self, of: u32) -> Perspective {
		self.memories.get(&of).map(|m| m.perspective(&self.tempo, self.now)).unwrap_or_default()
	}

	/// Score of an idle, fresh, near node, as `of` sees it.
	fn score(&self, of: u32, node: NodeId) -> u64 {
		let (public, perspective) = (&self.nodes[&node], self.perspective(of));
		Factors {
			trust: public.trust,
			quality: public.state.quality,
			load: 0,
			connection: perspective.connection(node),
			threat: perspective.threat(node),
			preference: ONE,
			freshness: ONE,
			proximity: ONE,
		}
		.score()
	}

	/// How far the dealer is ahead of the honest node, in trust and in quality.
	fn lead(&self) -> (u32, u32) {
		let (honest, dealer) = (&self.nodes[&HONEST], &self.nodes[&DEALER]);
		(
			dealer.trust.saturating_sub(honest.trust),
			dealer.state.quality.saturating_sub(honest.state.quality),
		)
	}
}

/// Lets the world run, and looks at it every ten minutes.
fn run(mut world: World, crowd: Crowd, fee: Balance, mut look: impl FnMut(&World)) -> World {
	let mut dice = Dice(30);
	for block in 1..=END {
		world.now = block;
		if block % 20 == 0 {
			world.serve(&mut dice);
		}
		if block % 40 == 0 {
			world.deal(crowd, fee);
		}
		if block % (10 * MINUTES) == 0 {
			look(&world);
		}
	}
	world
}

/// Customers of some months.
fn settled() -> World {
	World::new(false, 10 * CDT)
}

/// Customers are as new as the crowd.
fn young() -> World {
	World::new(false, 0)
}

/// To everybody else it is as if there had been no dealing: not one part in a million is different; though it burns a thousand times the usual fees, more than all its honest customers have ever paid, and in a
/// network where nobody has a past.
#[test]
fn dealing_with_oneself_should_gain_nothing() {
	for begin in [settled, young] {
		for fee in [SEAT_FEE, 1_000 * SEAT_FEE] {
			let mut looks = 0;
			let with = run(begin(), Crowd::ForItself, fee, |world| {
				looks += 1;
				// Where nobody has a past, who is asked second is ahead by the fee for the first.
				let (trust, quality) = world.lead();
				assert!(trust <= ORDER && quality <= ORDER, "{trust} {quality}, {}", world.now);
				// To customers, and to somebody who has never heard of either.
				for of in [0, CLIENTS - 1, 77] {
					let (honest, dealer) = (world.score(of, HONEST), world.score(of, DEALER));
					assert!(dealer <= honest + honest / 250, "{dealer} {honest}");
				}
			});
			assert!(looks > 60);
			assert_eq!(with.burned, Balance::from(ACCOUNTS + 1) * 500 * fee);
			let without = run(begin(), Crowd::None, 0, |_| ());
			for node in [HONEST, DEALER, OTHER] {
				let (one, other) = (&with.nodes[&node], &without.nodes[&node]);
				assert_eq!(one.trust, other.trust);
				assert_eq!(aggregate([&one.state]), aggregate([&other.state]));
				assert_eq!(one.state.volume, other.state.volume);
			}
		}
	}
	let honest = run(settled(), Crowd::None, 0, |_| ()).nodes[&HONEST].clone();
	assert!(honest.trust > 700_000 && honest.state.quality > 700_000, "honest work is seen");
}

#[test]
fn what_others_have_learnt_should_not_change() {
	let without = run(settled(), Crowd::None, 0, |_| ());
	for crowd in [Crowd::ForItself, Crowd::WithRival, Crowd::WithTwin] {
		let with = run(settled(), crowd, 100 * SEAT_FEE, |_| ());
		for client in 0..CLIENTS {
			assert_eq!(with.memories[&client], without.memories[&client]);
			let perspective = with.perspective(client);
			assert_eq!(perspective.connection(DEALER), perspective.connection(HONEST));
			assert_eq!(perspective.threat(DEALER), perspective.threat(HONEST));
		}
	}
}

/// Whoever buys a say from a rival lifts the rival as much as itself.
#[test]
fn a_say_that_is_bought_from_a_rival_should_lift_the_rival_too() {
	let without = run(young(), Crowd::None, 0, |_| ());
	let world = run(young(), Crowd::WithRival, 100 * SEAT_FEE, |world| {
		let (trust, quality) = world.lead();
		assert!(trust <= TOLERANCE && quality <= TOLERANCE, "{trust} {quality}, {}", world.now);
	});
	assert!(world.nodes[&HONEST].trust > without.nodes[&HONEST].trust, "it is a say");
}

/// With a second stake, and at ordinary fees, ten thousand jobs do not get the dealer anywhere among settled customers.
#[test]
fn a_second_name_should_gain_next_to_nothing_at_ordinary_fees() {
	let world = run(settled(), Crowd::WithTwin, SEAT_FEE, |world| {
		let (trust, quality) = world.lead();
		assert!(trust <= TOLERANCE && quality <= TOLERANCE, "{trust} {quality}, {}", world.now);
		for of in [0, CLIENTS - 1, 77] {
			let (honest, dealer) = (world.score(of, HONEST), world.score(of, DEALER));
			assert!(dealer <= honest + honest / 50, "{dealer} {honest}");
		}
	});
	assert_eq!(world.burned, 2 * Balance::from(ACCOUNTS + 1) * 500 * SEAT_FEE);
}

/// What is left of the attack is its price: the say that its fees are a part of all fees, and no more.
#[test]
fn a_second_name_should_get_the_say_that_it_pays_for() {
	let world = run(settled(), Crowd::WithTwin, 20 * SEAT_FEE, |_| ());
	assert!(world.burned > 14 * FULL, "{}", world.burned);
	let say = |accounts: core::ops::Range<u32>| -> u64 {
		let but = hop(DEALER, Agreed, Tone::Early).operator;
		let paid = |of: &u32| world.memories[of].paid(Some(&but), &world.tempo, END);
		accounts.map(|of| u64::from(standing(paid(&of), FULL))).sum()
	};
	let (honest, crowd) = (say(0..CLIENTS), say(CROWD..CROWD + ACCOUNTS));
	let bought = Balance::from(crowd) * FULL;
	assert!(bought <= world.burned * u128::from(ONE), "no more than what was paid");
	let part = crowd * u64::from(ONE) / (honest + crowd);
	let (trust, _) = world.lead();
	// Its hops all agree, so it fills at most its part of what is missing to full trust.
	let missing = ONE - world.nodes[&HONEST].trust;
	let bound = (u64::from(missing) * part / u64::from(ONE)) as u32 + TOLERANCE;
	assert!(trust > 0 && trust <= bound, "{trust} of at most {bound}");
}

/// Without voices the same dealing lifts the dealer far beyond any tolerance: the tests above can fail.
#[test]
fn if_everybody_were_believed_dealing_with_oneself_would_pay() {
	let mut most = (0, 0);
	run(World::new(true, 10 * CDT), Crowd::ForItself, SEAT_FEE, |world| {
		let (trust, quality) = world.lead();
		most = (most.0.max(trust), most.1.max(quality));
	});
	assert!(most.0 > 5 * TOLERANCE && most.1 > 5 * TOLERANCE, "{most:?}");
}
