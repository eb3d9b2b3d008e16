//! The properties that the head of the module names, and every refusal.

use super::{
	reading::*,
	text::{Bundle, Row},
	trigger::{Comparison, Condition},
	*,
};
use crate::{hashing::input_commitment, ClauseId};
use alloc::{collections::BTreeMap, string::String, vec};
use sp_core::Pair;

/// A source of numbers that look random and are always the same.
struct Dice(u64);

impl Dice {
	fn roll(&mut self, sides: u64) -> u64 {
		// SplitMix64.
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut z = self.0;
		z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		(z ^ (z >> 31)) % sides
	}

	fn name(&mut self, alphabet: &[u8], most: u64) -> Name {
		let len = 1 + self.roll(most);
		let byte = |dice: &mut Self| alphabet[dice.roll(alphabet.len() as u64) as usize];
		let bytes: Vec<u8> = (0..len).map(|_| byte(self)).collect();
		Name(BoundedVec::truncate_from(bytes))
	}
}

fn name(text: &str) -> Name {
	Name::parse(text).unwrap()
}

fn kept(sequence: u64, number: Fixed, observed_at: BlockNumber) -> KeptReading {
	KeptReading {
		sequence,
		value: ReadingValue::Number(number),
		observed_at,
		observed_ms: 1_763_720_000_000 + u64::from(observed_at) * 2_000,
	}
}

/// The chain, for `resolve`.
#[derive(Clone, Default)]
struct World {
	now: BlockNumber,
	sources: BTreeMap<SourceId, (SourceFacts, Vec<KeptReading>)>,
	held: bool,
	dependency: Option<(JobId, Hash)>,
}

impl Lookups for World {
	fn now(&self) -> BlockNumber {
		self.now
	}
	fn source(&self, id: SourceId) -> Option<SourceFacts> {
		self.sources.get(&id).map(|(facts, _)| facts.clone())
	}
	fn readings(&self, id: SourceId) -> Vec<KeptReading> {
		self.sources.get(&id).map(|(_, readings)| readings.clone()).unwrap_or_default()
	}
	fn holds(&self, _: &AccountId, _: &CredentialDemand) -> bool {
		self.held
	}
	fn dependency(&self) -> Option<(JobId, Hash)> {
		self.dependency
	}
}

const DEMAND: CredentialDemand = CredentialDemand { kind: Hash::repeat_byte(9), issuer: Some(3) };

/// Two sources: rain with two decimals, and a simulation that gives documents.
fn world() -> World {
	let rain = SourceFacts { name: name("bogor.rain"), decimals: 2, max_age: 150 };
	let readings = [(40, "47.25", 970), (41, "48.5", 1_000), (42, "52.25", 1_030)];
	let readings = readings.map(|(n, text, at)| kept(n, Fixed::parse(text).unwrap().0, at));
	let flood = SourceFacts { name: name("flood-model"), decimals: 0, max_age: 900 };
	let outcome = KeptReading {
		sequence: 7,
		value: ReadingValue::Document {
			hash: Hash::repeat_byte(0xab),
			len: 4_096,
			location: BoundedVec::truncate_from(b"https://example.org/run/7.csv".to_vec()),
		},
		observed_at: 900,
		observed_ms: 1_763_719_800_123,
	};
	World {
		now: 1_040,
		sources: [(7, (rain, readings.to_vec())), (9, (flood, vec![outcome]))].into(),
		held: true,
		dependency: Some((12, Hash::repeat_byte(0xcd))),
	}
}

fn spec(parts: &[Part]) -> BundleSpec {
	BundleSpec {
		name: name("rain-alert"),
		version: 1,
		parts: BoundedVec::truncate_from(parts.to_vec()),
	}
}

fn fixed_part(key: &str, value: &str) -> Part {
	Part::Static { key: name(key), value: BoundedVec::truncate_from(value.into()) }
}

/// One part of each kind.
fn parts() -> Vec<Part> {
	vec![
		fixed_part("station", "Bogor, west"),
		Part::Credential {
			key: name("operator"),
			subject: AccountId::new([1; 32]),
			demand: DEMAND,
		},
		Part::History { source: 7, n: 2 },
		Part::Latest(9),
		Part::Dependency { key: name("forecast") },
	]
}

fn as_text(bytes: Vec<u8>) -> String {
	String::from_utf8(bytes).unwrap()
}

