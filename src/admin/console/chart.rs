//! Columns of a chart as rectangles, which a template writes into an SVG, without scripts or inline styles.

use serde::Serialize;

/// Size of the drawing, in its own units.
const WIDTH: f64 = 600.0;
const HEIGHT: f64 = 150.0;

/// A column, with its tooltip.
pub struct Column {
    pub label: String,
    pub parts: Vec<Part>,
}

/// A part of a column between two values, with a class of the stylesheet.
pub struct Part {
    pub class: &'static str,
    pub from: i64,
    pub to: i64,
}

/// A chart ready for its template.
#[derive(Serialize)]
pub struct Chart {
    width: f64,
    height: f64,
    /// Value at the upper edge.
    top: i64,
    first: String,
    last: String,
    columns: Vec<Drawn>,
}

#[derive(Serialize)]
struct Drawn {
    label: String,
    rects: Vec<Rect>,
}

#[derive(Serialize)]
struct Rect {
    class: &'static str,
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

fn tenth(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

/// Draws columns from left to right, between the labels of the first and the last.
#[expect(clippy::cast_precision_loss, reason = "a drawing is no finer than a tenth of a unit")]
pub fn draw(columns: Vec<Column>, first: String, last: String) -> Chart {
    let top = columns.iter().flat_map(|column| &column.parts).map(|part| part.to).max().unwrap_or(0).max(1);
    let step = WIDTH / columns.len().max(1) as f64;
    let gap = (step / 5.0).clamp(0.5, 6.0);
    let rect = |place: usize, part: &Part| {
        let height = |n: i64| n as f64 / top as f64 * HEIGHT;
        Rect {
            class: part.class,
            x: tenth(step * place as f64 + gap / 2.0),
            y: tenth(HEIGHT - height(part.to)),
            width: tenth(step - gap),
            height: tenth(height(part.to - part.from)),
        }
    };
    let drawn = columns.into_iter().enumerate().map(|(place, column)| Drawn {
        rects: column.parts.iter().filter(|part| part.to > part.from).map(|part| rect(place, part)).collect(),
        label: column.label,
    });
    Chart { width: WIDTH, height: HEIGHT, top, first, last, columns: drawn.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_stays_within_its_frame() {
        let part = |from, to| Part { class: "x", from, to };
        for count in [1, 7, 90, 400] {
            let columns = (0..count).map(|n| Column { label: String::new(), parts: vec![part(n, 2 * n)] });
            let chart = draw(columns.collect(), String::new(), String::new());
            for rect in chart.columns.iter().flat_map(|column| &column.rects) {
                assert!(rect.x >= 0.0 && rect.x + rect.width <= WIDTH + 0.1 && rect.width > 0.0);
                assert!(rect.y >= 0.0 && rect.y + rect.height <= HEIGHT + 0.1 && rect.height > 0.0);
            }
        }
        assert_eq!(draw(Vec::new(), String::new(), String::new()).top, 1);
    }
}
