//! The server as a process: started on a folder, killed or stopped by its process id, its log kept beside the folder.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::http::Client;

/// How long a start may take on a machine that is busy with other tests.
const START: Duration = Duration::from_secs(60);

/// The binary, with nothing of the surroundings that would change what it does.
pub(crate) fn palimpsest() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_palimpsest"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PALIMPSEST_") {
            command.env_remove(name);
        }
    }
    // These clients ask as often as they can.
    command.env("PALIMPSEST_RATE_LIMITS", "off");
    command
}

/// Asks until there is an answer.
pub(crate) fn wait_for<T>(what: &str, bound: Duration, mut ask: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begun.elapsed() < bound, "{what}: not within {bound:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A running server.
pub(crate) struct Server {
    child: Child,
    log: PathBuf,
    /// Where its part of the log begins.
    begins: usize,
    lines: Receiver<String>,
    address: SocketAddr,
}

impl Server {
    /// Starts on a folder and waits until it listens.
    pub(crate) fn start(data: &Path) -> Self {
        Self::start_with(data, [] as [(&str, &str); 0])
    }

    /// The same with variables in its environment.
    pub(crate) fn start_with<K, V>(data: &Path, environment: impl IntoIterator<Item = (K, V)>) -> Self
    where
        K: AsRef<OsStr>,
        V: AsRef<OsStr>,
    {
        Self::start_saying(data, &[], environment)
    }

    /// The same with more arguments.
    pub(crate) fn start_saying<K, V>(
        data: &Path,
        arguments: &[&str],
        environment: impl IntoIterator<Item = (K, V)>,
    ) -> Self
    where
        K: AsRef<OsStr>,
        V: AsRef<OsStr>,
    {
        let log = data.with_extension("log");
        let begins = std::fs::read(&log).map_or(0, |log| log.len());
        let mut child = palimpsest()
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(arguments)
            .envs(environment)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(OpenOptions::new().create(true).append(true).open(&log).unwrap())
            .spawn()
            .unwrap();
        let lines = read_lines(&mut child);
        let mut server = Self { child, log, begins, lines, address: SocketAddr::from(([0; 4], 0)) };
        server.address = server.line("address http://").parse().unwrap();
        server
    }

    /// Starts on an empty folder; also the token it makes there.
    pub(crate) fn start_first(data: &Path) -> (Self, String) {
        Self::start_first_with(data, [] as [(&str, &str); 0])
    }

    /// The same with variables in its environment.
    pub(crate) fn start_first_with<K, V>(data: &Path, environment: impl IntoIterator<Item = (K, V)>) -> (Self, String)
    where
        K: AsRef<OsStr>,
        V: AsRef<OsStr>,
    {
        let server = Self::start_with(data, environment);
        let token = server.line("token ");
        (server, token)
    }

    pub(crate) fn client(&self, token: &str) -> Client {
        Client::new(self.address, token)
    }

    /// Where it is.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Whether it says that writes are accepted.
    pub(crate) fn is_ready(&self) -> bool {
        Client::new(self.address, "").send("GET", "/health/ready", None).is_ok_and(|reply| reply.status == 200)
    }

    /// Whether connections are accepted.
    pub(crate) fn listens(&self) -> bool {
        TcpStream::connect(self.address).is_ok()
    }

    /// Whether its log holds this.
    pub(crate) fn says(&self, words: &str) -> bool {
        std::fs::read_to_string(&self.log).unwrap()[self.begins..].contains(words)
    }

    /// Ends it as `kill -9` does. A server that has ended by itself has crashed.
    pub(crate) fn kill(mut self) {
        assert!(self.child.try_wait().unwrap().is_none(), "the server ended by itself");
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop.
    pub(crate) fn terminate(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("sh").args(["-c", "kill -TERM \"$0\"", &pid]).status().unwrap().success());
    }

    /// Waits until it has ended by itself.
    pub(crate) fn ended(&mut self, bound: Duration) -> ExitStatus {
        let child = &mut self.child;
        wait_for("the server's end", bound, || child.try_wait().unwrap())
    }

    /// Stops it in good order.
    pub(crate) fn stop(mut self) {
        self.terminate();
        assert!(self.ended(Duration::from_secs(20)).success());
    }

    /// The rest of the next line it prints, which begins so.
    fn line(&self, beginning: &str) -> String {
        let line = self.lines.recv_timeout(START).unwrap_or_else(|_| panic!("no line `{beginning}…` was printed"));
        line.strip_prefix(beginning).unwrap_or_else(|| panic!("`{beginning}…` was expected, not `{line}`")).to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let lines: Vec<_> = BufReader::new(File::open(&self.log).unwrap()).lines().map_while(Result::ok).collect();
            eprintln!("the end of {}:\n{}", self.log.display(), lines[lines.len().saturating_sub(40)..].join("\n"));
        }
    }
}

/// Reads what the process prints as long as it lives, so that it never waits for a reader.
fn read_lines(child: &mut Child) -> Receiver<String> {
    let (lines, received) = channel();
    let output = child.stdout.take().unwrap();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if lines.send(line).is_err() {
                return;
            }
        }
    });
    received
}
