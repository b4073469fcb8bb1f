//! What AWS makes of a lifecycle.

use proptest::prelude::*;

use crate::kinds::efs_file_system::lifecycle::{DAYS, Lifecycle};

/// All three transitions.
pub(super) fn mixed() -> Lifecycle {
    Lifecycle { infrequent_after: Some(30), archive_after: Some(90), back_on_access: true }
}

const IA: Option<&str> = Some("AFTER_30_DAYS");
const ARCHIVE: Option<&str> = Some("AFTER_90_DAYS");
const BACK: Option<&str> = Some("AFTER_1_ACCESS");

#[test]
fn neither_order_nor_grouping_counts() {
    for policies in [
        &[[IA, None, None], [None, ARCHIVE, None], [None, None, BACK]][..],
        &[[None, None, BACK], [None, ARCHIVE, None], [IA, None, None]],
        &[[IA, ARCHIVE, BACK]],
        &[[None, ARCHIVE, BACK], [IA, None, None]],
        &[[IA, None, BACK], [None, ARCHIVE, None], [None, None, None]],
        &[[IA, ARCHIVE, BACK], [IA, None, None]],
    ] {
        assert_eq!(Lifecycle::of(policies.iter().copied()), Ok(mixed()), "{policies:?}");
    }
    assert_eq!(Lifecycle::of([]), Ok(Lifecycle::default()));
    let one_day = [[Some("AFTER_1_DAY"), None, None]];
    assert_eq!(Lifecycle::of(one_day).map(|it| it.infrequent_after), Ok(Some(1)));
}

#[test]
fn what_is_not_known_is_an_error() {
    for (policies, why) in [
        (
            &[[Some("AFTER_31_DAYS"), None, None]][..],
            "its lifecycle says AFTER_31_DAYS, which is not known here",
        ),
        (&[[None, None, Some("NEVER")]], "its lifecycle says NEVER, which is not known here"),
        (
            &[[IA, None, None], [ARCHIVE, None, None]],
            "one transition is both AFTER_30_DAYS and AFTER_90_DAYS",
        ),
    ] {
        assert_eq!(Lifecycle::of(policies.iter().copied()), Err(why.to_owned()), "{policies:?}");
    }
}

proptest! {
    /// What is sent is what is read back, an object for each transition.
    #[test]
    fn what_is_sent_is_read_back(
        infrequent_after in prop::option::of(prop::sample::select(&DAYS[..])),
        archive_after in prop::option::of(prop::sample::select(&DAYS[..])),
        back_on_access: bool,
    ) {
        let lifecycle = Lifecycle { infrequent_after, archive_after, back_on_access };
        let sent = lifecycle.policies();
        prop_assert!(sent.iter().all(|policy| policy.iter().flatten().count() == 1));
        let words = sent.iter().map(|policy| policy.each_ref().map(Option::as_deref));
        prop_assert_eq!(Lifecycle::of(words), Ok(lifecycle));
    }
}
