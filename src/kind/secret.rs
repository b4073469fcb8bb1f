//! How it stands with a secret's value, as plain data. Never the value, nor anything that is made from it.

use serde::Serialize;

/// How it stands with the value of a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct SecretView {
    /// Where its entry says that it comes from (`from $TOKEN`); none if nothing is said of it.
    pub source: Option<String>,
    /// How many days old its value may be.
    pub max_age_days: Option<u32>,
    /// What is current, if there is a value.
    pub current: Option<CurrentValue>,
    /// What rotates it, if rotation is switched on.
    pub rotation: Option<String>,
}

/// The value that readers get.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CurrentValue {
    /// Who made it current.
    pub by: Writer,
    /// The day on which its version was written, where that was asked.
    pub written: Option<String>,
    /// For how many days its version has been there.
    pub age_days: Option<i64>,
    /// Whether that is more than its entry allows.
    pub too_old: bool,
}

/// Who made a value current.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Writer {
    /// This program, anywhere.
    Infra,
    /// Anything else.
    Elsewhere,
}
