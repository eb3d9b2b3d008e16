//! Devices against trees of files that behave like the kernel, and what is checked of every answer.
//!
//! Answers are recorded evidence of real hardware in which the report data was replaced: signatures no longer verify,
//! everything else is as hardware writes it.

use super::{
	certificates::tests::{milan, milan_table},
	*,
};
use concordat_attestation::crypto::sha256;
use std::{
	collections::HashMap,
	fs,
	io::{self, ErrorKind},
	path::Path,
	sync::{
		atomic::{AtomicU32, Ordering},
		Arc,
	},
};

pub const SGX_QUOTE: &[u8] =
	include_bytes!("../../../primitives/attestation/tests/fixtures/intel/sgx_quote");
pub const TDX_QUOTE: &[u8] =
	include_bytes!("../../../primitives/attestation/tests/fixtures/intel/tdx_quote");
const TDX_QUOTE_V5: &[u8] =
	include_bytes!("../../../primitives/attestation/tests/fixtures/intel/tdx_quote_td15ex");
const SNP_REPORT: &str =
	include_str!("../../../primitives/attestation/tests/fixtures/amd/report_milan.hex");
/// What the tests ask for.
pub const ASKED: [u8; 64] = [0xa5; 64];
/// Where report data stands: header, body up to it.
const SGX_AT: usize = 48 + 320;
const TDX_V4_AT: usize = 48 + 520;
const TDX_V5_AT: usize = 48 + 6 + 520;
const SNP_AT: usize = 0x50;

fn bind(bytes: &[u8], at: usize, report_data: &[u8]) -> Vec<u8> {
	let mut bytes = bytes.to_vec();
	bytes[at..at + report_data.len()].copy_from_slice(report_data);
	bytes
}

pub fn tdx(report_data: &[u8]) -> Vec<u8> {
	bind(TDX_QUOTE, TDX_V4_AT, report_data)
}

pub fn sgx(report_data: &[u8]) -> Vec<u8> {
	bind(SGX_QUOTE, SGX_AT, report_data)
}

pub fn snp(report_data: &[u8]) -> Vec<u8> {
	bind(&hex::decode(SNP_REPORT.trim()).unwrap(), SNP_AT, report_data)
}

/// Text of an error, and that it says what to do.
pub fn text(error: &EvidenceError) -> String {
	let text = error.to_string();
	assert!(text.contains([';', ':', ',']), "says no way out: {text}");
	text
}

type Answer = Box<dyn Fn(&[u8]) -> Vec<u8> + Send + Sync>;

/// A kernel's configfs-tsm, in a directory.
struct Kernel {
	dir: tempfile::TempDir,
	provider: &'static str,
	floor: Option<u8>,
	answer: Answer,
	certificates: Option<Vec<u8>>,
	/// How many entries somebody else still writes to.
	intruders: AtomicU32,
	/// How many names are still taken.
	taken: AtomicU32,
	/// Entries that were made.
	made: AtomicU32,
	/// Writes that fail, by attribute.
	broken: HashMap<&'static str, i32>,
	levels: Mutex<Vec<Vec<u8>>>,
}

impl Kernel {
	fn new(
		provider: &'static str,
		answer: impl Fn(&[u8]) -> Vec<u8> + Send + Sync + 'static,
	) -> Self {
		let dir = tempfile::tempdir().unwrap();
		fs::create_dir_all(dir.path().join(tsm::REPORTS)).unwrap();
		Self {
			dir,
			provider,
			floor: None,
			answer: Box::new(answer),
			certificates: None,
			intruders: AtomicU32::new(0),
			taken: AtomicU32::new(0),
			made: AtomicU32::new(0),
			broken: HashMap::new(),
			levels: Mutex::default(),
		}
	}

	fn tdx() -> Self {
		Self::new("tdx_guest", tdx)
	}

	fn snp() -> Self {
		Self { certificates: Some(milan_table()), floor: Some(0), ..Self::new("sev_guest", snp) }
	}

