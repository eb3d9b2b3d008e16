//! Each formula: bounded, monotone where it claims to be, and sound at the extremes.

use super::*;
use crate::{
	trust::HopEnd::*,
	units::{CDT, DAYS, HOURS},
};

#[test]
fn time_should_not_get_lost_between_two_looks() {
	for_all(1, |dice| {
		let half_life = dice.any();
		let mut blocks = [dice.any(), dice.any(), dice.any()];
		blocks.sort_unstable();
		let [a, b, c] = blocks;
		let split = steps(half_life, a, b).saturating_add(steps(half_life, b, c));
		let whole = steps(half_life, a, c);
		// At the saturation nothing is left of anything.
		assert!(split == whole || (whole == u32::MAX && split > 200 * STEPS));
		assert_eq!(steps(half_life, c, a), 0, "time does not go back");
	});
	// A hop in every block still lets a five-minute half-life pass.
	let passed = (0..150).map(|block| steps(150, block, block + 1)).sum::<u32>();
	assert_eq!(passed, STEPS);
}

#[test]
fn looking_twice_should_fade_like_looking_once() {
	for_all(2, |dice| {
		let value = dice.part();
		let (a, b) = (dice.below(400) as u32, dice.below(400) as u32);
		let (once, twice) = (fade(value, a + b), fade(fade(value, a), b));
		assert!(once.abs_diff(twice) <= 2, "{value} over {a} and {b}: {once}, {twice}");
		// Whole half-lives are exact, whatever the value.
		let (value, a, b) = (dice.any(), a % 40, b % 40);
		let halved = fade(fade(value, a * STEPS), b * STEPS);
		assert_eq!(halved, fade(value, (a + b) * STEPS));
		assert_eq!(halved, value.checked_shr(a + b).unwrap_or(0));
	});
}

#[test]
fn fading_should_be_monotone_and_end_at_nothing() {
	for_all(3, |dice| {
		let (value, more) = (dice.any(), dice.any());
		let (low, high) = (value.min(more), value.max(more));
		let n = dice.below(600) as u32;
		assert_eq!(fade(value, 0), value);
		assert!(fade(value, n) <= value && fade(low, n) <= fade(high, n));
		assert!(fade(value, n + 1) <= fade(value, n));
		assert_eq!(fade(value, dice.any().max(32 * STEPS)), 0);
		assert_eq!(fade_wide(value.into(), n), u64::from(fade(value, n)));

		let money = dice.next() >> dice.below(64);
		assert!(fade_wide(money, n) <= money && fade_wide(money, n + 1) <= fade_wide(money, n));
		assert_eq!(fade_wide(money, 0), money);
		assert_eq!(fade_wide(money, 3 * STEPS), money >> 3);
		let split = fade_wide(fade_wide(money, n), 100);
		// The table has 32 bits.
		assert!(fade_wide(money, n + 100).abs_diff(split) <= 2 + (split >> 30));
	});
	assert_eq!(fade_wide(u64::MAX, STEPS), u64::MAX >> 1);
	// A quarter of a half-life: 2^(−1/4).
	assert_eq!(fade(ONE, 4), 840_896);
}

#[test]
fn what_rests_should_come_back_from_either_side_without_passing() {
	for_all(4, |dice| {
		let (value, rest) = (dice.part(), dice.part());
		let n = dice.below(600) as u32;
		let now = relax(value, rest, n);
		assert!((value.min(rest)..=value.max(rest)).contains(&now));
		assert_eq!(relax(value, rest, 20 * STEPS), rest);
	});
}

#[test]
fn tone_should_worsen_with_time_alone() {
	for_all(5, |dice| {
		let (from, window) = (dice.any(), dice.any());
		let by = from.saturating_add(window);
		let (one, other) = (dice.any(), dice.any());
		let (sooner, later) = (one.min(other), one.max(other));
		assert!(tone(from, by, sooner) <= tone(from, by, later));
		assert_eq!(tone(by, from.min(by), later), Tone::Late, "no window is a missed one");
	});
	let at = |block| tone(100, 116, block);
	assert_eq!([100, 108].map(at), [Tone::Early; 2]);
	assert_eq!([109, 112].map(at), [Tone::Timely; 2]);
	assert_eq!([113, 116, 900].map(at), [Tone::Late; 3]);
}

#[test]
fn the_better_hop_should_have_the_better_quality() {
	let agreed = TONES.map(|tone| quality(Agreed, tone));
	assert!(agreed[0] > agreed[1] && agreed[1] > agreed[2] && agreed[2] > NEUTRAL);
	for tone in TONES {
		assert!(quality(Declined, tone) < NEUTRAL && quality(Declined, tone) > 0);
		assert_eq!((quality(Silent, tone), quality(Dissented, tone)), (0, 0));
	}
}

