//! Writes in a queue: what is sent when.

use std::future::IntoFuture;

use palimpsest_client::{Append, Call, Client, DailyAppend, ObjectId, ObjectView, Uuid};

use crate::held::Held;

fn object(number: u128) -> ObjectId {
    ObjectId(Uuid::from_u128(number))
}

fn say(client: &Client, number: u128, text: &str) -> Call<ObjectView> {
    client.append(object(number), &Append::markdown(text))
}

#[tokio::test]
async fn writes_to_one_object_follow_each_other_and_those_to_others_do_not_wait() {
    let server = Held::new().await;
    let client = server.client().queued(9);
    let [first, second, third] = ["a1", "a2", "a3"].map(|text| say(&client, 1, text).into_future());
    let other = say(&client, 2, "b1").into_future();
    server.until(2).await;
    let mut heard = server.heard();
    heard.sort();
    assert_eq!(heard, ["a1", "b1"], "a2 and a3 wait for a1");
    server.answer("a1").await;
    first.await.unwrap();
    server.until(3).await;
    server.answer("a2").await;
    server.until(4).await;
    assert_eq!(server.heard()[2..], ["a2", "a3"]);
    for text in ["a3", "b1"] {
        server.answer(text).await;
    }
    // Whoever looks at the last one first waits for nobody who looks at the others.
    third.await.unwrap();
    second.await.unwrap();
    other.await.unwrap();
}

#[tokio::test]
async fn no_more_are_under_way_than_there_are_workers() {
    let server = Held::new().await;
    let client = server.client().queued(2);
    let calls = ["a", "b", "c"].into_iter().zip(1..).map(|(text, number)| say(&client, number, text).into_future());
    let calls: Vec<_> = calls.collect();
    server.until(2).await;
    let read = tokio::spawn(client.object(object(9)).into_future());
    server.until(3).await;
    assert!(!server.heard().contains(&"c".to_owned()), "{:?}: only the read did not wait", server.heard());
    server.answer("a").await;
    server.until(4).await;
    server.answer("b").await;
    server.answer("c").await;
    for call in calls {
        call.await.unwrap();
    }
    read.abort();
}

#[tokio::test]
async fn a_call_that_is_dropped_while_it_waits_is_never_sent() {
    let server = Held::new().await;
    let client = server.client().queued(9);
    let [first, second, third] = ["a1", "a2", "a3"].map(|text| say(&client, 1, text).into_future());
    server.until(1).await;
    drop(second);
    server.answer("a1").await;
    first.await.unwrap();
    server.until(2).await;
    server.answer("a3").await;
    third.await.unwrap();
    assert_eq!(server.heard(), ["a1", "a3"]);
}

#[tokio::test]
async fn a_call_that_is_dropped_under_way_is_not_overtaken() {
    let server = Held::new().await;
    let client = server.client().queued(9);
    let first = say(&client, 1, "a1").into_future();
    server.until(1).await;
    drop(first);
    let second = say(&client, 1, "a2").into_future();
    let other = say(&client, 2, "b1").into_future();
    server.until(2).await;
    assert_eq!(server.heard(), ["a1", "b1"]);
    server.answer("a1").await;
    server.until(3).await;
    for text in ["a2", "b1"] {
        server.answer(text).await;
    }
    second.await.unwrap();
    other.await.unwrap();
}

#[tokio::test]
async fn a_transaction_waits_for_all_its_objects_and_daily_notes_for_each_other() {
    let server = Held::new().await;
    let client = server.client().queued(9);
    let first = say(&client, 1, "a1").into_future();
    let transaction = client.transaction().then(say(&client, 1, "x")).then(say(&client, 2, "y"));
    let transaction = transaction.commit().as_json().into_future();
    let second = say(&client, 2, "b1").into_future();
    let notes = ["n1", "n2"].map(|text| client.append_to_daily_note(&DailyAppend::markdown(text)).into_future());
    server.until(2).await;
    let mut heard = server.heard();
    heard.sort();
    assert_eq!(heard, ["a1", "n1"]);
    server.answer("n1").await;
    server.until(3).await;
    server.answer("a1").await;
    server.until(4).await;
    assert_eq!(server.heard()[2..], ["n2", "POST /transactions"]);
    server.answer("POST /transactions").await;
    server.until(5).await;
    for text in ["n2", "b1"] {
        server.answer(text).await;
    }
    first.await.unwrap();
    transaction.await.unwrap();
    second.await.unwrap();
    for note in notes {
        note.await.unwrap();
    }
}

#[tokio::test]
async fn an_update_holds_its_object_from_reading_to_writing() {
    let server = Held::new().await;
    let client = server.client().queued(9);
    let updating = client.clone();
    let update = tokio::spawn(async move {
        updating.update_with(object(1), |_| palimpsest_client::ObjectChanges::new().title("t")).await.unwrap();
    });
    server.until(1).await;
    let append = say(&client, 1, "a1").into_future();
    let read = server.heard()[0].clone();
    server.answer(&read).await;
    server.until(2).await;
    assert_eq!(server.heard()[1], "PATCH /object", "the append waits, although it was asked for in between");
    server.answer("PATCH /object").await;
    server.until(3).await;
    server.answer("a1").await;
    append.await.unwrap();
    update.await.unwrap();
}
