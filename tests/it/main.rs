//! The tests that need more than one module: one binary, linked once.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails; and the lints on the environment are for the product"
)]

mod access_points;
mod benchmark;
mod binary;
mod cleanup;
mod concurrency;
mod convergence;
mod cost;
mod destroy;
mod determinism;
mod diagnostics;
mod docs;
mod drift;
mod emulator_capabilities;
mod emulator_contract;
mod exports;
mod faults;
mod file_systems;
mod functions;
mod grants;
mod guards;
mod hostile;
mod init;
mod interruption;
mod layers;
mod listeners;
mod load_balancers;
mod log_groups;
mod lookups;
mod network;
mod output;
mod ownership;
mod proof;
mod recorded;
mod registry;
mod roles;
mod rotation;
mod rules;
mod sandbox;
mod secret_set;
mod secret_values;
mod security_groups;
mod show;
mod support;
mod unknown;
mod verify;
mod waits;
