//! What the TOML parser says, in words for people who do not know the grammar.

use std::collections::BTreeSet;

use toml::de::Error;

use super::fault::{Code, Fault};

/// What a message of the parser contains, and what is said instead: message, label, help. The first
/// that fits is taken.
const SAYINGS: &[(&str, &str, &str, &str)] = &[
    (
        "duplicate key",
        "this stands here for the second time",
        "the second one",
        "a key stands once in its table, and a table's header once in the file; remove one of the two",
    ),
    (
        "recurs",
        "this is nested too deeply",
        "the parser gave up here",
        "no manifest needs more than a few levels",
    ),
    (
        "multi-line",
        "this text of several lines is never closed",
        "no end",
        "close it with the same three quotes",
    ),
    ("expected `\"`", "this text is never closed", "no closing quote", "close it on the same line, with \""),
    ("expected `'`", "this text is never closed", "no closing quote", "close it on the same line, with '"),
    (
        "escape",
        "this backslash begins no escape",
        "an unknown escape",
        "write it twice, or put the text in single quotes, in which nothing is an escape",
    ),
    (
        "unicode",
        "this backslash begins no escape",
        "an unknown escape",
        "write it twice, or put the text in single quotes, in which nothing is an escape",
    ),
    (
        "visible characters",
        "there is an invisible character in this text",
        "in here",
        "remove it, or write it as an escape such as \\t or \\u001b",
    ),
    ("string values must be quoted", BARE, "not a value", BARE_HELP),
    ("invalid boolean", BARE, "not a value", BARE_HELP),
    ("invalid float", BARE, "not a value", BARE_HELP),
    ("invalid date-time", BARE, "not a value", BARE_HELP),
    ("number", BARE, "not a value", BARE_HELP),
    ("leading zero", BARE, "not a value", BARE_HELP),
    ("missing value", "there is no value", "a key without a value", "write KEY = VALUE"),
    ("key with no value", "there is no value", "a key without a value", "write KEY = VALUE"),
    (
        "unquoted key",
        "this is no key",
        "not a key",
        "keys are kebab-case, and other text in front of `=` is quoted",
    ),
    ("unclosed array table", "this header is never closed", "no end", "close it with ]]"),
    ("unclosed table", "this header is never closed", "no end", "close it with ]"),
    ("unclosed array", "a list is never closed", "it should have ended before", "close it with ]"),
    ("unclosed inline table", "a table is never closed", "it should have ended before", "close it with }"),
    ("missing comma", "a comma is missing", "before this", "write a comma, or close what is open"),
    (
        "carriage return",
        "a line ends with half a line break",
        "in here",
        "save the file with one kind of line ends",
    ),
];

const BARE: &str = "this is neither text in quotes, nor a number, nor true or false";
const BARE_HELP: &str = "text is put in quotes: \"…\"";

/// The faults of a text that is not TOML. None of them repeats any of it, for what stands at a broken
/// place may be a piece of a secret.
pub(super) fn faults(errors: &[Error]) -> Vec<Fault> {
    let mut said = BTreeSet::new();
    let mut faults = Vec::new();
    for error in without_echoes(errors) {
        let fault = fault(error);
        // Where a list is never closed, so is each list around it.
        if said.insert((fault.message.clone(), fault.span.start)) {
            faults.push(fault);
        }
    }
    faults
}

/// After a list that is never closed the parser takes the rest of the file for its items, and complains
/// of each. Of those complaints only the first is kept.
fn without_echoes(errors: &[Error]) -> impl Iterator<Item = &Error> {
    let is = |error: &Error, what: &str| error.message().starts_with(what);
    let start = |error: &Error| error.span().map_or(0, |span| span.start);
    let open = errors.iter().any(|error| is(error, "unclosed array") || is(error, "unclosed inline table"));
    let commas = errors.iter().filter(|error| is(error, "missing comma")).map(start);
    let from = if open { commas.min() } else { None };
    errors.iter().filter(move |error| {
        is(error, "unclosed")
            || from.is_none_or(|from| {
                start(error) < from || (start(error) == from && is(error, "missing comma"))
            })
    })
}

fn fault(error: &Error) -> Fault {
    let theirs = error.message().lines().next().unwrap_or("this is not TOML");
    let span = error.span().unwrap_or(0..0);
    let ours = SAYINGS.iter().find(|(part, ..)| theirs.contains(part));
    let (message, label, help) = match ours {
        Some((_, message, label, help)) => (*message, *label, *help),
        None => (theirs, "the parser gave up here", ""),
    };
    Fault::new(Code::Syntax, span, message).label(label).help(help).concealed(true)
}
