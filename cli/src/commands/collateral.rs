//! `concordat collateral list | check | post | split`.

use super::{
	attest::{read_materials, refused, tell_left_out},
	write_file,
};
use crate::{
	attest::{
		anchors, json,
		pieces::{arrange, describe, file_name, waits},
		time, words,
	},
	chain::{keypair, Chain},
	error::{Error, Result},
	output::{table, Output},
};
use clap::{Args, Subcommand};
use codec::Encode;
use concordat_attestation::{
	source::{Memory, Piece, Slot},
	Error as Refusal,
};
use concordat_primitives::views::{CollateralView, Page};
use serde_json::{json, Value};
use std::path::PathBuf;
use subxt_signer::sr25519::Keypair;

/// Verbs.
#[derive(Subcommand, Debug)]
pub enum CollateralCommand {
	/// List what the chain holds.
	List {
		/// Place to start from.
		#[arg(long, default_value_t = 0)]
		from: u32,
		/// How many.
		#[arg(long, default_value_t = 50)]
		limit: u32,
	},
	/// Ask what the chain would say to each piece, or check it without a chain.
	Check(Check),
	/// Post what the chain lacks, in the order in which it takes it. What it holds already is not posted again.
	Post(Post),
	/// Write each piece into a file of its own, as the chain takes it. Needs no chain.
	Split {
		/// Files or directories.
		#[arg(required = true)]
		files: Vec<PathBuf>,
		/// Where to write; made if it is not there.
		#[arg(long)]
		out: PathBuf,
	},
}

/// What to check.
#[derive(Args, Debug)]
pub struct Check {
	/// Files or directories: certificates and revocation lists (PEM, DER), answers of Intel's service, collateral JSON,
	/// pieces.
	#[arg(required = true)]
	files: Vec<PathBuf>,
	/// Ask no chain.
	#[arg(long)]
	offline: bool,
	/// With `--offline`: `production`, `test`, or a file.
	#[arg(long, default_value = "production", requires = "offline")]
	anchors: String,
	/// With `--offline`: the time to judge at.
	#[arg(long, value_parser = time::parse, requires = "offline")]
	at: Option<u64>,
}

/// What to post.
#[derive(Args, Debug)]
pub struct Post {
	/// Files or directories.
	#[arg(required = true)]
	files: Vec<PathBuf>,
	/// Secret of whoever posts. A piece that is taken costs nothing.
	#[arg(long, env = "CONCORDAT_SURI", default_value = "//Alice", hide_env_values = true)]
	suri: String,
}

/// What a chain, or a check without one, says to a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
	/// It would be taken.
	Taken,
	/// It, or a newer one, is held already.
	Held,
	/// It would be refused.
	Refused(Refusal),
}

impl Verdict {
	/// Out of what was answered.
	pub fn of<T>(answer: &std::result::Result<T, Refusal>) -> Self {
		match answer {
			Ok(_) => Self::Taken,
			// Only a piece that would go backwards is told its evaluation number here: no policy is asked.
			Err(
				Refusal::AlreadyHeld(_)
				| Refusal::RolledBack { .. }
				| Refusal::EvaluationTooOld { .. },
			) => Self::Held,
			Err(why) => Self::Refused(*why),
		}
	}

	fn text(self) -> String {
		match self {
			Self::Taken => "would be taken".into(),
			Self::Held => "is held already, or a newer one".into(),
			Self::Refused(why) => format!("REFUSED: {}", words::error(&why)),
		}
	}

	fn json(self, piece: &Piece) -> Value {
		let (verdict, error) = match self {
			Self::Taken => ("taken", None),
			Self::Held => ("held", None),
			Self::Refused(why) => ("refused", Some(json::error(&why))),
		};
		json!({ "piece": describe(piece), "verdict": verdict, "error": error })
	}
}

/// Runs a verb.
pub async fn run(command: CollateralCommand, url: &str, output: &Output) -> Result<()> {
	match command {
		CollateralCommand::List { from, limit } => {
			let page = Chain::connect(url).await?.collateral(from, limit).await?;
			let as_json = json::page(&page, json::collateral);
			output.result(&as_json, |_| listed(&page, time::now()));
			Ok(())
		},
		CollateralCommand::Check(args) => check(args, url, output).await,
		CollateralCommand::Post(args) => {
			let signer = keypair(&args.suri)?;
			let pieces = pieces_of(&args.files, output)?;
			let chain = Chain::connect(url).await?;
			let posted = post_all(&chain, &signer, &pieces, output).await?;
			let as_json = json!({ "pieces": pieces.len(), "posted": posted });
			output.result(&as_json, |_| format!("{posted} of {} pieces posted", pieces.len()));
			Ok(())
		},
		CollateralCommand::Split { files, out } => split(&files, &out, output),
	}
}