fn pricey(node: NodeId, fee: Balance) -> Hop {
	Hop { fee, ..hop(node, Agreed, Tone::Early) }
}

fn any_state(dice: &mut Dice) -> CapabilityState {
	CapabilityState { quality: dice.part(), volume: dice.any(), ..CapabilityState::new(rain()) }
}

#[test]
fn quality_should_stay_in_bounds_follow_the_hop_and_slow_down_with_volume() {
	for_all(6, |dice| {
		let state = any_state(dice);
		let (end, tone, voice) = (dice.one_of(&ENDS), dice.one_of(&TONES), dice.any());
		let noted = |mut state: CapabilityState, end, tone, voice| {
			state.note(end, tone, voice, 9);
			state
		};
		let after = noted(state, end, tone, voice);
		let sample = quality(end, tone);
		let between = state.quality.min(sample)..=state.quality.max(sample);
		assert!(between.contains(&after.quality), "it moves towards the hop, and not beyond");
		assert!(after.volume >= state.volume && after.volume - state.volume <= HOP_VOLUME);

		let (other, mood) = (dice.one_of(&ENDS), dice.one_of(&TONES));
		let rival = noted(state, other, mood, voice);
		if quality(other, mood) >= sample {
			assert!(rival.quality >= after.quality);
		}
		// The old hand moves less, and a louder voice moves more.
		let old = CapabilityState { volume: state.volume.saturating_add(dice.any()), ..state };
		let step = |one: &CapabilityState| one.quality.abs_diff(state.quality);
		assert!(step(&noted(old, end, tone, voice)) <= step(&after));
		let louder = voice.saturating_add(dice.any());
		assert!(step(&noted(state, end, tone, louder)) >= step(&after));
		// Without a voice nothing counts.
		let silent = noted(state, end, tone, 999);
		assert_eq!((silent.quality, silent.volume), (state.quality, state.volume));
	});
}

#[test]
fn a_newcomers_quality_should_be_the_mean_of_its_hops_and_four_neutral_ones() {
	let mut state = CapabilityState::new(rain());
	assert!(state.is_unused());
	for (hop, mean) in [(Agreed, 600_000), (Agreed, 666_666), (Dissented, 571_428)] {
		state.note(hop, Tone::Early, ONE, 1);
		assert!(state.quality.abs_diff(mean) <= 2, "{} {mean}", state.quality);
	}
	assert_eq!((state.volume, state.last_used, state.is_unused()), (3 * HOP_VOLUME, 1, false));
	// A dozen hops on, each weighs a sixteenth.
	(0..20).for_each(|_| state.note(Agreed, Tone::Early, ONE, 2));
	let before = state.quality;
	state.note(Silent, Tone::Late, ONE, 3);
	assert_eq!(state.quality, before - before / 16);
}

#[test]
fn the_aggregate_should_lie_among_the_qualities_and_lean_to_what_is_used() {
	assert_eq!(aggregate(&[]), NEUTRAL);
	assert_eq!(aggregate(&[CapabilityState::new(rain())]), NEUTRAL);
	let state =
		|quality, volume| CapabilityState { quality, volume, ..CapabilityState::new(rain()) };
	assert_eq!(aggregate(&[state(920_000, 1_000), state(610_000, 3_000)]), 687_500);
	for_all(7, |dice| {
		let states: Vec<_> = (0..1 + dice.below(16)).map(|_| any_state(dice)).collect();
		let used = || states.iter().filter(|state| state.volume > 0).map(|state| state.quality);
		let all = aggregate(&states);
		match (used().min(), used().max()) {
			(Some(least), Some(most)) => assert!((least..=most).contains(&all)),
			_ => assert_eq!(all, NEUTRAL),
		}
	});
}

#[test]
fn trust_should_stay_in_bounds_and_follow_the_hop_by_its_voice() {
	for_all(8, |dice| {
		let (old, voice, more) = (dice.part(), dice.any(), dice.any());
		let after = |end, voice| trust(old, end, voice);
		assert!(after(Agreed, voice) >= old && after(Agreed, voice) <= ONE);
		assert!(after(Silent, voice) <= old);
		assert!(after(Dissented, voice) <= after(Silent, voice), "a lie is worse than silence");
		assert_eq!(after(Declined, voice), old);
		let (soft, loud) = (voice.min(more), voice.max(more));
		assert!(after(Agreed, loud) >= after(Agreed, soft));
		assert!(after(Dissented, loud) <= after(Dissented, soft));
		for end in ENDS {
			assert_eq!(after(end, 0), old);
			assert!(trust(old.max(soft.min(ONE)), end, voice) >= after(end, voice));
		}
	});
	assert_eq!(trust(u32::MAX, Agreed, u32::MAX), ONE);
}

