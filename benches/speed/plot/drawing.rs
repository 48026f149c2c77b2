//! The plot: a panel of latency over load for each kind of request, with its own scale in steps of 1, 2, 5,
//! 10.

/// Measurements of one kind of request.
pub struct Curve {
    pub name: &'static str,
    /// Requests per second, with the median and the 99th percentile in milliseconds.
    pub points: Vec<(f64, [f64; 2])>,
}

const STYLE: &str = "
  .back { fill: #fff } text { font: 12px system-ui, sans-serif; fill: #57606a }
  .name { font-size: 14px; font-weight: 600; fill: #1f2328 }
  .grid { stroke: #d8dee4 } .axis { stroke: #8c959f }
  .line { fill: none; stroke-width: 2; stroke-linejoin: round } .p50 { stroke: #0969da } .p99 { stroke: #bc4c00 }
  circle.p50 { fill: #0969da } circle.p99 { fill: #bc4c00 } text.p50 { fill: #0969da; stroke: none } text.p99 { fill: #bc4c00; stroke: none }
  @media (prefers-color-scheme: dark) {
    .back { fill: #0d1117 } text { fill: #9198a1 } .name { fill: #f0f6fc } .grid { stroke: #2a313c } .axis { stroke: #656c76 }
    .p50 { stroke: #4493f8 } .p99 { stroke: #f0883e }
    circle.p50, text.p50 { fill: #4493f8 } circle.p99, text.p99 { fill: #f0883e }
  }
";
const KINDS: [&str; 2] = ["p50", "p99"];
/// Size of a panel's drawing area, and of the whole panel with its labels.
const SIZE: (f64, f64) = (330.0, 170.0);
const ROOM: (f64, f64) = (430.0, 270.0);
const CORNER: (f64, f64) = (62.0, 62.0);

/// All curves, two in a row.
pub fn svg(curves: &[Curve]) -> String {
    let rows = curves.len().div_ceil(2) as f64;
    let (width, height) = (2.0 * ROOM.0, rows * ROOM.1 + 4.0);
    let panels = curves.iter().enumerate().map(|(number, curve)| {
        let (x, y) = ((number % 2) as f64 * ROOM.0 + CORNER.0, (number / 2) as f64 * ROOM.1 + CORNER.1);
        format!("<g transform=\"translate({x} {y})\">\n{}</g>\n", panel(curve))
    });
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
        role=\"img\" aria-label=\"Latency over load\">\n<style>{STYLE}</style>\n\
        <rect class=\"back\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>\n{}</svg>\n",
        panels.collect::<String>()
    )
}

fn panel(curve: &Curve) -> String {
    let (width, height) = SIZE;
    let times = || curve.points.iter().flat_map(|(_, times)| times).copied();
    let below = step(times().fold(f64::MAX, f64::min), f64::floor);
    let above = step(times().fold(0.0, f64::max), f64::ceil).max(below + 1.0);
    let most = curve.points.iter().map(|(rate, _)| *rate).fold(0.0, f64::max);
    let unit = across(most);
    let last = (most / unit).ceil() * unit;
    let x = |rate: f64| width * rate / last;
    let y = |millis: f64| {
        let (low, high) = (at(below).ln(), at(above).ln());
        height * (1.0 - (millis.ln() - low) / (high - low))
    };

    let mut svg = format!("<text class=\"name\" x=\"0\" y=\"-32\">{}</text>\n", title(curve.name));
    svg += "<text x=\"0\" y=\"-12\">milliseconds, logarithmic</text>\n";
    for step in below as i64..=above as i64 {
        let (millis, here) = (at(step as f64), y(at(step as f64)));
        svg += &format!("<path class=\"grid\" d=\"M0 {here:.1}H{width}\"/>");
        svg += &format!("<text x=\"-8\" y=\"{:.1}\" text-anchor=\"end\">{millis}</text>\n", here + 4.0);
    }
    let ticks = (last / unit).round() as usize;
    for tick in 0..=ticks {
        let rate = tick as f64 * unit;
        svg += &format!(
            "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{rate}</text>\n",
            x(rate),
            height + 18.0
        );
    }
    svg += &format!("<path class=\"axis\" d=\"M0 {height}H{width}\"/>");
    svg += &format!(
        "<text x=\"{width}\" y=\"{}\" text-anchor=\"end\">requests a second</text>\n",
        height + 34.0
    );
    let mut free = f64::MAX;
    for (number, kind) in KINDS.iter().enumerate() {
        let points: Vec<_> = curve.points.iter().map(|(rate, times)| (x(*rate), y(times[number]))).collect();
        let path: Vec<_> = points.iter().map(|(x, y)| format!("{x:.1} {y:.1}")).collect();
        svg += &format!("<path class=\"line {kind}\" d=\"M{}\"/>", path.join("L"));
        for (x, y) in &points {
            svg += &format!("<circle class=\"{kind}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>");
        }
        let (right, last) = points.last().copied().unwrap_or_default();
        let label = last.min(free);
        free = label - 14.0;
        let (right, label) = (right + 8.0, label + 4.0);
        svg += &format!("<text class=\"{kind}\" x=\"{right:.1}\" y=\"{label:.1}\">{kind}</text>\n");
    }
    svg
}

/// Step of a time on the scale 1, 2, 5, 10, 20 …, rounded.
fn step(millis: f64, round: fn(f64) -> f64) -> f64 {
    let decade = millis.log10().floor();
    let steps =
        [1.0, 2.0, 5.0, 10.0].iter().filter(|&&step| step <= millis / 10f64.powf(decade)).count() as f64;
    let below = 3.0 * decade + steps - 1.0;
    if round(0.5) > 0.5 && at(below) < millis { below + 1.0 } else { below }
}

/// Milliseconds at a step.
fn at(step: f64) -> f64 {
    let decade = (step / 3.0).floor();
    let millis = [1.0, 2.0, 5.0][(step - 3.0 * decade) as usize] * 10f64.powf(decade);
    (millis * 1e6).round() / 1e6
}

/// A round number that fits four or five times into `most`.
fn across(most: f64) -> f64 {
    let rough = most / 5.0;
    let decade = 10f64.powf(rough.log10().floor());
    [1.0, 2.0, 2.5, 5.0, 10.0]
        .map(|step| step * decade)
        .into_iter()
        .find(|&step| step >= rough)
        .unwrap_or(rough)
}

fn title(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
