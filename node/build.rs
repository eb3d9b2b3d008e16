//! Gives the binary its version string: the crate version with the commit it was built from.

fn main() {
	substrate_build_script_utils::generate_cargo_keys();
}
