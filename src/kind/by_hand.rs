//! What a person types to remove what `infra` keeps. It is only ever shown.

use super::Place;

/// A line about removing something by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ByHand {
    /// A command of the AWS CLI: its words after `aws`.
    Run(Vec<String>),
    /// What to know before going on.
    Know(String),
}

impl ByHand {
    /// A command of the AWS CLI.
    #[must_use]
    pub fn run<const N: usize>(words: [&str; N]) -> Self {
        Self::Run(words.map(str::to_owned).into())
    }

    /// What to know.
    #[must_use]
    pub fn know(text: impl Into<String>) -> Self {
        Self::Know(text.into())
    }

    /// As it can be pasted into a shell, for the region of `place`.
    #[must_use]
    pub fn at(&self, place: &Place) -> String {
        match self {
            Self::Run(words) => {
                let words = words.iter().map(String::as_str).chain(["--region", &place.region]);
                words.fold("aws".to_owned(), |line, word| line + " " + &quoted(word))
            }
            Self::Know(text) => format!("# {text}"),
        }
    }
}

/// A word as a POSIX shell takes it for itself.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::testing::place;

    #[test]
    fn a_shell_takes_each_word_for_itself() {
        let line = |name| ByHand::run(["ecr", "delete-repository", "--repository-name", name]).at(&place());
        assert_eq!(
            line("team/site"),
            "aws ecr delete-repository --repository-name team/site --region us-west-2"
        );
        for (name, typed) in
            [("", "''"), ("a b", "'a b'"), ("$(x)", "'$(x)'"), ("it's", r"'it'\''s'"), ("a;b", "'a;b'")]
        {
            let whole = format!("aws ecr delete-repository --repository-name {typed} --region us-west-2");
            assert_eq!(line(name), whole);
        }
        assert_eq!(ByHand::know("its backups stay").at(&place()), "# its backups stay");
    }
}
