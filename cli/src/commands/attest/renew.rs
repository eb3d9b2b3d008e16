//! `concordat attest renew`, and what registration shares with it.

use super::refused;
use crate::{
	attest::{
		doctor::{self, Finding, Level},
		json, time, words,
	},
	chain::{keypair, one, Chain},
	commands::collateral,
	enclave,
	error::{Error, Result},
	output::Output,
};
use clap::Args;
use codec::DecodeAll;
use concordat_attestation::{report_data, Evidence};
use concordat_primitives::{
	enclave_api::{AttestRequest, AttestResponse},
	views::{AppraisalView, LeaseView},
	BlockNumber, Hash, LeaseId, NodeId,
};
use std::time::{Duration, Instant};
use subxt_signer::sr25519::Keypair;

/// Whose lease to renew.
#[derive(Args, Debug)]
pub struct Renew {
	/// Number of the node.
	#[arg(long)]
	node: NodeId,
	/// Base URL of the enclave, for instance http://127.0.0.1:9955.
	#[arg(long, value_name = "URL")]
	enclave: String,
	/// Secret of the node's controller or of its operator.
	#[arg(long, env = "CONCORDAT_SURI", hide_env_values = true)]
	suri: String,
	/// Submit even what the chain says that it will refuse: a refusal costs the fee.
	#[arg(long)]
	force: bool,
	/// Seconds to wait for a finalised block to attest against, and for the lease.
	#[arg(long, default_value_t = 60)]
	patience: u64,
}

/// Fresh evidence, and what it has to be bound to.
pub struct Fresh {
	/// The evidence.
	pub evidence: Evidence,
	/// The enclave's answer.
	pub answer: AttestResponse,
	/// The finalised block that it names.
	pub challenge: (BlockNumber, Hash),
	/// What it has to be bound to.
	pub expected: [u8; 64],
}

/// Asks an enclave for evidence on the last finalised block.
pub async fn ask_enclave(
	chain: &Chain,
	node: NodeId,
	enclave_url: &str,
	patience: u64,
) -> Result<Fresh> {
	let started = Instant::now();
	let challenge = loop {
		let (number, hash) = chain.finalised().await?;
		if number > 0 {
			break (number, hash);
		}
		if started.elapsed().as_secs() > patience {
			return Err(Error::TimedOut(patience));
		}
		tokio::time::sleep(Duration::from_millis(500)).await;
	};
	let genesis = chain.genesis();
	let request = AttestRequest { genesis, node, challenge: challenge.1 };
	let answer = enclave::attest(enclave_url, &request).await?;
	let expected =
		report_data(&genesis.0, node, &answer.signing_key, &answer.encryption_key, &challenge.1 .0);
	Ok(Fresh { evidence: decode(&answer.evidence, enclave_url)?, answer, challenge, expected })
}

/// Evidence in an enclave's answer.
pub fn decode(bytes: &[u8], enclave_url: &str) -> Result<Evidence> {
	Evidence::decode_all(&mut &bytes[..]).map_err(|_| Error::Enclave {
		url: enclave_url.into(),
		reason: "evidence of a kind that this program does not know".into(),
	})
}

/// Refuses to pay for what the chain would refuse, unless `force`.
fn worth_submitting(
	verdict: &std::result::Result<AppraisalView, concordat_attestation::Error>,
	findings: &[Finding],
	force: bool,
) -> Result<()> {
	if force {
		return Ok(());
	}
	if let Err(why) = verdict {
		return Err(refused(why));
	}
	match findings.iter().find(|finding| finding.level == Level::Fail) {
		None => Ok(()),
		Some(finding) => Err(Error::Evidence(match &finding.todo {
			Some(todo) => format!("{}. {todo}", finding.says),
			None => finding.says.clone(),
		})),
	}
}