#[test]
fn a_bundle_is_the_text_that_the_documentation_shows() {
	let text = as_text(resolve(&spec(&parts()), &world()).unwrap());
	let tag = credential_tag(&AccountId::new([1; 32]), &DEMAND);
	let expected = [
		"rain-alert/1".into(),
		"station=Bogor, west".into(),
		"operator=held".into(),
		format!("operator.of={tag:x}"),
		format!("forecast={}", "cd".repeat(32)),
		"forecast.job=12".into(),
		"rows=3".into(),
		"---".into(),
		"part,source,name,sequence,observed_at,fresh_until,time_ms,value,len,location".into(),
		"2,7,bogor.rain,41,1000,1150,1763722000000,48.50,,".into(),
		"2,7,bogor.rain,42,1030,1180,1763722060000,52.25,,".into(),
		format!(
			"3,9,flood-model,7,900,1800,1763719800123,0x{},4096,https://example.org/run/7.csv",
			"ab".repeat(32)
		),
		String::new(),
	];
	assert_eq!(text, expected.join("\n"));
}

const DOCUMENTATION: &str = include_str!("../../../docs/triggers.md");

/// What stands in a block of the documentation with this label.
fn documented(label: &str) -> &'static str {
	let after = DOCUMENTATION.split_once(&format!("```text {label}\n")).unwrap().1;
	after.split_once("```").unwrap().0
}

/// The commitment there was computed by another implementation.
#[test]
fn the_bundle_of_the_documentation_is_what_its_parts_make() {
	let credential = parts().swap_remove(1);
	let parts = [fixed_part("station", "Bogor"), credential, Part::History { source: 7, n: 2 }];
	let text = resolve(&spec(&parts), &world()).unwrap();
	assert_eq!(as_text(text.clone()), documented("bundle"));
	assert_eq!(format!("{:x}", input_commitment(&text)), documented("commitment").trim());
}

#[test]
fn the_same_readings_make_the_same_commitment_whatever_the_block() {
	let first = resolve(&spec(&parts()), &world()).unwrap();
	let later = World { now: 1_100, ..world() };
	let second = resolve(&spec(&parts()), &later).unwrap();
	assert_eq!(input_commitment(&first), input_commitment(&second));
}

#[test]
fn stale_missing_and_too_few_readings_are_refused_with_which_and_how_old() {
	let latest = spec(&[Part::Latest(7)]);
	let at = |now| resolve(&latest, &World { now, ..world() }).map(|_| ());
	assert_eq!(at(1_030 + 150), Ok(()), "as old as allowed");
	assert_eq!(at(1_181), Err(BundleError::Stale { source: 7, age: 151, max_age: 150 }));
	let error = |part| resolve(&spec(&[part]), &world()).unwrap_err();
	assert_eq!(error(Part::Latest(8)), BundleError::NoSource(8));
	assert_eq!(
		error(Part::History { source: 7, n: 4 }),
		BundleError::TooFew { source: 7, have: 3, need: 4 }
	);
	let nothing = World { dependency: None, ..world() };
	let depends = spec(&[Part::Dependency { key: name("d") }]);
	assert_eq!(resolve(&depends, &nothing), Err(BundleError::NoDependency));
}

#[test]
fn only_the_newest_reading_of_a_history_has_to_be_fresh() {
	let history = spec(&[Part::History { source: 7, n: 3 }]);
	assert!(resolve(&history, &World { now: 1_180, ..world() }).is_ok());
	assert!(resolve(&history, &World { now: 1_181, ..world() }).is_err());
}

