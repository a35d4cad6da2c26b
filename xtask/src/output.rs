//! Where words go: standard output, and a reader that hung up (`| head`) is no reason to fail.

/// Prints one line.
#[cfg(not(test))]
pub(crate) fn say(line: impl AsRef<str>) {
    use std::io::Write as _;

    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{}", line.as_ref());
    let _ = out.flush();
}

/// Prints one line where the test runner keeps it: results of children must not look like those of our own tests.
#[cfg(test)]
pub(crate) fn say(line: impl AsRef<str>) {
    eprintln!("{}", line.as_ref());
}
