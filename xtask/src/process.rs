//! Child processes: their output is passed on line by line while it is read, and they end at a deadline.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::output::say;

/// How often a silent child is looked at.
const LOOK: Duration = Duration::from_millis(50);
/// How long a child may take to end after it was asked to, before it is made to.
const GRACE: Duration = Duration::from_secs(15);
/// How long a child's output may stay open after its end; longer, and something that left its group lives on.
const DRAIN: Duration = Duration::from_secs(2);

/// When all work has to be over.
#[derive(Clone, Copy)]
pub(crate) struct Deadline(Instant);

impl Deadline {
    /// So long from now.
    pub(crate) fn after(span: Duration) -> Deadline {
        Deadline(Instant::now() + span)
    }

    fn is_over(self) -> bool {
        Instant::now() >= self.0
    }
}

/// One line of a child's output, and whether it came over standard output.
pub(crate) struct Line {
    /// Without its line end.
    pub(crate) text: String,
    /// False: standard error.
    pub(crate) from_stdout: bool,
}

/// Runs a child to its end, prints its lines and shows each to `see`. True when it ended well and in time. What it
/// leaves running in its group ends with it.
pub(crate) fn run(command: &mut Command, deadline: Deadline, mut see: impl FnMut(&Line)) -> Result<bool> {
    let name = name(command);
    if deadline.is_over() {
        say(format!("{name}: not started, the time is over"));
        return Ok(false);
    }
    // A group of its own, so that at the deadline its own children end too.
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let mut child = command.spawn().with_context(|| format!("cannot start {name}"))?;
    let (lines, received) = mpsc::channel();
    if let (Some(out), Some(err)) = (child.stdout.take(), child.stderr.take()) {
        read_lines(out, true, lines.clone());
        read_lines(err, false, lines);
    }
    let mut asked: Option<Instant> = None;
    let mut ended: Option<(ExitStatus, Instant)> = None;
    loop {
        match received.recv_timeout(LOOK) {
            Ok(line) => {
                say(&line.text);
                see(&line);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) if ended.is_some() => break,
            Err(RecvTimeoutError::Disconnected) => thread::sleep(LOOK),
        }
        if ended.is_none()
            && let Some(status) = child.try_wait()?
        {
            ended = Some((status, Instant::now()));
            signal(child.id(), "KILL"); // a suite that died may have left its server running
        }
        match (ended, asked) {
            (None, None) if deadline.is_over() => {
                say(format!("{name}: the time is over, ending it"));
                // Asked first: the test runner keeps its tests in groups of their own, which only it can end.
                signal(child.id(), "TERM");
                asked = Some(Instant::now());
            }
            (None, Some(at)) if at.elapsed() > GRACE => signal(child.id(), "KILL"),
            (Some((_, at)), _) if at.elapsed() > DRAIN => {
                say(format!("{name}: something it started is still running"));
                return Ok(false);
            }
            _ => {}
        }
    }
    Ok(asked.is_none() && ended.is_some_and(|(status, _)| status.success()))
}

/// [`run`], for a child of which only its success matters.
pub(crate) fn must(command: &mut Command, deadline: Deadline) -> Result<()> {
    if !run(command, deadline, |_| {})? {
        bail!("{} failed", name(command));
    }
    Ok(())
}

fn name(command: &Command) -> String {
    let path = Path::new(command.get_program());
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

fn read_lines(from: impl Read + Send + 'static, from_stdout: bool, to: Sender<Line>) {
    thread::spawn(move || {
        let mut from = BufReader::new(from);
        let mut bytes = Vec::new();
        while from.read_until(b'\n', &mut bytes).is_ok_and(|n| n > 0) {
            let text = String::from_utf8_lossy(&bytes).trim_end_matches(['\n', '\r']).to_owned();
            if to.send(Line { text, from_stdout }).is_err() {
                break;
            }
            bytes.clear();
        }
    });
}

/// Signals a whole process group, through the shell: the standard library cannot, and every system has a shell.
fn signal(group: u32, name: &str) {
    let mut kill = Command::new("sh");
    kill.args(["-c", "kill -s \"$0\" -- \"-$1\"", name, &group.to_string()]).stderr(Stdio::null());
    if let Err(error) = kill.status() {
        say(format!("cannot signal process group {group}: {error}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    fn soon() -> Deadline {
        Deadline::after(Duration::from_secs(30))
    }

    #[test]
    fn lines_of_both_streams_are_seen_and_the_end_is_told() -> Result<()> {
        let mut seen = Vec::new();
        let well = run(&mut sh("echo one; echo two >&2; printf three; exit 3"), soon(), |line| {
            seen.push((line.text.clone(), line.from_stdout));
        })?;
        seen.sort();
        assert!(!well);
        assert_eq!(seen, [("one".into(), true), ("three".into(), true), ("two".into(), false)]);
        assert!(run(&mut sh("true"), soon(), |_| {})?);
        Ok(())
    }

    #[test]
    fn at_the_deadline_a_child_ends_with_its_children() -> Result<()> {
        let started = Instant::now();
        let deadline = Deadline::after(Duration::from_millis(300));
        assert!(!run(&mut sh("sleep 600 & sleep 600"), deadline, |_| {})?);
        assert!(!run(&mut sh("true"), deadline, |_| {})?, "started after the deadline");
        assert!(started.elapsed() < GRACE);
        Ok(())
    }

    #[test]
    fn what_a_child_says_when_it_is_ended_is_still_seen() -> Result<()> {
        let mut said = String::new();
        let script = "trap 'echo 3 passed; exit' TERM; sleep 600 & wait";
        let deadline = Deadline::after(Duration::from_millis(300));
        assert!(!run(&mut sh(script), deadline, |line| said.clone_from(&line.text))?, "even if it exits well");
        assert_eq!(said, "3 passed");
        Ok(())
    }

    #[test]
    fn what_a_child_leaves_running_ends_with_it() -> Result<()> {
        let mut left = String::new();
        assert!(run(&mut sh("sleep 600 & echo $!"), soon(), |line| left.clone_from(&line.text))?);
        // It was told to end; when it is gone (or a zombie that nobody has waited for) is for the system to say.
        let ended = || {
            let status = std::fs::read_to_string(format!("/proc/{left}/status")).unwrap_or_default();
            status.is_empty() || status.contains("State:\tZ")
        };
        let asked = std::time::Instant::now();
        while !ended() {
            assert!(asked.elapsed() < Duration::from_secs(20), "the child's child goes on");
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    #[test]
    fn what_escapes_from_its_group_is_a_failure() -> Result<()> {
        assert!(!run(&mut sh("setsid sleep 5 & sleep 0.2"), soon(), |_| {})?);
        Ok(())
    }
}