#[test]
fn a_spec_at_fault_is_found_before_it_is_used() {
	let fault = |parts: &[Part]| spec(parts).check().err();
	assert_eq!(fault(&parts()), None);
	assert_eq!(fault(&[]), None);
	assert_eq!(fault(&[fixed_part("a", "b"), fixed_part("a", "c")]), Some(SpecFault::Key));
	assert_eq!(fault(&[fixed_part("rows", "1")]), Some(SpecFault::Key));
	// A key that another part derives.
	let job = Part::Dependency { key: name("x") };
	assert_eq!(fault(&[job, fixed_part("x.job", "1")]), Some(SpecFault::Key));
	assert_eq!(fault(&[fixed_part("a", "two\nlines")]), Some(SpecFault::Text));
	assert_eq!(fault(&[fixed_part("a", "caf\u{e9}")]), Some(SpecFault::Text));
	assert_eq!(fault(&[Part::History { source: 1, n: 0 }]), Some(SpecFault::Rows));
	assert_eq!(fault(&[Part::History { source: 1, n: 33 }]), Some(SpecFault::Rows));
	assert_eq!(fault(&vec![Part::History { source: 1, n: 32 }; 4]), None);
	let mut many = vec![Part::History { source: 1, n: 32 }; 4];
	many.push(Part::Latest(2));
	assert_eq!(fault(&many), Some(SpecFault::Rows));
	let nameless = Name(BoundedVec::truncate_from(b"no name".to_vec()));
	assert_eq!(fault(&[Part::Dependency { key: nameless.clone() }]), Some(SpecFault::Name));
	assert_eq!(BundleSpec { name: nameless, ..spec(&[]) }.check(), Err(SpecFault::Name));
}

#[test]
fn the_longest_bundle_fits() {
	let long = Name(BoundedVec::truncate_from(vec![b'w'; 32]));
	let mut place = b"https://".to_vec();
	place.resize(MAX_PLACE_BYTES as usize, b'p');
	let reading = KeptReading {
		sequence: u64::MAX,
		value: ReadingValue::Document {
			hash: Hash::repeat_byte(0xff),
			len: u32::MAX,
			location: BoundedVec::truncate_from(place),
		},
		observed_at: BlockNumber::MAX,
		observed_ms: u64::MAX,
	};
	let facts = SourceFacts { name: long, decimals: 0, max_age: u32::MAX };
	let world = World {
		now: BlockNumber::MAX,
		sources: [(u32::MAX, (facts, vec![reading; 32]))].into(),
		..world()
	};
	let key = |n: usize| Name(BoundedVec::truncate_from(vec![b'a' + n as u8; 32]));
	// The dearest parts: four full histories, and texts for the rest.
	let mut parts = vec![Part::History { source: u32::MAX, n: 32 }; 4];
	parts.extend((0..12).map(|n| Part::Static {
		key: key(n),
		value: BoundedVec::truncate_from(vec![b'~'; MAX_STATIC_BYTES as usize]),
	}));
	let spec =
		BundleSpec { name: key(0), version: u16::MAX, parts: BoundedVec::truncate_from(parts) };
	assert_eq!(spec.check(), Ok(()));
	let text = resolve(&spec, &world).unwrap();
	assert!(text.len() <= MAX_BUNDLE_BYTES as usize, "{}", text.len());
	assert!(
		text.len() > MAX_BUNDLE_BYTES as usize * 8 / 10,
		"the bound is not far off: {}",
		text.len()
	);
	assert_eq!(Bundle::parse(&text).unwrap().rows.len(), 128);
}

#[test]
fn a_bundle_beyond_the_bound_is_refused() {
	let mut bundle = gather(&spec(&parts()), &world()).unwrap();
	let row = bundle.rows.last().unwrap().clone();
	bundle.rows.resize(400, row);
	assert_eq!(bundle.encode(), Err(BundleError::TooLong));
}

/// A bundle out of small alphabets, so that equal ones and near misses turn up often.
fn any_bundle(dice: &mut Dice) -> Bundle {
	let entries = (0..dice.roll(4))
		.map(|n| {
			let key = [dice.name(b"ab", 2).0.to_vec(), format!("{n}").into_bytes()].concat();
			let value = (0..dice.roll(4)).map(|_| b"=,- "[dice.roll(4) as usize]).collect();
			(key, value)
		})
		.collect();
	let rows = (0..dice.roll(4))
		.map(|_| {
			let decimals = dice.roll(10) as u8;
			let value = if dice.roll(3) == 0 {
				let location = [&b"ipfs://"[..], &dice.name(b"xy", 3).0].concat();
				ReadingValue::Document {
					hash: Hash::repeat_byte(dice.roll(256) as u8),
					len: dice.roll(3) as u32,
					location: BoundedVec::truncate_from(location),
				}
			} else {
				let digits = dice.roll(2_000) as i128 - 1_000;
				ReadingValue::Number(Fixed(digits * 10i128.pow(u32::from(9 - decimals))))
			};
			Row {
				part: dice.roll(3) as u8,
				source: dice.roll(12) as u32,
				name: dice.name(b"ab", 2),
				sequence: dice.roll(12),
				observed_at: dice.roll(12) as u32,
				fresh_until: dice.roll(12) as u32,
				time_ms: dice.roll(12),
				decimals: if matches!(value, ReadingValue::Number(_)) { decimals } else { 0 },
				value,
			}
		})
		.collect();
	Bundle { name: dice.name(b"ab", 1), version: dice.roll(3) as u16, entries, rows }
}

