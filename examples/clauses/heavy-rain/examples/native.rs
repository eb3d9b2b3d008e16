//! Runs the clause on an input file and prints what it would write: `heavy-rain-native FILE`.

fn main() -> std::process::ExitCode {
	concordat_clause_sdk::native::main(heavy_rain::evaluate)
}
