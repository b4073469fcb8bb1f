//! Long lines, broken where a terminal would break them anywhere.

/// Deeper than this, what follows an indentation by columns is no column any more.
const MAX_HANG: usize = 40;

/// Breaks lines that are wider than `width` at their spaces, and lets the rest stand below what it belongs
/// to. Styles take no room. A line without a place to break is left to the terminal.
#[must_use]
pub fn fold(text: &str, width: usize) -> String {
    text.split_inclusive('\n').map(|line| self::line(line, width)).collect()
}

fn line(line: &str, width: usize) -> String {
    let hang = hang(line);
    let (mut out, mut column) = (String::new(), 0);
    // Where the line could last be broken: the byte in `out`, and the column behind the space.
    let mut space = None;
    let (mut escape, mut begun) = (false, false);
    for c in line.chars() {
        escape |= c == '\u{1b}';
        if escape || c == '\n' {
            escape &= c != 'm';
            out.push(c);
            continue;
        }
        begun |= c != ' ';
        if c == ' ' && begun && column > hang {
            space = Some((out.len(), column + 1));
        }
        out.push(c);
        column += 1;
        if c != ' '
            && column > width
            && let Some((at, after)) = space.take()
        {
            let rest = out.split_off(at);
            out.truncate(out.trim_end_matches(' ').len());
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', hang));
            out.push_str(rest.trim_start_matches(' '));
            column = hang + column - after;
        }
    }
    out
}

/// The column at which what is broken off goes on: that of the value, where a name and a value stand in
/// columns, and else a little deeper than the line began.
fn hang(line: &str) -> usize {
    let plain = anstream::adapter::strip_str(line).to_string();
    let text = plain.trim_start_matches(' ');
    let indent = plain.len() - text.len();
    let value = text.find("  ").map(|at| {
        let name = &text[..at];
        let gap = text[at..].chars().take_while(|c| *c == ' ').count();
        indent + name.chars().count() + gap
    });
    match value {
        Some(column) if indent >= 6 && column <= MAX_HANG => column,
        _ => indent + 4,
    }
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn the_rest_of_a_line_stands_below_what_it_belongs_to() {
        let text = [
            "  + create ecr.repository.site  team/site  a.toml:12",
            "      marks   infra:address=ecr.repository.site  infra:manifest=a",
            "short",
        ];
        let folded = [
            "  + create ecr.repository.site  team/site",
            "      a.toml:12",
            "      marks   infra:address=ecr.repository.site",
            "              infra:manifest=a",
            "short",
        ];
        let (text, folded) = (text.join("\n"), folded.join("\n"));
        assert_eq!(fold(&text, 45), folded);
        assert_eq!(fold(&text, 200), text);
    }

    #[test]
    fn styles_take_no_room_and_are_not_torn() {
        let text = "\u{1b}[1mone two\u{1b}[0m \u{1b}[2mthree four\u{1b}[0m\n";
        assert_eq!(fold(text, 18), text);
        assert_eq!(fold(text, 17), "\u{1b}[1mone two\u{1b}[0m \u{1b}[2mthree\n    four\u{1b}[0m\n");
    }

    #[test]
    fn what_has_no_spaces_is_left_to_the_terminal() {
        assert_eq!(
            fold("      arn:aws:iam::111122223333:role/x\n", 10),
            "      arn:aws:iam::111122223333:role/x\n"
        );
        assert_eq!(fold("", 10), "");
        assert_eq!(
            fold("a b c d e f g h i j k", 5),
            "a b c\n    d\n    e\n    f\n    g\n    h\n    i\n    j\n    k"
        );
    }
}