#[test]
fn every_bundle_reads_back_and_no_two_have_the_same_text() {
	let mut dice = Dice(4);
	let mut seen = BTreeMap::<Vec<u8>, Bundle>::new();
	for _ in 0..20_000 {
		let bundle = any_bundle(&mut dice);
		let text = bundle.encode().unwrap();
		assert!(text.iter().all(|byte| matches!(byte, b'\n' | b' '..=b'~')));
		assert_eq!(Bundle::parse(&text).as_ref(), Some(&bundle), "{}", as_text(text));
		if let Some(same) = seen.insert(text, bundle.clone()) {
			assert_eq!(same, bundle);
		}
	}
	assert!(seen.len() > 10_000, "{}", seen.len());
}

#[test]
fn a_text_that_was_bent_is_not_read_as_what_it_was() {
	let mut dice = Dice(5);
	let text = resolve(&spec(&parts()), &world()).unwrap();
	let bundle = Bundle::parse(&text).unwrap();
	for _ in 0..20_000 {
		let mut bent = text.clone();
		let at = dice.roll(bent.len() as u64) as usize;
		match dice.roll(3) {
			0 => bent[at] = b"\n,=-0a"[dice.roll(6) as usize],
			1 => drop(bent.remove(at)),
			_ => bent.insert(at, b"\n,=-0a"[dice.roll(6) as usize]),
		}
		if bent != text {
			assert_ne!(Bundle::parse(&bent), Some(bundle.clone()), "{}", as_text(bent));
		}
	}
}

#[test]
fn texts_that_nobody_writes_are_not_read() {
	let good = as_text(resolve(&spec(&parts()), &world()).unwrap());
	for (from, to) in [
		("rows=3", "rows=2"),
		("rows=3", "rows=03"),
		("rows=3", "rows=+3"),
		("rain-alert/1", "rain-alert/01"),
		("forecast.job=12", "station=12"),
		(",48.50,", ",048.50,"),
		(",48.50,", ",-0.00,"),
		("0xabab", "0xABab"),
		(",41,", ",+41,"),
		("https://", "https//"),
	] {
		assert!(Bundle::parse(good.as_bytes()).is_some());
		let bad = good.replacen(from, to, 1);
		assert_ne!(bad, good);
		assert_eq!(Bundle::parse(bad.as_bytes()), None, "{to}");
	}
	assert_eq!(Bundle::parse(good.trim_end().as_bytes()), None, "cut off");
	assert_eq!(Bundle::parse(b""), None);
}

#[test]
fn numbers_are_written_one_way() {
	for (text, nanos, decimals) in [
		("0", 0, 0),
		("-52.5", -52_500_000_000, 1),
		("0.000000001", 1, 9),
		("12.50", 12_500_000_000, 2),
		("9223372036.854775807", i128::from(i64::MAX), 9),
	] {
		assert_eq!(Fixed::parse(text), Some((Fixed(nanos), decimals)), "{text}");
		assert_eq!(Fixed(nanos).to_text(decimals).as_deref(), Some(text));
	}
	for bad in ["", "-", ".5", "5.", "05", "+5", "-0", "-0.0", "1e3", "0.0000000001", "1,5", " 1"] {
		assert_eq!(Fixed::parse(bad), None, "{bad}");
	}
	assert_eq!(Fixed(1).to_text(8), None, "would have to be rounded");
	assert_eq!(Fixed(1).to_text(10), None);
	assert_eq!(format!("{} {}", Fixed(-500_000_000), Fixed::whole(3)), "-0.5 3");
}

fn source() -> SourceSpec {
	let ed = |seed| OracleKey::Ed25519(sp_core::ed25519::Pair::from_seed(&[seed; 32]).public().0);
	let sr = |seed| OracleKey::Sr25519(sp_core::sr25519::Pair::from_seed(&[seed; 32]).public().0);
	SourceSpec {
		kind: SourceKind::Sensor,
		name: name("bogor.rain"),
		data_type: name("precipitation-mm"),
		keys: BoundedVec::truncate_from(vec![ed(1), sr(2), ed(3)]),
		quorum: 2,
		max_age: 150,
		decimals: 2,
		min: Fixed::whole(0),
		max: Fixed::whole(2_000),
		open: true,
	}
}

