//! Exit codes: the one table, for the code and for people.

use std::process::ExitCode;

/// How a command ended. The number is the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// In sync, or done.
    Done = 0,
    /// It failed.
    Failed = 1,
    /// Changes are pending.
    Pending = 2,
    /// A guard refuses part of it.
    Refused = 3,
    /// Something could not be read, so the answer is incomplete.
    Incomplete = 4,
    /// The world moved since the plan.
    Moved = 5,
    /// Partly applied: run again.
    Partly = 6,
    /// The command line is wrong.
    Usage = 64,
    /// The manifest is invalid.
    Invalid = 65,
    /// Stopped by SIGINT.
    Interrupted = 130,
    /// Stopped by SIGTERM or SIGHUP.
    Terminated = 143,
}

/// Every exit code with its meaning, worst first: where several hold, the first of them is taken.
pub const TABLE: &[(Exit, &str)] = &[
    (Exit::Interrupted, "stopped by SIGINT (Ctrl-C)"),
    (Exit::Terminated, "stopped by SIGTERM or SIGHUP"),
    (Exit::Usage, "the command line is wrong"),
    (Exit::Failed, "it failed; a wrong account or region is this too"),
    (Exit::Invalid, "the manifest is invalid"),
    (Exit::Moved, "the world moved since the plan, so nothing more was written where it had"),
    (Exit::Partly, "partly applied: run again"),
    (Exit::Incomplete, "something could not be read, so the answer is incomplete"),
    (Exit::Refused, "a guard refuses part of it"),
    (Exit::Pending, "changes are pending (drift; output; plan --exit-code)"),
    (Exit::Done, "in sync, or done"),
];

impl Exit {
    /// The worse of two.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let rank = |exit| TABLE.iter().position(|(listed, _)| *listed == exit);
        if rank(other) < rank(self) { other } else { self }
    }

    /// The number.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The table as the help shows it.
    #[must_use]
    pub fn help() -> String {
        let mut rows: Vec<_> = TABLE.iter().collect();
        rows.sort_by_key(|(exit, _)| exit.code());
        let rows: Vec<_> =
            rows.iter().map(|(exit, meaning)| format!("  {:>3}  {meaning}", exit.code())).collect();
        format!("Exit codes:\n{}", rows.join("\n"))
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_wins() {
        use Exit::{Done, Failed, Incomplete, Invalid, Moved, Partly, Pending, Refused};
        let order = [Failed, Invalid, Moved, Partly, Incomplete, Refused, Pending, Done];
        for (at, worse) in order.iter().enumerate() {
            for better in &order[at..] {
                assert_eq!(worse.or(*better), *worse);
                assert_eq!(better.or(*worse), *worse);
            }
        }
    }
}
