//! The forms in which a secret can come to light, and the patterns that each is found by.

use std::collections::hash_map::RandomState;
use std::fmt::Write as _;
use std::hash::{BuildHasher as _, Hasher as _};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use sha2::Digest as _;
use toml_writer::{ToTomlValue as _, TomlStringBuilder};

use super::Canary;

/// How long a canary is.
pub(crate) const LENGTH: usize = 24;
/// A part of so many characters is a leak.
pub(crate) const PART: usize = 6;

/// What a canary is made of: letters and digits, and at every third place one that is in no id, digest, or base64,
/// so that nothing is taken for a part of it by chance.
const LETTERS: &[u8] = b"QXZJKVWYHGqxzjkvwy379";
/// Those of the one half stand as they are in JSON and TOML, and those of the other do not.
const MARKS: [&[u8]; 2] = [b"~^|!", b"\"\\\"\\"];

/// A new text for the canary of this number.
pub(super) fn drawn(number: usize) -> String {
    let marks = MARKS[usize::from(number % 4 == 2)];
    let one = |at: usize| {
        let from = if at % 3 == 1 { marks } else { LETTERS };
        // Each state is seeded anew by the system.
        let mut random = RandomState::new().build_hasher();
        random.write_usize(at);
        char::from(from[usize::try_from(random.finish() % from.len() as u64).unwrap()])
    };
    (0..LENGTH).map(one).collect()
}

/// A form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Raw,
    Json,
    Toml,
    Html,
    Url,
    Base64,
    Base64Url,
    Hex,
    DebugText,
    DebugBytes,
    DecimalBytes,
    Utf16,
    Reversed,
    Sha256,
    Sha1,
}

impl Form {
    pub(crate) const ALL: &'static [Self] = &[
        Self::Raw,
        Self::Json,
        Self::Toml,
        Self::Html,
        Self::Url,
        Self::Base64,
        Self::Base64Url,
        Self::Hex,
        Self::DebugText,
        Self::DebugBytes,
        Self::DecimalBytes,
        Self::Utf16,
        Self::Reversed,
        Self::Sha256,
        Self::Sha1,
    ];

    /// A text in this form.
    pub(crate) fn of(self, text: &str) -> Vec<Vec<u8>> {
        let hex = |bytes: &[u8]| bytes.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        let inner = |quoted: String| quoted[1..quoted.len() - 1].to_owned();
        let texts = match self {
            Self::Raw => vec![text.to_owned()],
            Self::Json => vec![inner(serde_json::json!(text).to_string())],
            Self::Toml => vec![
                inner(TomlStringBuilder::new(text).as_basic().to_toml_value()),
                percent(text, "\\u00", false),
            ],
            Self::Html => {
                let escaped = text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
                vec![escaped, text.bytes().fold(String::new(), |text, byte| format!("{text}&#x{byte:x};"))]
            }
            Self::Url => vec![
                percent(text, "%", false),
                percent(text, "%", true),
                percent(text, "%", true).to_lowercase(),
            ],
            Self::Base64 => vec![STANDARD_NO_PAD.encode(text)],
            Self::Base64Url => vec![URL_SAFE_NO_PAD.encode(text)],
            Self::Hex => vec![hex(text.as_bytes()), hex(text.as_bytes()).to_uppercase()],
            Self::DebugText => vec![inner(format!("{text:?}"))],
            Self::DebugBytes => vec![text.as_bytes().escape_ascii().to_string()],
            Self::DecimalBytes => vec![inner(format!("{:?}", text.as_bytes()))],
            Self::Utf16 => return vec![text.encode_utf16().flat_map(u16::to_le_bytes).collect()],
            Self::Reversed => vec![text.chars().rev().collect()],
            Self::Sha256 => {
                let hash = sha2::Sha256::digest(text);
                vec![hex(&hash), STANDARD_NO_PAD.encode(hash)]
            }
            Self::Sha1 => vec![hex(&<sha1::Sha1 as sha1::Digest>::digest(text))],
        };
        texts.into_iter().map(String::into_bytes).collect()
    }

    /// What it is found by, in whatever stands around it.
    pub(super) fn patterns(self, canary: &Canary) -> Vec<Vec<u8>> {
        match self {
            // Only all of it has this digest, alone or with what is planted around it.
            Self::Sha256 | Self::Sha1 => [&canary.text, &canary.whole, canary.whole.trim_end()]
                .iter()
                .flat_map(|text| self.of(text))
                .collect(),
            Self::Base64 | Self::Base64Url => {
                (0..3).flat_map(|before| self.in_base64(&canary.text, before)).collect()
            }
            _ => (0..=LENGTH - PART).flat_map(|at| self.of(&canary.text[at..at + PART])).collect(),
        }
    }

    /// What of it stands in the base64 of a text that has so many bytes, modulo 3, before it: runs of 7 characters, of
    /// which there is one in any 6 bytes.
    fn in_base64(self, text: &str, before: usize) -> Vec<Vec<u8>> {
        let all = self.of(&format!("{}{text}", "\0".repeat(before))).remove(0);
        // A character holds 6 bits; those with bits of what is before or behind are left out.
        let (from, to) = ((before * 8).div_ceil(6), (before + text.len()) * 8 / 6);
        all[from..to].windows(7).map(<[u8]>::to_vec).collect()
    }
}

/// With everything percent-encoded that is no letter or digit, and with `all` also what need not be.
fn percent(text: &str, sign: &str, all: bool) -> String {
    text.bytes().fold(String::new(), |mut coded, byte| {
        if byte.is_ascii_alphanumeric() || (!all && b"~-._".contains(&byte)) {
            coded.push(char::from(byte));
        } else {
            write!(coded, "{sign}{byte:02X}").unwrap();
        }
        coded
    })
}
