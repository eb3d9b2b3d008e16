//! What the enclave offers to a clause, and how a clause is run on it.

use crate::{Failure, Output, MAX_INPUT};

/// What a program can ask of its enclave: the six imports, in safe form.
pub trait Host {
	/// Length of the input in bytes.
	fn input_len(&self) -> usize;

	/// Copies the input from `offset` on into `buffer`; the number of bytes copied.
	fn input_read(&self, offset: usize, buffer: &mut [u8]) -> usize;

	/// Number of outputs that the job depends on.
	fn dep_count(&self) -> usize;

	/// Length of one of them, if it exists.
	fn dep_len(&self, index: usize) -> Option<usize>;

	/// Copies one of them from `offset` on into `buffer`; the number of bytes copied, if it exists.
	fn dep_read(&self, index: usize, offset: usize, buffer: &mut [u8]) -> Option<usize>;

	/// Appends to the output; whether the host took the bytes.
	fn output_write(&mut self, bytes: &[u8]) -> bool;
}

/// A clause: reads a job, writes a result, or says why not.
pub type Clause = fn(&Job<'_>, &mut Output) -> Result<(), Failure>;

/// What a clause sees of its job.
pub struct Job<'a> {
	input: &'a [u8],
	host: &'a dyn Host,
}

impl<'a> Job<'a> {
	/// The input, whole; never empty and never longer than [`MAX_INPUT`].
	pub fn input(&self) -> &'a [u8] {
		self.input
	}

	/// Number of outputs that the job depends on.
	pub fn dependencies(&self) -> usize {
		self.host.dep_count()
	}

	/// Reads one of them, whole, into `buffer`.
	pub fn dependency<'b>(&self, index: usize, buffer: &'b mut [u8]) -> Result<&'b [u8], Failure> {
		let len = self.host.dep_len(index).ok_or(Failure::NoDependency)?;
		let buffer = buffer.get_mut(..len).ok_or(Failure::DependencyTooLong)?;
		match self.host.dep_read(index, 0, buffer) {
			Some(read) if read == len => Ok(buffer),
			Some(_) => Err(Failure::InputUnread),
			None => Err(Failure::NoDependency),
		}
	}
}

/// Runs a clause on a host; what `run` has to return. The output is written in one piece, and only
/// if the clause succeeded.
pub fn execute(host: &mut dyn Host, clause: Clause) -> i32 {
	let mut buffer = [0u8; MAX_INPUT];
	match attempt(host, clause, &mut buffer) {
		Ok(()) => 0,
		Err(failure) => failure.code(),
	}
}

fn attempt(host: &mut dyn Host, clause: Clause, buffer: &mut [u8]) -> Result<(), Failure> {
	let len = host.input_len();
	if len == 0 {
		return Err(Failure::InputEmpty);
	}
	let buffer = buffer.get_mut(..len).ok_or(Failure::InputTooLong)?;
	if host.input_read(0, buffer) != len {
		return Err(Failure::InputUnread);
	}
	let mut output = Output::new();
	clause(&Job { input: buffer, host: &*host }, &mut output)?;
	match host.output_write(output.as_bytes()) {
		true => Ok(()),
		false => Err(Failure::OutputRefused),
	}
}