#[test]
fn trust_should_settle_where_its_documentation_says() {
	for (dissents, place) in [(0, 1_000_000), (5, 826_000), (20, 500_000)] {
		let mut dice = Dice(9);
		let (mut now, mut sum) = (NEUTRAL, 0u64);
		for round in 0..20_000 {
			let end = if dice.chance(dissents) { Dissented } else { Agreed };
			now = trust(now, end, ONE);
			sum += if round < 10_000 { 0 } else { u64::from(now) };
		}
		let mean = (sum / 10_000) as u32;
		assert!(mean.abs_diff(place) < 15_000, "{dissents} %: {mean} for {place}");
	}
}

#[test]
fn an_overload_should_turn_reciprocity_negative() {
	for_all(10, |dice| {
		let half_life = dice.any();
		let (one, other) = (dice.any(), dice.any());
		let (little, much) = (one.min(other), one.max(other));
		assert!(rho(little, half_life) >= rho(much, half_life));
		assert!(rho(one, half_life) <= RHO_MAX);

		let r = reciprocity(dice.any());
		assert!((-(ONE as i32)..=600_000).contains(&r));
		let rising = [little, much].map(reciprocity);
		assert!(rising[0] <= rising[1]);

		let (a, b) = (dice.signed(), dice.signed());
		assert_eq!(sigma(a), -sigma(-a), "odd");
		assert!(sigma(a.min(b)) <= sigma(a.max(b)) && sigma(a).unsigned_abs() <= ONE);
		assert!(sigma(a).unsigned_abs() >= a.unsigned_abs());
		assert_eq!(sigma(a).signum(), a.signum());
	});
	let tempo = Tempo::default();
	let balance = fair(tempo.reciprocity) as u32;
	let r = |given| reciprocity(rho(given, tempo.reciprocity));
	assert_eq!(r(balance), 0);
	assert_eq!(r(0), 600_000);
	assert!(r(balance + balance / 10) < 0 && r(balance / 10 * 9) > 0);
	assert_eq!(
		(reciprocity(0), reciprocity(ONE / 2), reciprocity(2 * ONE)),
		(-1_000_000, -333_333, 333_333)
	);
	assert_eq!((sigma(i32::MIN), sigma(i32::MAX)), (-1_000_000, 1_000_000));
}

#[test]
fn what_a_hop_cost_should_grow_with_its_time_and_share() {
	for_all(11, |dice| {
		let (share, more) = (dice.any(), dice.any());
		for tone in TONES {
			assert_eq!(busy(Declined, tone, share), 0);
			assert!(busy(Agreed, tone, share.min(more)) <= busy(Agreed, tone, share.max(more)));
			assert_eq!(busy(Silent, tone, share), busy(Agreed, Tone::Late, share));
		}
		let [early, timely, late] = TONES.map(|tone| busy(Agreed, tone, share));
		assert!(early <= timely && timely <= late);
	});
	assert_eq!(busy(Agreed, Tone::Early, ONE / 4), ONE);
}

#[test]
fn reinforcement_should_be_bounded_and_rise_with_all_that_is_good() {
	for_all(12, |dice| {
		let (a, b) = (dice.signed(), dice.any() as i32);
		for tone in TONES {
			for end in ENDS {
				let phi = reinforcement(end, tone, b);
				assert!(phi.unsigned_abs() <= ONE);
				let [low, high] = [a.min(b), a.max(b)].map(|s| reinforcement(end, tone, s));
				assert!(low <= high);
			}
			let by_end = ENDS.map(|end| reinforcement(end, tone, a));
			assert!(by_end.windows(2).all(|pair| pair[0] >= pair[1]), "{by_end:?}");
			// An idle node that is of no use is not reinforced, however idle.
			assert!(by_end[1..].iter().all(|phi| *phi <= 0));
		}
		let by_tone = TONES.map(|tone| reinforcement(Agreed, tone, a));
		assert!(by_tone.windows(2).all(|pair| pair[0] >= pair[1]));
	});
	let idle = sigma(reciprocity(RHO_MAX));
	assert!(TONES.iter().all(|tone| reinforcement(Declined, *tone, idle) < 0));
	assert_eq!(reinforcement(Agreed, Tone::Late, -(ONE as i32)), -500_000);
}

#[test]
fn a_connection_should_stay_in_bounds_and_rise_with_reinforcement() {
	for_all(13, |dice| {
		let (w, phi, better) = (dice.any(), dice.signed(), dice.any() as i32);
		let after = connection(w, phi);
		assert!((W_MIN..=ONE).contains(&after));
		assert!(connection(w, phi.min(better)) <= connection(w, phi.max(better)));
		let wider = w.saturating_add(dice.any());
		assert!(connection(w, phi) <= connection(wider, phi));
		if is_affirmation(phi) {
			assert!(after >= w.clamp(W_MIN, ONE));
		}
	});
	// It settles where (1 + Φ)/2 is, and Φ = 0 is a stranger's.
	for (phi, place) in [(0, W_INIT), (500_000, 750_000), (-500_000, 250_000), (-1_000_000, W_MIN)]
	{
		for start in [W_MIN, W_INIT, ONE] {
			let settled = (0..200).fold(start, |w, _| connection(w, phi));
			assert!(settled.abs_diff(place) <= 8, "{settled} for {place}");
		}
	}
}

