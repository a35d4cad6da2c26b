//! The deliverer with its own timers: it wakes when something is written or changed, and stops after what is under way.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;

use super::receiver::{Answer, Wired};
use crate::wire::page;

/// Longer than anything here may take; a test that reaches it has failed.
const PATIENCE: Duration = Duration::from_secs(30);

struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

fn start(wired: &Wired) -> Running {
    let (stop, stopped) = oneshot::channel();
    let stopped = async move { _ = stopped.await.is_ok() };
    Running { stop, task: tokio::spawn(palimpsest_server::deliver(Arc::clone(&wired.lab.app.engine), stopped)) }
}

impl Running {
    async fn stop(self) {
        self.stop.send(()).unwrap();
        tokio::time::timeout(PATIENCE, self.task).await.unwrap().unwrap();
    }
}

async fn arrives(wired: &Wired, revisions: &[u64]) {
    let wait = async {
        while wired.receiver.got().len() < revisions.len() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, wait).await.is_ok(), "only {:?}", wired.receiver.revisions());
    assert_eq!(wired.receiver.revisions(), revisions);
}

#[tokio::test]
async fn what_is_written_is_sent() {
    let wired = Wired::new().await;
    let early = wired.hook(json!({})).await;
    let running = start(&wired);
    wired.lab.make(page("a")).await;
    arrives(&wired, &[2]).await;
    wired.patch(&early, "paused", json!(true)).await;
    wired.hook(json!({})).await;
    wired.lab.make(page("b")).await;
    arrives(&wired, &[2, 3]).await;
    wired.patch(&early, "paused", json!(false)).await;
    arrives(&wired, &[2, 3, 3]).await;
    running.stop().await;
    wired.lab.make(page("c")).await;
    let again = start(&wired);
    arrives(&wired, &[2, 3, 3, 4, 4]).await;
    again.stop().await;
}

#[tokio::test]
async fn it_stops_after_what_is_under_way() {
    let wired = Wired::new().await;
    let hook = wired.hook(json!({})).await;
    let gate = Arc::new(Semaphore::new(0));
    wired.receiver.then(Answer::Waits(Arc::clone(&gate), 200));
    let running = start(&wired);
    wired.lab.make(page("a")).await;
    wired.lab.make(page("b")).await;
    arrives(&wired, &[2]).await;
    running.stop.send(()).unwrap();
    let mut task = running.task;
    assert!(tokio::time::timeout(Duration::from_millis(50), &mut task).await.is_err(), "a delivery is under way");
    gate.add_permits(1);
    tokio::time::timeout(PATIENCE, task).await.unwrap().unwrap();
    assert_eq!(wired.receiver.revisions(), [2], "and nothing more is begun");
    assert_eq!(wired.shown(&hook).await["revision"], 2);
}
