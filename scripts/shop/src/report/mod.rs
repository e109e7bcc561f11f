//! Reports as one HTML page that needs nothing else: plots are inline SVG, there is no script, and a content security policy
//! forbids the page to load anything. It follows the reader's light or dark setting.
//!
//! What a report is about is not known here: a command puts a [`Page`] together from figures, plots, bars and tables.

mod plot;

use anyhow::Context;
use minijinja::{Environment, value::Serde};
use serde::Serialize;

pub use plot::{Axis, Line, Plot, Scale};

/// The extension tells minijinja to escape.
const TEMPLATE: (&str, &str) = ("page.html", include_str!("page.html"));

/// A number that the reader should see first.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    /// What it is.
    pub name: String,
    /// The number, with its unit.
    pub value: String,
    /// What it has to be read with; may be empty.
    pub note: String,
}

/// How a table's cell looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// Text.
    Plain,
    /// A number, which is aligned to the right.
    Number,
    /// Something that is as it has to be.
    Good,
    /// Something that is not.
    Bad,
}

/// A table's cell.
#[derive(Debug, Clone, Serialize)]
pub struct Cell {
    text: String,
    tone: Tone,
}

impl Cell {
    /// A cell that looks like `tone`.
    pub fn new(text: impl Into<String>, tone: Tone) -> Self {
        Self { text: text.into(), tone }
    }

    /// Text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::new(text, Tone::Plain)
    }

    /// A number.
    pub fn number(number: impl ToString) -> Self {
        Self::new(number.to_string(), Tone::Number)
    }
}

/// A table.
#[derive(Debug, Clone, Serialize)]
pub struct Table {
    /// Its heading.
    pub title: String,
    /// How to read it; may be empty.
    pub about: String,
    /// What its columns are.
    pub head: Vec<String>,
    /// Its rows, each as long as `head`.
    pub rows: Vec<Vec<Cell>>,
}

/// Counts by name, as horizontal bars.
#[derive(Debug, Clone)]
pub struct Bars {
    /// Their heading.
    pub title: String,
    /// How to read them; may be empty.
    pub about: String,
    /// Names and counts.
    pub rows: Vec<(String, u64)>,
}

#[derive(Debug, Clone, Serialize)]
struct Bar {
    name: String,
    count: u64,
    /// Of the longest.
    percent: f64,
}

/// Something between two headings.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Section {
    Figures { figures: Vec<Figure> },
    Plot { title: String, about: String, legend: Vec<Mark>, svg: Option<String> },
    Bars { title: String, about: String, bars: Vec<Bar> },
    Table(Table),
}

/// A line's entry in the legend.
#[derive(Debug, Clone, Serialize)]
struct Mark {
    name: String,
    color: String,
}

/// A report in the making. Sections come in the order in which they are put in.
#[derive(Debug, Serialize)]
pub struct Page {
    title: String,
    about: String,
    sections: Vec<Section>,
}

impl Page {
    /// An empty page. `about` says what was done, and when.
    pub fn new(title: impl Into<String>, about: impl Into<String>) -> Self {
        Self { title: title.into(), about: about.into(), sections: Vec::new() }
    }

    /// Puts figures in.
    #[must_use]
    pub fn figures(mut self, figures: Vec<Figure>) -> Self {
        self.sections.push(Section::Figures { figures });
        self
    }

    /// Puts a plot in.
    ///
    /// # Errors
    /// It cannot be drawn.
    pub fn plot(mut self, plot: Plot) -> anyhow::Result<Self> {
        let svg = plot.svg().with_context(|| format!("the plot {}", plot.title))?;
        let legend = plot.legend().map(|(name, color)| Mark { name, color }).collect();
        self.sections.push(Section::Plot { title: plot.title, about: plot.about, legend, svg });
        Ok(self)
    }

    /// Puts bars in.
    #[must_use]
    pub fn bars(mut self, bars: Bars) -> Self {
        let longest = bars.rows.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
        let bar = |(name, count): (String, u64)| Bar { name, count, percent: 100.0 * count as f64 / longest as f64 };
        let rows = bars.rows.into_iter().map(bar).collect();
        self.sections.push(Section::Bars { title: bars.title, about: bars.about, bars: rows });
        self
    }

    /// Puts a table in.
    #[must_use]
    pub fn table(mut self, table: Table) -> Self {
        self.sections.push(Section::Table(table));
        self
    }

    /// The page.
    ///
    /// # Errors
    /// The template is broken.
    pub fn html(&self) -> anyhow::Result<String> {
        let mut environment = Environment::new();
        environment.add_template(TEMPLATE.0, TEMPLATE.1)?;
        Ok(environment.get_template(TEMPLATE.0)?.render(Serde(self))?)
    }
}

#[cfg(test)]
mod tests;
