//! The command line beside a server and without one.

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use crate::server::{palimpsest, wait_for};

/// Runs a command on a folder.
pub(crate) fn run(data: &Path, arguments: &[&str]) -> Output {
    run_with(data, arguments, &[])
}

/// The same with variables in its environment.
pub(crate) fn run_with(data: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = palimpsest();
    command.args(arguments).arg("--data").arg(data).envs(environment.iter().copied()).stdin(Stdio::null());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // What it prints fits into the pipes: nobody has to read before it ends.
    wait_for(&format!("the end of {arguments:?}"), Duration::from_secs(30), || child.try_wait().unwrap());
    child.wait_with_output().unwrap()
}

/// Runs a command that has to succeed; the last line it printed.
pub(crate) fn must(data: &Path, arguments: &[&str]) -> String {
    let output = run(data, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().last().unwrap_or_default().to_owned()
}
