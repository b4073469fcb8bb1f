//! Secret values: where they come from, what is refused of them, and which version of a secret holds one.
//!
//! A [`Value`] cannot be shown: no `Display`, no `Serialize`, and a `Debug` that says nothing. What is refused is said
//! by its rule alone, never by the value, a part of it or its length. It leaves this module in one way,
//! [`Value::for_call`], for the call that puts it.
//!
//! Which version of a secret holds a value is told by the version's id, which is made from the value
//! ([`VersionId`]). So values are never read back.

mod check;
mod generate;
mod given;
mod reading;
mod source;
mod version;

use std::fmt;
use std::sync::{Arc, OnceLock};

use secrecy::{ExposeSecret as _, SecretString};

pub use check::{Fault, MOST_READ};
pub use generate::{Characters, NoRandomness, Recipe};
pub use given::Given;
pub use reading::{FileReader, NoValues, Prompted, Reading, Values};
pub use source::{AtHand, Form, Source, is_reserved_variable};
pub use version::{Holder, VersionId};

/// A secret value that may be put: text of 1 to 65,536 bytes, in its form, and no placeholder.
#[derive(Clone)]
pub struct Value(Arc<SecretString>);

impl Value {
    /// Takes `text` as it is.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn new(text: String, form: &Form) -> Result<Self, Vec<Fault>> {
        let value = Self::of(text);
        let faults = check::faults(value.text(), form);
        if faults.is_empty() { Ok(value) } else { Err(faults) }
    }

    /// Takes what a file or standard input holds: one newline at its end is not part of the value.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn of_file(bytes: Vec<u8>, form: &Form) -> Result<Self, Vec<Fault>> {
        let mut text = String::from_utf8(bytes).map_err(|_| vec![Fault::not_text()])?;
        if text.ends_with('\n') {
            text.pop();
            if text.ends_with('\r') {
                text.pop();
            }
        }
        Self::new(text, form)
    }

    /// A copy of the text for the call that puts it, and for nothing else.
    #[must_use]
    pub fn for_call(&self) -> String {
        self.text().to_owned()
    }

    fn of(text: String) -> Self {
        Self(Arc::new(SecretString::from(text)))
    }

    /// The text itself. The one place where a value is exposed.
    fn text(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Value(not shown)")
    }
}

/// A value that is at hand for one secret, with the id of the version that holds it.
pub struct Held {
    value: Value,
    of: Holder,
    id: OnceLock<VersionId>,
}

impl Held {
    /// `value`, for the secret `of`.
    #[must_use]
    pub fn new(value: Value, of: Holder) -> Self {
        Self { value, of, id: OnceLock::new() }
    }

    /// The id of the version that holds it. The first time takes a tenth of a second and 64 MiB, on purpose.
    pub fn version_id(&self) -> &VersionId {
        self.id.get_or_init(|| VersionId::derive(self.value.text(), &self.of))
    }

    /// Whether the id has been made.
    #[must_use]
    pub fn is_derived(&self) -> bool {
        self.id.get().is_some()
    }

    /// A copy of the value for the call that puts it. See [`Value::for_call`].
    #[must_use]
    pub fn for_call(&self) -> String {
        self.value.for_call()
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Held(not shown)")
    }
}

#[cfg(test)]
mod tests;
