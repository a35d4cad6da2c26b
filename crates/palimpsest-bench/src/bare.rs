//! The floor under HTTP: an axum server that answers one static body of 2 KB, and 304 where a condition is sent.

use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::routing::get;
use fastrand::Rng;
use http::header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, StatusCode};

use crate::connection::Response;
use crate::load::{Drive, Prepared, Worker};
use crate::process::Server;

/// As many bytes as half of the objects have.
const BODY: &[u8] = &[b'x'; 2048];
const TAG: &str = "\"0123456789abcdef.1-0123456789abcdefghijkl\"";

/// Serves until it is ended; its address goes to standard output.
pub(crate) async fn serve() -> Result<()> {
    let answer = |headers: HeaderMap| async move {
        let status = if headers.contains_key(IF_NONE_MATCH) { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
        let body = if status == StatusCode::OK { BODY } else { &[] };
        (status, [(CONTENT_TYPE, "application/json"), (ETAG, TAG)], body)
    };
    let router = Router::new().route("/object", get(answer));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    crate::table::say(&listener.local_addr()?.to_string());
    axum::serve(listener, router).await?;
    Ok(())
}

/// The same as a child process.
pub(crate) struct Bare {
    pub(crate) server: Server,
    address: SocketAddr,
}

impl Bare {
    pub(crate) fn start() -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut server = Server::start(command.arg("bare").stdout(Stdio::piped()).stdin(Stdio::null()))?;
        let address = server.first_line()?.parse().context("the address of the bare server")?;
        Ok(Self { server, address })
    }

    pub(crate) fn drive(&self, warm_up: Duration, time: Duration) -> Drive {
        Drive { address: self.address, common: Rc::from("Authorization: Bearer none\r\n"), warm_up, time }
    }
}

/// One connection that asks it, with a condition or without.
pub(crate) struct Asking {
    pub(crate) condition: bool,
}

impl Worker for Asking {
    fn next(&mut self, _: &mut Rng, to: &mut Prepared) {
        to.begin("GET", "/object?id=01890a5d-ac96-774b-bcce-b302099a8057");
        if self.condition {
            to.headers.push_str("If-None-Match: ");
            to.headers.push_str(TAG);
            to.headers.push_str("\r\n");
        }
    }

    fn seen(&mut self, response: &Response<'_>) -> bool {
        response.status == if self.condition { 304 } else { 200 }
    }
}
