//! Plots, drawn by `plotters` as SVG.
//!
//! Ink and text are drawn in black, which the page's style sheet turns into the reader's colour; the lines' colours are legible on
//! light and on dark paper. Scales other than the linear are made here, by what goes in and by what the labels say.

use std::{fmt::Write as _, ops::Range};

use anyhow::anyhow;
use plotters::{
    backend::SVGBackend,
    chart::ChartBuilder,
    coord::{
        ranged1d::{DefaultFormatting, KeyPointHint, Ranged},
        types::RangedCoordf64,
    },
    drawing::IntoDrawingArea,
    element::Circle,
    series::LineSeries,
    style::{BLACK, Color, RGBColor},
};

/// In SVG's units; the page scales it.
const SIZE: (u32, u32) = (960, 320);

/// Lines with fewer points than this have them marked: a line of one point is not seen otherwise.
const MARKED: usize = 60;

/// Told from each other by people who see no red or no green, too (after Okabe and Ito, darkened for white paper).
const COLORS: [RGBColor; 6] = [
    RGBColor(0, 114, 196),
    RGBColor(213, 94, 0),
    RGBColor(0, 146, 105),
    RGBColor(190, 100, 160),
    RGBColor(180, 135, 0),
    RGBColor(120, 120, 120),
];

/// How an axis is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Evenly, from zero.
    Linear,
    /// By powers of ten. Values must be above zero; others are left out.
    Logarithmic,
    /// For shares of 0 to 1, exclusive: 90 %, 99 % and 99.9 % are as far from each other.
    Nines,
}

impl Scale {
    /// Where a value is, if it is anywhere.
    fn place(self, value: f64) -> Option<f64> {
        let place = match self {
            Self::Linear => value,
            Self::Logarithmic => value.log10(),
            Self::Nines => -(1.0 - value).log10(),
        };
        place.is_finite().then_some(place)
    }

    /// What is written at a place.
    fn label(self, place: f64) -> String {
        match self {
            Self::Linear => plain(place),
            Self::Logarithmic => plain(10_f64.powf(place)),
            Self::Nines => format!("{} %", plain(100.0 * (1.0 - 10_f64.powf(-place)))),
        }
    }

    /// From where to where an axis goes that has all these places.
    fn range(self, places: impl Iterator<Item = f64>) -> Range<f64> {
        let (low, high) =
            places.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), place| (low.min(place), high.max(place)));
        let (low, high) = match self {
            Self::Linear => (low.min(0.0), high * 1.05),
            Self::Logarithmic => (low.floor(), high.ceil()),
            Self::Nines => (0.0, high),
        };
        if high > low { low..high } else { low..low + 1.0 }
    }

    /// The places that get a label.
    fn ticks(self, range: &Range<f64>) -> Vec<f64> {
        // Places are powers, so whole places are round numbers, and 1, 2, 5 are in between where there is room.
        let between: &[f64] = match self {
            Self::Linear => return RangedCoordf64::from(range.clone()).key_points(10),
            Self::Logarithmic if range.end - range.start <= 3.0 => &[0.0, std::f64::consts::LOG10_2, 0.699],
            Self::Logarithmic => &[0.0],
            // 0 %, 50 %, 90 %, 95 %, 99 %, 99.5 %.
            Self::Nines => &[0.0, std::f64::consts::LOG10_2],
        };
        let whole = (range.start.floor() as i32)..=(range.end.ceil() as i32);
        let ticks = whole.flat_map(|whole| between.iter().map(move |part| f64::from(whole) + part));
        // The share 0.999 is not quite at 3.
        ticks.filter(|tick| (range.start - 1e-6..=range.end + 1e-6).contains(tick)).collect()
    }
}

/// An axis for `plotters`, with the scale's own ticks.
struct Ruler {
    scale: Scale,
    range: Range<f64>,
}

impl Ranged for Ruler {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, place: &f64, limit: (i32, i32)) -> i32 {
        RangedCoordf64::from(self.range.clone()).map(place, limit)
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.scale.ticks(&self.range)
    }

    fn range(&self) -> Range<f64> {
        self.range.clone()
    }
}

/// As few digits as say it.
fn plain(value: f64) -> String {
    let digits = 10_f64.powi(if value.abs() < 1.0 || (value > 99.0 && value < 100.0) { 4 } else { 1 });
    let rounded = (value * digits).round() / digits;
    // Not `-0`.
    format!("{}", if rounded == 0.0 { 0.0 } else { rounded })
}

