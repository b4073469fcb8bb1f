//! What somebody may put into a name, a tag, a description or an error message so that it does something on a screen or
//! in a CI job.

use std::fmt::Write as _;

/// For terminals. Each is put behind other text.
const TERMINAL: &[&str] = &[
    // Colours and attributes, also hidden ones.
    "\u{1b}[31mred",
    "\u{1b}[1;31;47mred\u{1b}[0m",
    "\u{1b}[8mhidden\u{1b}[28m",
    "\u{1b}[38;2;0;0;0mblack",
    "\u{1b}[5mblink",
    "\u{1b}[7mreverse",
    // The cursor, and what is on the screen.
    "\u{1b}[2J",
    "\u{1b}[3J",
    "\u{1b}[H",
    "\u{1b}[1;1Hforged",
    "\u{1b}[A\u{1b}[2Kforged",
    "\u{1b}[10A",
    "\u{1b}[99D",
    "\u{1b}[s\u{1b}[u",
    "\u{1b}[?25l",
    "\u{1b}[?1049h",
    "\u{1b}[6n",
    "\u{1b}[c",
    "\u{1b}[20h",
    "\u{1b}[1;5r",
    "\u{1b}c",
    "\u{1b}7\u{1b}8",
    "\u{1b}D\u{1b}M",
    "\u{1b}(0lqk",
    "\u{1b}[100b",
    // Titles, links, the clipboard, files, notices.
    "\u{1b}]0;title\u{7}",
    "\u{1b}]2;title\u{1b}\\",
    "\u{1b}]8;;http://x.invalid\u{1b}\\link\u{1b}]8;;\u{1b}\\",
    "\u{1b}]52;c;Y3VybCB4\u{7}",
    "\u{1b}]1337;File=name=eA==:eA==\u{7}",
    "\u{1b}]9;notice\u{7}",
    "\u{1b}]4;1;rgb:00/00/00\u{7}",
    "\u{1b}]never ends",
    // Strings to the device.
    "\u{1b}P1$qm\u{1b}\\",
    "\u{1b}Pq#0~\u{1b}\\",
    "\u{1b}_private\u{1b}\\",
    "\u{1b}^message\u{1b}\\",
    "\u{1b}Xstring\u{1b}\\",
    // The same in 8 bits.
    "\u{9b}31mred",
    "\u{9b}2J",
    "\u{9d}0;title\u{9c}",
    "\u{90}q\u{9c}",
    "\u{84}\u{85}\u{8d}",
    // One half of an escape at the end of a field, the other at the beginning.
    "\u{1b}",
    "\u{1b}[",
    "\u{1b}[3",
    "[31mred",
    // Single controls.
    "\rNothing to do: everything is as declared.",
    "\r\nNothing to do: everything is as declared.",
    "\nNothing to do: everything is as declared.",
    "\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}forged",
    "\u{7f}\u{7f}\u{7f}",
    "\u{b}\u{c}",
    "\u{0}",
    "\u{7}\u{7}",
    "\u{e}lqk\u{f}",
    "\u{5}\u{11}\u{13}\u{1a}",
    "\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t",
    // Direction, and what is not seen.
    "\u{202e}detimrep\u{202c}",
    "\u{202a}\u{202b}\u{202d}",
    "\u{2066}\u{2067}\u{2068}\u{2069}",
    "\u{200e}\u{200f}\u{61c}",
    "\u{200b}\u{200c}\u{2060}\u{feff}",
    "\u{ad}\u{180e}\u{3164}\u{115f}",
    "\u{2028}\u{2029}",
    "\u{e0041}\u{e0042}\u{e0101}",
    "\u{fff9}\u{fffa}\u{fffb}",
    // What is seen, and too much of it.
    "Z\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    "👩\u{200d}👩\u{200d}👧\u{fe0f}",
    "日本語",
    // For other readers.
    "%s%n%x{}{0}{{",
    "${HOME}$(id)`id`",
    "<img src=x onerror=alert(1)></details>",
    "```\n# title\n[x](http://x.invalid) |a|b|",
    "'\"\\",
    "]]><x/>&amp;&#27;",
];

/// For the runner of a CI job. Each is all of a value.
const RUNNER: &[&str] = &[
    "::error::forged",
    " \t ::error file=a,line=1::forged",
    "a\n::error::forged",
    "a\r\n::add-mask::x",
    "a\r::warning::forged",
    "a\u{85}::notice::forged",
    "a\u{2028}::notice::forged",
    "\u{3000}::debug::forged",
    "a\n::stop-commands::t",
    "a\n::set-env name=PATH::/tmp",
    "a\n::set-output name=uri::forged",
    "a\n::save-state name=x::y",
    "a\n::add-path::/tmp",
    "a\n::group::x",
    "a\n::endgroup::",
    "a%0A::error::forged",
    "a%0D%0A::error::forged,title=x:y",
    "##[error]forged",
    "a ##[add-path]/tmp",
    "###[set-env name=PATH]/tmp",
    "##vso[task.setvariable variable=x]y",
    "##teamcity[message text='x']",
    "a<<EOF\nb\nEOF\nforged=1",
    "a\nforged=1\nb=2",
    "a\rforged<<EOF\rx\rEOF",
    "${{ secrets.GITHUB_TOKEN }}",
];

/// A text that is planted.
#[derive(Clone, Copy)]
pub(crate) struct Payload {
    text: &'static str,
    /// Whether it takes the place of what was there.
    whole: bool,
}

impl Payload {
    pub(crate) fn all() -> Vec<Self> {
        let of = |texts: &[&'static str], whole| {
            texts.iter().map(move |text| Self { text, whole }).collect::<Vec<_>>()
        };
        [of(TERMINAL, false), of(RUNNER, true)].concat()
    }

    /// What becomes of a text in which it is planted.
    pub(crate) fn planted(self, was: &str) -> String {
        if self.whole { self.text.to_owned() } else { format!("{was}x{}y", self.text) }
    }
}

/// The same text as people are to see it. Written down here once more, apart from the product's own.
pub(crate) fn visible(text: &str) -> String {
    let (mut out, mut marks) = (String::new(), 0);
    let mut before = String::new();
    for c in text.chars() {
        marks = if ('\u{300}'..'\u{370}').contains(&c) { marks + 1 } else { 0 };
        let word = before.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '[' if word.ends_with("##") => out.push_str("\\u{5b}"),
            c if is_forbidden(c) || marks > 4 => write!(out, "\\u{{{:x}}}", u32::from(c)).unwrap(),
            c => out.push(c),
        }
        before.push(c);
    }
    out
}

/// What never leaves: controls but for line breaks and tabs, and what hides or turns text.
pub(crate) fn is_forbidden(c: char) -> bool {
    let code = u32::from(c);
    let control = code < 0x20 && c != '\n' && c != '\t' || (0x7f..0xa0).contains(&code);
    let hidden = [0xad, 0x34f, 0x61c, 0x115f, 0x1160, 0x180e, 0x3164, 0xfeff, 0xffa0].contains(&code);
    let ranges =
        [0x200b..0x2010, 0x2028..0x202f, 0x2060..0x2070, 0xfe00..0xfe10, 0xfff9..0xfffc, 0xe_0000..0xe_1000];
    control || hidden || ranges.iter().any(|range| range.contains(&code))
}

#[test]
fn there_are_as_many_as_are_claimed() {
    assert!(TERMINAL.len() >= 60 && RUNNER.len() >= 25, "{} {}", TERMINAL.len(), RUNNER.len());
    // Of text without any of them nothing changes.
    assert!(Payload::all().iter().filter(|payload| visible(payload.text) != payload.text).count() >= 75);
}
