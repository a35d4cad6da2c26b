//! Receivers that fail: pauses that grow, an end after three days, and going on where it stood.

use palimpsest_engine::Next;
use palimpsest_model::Revision;
use serde_json::{Value, json};

use super::receiver::{Answer, Wired};
use crate::wire::page;

const HOUR: i64 = 60 * 60 * 1000;

impl Wired {
    fn now(&self) -> i64 {
        self.lab.app.engine.now().0
    }

    /// How long the webhook waits after this step.
    async fn pause(&self, hook: &str) -> i64 {
        let next = self.run(hook).await;
        let Next::At(at) = next else { panic!("{next:?}") };
        at.0 - self.now()
    }
}

#[tokio::test]
async fn a_failure_is_tried_again_after_a_pause_that_grows() {
    let wired = Wired::new().await;
    let hook = wired.hook(json!({})).await;
    wired.receiver.always(Answer::Status(500));
    wired.lab.make(page("a")).await;
    wired.lab.make(page("b")).await;
    let mut least = 5_000;
    for attempt in 1..=14_usize {
        let pause = wired.pause(&hook).await;
        assert!((least..=HOUR).contains(&pause) && pause <= least * 3 / 2, "{attempt}: {pause}");
        assert_eq!(wired.receiver.got().len(), attempt);
        wired.lab.app.clock.advance(pause - 1);
        assert_eq!(wired.pause(&hook).await, 1, "it is not tried before its time");
        assert_eq!(wired.receiver.got().len(), attempt);
        wired.lab.app.clock.advance(1);
        least = (least * 2).min(HOUR * 2 / 3);
    }
    let got = wired.receiver.got();
    assert!(got.iter().all(|message| message.id == got[0].id), "the same message under the same name");
    let shown = wired.shown(&hook).await;
    assert_eq!((&shown["failures"], &shown["state"]), (&json!(14), &json!("active")));
    assert_eq!(shown["lastError"]["message"], "The receiver answered with status 500");
    wired.receiver.always(Answer::Status(200));
    wired.run(&hook).await;
    let expected: Vec<_> = std::iter::repeat_n(2, 15).chain([3]).collect();
    assert_eq!(wired.receiver.revisions(), expected, "what comes after waits for it");
    let shown = wired.shown(&hook).await;
    assert_eq!(
        (&shown["failures"], &shown["lastError"], &shown["nextAttemptAt"]),
        (&json!(0), &json!(null), &json!(null))
    );
    let log = wired.deliveries(&hook).await;
    let told: Vec<_> =
        log.iter().map(|one| (one["revision"].as_u64().unwrap(), one["attempt"].as_u64().unwrap())).collect();
    let expected: Vec<_> = std::iter::once((3, 1)).chain((1..=15).rev().map(|attempt| (2, attempt))).collect();
    assert_eq!(told, expected);
    assert!(log.iter().map(|one| &one["delivered"]).eq([true, true].iter().chain(&[false; 14])));
}

#[tokio::test]
async fn a_receiver_says_when_to_come_back_within_bounds() {
    let wired = Wired::new().await;
    let hook = wired.hook(json!({})).await;
    wired.lab.make(page("a")).await;
    let cases =
        [("600", 600_000, 600_000), ("1", 10_000, 15_000), ("999999999999", HOUR, HOUR), ("soon", 40_000, 60_000)];
    for (text, least, most) in cases {
        wired.receiver.then(Answer::Later(503, text));
        let pause = wired.pause(&hook).await;
        assert!((least..=most).contains(&pause), "{text}: {pause}");
        wired.lab.app.clock.advance(pause);
    }
    wired.run(&hook).await;
    assert_eq!(wired.shown(&hook).await["failures"], 0);
}

#[tokio::test]
async fn whatever_is_no_success_is_a_failure() {
    for answer in [Answer::Status(199), Answer::Status(301), Answer::Status(404), Answer::Fails("no way there")] {
        let wired = Wired::new().await;
        let hook = wired.hook(json!({})).await;
        wired.lab.make(page("a")).await;
        wired.receiver.then(answer);
        wired.pause(&hook).await;
        assert_eq!(wired.shown(&hook).await["revision"], 1);
    }
    for status in [200, 202, 204, 299] {
        let wired = Wired::new().await;
        let hook = wired.hook(json!({})).await;
        wired.lab.make(page("a")).await;
        wired.receiver.then(Answer::Status(status));
        assert_eq!(wired.run(&hook).await, Next::After(Revision(2)));
    }
}

