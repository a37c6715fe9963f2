//! Making points out of samples: of each series by itself, step by step, then of each group of series.

mod accumulator;
mod groups;
mod quantile;
mod steps;
mod sum;

pub use accumulator::Method;
pub use groups::{Groups, Point};
pub use steps::{SeriesPoints, Steps};

pub(crate) use sum::sum;
