//! A relay between a counter and the centre that counts the bytes on the wire, encryption and heads included.

use super::centre::Outcome;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// The relay.
pub struct Relay {
    /// Where counters connect.
    pub address: SocketAddr,
    downwards: Arc<AtomicU64>,
}

impl Relay {
    /// Begins to listen, and leads to `centre`.
    pub async fn start(centre: SocketAddr) -> Outcome<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let downwards = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&downwards);
        tokio::spawn(async move {
            while let Ok((counter, _)) = listener.accept().await {
                let Ok(upstream) = TcpStream::connect(centre).await else { continue };
                // As both ends do themselves.
                let _ = (counter.set_nodelay(true), upstream.set_nodelay(true));
                let ((from_counter, to_counter), (from_centre, to_centre)) =
                    (counter.into_split(), upstream.into_split());
                tokio::spawn(pass(from_counter, to_centre, Arc::default()));
                tokio::spawn(pass(from_centre, to_counter, Arc::clone(&counted)));
            }
        });
        Ok(Self { address, downwards })
    }

    /// Bytes that the centre has sent.
    pub fn downwards(&self) -> u64 {
        self.downwards.load(Ordering::SeqCst)
    }
}

async fn pass(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, count: Arc<AtomicU64>) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        count.fetch_add(u64::try_from(length).unwrap_or(0), Ordering::SeqCst);
        if to.write_all(&buffer[..length]).await.is_err() {
            break;
        }
    }
}
