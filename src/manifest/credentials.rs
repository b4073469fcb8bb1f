//! Text that has the shape of a credential, wherever it stands.

use std::ops::Range;

/// What the credentials of well-known services begin with, and how long such a credential is at least.
const MARKS: &[(&str, usize)] = &[
    ("AKIA", 20),
    ("ASIA", 20),
    ("sk-", 20),
    ("sk_live_", 20),
    ("sk_test_", 20),
    ("rk_live_", 20),
    ("ghp_", 20),
    ("gho_", 20),
    ("ghs_", 20),
    ("ghu_", 20),
    ("github_pat_", 20),
    ("glpat-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("eyJ", 40),
    ("-----BEGIN ", 11),
];

/// Every range of `text` that may be a credential. None of them is ever shown.
#[must_use]
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (mark, least) in MARKS {
        for (start, _) in text.match_indices(mark) {
            let (before, rest) = text.split_at(start);
            // `task-force` is no key of anybody's.
            if before.ends_with(|c: char| c.is_ascii_alphanumeric()) {
                continue;
            }
            let end = if *mark == "-----BEGIN " { armor_end(rest) } else { token_end(rest) };
            if end >= *least {
                found.push(start..start + end);
            }
        }
    }
    found.sort_by_key(|range| range.start);
    found
}

/// The ranges of which there is no doubt. A manifest that has one is refused.
#[must_use]
pub(super) fn certain(text: &str) -> Vec<Range<usize>> {
    let is_certain = |range: &Range<usize>| {
        let part = text.get(range.clone()).unwrap_or_default();
        match part.strip_prefix("-----BEGIN ") {
            Some(rest) => rest.lines().next().is_some_and(|line| line.contains("PRIVATE KEY")),
            None => has_random_run(part),
        }
    };
    let mut certain: Vec<Range<usize>> = Vec::new();
    for range in find(text).into_iter().filter(is_certain) {
        // Marks overlap (`sk-…` in a token of another service); one credential is one fault.
        if certain.last().is_none_or(|last| last.end <= range.start) {
            certain.push(range);
        }
    }
    certain
}

/// Whether there is a run of at least 16 letters and digits, with a digit or mixed case in it: nobody's words.
#[must_use]
pub(super) fn has_random_run(text: &str) -> bool {
    let has = |run: &str, test: fn(&char) -> bool| run.chars().any(|c| test(&c));
    text.split(|c: char| !c.is_ascii_alphanumeric()).any(|run| {
        run.len() >= 16
            && (has(run, char::is_ascii_digit)
                || (has(run, char::is_ascii_uppercase)
                    && has(run, char::is_ascii_lowercase)
                    && !is_words(run)))
    })
}

/// Whether mixed case is that of `CostCenterOfTheTeam`: capitals stand alone.
fn is_words(run: &str) -> bool {
    !run.as_bytes().windows(2).any(|pair| pair.iter().all(u8::is_ascii_uppercase))
}

fn token_end(text: &str) -> usize {
    text.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.+/=".contains(c))).unwrap_or(text.len())
}

/// The end of a PEM block, or of the text if it never ends.
fn armor_end(text: &str) -> usize {
    let Some(foot) = text.find("-----END ") else { return text.len() };
    let rest = text.get(foot + 9..).unwrap_or_default();
    rest.find("-----").map_or(text.len(), |end| foot + 9 + end + 5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_found_anywhere() {
        let text =
            "a = \"AKIAIOSFODNN7EXAMPLE\" # sk-ant-0123456789abcdefgh\nb = \"a-task-force-of-many-people\"";
        let found: Vec<_> = find(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["AKIAIOSFODNN7EXAMPLE", "sk-ant-0123456789abcdefgh"]);
    }

    #[test]
    fn only_what_is_certain_is_refused() {
        let certain = |text: &str| !certain(text).is_empty();
        assert!(certain("AKIAIOSFODNN7EXAMPLE"));
        assert!(certain("ghp_0123456789abcdefghijABCDEFGHIJ012345"));
        assert!(certain("-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----"));
        assert!(!certain("-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----"));
        assert!(!certain("sk-team-service-v2-cache"));
        assert!(!certain("team/sk-learn-notebooks-of-all"));
    }

    #[test]
    fn a_pem_block_ends_with_its_foot() {
        let text = "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\nname = 1";
        assert!(text[find(text)[0].clone()].ends_with("END PRIVATE KEY-----"));
        assert_eq!(find("-----BEGIN PRIVATE KEY-----\nabc")[0].end, 31);
    }
}
