//! What `/metrics` tells: requests by route and status, how long they took, and figures of the moment.

use std::time::Duration;

use http::Method;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::flows::health::Figures;

/// The media type of [`Metrics::text`] for those who know OpenMetrics.
pub const OPEN_CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// Its media type for all others, who pass over the few lines that they do not know.
pub const PLAIN_CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The latency buckets' upper bounds, in seconds.
const BUCKETS: [f64; 12] = [0.000_5, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: &'static str,
    route: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: &'static str,
}

/// The counters of a server.
pub struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    refused_connections: Counter,
    seconds: Family<Route, Histogram>,
    movies: Gauge,
    head: Gauge,
    indexed: Gauge,
    memory: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("fmdb");
        let requests = Family::default();
        let refused_connections = Counter::default();
        let seconds = Family::new_with_constructor((|| Histogram::new(BUCKETS)) as fn() -> Histogram);
        let (movies, head, indexed, memory) = <(Gauge, Gauge, Gauge, Gauge)>::default();
        registry.register("requests", "Requests answered", requests.clone());
        let about_refused = "Connections refused because their client, or all together, held too many";
        registry.register("refused_connections", about_refused, refused_connections.clone());
        registry.register_with_unit("request_duration", "Time to answer", Unit::Seconds, seconds.clone());
        registry.register("movies", "Movies in the catalogue", movies.clone());
        registry.register("head_rev", "The last change in the database", head.clone());
        registry.register("index_rev", "The last change in the search index", indexed.clone());
        registry.register_with_unit("resident_memory", "Memory in use", Unit::Bytes, memory.clone());
        Self { registry, requests, refused_connections, seconds, movies, head, indexed, memory }
    }
}

impl Metrics {
    /// Counts an answered request. Addresses that do not exist share one name, so that strangers cannot fill the
    /// memory with names.
    pub fn count(&self, method: &Method, route: &'static str, status: u16, took: Duration) {
        let route = if route.is_empty() { "none" } else { route };
        let method = match *method {
            Method::GET => "GET",
            Method::HEAD => "HEAD",
            Method::POST => "POST",
            Method::DELETE => "DELETE",
            _ => "other",
        };
        self.requests.get_or_create(&Request { method, route, status }).inc();
        self.seconds.get_or_create(&Route { route }).observe(took.as_secs_f64());
    }

    /// Counts a connection that was refused.
    pub fn count_refused_connection(&self) {
        self.refused_connections.inc();
    }

    /// The text that Prometheus reads.
    pub fn text(&self, figures: Figures) -> String {
        self.movies.set(i64::try_from(figures.movies).unwrap_or(i64::MAX));
        self.head.set(figures.head);
        self.indexed.set(figures.indexed);
        self.memory.set(resident_memory().unwrap_or_default());
        let mut text = String::new();
        // Writing into a `String` does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

/// Bytes of memory in use, where the system tells.
fn resident_memory() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse::<i64>().ok().map(|kibibytes| kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_route() {
        let metrics = Metrics::default();
        metrics.count(&Method::GET, "/movie/{id}", 200, Duration::from_millis(3));
        metrics.count(&Method::GET, "/movie/{id}", 200, Duration::from_millis(3));
        metrics.count(&Method::PUT, "", 404, Duration::from_millis(3));
        let text = metrics.text(Figures { movies: 248, head: 7, indexed: 6 });
        assert!(text.contains(r#"fmdb_requests_total{method="GET",route="/movie/{id}",status="200"} 2"#), "{text}");
        assert!(text.contains(r#"fmdb_requests_total{method="other",route="none",status="404"} 1"#), "{text}");
        assert!(text.contains("fmdb_movies 248") && text.contains("fmdb_index_rev 6"), "{text}");
        assert!(text.contains("fmdb_request_duration_seconds_bucket{le=\"0.005\",route=\"/movie/{id}\"} 2"), "{text}");
    }
}