	fn files(&self) -> FileTree {
		FileTree::new(self.dir.path())
	}

	fn left(&self) -> usize {
		fs::read_dir(self.dir.path().join(tsm::REPORTS)).unwrap().count()
	}

	fn count(&self, entry: &Path) {
		let path = entry.join("generation");
		let count: u64 = fs::read_to_string(&path).unwrap().trim().parse().unwrap();
		fs::write(path, format!("{}\n", count + 1)).unwrap();
	}
}

fn next(counter: &AtomicU32) -> bool {
	counter.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
}

impl Tree for Arc<Kernel> {
	fn locate(&self, path: &str) -> PathBuf {
		self.files().locate(path)
	}

	fn exists(&self, path: &str) -> bool {
		self.files().exists(path)
	}

	fn read(&self, path: &str, max: usize) -> io::Result<Vec<u8>> {
		let path_of = self.locate(path);
		if path.ends_with("/outblob") && next(&self.intruders) {
			self.count(path_of.parent().unwrap());
		}
		self.files().read(path, max)
	}

	fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
		let (file, entry) = (self.locate(path), self.locate(path).parent().unwrap().to_path_buf());
		let name = file.file_name().unwrap().to_str().unwrap().to_string();
		if let Some(errno) = self.broken.get(name.as_str()) {
			return Err(io::Error::from_raw_os_error(*errno));
		}
		self.files().write(path, bytes)?;
		self.count(&entry);
		match name.as_str() {
			"privlevel" => self.levels.lock().unwrap().push(bytes.to_vec()),
			"inblob" => {
				fs::write(entry.join("outblob"), (self.answer)(bytes)).unwrap();
				if let Some(certificates) = &self.certificates {
					fs::write(entry.join("auxblob"), certificates).unwrap();
				}
			},
			other => panic!("{other} cannot be written"),
		}
		Ok(())
	}

	fn make_dir(&self, path: &str) -> io::Result<()> {
		if let Some(errno) = self.broken.get("entry") {
			return Err(io::Error::from_raw_os_error(*errno));
		}
		if next(&self.taken) {
			return Err(ErrorKind::AlreadyExists.into());
		}
		self.files().make_dir(path)?;
		self.made.fetch_add(1, Ordering::SeqCst);
		let entry = self.locate(path);
		fs::write(entry.join("provider"), format!("{}\n", self.provider)).unwrap();
		fs::write(entry.join("generation"), "0\n").unwrap();
		fs::write(entry.join("inblob"), "").unwrap();
		if let Some(floor) = self.floor {
			fs::write(entry.join("privlevel"), "").unwrap();
			fs::write(entry.join("privlevel_floor"), format!("{floor}\n")).unwrap();
		}
		Ok(())
	}

	fn remove_dir(&self, path: &str) -> io::Result<()> {
		// The kernel removes attributes with their entry.
		fs::remove_dir_all(self.locate(path))
	}
}

/// What `Tsm` makes of a kernel, and that no entry is left behind.
fn ask(kernel: Kernel, level: Option<u8>) -> (Result<Exhibit, EvidenceError>, Arc<Kernel>) {
	let kernel = Arc::new(kernel);
	let answer = Tsm::new(kernel.clone(), level).exhibit(&ASKED);
	assert_eq!(kernel.left(), 0, "an entry is left behind");
	(answer, kernel)
}

fn refusal(kernel: Kernel) -> EvidenceError {
	let error = ask(kernel, None).0.unwrap_err();
	text(&error);
	error
}

mod tsm_entries {
	use super::*;

