//! The command line.

use clap::Parser;
use std::{path::PathBuf, str::FromStr};

/// The whole command line: a subcommand, or the flags of a running node.
#[derive(Debug, Parser)]
pub struct Cli {
	#[command(subcommand)]
	pub subcommand: Option<Subcommand>,

	#[clap(flatten)]
	pub run: NodeCmd,
}

/// Flags of a running node: those of every node of this kind, and those of a compute host.
#[derive(Debug, Parser)]
pub struct NodeCmd {
	#[clap(flatten)]
	pub base: sc_cli::RunCmd,

	/// Address of an enclave that executes jobs for this node, as http://HOST:PORT.
	///
	/// May be given several times, once for each enclave. The off-chain worker sends jobs there.
	#[arg(long = "enclave-url", value_name = "URL")]
	pub enclave_urls: Vec<EnclaveUrl>,

	/// Number of enclaves that the node itself runs, on a development chain only.
	///
	/// They are simulated, as SGX, TDX, SEV-SNP and Nitro in turn: their attestations come from test
	/// roots, and everything made with them says so. Implied with 3 by --dev; 0 switches them off.
	#[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=MAX_DEV_ENCLAVES as i64))]
	pub dev_enclaves: Option<u32>,

	/// Most transactions that are sent within 24 hours to keep the leases of this host's enclaves
	/// alive.
	///
	/// For each enclave whose node's operator key is in the keystore, evidence is shown again between
	/// half and three quarters of the lease's life, which the chain takes free of charge, and
	/// collateral is posted that the chain lacks and the enclave has. The chain is asked first, and
	/// what it would refuse is not sent. What costs a fee after all is paid by the operator key's
	/// account, of which 1 CDT is always left. 0: nothing is sent.
	#[arg(long, value_name = "N", default_value_t = DEFAULT_RENEWAL_BUDGET)]
	pub renewal_budget: u32,

	/// File with the secret that signs rollups, 32 bytes in hexadecimal digits; made if it is not there.
	///
	/// Default, for an authority: `rollup-signer.key` in the keystore's directory. Its public half is registered with
	/// `concordat rollup register`.
	#[arg(long, value_name = "FILE")]
	pub rollup_key_file: Option<PathBuf>,

	/// Directory with programs and inputs that the chain names and does not keep.
	///
	/// Each file is named by its hash in lower-case hexadecimal; `concordat content put` puts one
	/// there. Default: `content` under the base path.
	#[arg(long, value_name = "DIR")]
	pub content_dir: Option<PathBuf>,

	/// Address under which such programs and inputs can be fetched as URL/HASH.
	///
	/// May be given several times; the mirrors are asked in this order, after the directory.
	/// Nothing that they give is trusted: what counts has the length and the hash that the chain
	/// states.
	#[arg(long = "content-mirror", value_name = "URL")]
	pub content_mirrors: Vec<MirrorUrl>,

	/// Also ask the location that a clause or the requester of a job names.
	///
	/// Off unless given: whoever registers a clause or pays for a job then decides where this
	/// machine sends requests. Addresses that are not public are never asked, and redirections are
	/// not followed.
	#[arg(long)]
	pub content_fetch_location: bool,
}

/// Most enclaves a development node runs: one for each operator account of the genesis.
pub const MAX_DEV_ENCLAVES: u32 = concordat_runtime::genesis_presets::DEV_NODES;
/// Enclaves that a development node runs unless told otherwise.
pub const DEFAULT_DEV_ENCLAVES: u32 = 3;

/// Transactions that may be sent within a day to keep leases alive, unless told otherwise.
pub const DEFAULT_RENEWAL_BUDGET: u32 = 24;

/// Which enclaves work for the node.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EnclaveOptions {
	/// Enclaves that run elsewhere.
	pub urls: Vec<EnclaveUrl>,
	/// Number of simulated enclaves that the node runs itself.
	pub embedded: u32,
	/// Most transactions within a day to keep their leases alive.
	pub renewal_budget: u32,
	/// Where their programs and inputs are found, if not on chain.
	pub content: ContentOptions,
	/// Has nothing to do with enclaves: the file with the secret that signs rollups, if it is not the default one.
	pub rollup_key_file: Option<PathBuf>,
}

impl EnclaveOptions {
	/// Whether no enclave works for the node.
	pub fn is_empty(&self) -> bool {
		self.urls.is_empty() && self.embedded == 0
	}
}

