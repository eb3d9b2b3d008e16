//! Writes the seeds of every target to `corpus/<target>/`, where libFuzzer looks for them.

use concordat_fuzz::{seeds, TARGETS};
use std::{fs, io, path::Path};

fn main() -> io::Result<()> {
	for (target, _) in TARGETS {
		let folder = Path::new("corpus").join(target);
		fs::create_dir_all(&folder)?;
		for (index, seed) in seeds(target).iter().enumerate() {
			fs::write(folder.join(format!("seed-{index}")), seed)?;
		}
	}
	Ok(())
}
