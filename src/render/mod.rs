//! Plain data to text: for people, for machines, and while it happens.
//!
//! Rendering sees views and events, never a kind. Everything it prints that comes from AWS or from a
//! manifest goes through [`crate::model::escape`]. Styles are always written; whoever owns the stream strips
//! them where they do not belong.

pub mod cost;
mod diff;
mod field;
pub mod fold;
pub mod json;
pub mod live;
pub mod moved;
pub mod outputs;
pub mod plan;
pub mod progress;
pub mod secrets;
pub mod stays;
pub mod style;
#[cfg(test)]
mod tests;
pub mod verify;
