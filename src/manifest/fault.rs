//! Faults of a manifest, as diagnostics that point into it.

use std::fmt;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode, SourceSpan};

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
    pub span: std::ops::Range<usize>,
    /// What to do.
    pub help: Option<String>,
    /// Bytes that must not be shown, for they may be a secret.
    pub hide: Option<std::ops::Range<usize>>,
}

/// One fault, ready to be shown. The source it carries has everything that may be a secret masked.
#[derive(Debug)]
pub struct Fault {
    finding: Finding,
    source: Option<Arc<NamedSource<String>>>,
}

impl Fault {
    /// A fault with the masked text that it points into.
    #[must_use]
    pub fn new(finding: Finding, source: Option<Arc<NamedSource<String>>>) -> Self {
        Self { finding, source }
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
        self.source.as_deref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.source.as_ref()?;
        let span = SourceSpan::from(self.finding.span.clone());
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(Some("here".to_owned()), span))))
    }
}

/// Everything that is wrong with a manifest.
#[derive(Debug)]
pub struct Invalid {
    /// The file, as the user named it.
    pub file: String,
    /// The faults, in the order of the file.
    pub faults: Vec<Fault>,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} in {}",
            self.faults.len(),
            if self.faults.len() == 1 { "problem" } else { "problems" },
            self.file
        )
    }
}

impl std::error::Error for Invalid {}
