//! What a resource is billed for: facts that its kind states. What they cost is not known here.

use crate::model::Meter;

/// One thing that a resource is billed for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// What AWS counts.
    pub meter: Meter,
    /// How much of it there is.
    pub amount: Amount,
    /// What is worth knowing of the amount, where there is none.
    pub note: Option<String>,
}

/// How much of something there is. What it counts is [`Meter::counted`]'s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// It follows from the settings.
    Fixed(u64),
    /// It was measured.
    Measured(u64),
    /// Nobody has measured it, or nobody can before it has been used. It is not nothing.
    NotMeasured,
}

impl Amount {
    /// The number, if there is one.
    #[must_use]
    pub fn count(self) -> Option<u64> {
        match self {
            Self::Fixed(count) | Self::Measured(count) => Some(count),
            Self::NotMeasured => None,
        }
    }
}

impl Usage {
    /// What follows from the settings.
    #[must_use]
    pub fn fixed(meter: Meter, count: u64) -> Self {
        Self { meter, amount: Amount::Fixed(count), note: None }
    }

    /// What was measured, if it was.
    #[must_use]
    pub fn measured(meter: Meter, count: Option<u64>) -> Self {
        Self { meter, amount: count.map_or(Amount::NotMeasured, Amount::Measured), note: None }
    }

    /// What is billed as it is used.
    #[must_use]
    pub fn used(meter: Meter) -> Self {
        Self { meter, amount: Amount::NotMeasured, note: None }
    }

    /// The same with what is worth knowing of its amount.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}

/// What a resource is billed for: as it is, and as it will be once its step is done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// As it is. Nothing where it is not there, or on its way out.
    pub now: Vec<Usage>,
    /// As it will be.
    pub then: Vec<Usage>,
}

#[cfg(test)]
mod tests;
