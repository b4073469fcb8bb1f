//! The only colours. Meaning never rests on them: each stands beside a word or a glyph.

use anstyle::{AnsiColor, Effects, Style};

use crate::kind::view::Verb;

/// Headings and addresses.
pub const STRONG: Style = Style::new().effects(Effects::BOLD);
/// What is there for reference only.
pub const FAINT: Style = Style::new().effects(Effects::DIMMED);
/// What is added.
pub const ADDED: Style = AnsiColor::Green.on_default();
/// What is changed.
pub const CHANGED: Style = AnsiColor::Yellow.on_default();
/// What is taken away, and what is dangerous.
pub const DANGER: Style = AnsiColor::Red.on_default().effects(Effects::BOLD);
/// What is removed from a document.
pub const REMOVED: Style = AnsiColor::Red.on_default();
/// What is taken over or kept.
pub const TAKEN: Style = AnsiColor::Cyan.on_default();

/// The style of a verb.
#[must_use]
pub const fn of(verb: Verb) -> Style {
    match verb {
        Verb::Unknown | Verb::Blocked | Verb::Delete => DANGER,
        Verb::Adopt | Verb::Restore | Verb::Keep => TAKEN,
        Verb::Update => CHANGED,
        Verb::Create => ADDED,
        Verb::Found | Verb::InSync => FAINT,
    }
}

/// The glyph of a verb.
#[must_use]
pub const fn glyph(verb: Verb) -> char {
    match verb {
        Verb::Unknown => '?',
        Verb::Blocked => '!',
        Verb::Delete => '-',
        Verb::Adopt => '*',
        Verb::Restore => '^',
        Verb::Keep => '=',
        Verb::Update => '~',
        Verb::Create => '+',
        Verb::Found => '>',
        Verb::InSync => '·',
    }
}
