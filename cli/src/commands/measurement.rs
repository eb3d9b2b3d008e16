//! `concordat measurement list | propose | withdraw | sunset | revoke`.
//!
//! The allow-list belongs to governance. What changes it is printed as call data, for a proposal of whoever governs the
//! chain; nothing is submitted here.

use crate::{
	attest::{json, words},
	chain::Chain,
	error::Result,
	output::{table, Output},
};
use clap::Subcommand;
use codec::Encode;
use concordat_attestation::Measurement;
use concordat_primitives::BlockNumber;
use serde_json::json;
use sp_core::{Blake2Hasher, Hasher};

/// Verbs.
#[derive(Subcommand, Debug)]
pub enum MeasurementCommand {
	/// List the chain's allow-list.
	List {
		/// Place to start from.
		#[arg(long, default_value_t = 0)]
		from: u32,
		/// How many.
		#[arg(long, default_value_t = 50)]
		limit: u32,
	},
	/// Call data that announces a measurement; it counts when the timelock is over.
	Propose {
		/// 0x and 48 bytes in hex.
		measurement: Measurement,
	},
	/// Call data that takes back an announced measurement before it counts.
	Withdraw {
		/// 0x and 48 bytes in hex.
		measurement: Measurement,
	},
	/// Call data that lets an active measurement count for a grace and then no longer.
	Sunset {
		/// 0x and 48 bytes in hex.
		measurement: Measurement,
		/// The grace, in blocks.
		#[arg(long)]
		grace: BlockNumber,
	},
	/// Call data that stops a measurement at once and for good: every lease under it ends.
	Revoke {
		/// 0x and 48 bytes in hex.
		measurement: Measurement,
	},
}

/// Runs a verb.
pub async fn run(command: MeasurementCommand, url: &str, output: &Output) -> Result<()> {
	let chain = Chain::connect(url).await?;
	let (measurement, call, args) = match command {
		MeasurementCommand::List { from, limit } => {
			let page = chain.measurements(from, limit).await?;
			output.result(&page, |page| {
				let rows: Vec<Vec<String>> = page
					.items
					.iter()
					.map(|view| {
						vec![view.measurement.to_string(), words::measurement(Some(&view.status))]
					})
					.collect();
				let mut text = table(&["MEASUREMENT", "STANDS"], &rows);
				if let Some(next) = page.next {
					text.push_str(&format!("\nmore: --from {next}"));
				}
				text
			});
			return Ok(());
		},
		MeasurementCommand::Propose { measurement } => {
			(measurement, "propose_measurement", measurement.encode())
		},
		MeasurementCommand::Withdraw { measurement } => {
			(measurement, "withdraw_measurement", measurement.encode())
		},
		MeasurementCommand::Sunset { measurement, grace } => {
			(measurement, "sunset_measurement", (measurement, grace).encode())
		},
		MeasurementCommand::Revoke { measurement } => {
			(measurement, "revoke_measurement", measurement.encode())
		},
	};
	let data = chain.call_data("Attestation", call, Encoded(args)).await?;
	let hash = Blake2Hasher::hash(&data);
	let status = chain.measurement(&measurement).await?;
	let as_json = json!({
		"call": format!("Attestation.{call}"),
		"data": json::bytes(&data),
		"hash": json::bytes(&hash.0),
		"measurement": measurement,
		"status": status,
	});
	output.result(&as_json, |_| {
		[
			format!("Attestation.{call}, for a proposal"),
			format!("  measurement  {measurement}"),
			format!("  stands       {}", words::measurement(status.as_ref())),
			format!("  call data    {}", json::bytes(&data)),
			format!("  call hash    {}", json::bytes(&hash.0)),
		]
		.join("\n")
	});
	Ok(())
}

/// Arguments that are encoded already.
struct Encoded(Vec<u8>);

impl Encode for Encoded {
	fn encode_to<O: codec::Output + ?Sized>(&self, output: &mut O) {
		output.write(&self.0);
	}
}