	#[test]
	fn quotes_of_trust_domains_should_be_evidence_with_their_authorities() {
		for kernel in
			[Kernel::tdx(), Kernel::new("tdx_guest", |data| bind(TDX_QUOTE_V5, TDX_V5_AT, data))]
		{
			let (exhibit, kernel) = ask(kernel, None);
			let exhibit = exhibit.unwrap();
			let claims = claims(&exhibit.evidence).unwrap();
			assert_eq!((claims.vendor, claims.report_data), (Vendor::IntelTdx, ASKED));
			let expected = (kernel.answer)(&ASKED);
			let Evidence::Intel { quote } = &exhibit.evidence else { panic!() };
			assert_eq!(expected[..quote.len()], quote[..]);
			assert!(expected[quote.len()..].iter().all(|byte| *byte == 0));
			let [Piece::Root { family: Family::Intel, certificate }, Piece::Authority { root, .. }] =
				&exhibit.collateral[..]
			else {
				panic!()
			};
			assert_eq!(sha256(certificate), *root);
			let root =
				include_bytes!("../../../primitives/attestation/tests/fixtures/intel/root.der");
			assert_eq!(certificate[..], root[..], "Intel's");
		}
	}

	#[test]
	fn what_fills_up_the_buffer_should_be_cut_off() {
		let plain = ask(Kernel::tdx(), None).0.unwrap();
		for zeros in [1, 3_000, 20_000] {
			let padded = Kernel::new("tdx_guest", move |data| [tdx(data), vec![0; zeros]].concat());
			assert_eq!(ask(padded, None).0.unwrap(), plain);
		}
		let junk = Kernel::new("tdx_guest", |data| [tdx(data), vec![1]].concat());
		assert!(matches!(refusal(junk), EvidenceError::Unreadable { .. }));
	}

	#[test]
	fn reports_should_name_the_authorities_of_the_hosts_table() {
		let exhibit = ask(Kernel::snp(), None).0.unwrap();
		let (vcek, ask, ark) = milan();
		assert_eq!(
			exhibit.evidence,
			Evidence::Amd {
				report: snp(&ASKED).try_into().unwrap(),
				certificate: vcek.try_into().unwrap(),
				authority: sha256(&ask),
				root: sha256(&ark),
			}
		);
		let ark: CertificateBytes = ark.try_into().unwrap();
		let root = sha256(&ark);
		let pieces = [
			Piece::Root { family: Family::Amd, certificate: ark },
			Piece::Authority { certificate: ask.try_into().unwrap(), root },
		];
		assert_eq!(exhibit.collateral, pieces);
	}

	#[test]
	fn privilege_levels_should_be_written_when_they_are_asked_for_or_needed() {
		let written = |floor, level| {
			let (answer, kernel) = ask(Kernel { floor: Some(floor), ..Kernel::snp() }, level);
			let levels = kernel.levels.lock().unwrap().clone();
			answer.map(|_| levels)
		};
		assert!(written(0, None).unwrap().is_empty());
		assert_eq!(written(0, Some(0)).unwrap(), [b"0"]);
		assert_eq!(written(0, Some(3)).unwrap(), [b"3"]);
		assert_eq!(written(2, None).unwrap(), [b"2"]);
		for (floor, asked) in [(2, 1), (0, 4)] {
			let error = written(floor, Some(asked)).unwrap_err();
			assert!(matches!(error, EvidenceError::PrivilegeLevel { .. }), "{}", text(&error));
		}
		let error = ask(Kernel::tdx(), Some(0)).0.unwrap_err();
		assert!(matches!(error, EvidenceError::NoPrivilegeLevels(Vendor::IntelTdx)));
	}

	#[test]
	fn an_answer_that_somebody_interfered_with_should_be_thrown_away() {
		for intruders in [1, 2] {
			let kernel = Kernel { intruders: intruders.into(), ..Kernel::tdx() };
			let (answer, kernel) = ask(kernel, None);
			assert!(answer.is_ok());
			assert_eq!(kernel.made.load(Ordering::SeqCst), intruders + 1);
		}
		let always = Kernel { intruders: u32::MAX.into(), ..Kernel::snp() };
		assert!(matches!(refusal(always), EvidenceError::Interference { tries: 3, .. }));
	}

	#[test]
	fn a_name_that_is_taken_should_be_followed_by_another() {
		assert!(ask(Kernel { taken: 7.into(), ..Kernel::tdx() }, None).0.is_ok());
		let error = refusal(Kernel { taken: u32::MAX.into(), ..Kernel::tdx() });
		assert!(matches!(error, EvidenceError::Device { action: "make", .. }));
	}

