//! Times become figures: median, 99th percentile, worst, in milliseconds.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// What came of a row of measurements.
#[derive(Default)]
pub struct Times(Vec<Duration>);

impl Times {
    pub fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// Runs `ask` once for every question, but no longer than `budget` once it has run a few times.
    pub fn of<T, A>(questions: &[T], budget: Duration, mut ask: impl FnMut(&T) -> A) -> Self {
        let (begun, mut times) = (Instant::now(), Self::default());
        for question in questions {
            let asked = Instant::now();
            std::hint::black_box(ask(question));
            times.add(asked.elapsed());
            if begun.elapsed() > budget && times.0.len() >= 10 {
                break;
            }
        }
        times
    }

    /// `null` where nothing was measured.
    pub fn to_json(&self) -> Value {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let Some(worst) = sorted.last() else { return Value::Null };
        let at = |share: f64| sorted[(share * (sorted.len() - 1) as f64).round() as usize];
        let ms = |time: Duration| (time.as_secs_f64() * 1e6).round() / 1e3;
        json!({"n": sorted.len(), "p50": ms(at(0.5)), "p99": ms(at(0.99)), "max": ms(*worst)})
    }
}
