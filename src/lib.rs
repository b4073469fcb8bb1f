//! `infra`: a declarative reconciler for AWS, with no state file.
pub mod apply;
pub mod aws;
pub mod cli;
pub mod document;
pub mod guard;
pub mod kind;
pub mod kinds;
pub mod manifest;
pub mod model;
pub mod observe;
pub mod plan;
pub mod render;
pub mod sandbox;
