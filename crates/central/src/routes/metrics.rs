//! What is counted for a monitoring system. Labels are templates of paths and never what stands in a path.

use crate::core::Contradicted;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::sync::Arc;
use tokio::time::Instant;

/// Bounds of the times of answers, in seconds.
const SECONDS: [f64; 11] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0];

/// A request that was answered.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: String,
    status: u16,
}

/// Which endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

/// All that is counted.
pub struct Metrics {
    registry: Registry,
    answered: Family<Answered, Counter>,
    seconds: Family<Route, Histogram>,
    limited: Counter,
    contradicted: Counter,
    lost_with_restore: Counter,
    streams: Gauge,
}

impl Metrics {
    /// Nothing yet. `groups` counts the commands that the writer decides in one transaction.
    #[must_use]
    pub fn new(groups: Histogram) -> Self {
        let mut registry = Registry::with_prefix("yuyue");
        let answered = Family::<Answered, Counter>::default();
        registry.register("requests", "Requests that were answered", answered.clone());
        let seconds = Family::<Route, Histogram>::new_with_constructor(|| Histogram::new(SECONDS));
        registry.register_with_unit("request", "How long answers took", Unit::Seconds, seconds.clone());
        let limited = Counter::default();
        registry.register("requests_limited", "Requests of callers who asked too much", limited.clone());
        let contradicted = Counter::default();
        let help = "Times that a device has said that the audit is not the one that it has kept";
        registry.register("audit_contradicted", help, contradicted.clone());
        let lost_with_restore = Counter::default();
        let help = "Times that a device has missed a record of the audit since a backup was restored";
        registry.register("audit_lost_with_restore", help, lost_with_restore.clone());
        let streams = Gauge::default();
        registry.register("live_streams", "Devices that listen for changes", streams.clone());
        registry.register("group_commands", "Commands that were decided in one transaction", groups);
        Self { registry, answered, seconds, limited, contradicted, lost_with_restore, streams }
    }

    /// A caller was told to come back.
    pub fn count_limited(&self) {
        self.limited.inc();
    }

    /// A device has kept a record of the audit that is not there any more.
    pub fn count_contradiction(&self, found: Contradicted) {
        match found {
            Contradicted::Here => self.contradicted.inc(),
            Contradicted::BeforeRestore => self.lost_with_restore.inc(),
        };
    }

    /// Whether any device has said since the start that the audit was touched.
    #[must_use]
    pub fn is_audit_contradicted(&self) -> bool {
        self.contradicted.get() > 0
    }

    /// A live stream begins; it counts until what is answered here is dropped.
    #[must_use]
    pub fn open_stream(&self) -> OpenStream {
        self.streams.inc();
        OpenStream(self.streams.clone())
    }

    /// Everything as text, in the form of Prometheus and `OpenMetrics`, with `gauges` as they are now.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn text(&self, gauges: &[(&str, &str, u64)]) -> Result<String, std::fmt::Error> {
        let mut present = Registry::with_prefix("yuyue");
        for (name, help, value) in gauges {
            let gauge: Gauge = Gauge::default();
            gauge.set(i64::try_from(*value).unwrap_or(i64::MAX));
            present.register(*name, *help, gauge);
        }
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        let end = text.trim_end_matches("# EOF\n").len();
        text.truncate(end);
        encode(&mut text, &present)?;
        Ok(text)
    }
}

/// A live stream that counts.
pub struct OpenStream(Gauge);

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Counts a request when it is answered.
pub async fn count(State(metrics): State<Arc<Metrics>>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let method = match request.method().as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "DELETE" => "DELETE",
        // Methods are free text: others are counted together.
        _ => "other",
    };
    let response = next.run(request).await;
    let status = response.status().as_u16();
    metrics.seconds.get_or_create(&Route { route: route.clone() }).observe(begun.elapsed().as_secs_f64());
    metrics.answered.get_or_create(&Answered { method, route, status }).inc();
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_gauges_are_one_text_that_ends_once() {
        let metrics = Metrics::new(Histogram::new([1.0, 8.0]));
        metrics.count_limited();
        let stream = metrics.open_stream();
        let text = metrics.text(&[("sessions", "Sessions", 7)]).expect("written");
        for line in ["yuyue_requests_limited_total 1", "yuyue_live_streams 1", "yuyue_sessions 7"] {
            assert!(text.lines().any(|found| found == line), "{line} is there: {text}");
        }
        assert_eq!(text.matches("# EOF").count(), 1, "the end is marked once");
        drop(stream);
        let text = metrics.text(&[]).expect("written");
        assert!(text.contains("yuyue_live_streams 0"), "a stream that has ended counts no more");
    }
}
