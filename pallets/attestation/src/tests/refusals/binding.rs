//! What evidence is bound to: chain, node, keys, challenge; who shows it, how often, and for which code.

use super::*;
use concordat_attestation::report_data;
use concordat_primitives::{attest::Measurement, traits::GenesisHash, Hash};

const NOT_BOUND: Refusal = mismatch(Part::Evidence, Field::ReportData);

/// What an attempt is bound to, with one of the five things being another one.
fn bound(attempt: &Attempt, wrong: &str) -> [u8; 64] {
	let mut genesis = Attestation::genesis_hash().0;
	let mut node = attempt.node;
	let mut signing = attempt.signing_key;
	let mut sealing = attempt.encryption_key;
	let mut challenge = attempt.challenge.1 .0;
	match wrong {
		"genesis" => genesis[31] ^= 1,
		"node" => node += 1,
		"signing key" => signing[0] ^= 1,
		"encryption key" => sealing[0] ^= 1,
		"challenge" => challenge[31] ^= 1,
		other => panic!("{other}"),
	}
	report_data(&genesis, node, &signing, &sealing, &challenge)
}

fn bound_to_another() -> Vec<Row> {
	let mut rows = Vec::new();
	for kind in KINDS {
		for wrong in ["genesis", "node", "signing key", "encryption key", "challenge"] {
			rows.push(bent(&format!("bound to another {wrong}"), NOT_BOUND, kind, move |a| {
				a.report_data = Some(bound(a, wrong));
			}));
		}
		rows.push(bent("bound to nothing", NOT_BOUND, kind, |a| a.report_data = Some([0; 64])));
	}
	rows.push(bent("without user data", NOT_BOUND, DevKind::Nitro, |a| {
		a.document = |document| document.user_data = None;
	}));
	rows.push(bent("user data cut short", NOT_BOUND, DevKind::Nitro, |a| {
		a.document = |document| {
			if let Some(data) = &mut document.user_data {
				data.truncate(63);
			}
		};
	}));
	rows
}

/// Evidence that was good once, and what comes after it.
fn replayed() -> Vec<Row> {
	let mut rows = Vec::new();
	for kind in KINDS {
		let used = move || {
			let attempt = Attempt::with(kind, NODE_A);
			assert_ok!(attempt.send());
			attempt
		};
		rows.push(row(format!("{kind:?}: replayed"), Error::ChallengeUsed, move || {
			let attempt = used();
			let evidence = attempt.evidence();
			Sent::Evidence(Box::new(attempt), evidence)
		}));
		let again = "replayed for a fresh challenge";
		rows.push(row(format!("{kind:?}: {again}"), Error::Refused(NOT_BOUND), move || {
			let mut attempt = used();
			let evidence = attempt.evidence();
			next_block();
			attempt.challenge = challenge();
			Sent::Evidence(Box::new(attempt), evidence)
		}));
		let other = "replayed by another node";
		rows.push(row(format!("{kind:?}: {other}"), Error::Refused(NOT_BOUND), move || {
			let evidence = used().evidence();
			Sent::Evidence(Box::new(Attempt::with(kind, NODE_B)), evidence)
		}));
		rows.push(row(format!("{kind:?}: another node's key"), Error::KeyInUse, move || {
			let mine = used();
			let mut attempt = Attempt::with(kind, NODE_B);
			attempt.signing_key = mine.signing_key;
			let evidence = attempt.evidence();
			Sent::Evidence(Box::new(attempt), evidence)
		}));
		rows.push(row(
			format!("{kind:?}: another node's platform"),
			Error::PlatformInUse,
			move || {
				let mine = used();
				let mut attempt = Attempt::with(kind, NODE_B);
				attempt.platform = mine.platform;
				let evidence = attempt.evidence();
				Sent::Evidence(Box::new(attempt), evidence)
			},
		));
	}
	rows
}

fn of_other_code() -> Vec<Row> {
	let mut rows = Vec::new();
	for kind in KINDS {
		rows.push(row(
			format!("{kind:?}: unknown code"),
			Error::MeasurementNotAllowed,
			move || attempt(kind, |a| a.code = STRANGE_CODE.0),
		));
	}
	let code = |name: &str, set_up: fn()| {
		row(format!("code that is {name}"), Error::MeasurementNotAllowed, move || {
			set_up();
			attempt(DevKind::Tdx, |a| a.code = STRANGE_CODE.0)
		})
	};
	rows.push(code("announced only", || {
		assert_ok!(Attestation::propose_measurement(RuntimeOrigin::root(), STRANGE_CODE));
	}));
	rows.push(code("revoked", || {
		assert_ok!(Attestation::propose_measurement(RuntimeOrigin::root(), STRANGE_CODE));
		run_to(System::block_number() + TIMELOCK);
		assert_ok!(Attestation::revoke_measurement(RuntimeOrigin::root(), STRANGE_CODE));
	}));
	rows.push(code("expired", || {
		assert_ok!(Attestation::propose_measurement(RuntimeOrigin::root(), STRANGE_CODE));
		run_to(System::block_number() + TIMELOCK);
		let root = RuntimeOrigin::root();
		assert_ok!(Attestation::sunset_measurement(root, STRANGE_CODE, GRACE));
		run_to(System::block_number() + GRACE);
	}));
	// What SGX shows has 32 bytes: as 48 it is another code.
	rows.push(row(
		"SGX's code, shown by TDX with other bytes behind",
		Error::MeasurementNotAllowed,
		|| {
			let Measurement(mut code) = SGX_CODE;
			code[47] = 1;
			attempt(DevKind::Tdx, move |a| a.code = code)
		},
	));
	rows
}

fn of_other_blocks() -> Vec<Row> {
	let with = |name: &str, expected, challenge: fn() -> (u32, Hash)| {
		row(name, expected, move || attempt(DevKind::Tdx, |a| a.challenge = challenge()))
	};
	vec![
		with("a challenge of this block", Error::ChallengeInFuture, || {
			(System::block_number(), hash_of(System::block_number()))
		}),
		with("a challenge of a block to come", Error::ChallengeInFuture, || {
			(u32::MAX, Hash::zero())
		}),
		with("a challenge that is too old", Error::ChallengeTooOld, || {
			let number = System::block_number() - 1;
			run_to(number + WINDOW + 1);
			(number, hash_of(number))
		}),
		with("a challenge of another chain", Error::ChallengeNotOnChain, || {
			let (number, _) = challenge();
			(number, Hash::repeat_byte(1))
		}),
		with("a challenge of another block", Error::ChallengeNotOnChain, || {
			let (number, hash) = challenge();
			(number - 1, hash)
		}),
		with("a challenge of zeros", Error::ChallengeNotOnChain, || {
			let (number, _) = challenge();
			frame_system::BlockHash::<Test>::remove(number);
			(number, Hash::zero())
		}),
	]
}

pub fn rows() -> Vec<Row> {
	let mut rows = bound_to_another();
	rows.extend(replayed());
	rows.extend(of_other_code());
	rows.extend(of_other_blocks());
	rows.push(row("by a stranger", Error::NotController, || {
		attempt(DevKind::Tdx, |a| a.who = EVE)
	}));
	rows.push(row("for no node", Error::UnknownNode, || attempt(DevKind::Tdx, |a| a.node = 77)));
	rows
}

#[test]
fn evidence_that_is_bound_to_something_else_should_be_refused() {
	each_should_be_refused(rows());
}
