//! The value that a person gives for one secret of a manifest, by a command of its own. No other is read.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::check::{Fault, MOST_READ};
use super::reading::{FileReader, Values};
use super::{AtHand, Form, Held, Holder, Source, Value};

/// What a manifest says of its secrets, and the value that is given for the one that is chosen.
#[derive(Default)]
pub struct Given {
    /// The secrets, by the keys of their entries.
    secrets: Mutex<BTreeMap<String, (Holder, Form)>>,
    chosen: Mutex<Option<Chosen>>,
}

#[derive(Clone)]
struct Chosen {
    key: String,
    at_hand: AtHand,
}

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Given").finish_non_exhaustive()
    }
}

impl Given {
    /// The keys of the secrets that the manifest has.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    /// The value will be that of the secret with this key.
    pub fn choose(&self, key: &str) {
        let chosen = Chosen { key: key.to_owned(), at_hand: AtHand::Missing };
        *self.chosen.lock().unwrap_or_else(PoisonError::into_inner) = Some(chosen);
    }

    /// Takes what was typed, or what a variable holds, as it is.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn take(&self, text: String) -> Result<(), Vec<Fault>> {
        self.take_in(|form| Value::new(text, form))
    }

    /// Takes what a file or standard input holds, [`MOST_READ`] bytes of it at most: one newline at its end is not part of the value.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn take_file(&self, bytes: Vec<u8>) -> Result<(), Vec<Fault>> {
        if bytes.len() as u64 >= MOST_READ {
            return Err(vec![Fault::too_long()]);
        }
        self.take_in(|form| Value::of_file(bytes, form))
    }

    fn take_in(&self, read: impl FnOnce(&Form) -> Result<Value, Vec<Fault>>) -> Result<(), Vec<Fault>> {
        let secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        let mut chosen = self.chosen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(chosen) = chosen.as_mut()
            && let Some((of, form)) = secrets.get(&chosen.key)
        {
            chosen.at_hand = AtHand::Here(Arc::new(Held::new(read(form)?, of.clone())));
        }
        Ok(())
    }
}

impl Values for Given {
    fn ask(&self, _: &Source, _: &Form, _: &Holder, _: &FileReader<'_>) -> Result<AtHand, Vec<Fault>> {
        Ok(AtHand::Unread)
    }

    fn by_hand(&self, key: &str, of: &Holder, form: &Form) -> Option<AtHand> {
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.insert(key.to_owned(), (of.clone(), form.clone()));
        let chosen = self.chosen.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        (chosen.key == key).then_some(chosen.at_hand)
    }
}