/// An axis.
#[derive(Debug, Clone)]
pub struct Axis {
    /// What it shows, with its unit.
    pub label: String,
    /// How it is divided.
    pub scale: Scale,
}

impl Axis {
    /// An axis.
    pub fn new(label: impl Into<String>, scale: Scale) -> Self {
        Self { label: label.into(), scale }
    }
}

/// A line.
#[derive(Debug, Clone)]
pub struct Line {
    /// What it shows.
    pub name: String,
    /// Its points, by x.
    pub points: Vec<(f64, f64)>,
}

/// Lines over an axis.
#[derive(Debug, Clone)]
pub struct Plot {
    /// The heading; the picture's accessible name, too.
    pub title: String,
    /// How to read it; may be empty. The picture's accessible description, too.
    pub about: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// The lines; from the seventh on, colours come again.
    pub lines: Vec<Line>,
}

impl Plot {
    /// The lines' names, and their colours as CSS has them.
    pub(super) fn legend(&self) -> impl Iterator<Item = (String, String)> {
        let named = self.lines.iter().zip(COLORS.iter().cycle());
        named.map(|(line, RGBColor(red, green, blue))| (line.name.clone(), format!("#{red:02x}{green:02x}{blue:02x}")))
    }

    /// The picture; nothing without a point.
    pub(super) fn svg(&self) -> anyhow::Result<Option<String>> {
        let place = |&(x, y): &(f64, f64)| Some((self.x.scale.place(x)?, self.y.scale.place(y)?));
        let lines: Vec<Vec<_>> = self.lines.iter().map(|line| line.points.iter().filter_map(place).collect()).collect();
        if lines.iter().all(Vec::is_empty) {
            return Ok(None);
        }
        let mut svg = String::new();
        self.draw(&mut svg, &lines).map_err(|why| anyhow!("{why}"))?;
        let (_, body) = svg.split_once('>').ok_or_else(|| anyhow!("it is no SVG"))?;
        Ok(Some(self.head() + body))
    }

    fn draw(&self, svg: &mut String, lines: &[Vec<(f64, f64)>]) -> Result<(), Box<dyn std::error::Error>> {
        let area = SVGBackend::with_string(svg, SIZE).into_drawing_area();
        let points = || lines.iter().flatten();
        let ruler = |scale: Scale, range| Ruler { scale, range };
        let x = ruler(self.x.scale, self.x.scale.range(points().map(|(x, _)| *x)));
        let y = ruler(self.y.scale, self.y.scale.range(points().map(|(_, y)| *y)));
        let mut builder = ChartBuilder::on(&area);
        let mut chart = builder.margin(12).x_label_area_size(44).y_label_area_size(76).build_cartesian_2d(x, y)?;
        let grid = RGBColor(128, 128, 128).mix(0.3);
        chart
            .configure_mesh()
            .axis_style(BLACK)
            .bold_line_style(grid)
            .light_line_style(grid.mix(0.0))
            .x_label_formatter(&|place| self.x.scale.label(*place))
            .y_label_formatter(&|place| self.y.scale.label(*place))
            .x_desc(&self.x.label)
            .y_desc(&self.y.label)
            .label_style(("sans-serif", 16))
            .axis_desc_style(("sans-serif", 16))
            .draw()?;
        // Wider the earlier they are drawn, so that a line is seen that lies below another.
        let widths = (2..2 + lines.len() as u32).rev();
        for ((points, color), width) in lines.iter().zip(COLORS.iter().cycle()).zip(widths) {
            chart.draw_series(LineSeries::new(points.iter().copied(), color.stroke_width(width)))?;
            if points.len() < MARKED {
                chart.draw_series(points.iter().map(|point| Circle::new(*point, width + 1, color.filled())))?;
            }
        }
        area.present()?;
        Ok(())
    }

    /// The SVG element's beginning: as wide as the page, and with words for those who do not see it.
    fn head(&self) -> String {
        let (width, height) = SIZE;
        let mut head = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width} {height}"><title>{}</title>"#,
            escaped(&self.title)
        );
        if !self.about.is_empty() {
            let _ = write!(head, "<desc>{}</desc>", escaped(&self.about));
        }
        head
    }
}

fn escaped(text: &str) -> String {
    minijinja::HtmlEscape(text).to_string()
}
