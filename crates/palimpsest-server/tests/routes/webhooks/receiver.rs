//! A receiver that answers by a script and keeps what it was sent.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use palimpsest_engine::{Message, Next, Post, Posted, Posting, WebhookHolder};
use palimpsest_model::{WebhookId, parse_uuid};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::app::{App, Lab};
use crate::wire::id;

/// What the receiver does next.
#[derive(Clone)]
pub(crate) enum Answer {
    Status(u16),
    /// A status with `Retry-After`.
    Later(u16, &'static str),
    /// No answer: why not.
    Fails(&'static str),
    /// Nothing until the gate is opened; then a status.
    Waits(Arc<Semaphore>, u16),
}

#[derive(Clone, Default)]
pub(crate) struct Receiver {
    got: Arc<Mutex<Vec<Message>>>,
    script: Arc<Mutex<VecDeque<Answer>>>,
    usual: Arc<Mutex<Option<Answer>>>,
}

impl Receiver {
    /// Answers so once, after what was scripted before.
    pub(crate) fn then(&self, answer: Answer) {
        self.script.lock().unwrap().push_back(answer);
    }

    /// Answers so from now on, whenever nothing is scripted.
    pub(crate) fn always(&self, answer: Answer) {
        *self.usual.lock().unwrap() = Some(answer);
    }

    pub(crate) fn got(&self) -> Vec<Message> {
        self.got.lock().unwrap().clone()
    }

    /// The bodies of what was sent.
    pub(crate) fn bodies(&self) -> Vec<Value> {
        self.got().iter().map(|message| serde_json::from_slice(&message.body).unwrap()).collect()
    }

    /// The revisions that were told of.
    pub(crate) fn revisions(&self) -> Vec<u64> {
        self.bodies().iter().map(|body| body["data"]["revision"].as_u64().unwrap()).collect()
    }
}

impl Post for Receiver {
    fn post(&self, message: Message) -> Posting<'_> {
        self.got.lock().unwrap().push(message);
        let scripted = self.script.lock().unwrap().pop_front();
        let answer = scripted.or_else(|| self.usual.lock().unwrap().clone()).unwrap_or(Answer::Status(200));
        Box::pin(async move {
            let (status, retry_after) = match answer {
                Answer::Status(status) => (status, None),
                Answer::Later(status, text) => (status, Some(text.to_owned())),
                Answer::Fails(why) => return Err(why.to_owned()),
                Answer::Waits(gate, status) => {
                    gate.acquire().await.unwrap().forget();
                    (status, None)
                }
            };
            Ok(Posted { status, retry_after })
        })
    }
}

/// A lab with a receiver.
pub(crate) struct Wired {
    pub(crate) lab: Lab,
    pub(crate) receiver: Receiver,
    pub(crate) holder: WebhookHolder,
}

impl Wired {
    pub(crate) async fn new() -> Self {
        let receiver = Receiver::default();
        let lab = Lab::in_app(App::posting(receiver.clone())).await;
        let holder = lab.app.engine.webhook_holder();
        Self { lab, receiver, holder }
    }

    /// Makes a webhook with these members.
    pub(crate) async fn hook(&self, mut with: Value) -> String {
        with["url"] = json!("https://example.org/hook");
        id(&self.lab.post("/webhooks", &with).await.ok())
    }

    /// Takes steps until there is something to wait for.
    pub(crate) async fn run(&self, hook: &str) -> Next {
        self.run_as(hook, self.holder).await
    }

    pub(crate) async fn run_as(&self, hook: &str, holder: WebhookHolder) -> Next {
        loop {
            match self.lab.app.engine.deliver(named(hook), holder).await.unwrap() {
                Next::Now => {}
                next => return next,
            }
        }
    }

    /// A webhook as the list shows it.
    pub(crate) async fn shown(&self, hook: &str) -> Value {
        let list = self.lab.get("/webhooks").await.ok();
        list["results"].as_array().unwrap().iter().find(|webhook| id(webhook) == hook).unwrap().clone()
    }

    pub(crate) async fn deliveries(&self, hook: &str) -> Vec<Value> {
        let list = self.lab.get(&format!("/webhooks/deliveries?id={hook}")).await.ok();
        list["results"].as_array().unwrap().clone()
    }

    pub(crate) async fn patch(&self, hook: &str, member: &str, value: Value) -> Value {
        self.lab.patch("/webhooks", &json!({"id": hook, member: value})).await.ok()
    }
}

pub(crate) fn named(hook: &str) -> WebhookId {
    WebhookId(parse_uuid(hook).unwrap())
}