	#[test]
	fn what_the_kernel_refuses_should_be_told_with_its_file() {
		// ENXIO: no provider is registered.
		let error = refusal(Kernel { broken: [("entry", 6)].into(), ..Kernel::tdx() });
		assert!(text(&error).contains("tdx_guest"), "{error}");
		// EBUSY
		let error = refusal(Kernel { broken: [("inblob", 16)].into(), ..Kernel::tdx() });
		let EvidenceError::Device { action: "write to", path, .. } = error else { panic!() };
		assert!(path.ends_with("inblob"));
		let error = refusal(Kernel::new("arm_cca_guest", tdx));
		assert!(matches!(error, EvidenceError::TsmProvider(name) if name == "arm_cca_guest"));
	}

	#[test]
	fn garbage_should_be_told_from_evidence() {
		for garbage in [vec![], vec![0; 5_000], b"no quote".to_vec(), SGX_QUOTE[..900].to_vec()] {
			let bytes = garbage.clone();
			let error = refusal(Kernel::new("tdx_guest", move |_| bytes.clone()));
			assert!(matches!(error, EvidenceError::Unreadable { .. }), "{error}");
			let kernel = Kernel { answer: Box::new(move |_| garbage.clone()), ..Kernel::snp() };
			assert!(matches!(refusal(kernel), EvidenceError::Unreadable { .. }));
		}
		let error = refusal(Kernel::new("tdx_guest", sgx));
		assert!(matches!(error, EvidenceError::OtherVendor { found: Vendor::IntelSgx, .. }));
		let error = refusal(Kernel::new("tdx_guest", |_| vec![0; MAX_DEVICE_BYTES + 1]));
		let EvidenceError::Device { source, .. } = error else { panic!() };
		assert_eq!(source.kind(), ErrorKind::FileTooLarge);
		let error = refusal(Kernel { certificates: None, ..Kernel::snp() });
		assert!(matches!(error, EvidenceError::Certificates(TableError::Empty)));
		let short = snp(&ASKED)[..1183].to_vec();
		let kernel = Kernel { answer: Box::new(move |_| short.clone()), ..Kernel::snp() };
		assert!(matches!(refusal(kernel), EvidenceError::Unreadable { .. }));
	}
}

/// Gramine's pseudo-files, without files.
struct FakeGramine {
	kind: &'static str,
	quote: Answer,
	asked: Mutex<Vec<u8>>,
	/// Whether it takes less than it is given.
	short: bool,
}

impl FakeGramine {
	fn new(quote: impl Fn(&[u8]) -> Vec<u8> + Send + Sync + 'static) -> Self {
		Self { kind: "dcap", quote: Box::new(quote), asked: Mutex::default(), short: false }
	}
}

impl Tree for FakeGramine {
	fn locate(&self, path: &str) -> PathBuf {
		Path::new("/fake").join(path)
	}

	fn exists(&self, _: &str) -> bool {
		true
	}

	fn read(&self, path: &str, max: usize) -> io::Result<Vec<u8>> {
		let bytes = match path {
			"dev/attestation/attestation_type" => self.kind.into(),
			"dev/attestation/quote" => (self.quote)(&self.asked.lock().unwrap()),
			_ => return Err(ErrorKind::NotFound.into()),
		};
		assert!(bytes.len() <= max);
		Ok(bytes)
	}

	fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
		assert_eq!((path, bytes.len()), ("dev/attestation/user_report_data", 64));
		if self.short {
			return Err(ErrorKind::WriteZero.into());
		}
		*self.asked.lock().unwrap() = bytes.to_vec();
		Ok(())
	}

	fn make_dir(&self, _: &str) -> io::Result<()> {
		panic!("nothing is made")
	}

	fn remove_dir(&self, _: &str) -> io::Result<()> {
		panic!("nothing is removed")
	}
}

mod gramine_files {
	use super::*;