fn pieces_of(files: &[PathBuf], output: &Output) -> Result<Vec<Piece>> {
	let arranged = arrange(read_materials(files)?);
	tell_left_out(&arranged, output);
	if arranged.pieces.is_empty() {
		return Err(Error::Argument("no piece of collateral in these files".into()));
	}
	Ok(arranged.pieces)
}

/// Posts pieces, in their order, as far as the chain lacks them. Returns how many it took. A refusal ends it: what
/// follows may stand on what was refused.
pub async fn post_all(
	chain: &Chain,
	signer: &Keypair,
	pieces: &[Piece],
	output: &Output,
) -> Result<usize> {
	let mut posted = 0;
	for piece in pieces {
		match Verdict::of(&chain.check_piece(piece).await?) {
			Verdict::Held => {},
			Verdict::Refused(why) => {
				output.progress(format!("refused: {}", describe(piece)));
				return Err(refused(&why));
			},
			Verdict::Taken => {
				match chain.submit(signer, "Attestation", "post_collateral", (piece,)).await {
					Ok(included) => {
						posted += 1;
						output.progress(format!(
							"posted in block {}: {}",
							included.block,
							describe(piece)
						));
					},
					// Somebody else was quicker: that is as good.
					Err(error @ Error::Refused { .. }) => {
						match Verdict::of(&chain.check_piece(piece).await?) {
							Verdict::Held => {},
							_ => return Err(error),
						}
					},
					Err(error) => return Err(error),
				}
			},
		}
	}
	Ok(posted)
}

async fn check(args: Check, url: &str, output: &Output) -> Result<()> {
	let pieces = pieces_of(&args.files, output)?;
	let mut verdicts = Vec::new();
	if args.offline {
		let (anchors, now) = (anchors::read(&args.anchors)?, args.at.unwrap_or_else(time::now));
		let mut memory = Memory::default();
		for piece in &pieces {
			verdicts.push(Verdict::of(&memory.post(piece, &anchors, now)));
		}
	} else {
		let chain = Chain::connect(url).await?;
		for piece in &pieces {
			verdicts.push(Verdict::of(&chain.check_piece(piece).await?));
		}
		waiting(&mut verdicts);
	}
	let as_json: Vec<Value> =
		pieces.iter().zip(&verdicts).map(|(piece, verdict)| verdict.json(piece)).collect();
	output.result(&as_json, |_| {
		let rows: Vec<Vec<String>> = pieces
			.iter()
			.zip(&verdicts)
			.map(|(piece, verdict)| vec![describe(piece), verdict.text()])
			.collect();
		table(&["PIECE", "VERDICT"], &rows)
	});
	match verdicts.iter().find_map(|verdict| match verdict {
		Verdict::Refused(why) => Some(*why),
		_ => None,
	}) {
		Some(why) => Err(refused(&why)),
		None => Ok(()),
	}
}

/// A chain is asked about each piece by itself: one that only waits for another of these files is no bad piece.
fn waiting(verdicts: &mut [Verdict]) {
	let mut new = false;
	for verdict in verdicts {
		match verdict {
			Verdict::Taken => new = true,
			Verdict::Refused(why) if new && waits(why) => *verdict = Verdict::Taken,
			_ => {},
		}
	}
}

fn split(files: &[PathBuf], out: &std::path::Path, output: &Output) -> Result<()> {
	let pieces = pieces_of(files, output)?;
	std::fs::create_dir_all(out).map_err(|reason| Error::File { path: out.into(), reason })?;
	let mut written = Vec::new();
	for (index, piece) in pieces.iter().enumerate() {
		let path = out.join(file_name(index, piece));
		write_file(&path, &piece.encode())?;
		written.push((path, describe(piece)));
	}
	let as_json: Vec<Value> =
		written.iter().map(|(path, what)| json!({ "path": path, "piece": what })).collect();
	output.result(&as_json, |_| {
		let rows: Vec<Vec<String>> = written
			.iter()
			.map(|(path, what)| vec![path.display().to_string(), what.clone()])
			.collect();
		table(&["FILE", "PIECE"], &rows)
	});
	Ok(())
}

