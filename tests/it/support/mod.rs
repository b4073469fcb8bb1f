//! What the tests stand on.

pub mod capabilities;
pub mod cli;
pub mod connector;
pub mod emulators;
pub mod wire;
