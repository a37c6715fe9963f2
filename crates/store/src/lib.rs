#![doc = include_str!("../README.md")]

mod aggregate;
mod chunk;
mod columns;
mod commit;
mod compact;
mod decimal;
mod deletion;
mod erase;
#[cfg(any(fuzzing, test))]
pub mod fuzzing;
mod piece;
mod read;
mod samples;
mod segment;
mod writer;

pub use aggregate::{Point, aggregate};
pub use chunk::{DamagedChunk, EncodeError};
pub use compact::{CompactError, Round, compact};
pub use deletion::delete;
pub use erase::{erase_some, wait_for_writers};
pub use piece::{Piece, increase};
pub use read::{ReadError, read};
pub use samples::Samples;
pub use segment::DamagedSegment;
pub use writer::{WriteError, Writer, WriterSettings};