/// Has the enclave attest for the node: posts its platform's collateral as far as the chain lacks it, asks the chain what
/// it would say, and submits. What would be refused is not submitted, unless `force`.
pub async fn grant(
	chain: &Chain,
	output: &Output,
	signer: &Keypair,
	node: NodeId,
	enclave_url: &str,
	patience: u64,
	force: bool,
) -> Result<LeaseId> {
	let pieces = enclave::collateral(enclave_url).await?;
	collateral::post_all(chain, signer, &pieces, output).await?;
	let fresh = ask_enclave(chain, node, enclave_url, patience).await?;
	let verdict = chain.appraise(&fresh.evidence, Some(node)).await?;
	let findings = doctor::appraisal(&verdict, Some(node), &fresh.expected, time::now());
	for finding in findings.iter().filter(|finding| finding.level != Level::Ok) {
		output.progress(finding.to_string().trim_start());
	}
	worth_submitting(&verdict, &findings, force)?;
	let Fresh { evidence, answer, challenge, .. } = fresh;
	let arguments = (node, evidence, answer.signing_key, answer.encryption_key, challenge);
	let included = chain.submit(signer, "Attestation", "attest", arguments).await?;
	output.progress(format!(
		"evidence accepted in block {} (bound to finalised block {})",
		included.block, challenge.0
	));
	// Node and lease come first in the event.
	let (_, lease): (NodeId, LeaseId) = included.event("Attestation", "LeaseGranted")?;
	Ok(lease)
}

/// Runs it.
pub async fn run(args: Renew, url: &str, output: &Output) -> Result<()> {
	let chain = Chain::connect(url).await?;
	let signer = keypair(&args.suri)?;
	let lease =
		grant(&chain, output, &signer, args.node, &args.enclave, args.patience, args.force).await?;
	let started = Instant::now();
	let view = loop {
		let view: Option<LeaseView> = chain.ask("concordat_attestation", one(args.node)?).await?;
		match view {
			Some(view) if view.lease.id >= lease => break view,
			_ if started.elapsed().as_secs() > args.patience => {
				return Err(Error::TimedOut(args.patience))
			},
			_ => tokio::time::sleep(Duration::from_millis(400)).await,
		}
	};
	let best = chain.best().await?;
	output.result(&view, |view| describe(view, best));
	match view.refusal {
		None => Ok(()),
		Some(refusal) => Err(Error::Evidence(words::lease_refusal(refusal).into())),
	}
}

fn describe(view: &LeaseView, best: BlockNumber) -> String {
	let lease = &view.lease;
	format!(
		"lease {} of node {}, good for risk classes {}, to {}{}\n  key 0x{}\n  measurement {}",
		lease.id,
		lease.node,
		words::classes(lease.classes),
		words::blocks(lease.expires_at, best),
		if lease.simulated { " (simulated: no hardware stands behind it)" } else { "" },
		json::bytes(&lease.signing_key).trim_start_matches("0x"),
		lease.measurement
	)
}

#[cfg(test)]
mod tests {
	use super::*;
	use concordat_attestation::Error as Refusal;

	#[test]
	fn what_would_be_refused_should_not_be_paid_for_unless_forced() {
		let refused = Err(Refusal::Debug);
		let findings = doctor::appraisal(&refused, None, &[0; 64], 0);
		let reason = worth_submitting(&refused, &findings, false).unwrap_err().to_string();
		assert!(
			reason.contains("debug mode") && reason.contains("no policy can accept"),
			"{reason}"
		);
		worth_submitting(&refused, &findings, true).unwrap();
	}

	#[test]
	fn what_the_verifier_accepts_and_the_chain_would_not_should_not_be_paid_for() {
		let view = doctor::tests::view();
		let bound = view.workload.report_data;
		let judge = |view: AppraisalView, expected| {
			let verdict = Ok(view);
			let findings = doctor::appraisal(&verdict, Some(7), expected, 0);
			worth_submitting(&verdict, &findings, false)
		};
		judge(view.clone(), &bound).unwrap();
		assert!(judge(view.clone(), &[9; 64]).is_err());
		assert!(judge(AppraisalView { measurement: None, ..view.clone() }, &bound).is_err());
		assert!(judge(AppraisalView { platform_held_by: Some(8), ..view }, &bound).is_err());
	}
}
