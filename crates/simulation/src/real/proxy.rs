//! A bad line between counters and centre: connections are refused or go silent, what is under way comes late or in part,
//! and is cut in the middle of an answer. What repeats is up to the counters, which ask again.

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// For how long a silent connection says nothing.
const SILENCE: Duration = Duration::from_secs(2);

/// What the weather on the line is like, and what it did so far.
#[derive(Default)]
struct Weather {
    /// The port where the centre listens at present.
    upstream: AtomicU16,
    is_cut: AtomicBool,
    is_fine: AtomicBool,
    refused: AtomicU64,
    silent: AtomicU64,
    cut_inside: AtomicU64,
}

/// The proxy.
pub struct Proxy {
    address: SocketAddr,
    weather: Arc<Weather>,
}

impl Proxy {
    /// Begins to listen.
    pub async fn start(seed: u64) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let weather = Arc::new(Weather::default());
        let for_all = Arc::clone(&weather);
        tokio::spawn(async move {
            let mut connections = seed;
            while let Ok((stream, _)) = listener.accept().await {
                connections = connections.wrapping_add(1);
                tokio::spawn(connect(stream, Arc::clone(&for_all), ChaCha8Rng::seed_from_u64(connections)));
            }
        });
        Ok(Self { address, weather })
    }

    /// Where counters connect.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The centre listens there from now on.
    pub fn lead_to(&self, port: u16) {
        self.weather.upstream.store(port, Ordering::SeqCst);
    }

    /// Cuts every line, or mends them.
    pub fn cut(&self, is_cut: bool) {
        self.weather.is_cut.store(is_cut, Ordering::SeqCst);
    }

    /// From now on nothing goes wrong.
    pub fn mend(&self) {
        self.cut(false);
        self.weather.is_fine.store(true, Ordering::SeqCst);
    }

    /// What it did how often.
    pub fn counts(&self) -> [(&'static str, u64); 3] {
        let Weather { refused, silent, cut_inside, .. } = &*self.weather;
        [("connections refused", refused), ("connections gone silent", silent), ("exchanges cut inside", cut_inside)]
            .map(|(what, count)| (what, count.load(Ordering::SeqCst)))
    }
}

async fn connect(mut near: TcpStream, weather: Arc<Weather>, mut dice: ChaCha8Rng) {
    let whim = if weather.is_fine.load(Ordering::SeqCst) { 99 } else { dice.next_u32() % 100 };
    if weather.is_cut.load(Ordering::SeqCst) || whim < 8 {
        weather.refused.fetch_add(1, Ordering::SeqCst);
        return;
    }
    if whim < 11 {
        weather.silent.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(SILENCE).await;
        return;
    }
    let port = weather.upstream.load(Ordering::SeqCst);
    let Ok(mut far) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await else { return };
    let (mut near_read, mut near_write) = near.split();
    let (mut far_read, mut far_write) = far.split();
    let dice = Mutex::new(dice);
    // Whichever direction ends, ends the connection: both ends then see it break.
    tokio::select! {
        () = carry(&mut near_read, &mut far_write, &weather, &dice) => {}
        () = carry(&mut far_read, &mut near_write, &weather, &dice) => {}
    }
}

async fn carry(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    weather: &Weather,
    dice: &Mutex<ChaCha8Rng>,
) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let (whim, millis) = {
            let mut dice = dice.lock().unwrap_or_else(PoisonError::into_inner);
            (dice.next_u32() % 100, u64::from(dice.next_u32() % 150))
        };
        let is_fine = weather.is_fine.load(Ordering::SeqCst);
        if weather.is_cut.load(Ordering::SeqCst) || (!is_fine && whim < 2) {
            weather.cut_inside.fetch_add(1, Ordering::SeqCst);
            // What was half sent may arrive; the rest never does.
            let _ = to.write_all(&buffer[..count / 2]).await;
            return;
        }
        if !is_fine && whim < 8 {
            tokio::time::sleep(Duration::from_millis(millis)).await;
        }
        if to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
