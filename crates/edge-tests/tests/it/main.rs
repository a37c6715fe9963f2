#![doc = include_str!("../../README.md")]
#![expect(clippy::expect_used, reason = "in a test, to panic is to fail")]

mod compose;
mod deploy;
mod docker;
mod documents;
mod headers;
mod images;
mod journeys;
mod load;
mod outage;
mod outer_proxy;
mod person;
mod policy;
mod proxy_trust;
mod raw;
mod redirects;
mod routing;
mod scaling;
mod single_sign_on;
mod stack;
mod start;
mod tool;
