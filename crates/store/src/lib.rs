#![doc = include_str!("../README.md")]

mod aggregate;
mod commit;
mod delete;
mod erase;
mod read;
mod samples;
mod segment;
mod writer;

pub use aggregate::{Point, aggregate};
pub use delete::delete;
pub use erase::{erase_some, wait_for_writers};
pub use read::{ReadError, read};
pub use samples::Samples;
pub use segment::DamagedSegment;
pub use writer::{WriteError, Writer, WriterSettings};
