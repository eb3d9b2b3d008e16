//! A listener that accepts so many connections at once and no more.

use std::{
	io,
	net::SocketAddr,
	pin::Pin,
	sync::Arc,
	task::{Context, Poll},
};
use tokio::{
	io::{AsyncRead, AsyncWrite, ReadBuf},
	net::{TcpListener, TcpStream},
	sync::{OwnedSemaphorePermit, Semaphore},
};

/// Accepts when a connection has ended or none has been counted yet.
pub(crate) struct CountedListener {
	listener: TcpListener,
	room: Arc<Semaphore>,
}

impl CountedListener {
	pub fn new(listener: TcpListener, connections: usize) -> Self {
		Self { listener, room: Arc::new(Semaphore::new(connections)) }
	}
}

impl axum::serve::Listener for CountedListener {
	type Io = CountedStream;
	type Addr = SocketAddr;

	async fn accept(&mut self) -> (Self::Io, Self::Addr) {
		// The semaphore is never closed; were it, connections would go uncounted, not unserved.
		let permit = self.room.clone().acquire_owned().await.ok();
		// Retries after errors, as axum does for plain listeners.
		let (stream, address) = axum::serve::Listener::accept(&mut self.listener).await;
		let _ = stream.set_nodelay(true);
		(CountedStream { stream, _permit: permit }, address)
	}

	fn local_addr(&self) -> io::Result<Self::Addr> {
		self.listener.local_addr()
	}
}

/// A connection, counted until it is dropped.
pub(crate) struct CountedStream {
	stream: TcpStream,
	_permit: Option<OwnedSemaphorePermit>,
}

impl AsyncRead for CountedStream {
	fn poll_read(
		mut self: Pin<&mut Self>,
		cx: &mut Context<'_>,
		buffer: &mut ReadBuf<'_>,
	) -> Poll<io::Result<()>> {
		Pin::new(&mut self.stream).poll_read(cx, buffer)
	}
}

impl AsyncWrite for CountedStream {
	fn poll_write(
		mut self: Pin<&mut Self>,
		cx: &mut Context<'_>,
		bytes: &[u8],
	) -> Poll<io::Result<usize>> {
		Pin::new(&mut self.stream).poll_write(cx, bytes)
	}

	fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
		Pin::new(&mut self.stream).poll_flush(cx)
	}

	fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
		Pin::new(&mut self.stream).poll_shutdown(cx)
	}
}
