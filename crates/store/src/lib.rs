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
mod piece;
mod read;
mod segment;
mod writer;

pub use aggregate::{Point, aggregate};
pub use chunk::{DamagedChunk, EncodeError};
pub use compact::{CompactError, Round, compact};
pub use compactor::{CompactionSettings, Compactor};
pub use deletion::delete;
pub use erase::{erase_some, wait_for_writers};
pub use piece::{Piece, increase};
pub use read::{ReadError, read};
pub use segment::{DamagedSegment, Samples};
pub use writer::{WriteError, Writer, WriterSettings};
