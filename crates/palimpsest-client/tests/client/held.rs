//! A server that answers when the test says so, whatever came in which order.

use std::sync::{Arc, Mutex};

use palimpsest_client::Client;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use crate::scripted::hear;

pub(crate) struct Held {
    base: String,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// The texts of the appends that came, in the order in which they came.
    heard: Mutex<Vec<String>>,
    waiting: Mutex<Vec<(String, TcpStream)>>,
    came: Notify,
}

impl Held {
    pub(crate) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(State::default());
        tokio::spawn(listen(listener, Arc::clone(&state)));
        Self { base, state }
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(&self.base, "t").unwrap()
    }

    pub(crate) fn heard(&self) -> Vec<String> {
        self.state.heard.lock().unwrap().clone()
    }

    /// Waits until so many requests have come.
    pub(crate) async fn until(&self, count: usize) {
        while self.heard().len() < count {
            self.state.came.notified().await;
        }
    }

    /// Answers the request that said this.
    pub(crate) async fn answer(&self, text: &str) {
        let (_, mut stream) = {
            let mut waiting = self.state.waiting.lock().unwrap();
            let index = waiting.iter().position(|(one, _)| one == text).unwrap();
            waiting.remove(index)
        };
        let id = "3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11";
        let body = json!({"id": id, "structureId": "RootPage", "collections": [], "properties": {}}).to_string();
        let head = format!("HTTP/1.1 200 x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
        // Who asked may have left.
        let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
    }
}

async fn listen(listener: TcpListener, state: Arc<State>) {
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        let state = Arc::clone(&state);
        tokio::spawn(async move {
            let heard = hear(&mut stream).await;
            let body: Value = serde_json::from_str(&heard.body).unwrap_or_default();
            let text = body["markdown"].as_str().unwrap_or(&heard.line).to_owned();
            state.waiting.lock().unwrap().push((text.clone(), stream));
            state.heard.lock().unwrap().push(text);
            state.came.notify_one();
        });
    }
}
