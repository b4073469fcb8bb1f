//! The words that every layer shares: addresses, tags, owners, fields, problems.
//!
//! Nothing here reads or writes anything, knows a kind, or formats for a terminal.

pub mod address;
pub mod arn;
pub mod brought;
pub mod digest;
pub mod escape;
pub mod field;
pub mod kms;
pub mod link;
pub mod location;
pub mod meter;
pub mod money;
pub mod on_delete;
pub mod pattern;
pub mod problem;
pub mod size;
pub mod tags;

pub use address::{Address, KindName};
pub use arn::Arn;
pub use brought::{Public, brought, brought_by};
pub use field::{FieldChange, Setting, Shown};
pub use link::{Link, Outputs};
pub use location::Location;
pub use meter::{Counted, Meter};
pub use money::Usd;
pub use on_delete::OnDelete;
pub use pattern::Pattern;
pub use tags::{Owner, StackMark, Tags};
