//! The table: what was measured, what it stands beside, and what is wanted.

use std::time::Duration;

use super::load::Pace;

#[derive(Default)]
pub struct Table(Vec<[String; 6]>);

/// Rounds of a candidate and its yardstick, taken in turn.
#[derive(Default)]
pub struct Rounds {
    paces: Vec<Pace>,
    yardstick: Vec<f64>,
}

impl Rounds {
    /// Notes a round of each.
    pub fn note(&mut self, pace: Pace, yardstick: f64) {
        self.paces.push(pace);
        self.yardstick.push(yardstick);
    }

    /// Medians over the rounds.
    pub fn pace(&self) -> Pace {
        let of = |part: fn(&Pace) -> f64| median(self.paces.iter().map(part));
        Pace {
            per_second: of(|pace| pace.per_second),
            p50: Duration::from_secs_f64(of(|pace| pace.p50.as_secs_f64())),
            p99: Duration::from_secs_f64(of(|pace| pace.p99.as_secs_f64())),
        }
    }

    /// The median of each round's ratio: what slows a whole round slows both.
    fn ratio(&self) -> f64 {
        median(self.paces.iter().zip(&self.yardstick).map(|(pace, yardstick)| pace.per_second / yardstick))
    }
}

impl Table {
    /// A candidate that is measured in parts of its yardstick.
    pub fn ratio(&mut self, name: &str, rounds: &Rounds, yardstick: &str, wanted: f64) {
        let (pace, ratio) = (rounds.pace(), rounds.ratio());
        let beside = format!("{:.1} {yardstick}", median(rounds.yardstick.iter().copied()));
        self.row(name, Some(pace), &beside, format!("{ratio:.2}"), format!("{wanted:.2}"), ratio >= wanted);
    }

    /// A figure that must not be above what is wanted.
    pub fn most(&mut self, name: &str, pace: Option<Pace>, figure: f64, wanted: f64, unit: &str) {
        let [got, most] = [figure, wanted].map(|figure| format!("{figure:.1} {unit}"));
        self.row(name, pace, "", got, most, figure <= wanted);
    }

    /// A time that is measured in parts of another, and must not be above what is wanted.
    pub fn times(&mut self, name: &str, ratio: f64, beside: &str, wanted: f64) {
        self.row(name, None, beside, format!("{ratio:.2}"), format!("{wanted:.2}"), ratio <= wanted);
    }

    fn row(&mut self, name: &str, pace: Option<Pace>, beside: &str, got: String, wanted: String, met: bool) {
        let speed = pace.map_or(String::new(), |pace| format!("{:.1}", pace.per_second));
        let waits = pace.map_or(String::new(), |pace| format!("{} / {}", millis(pace.p50), millis(pace.p99)));
        let wanted = format!("{wanted} {}", if met { "ok" } else { "MISSED" });
        self.0.push([name.to_owned(), speed, waits, beside.to_owned(), got, wanted]);
    }

    /// Prints it.
    pub fn print(&self) {
        let head = ["", "per second", "p50 / p99 ms", "beside, per second", "got", "wanted"];
        let rows = [head.map(str::to_owned)];
        for [name, speed, waits, beside, got, wanted] in rows.iter().chain(&self.0) {
            println!("{name:28} {speed:>10}  {waits:>14}  {beside:28} {got:>9}  {wanted}");
        }
    }
}

fn millis(span: Duration) -> String {
    format!("{:.2}", span.as_secs_f64() * 1e3)
}

pub fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<_> = figures.collect();
    figures.sort_by(f64::total_cmp);
    let middle = figures.len() / 2;
    match figures.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => figures[middle],
        _ => (figures[middle - 1] + figures[middle]) / 2.0,
    }
}
