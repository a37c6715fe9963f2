//! Signing in with another provider (OpenID Connect): whom it vouches for, and which account that is here.
//!
//! A browser departs with a token of its own, from which everything that binds the way there and back is made, and
//! arrives once, soon, with that token and a code. The code is traded for a statement of the provider, which counts only
//! if each part of it is as it must be.

mod account;
mod arrival;
mod client;
mod departure;
mod id_token;
mod metadata;
mod provider;
mod returned;
mod settings;
mod transport;

use arrival::Arrival;

pub(crate) use departure::{DepartureToken, LASTS, Purpose};
pub(crate) use provider::{Provider, Providers};
pub(crate) use returned::{Returned, expired};

pub use settings::ProviderSettings;
