//! Connections: accepted within a limit, with time limits on headers and on answers that nobody reads, ended gracefully.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;

use axum::body::Body;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::stopping::Stopping;
use crate::timer::OneTimer;
use crate::unread::Unread;
use crate::{Limits, Routers};

/// Serves on a listener until `stop` is done; then no connection is accepted any more, and what is in flight is
/// finished within the limit.
pub async fn serve(listener: TcpListener, routers: Routers, limits: Limits, stop: impl Future<Output = ()>) {
    let (stops, stopping) = watch::channel(false);
    let connections = Connections {
        served: Arc::new(Semaphore::new(limits.connections)),
        refused: Arc::new(Semaphore::new(limits.refusals)),
        graceful: GracefulShutdown::new(),
        stopping: Stopping::told_by(stopping),
        routers,
        limits,
    };
    tokio::pin!(stop);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => connections.take(stream),
                Err(error) => {
                    // Out of descriptors, for example: wait for some connections to end instead of spinning.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                }
            },
            () = &mut stop => break,
        }
    }
    drop(listener);
    // Whoever waits for changes is answered, so that what is in flight can end.
    stops.send_replace(true);
    if tokio::time::timeout(connections.limits.shutdown_time, connections.graceful.shutdown()).await.is_err() {
        tracing::warn!("connections that did not end in time were closed");
    }
}

struct Connections {
    served: Arc<Semaphore>,
    refused: Arc<Semaphore>,
    graceful: GracefulShutdown,
    stopping: Stopping,
    routers: Routers,
    limits: Limits,
}

impl Connections {
    fn take(&self, stream: TcpStream) {
        // Answers are small and whole: waiting to fill a packet only delays them.
        let _ = stream.set_nodelay(true);
        if let Ok(permit) = Arc::clone(&self.served).try_acquire_owned() {
            self.serve(stream, permit);
        } else if let Ok(permit) = Arc::clone(&self.refused).try_acquire_owned() {
            self.refuse(stream, permit);
        }
    }

    fn serve(&self, stream: TcpStream, permit: OwnedSemaphorePermit) {
        let (router, stopping) = (self.routers.served.clone(), self.stopping.clone());
        let service = service_fn(move |request: Request<Incoming>| {
            let answer = router.answer_until(request, &stopping);
            async move { Ok::<_, Infallible>(answer.await) }
        });
        let stream = TokioIo::new(Unread::new(stream, self.limits.write_time));
        let connection = self.http().serve_connection(stream, service);
        let connection = self.graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(permit);
        });
    }

    fn refuse(&self, stream: TcpStream, permit: OwnedSemaphorePermit) {
        let router = self.routers.refused.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let answer = router.answer(request.map(Body::new));
            async move { Ok::<_, Infallible>(answer.await) }
        });
        let connection = self.http().keep_alive(false).serve_connection(TokioIo::new(stream), service);
        let limit = self.limits.header_time;
        tokio::spawn(async move {
            let _ = tokio::time::timeout(limit, connection).await;
            drop(permit);
        });
    }

    /// What one connection speaks.
    fn http(&self) -> http1::Builder {
        let mut http = http1::Builder::new();
        http.timer(OneTimer::default()).header_read_timeout(self.limits.header_time);
        http
    }
}
