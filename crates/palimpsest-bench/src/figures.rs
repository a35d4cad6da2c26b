//! What is measured of one job in one round, and the medians of several rounds.

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

/// What one round of a job came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Figures {
    /// Answers a second.
    pub(crate) rate: f64,
    /// Latencies in microseconds.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) p999: f64,
    /// Processor time of the server for one answer, in microseconds.
    pub(crate) cpu: f64,
    /// The most memory the server ever had resident, in MiB.
    pub(crate) memory: f64,
    /// Bytes that the server had written to disk, for one answer.
    pub(crate) written: f64,
    /// Answers that were not as expected.
    pub(crate) errors: u64,
}

impl Figures {
    /// Latencies of a histogram over a time.
    pub(crate) fn of(latencies: &Histogram<u64>, seconds: f64, errors: u64) -> Self {
        let at = |quantile: f64| latencies.value_at_quantile(quantile) as f64 / 1_000.0;
        let rate = latencies.len() as f64 / seconds.max(f64::EPSILON);
        Self { rate, p50: at(0.5), p99: at(0.99), p999: at(0.999), cpu: 0.0, memory: 0.0, written: 0.0, errors }
    }

    /// The median of each figure by itself.
    pub(crate) fn median(rounds: &[Self]) -> Self {
        let of = |figure: fn(&Self) -> f64| {
            let mut values: Vec<f64> = rounds.iter().map(figure).collect();
            values.sort_by(f64::total_cmp);
            values.get(values.len() / 2).copied().unwrap_or_default()
        };
        Self {
            rate: of(|round| round.rate),
            p50: of(|round| round.p50),
            p99: of(|round| round.p99),
            p999: of(|round| round.p999),
            cpu: of(|round| round.cpu),
            memory: of(|round| round.memory),
            written: of(|round| round.written),
            errors: rounds.iter().map(|round| round.errors).sum(),
        }
    }
}

/// An empty histogram of nanoseconds.
pub(crate) fn histogram() -> anyhow::Result<Histogram<u64>> {
    Ok(Histogram::new_with_bounds(1, 600_000_000_000, 3)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_are_those_of_each_figure_and_errors_add_up() {
        let round = |rate: f64, p99: f64, errors: u64| {
            let mut figures = Figures::of(&histogram().unwrap(), 1.0, errors);
            (figures.rate, figures.p99) = (rate, p99);
            figures
        };
        let median = Figures::median(&[round(3.0, 1.0, 0), round(1.0, 9.0, 2), round(2.0, 5.0, 1)]);
        assert_eq!((median.rate, median.p99, median.errors), (2.0, 5.0, 3));
    }

    #[test]
    fn latencies_are_told_in_microseconds() {
        let mut latencies = histogram().unwrap();
        (0..100).for_each(|_| latencies.record(2_000).unwrap());
        let figures = Figures::of(&latencies, 0.5, 0);
        assert!((figures.rate - 200.0).abs() < 1e-9 && (figures.p50 - 2.0).abs() < 0.01);
    }
}
