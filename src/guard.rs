//! The guards: who may delete what.
//!
//! A kind states facts; this module judges. Only [`judge`] makes a [`Permit`], and no kind can build its
//! deleting change without one, so a new kind cannot forget the guard.

use crate::model::OnDelete;

/// Permission to delete one resource. It cannot be copied, nor made anywhere but here.
#[derive(Debug, PartialEq, Eq)]
pub struct Permit(());

/// All that a manifest owns is to go, as far as it holds no data. Only a plan of `infra destroy` has this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Destruction(());

impl Destruction {
    /// For `plan`, which makes such a plan, and for nobody else: a test looks after that.
    #[must_use]
    pub fn of_all() -> Self {
        Self(())
    }

    /// Permission to take from a resource that stays what hangs on it and holds no data.
    #[must_use]
    pub fn strips(self) -> Permit {
        Permit(())
    }
}

/// Why a resource that left the manifest stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Its `on-delete` says so, or it carries no such mark.
    Retained,
    /// Something is in the way.
    Blocked(String),
}

/// Judges whether a resource that left the manifest may be deleted.
///
/// `on_delete` is the choice mirrored in its tag; `blocks` is what the kind says must be gone first.
///
/// # Errors
///
/// The [`Refusal`], when it has to stay.
pub fn judge(on_delete: OnDelete, blocks: Option<String>) -> Result<Permit, Refusal> {
    match (on_delete, blocks) {
        (OnDelete::Retain, _) => Err(Refusal::Retained),
        (OnDelete::Delete, Some(why)) => Err(Refusal::Blocked(why)),
        (OnDelete::Delete, None) => Ok(Permit(())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_empty_resource_that_says_so_is_deleted() {
        assert_eq!(judge(OnDelete::Retain, None), Err(Refusal::Retained));
        assert_eq!(judge(OnDelete::Retain, Some("1 image".into())), Err(Refusal::Retained));
        assert_eq!(judge(OnDelete::Delete, Some("1 image".into())), Err(Refusal::Blocked("1 image".into())));
        assert!(judge(OnDelete::Delete, None).is_ok());
    }
}