#[tokio::test]
async fn after_three_days_it_is_paused_and_goes_on_where_it_stood() {
    let wired = Wired::new().await;
    let hook = wired.hook(json!({})).await;
    for title in ["a", "b", "c"] {
        wired.lab.make(page(title)).await;
    }
    wired.receiver.then(Answer::Status(200));
    wired.receiver.always(Answer::Fails("no way there"));
    let begun = wired.now();
    while let Next::At(at) = wired.run(&hook).await {
        assert!(wired.now() - begun < 72 * HOUR, "it goes on for ever");
        wired.lab.app.clock.advance(at.0 - wired.now());
    }
    assert!((72 * HOUR..74 * HOUR).contains(&(wired.now() - begun)));
    let shown = wired.shown(&hook).await;
    assert_eq!((&shown["state"], &shown["revision"]), (&json!("paused"), &json!(2)));
    assert_eq!(shown["pausedBecause"], "Nothing could be delivered for 3 days");
    let sent = wired.receiver.got().len();
    wired.lab.app.clock.advance(1000 * HOUR);
    assert_eq!(wired.run(&hook).await, Next::Never);
    assert_eq!(wired.receiver.got().len(), sent, "nothing is sent while it is paused");
    wired.receiver.always(Answer::Status(200));
    let resumed = wired.patch(&hook, "paused", json!(false)).await;
    assert_eq!((&resumed["state"], &resumed["pausedBecause"]), (&json!("active"), &Value::Null));
    assert_eq!(wired.run(&hook).await, Next::After(Revision(4)));
    assert_eq!(wired.receiver.revisions()[sent..], [3, 4]);
}

#[tokio::test]
async fn a_receiver_that_is_gone_pauses_it() {
    let wired = Wired::new().await;
    let hook = wired.hook(json!({})).await;
    wired.lab.make(page("a")).await;
    wired.receiver.then(Answer::Status(410));
    assert_eq!(wired.run(&hook).await, Next::Never);
    assert_eq!(wired.shown(&hook).await["pausedBecause"], "The receiver is gone (status 410)");
    wired.patch(&hook, "paused", json!(false)).await;
    wired.run(&hook).await;
    assert_eq!(wired.receiver.revisions(), [2, 2]);
}

#[tokio::test]
async fn one_that_fails_holds_up_no_other_and_a_new_address_is_tried_at_once() {
    let wired = Wired::new().await;
    let (fails, works) = (wired.hook(json!({})).await, wired.hook(json!({})).await);
    wired.lab.make(page("a")).await;
    wired.receiver.then(Answer::Status(500));
    wired.pause(&fails).await;
    assert_eq!(wired.run(&works).await, Next::After(Revision(2)));
    wired.patch(&fails, "url", json!("https://example.com/other")).await;
    assert_eq!(wired.run(&fails).await, Next::After(Revision(2)));
    assert_eq!(wired.receiver.got().last().unwrap().url, "https://example.com/other");
}

#[tokio::test]
async fn a_filter_that_passes_over_what_failed_ends_the_failure() {
    let wired = Wired::new().await;
    let hook = wired.hook(json!({})).await;
    wired.lab.make(page("a")).await;
    wired.receiver.then(Answer::Status(500));
    let pause = wired.pause(&hook).await;
    wired.patch(&hook, "kinds", json!(["deleted"])).await;
    wired.lab.app.clock.advance(pause);
    assert_eq!(wired.run(&hook).await, Next::After(Revision(2)));
    let shown = wired.shown(&hook).await;
    assert_eq!(
        (&shown["failures"], &shown["nextAttemptAt"], &shown["lastError"]),
        (&json!(0), &json!(null), &json!(null))
    );
}

#[tokio::test]
async fn the_last_hundred_attempts_are_kept() {
    let wired = Wired::new().await;
    let hook = wired.hook(json!({})).await;
    for _ in 0..105 {
        wired.lab.post("/webhooks/test", &json!({"id": hook})).await.ok();
    }
    let kept = wired.deliveries(&hook).await;
    let sent: Vec<_> = wired.receiver.got().into_iter().rev().take(100).map(|message| json!(message.id)).collect();
    assert_eq!(kept.into_iter().map(|one| one["id"].clone()).collect::<Vec<_>>(), sent);
}
