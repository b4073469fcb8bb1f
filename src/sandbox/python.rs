//! Finding a Python that can run the emulator.

use std::path::{Path, PathBuf};

use super::error::SandboxError;
use super::tools::Tools;

/// The oldest Python that the emulators support.
const OLDEST: (u32, u32) = (3, 10);

/// `python3` first, because it is the one that the user means; the others for machines where that
/// one is old.
const NAMES: [&str; 6] = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10"];

/// A Python on `PATH` that is new enough.
///
/// # Errors
/// When there is none: the error tells what was found instead.
pub(super) async fn find(tools: &Tools) -> Result<PathBuf, SandboxError> {
    let mut found = Vec::new();
    for name in NAMES {
        let Some(program) = tools.find(name) else {
            continue;
        };
        let version = tools.evaluate(&program, "import platform; print(platform.python_version())").await;
        match version {
            Some(version) if is_new_enough(&version) => return Ok(program),
            Some(version) => found.push(format!("{name} is {version}")),
            // The stand-ins of version managers answer like this for versions that are not there.
            None => found.push(format!("{name} does not run")),
        }
    }
    let found = if found.is_empty() { "there is no python3 on PATH".to_owned() } else { found.join(", ") };
    Err(SandboxError::NoPython { found })
}

fn is_new_enough(version: &str) -> bool {
    let mut numbers = version.split('.').map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= OLDEST,
        _ => false,
    }
}

/// The Python behind a command that somebody installed, if its package is of the release asked for;
/// said when not.
pub(super) async fn behind(
    package: &str,
    release: &str,
    tools: &Tools,
    say: &mut dyn FnMut(&str),
) -> Option<PathBuf> {
    let command = tools.find(package)?;
    let code = format!("from importlib.metadata import version; print(version('{package}'))");
    let found = match interpreter(&command, tools) {
        Some(python) => match tools.evaluate(&python, &code).await {
            Some(version) if version == release => return Some(python),
            Some(version) => format!("it is {version}"),
            None => format!("{} cannot import it", python.display()),
        },
        None => "it does not name its Python".to_owned(),
    };
    say(&format!("{} is passed over: {found}, and {release} is needed", command.display()));
    None
}

/// The program that a script's first line names.
fn interpreter(script: &Path, tools: &Tools) -> Option<PathBuf> {
    let bytes = std::fs::read(script).ok()?;
    let line = std::str::from_utf8(bytes.strip_prefix(b"#!")?.split(|&byte| byte == b'\n').next()?).ok()?;
    let mut words = line.split_whitespace();
    let program = Path::new(words.next()?);
    if program.ends_with("bin/env") { tools.find(words.next()?) } else { Some(program.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::is_new_enough;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(is_new_enough("3.10.0"));
        assert!(is_new_enough("3.14.0rc1"));
        assert!(is_new_enough("4.0"));
        assert!(!is_new_enough("3.9.18"));
        assert!(!is_new_enough("2.7.18"));
        assert!(!is_new_enough("no such version"));
    }
}