	#[test]
	fn an_enclaves_quote_should_be_evidence() {
		let provider = Attester::new(Gramine::new(FakeGramine::new(sgx))).unwrap();
		assert_eq!((provider.vendor(), provider.is_simulated()), (Vendor::IntelSgx, false));
		let claims = claims(&provider.evidence(ASKED).unwrap()).unwrap();
		assert_eq!(claims.report_data, ASKED);
		assert_eq!(claims.measurement, provider.measurement());
		// MRENCLAVE, at 64 of the body.
		assert_eq!(provider.measurement().0[..32], SGX_QUOTE[48 + 64..48 + 96]);
		assert_eq!(provider.measurement().0[32..], [0; 16]);
		assert_eq!(provider.collateral().unwrap().len(), 2);
	}

	#[test]
	fn another_way_to_attest_should_be_refused() {
		for kind in ["none", "epid\n", ""] {
			let tree = FakeGramine { kind, ..FakeGramine::new(sgx) };
			let error = Gramine::new(tree).exhibit(&ASKED).unwrap_err();
			assert!(matches!(error, EvidenceError::AttestationType(_)), "{}", text(&error));
		}
		let tree = FakeGramine { kind: "dcap\n", ..FakeGramine::new(sgx) };
		assert!(Gramine::new(tree).exhibit(&ASKED).is_ok());
	}

	#[test]
	fn broken_pseudo_files_should_be_told() {
		let dir = tempfile::tempdir().unwrap();
		let error = Gramine::new(FileTree::new(dir.path())).exhibit(&ASKED).unwrap_err();
		assert!(text(&error).contains("gramine-sgx"), "{error}");
		let tree = FakeGramine { short: true, ..FakeGramine::new(sgx) };
		let error = Gramine::new(tree).exhibit(&ASKED).unwrap_err();
		assert!(matches!(error, EvidenceError::Device { action: "write to", .. }));
		let error = Gramine::new(FakeGramine::new(|_| vec![])).exhibit(&ASKED).unwrap_err();
		assert!(matches!(error, EvidenceError::Unreadable { .. }));
		let error = Gramine::new(FakeGramine::new(tdx)).exhibit(&ASKED).unwrap_err();
		assert!(matches!(error, EvidenceError::OtherVendor { .. }), "{}", text(&error));
	}
}

mod attesters {
	use super::*;

	/// A device that hands out what it is told to.
	struct Script(Mutex<Vec<Vec<u8>>>);

	impl Device for Script {
		fn name(&self) -> &'static str {
			"the script"
		}

		fn exhibit(&self, report_data: &[u8; 64]) -> Result<Exhibit, EvidenceError> {
			let mut quote = self.0.lock().unwrap().remove(0);
			let at = if quote[0] == 3 { SGX_AT } else { TDX_V4_AT };
			if quote[at..at + 64] == [0xff; 64] {
				quote = bind(&quote, at, report_data);
			}
			let vendor = if at == SGX_AT { Vendor::IntelSgx } else { Vendor::IntelTdx };
			Exhibit::quote(self.name(), vendor, &quote)
		}
	}

	/// Answers of which the second has to be refused.
	fn second(answers: [Vec<u8>; 2]) -> EvidenceError {
		let attester = Attester::new(Script(Mutex::new(answers.to_vec()))).unwrap();
		let error = attester.evidence(ASKED).unwrap_err();
		text(&error);
		error
	}

	#[test]
	fn evidence_that_is_bound_to_something_else_should_be_refused() {
		let bound = tdx(&[0xff; 64]);
		let error = Attester::new(Script(Mutex::new(vec![tdx(&[1; 64])]))).err().unwrap();
		assert!(matches!(error, EvidenceError::OtherReportData("the script")), "at start");
		let error = second([bound, tdx(&[1; 64])]);
		assert!(matches!(error, EvidenceError::OtherReportData("the script")));
	}

	#[test]
	fn evidence_of_other_code_or_technology_than_at_start_should_be_refused() {
		let bound = tdx(&[0xff; 64]);
		// MRTD, at 136 of the body.
		let error = second([bound.clone(), bind(&bound, 48 + 136, &[7; 48])]);
		assert!(matches!(error, EvidenceError::OtherMeasurement { .. }));
		let error = second([bound, sgx(&[0xff; 64])]);
		assert!(matches!(error, EvidenceError::OtherVendor { found: Vendor::IntelSgx, .. }));
	}

	#[test]
	fn the_simulator_should_say_what_its_evidence_says() {
		for kind in [DevKind::Sgx, DevKind::Tdx, DevKind::Snp, DevKind::Nitro] {
			let simulator = Simulator::new(kind, "rack 3");
			assert!(simulator.is_simulated());
			let claims = claims(&simulator.evidence(ASKED).unwrap()).unwrap();
			let expected = Claims {
				vendor: simulator.vendor(),
				measurement: simulator.measurement(),
				report_data: ASKED,
			};
			assert_eq!(claims, expected);
			let code = crate::attest::measurement().0;
			assert_eq!(claims.measurement.0[..32], code[..32]);
			assert!(!simulator.collateral().unwrap().is_empty());
		}
	}
}

