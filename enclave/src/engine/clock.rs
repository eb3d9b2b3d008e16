//! Time: what a run took, and the ticks that interrupt one that takes too long.

use std::{
	io,
	sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
	thread::{self, JoinHandle},
	time::Duration,
};

/// How often running programs look at the clock.
const TICK: Duration = Duration::from_millis(5);

/// What [`ResourceUsage::cpu_micros`](concordat_primitives::cac::ResourceUsage) measures here.
pub const CPU_TIME_SOURCE: &str = if cfg!(unix) { "thread-cpu" } else { "wall" };

/// Processor time of the calling thread.
#[cfg(unix)]
pub(super) fn thread_cpu_time() -> Duration {
	let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
	Duration::new(
		u64::try_from(time.tv_sec).unwrap_or_default(),
		u32::try_from(time.tv_nsec).unwrap_or_default(),
	)
}

/// Wall time since the first call, where the platform has no clock for threads.
#[cfg(not(unix))]
pub(super) fn thread_cpu_time() -> Duration {
	static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
	START.get_or_init(std::time::Instant::now).elapsed()
}

#[derive(Default)]
struct Beat {
	running: usize,
	stop: bool,
}

type Shared = Arc<(Mutex<Beat>, Condvar)>;

fn lock(shared: &Shared) -> MutexGuard<'_, Beat> {
	// Nothing in a critical section can leave the counter half-written.
	shared.0.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One thread that advances the epoch of an engine while anything runs on it, and sleeps otherwise.
pub(super) struct Ticker {
	shared: Shared,
	thread: Option<JoinHandle<()>>,
}

impl Ticker {
	/// Starts the thread.
	pub fn start(engine: wasmtime::Engine) -> io::Result<Self> {
		let shared = Shared::default();
		let beat = shared.clone();
		let thread = thread::Builder::new().name("enclave-ticker".into()).spawn(move || loop {
			{
				let mut state = lock(&beat);
				while state.running == 0 && !state.stop {
					state = beat.1.wait(state).unwrap_or_else(PoisonError::into_inner);
				}
				if state.stop {
					return;
				}
			}
			thread::sleep(TICK);
			engine.increment_epoch();
		})?;
		Ok(Self { shared, thread: Some(thread) })
	}

	/// Ticks go on until the answer is dropped.
	pub fn keep_ticking(&self) -> Ticking {
		lock(&self.shared).running += 1;
		self.shared.1.notify_one();
		Ticking(self.shared.clone())
	}
}

impl Drop for Ticker {
	fn drop(&mut self) {
		lock(&self.shared).stop = true;
		self.shared.1.notify_one();
		if let Some(thread) = self.thread.take() {
			let _ = thread.join();
		}
	}
}

/// Something runs.
pub(super) struct Ticking(Shared);

impl Drop for Ticking {
	fn drop(&mut self) {
		let mut state = lock(&self.0);
		state.running = state.running.saturating_sub(1);
	}
}
