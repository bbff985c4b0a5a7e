//! How much one caller may ask for, so that nobody costs the others anything: a device by itself, whichever
//! certificate it shows, everybody else by their address. Whoever asks for more is told when to come back, and then is let in.

use crate::problem::ApiProblem;
use crate::routes::let_end;
use crate::routes::metrics::Metrics;
use crate::tls::{Peer, Place};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use governor::clock::{Clock as _, DefaultClock};
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;
use yuyue_domain::ids::DeviceId;
use yuyue_protocol::error::{ErrorCode, Problem};

/// The part of a minute's requests that may come at once.
const BURST_PART: u32 = 4;

/// Seconds after which somebody comes back who found every connection taken. When one will be free nobody can tell; silent
/// ones are closed, and devices wait longer each time.
const CONNECTION_RETRY_SECONDS: u32 = 5;

/// Who is calling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Asking {
    Device(DeviceId),
    Address(IpAddr),
}

/// So many requests a minute for each caller.
pub struct Limits {
    limiter: RateLimiter<Asking, DefaultKeyedStateStore<Asking>, DefaultClock>,
    metrics: Arc<Metrics>,
}

impl Limits {
    /// At most so many requests a minute, a quarter of them at once.
    #[must_use]
    pub fn new(per_minute: NonZeroU32, metrics: Arc<Metrics>) -> Self {
        let burst = NonZeroU32::new(per_minute.get() / BURST_PART).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_minute(per_minute).allow_burst(burst);
        Self { limiter: RateLimiter::keyed(quota), metrics }
    }

    /// Forgets callers who have been quiet for so long that nothing counts against them.
    pub fn forget_quiet(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }

    /// Whether a caller may ask now.
    fn check(&self, asking: Asking) -> Result<(), Problem> {
        self.limiter.check_key(&asking).map_err(|until| {
            self.metrics.count_limited();
            let wait = until.wait_time_from(self.limiter.clock().now());
            let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
            Problem::new(ErrorCode::Busy, "too many requests at once").retry_after(seconds)
        })
    }
}

/// Lets a request through, or says when to come back.
pub async fn limited(State(limits): State<Arc<Limits>>, request: Request, next: Next) -> Response {
    if request.extensions().get::<Place>().is_some_and(Place::is_beyond) {
        limits.metrics.count_limited();
        let_end(request).await;
        return turned_away();
    }
    let device = request.extensions().get::<Peer>().and_then(|peer| peer.0?.device);
    let address = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip());
    let asking = match (device, address) {
        (Some(device), _) => Asking::Device(device),
        (None, address) => Asking::Address(network(address.unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED)))),
    };
    match limits.check(asking) {
        Ok(()) => next.run(request).await,
        Err(problem) => ApiProblem(problem).into_response(),
    }
}

/// What is told over a connection that is one too many, and ends it.
fn turned_away() -> Response {
    let busy = Problem::new(ErrorCode::Busy, "too many connections").retry_after(CONNECTION_RETRY_SECONDS);
    let mut response = ApiProblem(busy).into_response();
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// The address by which a caller counts: one subscriber has 2^64 addresses of the newer kind.
pub fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => IpAddr::V4(mapped),
            None => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prometheus_client::metrics::histogram::Histogram;

    fn limits(per_minute: u32) -> Limits {
        let metrics = Arc::new(Metrics::new(Histogram::new([1.0])));
        Limits::new(NonZeroU32::new(per_minute).expect("some"), metrics)
    }

    #[test]
    fn whoever_asks_too_much_is_told_when_to_come_back_and_others_are_not() {
        let limits = limits(4);
        let (greedy, other) = (Asking::Device(DeviceId(1)), Asking::Device(DeviceId(2)));
        assert!(limits.check(greedy).is_ok(), "one of four a minute may come at once");
        let problem = limits.check(greedy).expect_err("the next is too soon");
        assert_eq!(problem.code, ErrorCode::Busy, "the caller waits as in any rush");
        assert!(
            problem.retry_after_seconds.is_some_and(|seconds| (1..=16).contains(&seconds)),
            "a quarter of a minute"
        );
        assert!(limits.check(other).is_ok(), "nobody pays for somebody else");
    }

    #[test]
    fn all_addresses_of_one_subscriber_count_as_one() {
        let parse = |text: &str| network(text.parse().expect("an address"));
        assert_eq!(parse("2001:db8:1:2::3"), parse("2001:db8:1:2:ffff::4"), "the same network");
        assert_ne!(parse("2001:db8:1:2::3"), parse("2001:db8:1:3::3"), "another one");
        assert_eq!(parse("::ffff:192.0.2.1"), parse("192.0.2.1"), "one address in two forms");
    }
}
