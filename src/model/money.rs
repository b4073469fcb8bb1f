//! Sums of money, exact.

use std::fmt;
use std::iter::Sum;
use std::ops::Add;

/// US dollars, in millionths of a millionth: the price of a GB-second has ten decimals, and no float has them.
///
/// **Rounding** happens once, where a sum is shown to people: to the nearest cent, half a cent up
/// ([`Usd::cents`]). Nothing is added up from rounded figures, so a column of them may differ from its sum by a cent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Usd(u128);

/// Decimals that are kept.
const DECIMALS: usize = 12;
const DOLLAR: u128 = 1_000_000_000_000;
const CENT: u128 = DOLLAR / 100;
/// Digits before the point, at most: a thousand millions.
const MAX_WHOLE: usize = 9;

impl Usd {
    /// Reads a decimal number, such as `0.0225`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let is_number = |text: &str, most: usize| {
            (1..=most).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_digit())
        };
        if !is_number(whole, MAX_WHOLE) || !is_number(part, DECIMALS) {
            return None;
        }
        let whole: u128 = whole.parse().ok()?;
        let part: u128 = format!("{part:0<DECIMALS$}").parse().ok()?;
        Some(Self(whole * DOLLAR + part))
    }

    /// So many times that, divided by `per`; what is left below the last decimal is dropped.
    #[must_use]
    pub fn times(self, count: u64, per: u64) -> Self {
        // The largest price, a thousand million dollars, times the largest count would not fit.
        let whole = self.0.saturating_mul(u128::from(count));
        Self(whole / u128::from(per.max(1)))
    }

    /// The difference, as the larger without the smaller.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// For people: in whole cents. What is there and rounds to nothing is `<0.01`, for it is not nothing.
    #[must_use]
    pub fn cents(self) -> String {
        let cents = (self.0 + CENT / 2) / CENT;
        if cents == 0 && self.0 > 0 {
            return "<0.01".to_owned();
        }
        format!("{}.{:02}", cents / 100, cents % 100)
    }
}

impl Add for Usd {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(sums: I) -> Self {
        sums.fold(Self::default(), Add::add)
    }
}

impl fmt::Display for Usd {
    /// All of it, with two decimals at least.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = format!("{:0DECIMALS$}", self.0 % DOLLAR);
        let part = part.trim_end_matches('0');
        write!(f, "{}.{part:0<2}", self.0 / DOLLAR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd(text: &str) -> Usd {
        Usd::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn what_is_read_is_shown_as_it_was() {
        for (text, shown) in [
            ("0", "0.00"),
            ("0.4", "0.40"),
            ("0.0000166667", "0.0000166667"),
            ("0.000000000001", "0.000000000001"),
            ("999999999.5", "999999999.50"),
            ("007", "7.00"),
        ] {
            assert_eq!(usd(text).to_string(), shown);
        }
        for text in
            ["", ".", "1.", ".5", "-1", "+1", "1e3", "1,5", "0x1", " 1", "0.0000000000001", "1000000000"]
        {
            assert_eq!(Usd::parse(text), None, "{text}");
        }
    }

    #[test]
    fn cents_are_rounded_once_and_half_a_cent_up() {
        for (text, cents) in [
            ("0", "0.00"),
            ("0.000000000001", "<0.01"),
            ("0.004999999999", "<0.01"),
            ("0.005", "0.01"),
            ("16.424999999999", "16.42"),
            ("16.425", "16.43"),
            ("1.999", "2.00"),
        ] {
            assert_eq!(usd(text).cents(), cents, "{text}");
        }
        // Three times a third of a cent and a bit is a cent: the parts were not rounded before.
        let parts = [usd("0.004"), usd("0.004"), usd("0.004")];
        assert_eq!(parts.map(Usd::cents), ["<0.01"; 3]);
        assert_eq!(parts.into_iter().sum::<Usd>().cents(), "0.01");
    }

    #[test]
    fn amounts_are_exact_and_never_wrap() {
        assert_eq!(usd("0.0225").times(730, 1).to_string(), "16.425");
        // 96 GiB at 0.30.
        assert_eq!(usd("0.30").times(96 << 30, 1 << 30).to_string(), "28.80");
        // A byte of it.
        assert_eq!(usd("0.30").times(1, 1 << 30).to_string(), "0.000000000279");
        let most = usd("999999999.999999999999").times(u64::MAX, 1);
        assert_eq!(most + most, Usd(u128::MAX));
        assert_eq!(usd("1").without(usd("2")), Usd::default());
        assert_eq!(usd("2").without(usd("0.5")).to_string(), "1.50");
    }
}