mod choice {
	use super::*;

	fn source(root: &Path) -> HardwareSource {
		HardwareSource {
			device: DeviceKind::Auto,
			root: root.into(),
			dstack_socket: None,
			privilege_level: None,
		}
	}

	#[test]
	fn auto_should_take_the_first_device_that_is_there_and_never_the_simulator() {
		let root = tempfile::tempdir().unwrap();
		let make = |path: &str| {
			let path = root.path().join(path);
			fs::create_dir_all(path.parent().unwrap()).unwrap();
			fs::write(path, []).unwrap();
		};
		let source = source(root.path());
		let error = source.pick().unwrap_err();
		assert!(matches!(error, EvidenceError::NoHardware { .. }), "{}", text(&error));
		assert!(EvidenceSource::Hardware(source.clone()).open("x").is_err());
		make("run/dstack.sock");
		assert_eq!(source.pick().unwrap(), DeviceKind::Dstack);
		make("dev/sev-guest");
		assert_eq!(source.pick().unwrap(), DeviceKind::SevGuest);
		make("sys/kernel/config/tsm/report");
		assert_eq!(source.pick().unwrap(), DeviceKind::Tsm);
		make("dev/attestation/attestation_type");
		assert_eq!(source.pick().unwrap(), DeviceKind::Gramine);
		let named = HardwareSource { device: DeviceKind::Dstack, ..source };
		assert_eq!(named.pick().unwrap(), DeviceKind::Dstack);
	}

	#[test]
	fn a_device_that_is_there_and_broken_should_not_be_passed_over() {
		let root = tempfile::tempdir().unwrap();
		fs::create_dir_all(root.path().join("dev")).unwrap();
		fs::write(root.path().join("dev/sev-guest"), []).unwrap();
		let error = source(root.path()).open().err().unwrap();
		let EvidenceError::Device { path, source, .. } = &error else { panic!("{error}") };
		assert!(path.ends_with("dev/sev-guest") && source.raw_os_error() == Some(25), "{error}");
		let missing = HardwareSource {
			device: DeviceKind::SevGuest,
			..self::source(&root.path().join("elsewhere"))
		};
		let error = missing.open().err().unwrap();
		assert!(text(&error).contains("cannot open"), "{error}");
	}

	#[test]
	fn a_privilege_level_should_be_refused_where_there_is_none() {
		let root = tempfile::tempdir().unwrap();
		for device in [DeviceKind::Gramine, DeviceKind::Dstack] {
			let source = HardwareSource { device, privilege_level: Some(1), ..source(root.path()) };
			let error = source.open().err().unwrap();
			assert!(matches!(error, EvidenceError::NoPrivilegeLevels(_)), "{}", text(&error));
		}
	}
}

mod guards {
	use super::*;
	use std::{
		sync::mpsc,
		time::{Duration, Instant},
	};

