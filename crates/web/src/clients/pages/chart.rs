//! Bar charts with one bar per day, drawn by the server.

/// Width of the drawing in its own units; the bars fill it.
const WIDTH: i64 = 720;
const HEIGHT: i64 = 120;

/// One bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    pub x: i64,
    pub y: i64,
    pub width: i64,
    pub height: i64,
    /// The tooltip.
    pub says: String,
}

/// A chart of one figure per day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    pub id: &'static str,
    /// The CSS class of its bars.
    pub class: &'static str,
    pub bars: Vec<Bar>,
    pub total: i64,
    pub most: i64,
}

impl Chart {
    /// Creates a chart from figures per day, oldest first.
    pub fn new(id: &'static str, class: &'static str, days: &[(String, i64)]) -> Self {
        let most = days.iter().map(|(_, value)| *value).max().unwrap_or(0);
        let count = i64::try_from(days.len()).unwrap_or(i64::MAX).max(1);
        let edge = |at: i64| WIDTH * at / count;
        let bar = |(at, (day, value)): (usize, &(String, i64))| {
            let at = i64::try_from(at).unwrap_or(0);
            // A value above zero is always visible.
            let height = if *value > 0 { (HEIGHT.saturating_mul(*value) / most.max(1)).max(2) } else { 0 };
            let gap = if count > 45 { 1 } else { 2 };
            let width = (edge(at + 1) - edge(at) - gap).max(1);
            Bar { x: edge(at), y: HEIGHT - height, width, height, says: format!("{day}: {value}") }
        };
        Self {
            id,
            class,
            bars: days.iter().enumerate().map(bar).filter(|bar| bar.height > 0).collect(),
            total: days.iter().map(|(_, value)| *value).sum(),
            most,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stay_inside_and_the_smallest_is_seen() {
        let days: Vec<_> = [0, 1, i64::from(u32::MAX)].map(|value| ("2026-01-01".to_owned(), value)).into();
        let chart = Chart::new("x", "bar-a", &days);
        assert_eq!(
            chart.bars.iter().map(|bar| (bar.x, bar.y, bar.height)).collect::<Vec<_>>(),
            [(240, 118, 2), (480, 0, 120)]
        );
        let year: Vec<_> = (0..90).map(|_| (String::new(), 1)).collect();
        let chart = Chart::new("x", "bar-a", &year);
        assert!(chart.bars.iter().all(|bar| bar.x + bar.width <= WIDTH && bar.height == HEIGHT));
        assert_eq!((chart.total, chart.most), (90, 1));
        assert!(Chart::new("x", "bar-a", &[]).bars.is_empty());
    }
}
