//! Ties and memories: what an originator remembers, and what it forgets first.

use super::*;
use crate::{
	trust::HopEnd::*,
	trust::MAX_TIES,
	units::{CDT, DAYS},
	BlockNumber,
};
use codec::MaxEncodedLen;

const FULL: Balance = 10 * CDT;

fn met(node: NodeId, now: BlockNumber) -> Tie {
	Tie::new(node, operator_tag(&hop(node, Agreed, Tone::Early).operator), now)
}

/// A hop of a customer.
fn note(memory: &mut Memory, node: NodeId, end: HopEnd, block: BlockNumber) -> Noted {
	let hop = hop(node, end, Tone::Early);
	memory.note(&hop, Speaker::Client, &Tempo::default(), FULL, block)
}

/// A memory of having paid so much for the work of node 99.
fn customer(paid: Balance, tempo: &Tempo) -> Memory {
	let mut memory = Memory::default();
	let past = Hop { fee: paid, ..hop(99, Agreed, Tone::Early) };
	assert_eq!(memory.note(&past, Speaker::Client, tempo, FULL, 0).voice, 0);
	memory
}

fn any_hop(dice: &mut Dice, nodes: u64) -> Hop {
	Hop {
		share: dice.any(),
		fee: u128::from(dice.next()) << dice.below(65),
		..hop(dice.below(nodes) as NodeId, dice.one_of(&ENDS), dice.one_of(&TONES))
	}
}

fn any_tempo(dice: &mut Dice) -> Tempo {
	let mut blocks = || dice.any().clamp(1, Tempo::LONGEST);
	Tempo {
		reciprocity: blocks(),
		connection: blocks(),
		threat: blocks(),
		voice: blocks(),
		standing: blocks(),
	}
}

#[test]
fn a_memory_should_stay_sound_whatever_happens() {
	let mut memory = Memory::default();
	let mut now: BlockNumber = 0;
	for_all(20, |dice| {
		let tempo = any_tempo(dice);
		// Now and then the clock stands still, leaps, or is at its end.
		now = match dice.below(50) {
			0 => u32::MAX,
			1 => dice.any(),
			_ => now.saturating_add(dice.below(3_000) as u32),
		};
		let speaker = dice.one_of(&[Speaker::Own, Speaker::Client, Speaker::Peer]);
		let noted = memory.note(&any_hop(dice, 100), speaker, &tempo, FULL, now);
		assert!(noted.voice <= ONE && (speaker != Speaker::Own || noted.voice == 0));
		assert!(memory.ties.len() <= MAX_TIES as usize && memory.ties.iter().all(Tie::is_valid));
		let mut nodes: Vec<_> = memory.ties.iter().map(|tie| tie.node).collect();
		nodes.sort_unstable();
		nodes.dedup();
		assert_eq!(nodes.len(), memory.ties.len());

		let views = memory.perspective(&tempo, now);
		let strengths: Vec<_> = views.0.iter().map(|v| strength(v.weight, v.threat)).collect();
		assert!(strengths.windows(2).all(|pair| pair[0] >= pair[1]), "strongest first");
		assert!(views.0.iter().all(|v| v.weight <= ONE
			&& v.weight >= W_MIN
			&& v.threat <= ONE
			&& v.reciprocity.unsigned_abs() <= ONE));
	});
	assert_eq!(memory.ties.len(), MAX_TIES as usize);
}

#[test]
fn a_memory_should_be_small_enough_to_be_read_for_every_job() {
	assert!(Memory::max_encoded_len() <= 3 * 1_024, "{}", Memory::max_encoded_len());
}

/// How many hops until a node is affirmed, as documented.
#[test]
fn affirmation_should_take_as_long_as_documented() {
	let hops = |apart: BlockNumber, share| {
		let (tempo, mut tie) = (Tempo::default(), met(1, 0));
		let told = (1..100).find(|n| {
			let hop = Hop { share, ..hop(1, Agreed, Tone::Early) };
			tie.note(&hop, &tempo, n * apart).is_some()
		});
		told.unwrap()
	};
	// Idle but for this hop an hour.
	assert_eq!(hops(1_800, ONE / 8), 6);
	// In balance from the beginning.
	let level = |n: u32| (0..n).fold(W_INIT, |w, _| connection(w, 500_000));
	assert!(level(20) < AFFIRMED_FROM && level(30) >= AFFIRMED_FROM);
}