fn reading() -> Reading {
	Reading {
		genesis: Hash::repeat_byte(0x47),
		source: 7,
		sequence: 42,
		value: ReadingValue::Number(Fixed::parse("52.25").unwrap().0),
		observed_at: 1_030,
		observed_ms: 1_763_722_060_000,
	}
}

/// What keys 0 and 1 of [`source`] sign.
fn signatures(reading: &Reading) -> OracleSignatures {
	let message = reading.message();
	let ed = sp_core::ed25519::Pair::from_seed(&[1; 32]).sign(&message).0;
	let sr = sp_core::sr25519::Pair::from_seed(&[2; 32]).sign(&message).0;
	BoundedVec::truncate_from(vec![(0, ed), (1, sr)])
}

/// SCALE of [`reading`], written out by hand after docs/triggers.md.
#[test]
fn a_reading_is_signed_over_the_bytes_of_the_documentation() {
	let expected = concat!(
		"636f6e636f726461742f72656164696e672f7631",
		"4747474747474747474747474747474747474747474747474747474747474747",
		"07000000",
		"2a00000000000000",
		"00",
		"80ba572a0c0000000000000000000000",
		"06040000",
		"e0e006a69a010000",
	);
	assert_eq!(as_text(text::hex(&reading().message())), expected);
	// The documentation shows both, cut into lines.
	let documented = DOCUMENTATION.replace('\n', "");
	assert!(documented.contains(expected) && documented.contains(SIGNATURE));
	let signature = signatures(&reading())[0].1;
	assert_eq!(as_text(text::hex(&signature)), SIGNATURE);
}

/// Made by another implementation.
const SIGNATURE: &str = concat!(
	"fda2132cda5cfbb5436cb752ab8bacf5b055b647aaf616378d12f00aeb1963a6",
	"97193f19d2b518351bf94cba1da8fc539886fb367b350909fe7dfadafc8e760d",
);

#[test]
fn a_source_that_makes_no_sense_is_refused() {
	assert_eq!(source().check(), Ok(()));
	let fault = |change: &dyn Fn(&mut SourceSpec)| {
		let mut spec = source();
		change(&mut spec);
		spec.check().unwrap_err()
	};
	assert_eq!(fault(&|s| s.keys.clear()), SourceFault::Keys);
	assert_eq!(fault(&|s| s.keys[2] = s.keys[0]), SourceFault::Keys);
	// For these two anybody can sign.
	assert_eq!(fault(&|s| s.keys[0] = OracleKey::Ed25519([0; 32])), SourceFault::Keys);
	assert_eq!(fault(&|s| s.keys[0] = OracleKey::Sr25519([0; 32])), SourceFault::Keys);
	assert_eq!(fault(&|s| s.quorum = 0), SourceFault::Quorum);
	assert_eq!(fault(&|s| s.quorum = 4), SourceFault::Quorum);
	assert_eq!(fault(&|s| s.max_age = 0), SourceFault::Age);
	assert_eq!(fault(&|s| s.decimals = 10), SourceFault::Numbers);
	assert_eq!(fault(&|s| s.min = Fixed::whole(2_001)), SourceFault::Numbers);
	assert_eq!(fault(&|s| s.min = Fixed(-1)), SourceFault::Numbers);
	assert_eq!(fault(&|s| s.max = Fixed(i128::from(i64::MAX) + 10_000_000)), SourceFault::Numbers);
}

