//! Runtimes whose end AWS has announced. Pure.

/// When AWS ends them, as of November 2026 (Lambda developer guide, “Runtime deprecation policy”). Those that have years to live are not here, nor
/// those that nobody can choose any more. AWS moves these days now and then: they are told of, and refuse nothing.
const ENDING: &[(&str, &str)] = &[
    ("python3.8", "2024-10-14"),
    ("python3.9", "2025-12-15"),
    ("python3.10", "2026-10-31"),
    ("python3.11", "2027-06-30"),
    ("nodejs16.x", "2024-06-12"),
    ("nodejs18.x", "2025-09-01"),
    ("nodejs20.x", "2026-04-30"),
    ("nodejs22.x", "2027-04-30"),
];

/// What people must be told of a runtime, if anything.
#[must_use]
pub(super) fn note(runtime: &str) -> Option<String> {
    let (_, day) = ENDING.iter().find(|(name, _)| *name == runtime)?;
    Some(format!(
        "AWS deprecates {runtime} on {day} (as known in November 2026): no more security patches from then on, and some months later no more updates; choose a later one"
    ))
}
