//! EC2 security groups: who may reach what is in them, and what that may reach.

pub mod rules;
