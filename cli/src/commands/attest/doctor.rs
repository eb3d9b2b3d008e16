//! `concordat attest doctor`.

use super::{read_materials, renew};
use crate::{
	attest::{
		anchors,
		doctor::{self, failures, Finding},
		evidence::Found,
		material::Material,
		offline, pieces, time,
	},
	chain::{one, Chain},
	enclave,
	error::{Error, Result},
	output::Output,
};
use clap::Args;
use concordat_attestation::{report_data, Evidence};
use concordat_primitives::{
	enclave_api::{AttestRequest, Identity},
	views::{LeaseView, NodeView},
	AccountId, Hash, NodeId,
};
use serde_json::json;
use std::path::PathBuf;

/// Seconds to wait for a finalised block to ask evidence for.
const PATIENCE: u64 = 15;

/// What to look at.
#[derive(Args, Debug)]
pub struct Doctor {
	/// Base URL of the enclave, for instance http://127.0.0.1:9955.
	#[arg(long, value_name = "URL")]
	enclave: Option<String>,
	/// Number of the node.
	#[arg(long)]
	node: Option<NodeId>,
	/// Where the file system of the machine begins.
	#[arg(long, default_value = "/")]
	root: PathBuf,
	/// Ask no chain: judge the enclave's evidence under the collateral that it has at hand and that of these files.
	#[arg(long)]
	offline: bool,
	/// With `--offline`: collateral, files or directories.
	#[arg(long, value_name = "PATH", num_args = 1.., requires = "offline")]
	collateral: Vec<PathBuf>,
}

/// Runs it.
pub async fn run(args: Doctor, url: &str, output: &Output) -> Result<()> {
	let mut findings = doctor::devices(&args.root);
	let chain = if args.offline {
		None
	} else {
		match Chain::connect(url).await {
			Ok(chain) => Some(chain),
			Err(error) => {
				findings.push(Finding::fail(
					"chain",
					error.to_string(),
					"Start the node, give --url, or look without a chain: --offline.",
				));
				None
			},
		}
	};
	let now = time::now();
	let chain_time = match &chain {
		Some(chain) => Some(chain.time_of(chain.best().await?).await? / 1_000),
		None => None,
	};
	findings.push(doctor::clock(now, chain_time));
	let identity = match &args.enclave {
		None => None,
		Some(base) => match enclave::identity(base).await {
			Ok(identity) => {
				findings.push(doctor::enclave(&identity));
				Some((base, identity))
			},
			Err(error) => {
				findings.push(Finding::fail(
					"enclave",
					error.to_string(),
					"Start it, and look at its log: without evidence it refuses to start.",
				));
				None
			},
		},
	};
	match (&chain, &identity) {
		(Some(chain), Some((base, identity))) => {
			with_chain(chain, base, identity, args.node, &mut findings).await?;
		},
		(None, Some((base, identity))) if args.offline => {
			let extra = read_materials(&args.collateral)?;
			findings.extend(without_chain(base, identity, extra, now).await);
		},
		_ => {},
	}
	if let (Some(chain), Some(node)) = (&chain, args.node) {
		of_node(chain, node, identity.as_ref().map(|(_, one)| one), &mut findings).await?;
	}
	let failed = failures(&findings);
	output.result(&json!({ "findings": findings, "failures": failed }), |_| {
		let mut lines: Vec<String> = findings.iter().map(Finding::to_string).collect();
		lines.push(match failed {
			0 => "nothing that the chain would refuse".into(),
			1 => "one finding has to be mended".into(),
			count => format!("{count} findings have to be mended"),
		});
		lines.join("\n")
	});
	if failed == 0 {
		Ok(())
	} else {
		Err(Error::Unhealthy(failed))
	}
}

