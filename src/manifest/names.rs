//! Names that people write: which of them may be repeated in a message, and what they probably meant.

use crate::model::escape::Line;

use super::credentials;

/// What stands for text that is not shown.
pub(super) const MASK: &str = "***";

/// A longer name is not repeated; a pasted document must not fill the screen.
const MAX_SHOWN: usize = 60;

/// Whether `name` looks like a name and not like a secret that went astray into the place of one.
///
/// Names are words: of lower-case letters and digits, or of letters in the style of `CostCenter`.
/// What mixes cases and digits, or has a long run with digits in it, is taken for a secret. Anything
/// shorter than a password may be shown.
#[must_use]
pub(super) fn is_plausible(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.:/ ".contains(c);
    if name.is_empty() || name.len() > MAX_SHOWN || !name.chars().all(allowed) {
        return false;
    }
    if name.len() < 8 {
        return true;
    }
    let digits = name.contains(|c: char| c.is_ascii_digit());
    let shouts = name.split(|c: char| !c.is_ascii_uppercase()).any(|run| run.len() > 4);
    let mixed = digits && name.contains(|c: char| c.is_ascii_uppercase());
    !shouts && !mixed && !credentials::has_random_run(name) && credentials::find(name).is_empty()
}

/// A name as it is written into an address: itself, or a mask.
#[must_use]
pub(super) fn shown(name: &str) -> &str {
    if is_plausible(name) { name } else { MASK }
}

/// A name in the middle of a sentence: itself in quotes, or `fallback`.
#[must_use]
pub fn quoted_or(name: &str, fallback: &str) -> String {
    if is_plausible(name) { format!("`{name}`") } else { fallback.to_owned() }
}

/// A file's name, harmless for a terminal.
#[must_use]
pub(super) fn file(name: &str) -> String {
    Line(name).to_string()
}

/// What to say of a name that is not among `known`.
#[must_use]
pub fn unknown_help<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    match nearest(name, known.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known here: {}", known.collect::<Vec<_>>().join(", ")),
    }
}

/// The one of `known` that `word` was probably meant to be.
#[must_use]
pub fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // Neither a typing error nor half a name is longer; and the comparison takes quadratic time.
    if word.len() > 2 * MAX_SHOWN {
        return None;
    }
    let word = word.replace('_', "-").to_lowercase();
    let scored = known.map(|known| (likeness(&word, known), known));
    let best = scored.max_by(|one, other| one.0.total_cmp(&other.0))?;
    (best.0 >= 0.6).then_some(best.1)
}

/// From 0 to 1. Typing errors count, and so do names that are one half of the other (`desc`,
/// `mutability`, `lifecycle-policy`).
fn likeness(word: &str, known: &str) -> f64 {
    let half = |part: &str, whole: &str| {
        part.len() > 2 && (whole.starts_with(part) || whole.split('-').skip(1).any(|it| it == part))
    };
    let typed = strsim::normalized_damerau_levenshtein(word, known);
    // Of several such names the nearest.
    if half(word, known) || half(known, word) { typed.max(0.7 + typed / 1000.0) } else { typed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_and_what_may_be_a_secret_is_not() {
        for name in [
            "scan_on_push",
            "scanOnPush",
            "claude-code-astro",
            "api-v2",
            "aws:x",
            "s3",
            "CostCenter",
            "SiteALBArn",
        ] {
            assert!(is_plausible(name), "{name}");
        }
        let long = "a".repeat(61);
        for name in [
            "hunter2-CANARY",
            "CANARY-hunter",
            "sk-live-abcdefghijklm",
            "9f86d081884c7d65",
            "a\u{202e}b",
            "é",
            "",
            &long,
        ] {
            assert!(!is_plausible(name), "{name}");
        }
    }

    #[test]
    fn what_was_meant_is_found() {
        let known = ["name", "description", "scan-on-push", "tag-mutability", "lifecycle", "kms-key"];
        let meant = |word| nearest(word, known.iter().copied());
        assert_eq!(meant("scan_on_push"), Some("scan-on-push"));
        assert_eq!(meant("ScanOnPush"), Some("scan-on-push"));
        assert_eq!(meant("lifecycel"), Some("lifecycle"));
        assert_eq!(meant("lifecycle_policy"), Some("lifecycle"));
        assert_eq!(meant("desc"), Some("description"));
        assert_eq!(meant("mutability"), Some("tag-mutability"));
        assert_eq!(meant("kms_key_id"), Some("kms-key"));
        assert_eq!(meant("versioning"), None);
        assert_eq!(meant("value"), None);
    }
}