#[test]
fn reading_a_tie_twice_should_be_like_reading_it_once() {
	for_all(21, |dice| {
		let tempo = any_tempo(dice);
		let mut blocks = [dice.any(), dice.any(), dice.any()];
		blocks.sort_unstable();
		let [a, b, c] = blocks;
		let tie = Tie {
			weight: dice.part().max(W_MIN),
			given: dice.part(),
			threat: dice.part(),
			spent: dice.part(),
			paid: dice.next(),
			..met(1, a)
		};
		let once = tie.as_of(&tempo, c);
		let twice = Tie { last_active: b, ..tie.as_of(&tempo, b) }.as_of(&tempo, c);
		for (one, two) in [
			(once.weight, twice.weight),
			(once.given, twice.given),
			(once.threat, twice.threat),
			(once.spent, twice.spent),
		] {
			assert!(one.abs_diff(two) <= 2, "{one} {two}");
		}
		assert!(once.paid.abs_diff(twice.paid) <= 2 + (once.paid >> 30));
	});
}

#[test]
fn good_work_should_make_a_strong_connection_and_time_should_wear_it_off() {
	let (tempo, mut tie) = (Tempo::default(), met(1, 0));
	let mut crossings = Vec::new();
	for n in 1..=20 {
		crossings.extend(tie.note(&hop(1, Agreed, Tone::Early), &tempo, n * 100));
	}
	assert_eq!(crossings.len(), 1, "told once");
	assert!(matches!(crossings[0], Crossing::Affirmed(w) if w >= AFFIRMED_FROM));
	assert!(tie.weight > 850_000 && tie.threat == 0 && tie.affirmed);

	let excess = tie.weight - W_INIT;
	let week = tie.as_of(&tempo, tie.last_active + 7 * DAYS);
	assert_eq!(week.weight, W_INIT + excess / 2);
	let year = tie.as_of(&tempo, tie.last_active + 365 * DAYS);
	assert_eq!(year.weight, W_INIT);
}

#[test]
fn bad_work_should_make_a_threat_and_time_or_good_work_should_mend_it() {
	let (tempo, mut tie) = (Tempo::default(), met(1, 0));
	assert_eq!(tie.note(&hop(1, Dissented, Tone::Early), &tempo, 1), None);
	assert_eq!((tie.threat, tie.strikes), (250_000, 1));
	let crossing = tie.note(&hop(1, Dissented, Tone::Early), &tempo, 2);
	assert_eq!(crossing, Some(Crossing::Threatened(625_000)));
	assert_eq!(tie.note(&hop(1, Dissented, Tone::Early), &tempo, 3), None, "told once");
	assert!(tie.weight < 400_000 && tie.threatened);

	let day = tie.as_of(&tempo, 3 + DAYS);
	assert_eq!(day.threat, tie.threat / 2);
	let before = tie.threat;
	assert_eq!(tie.note(&hop(1, Agreed, Tone::Early), &tempo, 4), None);
	assert_eq!((tie.threat, tie.strikes), (before - before / 4, 0), "an affirmation");
	let mut silent = met(2, 0);
	for n in 1..=4 {
		silent.note(&hop(2, Silent, Tone::Late), &tempo, n);
		assert_eq!(silent.threatened, n == 4, "four silences");
	}
}

#[test]
fn declining_should_cost_the_connection_and_raise_no_alarm() {
	let (tempo, mut tie) = (Tempo::default(), met(1, 0));
	tie.strikes = 1;
	assert_eq!(tie.note(&hop(1, Declined, Tone::Early), &tempo, 1), None);
	assert!(tie.weight < W_INIT);
	assert_eq!((tie.threat, tie.given, tie.strikes), (0, 0, 1));
}

#[test]
fn a_flood_from_one_originator_should_turn_its_own_reciprocity_negative() {
	let (tempo, mut tie) = (Tempo::default(), met(1, 0));
	let mut signs = Vec::new();
	for block in 0..300 {
		tie.note(&hop(1, Agreed, Tone::Early), &tempo, block);
		signs.push(tie.reciprocity(&tempo) >= 0);
	}
	let turned = signs.iter().position(|balanced| !balanced).unwrap();
	assert!(turned > 20 && signs[turned..].iter().all(|balanced| !balanced));
	let flooded = tie.weight;
	assert!(flooded < 600_000, "{flooded}");
	// A quarter of an hour of rest, and it is in balance again.
	assert!(tie.as_of(&tempo, 750).reciprocity(&tempo) > 0);
}

