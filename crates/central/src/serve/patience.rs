//! A connection whose other end has to take what is sent to it. Whoever asks and does not read the answer keeps its memory
//! and a connection that somebody else needs.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// Bytes that give back a second of patience: slower than any line of an office.
const BYTES_A_SECOND: u32 = 4 * 1024;

/// A connection that is waited for so long in all; what is taken gives patience back.
#[derive(Debug)]
pub struct Patient<I> {
    inner: I,
    patience: Duration,
    left: Duration,
    /// Since when nothing is taken, and until when that is waited for.
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl<I> Patient<I> {
    /// Waits so long.
    pub const fn new(inner: I, patience: Duration) -> Self {
        Self { inner, patience, left: patience, waiting: None }
    }

    /// What became of a try to send.
    fn judge(&mut self, cx: &mut Context<'_>, sent: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match sent {
            Poll::Ready(Ok(bytes)) => {
                if let Some((since, _)) = self.waiting.take() {
                    self.left = self.left.saturating_sub(since.elapsed());
                }
                let back = Duration::from_secs(1) * u32::try_from(bytes).unwrap_or(u32::MAX) / BYTES_A_SECOND;
                self.left = self.left.saturating_add(back).min(self.patience);
                Poll::Ready(Ok(bytes))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => {
                let left = self.left;
                let waiting = self.waiting.get_or_insert_with(|| (Instant::now(), Box::pin(tokio::time::sleep(left))));
                let over = waiting.1.as_mut().poll(cx);
                over.map(|()| Err(io::Error::new(io::ErrorKind::TimedOut, "the answer is not taken")))
            }
        }
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Patient<I> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buffer)
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Patient<I> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let sent = Pin::new(&mut self.inner).poll_write(cx, bytes);
        self.judge(cx, sent)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let sent = Pin::new(&mut self.inner).poll_write_vectored(cx, parts);
        self.judge(cx, sent)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Waker;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    #[tokio::test]
    async fn whoever_takes_nothing_is_waited_for_until_patience_ends() {
        let (near, _far) = tokio::io::duplex(8);
        let mut near = Patient::new(near, Duration::from_millis(20));
        near.write_all(&[0; 8]).await.expect("there is room");
        let late = near.write_all(&[0; 1]).await.expect_err("nobody reads");
        assert_eq!(late.kind(), io::ErrorKind::TimedOut, "the wait has an end");
    }

    #[tokio::test]
    async fn whoever_takes_what_comes_is_served_however_much_it_is() {
        let (near, mut far) = tokio::io::duplex(8);
        let mut near = Patient::new(near, Duration::from_secs(3_600));
        let reading = async {
            let mut all = Vec::new();
            far.read_to_end(&mut all).await.expect("read");
            all.len()
        };
        let writing = async {
            near.write_all(&vec![0; 50_000]).await.expect("it is taken");
            near.shutdown().await.expect("closed");
        };
        assert_eq!(tokio::join!(reading, writing).0, 50_000, "all of it arrives");
    }

    #[tokio::test]
    async fn drops_of_an_answer_give_little_patience_back() {
        let mut patient = Patient::new((), Duration::from_secs(30));
        let mut cx = Context::from_waker(Waker::noop());
        patient.left = Duration::from_secs(10);
        assert!(patient.judge(&mut cx, Poll::Ready(Ok(4_096))).is_ready(), "something is taken");
        assert_eq!(patient.left, Duration::from_secs(11), "four thousand bytes are worth a second");
        assert!(patient.judge(&mut cx, Poll::Ready(Ok(1))).is_ready(), "a byte");
        assert!(patient.left < Duration::from_millis(11_001), "is worth next to nothing");
        assert!(patient.judge(&mut cx, Poll::Ready(Ok(10_000_000))).is_ready(), "much is taken");
        assert_eq!(patient.left, Duration::from_secs(30), "and nobody saves patience up");
        assert!(patient.judge(&mut cx, Poll::Pending).is_pending(), "now it is waited for");
    }
}
