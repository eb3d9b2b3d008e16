//! Writes the seeds of every target to `corpus/<target>/`, where libFuzzer looks for them.

#[allow(dead_code)]
mod receipts;

use concordat_fuzz::{seeds, TARGETS};
use std::{fs, io, path::Path};

fn main() -> io::Result<()> {
	for (target, _) in TARGETS {
		write(target, &seeds(target))?;
	}
	for (target, _) in receipts::TARGETS {
		write(target, &receipts::seeds(target))?;
	}
	Ok(())
}

fn write(target: &str, seeds: &[Vec<u8>]) -> io::Result<()> {
	let folder = Path::new("corpus").join(target);
	fs::create_dir_all(&folder)?;
	for (index, seed) in seeds.iter().enumerate() {
		fs::write(folder.join(format!("seed-{index}")), seed)?;
	}
	Ok(())
}
