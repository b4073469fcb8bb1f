//! `infra`: a declarative reconciler for the AWS prerequisites of a product, with no state file.
//!
//! A TOML manifest says what there must be. `infra` reads the live account, decides what is to be done,
//! shows it, does exactly that, and looks again. This crate is the whole of it; the binary only starts a
//! runtime and calls [`cli::run`].
//!
//! # One way through
//!
//! [`manifest::load`] turns a file into a [`manifest::Manifest`], or into everything that is wrong with
//! it. [`observe::observe`] reads the account into a [`observe::World`]. [`plan::Plan::build`] decides from
//! the two, and is pure. [`render::plan`] shows the plan. [`plan::Plan::ready`] takes out what may run and
//! was agreed to, and [`apply::apply`] runs it: each step looks at its resource again before it writes.
//!
//! # The layers
//!
//! From the ground up. Who may import whom is in `docs/architecture.md`, and `tests/it/layers.rs` holds the
//! code to it.
//!
//! | module | what it is |
//! |---|---|
//! | [`model`] | the words that all share: addresses, tags, owners, fields, problems |
//! | [`guard`] | who may delete what; the only maker of [permits](guard::Permit) |
//! | [`document`] | JSON documents compared by meaning: resource policies |
//! | [`aws`] | the clients, the [closed table of calls](aws::calls::CALLS), the gate, errors, identity |
//! | [`value`] | secret values: where they come from, and [which version](value::VersionId) of a secret holds one |
//! | [`kind`] | the [contract of a kind](kind::Kind), and all that is the same for every kind |
//! | [`kinds`] | the kinds, one folder each, and [`kinds::KINDS`] |
//! | [`manifest`] | from TOML to entries, or to every fault at once |
//! | [`cost`] | what a plan costs: facts of the kinds, and a list of prices |
//! | [`observe`] | reads the account |
//! | [`plan`] | what would happen, and the [part of it that may run](plan::ReadyPlan) |
//! | [`apply`] | runs what may run, and tells it in [events](apply::Event) |
//! | [`verify`] | tries whether what is declared works |
//! | [`init`] | from what is live to a manifest that declares it |
//! | [`render`] | plain data to text, for people and for machines |
//! | [`sandbox`] | the emulated account behind `--sandbox` |
//! | [`cli`] | arguments, consent, [exit codes](cli::exit::Exit), the terminal |
//!
//! # Where to begin
//!
//! Read [`kind::Kind`], then `src/kinds/secretsmanager_secret/`, then [`kind::decide`]. A new kind is a new
//! folder: `docs/adding-a-kind.md`.

pub mod apply;
pub mod aws;
pub mod cli;
pub mod cost;
pub mod document;
pub mod guard;
pub mod init;
pub mod kind;
pub mod kinds;
pub mod manifest;
pub mod model;
pub mod observe;
pub mod plan;
pub mod render;
pub mod sandbox;
pub mod value;
pub mod verify;
