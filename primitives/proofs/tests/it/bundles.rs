//! Receipts that hold, by each thing that can be trusted.

use crate::made::{make, small, Shape, GENESIS, SET};
use concordat_proofs::check::{check, Refusal, Trust};

#[test]
fn a_receipt_holds_by_authorities_header_rollup_or_nothing() {
	let made = small();
	let report = check(&made.bundle, &Trust::Authorities(&made.authorities), Some(&GENESIS));
	let report = report.unwrap();
	assert_eq!((report.receipt, report.block, report.genesis), (42, 7, GENESIS));
	let rollups = &made.bundle.rollups;
	assert_eq!((report.rollup, report.last_rollup), (rollups[0].hash(), rollups[2].hash()));
	let anchored = report.anchored.clone().unwrap();
	assert_eq!(anchored.block, (41, made.header().hash()));
	assert_eq!(anchored.place, (37, 41));
	assert_eq!(Ok(anchored.root), made.header().mmr_root());
	assert_eq!((anchored.authorities.set_id(), anchored.authorities.len()), (SET, 4));
	for trust in [
		Trust::Nothing,
		Trust::Header(made.header().hash()),
		Trust::Rollup(rollups[0].hash()),
		Trust::Rollup(rollups[2].hash()),
	] {
		assert_eq!(check(&made.bundle, &trust, None), Ok(report.clone()), "{trust:?}");
	}
}

#[test]
fn every_shape_holds() {
	for (receipts, index) in [(1, 0), (2, 1), (3, 0), (8, 7), (9, 8), (300, 299)] {
		for (parent, number) in [(37, 38), (37, 64), (63, 64), (64, 65), (99, 300)] {
			for (rollups, authorities) in [(1, 1), (2, 3), (64, 10)] {
				let shape = Shape { receipts, index, rollups, parent, number, authorities };
				let made = make(shape);
				let trust = Trust::Authorities(&made.authorities);
				assert!(check(&made.bundle, &trust, Some(&GENESIS)).is_ok());
			}
		}
	}
}

#[test]
fn without_finality_only_a_rollup_can_be_trusted() {
	let mut made = small();
	let header = made.header().hash();
	made.bundle.finality = None;
	let rollup = made.bundle.rollups[0].hash();
	for trust in [Trust::Nothing, Trust::Rollup(rollup)] {
		assert_eq!(check(&made.bundle, &trust, None).unwrap().anchored, None);
	}
	for trust in [Trust::Authorities(&made.authorities), Trust::Header(header)] {
		assert_eq!(check(&made.bundle, &trust, None), Err(Refusal::NoFinality));
	}
}
