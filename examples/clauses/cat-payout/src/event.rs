//! One row of an earthquake catalogue.

use crate::geo::Place;
use concordat_clause_sdk::{date::Time, number, Failure};

/// An earthquake.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
	/// Name in the catalogue.
	pub id: &'a [u8],
	/// Origin time, cut to the second.
	pub time: Time,
	/// Epicentre.
	pub place: Place,
	/// Depth of the focus in metres; negative above the datum.
	pub depth: i64,
	/// Magnitude in hundredths.
	pub magnitude: i64,
	/// A seismologist has looked at it.
	pub reviewed: bool,
}

impl<'a> Event<'a> {
	/// Reads `id,time,latitude,longitude,depth_km,magnitude,status`.
	pub fn parse(row: [&'a [u8]; 7]) -> Result<Self, Failure> {
		let [id, time, latitude, longitude, depth, magnitude, status] = row;
		Ok(Self {
			id: number::word(id)?,
			time: Time::parse(time)?,
			place: Place::parse(latitude, longitude)?,
			depth: number::decimal_within(depth, 3, -10_000, 1_000_000)?,
			magnitude: number::decimal_within(magnitude, 2, -500, 1_000)?,
			reviewed: match status {
				b"reviewed" => true,
				b"automatic" => false,
				_ => return Err(Failure::BadWord),
			},
		})
	}

	/// Whether this one decides rather than the other. Total, so that the order of rows has no say.
	pub fn outranks(&self, other: &Self) -> bool {
		self.magnitude
			.cmp(&other.magnitude)
			.then(other.time.cmp(&self.time))
			.then(other.id.cmp(self.id))
			.is_gt()
	}
}