/// Where programs and inputs are found that the chain does not keep.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContentOptions {
	/// A directory of this machine; `None`: the default one.
	pub directory: Option<PathBuf>,
	/// Mirrors, in the order in which they are asked.
	pub mirrors: Vec<MirrorUrl>,
	/// Whether locations that strangers name are asked, too.
	pub fetch_location: bool,
}

impl NodeCmd {
	/// Which enclaves work for the node, or why the flags make no sense together.
	pub fn enclave_options(&self) -> Result<EnclaveOptions, String> {
		let is_dev = self.base.shared_params.is_dev();
		let embedded = match self.dev_enclaves {
			Some(count) if count > 0 && !is_dev => {
				return Err("--dev-enclaves needs --dev: simulated enclaves have no place on \
				            another chain"
					.into())
			},
			Some(count) => count,
			None if is_dev => DEFAULT_DEV_ENCLAVES,
			None => 0,
		};
		let content = ContentOptions {
			directory: self.content_dir.clone(),
			mirrors: self.content_mirrors.clone(),
			fetch_location: self.content_fetch_location,
		};
		Ok(EnclaveOptions {
			urls: self.enclave_urls.clone(),
			embedded,
			renewal_budget: self.renewal_budget,
			content,
			rollup_key_file: self.rollup_key_file.clone(),
		})
	}
}

/// `http://HOST:PORT`, optionally with a path, without a trailing slash.
///
/// Plain HTTP: the enclave runs on the same machine or behind the operator's own tunnel, and what
/// passes is signed or encrypted for the enclave anyway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnclaveUrl(String);

impl EnclaveUrl {
	/// The address as text.
	pub fn as_str(&self) -> &str {
		&self.0
	}
}

impl FromStr for EnclaveUrl {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, Self::Err> {
		let rest = text
			.strip_prefix("http://")
			.ok_or("an enclave is reached over plain http: http://HOST:PORT")?;
		let authority = rest.split('/').next().unwrap_or_default();
		let (host, port) =
			authority.rsplit_once(':').ok_or("the port is missing: http://HOST:PORT")?;
		if host.is_empty() || host.contains('@') {
			return Err("the host is missing or carries credentials".into());
		}
		port.parse::<u16>().map_err(|_| format!("'{port}' is not a port"))?;
		if !is_bare(text) {
			return Err("an enclave address has no query, fragment or blanks".into());
		}
		Ok(Self(text.trim_end_matches('/').into()))
	}
}

/// Whether an address has no query, no fragment and no blanks.
fn is_bare(text: &str) -> bool {
	!text.chars().any(|c| c.is_whitespace() || c.is_control() || "?#".contains(c))
}

/// `http://HOST` or `https://HOST`, optionally with a port and a path, without a trailing slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirrorUrl(String);

impl MirrorUrl {
	/// The address as text.
	pub fn as_str(&self) -> &str {
		&self.0
	}
}

impl FromStr for MirrorUrl {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, Self::Err> {
		let rest = text
			.strip_prefix("http://")
			.or_else(|| text.strip_prefix("https://"))
			.ok_or("a mirror is reached over http or https")?;
		let authority = rest.split('/').next().unwrap_or_default();
		if authority.is_empty() || authority.starts_with(':') || authority.contains('@') {
			return Err("the host is missing or carries credentials".into());
		}
		if !is_bare(text) || !text.is_ascii() {
			return Err("the address of a mirror has no query, fragment or blanks".into());
		}
		Ok(Self(text.trim_end_matches('/').into()))
	}
}

/// Everything the binary does besides running a node.
#[derive(Debug, clap::Subcommand)]
pub enum Subcommand {
	/// Key management cli utilities
	#[command(subcommand)]
	Key(sc_cli::KeySubcommand),

	/// Build a chain specification. Older form of export-chain-spec that tools still use.
	BuildSpec(sc_cli::BuildSpecCmd),

	/// Export a chain specification.
	ExportChainSpec(sc_cli::ExportChainSpecCmd),

	/// Validate blocks.
	CheckBlock(sc_cli::CheckBlockCmd),

	/// Export blocks.
	ExportBlocks(sc_cli::ExportBlocksCmd),

	/// Import blocks.
	ImportBlocks(sc_cli::ImportBlocksCmd),

	/// Export the state of a given block into a chain spec.
	ExportState(sc_cli::ExportStateCmd),

	/// Remove the whole chain.
	PurgeChain(sc_cli::PurgeChainCmd),

	/// Revert the chain to a previous state.
	Revert(sc_cli::RevertCmd),

