//! `concordat-enclave`: one enclave as a process of its own.

use clap::{Parser, ValueEnum};
use concordat_attestation::{simulator::dev::DevKind, Vendor};
use concordat_enclave::{
	attest::measurement_name, serve, DeviceKind, EnclaveConfig, EvidenceSource, HardwareSource,
	ProofPolicy,
};
use concordat_primitives::CapabilityId;
use std::{
	io::{self, Write},
	net::SocketAddr,
	path::PathBuf,
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
	/// Where evidence comes from. `auto` takes the first device that is there, and never the simulator.
	#[arg(long, value_enum, default_value = "auto")]
	evidence: Device,
	/// Directory below which the files of devices are.
	#[arg(long, default_value = "/", value_name = "PATH")]
	evidence_root: PathBuf,
	/// Socket of dstack. Default: the usual ones.
	#[arg(long, value_name = "PATH")]
	dstack_socket: Option<PathBuf>,
	/// Privilege level (VMPL) at which SEV-SNP reports are asked for. Default: the lowest number that is allowed.
	#[arg(long, value_parser = clap::value_parser!(u8).range(0..=3), value_name = "0-3")]
	privilege_level: Option<u8>,
	/// Seconds that the source of evidence may take for one answer.
	#[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=600), value_name = "SECONDS")]
	evidence_seconds: u16,
	/// Use simulated evidence, of this technology (`tdx` if none is named). No hardware stands behind it; only chains
	/// whose genesis allows it take it.
	#[arg(
		long,
		value_enum,
		num_args = 0..=1,
		default_missing_value = "tdx",
		value_name = "KIND",
		conflicts_with_all = ["evidence", "evidence_root", "dstack_socket", "privilege_level"],
	)]
	simulated: Option<Kind>,
	/// Name of the simulated machine; a chain gives a machine one lease. Default: one of its own.
	#[arg(long, requires = "simulated")]
	platform: Option<String>,
	/// Allow an address that is not loopback. Whoever reaches the enclave can use it up.
	#[arg(long)]
	allow_remote: bool,
	/// Start every job only when the chain is proved to have assigned it. Default: only jobs whose input is sealed.
	#[arg(long)]
	require_proof: bool,
	/// What this enclave is able to do, as clauses name it, for instance hazard.rain; may be given several times.
	/// Default: whatever clauses ask for.
	#[arg(long = "capability", value_parser = capability, value_name = "NAME")]
	capabilities: Vec<CapabilityId>,
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

/// Devices.
#[derive(Clone, Copy, ValueEnum)]
enum Device {
	/// The first that is there: gramine, tsm, sev-guest, dstack.
	Auto,
	/// SGX under Gramine: /dev/attestation.
	Gramine,
	/// TDX or SEV-SNP on Linux 6.7 or later: /sys/kernel/config/tsm/report.
	Tsm,
	/// SEV-SNP on older kernels: /dev/sev-guest.
	SevGuest,
	/// TDX in a container of dstack: /var/run/dstack.sock.
	Dstack,
}

/// Technologies that can be simulated.
#[derive(Clone, Copy, ValueEnum)]
enum Kind {
	/// Intel SGX.
	Sgx,
	/// Intel TDX.
	Tdx,
	/// AMD SEV-SNP.
	Snp,
	/// AWS Nitro.
	Nitro,
}

fn capability(text: &str) -> Result<CapabilityId, String> {
	CapabilityId::parse(text)
		.ok_or_else(|| "a capability is 1 to 16 characters out of A-Z a-z 0-9 _ - .".into())
}

impl Cli {
	fn source(&self) -> EvidenceSource {
		if let Some(kind) = self.simulated {
			let kind = match kind {
				Kind::Sgx => DevKind::Sgx,
				Kind::Tdx => DevKind::Tdx,
				Kind::Snp => DevKind::Snp,
				Kind::Nitro => DevKind::Nitro,
			};
			return EvidenceSource::Simulated { kind, platform: self.platform.clone() };
		}
		EvidenceSource::Hardware(HardwareSource {
			device: match self.evidence {
				Device::Auto => DeviceKind::Auto,
				Device::Gramine => DeviceKind::Gramine,
				Device::Tsm => DeviceKind::Tsm,
				Device::SevGuest => DeviceKind::SevGuest,
				Device::Dstack => DeviceKind::Dstack,
			},
			root: self.evidence_root.clone(),
			dstack_socket: self.dstack_socket.clone(),
			privilege_level: self.privilege_level,
		})
	}
}

/// A technology, for people.
const fn technology(vendor: Vendor) -> &'static str {
	match vendor {
		Vendor::IntelSgx => "Intel SGX",
		Vendor::IntelTdx => "Intel TDX",
		Vendor::AmdSevSnp => "AMD SEV-SNP",
		Vendor::AwsNitro => "AWS Nitro",
	}
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
	let mut config = EnclaveConfig::simulated(cli.listen);
	config.allow_remote = cli.allow_remote;
	config.evidence = cli.source();
	config.evidence_time = Duration::from_secs(cli.evidence_seconds.into());
	if cli.require_proof {
		config.proof = ProofPolicy::Always;
	}
	if !cli.capabilities.is_empty() {
		config.capabilities = Some(cli.capabilities);
	}
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
		let kind = technology(identity.vendor);
		let (measures, evidence) = if identity.simulated {
			let warning = "simulated: no hardware stands behind this enclave";
			(measurement_name(), format!("{warning} ({kind})"))
		} else {
			let measures = match identity.vendor {
				Vendor::IntelSgx => "the enclave as it was loaded (MRENCLAVE)",
				Vendor::IntelTdx => "the trust domain as it was launched (MRTD)",
				Vendor::AmdSevSnp => "the guest as it was launched",
				Vendor::AwsNitro => "the enclave's image (PCR0)",
			};
			(measures.into(), format!("{kind}, through {}", enclave.source()))
		};
		format!(
			"listening       {}\n\
			 signing key     0x{}\n\
			 encryption key  0x{}\n\
			 measurement     {}\n\
			 measures        {measures}\n\
			 evidence        {evidence}\n",
			enclave.url(),
			hex::encode(identity.signing_key),
			hex::encode(identity.encryption_key),
			identity.measurement,
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
