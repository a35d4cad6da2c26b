//! Whose turn it is when there is more to do than processors: who reads waits for nothing but one, who writes waits for the disk and
//! for the group anyway. So the threads that write step back a little behind those that answer.

/// How far: about a third of the time when both want all of it.
#[cfg(target_os = "linux")]
const STEP: i32 = 5;

/// Has the running thread step back. Where that cannot be done it goes on as before.
#[cfg(target_os = "linux")]
pub(crate) fn step_back() {
    // Linux gives each thread a priority of its own.
    let thread = rustix::thread::gettid();
    if let Err(error) = rustix::process::setpriority_process(Some(thread), STEP) {
        tracing::debug!(%error, "a thread that writes has the priority of those that read");
    }
}

/// Elsewhere all threads are alike.
#[cfg(not(target_os = "linux"))]
pub(crate) fn step_back() {}