/// Collateral and evidence of an enclave, as the chain would judge them.
async fn with_chain(
	chain: &Chain,
	base: &str,
	identity: &Identity,
	node: Option<NodeId>,
	findings: &mut Vec<Finding>,
) -> Result<()> {
	let now = time::now();
	match enclave::collateral(base).await {
		Err(error) => findings.push(Finding::fail(
			"collateral",
			error.to_string(),
			"Update the enclave: it has to tell its platform's collateral.",
		)),
		Ok(at_hand) => {
			let mut verdicts = Vec::new();
			for piece in &at_hand {
				verdicts.push((pieces::describe(piece), chain.check_piece(piece).await?));
			}
			findings.push(doctor::at_hand(&verdicts));
		},
	}
	findings.extend(doctor::ending(&chain.all_collateral().await?, identity.simulated, now));
	let Some(node) = node else {
		let status = chain.measurement(&identity.measurement).await?;
		findings.push(doctor::measurement(status.as_ref()));
		return Ok(());
	};
	match renew::ask_enclave(chain, node, base, PATIENCE).await {
		Err(error) => findings.push(Finding::fail(
			"evidence",
			error.to_string(),
			"The enclave could not make evidence: see its log and the device above.",
		)),
		Ok(fresh) => {
			let verdict = chain.appraise(&fresh.evidence, Some(node)).await?;
			findings.extend(doctor::appraisal(&verdict, Some(node), &fresh.expected, now));
		},
	}
	Ok(())
}

/// Evidence of an enclave, judged under what is at hand.
async fn without_chain(
	base: &str,
	identity: &Identity,
	extra: Vec<Material>,
	now: u64,
) -> Vec<Finding> {
	// Any chain and any block will do: nobody is to accept this.
	let request = AttestRequest { genesis: Hash::zero(), node: 0, challenge: Hash::zero() };
	let broken = |error: Error| {
		vec![Finding::fail(
			"evidence",
			error.to_string(),
			"See the enclave's log and the device above.",
		)]
	};
	let answer = match enclave::attest(base, &request).await {
		Ok(answer) => answer,
		Err(error) => return broken(error),
	};
	let evidence: Evidence = match renew::decode(&answer.evidence, base) {
		Ok(evidence) => evidence,
		Err(error) => return broken(error),
	};
	let mut materials = extra;
	match enclave::collateral(base).await {
		Ok(at_hand) => materials.extend(at_hand.into_iter().map(Material::Piece)),
		Err(error) => return broken(error),
	}
	let expected = report_data(&[0; 32], 0, &answer.signing_key, &answer.encryption_key, &[0; 32]);
	let anchors = if identity.simulated {
		concordat_attestation::dev_anchors::dev_anchors().to_vec()
	} else {
		anchors::production()
	};
	let report = offline::verify(offline::Request {
		found: Found::Evidence(Box::new(evidence)),
		materials,
		anchors,
		policy: None,
		now,
		measurement: Some(identity.measurement),
		report_data: Some(expected),
	});
	vec![match report {
		Ok(report) => doctor::offline(&report),
		Err(why) => Finding::fail("evidence", why, "See the enclave's log."),
	}]
}

/// Lease and money of a node.
async fn of_node(
	chain: &Chain,
	node: NodeId,
	identity: Option<&Identity>,
	findings: &mut Vec<Finding>,
) -> Result<()> {
	let registered: Option<NodeView> = chain.ask("concordat_node", one(node)?).await?;
	let Some(registered) = registered else {
		findings.push(Finding::fail(
			"node",
			format!("there is no node {node}"),
			"Register it: concordat node register.",
		));
		return Ok(());
	};
	let view: Option<LeaseView> = chain.ask("concordat_attestation", one(node)?).await?;
	let best = chain.best().await?;
	findings.push(doctor::lease(node, view.as_ref(), identity.map(|one| &one.signing_key), best));
	// A fee that is asked for the longest evidence is no less than any that is paid.
	let quote = vec![0; concordat_attestation::intel::MAX_QUOTE_BYTES];
	let evidence = quote
		.try_into()
		.map(|quote| Evidence::Intel { quote })
		.map_err(|_| Error::Argument("evidence of the longest kind does not fit".into()))?;
	let arguments = (node, evidence, [0u8; 32], [0u8; 32], (0u32, Hash::zero()));
	let call = chain.call_data("Attestation", "attest", arguments).await?;
	let fee = chain.fee(&call).await?;
	let operator = AccountId::from(registered.operator_key.0);
	findings.push(doctor::balance("operator", chain.balance(&operator).await?, fee));
	findings.push(doctor::balance("controller", chain.balance(&registered.controller).await?, fee));
	Ok(())
}
