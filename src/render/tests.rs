//! How a plan looks: every variant once, made by hand, so that no kind has to be asked.

mod cost;
pub(super) mod fixture;
mod json;
mod live;
mod plan;
mod progress;
mod verify;

use anstream::adapter::strip_str;

/// Where styles do not belong.
fn plain(text: &str) -> String {
    strip_str(text).to_string()
}

/// Styles as readable marks: `‹bold›`, `‹red›`, and `‹›` where they end.
fn marked(text: &str) -> String {
    let names = [
        ("\u{1b}[0m", "‹›"),
        ("\u{1b}[1m", "‹bold›"),
        ("\u{1b}[2m", "‹faint›"),
        ("\u{1b}[31m", "‹red›"),
        ("\u{1b}[32m", "‹green›"),
        ("\u{1b}[33m", "‹yellow›"),
        ("\u{1b}[36m", "‹cyan›"),
    ];
    names.iter().fold(text.to_owned(), |text, (code, name)| text.replace(code, name))
}