#[test]
fn idle_strangers_should_be_forgotten_first_and_threats_last() {
	let mut memory = Memory::default();
	let mut note = |node, end, block| note(&mut memory, node, end, block).forgotten;
	// The threat is the oldest of all, then one that was asked once long ago, then friends.
	assert_eq!((note(1, Dissented, 1), note(1, Dissented, 2)), (None, None));
	assert_eq!(note(2, Agreed, 3), None);
	let friends = 1_000..1_000 + MAX_TIES - 2;
	for friend in friends.clone() {
		let gone = (0..6).filter_map(|_| note(friend, Agreed, DAYS - 100)).count();
		assert_eq!(gone, 0);
	}
	assert_eq!(note(2_000, Agreed, DAYS), Some(2));
	// Whoever is met now, however well, the threat of yesterday is kept.
	for friend in friends.map(|old| old + 2_000) {
		let gone: Vec<_> = (0..6).filter_map(|_| note(friend, Agreed, DAYS)).collect();
		assert!(gone.len() == 1 && gone != [1], "{gone:?}");
	}
}

#[test]
fn an_own_hop_should_have_no_voice_and_a_peers_only_that_of_its_fee() {
	let tempo = Tempo::default();
	let said = |speaker, fee| {
		let mut memory = customer(100 * CDT, &tempo);
		let noted =
			memory.note(&Hop { fee, ..hop(1, Agreed, Tone::Early) }, speaker, &tempo, FULL, 1);
		let paid = memory.ties.iter().find(|tie| tie.node == 1).unwrap().paid;
		assert_eq!(Balance::from(paid), if speaker == Speaker::Client { fee } else { 0 });
		noted.voice
	};
	assert_eq!(said(Speaker::Own, CDT), 0);
	assert_eq!(said(Speaker::Client, 0), ONE);
	assert_eq!(said(Speaker::Client, 7), ONE);
	assert_eq!(said(Speaker::Peer, CDT), ONE / 10);
	assert_eq!(said(Speaker::Peer, SEAT_FEE), 34);
}

#[test]
fn fees_for_an_operators_work_should_buy_no_say_about_that_operator() {
	let tempo = Tempo::default();
	let mut memory = Memory::default();
	let mut say = |node, operator, fee| {
		let hop = Hop { fee, operator: [operator; 16], ..hop(node, Agreed, Tone::Early) };
		memory.note(&hop, Speaker::Client, &tempo, FULL, 1).voice
	};
	// Two nodes of one operator, and one of another.
	assert_eq!((say(1, 1, FULL), say(1, 1, FULL), say(2, 1, FULL)), (0, 0, 0));
	assert_eq!(say(3, 2, FULL / 2), ONE);
	assert_eq!(say(4, 1, FULL), ONE / 2);
	assert_eq!(say(5, 2, FULL), ONE);
}

#[test]
fn standing_should_fade_unless_it_is_kept_up() {
	let tempo = Tempo::default();
	let mut memory = customer(FULL, &tempo);
	assert_eq!(memory.paid(None, &tempo, 30 * DAYS), FULL / 2);
	let later = memory.note(&hop(1, Agreed, Tone::Early), Speaker::Client, &tempo, FULL, 60 * DAYS);
	assert_eq!(later.voice, ONE / 4);
	assert_eq!(memory.paid(None, &tempo, 60 * DAYS), FULL / 4 + SEAT_FEE);
	assert_eq!(memory.paid(Some(&[99; 16]), &tempo, 60 * DAYS), SEAT_FEE);
}

/// Who has said all that it has to say about a node cannot speak afresh by having the node forgotten.
#[test]
fn what_was_said_should_not_be_forgotten_for_the_sake_of_new_ties() {
	let mut memory = customer(FULL, &Tempo::default());
	let said = (0..30).map(|_| note(&mut memory, 1, Agreed, 1).voice).last().unwrap();
	assert!(said < 1_000);
	// Nothing else speaks for keeping it.
	memory.ties.iter_mut().filter(|tie| tie.node == 1).for_each(|tie| tie.weight = W_INIT);
	for node in 1_000..1_200 {
		assert!(note(&mut memory, node, Agreed, 1).forgotten != Some(1));
	}
	assert!(note(&mut memory, 1, Agreed, 1).voice < 1_000);
}

#[test]
fn idle_ties_should_be_forgotten_and_active_ones_kept() {
	let (tempo, mut memory) = (Tempo::default(), Memory::default());
	for (node, block) in [(1, 10), (2, 50), (3, 90)] {
		memory.note(&hop(node, Agreed, Tone::Early), Speaker::Client, &tempo, FULL, block);
	}
	assert!(memory.forget(50, 100));
	assert_eq!(memory.ties.iter().map(|tie| tie.node).collect::<Vec<_>>(), [3]);
	assert!(!memory.forget(50, 140));
}
