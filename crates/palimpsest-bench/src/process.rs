//! A server as a child process, and what it costs, as the kernel counts it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command};

use anyhow::{Context as _, Result};

/// A child that is ended when it is dropped.
pub(crate) struct Server(Child);

/// What a process has used since it began.
#[derive(Clone, Copy, Default)]
pub(crate) struct Used {
    /// Processor time in microseconds.
    pub(crate) cpu: f64,
    /// Bytes it had written to disk.
    pub(crate) written: f64,
    /// The most memory it had resident, in MiB.
    pub(crate) memory: f64,
    /// The memory it has resident now, in MiB.
    pub(crate) resident: f64,
}

impl Server {
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        Ok(Self(command.spawn().with_context(|| format!("cannot start {name}"))?))
    }

    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.0
    }

    /// The first line it says.
    pub(crate) fn first_line(&mut self) -> Result<String> {
        let out = self.0.stdout.take().context("no standard output")?;
        let line = BufReader::new(out).lines().next().context("the server ended")??;
        Ok(line)
    }

    pub(crate) fn used(&self) -> Result<Used> {
        let folder = format!("/proc/{}", self.0.id());
        let read = |name: &str| fs::read_to_string(format!("{folder}/{name}")).with_context(|| name.to_owned());
        // Of /proc/PID/stat, what comes behind the name: fields 14 and 15 are ticks of a hundredth of a second.
        let stat = read("stat")?;
        let behind = stat.rsplit(')').next().unwrap_or_default();
        let ticks: f64 = behind.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
        let number = |text: &str, name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
            line.split_whitespace().find_map(|word| word.parse::<f64>().ok()).unwrap_or_default()
        };
        Ok(Used {
            cpu: ticks * 10_000.0,
            written: number(&read("io")?, "write_bytes:"),
            memory: number(&read("status")?, "VmHWM:") / 1024.0,
            resident: number(&read("status")?, "VmRSS:") / 1024.0,
        })
    }

    /// Asks it to end, as an operator would, and waits.
    pub(crate) fn stop(&mut self) -> Result<()> {
        Command::new("kill").arg(self.0.id().to_string()).status()?;
        self.0.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended already, or there is nothing more to be done.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// How many bytes the files of a folder have.
pub(crate) fn size_of(folder: &Path) -> Result<u64> {
    let mut size = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let is_folder = entry.file_type()?.is_dir();
        size += if is_folder { size_of(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(size)
}