#[test]
fn threat_should_rise_with_signals_alone_and_faster_when_they_repeat() {
	for_all(14, |dice| {
		let (threat, strikes) = (dice.part(), dice.any() as u8);
		for end in ENDS {
			let after = raise(threat, end, strikes);
			assert!((threat..=ONE).contains(&after));
			assert!(after <= raise(threat, end, strikes.saturating_add(1)));
			assert!(after <= raise(threat.saturating_add(dice.part()), end, strikes));
			assert_eq!(after > threat && threat < ONE - 32, is_signal(end) && threat < ONE - 32);
		}
		assert!(raise(threat, Silent, strikes) <= raise(threat, Dissented, strikes));
		assert!(reconcile(threat) <= threat);
	});
	let dissents = [0, 1, 2].iter().fold(0, |theta, n| raise(theta, Dissented, *n));
	assert_eq!(dissents, 812_500);
	assert_eq!(raise(0, Silent, 0), 62_500);
	assert_eq!(raise(u32::MAX, Dissented, 255), ONE);
}

#[test]
fn a_voice_should_be_priced_and_worth_the_less_the_more_was_said() {
	for_all(15, |dice| {
		let full = (u128::from(dice.next()) << 64 >> dice.below(128)).max(1);
		let paid = full / (1 + u128::from(dice.any())) * u128::from(dice.below(2));
		assert!(standing(paid, full) <= standing(paid.saturating_add(full / 7), full));
		assert_eq!(standing(full, full), ONE);

		let (standing, spent) = (dice.part(), dice.part());
		assert!(voice(standing, spent) <= standing);
		assert!(voice(standing, spend(spent)) <= voice(standing, spent));
		assert!(voice(standing.min(spent), 0) <= voice(standing.max(spent), 0));
		assert!(spend(spent) >= spent && spend(spent) <= ONE);
	});
	assert_eq!((standing(0, 0), standing(u128::MAX, u128::MAX), standing(0, 5)), (ONE, ONE, 0));
	assert_eq!(standing(u128::MAX / 2, u128::MAX), ONE / 2 - 1);
	assert_eq!(voice(u32::MAX, u32::MAX), 0);
}

#[test]
fn a_burst_should_never_count_for_more_than_four_hops() {
	let (mut spent, mut said) = (0, 0u64);
	for _ in 0..1_000 {
		said += u64::from(voice(ONE, spent));
		spent = spend(spent);
	}
	assert!((3_990_000..=4_010_000).contains(&said), "{said}");
}

#[test]
fn a_day_of_chatter_should_count_for_as_much_as_documented() {
	let (tempo, mut memory) = (Tempo::default(), Memory::default());
	let mut said = 0u64;
	memory.note(&pricey(2, 10 * CDT), Speaker::Client, &tempo, CDT, 0);
	for block in 0..DAYS {
		let noted = memory.note(&pricey(1, 0), Speaker::Client, &tempo, CDT, block);
		said += u64::from(noted.voice);
	}
	let hours = u64::from(DAYS / HOURS);
	let bound = (4 + hours * 28 / 10) * u64::from(ONE);
	assert!(said <= bound && said > bound * 8 / 10, "{said} of {bound}");
}

#[test]
fn splitting_a_sum_should_buy_no_more_standing() {
	for_all(16, |dice| {
		let full = 1 + u128::from(dice.next() >> dice.below(40));
		let parts: Vec<u128> =
			(0..1 + dice.below(20)).map(|_| u128::from(dice.next() >> 30)).collect();
		let split: u128 = parts.iter().map(|paid| u128::from(standing(*paid, full))).sum();
		let sum: u128 = parts.iter().sum();
		assert!(split * full <= sum * u128::from(ONE));
	});
}

#[test]
fn half_lives_should_be_between_a_block_and_a_year() {
	assert!(Tempo::default().is_valid());
	for bad in [0, Tempo::LONGEST + 1] {
		let good = Tempo::default();
		for tempo in [
			Tempo { reciprocity: bad, ..good },
			Tempo { connection: bad, ..good },
			Tempo { threat: bad, ..good },
			Tempo { voice: bad, ..good },
			Tempo { standing: bad, ..good },
		] {
			assert!(!tempo.is_valid());
		}
	}
}
