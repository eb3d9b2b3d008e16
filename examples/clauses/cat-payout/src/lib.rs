//! Parametric catastrophe payout: what an earthquake catalogue says that a policy owes.
//!
//! # The rule
//!
//! An event *counts* if it lies in the period (`from` ≤ time < `until`), is not deeper than
//! `max_depth_km`, is reviewed (unless the policy takes any), and its epicentre is not farther than
//! `radius_km` from the centre. The policy pays once, by the largest magnitude among the events
//! that count:
//!
//! ```text
//! largest    =  the counted event of greatest magnitude;
//!               of equal ones the earlier, then the one with the smaller id
//! payout_bps =  payout of the highest layer whose magnitude ≤ that of `largest`;
//!               0 below the first layer
//! ```
//!
//! The order of the rows does not matter. An event listed twice is refused ([`DUPLICATE_EVENT`]).
//!
//! # Scale
//!
//! Magnitudes in hundredths, depths in metres, angles in 10⁻⁷ degrees, distances in whole metres on
//! a sphere (see [`geo`] for the formula and its error).
//!
//! # Input
//!
//! A [`Bundle`] of the format `cat-payout/1` with the columns
//! `id,time,latitude,longitude,depth_km,magnitude,status`, at most [`MAX_EVENTS`] rows.
//!
//! | parameter | meaning | bounds |
//! |---|---|---|
//! | `policy` | name, repeated in the result | a word |
//! | `centre_latitude`, `centre_longitude` | degrees, north and east positive | ±90, ±180; 7 decimals |
//! | `radius_km` | largest distance of the epicentre | 0.001–5000.000 |
//! | `max_depth_km` | largest depth of the focus | 0.000–1000.000 |
//! | `from`, `until` | period, `YYYY-MM-DDTHH:MM:SSZ` | |
//! | `status` | `reviewed`: only events that a seismologist has reviewed; `any` | |
//! | `layers` | `magnitude:bps`, ascending in both, 1 to 8 of them | 0.00–10.00, 1–10000 |

#![no_std]

pub mod event;
pub mod geo;
pub mod layers;

pub use event::Event;
pub use layers::Layers;

use concordat_clause_sdk::{
	bundle::Bundle, clause, date::Time, json::Object, Failure, Job, Output,
};
use geo::Place;

/// Most events in one input.
pub const MAX_EVENTS: usize = 1_024;

/// Two rows have the same id.
pub const DUPLICATE_EVENT: Failure = Failure::Clause(1);
/// The layers are not `magnitude:bps` pairs, ascending in both.
pub const BAD_LAYERS: Failure = Failure::Clause(2);

const KEYS: [&str; 9] = [
	"centre_latitude",
	"centre_longitude",
	"from",
	"layers",
	"max_depth_km",
	"policy",
	"radius_km",
	"status",
	"until",
];
const COLUMNS: &str = "id,time,latitude,longitude,depth_km,magnitude,status";

clause!(evaluate);

/// The terms of a policy.
pub struct Terms {
	centre: Place,
	/// Metres.
	radius: u64,
	/// Metres.
	max_depth: i64,
	from: Time,
	until: Time,
	only_reviewed: bool,
	layers: Layers,
}

impl Terms {
	fn read(bundle: &Bundle<'_, { KEYS.len() }>) -> Result<Self, Failure> {
		let terms = Self {
			centre: Place::parse(
				bundle.value("centre_latitude")?,
				bundle.value("centre_longitude")?,
			)?,
			radius: bundle.decimal("radius_km", 3, 1, 5_000_000)?.unsigned_abs(),
			max_depth: bundle.decimal("max_depth_km", 3, 0, 1_000_000)?,
			from: bundle.time("from")?,
			until: bundle.time("until")?,
			only_reviewed: match bundle.value("status")? {
				b"reviewed" => true,
				b"any" => false,
				_ => return Err(Failure::BadWord),
			},
			layers: Layers::parse(bundle.value("layers")?)?,
		};
		if terms.until <= terms.from {
			return Err(Failure::Inconsistent);
		}
		Ok(terms)
	}

	/// Whether an event counts, its distance apart.
	fn admits(&self, event: &Event<'_>) -> bool {
		self.from <= event.time
			&& event.time < self.until
			&& event.depth <= self.max_depth
			&& (event.reviewed || !self.only_reviewed)
	}
}

/// The clause.
pub fn evaluate(job: &Job<'_>, output: &mut Output) -> Result<(), Failure> {
	let bundle = Bundle::parse(job.input(), "cat-payout/1", KEYS)?;
	let policy = bundle.word("policy")?;
	let terms = Terms::read(&bundle)?;

	let mut ids: [&[u8]; MAX_EVENTS] = [&[]; MAX_EVENTS];
	let (mut events, mut admitted, mut counted, mut qualifying) = (0usize, 0u64, 0u64, 0u64);
	let mut largest: Option<(Event<'_>, u64)> = None;

	for row in bundle.rows(COLUMNS, 0, MAX_EVENTS as u64)? {
		let event = Event::parse(row?)?;
		if ids.get(..events).unwrap_or_default().contains(&event.id) {
			return Err(DUPLICATE_EVENT);
		}
		*ids.get_mut(events).ok_or(Failure::RowsOutOfRange)? = event.id;
		events += 1;

		if !terms.admits(&event) {
			continue;
		}
		admitted += 1;
		let distance = terms.centre.distance(&event.place);
		if distance > terms.radius {
			continue;
		}
		counted += 1;
		qualifying += u64::from(terms.layers.reached(event.magnitude).is_some());
		if largest.as_ref().is_none_or(|(best, _)| event.outranks(best)) {
			largest = Some((event, distance));
		}
	}

	let layer = largest.as_ref().and_then(|(event, _)| terms.layers.reached(event.magnitude));
	let mut result = Object::begin(output)?;
	result.text("clause", b"cat-payout")?;
	result.natural("events", events as u64)?;
	result.natural("events_admitted", admitted)?;
	result.natural("events_counted", counted)?;
	match &largest {
		Some((event, distance)) => {
			result.decimal("largest_distance_km", *distance as i64, 3)?;
			result.text("largest_id", event.id)?;
			result.decimal("largest_magnitude", event.magnitude, 2)?;
			result.time("largest_time", Some(event.time))?;
		},
		None => {
			result.null("largest_distance_km")?;
			result.null("largest_id")?;
			result.null("largest_magnitude")?;
			result.null("largest_time")?;
		},
	}
	match layer {
		Some(layer) => result.decimal("layer_magnitude", layer.magnitude, 2)?,
		None => result.null("layer_magnitude")?,
	}
	result.natural("payout_bps", layer.map_or(0, |layer| layer.payout))?;
	result.text("policy", policy)?;
	result.natural("qualifying_events", qualifying)?;
	result.flag("triggered", layer.is_some())?;
	result.end()
}

#[cfg(test)]
mod tests;