#[test]
fn a_reading_counts_once_in_order_within_its_time_and_bounds() {
	let genesis = Hash::repeat_byte(0x47);
	let examine = |change: &dyn Fn(&mut Reading), last, now| {
		let mut reading = reading();
		change(&mut reading);
		source().examine(&reading, &genesis, last, now)
	};
	let same = |_: &mut Reading| ();
	assert_eq!(examine(&same, None, 1_030), Ok(()));
	assert_eq!(examine(&same, Some((41, 1_030)), 1_180), Ok(()));
	assert_eq!(examine(&same, Some((42, 1_000)), 1_040), Err(ReadingFault::Replayed));
	assert_eq!(examine(&same, Some((43, 1_000)), 1_040), Err(ReadingFault::Replayed));
	assert_eq!(examine(&same, Some((41, 1_031)), 1_040), Err(ReadingFault::OutOfOrder));
	assert_eq!(examine(&same, None, 1_029), Err(ReadingFault::FromTheFuture));
	assert_eq!(examine(&same, None, 1_181), Err(ReadingFault::Stale));
	let bend = |change: &dyn Fn(&mut Reading)| examine(change, None, 1_040).unwrap_err();
	let number = |n| move |r: &mut Reading| r.value = ReadingValue::Number(Fixed(n));
	assert_eq!(bend(&|r| r.genesis = Hash::zero()), ReadingFault::WrongChain);
	assert_eq!(bend(&number(-10_000_000)), ReadingFault::OutOfBounds);
	assert_eq!(bend(&number(2_000_010_000_000)), ReadingFault::OutOfBounds);
	assert_eq!(bend(&number(1)), ReadingFault::TooPrecise);
	for (len, place) in [
		(0, "ipfs://x"),
		(1, "x"),
		(1, "ipfs://a,b"),
		(1, "ipfs://a b"),
		(1, "IPFS://a"),
		(1, "a://"),
	] {
		let document = |r: &mut Reading| {
			let location = BoundedVec::truncate_from(place.into());
			r.value = ReadingValue::Document { hash: Hash::zero(), len, location };
		};
		assert_eq!(bend(&document), ReadingFault::BadDocument, "{len} {place}");
	}
}

#[test]
fn as_many_different_keys_have_to_sign_as_the_source_says() {
	let (reading, source) = (reading(), source());
	let good = signatures(&reading);
	let verify = |list: Vec<(u8, OracleSignature)>| {
		source.verify(&reading, &BoundedVec::truncate_from(list))
	};
	assert_eq!(verify(good.to_vec()), Ok(()));
	assert_eq!(verify(vec![good[0]]), Err(ReadingFault::NoQuorum));
	assert_eq!(verify(vec![good[0], good[0]]), Err(ReadingFault::BadOrder));
	assert_eq!(verify(vec![good[1], good[0]]), Err(ReadingFault::BadOrder));
	assert_eq!(verify(vec![good[0], (2, good[0].1)]), Err(ReadingFault::BadSignature));
	assert_eq!(verify(vec![good[0], (9, good[1].1)]), Err(ReadingFault::BadSignature));
	// One too many, and that one forged.
	assert_eq!(verify(vec![good[0], good[1], (2, [7; 64])]), Err(ReadingFault::BadSignature));
	for change in [
		|r: &mut Reading| r.sequence += 1,
		|r: &mut Reading| r.genesis = Hash::zero(),
		|r: &mut Reading| r.source += 1,
		|r: &mut Reading| r.observed_at += 1,
		|r: &mut Reading| r.observed_ms += 1,
		|r: &mut Reading| r.value = ReadingValue::Number(Fixed(0)),
	] {
		let mut bent = reading.clone();
		change(&mut bent);
		assert_eq!(source.verify(&bent, &good), Err(ReadingFault::BadSignature));
	}
}

fn sensor(comparison: Comparison, sustained: u8) -> Condition {
	Condition::Sensor { source: 1, comparison, sustained }
}

fn met(condition: &Condition, values: &[i64]) -> bool {
	let readings: Vec<_> =
		values.iter().zip(1..).map(|(v, n)| kept(n, Fixed::whole(*v), 10 * n as u32)).collect();
	condition.is_met(&readings, 10)
}

#[test]
fn comparisons_say_what_they_are_called() {
	let above = sensor(Comparison::Above(Fixed::whole(50)), 1);
	let below = sensor(Comparison::Below(Fixed::whole(50)), 1);
	let between = sensor(Comparison::Between(Fixed::whole(10), Fixed::whole(20)), 1);
	let change = sensor(Comparison::Change(Fixed::whole(5)), 1);
	for (value, is_above, is_below) in [(49, false, true), (50, false, false), (51, true, false)] {
		assert_eq!((met(&above, &[value]), met(&below, &[value])), (is_above, is_below));
	}
	for (value, inside) in [(9, false), (10, true), (20, true), (21, false)] {
		assert_eq!(met(&between, &[value]), inside, "{value}");
	}
	for (values, changed) in
		[(&[1][..], false), (&[1, 5], false), (&[1, 6], true), (&[6, 1], true), (&[1, 9, 9], false)]
	{
		assert_eq!(met(&change, values), changed, "{values:?}");
	}
	assert!(met(&sensor(Comparison::Any, 1), &[0]) && !met(&sensor(Comparison::Any, 1), &[]));
}

