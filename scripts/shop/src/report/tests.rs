use super::*;

const HOSTILE: &str = "<script>alert('1')</script> & \"more\"";

fn plot(scale: Scale, points: Vec<(f64, f64)>) -> Plot {
    Plot {
        title: HOSTILE.to_owned(),
        about: HOSTILE.to_owned(),
        x: Axis::new(HOSTILE, scale),
        y: Axis::new(HOSTILE, Scale::Logarithmic),
        lines: vec![Line { name: HOSTILE.to_owned(), points }],
    }
}

#[test]
fn what_is_put_in_is_escaped_everywhere() {
    let text = || HOSTILE.to_owned();
    let page = Page::new(HOSTILE, HOSTILE)
        .figures(vec![Figure { name: text(), value: text(), note: text() }])
        .plot(plot(Scale::Linear, vec![(0.0, 1.0), (1.0, 10.0)]))
        .unwrap()
        .bars(Bars { title: text(), about: text(), rows: vec![(text(), 3)] })
        .table(Table { title: text(), about: text(), head: vec![text()], rows: vec![vec![Cell::text(HOSTILE)]] });
    let html = page.html().unwrap();
    assert!(!html.contains("<script"), "{html}");
    assert_eq!(html.matches("&lt;script&gt;").count(), 20, "{html}");
}

#[test]
fn a_page_loads_nothing_and_says_so() {
    let html = Page::new("a", "b").plot(plot(Scale::Nines, vec![(0.5, 3.0)])).unwrap().html().unwrap();
    assert!(html.contains("default-src 'none'"));
    let links = html.matches("http").filter(|_| true).count() - html.matches("http-equiv").count();
    assert_eq!(links, html.matches("xmlns=\"http://www.w3.org/2000/svg\"").count(), "{html}");
    for element in ["<script", "<link", "<img", "url(", "@import"] {
        assert!(!html.contains(element), "{element}");
    }
}

#[test]
fn a_plot_has_a_title_its_lines_and_labels_of_its_scale() {
    let plot = Plot {
        title: "latency".to_owned(),
        about: String::new(),
        x: Axis::new("share", Scale::Nines),
        y: Axis::new("ms", Scale::Logarithmic),
        lines: vec![Line { name: "all".to_owned(), points: vec![(0.0, 1.0), (0.9, 5.0), (0.999, 900.0), (1.0, 1e4)] }],
    };
    let svg = plot.svg().unwrap().unwrap();
    assert!(svg.starts_with("<svg xmlns") && svg.contains("<title>latency</title>"), "{svg}");
    for label in ["\n99 %\n", "\n99.9 %\n", "\n10\n", "\n1000\n"] {
        assert!(svg.contains(label), "{label} is not in {svg}");
    }
    // All points but that of 100 %, which is nowhere on this scale.
    assert_eq!((svg.matches("<polyline").count() > 0, svg.matches("<circle").count()), (true, 3), "{svg}");
}

#[test]
fn a_plot_of_nothing_is_said_to_be_one() {
    let html = Page::new("a", "b").plot(plot(Scale::Linear, vec![])).unwrap().html().unwrap();
    assert!(html.contains("There is nothing to show."));
}
