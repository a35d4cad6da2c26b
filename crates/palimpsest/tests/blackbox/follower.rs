//! Somebody who follows the changes of a space by pages, across every loss of the connection and of the server.

use std::io::Result;

use crate::http::Client;

/// Where it is. It has seen every revision up to that once, in order, or it fails.
#[derive(Default)]
pub(crate) struct Follower {
    log: Option<String>,
    pub(crate) seen: i64,
}

impl Follower {
    /// Waits for changes until the server goes away.
    pub(crate) fn follow(&mut self, client: &mut Client) {
        while self.turn(client, 10).is_ok() {}
    }

    /// Goes on to the present.
    pub(crate) fn catch_up(&mut self, client: &mut Client) {
        while self.turn(client, 0).unwrap() {}
    }

    /// Takes a page; whether there is more already.
    fn turn(&mut self, client: &mut Client, wait: u64) -> Result<bool> {
        let since = self.log.as_ref().map(|log| format!("&since={log}.{}", self.seen)).unwrap_or_default();
        let reply = client.send("GET", &format!("/changes?limit=20&wait={wait}{since}"), None)?;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let page = reply.json();
        let log = page["log"].as_str().unwrap();
        assert_eq!(self.log.get_or_insert_with(|| log.to_owned()), log, "the log is another one");
        for change in page["changes"].as_array().unwrap() {
            assert_eq!(change["revision"], self.seen + 1, "after {}", self.seen);
            self.seen += 1;
        }
        assert_eq!(page["revision"], self.seen);
        Ok(page["hasMore"] == true)
    }
}