#[test]
fn a_sustained_condition_needs_as_many_readings_in_a_row() {
	let three = sensor(Comparison::Above(Fixed::whole(50)), 3);
	assert!(!met(&three, &[60, 60]));
	assert!(met(&three, &[60, 60, 60]));
	assert!(met(&three, &[10, 60, 60, 60]));
	assert!(!met(&three, &[60, 60, 10, 60, 60]));
	let two_changes = sensor(Comparison::Change(Fixed::whole(5)), 2);
	assert!(!met(&two_changes, &[1, 6]));
	assert!(met(&two_changes, &[1, 6, 0]));
	assert!(!met(&two_changes, &[1, 2, 9]));
}

#[test]
fn readings_with_a_gap_between_them_are_not_in_a_row() {
	let two = sensor(Comparison::Above(Fixed::whole(50)), 2);
	let at = |block| kept(1, Fixed::whole(60), block);
	assert!(two.is_met(&[at(10), at(20)], 10));
	assert!(!two.is_met(&[at(10), at(21)], 10));
}

#[test]
fn a_document_is_no_number() {
	let (_, readings) = world().sources.remove(&9).unwrap();
	assert!(sensor(Comparison::Any, 1).is_met(&readings, 10));
	assert!(!sensor(Comparison::Above(Fixed::MIN), 1).is_met(&readings, 10));
	assert!(!sensor(Comparison::Change(Fixed(1)), 1)
		.is_met(&[readings.clone(), readings].concat(), 1_000));
}

#[test]
fn conditions_that_can_never_hold_are_invalid() {
	for condition in [
		sensor(Comparison::Any, 0),
		sensor(Comparison::Any, 33),
		sensor(Comparison::Change(Fixed(1)), 32),
		sensor(Comparison::Change(Fixed(0)), 1),
		sensor(Comparison::Between(Fixed(2), Fixed(1)), 1),
		Condition::Schedule { start: 1, every: 0, count: 1 },
		Condition::Schedule { start: 1, every: 1, count: 0 },
	] {
		assert!(!condition.is_valid(), "{condition:?}");
	}
	assert!(sensor(Comparison::Any, 32).is_valid());
	assert!(sensor(Comparison::Change(Fixed(1)), 31).is_valid());
	let on = ClauseId::parse("WHO::DiseaseAlert@2.3").unwrap();
	assert!(Condition::Dependency { on }.is_valid());
}

#[test]
fn windows_lie_where_start_and_period_say() {
	let schedule = Condition::Schedule { start: 100, every: 30, count: 4 };
	let windows: Vec<_> = (0..5).map(|n| schedule.window(n)).collect();
	assert_eq!(windows, [Some(100), Some(130), Some(160), Some(190), None]);
	for (n, now, next) in [
		(0, 0, Some(0)),
		(0, 99, Some(0)),
		(0, 100, Some(1)),
		(0, 129, Some(1)),
		(0, 130, Some(2)),
		(3, 99, Some(3)),
		(0, 190, None),
		(4, 0, None),
	] {
		assert_eq!(schedule.window_after(n, now), next, "{n} {now}");
	}
	// Windows beyond the last block there can be are none.
	let late = Condition::Schedule { start: u32::MAX - 1, every: 2, count: 9 };
	assert_eq!((late.window(0), late.window(1)), (Some(u32::MAX - 1), None));
	assert_eq!(late.window_after(0, u32::MAX), None);
}

#[test]
fn enumerations_keep_their_indexes() {
	let key = || name("k");
	for (index, bytes) in [
		(0, Part::Latest(1).encode()),
		(1, Part::History { source: 1, n: 1 }.encode()),
		(
			2,
			Part::Credential { key: key(), subject: AccountId::new([0; 32]), demand: DEMAND }
				.encode(),
		),
		(3, fixed_part("k", "v").encode()),
		(4, Part::Dependency { key: key() }.encode()),
		(5, Condition::Manual.encode()),
		(3, Condition::Proposal.encode()),
	] {
		assert_eq!(bytes[0], index);
	}
}
