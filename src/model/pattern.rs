//! Patterns of names, in which `*` stands for any text.

/// A pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// The pattern that is written so.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Whether `text` is of this pattern, from its beginning to its end.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let Some((head, rest)) = self.0.split_once('*') else {
            return self.0 == text;
        };
        let (middle, tail) = rest.rsplit_once('*').unwrap_or(("", rest));
        let after_head = text.strip_prefix(head);
        // Taking the first place for each part leaves the most for those that follow.
        let after_middle = middle.split('*').try_fold(after_head, |rest, part| {
            let rest = rest?;
            rest.find(part).map(|at| Some(&rest[at + part.len()..]))
        });
        after_middle.flatten().is_some_and(|rest| rest.ends_with(tail))
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn a_star_is_any_text_and_all_else_is_itself() {
        for (pattern, text, is) in [
            ("*", "", true),
            ("team/*", "team/site", true),
            ("team/*", "ateam/site", false),
            ("*-key", "api-key", true),
            ("*-key", "api-keys", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("aba*aba", "aba", false),
            ("site", "site", true),
            ("site", "Site", false),
            ("s?te", "site", false),
        ] {
            assert_eq!(Pattern::new(pattern).matches(text), is, "{pattern} {text}");
        }
    }
}