	/// A device that answers when it is told to.
	struct Slow {
		go: Mutex<mpsc::Receiver<()>>,
		asked: Arc<AtomicU32>,
	}

	impl EvidenceProvider for Slow {
		fn name(&self) -> &'static str {
			"slow"
		}

		fn vendor(&self) -> Vendor {
			Vendor::IntelSgx
		}

		fn is_simulated(&self) -> bool {
			false
		}

		fn measurement(&self) -> Measurement {
			Measurement([0; 48])
		}

		fn evidence(&self, report_data: [u8; 64]) -> Result<Evidence, EvidenceError> {
			self.asked.fetch_add(1, Ordering::SeqCst);
			self.go.lock().unwrap().recv().unwrap();
			Ok(Exhibit::quote("slow", Vendor::IntelSgx, &sgx(&report_data))?.evidence)
		}

		fn collateral(&self) -> Result<Vec<Piece>, EvidenceError> {
			panic!("no collateral")
		}
	}

	#[tokio::test]
	async fn a_hung_device_should_be_given_up_and_hold_one_thread_only() {
		let (go, held) = mpsc::channel();
		let asked = Arc::new(AtomicU32::new(0));
		let slow = Slow { go: Mutex::new(held), asked: asked.clone() };
		let guard = Guard::new(Arc::new(slow), Duration::from_millis(100));
		let began = Instant::now();
		for _ in 0..3 {
			let error = guard.ask(|provider| provider.evidence(ASKED)).await.unwrap_err();
			assert!(matches!(error, EvidenceError::Hung(_)), "{}", text(&error));
		}
		assert!(began.elapsed() < Duration::from_secs(10));
		assert_eq!(asked.load(Ordering::SeqCst), 1, "one question at a time");
		// It comes back.
		go.send(()).unwrap();
		go.send(()).unwrap();
		let answer = guard.ask(|provider| provider.evidence(ASKED)).await.unwrap();
		assert_eq!(claims(&answer).unwrap().report_data, ASKED);
	}

	#[tokio::test]
	async fn a_panic_in_a_provider_should_be_an_error() {
		let slow = Slow { go: Mutex::new(mpsc::channel().1), asked: Arc::default() };
		let guard = Guard::new(Arc::new(slow), Duration::from_secs(10));
		let error = guard.ask(|provider| provider.collateral()).await.unwrap_err();
		assert!(matches!(error, EvidenceError::Lost));
	}
}

#[cfg(unix)]
mod dstack_sockets {
	use super::*;
	use std::{
		io::{Read, Write},
		os::unix::net::{UnixListener, UnixStream},
		thread,
		time::{Duration, Instant},
	};

	/// Serves one request on a socket of this name: what it was, and what the provider made of the answer.
	fn serve(
		name: &str,
		answer: impl FnOnce(UnixStream, &[u8]) + Send + 'static,
	) -> (Result<Exhibit, EvidenceError>, String) {
		let dir = tempfile::tempdir().unwrap();
		let socket = dir.path().join(name);
		let listener = UnixListener::bind(&socket).unwrap();
		let server = thread::spawn(move || {
			let (mut stream, _) = listener.accept().unwrap();
			let mut request = Vec::new();
			while !request.ends_with(b"\"}") {
				let mut byte = [0];
				stream.read_exact(&mut byte).unwrap();
				request.push(byte[0]);
			}
			answer(stream, &request);
			String::from_utf8(request).unwrap()
		});
		let service = Dstack::new(socket.clone()).within(Duration::from_millis(1_500));
		let exhibit = service.exhibit(&ASKED);
		// If it was never asked, the server has to end all the same.
		let _ = UnixStream::connect(socket);
		(exhibit, server.join().unwrap())
	}

	fn respond(mut stream: UnixStream, status: &str, body: &str) {
		let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n", body.len());
		// The other side may have hung up.
		let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
	}

