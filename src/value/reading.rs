//! Who reads values: most commands do not.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::check::{Fault, MOST};
use super::{AtHand, Form, Held, Holder, Source, Value};

/// Reads a file beside the manifest, at most so many bytes of it; none where there is no such file.
pub type FileReader<'a> = dyn Fn(&str, u64) -> Result<Option<Vec<u8>>, Fault> + 'a;

/// What is asked for the values of secrets.
pub trait Values: fmt::Debug + Send + Sync {
    /// Whether the value of the secret `of` is at hand.
    ///
    /// # Errors
    ///
    /// What is there cannot be the value.
    fn ask(
        &self,
        source: &Source,
        form: &Form,
        of: &Holder,
        file: &FileReader<'_>,
    ) -> Result<AtHand, Vec<Fault>>;

    /// Whether a person puts the value of the secret `of` by hand in this very run, and if so whether it is at hand.
    /// `key` is that of its entry.
    fn by_hand(&self, _key: &str, _of: &Holder, _form: &Form) -> Option<AtHand> {
        None
    }
}

/// Nobody reads any.
#[derive(Debug)]
pub struct NoValues;

impl Values for NoValues {
    fn ask(&self, _: &Source, _: &Form, _: &Holder, _: &FileReader<'_>) -> Result<AtHand, Vec<Fault>> {
        Ok(AtHand::Unread)
    }
}

/// A value that somebody is to type.
#[derive(Clone, Debug)]
pub struct Prompted {
    /// The secret.
    pub of: Holder,
    /// What it must be.
    pub form: Form,
}

/// What gives the environment's variables.
type Variables = dyn Fn(&str) -> Option<OsString> + Send + Sync;

/// Reads them where the manifest says that they come from, each once.
pub struct Reading {
    variables: Box<Variables>,
    /// What was read or typed. A manifest that is understood again in the same run has the same values, and their
    /// ids are not made again.
    held: Mutex<BTreeMap<Holder, Arc<Held>>>,
    /// What would have to be typed.
    prompted: Mutex<Vec<Prompted>>,
}

impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reading").finish_non_exhaustive()
    }
}

impl Reading {
    /// Reads variables from `variables`.
    #[must_use]
    pub fn new(variables: impl Fn(&str) -> Option<OsString> + Send + Sync + 'static) -> Self {
        Self { variables: Box::new(variables), held: Mutex::default(), prompted: Mutex::default() }
    }

    /// What was asked for and has to be typed.
    #[must_use]
    pub fn prompted(&self) -> Vec<Prompted> {
        self.prompted.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Somebody typed `value` for the secret `of`: from now on it is at hand.
    pub fn take_in(&self, of: Holder, value: Value) {
        let held = Arc::new(Held::new(value, of.clone()));
        // A panic elsewhere cannot leave a map half-written.
        self.held.lock().unwrap_or_else(PoisonError::into_inner).insert(of, held);
    }
}

impl Values for Reading {
    fn ask(
        &self,
        source: &Source,
        form: &Form,
        of: &Holder,
        file: &FileReader<'_>,
    ) -> Result<AtHand, Vec<Fault>> {
        let mut known = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = known.get(of) {
            return Ok(AtHand::Here(Arc::clone(held)));
        }
        let value = match source {
            Source::Env(name) => match (self.variables)(name).map(OsString::into_string) {
                Some(Ok(text)) => Some(Value::new(text, form)?),
                Some(Err(_)) => return Err(vec![Fault::not_text()]),
                None => None,
            },
            Source::File(path) => {
                // A newline at its end is not part of the value.
                let most = MOST + "\r\n".len();
                let bytes = file(path, most as u64 + 1).map_err(|fault| vec![fault])?;
                if bytes.as_ref().is_some_and(|bytes| bytes.len() > most) {
                    return Err(vec![Fault::too_long()]);
                }
                bytes.map(|bytes| Value::of_file(bytes, form)).transpose()?
            }
            Source::Prompt => {
                let mut prompted = self.prompted.lock().unwrap_or_else(PoisonError::into_inner);
                prompted.push(Prompted { of: of.clone(), form: form.clone() });
                None
            }
            Source::Generate(_) | Source::External | Source::Given => None,
        };
        let Some(value) = value else { return Ok(AtHand::Missing) };
        let held = Arc::new(Held::new(value, of.clone()));
        known.insert(of.clone(), Arc::clone(&held));
        Ok(AtHand::Here(held))
    }
}
