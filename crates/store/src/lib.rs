#![doc = include_str!("../README.md")]

mod aggregate;
mod commit;
mod delete;
mod erase;
#[cfg(any(fuzzing, test))]
pub mod fuzzing;
mod read;
mod segment;
mod writer;

pub use aggregate::{Point, aggregate};
pub use delete::delete;
pub use erase::{erase_some, wait_for_writers};
pub use read::{ReadError, read};
pub use segment::{DamagedSegment, Samples};
pub use writer::{WriteError, Writer, WriterSettings};
