//! The table of figures and targets, in Markdown.

use std::time::Duration;

use super::load::Pace;

#[derive(Default)]
pub struct Table(Vec<[String; 5]>);

/// Rounds of a candidate and its yardstick, taken in turn.
#[derive(Default)]
pub struct Rounds {
    paces: Vec<Pace>,
    yardstick: Vec<f64>,
}

impl Rounds {
    /// Records a round of each.
    pub fn note(&mut self, pace: Pace, yardstick: f64) {
        self.paces.push(pace);
        self.yardstick.push(yardstick);
    }

    /// Medians over the rounds.
    pub fn pace(&self) -> Pace {
        let of = |part: fn(&Pace) -> f64| median(self.paces.iter().map(part));
        Pace {
            answered: of(|pace| pace.answered as f64) as usize,
            per_second: of(|pace| pace.per_second),
            p50: Duration::from_secs_f64(of(|pace| pace.p50.as_secs_f64())),
            p99: Duration::from_secs_f64(of(|pace| pace.p99.as_secs_f64())),
        }
    }

    /// The median of each round's ratio: other load in a round slows both.
    pub fn ratio(&self) -> f64 {
        median(self.paces.iter().zip(&self.yardstick).map(|(pace, yardstick)| pace.per_second / yardstick))
    }

    /// The measurement, beside the yardstick's pace.
    pub fn beside(&self, yardstick: &str) -> String {
        format!("{}; {:.1} {yardstick}/s", self.pace(), median(self.yardstick.iter().copied()))
    }
}

impl Table {
    /// Adds a candidate measured relative to its yardstick.
    pub fn ratio(&mut self, name: &str, rounds: &Rounds, yardstick: &str, wanted: f64) {
        self.least(name, rounds.ratio(), wanted, "×", rounds.beside(yardstick));
    }

    /// Adds a figure with a lower bound.
    pub fn least(&mut self, name: &str, got: f64, wanted: f64, unit: &str, detail: String) {
        let least = format!("≥ {}", figure(wanted, unit));
        self.row(name, figure(got, unit), least, got >= wanted, detail);
    }

    /// Adds a figure with an upper bound.
    pub fn most(&mut self, name: &str, got: f64, wanted: f64, unit: &str, detail: String) {
        let most = format!("≤ {}", figure(wanted, unit));
        self.row(name, figure(got, unit), most, got <= wanted, detail);
    }

    /// Adds a ratio that must be close to 1.
    pub fn even(&mut self, name: &str, got: f64, within: f64, detail: String) {
        let wanted = format!("{:.2} to {:.2} ×", 1.0 - within, 1.0 + within);
        self.row(name, figure(got, "×"), wanted, (got - 1.0).abs() <= within, detail);
    }

    fn row(&mut self, name: &str, got: String, wanted: String, met: bool, detail: String) {
        let met = if met { "yes" } else { "**no**" };
        self.0.push([name.to_owned(), got, wanted, met.to_owned(), detail]);
    }

    /// Prints the table, and the load of the machine, which affects every figure.
    pub fn print(&self) {
        let head = ["Figure", "Got", "Wanted", "Met", "Measured"].map(str::to_owned);
        let wide = |column: usize| {
            self.0.iter().chain([&head]).map(|row| row[column].chars().count()).max().unwrap_or(0)
        };
        let widths: [usize; 5] = std::array::from_fn(wide);
        let line = |row: &[String; 5]| {
            let cells = row.iter().zip(widths).map(|(cell, width)| format!(" {cell:width$} |"));
            println!("|{}", cells.collect::<String>());
        };
        line(&head);
        line(&widths.map(|width| "-".repeat(width)));
        self.0.iter().for_each(line);
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        println!("\nload of this machine at the end, with this: {}", load.trim());
    }
}

fn figure(value: f64, unit: &str) -> String {
    let digits = if unit == "×" { 2 } else { 1 };
    format!("{value:.digits$} {unit}")
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
