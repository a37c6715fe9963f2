#![doc = include_str!("../README.md")]

mod aggregate;
mod chunk;
mod columns;
mod commit;
mod compact;
mod compactor;
mod decimal;
mod deletion;
mod erase;
mod export;
#[cfg(any(fuzzing, test))]
pub mod fuzzing;
mod piece;
mod read;
mod retention;
mod samples;
mod scan;
mod segment;
mod writer;

pub use aggregate::{Groups, Method, Point, SeriesPoints, Steps};
pub use chunk::{DamagedChunk, EncodeError};
pub use compact::{CompactError, Round, compact, expire};
pub use compactor::{CompactionSettings, Compactor};
pub use deletion::delete;
pub use erase::{erase_some, wait_for_writers};
pub use export::Export;
pub use piece::{Piece, increase};
pub use read::{ReadError, count, read};
pub use samples::Samples;
pub use scan::{Fold, Part, Scan, scan};
pub use segment::DamagedSegment;
pub use writer::{WriteError, Writer, WriterSettings};
