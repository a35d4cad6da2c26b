//! Laws of going back, on random histories.

use serde_json::{Value, json};

use super::{PATH, reverted, seen};
use crate::app::Lab;
use crate::transactions::oracle::{make, object, operation};
use crate::transactions::{PATH as TRANSACTIONS, append};
use crate::walk::Dice;

fn rounds() -> u64 {
    if std::env::var_os("PALIMPSEST_TEST_LONG").is_some() { 1000 } else { 40 }
}

/// A space with a few things in it.
async fn begin(dice: &mut Dice) -> Lab {
    let lab = Lab::new().await;
    for number in 0..4 {
        let operations = [make(dice, number)];
        lab.post(TRANSACTIONS, &json!({ "operations": operations })).await;
    }
    lab
}

/// Does a few things at once; answers the revision, if they happened and changed anything.
async fn happen(lab: &Lab, dice: &mut Dice) -> Option<u64> {
    let (head, count) = (lab.head().await, dice.below(3));
    let operations: Vec<_> = (0..=count).map(|_| operation(dice)).collect();
    let reply = lab.post(TRANSACTIONS, &json!({ "operations": operations })).await;
    (reply.status == 200 && lab.head().await > head).then(|| reply.revision().unwrap())
}

/// The same, tried a few times.
async fn until_happened(lab: &Lab, dice: &mut Dice) -> Option<u64> {
    for _ in 0..5 {
        let done = happen(lab, dice).await;
        if done.is_some() {
            return done;
        }
    }
    None
}

/// Whether everything was taken back but days.
fn is_whole(told: &Value) -> bool {
    told["left"].as_array().is_none_or(|left| left.iter().all(|one| one["reason"] == "date"))
}

#[tokio::test]
async fn the_last_one_leads_to_what_was_before_and_a_revert_of_it_back_again() {
    let mut done = 0;
    for seed in 0..rounds() {
        let mut dice = Dice(seed);
        let lab = begin(&mut dice).await;
        for _ in 0..6 {
            lab.app.clock.advance(1000);
            let before = seen(&lab).await;
            let Some(revision) = until_happened(&lab, &mut dice).await else { continue };
            let after = seen(&lab).await;
            let told = reverted(&lab, &json!({"revision": revision})).await;
            assert!(is_whole(&told), "seed {seed}: {told}");
            assert_eq!(seen(&lab).await, before, "seed {seed}: {revision}");
            if !told["results"].as_array().unwrap().is_empty() {
                let told = reverted(&lab, &json!({"revision": told["revision"]})).await;
                assert!(told.get("left").is_none(), "seed {seed}: {told}");
            }
            assert_eq!(seen(&lab).await, after, "seed {seed}: {revision} again");
            done += 1;
        }
    }
    assert!(done > 60, "only {done} reverts");
}

/// What others write to the end of pages is in no way of anything.
#[tokio::test]
async fn an_older_one_leaves_what_was_written_elsewhere() {
    let (mut done, mut partly) = (0, 0);
    for seed in 1000..1000 + rounds() {
        let mut dice = Dice(seed);
        let lab = begin(&mut dice).await;
        let Some(revision) = until_happened(&lab, &mut dice).await else { continue };
        happen(&lab, &mut dice).await;
        let mut written = Vec::new();
        for number in 0..5 {
            let operations = [append(&object(number), &format!("written-by-others-{number}"))];
            let reply = lab.post(TRANSACTIONS, &json!({ "operations": operations })).await;
            if reply.status == 200 {
                written.push(number);
            }
        }
        let strict = lab.post(PATH, &json!({"revision": revision, "dryRun": true})).await;
        let told = reverted(&lab, &json!({"revision": revision, "partial": true})).await;
        let conflicts = strict.json()["details"]["conflicts"].as_array().cloned().unwrap_or_default();
        let left = told["left"].as_array().cloned().unwrap_or_default();
        let collided: Vec<_> = left.iter().filter(|one| one["reason"] == "conflict").collect();
        assert_eq!(strict.status, if collided.is_empty() { 200 } else { 409 }, "seed {seed}: {strict:?}");
        assert_eq!(collided.len(), conflicts.len(), "seed {seed}: {left:?}, {conflicts:?}");
        let now = seen(&lab).await;
        for number in written {
            let text = format!("written-by-others-{number}");
            let visible = now.iter().find(|one| one["id"] == object(number).as_str());
            if let Some(visible) = visible {
                assert!(visible.to_string().contains(&text), "seed {seed}: {number} of {revision} lost it");
            }
        }
        done += 1;
        partly += usize::from(!collided.is_empty());
    }
    assert!(done > 20 && partly > 0 && partly < done, "{done} reverts, {partly} of them partly");
}
