//! `concordat-enclave`: one enclave as a process of its own.

use clap::Parser;
use concordat_enclave::{attest::measurement_name, serve, EnclaveConfig, EvidenceSource};
use std::{
	io::{self, Write},
	net::SocketAddr,
	process::ExitCode,
	time::Duration,
};

/// Runs clause programs and signs what comes out.
#[derive(Parser)]
#[command(name = "concordat-enclave", version)]
struct Cli {
	/// Address to listen on; port 0 takes any free one.
	#[arg(long, env = "CONCORDAT_ENCLAVE_LISTEN", default_value = "127.0.0.1:9955")]
	listen: SocketAddr,
	/// Use simulated evidence. Required: this version has no hardware provider.
	#[arg(long)]
	simulated: bool,
	/// Name of the simulated machine; a chain gives a machine one lease. Default: one of its own.
	#[arg(long, requires = "simulated")]
	platform: Option<String>,
	/// Hours for which simulated evidence counts.
	#[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=8760))]
	evidence_hours: u32,
	/// Allow an address that is not loopback. Whoever reaches the enclave can use it up.
	#[arg(long)]
	allow_remote: bool,
	/// Jobs that run at once. Default: one per processor, two at least.
	#[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
	max_jobs: Option<u16>,
	/// Print the identity as JSON.
	#[arg(long)]
	json: bool,
	/// Log more.
	#[arg(long, short)]
	verbose: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
	let cli = Cli::parse();
	StderrLog::install(cli.verbose);
	match run(cli).await {
		Ok(()) => ExitCode::SUCCESS,
		Err(reason) => {
			let _ = writeln!(io::stderr(), "error: {reason}");
			ExitCode::FAILURE
		},
	}
}

async fn run(cli: Cli) -> Result<(), String> {
	if !cli.simulated {
		return Err("this version has no hardware provider: start it with --simulated, and on a \
		            chain whose genesis allows simulated evidence"
			.into());
	}
	let mut config = EnclaveConfig::simulated(cli.listen);
	config.allow_remote = cli.allow_remote;
	config.evidence = EvidenceSource::Simulated {
		platform: cli.platform,
		validity: Duration::from_secs(u64::from(cli.evidence_hours) * 3600),
	};
	if let Some(max_jobs) = cli.max_jobs {
		config.max_jobs = max_jobs.into();
	}
	let enclave = serve(config).await.map_err(|e| e.to_string())?;

	let identity = enclave.identity();
	let text = if cli.json {
		let mut value = serde_json::to_value(identity).map_err(|e| e.to_string())?;
		if let Some(map) = value.as_object_mut() {
			map.insert("url".into(), enclave.url().into());
		}
		format!("{value}\n")
	} else {
		format!(
			"listening       {}\n\
			 signing key     0x{}\n\
			 encryption key  0x{}\n\
			 measurement     {}\n\
			 measures        {}\n\
			 evidence        simulated: no hardware stands behind this enclave\n",
			enclave.url(),
			hex::encode(identity.signing_key),
			hex::encode(identity.encryption_key),
			identity.measurement,
			measurement_name(),
		)
	};
	// Whoever started it may have stopped listening; that is no reason to stop.
	let mut out = io::stdout();
	let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());

	wait_for_signal().await.map_err(|e| format!("cannot wait for signals: {e}"))?;
	enclave.shutdown().await;
	Ok(())
}

#[cfg(unix)]
async fn wait_for_signal() -> io::Result<()> {
	use tokio::signal::unix::{signal, SignalKind};
	let mut terminate = signal(SignalKind::terminate())?;
	tokio::select! {
		result = tokio::signal::ctrl_c() => result,
		_ = terminate.recv() => Ok(()),
	}
}

#[cfg(not(unix))]
async fn wait_for_signal() -> io::Result<()> {
	tokio::signal::ctrl_c().await
}

/// Log lines to standard error.
struct StderrLog;

impl StderrLog {
	fn install(verbose: bool) {
		if log::set_logger(&StderrLog).is_ok() {
			log::set_max_level(if verbose {
				log::LevelFilter::Debug
			} else {
				log::LevelFilter::Info
			});
		}
	}
}

impl log::Log for StderrLog {
	fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
		// The compiler and the server speak of their insides; only the enclave speaks of jobs.
		metadata.target().starts_with("concordat") || metadata.level() <= log::Level::Warn
	}

	fn log(&self, record: &log::Record<'_>) {
		if self.enabled(record.metadata()) {
			let _ = writeln!(io::stderr(), "{:5} {}", record.level(), record.args());
		}
	}

	fn flush(&self) {}
}
