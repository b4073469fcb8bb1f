//! What happens while a plan runs: moving lines on a terminal, plain ones elsewhere.

use std::collections::BTreeMap;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::style::{self, ADDED, DANGER, FAINT};
use crate::apply::{Event, Outcome};
use crate::kind::view::StepView;
use crate::model::escape::Line;
use crate::model::{Address, size};

/// The line for an event that stays on the screen, if it has one.
#[must_use]
pub fn line(event: &Event<'_>) -> Option<String> {
    match event {
        Event::Started(_) | Event::Stopping(0) => None,
        Event::Stopping(running) => Some(format!(
            "stopping: nothing new begins; waiting for the calls of {}",
            size::count(*running, "step")
        )),
        Event::Calling(view, call) => Some(format!("{} {FAINT}{call}{FAINT:#}", name(view))),
        Event::Waiting(view, what) => {
            Some(format!("{} {FAINT}waits for {}{FAINT:#}", name(view), Line(what)))
        }
        Event::Ended(view, outcome) => Some(match outcome {
            Outcome::Changed => format!("{} {ADDED}done{ADDED:#}", name(view)),
            Outcome::AlreadySo => format!("{} is already so", name(view)),
            // Why, and what to do, is said when all is over.
            Outcome::Failed(_) | Outcome::Panicked => format!("{} {DANGER}failed{DANGER:#}", name(view)),
            Outcome::Stopped(what) => format!("{} stopped waiting for {}", name(view), Line(what)),
            Outcome::Left { because, begun } => {
                let how = if *begun { "was not finished" } else { "was not begun" };
                let needs = because.as_ref().map(|it| format!(": it needs {}", Line(&it.to_string())));
                format!("{} {how}{}", name(view), needs.unwrap_or_default())
            }
        }),
    }
}

fn name(view: &StepView) -> String {
    let color = style::of(view.verb);
    format!("{color}{} {}{color:#} {}", style::glyph(view.verb), view.verb, Line(&view.address.to_string()))
}

/// What tells steps apart: an entry and what it was before may have one address.
type Key = (Address, String);

fn key(view: &StepView) -> Key {
    (view.address.clone(), view.name.clone())
}

/// Moving lines on standard error: one for each step that runs.
pub struct Spinners {
    all: MultiProgress,
    running: BTreeMap<Key, ProgressBar>,
}

impl Spinners {
    /// Draws on standard error.
    #[must_use]
    pub fn new() -> Self {
        Self { all: MultiProgress::with_draw_target(ProgressDrawTarget::stderr()), running: BTreeMap::new() }
    }

    /// Shows an event. The line that stays is given back for whoever owns the stream to print above the
    /// moving ones, within [`Spinners::suspend`].
    pub fn show(&mut self, event: &Event<'_>) -> Option<String> {
        match event {
            Event::Started(view) => {
                let spinner = self.all.add(ProgressBar::new_spinner().with_message(name(view)));
                // Cut off at the edge: of a line that wraps, the first half would stay behind.
                // The template is a constant, and a bad one only costs its looks.
                if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {wide_msg}") {
                    spinner.set_style(style);
                }
                spinner.enable_steady_tick(Duration::from_millis(100));
                self.running.insert(key(view), spinner);
                None
            }
            Event::Calling(view, _) | Event::Waiting(view, _) => {
                if let (Some(spinner), Some(line)) = (self.running.get(&key(view)), line(event)) {
                    spinner.set_message(line);
                }
                None
            }
            Event::Stopping(_) => line(event),
            Event::Ended(view, _) => {
                if let Some(spinner) = self.running.remove(&key(view)) {
                    spinner.finish_and_clear();
                }
                line(event)
            }
        }
    }

    /// Runs `print` with the moving lines out of the way.
    pub fn suspend(&self, print: impl FnOnce()) {
        self.all.suspend(print);
    }
}

/// A step that was stopped between two of its calls never ends, and its line would go on moving.
impl Drop for Spinners {
    fn drop(&mut self) {
        for spinner in self.running.values() {
            spinner.finish_and_clear();
        }
    }
}

impl Default for Spinners {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::view::Verb;
    use crate::render::tests::fixture::repository;

    #[test]
    fn nothing_moves_once_they_are_gone() {
        let view = repository(Verb::Create, "site", 1);
        let mut spinners = Spinners::new();
        let _ = spinners.show(&Event::Started(&view));
        let spinner = spinners.running[&key(&view)].clone();
        assert!(!spinner.is_finished());
        drop(spinners);
        assert!(spinner.is_finished());
    }
}
