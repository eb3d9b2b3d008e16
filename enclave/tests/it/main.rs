//! Enclaves as their users see them: over HTTP, embedded and as a process.

mod binary;
mod chain;
mod client;
mod evidence;
mod http;
mod seats;
