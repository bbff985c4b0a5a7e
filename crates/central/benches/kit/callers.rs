//! Callers that cost little: each is a thread with one encrypted connection that it keeps, and sends requests that were
//! written before. What is measured beside them is the centre.

use crate::kit::Device;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

type Line = StreamOwned<ClientConnection, TcpStream>;

/// Callers with their connections.
pub struct Callers(Vec<Line>);

/// What became of all requests.
pub struct Answered {
    /// The bodies of the answers, in the order of the requests.
    pub bodies: Vec<Vec<u8>>,
    /// From the first request to the last answer.
    pub elapsed: Duration,
    /// The callers' own processor time.
    pub cpu: Duration,
}

impl Callers {
    /// Connects so many callers, all of them as this device.
    pub fn connect(count: usize, address: SocketAddr, authority: &str, device: &Device) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let certificate = CertificateDer::from_pem_slice(device.certificate.as_bytes()).unwrap();
        let key = PrivateKeyDer::from_pem_slice(device.certificate_key.as_bytes()).unwrap();
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_root_certificates(roots)
            .with_client_auth_cert(vec![certificate], key)
            .unwrap();
        let config = Arc::new(config);
        let connect = |_| {
            let stream = TcpStream::connect(address).unwrap();
            stream.set_nodelay(true).unwrap();
            let connection = ClientConnection::new(Arc::clone(&config), ServerName::try_from("localhost").unwrap());
            let mut line = StreamOwned::new(connection.unwrap(), stream);
            while line.conn.is_handshaking() {
                line.conn.complete_io(&mut line.sock).unwrap();
            }
            line
        };
        Self((0..count).map(connect).collect())
    }

    /// Sends the bodies, each caller one after another.
    pub fn send(&mut self, path: &str, bodies: &[Vec<u8>]) -> Answered {
        let each = bodies.len().div_ceil(self.0.len());
        let requests: Vec<Vec<u8>> = bodies.iter().map(|body| request(path, body)).collect();
        let together = Barrier::new(requests.chunks(each).len() + 1);
        std::thread::scope(|scope| {
            let together = &together;
            let threads: Vec<_> = self
                .0
                .iter_mut()
                .zip(requests.chunks(each))
                .map(|(line, requests)| scope.spawn(move || call(line, requests, together)))
                .collect();
            together.wait();
            let begun = Instant::now();
            let answered: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
            let elapsed = begun.elapsed();
            let cpu = answered.iter().map(|(_, cpu)| *cpu).sum();
            Answered { bodies: answered.into_iter().flat_map(|(bodies, _)| bodies).collect(), elapsed, cpu }
        })
    }
}

fn request(path: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

fn call(line: &mut Line, requests: &[Vec<u8>], begin: &Barrier) -> (Vec<Vec<u8>>, Duration) {
    begin.wait();
    let used = cpu_time();
    let bodies = requests.iter().map(|request| {
        line.write_all(request).unwrap();
        answer(line)
    });
    let bodies = bodies.collect();
    (bodies, cpu_time().saturating_sub(used))
}

/// Reads one answer that tells its length, which has to be a success.
fn answer(line: &mut Line) -> Vec<u8> {
    let mut read = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let length = line.read(&mut buffer).unwrap();
        assert!(length > 0, "the centre hung up");
        read.extend_from_slice(&buffer[..length]);
        let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&read[..end]).to_ascii_lowercase();
        assert!(head.starts_with("http/1.1 200"), "the centre refused: {head}");
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:")).unwrap();
        if read.len() == end + 4 + length.trim().parse::<usize>().unwrap() {
            return read.split_off(end + 4);
        }
    }
}

/// The processor time of this thread.
fn cpu_time() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(text.split_whitespace().next().unwrap().parse().unwrap())
}
