//! Time limits around devices that may hang.

use super::{EvidenceError, EvidenceProvider};
use std::{sync::Arc, thread, time::Duration};
use tokio::sync::{oneshot, Semaphore};

/// Does `work` on a thread of its own and waits for it no longer than `time`.
///
/// A device that hangs holds its thread for ever. It is a plain thread, so that it keeps neither the runtime nor the
/// process from ending.
pub async fn within<T: Send + 'static>(
	time: Duration,
	work: impl FnOnce() -> Result<T, EvidenceError> + Send + 'static,
) -> Result<T, EvidenceError> {
	let (sender, answer) = oneshot::channel();
	thread::Builder::new()
		.name("evidence".into())
		.spawn(move || {
			// Whoever asked may have given up.
			let _ = sender.send(work());
		})
		.map_err(|source| EvidenceError::System { what: "thread", source })?;
	match tokio::time::timeout(time, answer).await {
		Ok(answer) => answer.unwrap_or(Err(EvidenceError::Lost)),
		Err(_) => Err(EvidenceError::Hung(time)),
	}
}

/// Asks a provider one question at a time, and gives up after a time.
///
/// While a device hangs, one thread hangs with it and no further one is started: every later question is answered
/// [`EvidenceError::Hung`], until the device comes back.
pub struct Guard {
	provider: Arc<dyn EvidenceProvider>,
	turn: Arc<Semaphore>,
	time: Duration,
}

impl Guard {
	/// Around `provider`; a question may take `time`, waiting for its turn included.
	pub fn new(provider: Arc<dyn EvidenceProvider>, time: Duration) -> Self {
		Self { provider, turn: Arc::new(Semaphore::new(1)), time }
	}

	/// Asks it.
	pub async fn ask<T: Send + 'static>(
		&self,
		question: impl FnOnce(&dyn EvidenceProvider) -> Result<T, EvidenceError> + Send + 'static,
	) -> Result<T, EvidenceError> {
		let asked = async {
			// The semaphore is never closed.
			let turn = self.turn.clone().acquire_owned().await.map_err(|_| EvidenceError::Lost)?;
			let provider = self.provider.clone();
			within(self.time, move || {
				let answer = question(&*provider);
				drop(turn);
				answer
			})
			.await
		};
		let hung = |_| Err(EvidenceError::Hung(self.time));
		tokio::time::timeout(self.time, asked).await.unwrap_or_else(hung)
	}
}
