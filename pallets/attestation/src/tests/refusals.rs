//! Bad evidence and bad collateral: each refused for its own reason, with nothing changed, nobody told, and no weight
//! given back.
//!
//! Every way of being bad is a [`Row`] of a table. What the rows bend is accepted when it is not bent, which
//! [`unbent_evidence_should_be_accepted`] makes sure of, so that each is refused for what it bends.

mod binding;
mod certificates;
mod collateral;
mod forms;
mod mutations;
mod platforms;
mod production;
mod statuses;

use crate::{mock::*, Call, Error, Refusal, WeightInfo};
use codec::Encode;
use concordat_attestation::{
	policy::QuotePolicy, simulator::dev::DevKind, source::Piece, Evidence, Field, Part,
};
use concordat_primitives::clause::RiskClass;
use frame_support::{
	assert_ok,
	dispatch::{
		extract_actual_pays_fee, extract_actual_weight, DispatchResultWithPostInfo,
		GetDispatchInfo, Pays,
	},
	storage::with_transaction,
	BoundedVec,
};
use scale_info::{TypeDef, TypeInfo};
use sp_runtime::{DispatchError, StateVersion, TransactionOutcome};
use std::collections::BTreeSet;

const KINDS: [DevKind; 4] = [DevKind::Sgx, DevKind::Tdx, DevKind::Snp, DevKind::Nitro];

/// What is sent last, and has to be refused.
enum Sent {
	Evidence(Box<Attempt>, Evidence),
	Piece(Piece),
}

/// A way of being bad.
struct Row {
	name: String,
	expected: AttestationError,
	/// Sets up what has to be there, and makes what is sent.
	make: Box<dyn Fn() -> Sent>,
}

fn row(
	name: impl Into<String>,
	expected: AttestationError,
	make: impl Fn() -> Sent + 'static,
) -> Row {
	Row { name: name.into(), expected, make: Box::new(make) }
}

/// The row of evidence that is refused by the verifier.
fn bent(name: &str, refusal: Refusal, kind: DevKind, bend: impl Fn(&mut Attempt) + 'static) -> Row {
	row(format!("{kind:?}: {name}"), Error::Refused(refusal), move || attempt(kind, &bend))
}

/// The row of a piece of collateral that is refused by the verifier.
fn offered(name: impl Into<String>, refusal: Refusal, make: impl Fn() -> Piece + 'static) -> Row {
	row(name, Error::Refused(refusal), move || Sent::Piece(make()))
}

/// Sends what the first node makes on a platform of this kind, bent.
fn attempt(kind: DevKind, bend: impl Fn(&mut Attempt)) -> Sent {
	let mut attempt = Attempt::with(kind, NODE_A);
	bend(&mut attempt);
	let evidence = attempt.evidence();
	Sent::Evidence(Box::new(attempt), evidence)
}

/// Sends this evidence as the first node.
fn evidence(kind: DevKind, evidence: Evidence) -> Sent {
	Sent::Evidence(Box::new(Attempt::with(kind, NODE_A)), evidence)
}

const fn mismatch(part: Part, field: Field) -> Refusal {
	Refusal::Mismatch(part, field)
}

/// As much as fits.
fn bounded<S: frame_support::traits::Get<u32>>(bytes: Vec<u8>) -> BoundedVec<u8, S> {
	BoundedVec::truncate_from(bytes)
}

/// Changes the policies of all classes, from what genesis set.
fn set_policies(bend: impl Fn(&mut QuotePolicy)) {
	for class in RiskClass::ALL {
		let mut policy = Attestation::policy(class);
		bend(&mut policy);
		assert_ok!(Attestation::set_quote_policy(RuntimeOrigin::root(), class, Box::new(policy)));
	}
}

/// Posts a piece that is taken.
#[track_caller]
fn posted(piece: &Piece) {
	assert_ok!(post(piece));
}

impl Sent {
	fn send(&self) -> DispatchResultWithPostInfo {
		match self {
			Self::Evidence(attempt, evidence) => attempt.send_with(evidence.clone()),
			Self::Piece(piece) => post(piece),
		}
	}

	fn call(&self) -> Call<Test> {
		match self {
			Self::Evidence(attempt, evidence) => Call::attest {
				node: attempt.node,
				evidence: Box::new(evidence.clone()),
				signing_key: attempt.signing_key,
				encryption_key: attempt.encryption_key,
				challenge: attempt.challenge,
			},
			Self::Piece(piece) => Call::post_collateral { piece: Box::new(piece.clone()) },
		}
	}

	/// Sends it, outside of any transaction that could undo what it does. Hands back the error, or what it did besides being
	/// refused: nothing may change, nobody may be told, and all has to be paid that was declared.
	fn refused(&self) -> Result<DispatchError, String> {
		clear();
		let root = || sp_io::storage::root(StateVersion::V1);
		let before = root();
		let outcome = self.send();
		let info = self.call().get_dispatch_info();
		let paid = extract_actual_weight(&outcome, &info);
		for (holds, what) in [
			(root() == before, "the state has changed"),
			(System::event_count() == 0, "there is an event"),
			(Listened::take().is_empty(), "the listener was told"),
			(Receipts::take().is_empty(), "there is a receipt"),
			(paid == info.call_weight, "weight was given back"),
			(extract_actual_pays_fee(&outcome, &info) == Pays::Yes, "it was free of charge"),
		] {
			if !holds && outcome.is_err() {
				return Err(what.into());
			}
		}
		outcome.map_or_else(|refused| Ok(refused.error), |_| Err("it was accepted".into()))
	}
}

