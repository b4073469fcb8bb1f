//! The one owner of the terminal: data to standard output, talk to standard error, questions to people.
//!
//! Whatever it is handed, what leaves has gone through [`screen`].

use std::io::{self, Write};

use clap::builder::StyledStr;
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};

use super::args::{Color, Global};
use super::host::{Console, Env, Talk};
use crate::apply::Event;
use crate::model::escape::screen;
use crate::render::fold::fold;
use crate::render::progress::{self, Spinners};
use crate::render::style::{DANGER, STRONG};

/// Whether a stream is coloured: what was asked for decides, then the environment, then what the stream is.
#[must_use]
pub(super) fn is_colored(asked: Color, env: &Env, terminal: bool) -> bool {
    match asked {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => terminal && !env.is_set("NO_COLOR") && env.get("TERM") != Some("dumb"),
    }
}

/// Says what clap has to say of a command line before there is a [`Ui`]: help is data, and the rest is talk.
pub(super) fn usage(console: &mut Console, color: Color, env: &Env, text: &StyledStr, is_data: bool) {
    let (stream, terminal): (&mut dyn Write, bool) = if is_data {
        (&mut console.out, console.out_is_terminal)
    } else {
        (&mut console.err, console.err_is_terminal)
    };
    let text = screen(&text.ansi().to_string(), is_colored(color, env, terminal));
    // Nobody is left to tell when the stream is closed.
    let _ = stream.write_all(text.as_bytes());
}

/// Everything that is printed and asked goes through here.
pub(super) struct Ui {
    console: Console,
    out_color: bool,
    err_color: bool,
    quiet: bool,
    spinners: Option<Spinners>,
    left: Left,
}

/// What was left on the screen.
#[derive(Default)]
struct Left {
    /// Something is on standard output.
    printed: bool,
    /// A question is on the last line, and no answer has ended it.
    asking: bool,
}

impl Ui {
    /// Decides once how to speak.
    #[must_use]
    pub(super) fn new(console: Console, env: &Env, global: &Global) -> Self {
        let color = |terminal| is_colored(global.color, env, terminal);
        Self {
            out_color: color(console.out_is_terminal),
            err_color: color(console.err_is_terminal),
            quiet: global.quiet,
            spinners: None,
            left: Left::default(),
            console,
        }
    }

    /// Whether what goes to standard error is coloured.
    #[must_use]
    pub(super) fn colors_talk(&self) -> bool {
        self.err_color
    }

    /// The stream that is talked on, for the log to share.
    pub(super) fn talk(&self) -> &Talk {
        &self.console.err
    }

    /// Prints what was asked for, to standard output.
    ///
    /// # Errors
    ///
    /// When it cannot be written; a closed pipe is such a case.
    pub(super) fn data(&mut self, text: &str) -> io::Result<()> {
        let text = screen(text, self.out_color);
        self.left.printed = true;
        self.console.out.write_all(text.as_bytes())?;
        self.console.out.flush()
    }

    /// Prints text that people read: on a terminal, in lines that fit it.
    ///
    /// # Errors
    ///
    /// As [`Ui::data`].
    pub(super) fn page(&mut self, text: &str) -> io::Result<()> {
        if self.console.out_is_terminal {
            self.data(&fold(text, self.console.width))
        } else {
            self.data(text)
        }
    }

    /// Sets what follows on standard output apart from what was printed before, if anything was.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub(super) fn apart(&mut self) -> io::Result<()> {
        if self.left.printed { self.data("\n") } else { Ok(()) }
    }

    /// Says something on standard error, unless it is to be quiet.
    pub(super) fn say(&mut self, text: &str) {
        if !self.quiet {
            self.fitted(text);
        }
    }

    /// Says what went wrong, even when it is to be quiet.
    pub(super) fn error(&mut self, message: &str, help: Option<&str>) {
        self.fitted(&format!("{DANGER}error{DANGER:#}: {message}"));
        if let Some(help) = help {
            self.fitted(&format!("  {STRONG}help{STRONG:#}: {help}"));
        }
    }

    /// Shows a diagnostic that points into a file.
    pub(super) fn diagnostic(&mut self, diagnostic: &dyn Diagnostic) {
        let theme =
            if self.err_color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(self.console.width.clamp(40, 120))
            .with_links(false)
            .with_context_lines(1);
        let mut text = String::new();
        if handler.render_report(&mut text, diagnostic).is_err() {
            text = diagnostic.to_string();
        }
        // The next one stands apart.
        self.line(&format!("{}\n", text.trim_end()));
    }

    /// Whether there is somebody to ask.
    #[must_use]
    pub(super) fn can_ask(&self) -> bool {
        self.console.in_is_terminal
    }

    /// Asks, and gives the answer without white space around it; none at the end of input.
    ///
    /// # Errors
    ///
    /// When the answer cannot be read.
    pub(super) async fn ask(&mut self, question: &str) -> io::Result<Option<String>> {
        self.question(question)?;
        let line = self.console.input.line().await?;
        // An answer ends with its own line; the end of input and Ctrl-C leave the cursor behind the question.
        self.left.asking = line.is_none();
        Ok(line.map(|line| line.trim().to_owned()))
    }

    /// Asks for what must not be seen, and gives the answer as it was typed; none at the end of input.
    ///
    /// # Errors
    ///
    /// As [`Ui::ask`].
    pub(super) async fn ask_hidden(&mut self, question: &str) -> io::Result<Option<String>> {
        self.question(question)?;
        // Nothing is echoed, not even the end of the line.
        let line = self.console.input.hidden().await?;
        self.left.asking = false;
        self.console.err.write_all(b"\n")?;
        Ok(line)
    }

    /// All of standard input that is left, up to so many bytes.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub(super) async fn rest_of_input(&mut self, most: u64) -> io::Result<Vec<u8>> {
        self.console.input.rest(most).await
    }

    fn question(&mut self, question: &str) -> io::Result<()> {
        let question = screen(question, self.err_color);
        self.console.err.write_all(question.as_bytes())?;
        self.console.err.flush()?;
        self.left.asking = true;
        Ok(())
    }

    /// Shows what happens while a plan runs.
    pub(super) fn progress(&mut self, event: &Event<'_>) {
        if self.quiet {
            return;
        }
        if !self.console.err_is_terminal {
            if let Some(line) = progress::line(event) {
                self.fitted(&line);
            }
            return;
        }
        let line = self.spinners.get_or_insert_default().show(event);
        if let Some(line) = line {
            // Taken out for the moment, so that printing can borrow the rest.
            if let Some(spinners) = self.spinners.take() {
                spinners.suspend(|| self.fitted(&line));
                self.spinners = Some(spinners);
            }
        }
    }

    /// The run is over: what still moves goes, before it draws over what is said next.
    pub(super) fn settle(&mut self) {
        self.spinners = None;
    }

    /// A line of talk: on a terminal, as many as fit it.
    fn fitted(&mut self, text: &str) {
        if self.console.err_is_terminal {
            self.line(&fold(text, self.console.width));
        } else {
            self.line(text);
        }
    }

    fn line(&mut self, text: &str) {
        let text = screen(text, self.err_color);
        let start = if std::mem::take(&mut self.left.asking) { "\n" } else { "" };
        // Nobody is left to tell when standard error is closed.
        let _ = writeln!(self.console.err, "{start}{text}");
    }
}
