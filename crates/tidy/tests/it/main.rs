#![doc = include_str!("../../README.md")]
#![expect(clippy::expect_used, reason = "in a test, to panic is to fail")]

mod boundaries;
mod containers;
mod crates;
mod documents;
mod markdown;
mod migrations;
mod prose;
mod repository;
mod security_cases;
mod sources;
mod text;
