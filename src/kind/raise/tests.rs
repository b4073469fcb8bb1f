use super::*;

#[test]
fn tags_of_all_are_those_that_each_has_with_one_value() {
    let tags = |pairs: &[(&str, &str)]| -> Tags { pairs.iter().copied().collect() };
    let one =
        tags(&[("Project", "site"), ("Team", "a"), ("Name", "x"), ("aws:x", "1"), ("infra:manifest", "m")]);
    let other =
        tags(&[("Project", "site"), ("Team", "b"), ("Name", "x"), ("aws:x", "1"), ("infra:manifest", "m")]);
    assert_eq!(shared([&one, &other].into_iter()), tags(&[("Project", "site")]));
    // One alone says nothing of others.
    assert_eq!(shared([&one].into_iter()), Tags::default());
    assert_eq!(shared(std::iter::empty()), Tags::default());
    // What AWS itself would not take back, and what nobody may declare.
    let odd = tags(&[("Infra:x", "1"), ("AWS:x", "1"), ("a\nb", "1"), ("Good", "1"), ("Bad", "a;b")]);
    assert_eq!(declarable(&odd), tags(&[("Good", "1")]));
}

#[test]
fn subnets_are_some_or_all_of_a_networks() {
    let network = Outputs::from_iter([("id", "vpc-1"), ("subnet.a", "subnet-1"), ("subnet.b", "subnet-2")]);
    let some = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(zone, subnet)| ((*zone).to_owned(), (*subnet).to_owned())).collect()
    };
    let both = [("a", "subnet-1"), ("b", "subnet-2")];
    assert!(Subnets::Any.fit(&network) && Subnets::Any.fit(&Outputs::default()));
    assert!(Subnets::Exactly(some(&both)).fit(&network) && Subnets::Among(some(&both)).fit(&network));
    assert!(Subnets::Among(some(&both[..1])).fit(&network));
    assert!(!Subnets::Exactly(some(&both[..1])).fit(&network));
    assert!(!Subnets::Among(some(&[("a", "subnet-2")])).fit(&network));
    assert!(!Subnets::Exactly(some(&[("a", "subnet-1"), ("b", "subnet-3")])).fit(&network));
}
