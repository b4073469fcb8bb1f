//! The program that runs the emulator, corrected: a Python program of several files, embedded here and written where
//! it runs.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::create_private;
use super::error::SandboxError;

/// A file of the program: its path and what it holds.
macro_rules! file {
    ($path:literal) => {
        ($path, include_str!(concat!("launch/", $path)))
    };
}

pub(super) const FILES: &[(&str, &str)] = &[
    file!("__main__.py"),
    file!("corrections/__init__.py"),
    file!("corrections/acm.py"),
    file!("corrections/cloudformation.py"),
    file!("corrections/common.py"),
    file!("corrections/ec2.py"),
    file!("corrections/ecr.py"),
    file!("corrections/efs.py"),
    file!("corrections/elb.py"),
    file!("corrections/events.py"),
    file!("corrections/iam.py"),
    file!("corrections/interfaces.py"),
    file!("corrections/lambda_.py"),
    file!("corrections/listeners.py"),
    file!("corrections/load_balancers.py"),
    file!("corrections/logs.py"),
    file!("corrections/secretsmanager.py"),
];

/// Writes the program into the sandbox's folder `dir`, in the place of another version's; gives the folder that Python
/// is to run.
pub(super) fn write(dir: &Path) -> Result<PathBuf, SandboxError> {
    let program = dir.join("launch");
    match fs::remove_dir_all(&program) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(SandboxError::file("remove", &program)(error));
        }
        _ => {}
    }
    for (path, text) in FILES {
        let path = program.join(path);
        create_private(path.parent().unwrap_or(&program))?;
        fs::write(&path, text).map_err(SandboxError::file("write", &path))?;
    }
    Ok(program)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::{FILES, fs};

    #[test]
    fn every_file_of_the_program_is_embedded() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sandbox/launch");
        let names = |folder: &str| {
            let entries = fs::read_dir(source.join(folder)).unwrap();
            let names = entries.map(|entry| format!("{folder}{}", entry.unwrap().file_name().display()));
            names.filter(|name| Path::new(name).extension().is_some_and(|it| it == "py")).collect()
        };
        let mut there: BTreeSet<String> = names("");
        there.extend::<BTreeSet<String>>(names("corrections/"));
        let embedded: BTreeSet<String> = FILES.iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(there, embedded);
    }
}