	/// Sub-commands concerned with benchmarking.
	#[cfg(feature = "runtime-benchmarks")]
	#[command(subcommand)]
	Benchmark(frame_benchmarking_cli::BenchmarkCmd),

	/// Db meta columns information.
	ChainInfo(sc_cli::ChainInfoCmd),
}

#[cfg(test)]
mod tests {
	use super::*;

	fn options(args: &[&str]) -> Result<EnclaveOptions, String> {
		let cli = Cli::try_parse_from([&["concordat-node"], args].concat())
			.map_err(|error| error.to_string())?;
		cli.run.enclave_options()
	}

	#[test]
	fn command_line_should_be_well_formed() {
		use clap::CommandFactory;
		Cli::command().debug_assert();
	}

	#[test]
	fn enclaves_should_be_embedded_by_default_when_dev() {
		assert_eq!(options(&["--dev"]).unwrap().embedded, DEFAULT_DEV_ENCLAVES);
		assert_eq!(options(&["--dev", "--dev-enclaves", "0"]).unwrap().embedded, 0);
		assert_eq!(options(&["--dev", "--dev-enclaves", "5"]).unwrap().embedded, 5);
		assert_eq!(options(&[]).unwrap().embedded, 0);
	}

	#[test]
	fn embedded_enclaves_should_be_refused_when_not_dev_or_too_many() {
		assert!(options(&["--chain", "local", "--dev-enclaves", "1"]).is_err());
		assert!(options(&["--dev", "--dev-enclaves", "6"]).is_err());
	}

	#[test]
	fn renewals_should_have_a_budget() {
		assert_eq!(options(&["--dev"]).unwrap().renewal_budget, DEFAULT_RENEWAL_BUDGET);
		assert_eq!(options(&["--renewal-budget", "0"]).unwrap().renewal_budget, 0);
		assert!(options(&["--renewal-budget", "many"]).is_err());
	}

	#[test]
	fn a_file_with_the_rollup_key_should_be_taken() {
		assert_eq!(options(&["--dev"]).unwrap().rollup_key_file, None);
		let options = options(&["--rollup-key-file", "/srv/rollup.key"]).unwrap();
		assert_eq!(options.rollup_key_file, Some("/srv/rollup.key".into()));
	}

	#[test]
	fn enclave_urls_should_repeat() {
		let options = options(&[
			"--enclave-url",
			"http://127.0.0.1:9500/",
			"--enclave-url",
			"http://[::1]:9501",
		])
		.unwrap();
		let urls = options.urls.iter().map(EnclaveUrl::as_str).collect::<Vec<_>>();
		assert_eq!(urls, vec!["http://127.0.0.1:9500", "http://[::1]:9501"]);
	}

	#[test]
	fn enclave_url_should_be_refused_when_malformed() {
		for url in [
			"",
			"127.0.0.1:9500",
			"https://127.0.0.1:9500",
			"http://127.0.0.1",
			"http://:9500",
			"http://user@host:1",
			"http://host:port",
			"http://host:99999",
			"http://host:1/a b",
			"http://host:1/?q",
		] {
			assert!(url.parse::<EnclaveUrl>().is_err(), "{url}");
		}
	}

	#[test]
	fn content_should_come_from_the_default_directory_alone_unless_told() {
		let options = options(&["--dev"]).unwrap();
		assert_eq!(options.content, ContentOptions::default());
		assert!(!options.is_empty());
		assert!(!options.content.fetch_location);
	}

	#[test]
	fn content_options_should_be_taken_and_make_no_host_of_a_node() {
		let options = options(&[
			"--content-dir",
			"/srv/content",
			"--content-mirror",
			"http://127.0.0.1:8080/",
			"--content-mirror",
			"https://mirror.example.org/concordat",
			"--content-fetch-location",
		])
		.unwrap();
		let mirrors: Vec<_> = options.content.mirrors.iter().map(MirrorUrl::as_str).collect();
		assert_eq!(mirrors, ["http://127.0.0.1:8080", "https://mirror.example.org/concordat"]);
		assert_eq!(options.content.directory, Some("/srv/content".into()));
		assert!(options.content.fetch_location);
		assert!(options.is_empty());
	}

	#[test]
	fn mirror_url_should_be_refused_when_malformed() {
		for url in [
			"",
			"mirror.example.org",
			"ftp://mirror.example.org",
			"http://",
			"http:///path",
			"http://:80",
			"https://user:secret@host/",
			"https://host/a b",
			"https://host/?q",
			"https://host/#f",
		] {
			assert!(url.parse::<MirrorUrl>().is_err(), "{url}");
		}
	}
}
