//! The rows of a growth as four panels, both axes logarithmic, a line for each number of series.

use std::path::Path;

use anyhow::anyhow;
use plotters::prelude::*;

use super::Row;

const SIZE: (u32, u32) = (1_000, 700);

type Panel<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

/// What a panel shows of a row.
type Figure = fn(&Row) -> Option<f64>;

const PANELS: [(&str, Figure); 4] = [
    ("samples written a second", |row| Some(row.rate)),
    ("an hour of all series, ms", |row| row.query_ms),
    ("bytes a sample", |row| Some(row.bytes_each)),
    ("a start, s", |row| Some(row.start_s)),
];

/// Draws `rows` into `file`.
pub(super) fn draw(file: &Path, rows: &[Row]) -> anyhow::Result<()> {
    let area = SVGBackend::new(file, SIZE).into_drawing_area();
    // The errors of a drawing borrow from it.
    let failed = |error: &dyn std::error::Error| anyhow!("{}: {error}", file.display());
    area.fill(&WHITE).map_err(|error| failed(&error))?;
    for (panel, (caption, figure)) in area.split_evenly((2, 2)).iter().zip(PANELS) {
        draw_panel(panel, caption, figure, rows).map_err(|error| failed(&*error))?;
    }
    area.present().map_err(|error| failed(&error))
}

fn draw_panel(
    panel: &Panel<'_>,
    caption: &str,
    figure: Figure,
    rows: &[Row],
) -> Result<(), Box<dyn std::error::Error>> {
    let all: Vec<f64> = rows.iter().filter_map(figure).collect();
    let bounds = |values: &[f64]| {
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(0.0, f64::max);
        (low / 2.0..high * 2.0).log_scale()
    };
    let samples: Vec<f64> = rows.iter().map(|row| row.samples as f64).collect();
    if all.is_empty() {
        return Ok(());
    }
    let mut chart = ChartBuilder::on(panel)
        .caption(caption, ("sans-serif", 16))
        .margin(10)
        .x_label_area_size(30)
        .y_label_area_size(70)
        .build_cartesian_2d(bounds(&samples), bounds(&all))?;
    chart.configure_mesh().x_desc("samples").draw()?;
    let mut series: Vec<_> = rows.iter().map(|row| row.series).collect();
    series.dedup();
    for (number, series) in series.into_iter().enumerate() {
        let colour = Palette99::pick(number).to_rgba();
        let of_series = rows.iter().filter(|row| row.series == series);
        let points = of_series.filter_map(|row| Some((row.samples as f64, figure(row)?)));
        let line = LineSeries::new(points, &colour).point_size(3);
        let label = chart.draw_series(line)?.label(format!("{series} series"));
        label.legend(move |(x, y)| PathElement::new([(x, y), (x + 15, y)], colour));
    }
    chart.configure_series_labels().background_style(WHITE).border_style(BLACK).draw()?;
    Ok(())
}
