//! What is wrong with a manifest, said by whoever found it, placed by whoever knows the text.
//!
//! A kind that checks its entry knows keys, not bytes. It reports a [`Problem`] at a path of keys;
//! [`crate::manifest`] turns the path into a span of the TOML. A message never contains a value
//! that could be secret: it names the key and the rule.

use super::{Address, KindName, Link, Public, brought};

/// One step of the way from an entry's table to a value in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// A key of a table.
    Key(String),
    /// A position in an array, from 0.
    Index(usize),
}

impl From<&str> for Segment {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

impl From<usize> for Segment {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

/// One thing that is wrong, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where, from the entry's table down. A path that leads nowhere means its nearest existing parent.
    pub path: Vec<Segment>,
    /// Whether it is the last key of the path that is wrong, and not what stands behind it.
    pub of_key: bool,
    /// What is wrong: a lower-case fragment without a full stop.
    pub message: String,
    /// What to do next.
    pub help: Option<String>,
}

/// A problem as tests want to see it: `lifecycle.2.keep-last: message`.
#[cfg(test)]
impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let step = |segment: &Segment| match segment {
            Segment::Key(key) => key.clone(),
            Segment::Index(index) => index.to_string(),
        };
        let path: Vec<_> = self.path.iter().map(step).collect();
        write!(f, "{}: {}", path.join("."), self.message)
    }
}

/// A value that names another entry. Whether there is one is known when all entries are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Where the name is written, from the entry's table down.
    pub path: Vec<Segment>,
    /// What it names.
    pub address: Address,
}

/// What came out of an entry besides its meaning.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// What is wrong with it.
    pub problems: Vec<Problem>,
    /// What of it names other entries.
    pub references: Vec<Reference>,
}

/// Collects every problem of one entry, so that all are shown at once, and what of it names other entries.
#[derive(Debug, Default)]
pub struct Problems {
    base: Vec<Segment>,
    found: Vec<Problem>,
    references: Vec<Reference>,
}

impl Problems {
    /// Reports a problem with the value under `at`, a key or an index below the present place.
    pub fn report(&mut self, at: impl Into<Segment>, message: impl Into<String>, help: &str) {
        let mut path = self.base.clone();
        path.push(at.into());
        self.push(path, false, message.into(), help);
    }

    /// Reports a problem with the key `at` itself, whatever its value.
    pub fn report_key(&mut self, at: &str, message: impl Into<String>, help: &str) {
        let mut path = self.base.clone();
        path.push(at.into());
        self.push(path, true, message.into(), help);
    }

    /// Reports a problem with the present place itself.
    pub fn report_here(&mut self, message: impl Into<String>, help: &str) {
        let path = self.base.clone();
        self.push(path, false, message.into(), help);
    }

    /// Runs `check` one step further down.
    pub fn within<R>(&mut self, at: impl Into<Segment>, check: impl FnOnce(&mut Self) -> R) -> R {
        self.base.push(at.into());
        let result = check(self);
        self.base.pop();
        result
    }

    /// Runs `check`, and tells whether it reported nothing.
    pub fn passes(&mut self, check: impl FnOnce(&mut Self)) -> bool {
        let before = self.found.len();
        check(self);
        self.found.len() == before
    }

    /// A link to the `output` of the entry `key` of `kind`, which the value under `at` names.
    pub fn link(&mut self, at: impl Into<Segment>, kind: KindName, key: &str, output: &'static str) -> Link {
        let mut path = self.base.clone();
        path.push(at.into());
        let address = Address::new(kind, key);
        self.references.push(Reference { path, address: address.clone() });
        Link::to(address, output)
    }

    /// A link to what the text under `at` names, an address with an output: `ecr.repository.site.uri`.
    pub fn link_to(&mut self, at: impl Into<Segment>, text: &str) -> Option<Link> {
        let at = at.into();
        match brought(text) {
            Ok((Address { kind, key }, output)) => Some(self.link(at, kind, &key, output)),
            Err(help) => {
                self.report(at, "this is not what an entry brings", &help);
                None
            }
        }
    }

    /// What the text under `at` names, an address with an output, as what may be told to everybody.
    pub fn public(&mut self, at: impl Into<Segment>, text: &str) -> Option<Public> {
        // It notes what is named, and says what is wrong.
        self.link_to(at, text).and_then(|_| Public::named(text).ok())
    }

    /// Whether nothing was reported.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.found.is_empty()
    }

    /// What was found, in the order in which it was reported.
    #[must_use]
    pub fn into_found(self) -> Vec<Problem> {
        self.found
    }

    /// What was found, and what names other entries.
    #[must_use]
    pub fn into_findings(self) -> Findings {
        Findings { problems: self.found, references: self.references }
    }

    fn push(&mut self, path: Vec<Segment>, of_key: bool, message: String, help: &str) {
        let help = (!help.is_empty()).then(|| help.to_owned());
        self.found.push(Problem { path, of_key, message, help });
    }
}
