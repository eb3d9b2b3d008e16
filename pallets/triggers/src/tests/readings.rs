//! Posting readings: every one that must not count, and what a good one costs.

use crate::{mock::*, Call, Error, Event, ReadingsOf};
use concordat_primitives::{
	bundle::reading::{Fixed, OracleSignatures, Reading, ReadingValue, SourceSpec, MAX_READINGS},
	Hash,
};
use frame_support::{assert_ok, dispatch::Pays, BoundedVec};
use sp_runtime::DispatchResult;

fn post_signed(reading: &Reading, signatures: OracleSignatures) -> DispatchResult {
	post_with(reading, signatures).map(|_| ()).map_err(|e| e.error)
}

#[test]
fn a_reading_with_a_quorum_is_kept_whoever_posts_it() {
	ExtBuilder::default().build_and_execute(|| {
		let source = sensor();
		for places in [&[0, 1][..], &[0, 2], &[1, 2], &[0, 1, 2]] {
			let reading = reading(source, 40);
			assert_ok!(post_signed(&reading, signatures(&reading, places)));
		}
		let kept = ReadingsOf::<Test>::get(source);
		let sequences: Vec<_> = kept.iter().map(|reading| reading.sequence).collect();
		assert_eq!(sequences, [1, 2, 3, 4]);
		let last = kept.last().unwrap().clone();
		let event = Event::ReadingPosted { source, reading: last, triggers: 0 };
		assert_eq!(events().last(), Some(&event));
	})
}

#[test]
fn a_reading_without_a_quorum_of_different_keys_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let source = sensor();
		let reading = reading(source, 40);
		let good = signatures(&reading, &[0, 1]);
		let list = |list: &[(u8, [u8; 64])]| BoundedVec::truncate_from(list.to_vec());
		for (forged, error) in [
			(list(&[]), Error::NoQuorum),
			(list(&[good[0]]), Error::NoQuorum),
			(list(&[good[0], good[0]]), Error::SignaturesUnordered),
			(list(&[good[1], good[0]]), Error::SignaturesUnordered),
			(list(&[good[0], (2, good[0].1)]), Error::SignatureInvalid),
			(list(&[good[0], (1, [0; 64])]), Error::SignatureInvalid),
			(list(&[good[0], (3, good[1].1)]), Error::SignatureInvalid),
		] {
			refused(|| post_signed(&reading, forged.clone()), error);
		}
		assert_ok!(post_signed(&reading, good));
	})
}

#[test]
fn signatures_of_another_reading_are_no_signatures() {
	ExtBuilder::default().build_and_execute(|| {
		let source = sensor();
		let good = reading(source, 40);
		let signatures = signatures(&good, &[0, 1]);
		let mut bent = good.clone();
		bent.value = ReadingValue::Number(Fixed::whole(41));
		refused(|| post_signed(&bent, signatures.clone()), Error::SignatureInvalid);
		// Nor does one source speak for another with the same keys.
		let mut other = good.clone();
		other.source = sensor();
		refused(|| post_signed(&other, signatures.clone()), Error::SignatureInvalid);
	})
}

#[test]
fn stale_future_replayed_foreign_and_senseless_readings_are_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let source = sensor();
		measure(source, 10);
		run(30);
		let now = START + 30;
		let bend = |change: &dyn Fn(&mut Reading), error| {
			let mut reading = reading(source, 40);
			change(&mut reading);
			refused(|| post(&reading), error);
		};
		bend(&|r| r.genesis = Hash::zero(), Error::WrongChain);
		bend(&|r| r.source = 9, Error::SourceUnknown);
		bend(&|r| r.sequence = 1, Error::Replayed);
		bend(&|r| r.sequence = 0, Error::Replayed);
		bend(&|r| r.observed_at = now + 1, Error::FromTheFuture);
		bend(&|r| r.observed_at = now - 21, Error::Stale);
		bend(&|r| r.observed_at = START - 1, Error::OutOfOrder);
		bend(&|r| r.value = ReadingValue::Number(Fixed(-1)), Error::OutOfBounds);
		bend(&|r| r.value = ReadingValue::Number(Fixed::whole(2_001)), Error::OutOfBounds);
		bend(&|r| r.value = ReadingValue::Number(Fixed(1)), Error::TooPrecise);
		let document = |len, place: &str| ReadingValue::Document {
			hash: Hash::zero(),
			len,
			location: BoundedVec::truncate_from(place.into()),
		};
		bend(&|r| r.value = document(0, "ipfs://x"), Error::DocumentInvalid);
		bend(&|r| r.value = document(1, "ipfs://x,y"), Error::DocumentInvalid);
		// As old as allowed, and not replayed a second time.
		let mut oldest = reading(source, 40);
		oldest.observed_at = now - 20;
		assert_ok!(post(&oldest));
		refused(|| post(&oldest), Error::Replayed);
	})
}

