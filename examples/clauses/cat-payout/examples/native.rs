//! Runs the clause on an input file and prints what it would write: `cat-payout-native FILE`.

fn main() -> std::process::ExitCode {
	concordat_clause_sdk::native::main(cat_payout::evaluate)
}
