//! `concordat attest verify`.

use super::{read_materials, read_policy, refused};
use crate::{
	attest::{anchors, evidence, json, offline, time, words},
	chain::Chain,
	commands::read_file,
	error::{Error, Result},
	output::Output,
};
use clap::Args;
use concordat_attestation::Measurement;
use concordat_primitives::{views::AppraisalView, NodeId};
use serde_json::json;
use std::path::PathBuf;

/// What to verify, and under what.
#[derive(Args, Debug)]
pub struct Verify {
	/// A quote of SGX or TDX, a report of SEV-SNP, a document of Nitro: as hardware writes it, in hex, in SCALE, or as an
	/// enclave's answer in JSON.
	#[arg(long, value_name = "FILE")]
	evidence: PathBuf,
	/// Collateral: files or directories of certificates and revocation lists (PEM, DER), answers of Intel's service,
	/// collateral JSON, pieces. For a report of SEV-SNP the platform's VCEK or VLEK.
	#[arg(long, value_name = "PATH", num_args = 1..)]
	collateral: Vec<PathBuf>,
	/// Roots of trust: `production` (the vendors' own), `test` (the simulator's), or a file of root certificates or JSON.
	#[arg(long, default_value = "production")]
	anchors: String,
	/// Quote policy in JSON, as `attest policy CLASS --json` prints it. Default: genuine is enough.
	#[arg(long, value_name = "FILE")]
	policy: Option<PathBuf>,
	/// The time to judge at: Unix seconds, or as in 2026-11-21T16:05:00Z. Default: this machine's clock.
	#[arg(long, value_parser = time::parse)]
	at: Option<u64>,
	/// The code that has to run: 0x and 48 bytes in hex.
	#[arg(long)]
	measurement: Option<Measurement>,
	/// What it has to be bound to: 64 bytes in hex.
	#[arg(long, value_parser = report_data)]
	report_data: Option<[u8; 64]>,
	/// Ask the chain too, what it would say now under the collateral and the policies that it holds.
	#[arg(long)]
	chain: bool,
	/// With `--chain`: the node that would show it, whose certificates the chain may know already.
	#[arg(long, requires = "chain")]
	node: Option<NodeId>,
}

fn report_data(text: &str) -> std::result::Result<[u8; 64], String> {
	let mut bytes = [0; 64];
	hex::decode_to_slice(text.trim_start_matches("0x"), &mut bytes)
		.map_err(|_| "64 bytes in hex".to_string())?;
	Ok(bytes)
}

/// Runs it.
pub async fn run(args: Verify, url: &str, output: &Output) -> Result<()> {
	let wrong = |why: String| Error::Argument(format!("{}: {why}", args.evidence.display()));
	let found =
		evidence::read(&read_file(&args.evidence, evidence::MAX_FILE_BYTES)?).map_err(wrong)?;
	let policy = args.policy.as_deref().map(read_policy).transpose()?;
	let report = offline::verify(offline::Request {
		found,
		materials: read_materials(&args.collateral)?,
		anchors: anchors::read(&args.anchors)?,
		policy,
		now: args.at.unwrap_or_else(time::now),
		measurement: args.measurement,
		report_data: args.report_data,
	})
	.map_err(Error::Argument)?;
	let asked = match (&report.evidence, args.chain) {
		(Some(evidence), true) => {
			Some(Chain::connect(url).await?.appraise(evidence, args.node).await?)
		},
		_ => None,
	};
	let as_json = json!({
		"offline": report,
		"chain": asked.as_ref().map(|verdict| json::verdict(verdict, "appraisal", json::appraisal)),
		"evidence": report.evidence.as_ref().map(offline::scale),
	});
	output.result(&as_json, |_| {
		let mut text = report.to_string();
		if let Some(verdict) = &asked {
			text.push_str("\nthe chain, now:\n");
			text.push_str(&describe(verdict, time::now()));
		}
		text
	});
	if !report.accepted {
		return Err(match &report.refusal {
			Some(why) => Error::Evidence(words::error(why)),
			None => Error::Evidence("see above".into()),
		});
	}
	match asked {
		Some(Err(why)) => Err(refused(&why)),
		_ => Ok(()),
	}
}

/// What the chain would say, in lines.
fn describe(
	verdict: &std::result::Result<AppraisalView, concordat_attestation::Error>,
	now: u64,
) -> String {
	let view = match verdict {
		Ok(view) => view,
		Err(why) => return format!("  FAIL  {}", words::error(why)),
	};
	let mut lines: Vec<String> = words::standing(&view.standing, now);
	lines.push(format!("good for risk classes: {}", words::classes(view.classes)));
	for refusal in &view.refusals {
		lines.push(format!(
			"not for {}: {}",
			words::class(refusal.class),
			words::error(&refusal.why)
		));
	}
	lines.push(format!("measurement {}", words::measurement(view.measurement.as_ref())));
	if let Some(holder) = view.platform_held_by {
		lines.push(format!("node {holder} holds a lease for this platform"));
	}
	lines.iter().map(|line| format!("        {line}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn report_data_should_have_64_bytes() {
		assert_eq!(report_data(&"07".repeat(64)), Ok([7; 64]));
		assert_eq!(report_data(&format!("0x{}", "07".repeat(64))), Ok([7; 64]));
		assert!(report_data("07").is_err());
		assert!(report_data(&"07".repeat(65)).is_err());
	}
}
