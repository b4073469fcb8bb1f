//! What becomes of one that left the manifest.

use super::permissions::of;
use super::*;
use crate::kind::testing::left;

#[test]
fn one_that_left_is_deleted_with_what_hangs_on_it() {
    assert_snapshot!(left(&live(PLAIN, |_| {})), @"
    delete lambda.function.site (site) not in the manifest
      lambda:DeleteFunction: function site -> none
        so its versions and aliases go with it, and who may invoke it; what it logged stays
      needs --delete
    ");
    assert_snapshot!(left(&live(FULL, |_| {})), @"
    delete lambda.function.site (site) not in the manifest
      lambda:DeleteFunction: function site -> none
        so its versions and aliases go with it, and who may invoke it; what it logged stays
        so its network interfaces stay for up to 45 minutes, and as long their security groups cannot be deleted
      needs --delete
    ");
}

#[test]
fn one_that_others_may_invoke_stays() {
    assert_snapshot!(left(&live(PLAIN, |live| live.state.permissions = of("s3"))), @"
    keep lambda.function.site (site) not in the manifest
      because it left the manifest; its policy lets others invoke it (`s3`); where nobody needs that: aws lambda remove-permission --function-name site --statement-id s3
    ");
}

#[test]
fn one_that_is_retained_stays() {
    let retained = format!("{PLAIN}\non-delete = 'retain'");
    assert_snapshot!(left(&live(&retained, |_| {})), @"
    keep lambda.function.site (site) not in the manifest
      because it left the manifest and is retained
    ");
}
