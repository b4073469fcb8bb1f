//! The words that every layer shares: addresses, tags, owners, fields, problems.
//!
//! Nothing here reads or writes anything, knows a kind, or formats for a terminal.

pub mod address;
pub mod digest;
pub mod escape;
pub mod field;
pub mod kms;
pub mod lifecycle;
pub mod location;
pub mod partition;
pub mod problem;
pub mod size;
pub mod tags;

pub use address::{Address, KindName};
pub use field::{FieldChange, Shown};
pub use lifecycle::OnDelete;
pub use location::Location;
pub use partition::Partition;
pub use tags::{Owner, StackMark, Tags};