#[test]
fn a_later_reading_may_skip_numbers_but_not_go_back_in_time() {
	ExtBuilder::default().build_and_execute(|| {
		let source = sensor();
		let mut far = reading(source, 1);
		far.sequence = 1_000_000;
		assert_ok!(post(&far));
		let mut earlier = reading(source, 1);
		earlier.observed_at -= 1;
		refused(|| post(&earlier), Error::OutOfOrder);
		assert_eq!(earlier.sequence, 1_000_001);
	})
}

#[test]
fn the_chain_keeps_the_last_readings_only() {
	ExtBuilder::default().build_and_execute(|| {
		let source = sensor();
		for value in 0..40 {
			measure(source, value);
		}
		let kept = ReadingsOf::<Test>::get(source);
		assert_eq!(kept.len(), MAX_READINGS as usize);
		assert_eq!((kept[0].sequence, kept[31].sequence), (9, 40));
	})
}

#[test]
fn readings_cost_nothing_up_to_a_rate_and_a_flood_pays() {
	ExtBuilder::default().build_and_execute(|| {
		let source = sensor();
		let pays = |source| {
			let reading = reading(source, 1);
			let info = post_with(&reading, signatures(&reading, &[0, 1])).unwrap();
			info.pays_fee == Pays::Yes
		};
		assert!(!pays(source), "the first is free");
		assert!(pays(source), "the second in the same block is not");
		run(3);
		assert!(pays(source), "not before four blocks are over");
		run(1);
		assert!(!pays(source));
		// Two of a block, over all sources.
		let (a, b) = (sensor(), sensor());
		assert!(!pays(a));
		assert!(pays(b), "the block has none left");
		run(1);
		assert!(!pays(b), "which does not count against the source");
	})
}

#[test]
fn a_reading_that_is_refused_pays() {
	ExtBuilder::default().build_and_execute(|| {
		let source = sensor();
		let mut bad = reading(source, 1);
		bad.genesis = Hash::zero();
		let error = post_with(&bad, signatures(&bad, &[0, 1])).unwrap_err();
		assert_eq!(error.post_info.pays_fee, Pays::Yes);
		let good = reading(source, 1);
		let info = post_with(&good, signatures(&good, &[0, 1])).unwrap();
		assert_eq!(info.pays_fee, Pays::No, "nor has it used up the free one");
	})
}

#[test]
fn a_source_of_one_key_needs_one_signature() {
	ExtBuilder::default().build_and_execute(|| {
		let mut spec = source_spec();
		spec.keys.truncate(1);
		let source = register(BOB, SourceSpec { quorum: 1, ..spec });
		let reading = reading(source, 1);
		assert_ok!(post_signed(&reading, signatures(&reading, &[0])));
		let call =
			Call::post_reading { reading: Box::new(reading), signatures: Default::default() };
		assert_eq!(
			dispatch(RuntimeOrigin::none(), call),
			Err(sp_runtime::DispatchError::BadOrigin)
		);
	})
}

#[test]
fn a_number_reads_as_a_decimal_number_in_json() {
	let json = serde_json::to_string(&Fixed(-52_500_000_000)).unwrap();
	assert_eq!(json, "\"-52.5\"");
	assert_eq!(serde_json::from_str::<Fixed>(&json).unwrap(), Fixed(-52_500_000_000));
	assert!(serde_json::from_str::<Fixed>("\"5e1\"").is_err());
	let spec = serde_json::to_string(&source_spec()).unwrap();
	assert_eq!(serde_json::from_str::<SourceSpec>(&spec).unwrap(), source_spec());
}
