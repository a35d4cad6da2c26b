//! A disk that loses power or fails, played by the library in `conformance/powercut` under `LD_PRELOAD`.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The disk beneath a data folder.
pub(crate) struct FailingDisk {
    environment: Vec<(&'static str, OsString)>,
    arm: PathBuf,
    mirror: PathBuf,
}

impl FailingDisk {
    /// Beneath this folder, sound so far.
    pub(crate) fn beneath(data: &Path) -> Self {
        let (arm, mirror) = (data.with_extension("arm"), data.with_extension("mirror"));
        let environment = vec![
            ("LD_PRELOAD", library().into()),
            ("POWERCUT_DIR", data.into()),
            ("POWERCUT_MIRROR", mirror.clone().into()),
        ];
        Self { environment, arm, mirror }
    }

    /// What it would hold if the power went now.
    pub(crate) fn after_power_cut(&self) -> &Path {
        assert!(self.mirror.join("palimpsest.db").exists(), "the library was not loaded");
        &self.mirror
    }

    /// Fails so, counted from when it is armed.
    pub(crate) fn failing(mut self, how: &str) -> Self {
        self.environment.extend([("POWERCUT_FAIL", how.into()), ("POWERCUT_ARM", self.arm.clone().into())]);
        self
    }

    /// Switches a guard of the server off as well.
    #[cfg(feature = "faults")]
    pub(crate) fn without(mut self, guard: &str) -> Self {
        self.environment.push(("PALIMPSEST_FAULTS", guard.into()));
        self
    }

    /// The server makes checkpoints early, so that what fails may meet one. Only a build with faults does.
    pub(crate) fn checkpointing_often(mut self) -> Self {
        self.environment.push(("PALIMPSEST_FAULTS", "short-log".into()));
        self
    }

    /// What the server has to be started with.
    pub(crate) fn environment(&self) -> impl Iterator<Item = (&'static str, OsString)> {
        self.environment.clone().into_iter()
    }

    /// From now on it counts.
    pub(crate) fn arm(&self) {
        File::create(&self.arm).unwrap();
    }
}

/// The library: the one that `PALIMPSEST_TEST_POWERCUT` names, else one built here.
fn library() -> PathBuf {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    let given = || std::env::var_os("PALIMPSEST_TEST_POWERCUT").map(PathBuf::from);
    LIBRARY.get_or_init(|| given().unwrap_or_else(build)).clone()
}

fn build() -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/powercut/powercut.c");
    let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join("libpowercut.so");
    // Other test processes may be at it too, or run on what is there: each builds beside it and puts it in place whole.
    let fresh = library.with_extension(std::process::id().to_string());
    let mut cc = Command::new("cc");
    cc.args(["-O2", "-shared", "-fPIC", "-o"]).arg(&fresh).arg(source).args(["-ldl", "-lpthread"]);
    assert!(cc.status().unwrap().success());
    std::fs::rename(fresh, &library).unwrap();
    library
}
