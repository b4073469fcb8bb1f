//! Faults of a manifest, as diagnostics that point into it.

use std::fmt;
use std::ops::Range;

use miette::{Diagnostic, LabeledSpan, SourceCode};

use super::excerpt::Excerpt;
use crate::model::size;

/// What class a fault is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The file cannot be read.
    Unreadable,
    /// It is not TOML.
    Syntax,
    /// A key that nobody knows.
    UnknownKey,
    /// A key that must be there.
    MissingKey,
    /// A value of the wrong type.
    WrongType,
    /// A value that AWS or `infra` would refuse.
    InvalidValue,
    /// Two entries, or two manifests, that claim the same.
    Clash,
    /// Something that has the shape of a credential.
    Secret,
}

impl Code {
    fn text(self) -> &'static str {
        match self {
            Self::Unreadable => "manifest::unreadable",
            Self::Syntax => "manifest::syntax",
            Self::UnknownKey => "manifest::unknown-key",
            Self::MissingKey => "manifest::missing-key",
            Self::WrongType => "manifest::wrong-type",
            Self::InvalidValue => "manifest::invalid-value",
            Self::Clash => "manifest::clash",
            Self::Secret => "manifest::secret",
        }
    }

    /// What is to be seen at the place of such a fault.
    fn label(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Syntax => "the parser gave up here",
            Self::UnknownKey => "unknown",
            Self::MissingKey => "it belongs in this table",
            Self::WrongType => "of the wrong type",
            Self::InvalidValue => "invalid value",
            Self::Clash => "claimed twice",
            Self::Secret => "not shown",
        }
    }
}

/// One fault, before its source is attached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its class.
    pub code: Code,
    /// The entry or table it is in (`ecr.repository.site`), if it is in one.
    pub within: Option<String>,
    /// What is wrong.
    pub message: String,
    /// Where, in bytes.
    pub span: Range<usize>,
    /// What is to be seen there, in a few words.
    pub label: String,
    /// What to do.
    pub help: Option<String>,
    /// Whether what stands there must not be shown, for it may be a secret.
    pub concealed: bool,
}

impl Finding {
    /// A fault at `span`.
    pub fn new(code: Code, span: Range<usize>, message: impl Into<String>) -> Self {
        let label = code.label().to_owned();
        Self { code, within: None, message: message.into(), span, label, help: None, concealed: false }
    }

    /// Says in which entry or table it is.
    #[must_use]
    pub fn within(mut self, entry: &str) -> Self {
        self.within = (!entry.is_empty()).then(|| entry.to_owned());
        self
    }

    /// Says what is to be seen there.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into()).filter(|help| !help.is_empty());
        self
    }

    /// Says whether what stands there may be a secret.
    #[must_use]
    pub fn concealed(mut self, concealed: bool) -> Self {
        self.concealed = concealed;
        self
    }
}

/// One fault, ready to be shown. The source it carries is one line, without what may be a secret.
#[derive(Debug)]
pub struct Fault {
    finding: Finding,
    excerpt: Option<Excerpt>,
}

impl Fault {
    /// A fault with the line that it points into.
    pub(super) fn new(finding: Finding, excerpt: Option<Excerpt>) -> Self {
        Self { finding, excerpt }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.finding.within {
            Some(entry) => write!(f, "{entry}: {}", self.finding.message),
            None => f.write_str(&self.finding.message),
        }
    }
}

impl std::error::Error for Fault {}

impl Diagnostic for Fault {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.finding.code.text()))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.finding.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|excerpt| excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = self.excerpt.as_ref()?.label();
        let label = LabeledSpan::new_with_span(Some(self.finding.label.clone()), span);
        Some(Box::new(std::iter::once(label)))
    }
}

/// Everything that is wrong with a manifest.
#[derive(Debug)]
pub struct Invalid {
    /// The file, as the user named it, harmless for a terminal.
    pub file: String,
    /// The faults, in the order of the file.
    pub faults: Vec<Fault>,
    /// How many more there are.
    pub more: usize,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.faults.len() + self.more;
        write!(f, "{} in {}", size::count(count, "problem"), self.file)?;
        if self.more > 0 {
            write!(f, ", of which the first {} are shown", self.faults.len())?;
        }
        Ok(())
    }
}

impl std::error::Error for Invalid {}
