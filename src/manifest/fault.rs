//! Faults of a manifest, or of a file that is read like one, as diagnostics that point into it.
//!
//! Who knows keys reports a [`Problem`]; what knows the text says [`Fault`].

use std::fmt;
use std::ops::Range;

use miette::{Diagnostic, LabeledSpan, SourceCode};
use toml::Spanned;
use toml::de::DeValue;

use super::excerpt::Excerpt;
use crate::model::problem::{Problem, Segment};
use crate::model::size;

/// What class a fault is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
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
            Self::Unreadable => "unreadable",
            Self::Syntax => "syntax",
            Self::UnknownKey => "unknown-key",
            Self::MissingKey => "missing-key",
            Self::WrongType => "wrong-type",
            Self::InvalidValue => "invalid-value",
            Self::Clash => "clash",
            Self::Secret => "secret",
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

/// One fault. The source that it carries is one line, without what may be a secret.
#[derive(Debug)]
pub struct Fault {
    /// Its class.
    pub(super) code: Code,
    /// What sort of file it is in (`manifest`).
    pub(super) sort: &'static str,
    /// The entry or table it is in (`ecr.repository.site`), if it is in one.
    pub(super) within: Option<String>,
    /// What is wrong.
    pub(super) message: String,
    /// Where, in bytes.
    pub(super) span: Range<usize>,
    /// What is to be seen there, in a few words.
    pub(super) label: String,
    /// What to do.
    pub(super) help: Option<String>,
    /// Whether what stands there must not be shown, for it may be a secret.
    pub(super) concealed: bool,
    /// The line that it points into, once the source is at hand.
    pub(super) excerpt: Option<Excerpt>,
}

impl Fault {
    /// A fault at `span`.
    pub(super) fn new(code: Code, span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            code,
            sort: "manifest",
            within: None,
            message: message.into(),
            span,
            label: code.label().to_owned(),
            help: None,
            concealed: false,
            excerpt: None,
        }
    }

    /// What stands at `span` is no table, and should be the one called `name`.
    pub(super) fn not_a_table(name: &str, span: Range<usize>) -> Self {
        Self::new(Code::WrongType, span, format!("`{name}` must be a table"))
            .label("not a table")
            .help(format!("write it as [{name}]"))
            .concealed(true)
    }

    /// A problem, where its path leads from `value`, whose key stands at `key`: to the value itself, or to the
    /// nearest parent that there is.
    pub(super) fn of_problem(
        within: &str,
        problem: Problem,
        value: &Spanned<DeValue<'_>>,
        key: Range<usize>,
    ) -> Self {
        let (mut at, mut span) = (value.get_ref(), key);
        let last = problem.path.len().saturating_sub(1);
        for (step, segment) in problem.path.iter().enumerate() {
            let next = match (segment, at) {
                (Segment::Key(key), DeValue::Table(table)) => {
                    table.get_key_value(key.as_str()).map(|(key, next)| {
                        let span = if problem.of_key && step == last { key.span() } else { next.span() };
                        (next.get_ref(), span)
                    })
                }
                (Segment::Index(index), DeValue::Array(items)) => {
                    items.get(*index).map(|next| (next.get_ref(), next.span()))
                }
                _ => None,
            };
            let Some(next) = next else { break };
            (at, span) = next;
        }
        let label = match at {
            _ if problem.of_key => "invalid key",
            DeValue::Table(_) | DeValue::Array(_) => "in here",
            _ => "invalid value",
        };
        let fault = Self::new(Code::InvalidValue, span, problem.message).within(within);
        fault.label(label).help(problem.help.unwrap_or_default())
    }

    /// Says in which entry or table it is.
    #[must_use]
    pub(super) fn within(mut self, entry: &str) -> Self {
        self.within = (!entry.is_empty()).then(|| entry.to_owned());
        self
    }

    /// Says what is to be seen there.
    #[must_use]
    pub(super) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Says what to do.
    #[must_use]
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into()).filter(|help| !help.is_empty());
        self
    }

    /// Says whether what stands there may be a secret.
    #[must_use]
    pub(super) fn concealed(mut self, concealed: bool) -> Self {
        self.concealed = concealed;
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.within {
            Some(entry) => write!(f, "{entry}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for Fault {}

impl Diagnostic for Fault {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(format!("{}::{}", self.sort, self.code.text())))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|excerpt| excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = self.excerpt.as_ref()?.label();
        let label = LabeledSpan::new_with_span(Some(self.label.clone()), span);
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
