//! What is read where, and what of it is never seen.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ffi::OsString;

use super::*;

const CANARY: &str = "CANARY-8f31c2";

fn holder(name: &str) -> Holder {
    let [partition, account, region, name] = ["aws", "111122223333", "us-west-2", name].map(str::to_owned);
    Holder { partition, account, region, name }
}

fn reading(variables: &[(&str, &str)]) -> Reading {
    let variables: BTreeMap<String, OsString> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), OsString::from(value))).collect();
    Reading::new(move |name| variables.get(name).cloned())
}

fn no_file(path: &str, _: u64) -> Result<Option<Vec<u8>>, Fault> {
    panic!("nobody asked for {path}")
}

/// What is at hand, or what is wrong with it.
fn text(answer: Result<AtHand, Vec<Fault>>) -> String {
    match answer {
        Ok(AtHand::Unread) => "unread".to_owned(),
        Ok(AtHand::Missing) => "missing".to_owned(),
        Ok(AtHand::Here(held)) => format!("here: {}", held.for_call()),
        Err(faults) => faults.into_iter().map(|fault| fault.message).collect(),
    }
}

#[test]
fn nothing_of_a_value_is_shown() {
    let value = Value::new(CANARY.to_owned(), &Form::Text).unwrap();
    let held = Arc::new(Held::new(value.clone(), holder("a")));
    let id = held.version_id().clone();
    let shown = format!("{value:?} {held:?} {id:?} {:?} {:#?}", AtHand::Here(Arc::clone(&held)), held);
    assert!(!shown.contains("CANARY") && !shown.contains(&id.as_str()[..8]), "{shown}");
    assert_eq!((held.for_call().as_str(), held.is_derived()), (CANARY, true));
}

#[test]
fn variables_are_taken_as_they_are() {
    let reading = reading(&[("A", "a\n"), ("EMPTY", ""), ("B", "REPLACE_WITH_B")]);
    let ask = |name: &str| {
        let source = Source::Env(name.to_owned());
        text(reading.ask(&source, &Form::Text, &holder(name), &no_file))
    };
    assert_eq!(ask("A"), "here: a\n");
    assert_eq!(ask("C"), "missing");
    assert_eq!(ask("EMPTY"), "is empty");
    assert_eq!(ask("B"), "is a placeholder, or holds one");
}

#[test]
#[cfg(unix)]
fn what_is_no_text_is_refused() {
    use std::os::unix::ffi::OsStringExt as _;
    let reading = Reading::new(|_| Some(OsString::from_vec(vec![0xff, b'a'])));
    let source = Source::Env("A".to_owned());
    assert_eq!(text(reading.ask(&source, &Form::Text, &holder("a"), &no_file)), "is not UTF-8 text");
    assert_eq!(Value::of_file(vec![0xff], &Form::Text).unwrap_err()[0].message, "is not UTF-8 text");
}

#[test]
fn one_newline_at_the_end_of_a_file_is_not_part_of_the_value() {
    let most = check::MOST;
    for (bytes, is) in [
        ("a", "here: a"),
        ("a\n", "here: a"),
        ("a\r\n", "here: a"),
        ("a\n\n", "here: a\n"),
        ("a\r", "here: a\r"),
        ("\na", "here: \na"),
        ("\n", "is empty"),
        ("", "is empty"),
    ] {
        let file = |_: &str, _| Ok(Some(bytes.as_bytes().to_vec()));
        let source = Source::File("keys/a".to_owned());
        assert_eq!(text(reading(&[]).ask(&source, &Form::Text, &holder("a"), &file)), is, "{bytes:?}");
    }
    let long = |length: usize| {
        move |_: &str, read: u64| {
            let length = length.min(usize::try_from(read).unwrap());
            Ok(Some([vec![b'x'; length - 1], vec![b'\n']].concat()))
        }
    };
    let ask = |length| {
        let source = Source::File("keys/a".to_owned());
        text(reading(&[]).ask(&source, &Form::Text, &holder("a"), &long(length)))
    };
    assert_eq!(ask(most + 1).len(), "here: ".len() + most, "as much as AWS takes, and the newline");
    for length in [most + 2, most + 3, most * 9] {
        assert_eq!(ask(length), "is longer than 65,536 bytes", "{length}");
    }
    let gone = |_: &str, _| Ok(None);
    let source = Source::File("keys/a".to_owned());
    assert_eq!(text(reading(&[]).ask(&source, &Form::Text, &holder("a"), &gone)), "missing");
}

#[test]
fn what_was_read_is_not_read_again() {
    let asked = Cell::new(0);
    let file = |_: &str, _| {
        asked.set(asked.get() + 1);
        Ok(Some(vec![b'a'; asked.get()]))
    };
    let reading = reading(&[]);
    let ask = || reading.ask(&Source::File("a".to_owned()), &Form::Text, &holder("a"), &file).unwrap();
    let (AtHand::Here(first), AtHand::Here(second)) = (ask(), ask()) else { panic!("it is there") };
    assert!(Arc::ptr_eq(&first, &second) && asked.get() == 1);
}

#[test]
fn what_is_typed_is_at_hand_from_then_on_for_its_secret_alone() {
    let reading = reading(&[]);
    let ask = |name: &str| text(reading.ask(&Source::Prompt, &Form::Text, &holder(name), &no_file));
    assert_eq!(ask("a"), "missing");
    reading.take_in(holder("a"), Value::new("typed".to_owned(), &Form::Text).unwrap());
    assert_eq!((ask("a").as_str(), ask("b").as_str()), ("here: typed", "missing"));
}

#[test]
fn who_reads_nothing_reads_nothing() {
    for source in [Source::Env("A".to_owned()), Source::File("a".to_owned()), Source::Prompt] {
        assert_eq!(text(NoValues.ask(&source, &Form::Text, &holder("a"), &no_file)), "unread");
    }
}

/// What a person gives by hand is for the secret that was chosen, and checked as its entry says.
#[test]
fn what_is_given_is_for_one_secret_and_in_its_form() {
    let given = Given::default();
    let form = Form::Json { keys: vec!["id".to_owned()] };
    let by_hand = |key: &str, form: &Form| given.by_hand(key, &holder(key), form).map(|it| text(Ok(it)));
    assert_eq!((by_hand("a", &form), by_hand("b", &Form::Text)), (None, None));
    assert_eq!(given.keys(), ["a", "b"]);
    given.choose("a");
    assert_eq!((by_hand("a", &form).as_deref(), by_hand("b", &Form::Text)), (Some("missing"), None));
    let wrong = given.take(CANARY.to_owned()).unwrap_err();
    assert_eq!(wrong[0].message, "is no JSON object");
    assert_eq!(by_hand("a", &form).as_deref(), Some("missing"));
    given.take_file(b"{\"id\": \"x\"}\n".to_vec()).unwrap();
    assert_eq!(by_hand("a", &form).as_deref(), Some("here: {\"id\": \"x\"}"));
    assert_eq!(by_hand("b", &Form::Text), None);
    assert!(!format!("{given:?}").contains("id"));
    // What the entry itself names is not read.
    for source in [Source::Env("A".to_owned()), Source::File("a".to_owned()), Source::Prompt] {
        assert_eq!(text(given.ask(&source, &Form::Text, &holder("a"), &no_file)), "unread");
    }
}
