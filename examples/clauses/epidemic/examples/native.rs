//! Runs the clause on an input file and prints what it would write: `epidemic-native FILE`.

fn main() -> std::process::ExitCode {
	concordat_clause_sdk::native::main(epidemic::evaluate)
}