fn listed(page: &Page<CollateralView>, now: u64) -> String {
	let short = |bytes: &[u8]| format!("{}…", &hex::encode(bytes)[..16]);
	let rows: Vec<Vec<String>> = page
		.items
		.iter()
		.map(|view| {
			let (kind, which) = match &view.slot {
				Slot::Authority(fingerprint) => ("certificate", short(fingerprint)),
				Slot::Crl(issuer) => ("revocation list", format!("of key {}", short(&issuer.0))),
				Slot::TcbInfo { tee, fmspc, .. } => {
					("TCB info", format!("{tee:?} {}", hex::encode(fmspc)))
				},
				Slot::QeIdentity { tee, .. } => ("QE identity", format!("{tee:?}")),
			};
			let dash = || "-".to_string();
			vec![
				kind.into(),
				which,
				if view.issued > 0 { time::utc(view.issued) } else { dash() },
				time::relative(view.not_after, now),
				if view.evaluation > 0 { view.evaluation.to_string() } else { dash() },
				view.posted_at.to_string(),
				if view.simulated { "simulated".into() } else { String::new() },
			]
		})
		.collect();
	let head = ["KIND", "WHICH", "MADE", "COUNTS TO", "EVALUATION", "BLOCK", ""];
	let mut text = table(&head, &rows);
	if let Some(next) = page.next {
		text.push_str(&format!("\nmore: --from {next}"));
	}
	text
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{attest::recorded::SUMMER_2025, recorded};
	use concordat_attestation::{collateral::KeyId, Part};

	fn quiet() -> Output {
		Output::new(true)
	}

	fn files(dir: &tempfile::TempDir, files: &[(&str, &[u8])]) -> PathBuf {
		for (name, bytes) in files {
			std::fs::write(dir.path().join(name), bytes).unwrap();
		}
		dir.path().to_path_buf()
	}

	#[test]
	fn only_news_should_be_posted() {
		let part = Part::RootCrl;
		assert_eq!(Verdict::of(&Ok::<(), _>(())), Verdict::Taken);
		for held in [
			Refusal::AlreadyHeld(part),
			Refusal::RolledBack { part, by: 1 },
			Refusal::EvaluationTooOld { found: 1, required: 2 },
		] {
			assert_eq!(Verdict::of::<()>(&Err(held)), Verdict::Held);
		}
		let bad = Refusal::Expired { part, by: 1 };
		assert_eq!(Verdict::of::<()>(&Err(bad)), Verdict::Refused(bad));
	}

	#[test]
	fn a_piece_that_waits_for_another_should_not_be_called_bad() {
		let missing = Verdict::Refused(Refusal::Missing(Part::Root));
		let mut alone = [missing];
		waiting(&mut alone);
		assert_eq!(alone, [missing]);
		let mut behind = [Verdict::Held, Verdict::Taken, missing];
		waiting(&mut behind);
		assert_eq!(behind, [Verdict::Held, Verdict::Taken, Verdict::Taken]);
		let bad = Verdict::Refused(Refusal::BadSignature(Part::RootCrl));
		let mut bad_behind = [Verdict::Taken, bad];
		waiting(&mut bad_behind);
		assert_eq!(bad_behind[1], bad);
	}

	#[test]
	fn split_pieces_should_read_back_as_the_same() {
		let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
		let path = files(&from, &[("c.json", recorded!("intel/tdx_quote_collateral.json"))]);
		let first = pieces_of(std::slice::from_ref(&path), &quiet()).unwrap();
		split(&[path], &to.path().join("new"), &quiet()).unwrap();
		let again = pieces_of(&[to.path().join("new")], &quiet()).unwrap();
		assert_eq!(again, first);
		assert_eq!(std::fs::read_dir(to.path().join("new")).unwrap().count(), 7);
	}

	#[tokio::test]
	async fn a_check_without_a_chain_should_pass_and_fail_by_time() {
		let dir = tempfile::tempdir().unwrap();
		let path = files(&dir, &[("c.json", recorded!("intel/sgx_quote_collateral.json"))]);
		let at = |at| Check {
			files: vec![path.clone()],
			offline: true,
			anchors: "production".into(),
			at: Some(at),
		};
		check(at(SUMMER_2025), "", &quiet()).await.unwrap();
		let late = check(at(SUMMER_2025 + 400 * 86_400), "", &quiet()).await.unwrap_err();
		assert!(late.to_string().contains("out of date"), "{late}");
		let none = files(&dir, &[("c.json", b"rain")]);
		assert!(pieces_of(&[none], &quiet()).is_err());
	}

	#[test]
	fn what_the_chain_holds_should_be_listed() {
		let view = CollateralView {
			slot: Slot::Crl(KeyId([0xab; 32])),
			issued: 86_400,
			not_after: 172_800,
			evaluation: 0,
			posted_at: 12,
			simulated: true,
		};
		let text = listed(&Page { items: vec![view], next: None }, 86_400);
		let row = text.lines().nth(1).unwrap();
		assert!(
			row.starts_with("revocation list  of key abababababababab…  1970-01-02 00:00:00 UTC")
		);
		assert!(row.contains("in 1 day") && row.ends_with("12     simulated"), "{text}");
	}
}
