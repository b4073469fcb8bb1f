//! Values that are made: from the randomness of the operating system, each character as likely as any other.

use std::fmt;

use rand::TryRng as _;
use rand::rngs::SysRng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Value;

/// What a value is made of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Recipe {
    /// How many characters.
    pub length: u32,
    /// Which.
    pub characters: Characters,
}

/// A set of characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Characters {
    /// A to Z, a to z, 0 to 9: fit for every place.
    #[default]
    LettersAndDigits,
    /// 0 to 9 and a to f.
    Hex,
    /// Everything on a keyboard of ASCII but the space, quotes and the backslash.
    Printable,
}

impl Characters {
    fn set(self) -> Vec<u8> {
        let is_in = |c: &u8| match self {
            Self::LettersAndDigits => c.is_ascii_alphanumeric(),
            Self::Hex => c.is_ascii_digit() || (b'a'..=b'f').contains(c),
            Self::Printable => c.is_ascii_graphic() && !b"\"'`\\".contains(c),
        };
        (0..=127).filter(is_in).collect()
    }
}

/// The operating system gave no randomness.
#[derive(Debug)]
pub struct NoRandomness;

impl fmt::Display for NoRandomness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the operating system gave no randomness to make a value of")
    }
}

impl Recipe {
    /// A new value.
    ///
    /// # Errors
    ///
    /// There is no randomness.
    pub fn make(&self) -> Result<Value, NoRandomness> {
        let set = self.characters.set();
        // Bytes beyond the last whole round would make the first characters likelier.
        let fair = 256 / set.len() * set.len();
        let length = usize::try_from(self.length).unwrap_or(usize::MAX);
        let mut text = String::with_capacity(length);
        let mut bytes = [0; 64];
        while text.len() < length {
            SysRng.try_fill_bytes(&mut bytes).map_err(|_| NoRandomness)?;
            let fit = bytes.iter().map(|byte| usize::from(*byte)).filter(|byte| *byte < fair);
            let drawn = fit.map(|byte| char::from(set[byte % set.len()]));
            text.extend(drawn.take(length - text.len()));
        }
        Ok(Value::of(text))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn make(length: u32, characters: Characters) -> String {
        Recipe { length, characters }.make().unwrap().text().to_owned()
    }

    #[test]
    fn a_value_is_as_long_as_asked_for_and_of_its_characters() {
        for (characters, size) in
            [(Characters::LettersAndDigits, 62), (Characters::Hex, 16), (Characters::Printable, 90)]
        {
            let set = characters.set();
            assert_eq!(set.len(), size);
            for length in [16, 63, 64, 65, 1000] {
                let text = make(length, characters);
                assert_eq!(text.len(), length as usize);
                assert!(text.bytes().all(|byte| set.contains(&byte)), "{text}");
            }
        }
        assert_ne!(make(32, Characters::Hex), make(32, Characters::Hex));
    }

    /// With a remainder left in, the first eight characters of 62 would come a quarter more often than the others.
    #[test]
    fn no_character_is_likelier_than_another() {
        let mut counts: BTreeMap<char, u32> = BTreeMap::new();
        for c in make(620_000, Characters::LettersAndDigits).chars() {
            *counts.entry(c).or_default() += 1;
        }
        assert_eq!(counts.len(), 62);
        // 10,000 each, with a deviation of 100: six of them.
        assert!(counts.values().all(|count| (9_400..=10_600).contains(count)), "{counts:?}");
    }
}