/// Does something and undoes it.
fn undone<R>(act: impl FnOnce() -> R) -> R {
	let done = with_transaction(|| TransactionOutcome::Rollback(Ok::<_, DispatchError>(act())));
	Clock::set(None);
	done.expect("it is not nested deep")
}

/// A chain with the collateral of all vendors, under whose policies platforms of all of them are good.
fn with_all(test: impl FnOnce()) {
	ExtBuilder::default()
		.policies(policies_with_snp())
		.with_collateral_of(&KINDS)
		.build_and_execute(test);
}

/// Goes through a table, each row on the same chain.
fn each_should_be_refused(rows: Vec<Row>) {
	with_all(|| {
		let wrong: Vec<_> = rows
			.into_iter()
			.filter_map(|Row { name, expected, make }| {
				let expected = Ok(DispatchError::from(expected));
				let found = undone(|| make().refused());
				(found != expected).then(|| format!("{name}: {found:?} instead of {expected:?}"))
			})
			.collect();
		assert!(wrong.is_empty(), "{}", wrong.join("\n"));
	});
}

/// Every table of the modules below.
fn tables() -> Vec<Row> {
	[
		binding::rows(),
		certificates::rows(),
		collateral::rows(),
		forms::rows(),
		platforms::rows(),
		production::rows(),
		statuses::rows(),
	]
	.into_iter()
	.flatten()
	.collect()
}

#[test]
fn unbent_evidence_should_be_accepted() {
	with_all(|| {
		for kind in KINDS {
			undone(|| {
				assert_ok!(Attempt::with(kind, NODE_A).send());
			});
		}
	});
}

#[test]
fn whatever_is_wrong_should_have_been_charged_as_if_nothing_were_known() {
	with_all(|| {
		for kind in KINDS {
			let Sent::Evidence(attempt, evidence) = attempt(kind, |_| ()) else { continue };
			let declared = Sent::Evidence(attempt, evidence.clone()).call().get_dispatch_info();
			type Weights = <Test as crate::Config>::WeightInfo;
			let (all, known) = match evidence {
				Evidence::Intel { .. } => {
					(Weights::attest_intel(2), Weights::attest_intel_known(2))
				},
				Evidence::Amd { .. } => (Weights::attest_amd(2), Weights::attest_amd_known(2)),
				Evidence::Aws { .. } => (Weights::attest_aws(2), Weights::attest_aws_known(2)),
			};
			assert_eq!(declared.call_weight, all, "{kind:?}");
			assert!(all.all_gte(known), "{kind:?}");
		}
	});
}

/// Names of the variants of a type, or of a value of it.
fn variants() -> BTreeSet<String> {
	match Refusal::type_info().type_def {
		TypeDef::Variant(all) => all.variants.iter().map(|one| one.name.to_string()).collect(),
		_ => BTreeSet::new(),
	}
}

fn variant(refusal: &Refusal) -> String {
	let text = format!("{refusal:?}");
	text.split('(').next().unwrap_or_default().to_string()
}

/// No refusal lacks a row: each can be brought about from outside.
#[test]
fn the_tables_should_hold_every_refusal() {
	let rows = tables();
	let found: BTreeSet<_> = rows
		.iter()
		.filter_map(|row| match &row.expected {
			Error::Refused(refusal) => Some(variant(refusal)),
			_ => None,
		})
		.collect();
	assert!(found.len() > 20);
	assert_eq!(found, variants());
}

#[test]
fn no_two_rows_should_have_one_name() {
	let rows = tables();
	let names: BTreeSet<_> = rows.iter().map(|row| &row.name).collect();
	assert_eq!(names.len(), rows.len());
}

/// What is longer than its bound is refused before it is a call: nothing looks inside.
#[test]
fn what_is_too_long_should_not_decode() {
	use codec::Decode;
	let evidence = |kind: u8, len: usize, rest: &[u8]| {
		let bytes = [(kind, vec![0_u8; len]).encode(), rest.to_vec()].concat();
		Evidence::decode(&mut &bytes[..]).is_ok()
	};
	// Certificate, authority and root of AMD.
	let certificate = |len: usize| [vec![0_u8; len].encode(), vec![0; 64]].concat();
	for (kind, max, rest) in
		[(1, 8_192, vec![]), (2, 1_184, certificate(4_096)), (3, 16_384, vec![])]
	{
		assert!(evidence(kind, max, &rest), "{kind}");
		assert!(!evidence(kind, max + 1, &rest), "{kind}");
	}
	assert!(!evidence(2, 1_184, &certificate(4_097)));
	let piece = |head: &[u8], len: usize, rest: usize| {
		let bytes = [head.to_vec(), vec![0_u8; len].encode(), vec![0; rest]].concat();
		Piece::decode(&mut &bytes[..]).is_ok()
	};
	for (head, max, rest) in [
		(&[0, 0][..], 4_096, 0),
		(&[1][..], 4_096, 32),
		(&[2][..], 32_768, 32),
		(&[3][..], 32_768, 96),
		(&[4][..], 8_192, 96),
	] {
		assert!(piece(head, max, rest), "{head:?}");
		assert!(!piece(head, max + 1, rest), "{head:?}");
	}
}