	fn quote_of(report_data: &[u8]) -> String {
		let quote = hex::encode(tdx(report_data));
		format!(r#"{{"quote":"{quote}","event_log":"[]","vm_config":"{{}}"}}"#)
	}

	fn refusal(answer: impl FnOnce(UnixStream, &[u8]) + Send + 'static) -> DstackError {
		let error = serve("dstack.sock", answer).0.unwrap_err();
		text(&error);
		let EvidenceError::Dstack { source, .. } = error else { panic!("{error}") };
		source
	}

	#[test]
	fn a_quote_should_be_asked_for_as_the_service_wants_it() {
		for (name, method) in [("dstack.sock", "/GetQuote"), ("tappd.sock", "/prpc/Tappd.RawQuote")]
		{
			let (exhibit, request) =
				serve(name, |stream, _| respond(stream, "200 OK", &quote_of(&ASKED)));
			let exhibit = exhibit.unwrap();
			assert_eq!(claims(&exhibit.evidence).unwrap().report_data, ASKED);
			assert_eq!(exhibit.collateral.len(), 2);
			assert!(request.starts_with(&format!("POST {method} HTTP/1.1\r\n")), "{request}");
			assert!(request.contains("content-type: application/json\r\n"));
			let body = format!(r#"{{"report_data":"{}"}}"#, hex::encode(ASKED));
			assert!(request.ends_with(&body), "{request}");
		}
	}

	#[test]
	fn an_answer_in_chunks_should_be_read() {
		let (exhibit, _) = serve("dstack.sock", |mut stream, _| {
			let body = quote_of(&ASKED);
			let (first, second) = body.split_at(1_000);
			let text = format!(
				"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{first}\r\n{:x}\r\n{second}\r\n0\r\n\r\n",
				first.len(),
				second.len()
			);
			stream.write_all(text.as_bytes()).unwrap();
		});
		assert!(exhibit.is_ok());
	}

	#[test]
	fn refusals_and_garbage_should_be_told() {
		let long = "x".repeat(5_000);
		let error = refusal(move |stream, _| respond(stream, "500 Oops", &long));
		let DstackError::Refused { status, reason } = error else { panic!("{error}") };
		assert_eq!((status.as_u16(), reason.len()), (500, 200));
		let error = refusal(|stream, _| respond(stream, "200 OK", "{\"key\":1}"));
		assert!(matches!(error, DstackError::Unreadable(_)), "{error}");
		let error = refusal(|mut stream, _| stream.write_all(b"SSH-2.0-x\r\n\r\n").unwrap());
		assert!(matches!(error, DstackError::Http(_)), "{error}");
		let error = refusal(|stream, _| drop(stream));
		assert!(matches!(error, DstackError::Http(_)), "{error}");
		let error = refusal(|mut stream, _| {
			stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"quote\"").unwrap();
		});
		assert!(matches!(error, DstackError::Http(_)), "{error}");
	}

	#[test]
	fn an_answer_without_end_should_be_cut_off() {
		let error = refusal(|mut stream, _| {
			stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
			while stream.write_all(&[b' '; 65_536]).is_ok() {}
		});
		assert!(matches!(error, DstackError::TooLong), "{error}");
	}

	#[test]
	fn a_service_that_hangs_should_be_given_up() {
		let began = Instant::now();
		let error = refusal(|mut stream, _| {
			// Until the other side hangs up.
			let _ = stream.read(&mut [0]);
		});
		assert!(matches!(error, DstackError::Slow(_)), "{error}");
		assert!(began.elapsed() < Duration::from_secs(15));
	}

	#[test]
	fn a_socket_that_is_not_there_should_be_named() {
		let error = Dstack::new("/nowhere/dstack.sock".into()).exhibit(&ASKED).unwrap_err();
		let message = text(&error);
		assert!(message.contains("/nowhere/dstack.sock") && message.contains("--dstack-socket"));
	}

	#[tokio::test]
	async fn it_should_be_asked_from_within_a_runtime_too() {
		let (exhibit, _) =
			serve("dstack.sock", |stream, _| respond(stream, "200 OK", &quote_of(&ASKED)));
		assert!(exhibit.is_ok());
	}
}
