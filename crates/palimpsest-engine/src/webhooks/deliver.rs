//! One step of a delivery: take the lease, look for the next change, send it, write down what became of it.

use std::sync::Arc;

use palimpsest_model::{Revision, SpaceId, Timestamp, WebhookId};
use palimpsest_store::{Delivery, Lease, LogEntry, Registry, Snapshot, StoreError, Webhook};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::backoff::{LONGEST, PATIENCE, pause, read_retry_after};
use super::filter::passes;
use super::{ENDED, FRESH, KEPT, LEASE, arrived, sign};
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::feed::{Change, ListChanges, Position};
use crate::world::{Fresh, Message, Posted};

/// Who delivers: one process, as long as it runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WebhookHolder(Uuid);

/// What comes after a step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// Another step, at once.
    Now,
    /// Another step once the head of the space is beyond this revision.
    After(Revision),
    /// Another step at this time.
    At(Timestamp),
    /// Nothing until the webhook is changed: it is paused, or gone.
    Never,
}

/// How many entries are looked through at once.
const BATCH: usize = 64;

/// What the lease allows.
enum Taken {
    Work(Box<Webhook>),
    Wait(Next),
}

#[derive(Serialize)]
struct Body<'c> {
    r#type: &'static str,
    data: &'c Change,
}

impl Engine {
    /// A name for a process that delivers.
    #[must_use]
    pub fn webhook_holder(&self) -> WebhookHolder {
        WebhookHolder(Fresh::draw(&*self.ids, self.now()).uuid())
    }

    /// The webhooks that are not paused, with their spaces.
    pub async fn active_webhooks(&self) -> Result<Vec<(WebhookId, SpaceId)>, Error> {
        let active = self.webhooks().await?.into_iter().filter(|webhook| webhook.paused.is_none());
        Ok(active.map(|webhook| (webhook.id, webhook.space)).collect())
    }

    /// Takes one step of the deliveries of a webhook, at most one of them.
    pub async fn deliver(&self, id: WebhookId, holder: WebhookHolder) -> Result<Next, Error> {
        let now = self.now();
        let taken = self.store.administer(move |registry| take(registry, id, holder, now)).await??;
        let webhook = match taken {
            Taken::Work(webhook) => webhook,
            Taken::Wait(next) => return Ok(next),
        };
        match self.next_change(&webhook).await {
            Ok((passed, None)) => {
                let settle = move |webhook: &mut Webhook| pass(webhook, passed);
                self.settle(id, holder, settle, None).await
            }
            Ok((_, Some(change))) => {
                let body = Body { r#type: "change", data: &change };
                let body = serde_json::to_vec(&body).unwrap_or_default();
                let message = name(&webhook, change.revision);
                let (delivery, posted) = self.send(&webhook, message, Some(change.revision), body).await;
                let settled = delivery.clone();
                let chance = self.ids.random();
                let settle = move |webhook: &mut Webhook| note(webhook, &settled, posted.as_ref(), chance);
                self.settle(id, holder, settle, Some(delivery)).await
            }
            Err(error) if matches!(error.code, Code::RevisionCompacted | Code::RevisionUnknown) => {
                let why = "The log does not reach back to its cursor: make another one, and read all objects again";
                self.settle(id, holder, move |webhook| webhook.paused = Some(why.to_owned()), None).await
            }
            Err(error) => Err(error),
        }
    }

    /// Gives up the lease, so that another process need not wait for its end.
    pub async fn release_webhook(&self, id: WebhookId, holder: WebhookHolder) -> Result<(), Error> {
        let release = move |registry: &mut Registry<'_>| {
            if let Some(webhook) = registry.webhook(id)?.filter(|webhook| is_held(webhook, holder)) {
                registry.put_webhook(&Webhook { lease: None, ..webhook })?;
            }
            Ok::<_, Error>(())
        };
        self.store.administer(release).await?
    }

    /// Sends what no change is, and writes it down; the cursor stays.
    pub(super) async fn deliver_test(&self, webhook: &Webhook) -> Result<Delivery, Error> {
        let now = self.now();
        let asked = webhook.clone();
        let is_in_force = self.store.administer(move |registry| is_in_force(registry, &asked, now)).await??;
        let message = format!("msg_test_{}", Fresh::draw(&*self.ids, now).uuid().simple());
        let delivery = if is_in_force {
            let body = json!({"type": "test", "data": {"webhookId": webhook.id}}).to_string().into_bytes();
            self.send(webhook, message, None, body).await.0
        } else {
            let error = Some(ENDED.to_owned());
            Delivery { message, revision: None, attempt: 1, at: now, status: None, error }
        };
        let (id, kept) = (webhook.id, delivery.clone());
        let keep = move |registry: &mut Registry<'_>| registry.put_delivery(id, &kept, KEPT).map_err(Error::from);
        self.store.administer(keep).await??;
        Ok(delivery)
    }

    /// The revision up to which nothing passes the filter, and the first change that does.
    async fn next_change(&self, webhook: &Webhook) -> Result<(Revision, Option<Change>), Error> {
        let since = Position { log: Some(webhook.log), revision: webhook.cursor };
        let asked = webhook.clone();
        let look = move |snapshot: &mut Snapshot<'_>| {
            let (row, mut last) = (snapshot.row(), since.check(&snapshot.row())?);
            while last < row.revision {
                let entries = snapshot.entries(last, BATCH)?;
                crate::feed::check_gapless(last, &entries)?;
                match entries.iter().find(|entry| passes(&asked, entry)) {
                    Some(LogEntry { revision, .. }) => return Ok((Revision(revision.0 - 1), true)),
                    None => last = entries.last().map_or(row.revision, |entry| entry.revision),
                }
            }
            Ok::<_, Error>((last, false))
        };
        let (passed, has_more) = self.store.read(webhook.space, look).await?.value?;
        if !has_more {
            return Ok((passed, None));
        }
        let since = Position { log: Some(webhook.log), revision: passed };
        let ask = ListChanges { since, limit: 1, bytes: usize::MAX, include_objects: webhook.include_objects };
        let page = self.changes_of(webhook.space, ask).await?;
        Ok((passed, page.changes.into_iter().next()))
    }

    async fn send(
        &self,
        webhook: &Webhook,
        message: String,
        revision: Option<Revision>,
        body: Vec<u8>,
    ) -> (Delivery, Option<Posted>) {
        let seconds = self.now().0.div_euclid(1000);
        let signature = sign::sign(&webhook.secret, &message, seconds, &body);
        let posted = match &self.post {
            Some(post) => {
                let (id, timestamp) = (message.clone(), seconds.to_string());
                let post = Arc::clone(post);
                post.post(Message { url: webhook.url.clone(), id, timestamp, signature, body }).await
            }
            None => Err("This server sends nothing".to_owned()),
        };
        let error = match &posted {
            Ok(posted) if (200..300).contains(&posted.status) => None,
            Ok(posted) => Some(format!("The receiver answered with status {}", posted.status)),
            Err(error) => Some(error.clone()),
        };
        let posted = posted.ok();
        let status = posted.as_ref().map(|posted| posted.status);
        let attempt = if revision.is_some() { webhook.failures.saturating_add(1) } else { 1 };
        (Delivery { message, revision, attempt, at: self.now(), status, error }, posted)
    }

    /// Writes down what a step came to, unless another process has taken over meanwhile.
    async fn settle(
        &self,
        id: WebhookId,
        holder: WebhookHolder,
        change: impl Fn(&mut Webhook) + Send + 'static,
        delivery: Option<Delivery>,
    ) -> Result<Next, Error> {
        let now = self.now();
        let settle = move |registry: &mut Registry<'_>| {
            let Some(mut webhook) = registry.webhook(id)? else { return Ok(Next::Never) };
            if !is_held(&webhook, holder) {
                return Ok(Next::Now);
            }
            change(&mut webhook);
            let row = registry.spaces()?.into_iter().find(|row| row.id == webhook.space);
            let end = row.filter(|row| row.log == webhook.log && row.revision == webhook.cursor);
            if let Some(delivery) = &delivery {
                registry.put_delivery(id, delivery, KEPT)?;
            }
            let next = match (&webhook.paused, webhook.next_attempt, end) {
                (Some(_), _, _) => Next::Never,
                (None, Some(at), _) => Next::At(at),
                (None, None, Some(row)) => Next::After(row.revision),
                (None, None, None) => Next::Now,
            };
            let until = Timestamp(now.0 + LEASE);
            webhook.lease = (next == Next::Now).then_some(Lease { holder: holder.0, until });
            registry.put_webhook(&webhook)?;
            Ok::<_, Error>(next)
        };
        self.store.administer(settle).await?
    }
}

/// Whether the token that made a webhook is in force.
pub(super) fn is_in_force(registry: &mut Registry<'_>, webhook: &Webhook, now: Timestamp) -> Result<bool, StoreError> {
    let tokens = registry.tokens()?;
    let token = tokens.iter().find(|token| token.id == webhook.token);
    Ok(token.is_some_and(|token| token.revoked_at.is_none() && token.expires_at.is_none_or(|end| end > now)))
}

/// Takes or renews the lease of a webhook that has something to do now.
fn take(registry: &mut Registry<'_>, id: WebhookId, holder: WebhookHolder, now: Timestamp) -> Result<Taken, Error> {
    let wait = |next| Ok(Taken::Wait(next));
    let Some(webhook) = registry.webhook(id)? else { return wait(Next::Never) };
    if webhook.paused.is_some() {
        return wait(Next::Never);
    }
    if !is_in_force(registry, &webhook, now)? {
        registry.put_webhook(&Webhook { paused: Some(ENDED.to_owned()), lease: None, ..webhook })?;
        return wait(Next::Never);
    }
    // A time further away than any that is given comes of a clock that was moved: it is not waited for.
    let is_ahead = |at: Timestamp, most: i64| at > now && at.0 <= now.0.saturating_add(most);
    if let Some(lease) = webhook.lease.filter(|lease| lease.holder != holder.0 && is_ahead(lease.until, LEASE)) {
        return wait(Next::At(lease.until));
    }
    if let Some(at) = webhook.next_attempt.filter(|at| is_ahead(*at, LONGEST)) {
        return wait(Next::At(at));
    }
    let row = registry.spaces()?.into_iter().find(|row| row.id == webhook.space);
    let Some(row) = row else { return wait(Next::Never) };
    if row.log == webhook.log && row.revision == webhook.cursor {
        if is_held(&webhook, holder) {
            registry.put_webhook(&Webhook { lease: None, ..webhook })?;
        }
        return wait(Next::After(row.revision));
    }
    let until = Timestamp(now.0 + LEASE);
    let is_fresh = |lease: &Lease| lease.holder == holder.0 && (until.0 - FRESH..=until.0).contains(&lease.until.0);
    if !webhook.lease.as_ref().is_some_and(is_fresh) {
        let lease = Some(Lease { holder: holder.0, until });
        registry.put_webhook(&Webhook { lease, ..webhook.clone() })?;
    }
    Ok(Taken::Work(Box::new(webhook)))
}

fn is_held(webhook: &Webhook, holder: WebhookHolder) -> bool {
    webhook.lease.is_some_and(|lease| lease.holder == holder.0)
}

/// The name of a message: the same for the same change, however often it is sent.
fn name(webhook: &Webhook, revision: Revision) -> String {
    format!("msg_{}_{}_{revision}", webhook.id.0.simple(), webhook.log)
}

/// Moves the cursor of a webhook; what failed before is over.
fn pass(webhook: &mut Webhook, revision: Revision) {
    webhook.cursor = webhook.cursor.max(revision);
    (webhook.failures, webhook.failing_since, webhook.next_attempt) = (0, None, None);
    (webhook.last_error, webhook.last_error_at) = (None, None);
}

/// Notes in a webhook what became of a delivery.
fn note(webhook: &mut Webhook, delivery: &Delivery, posted: Option<&Posted>, chance: [u8; 32]) {
    if arrived(delivery) {
        return pass(webhook, delivery.revision.unwrap_or_default());
    }
    let at = delivery.at;
    let since = *webhook.failing_since.get_or_insert(at);
    webhook.failures = webhook.failures.saturating_add(1);
    (webhook.last_error, webhook.last_error_at) = (delivery.error.clone(), Some(at));
    let asked = posted.and_then(|posted| read_retry_after(posted.retry_after.as_deref()?, at));
    webhook.next_attempt = Some(Timestamp(at.0 + pause(webhook.failures, chance, asked)));
    if posted.is_some_and(|posted| posted.status == 410) {
        webhook.paused = Some("The receiver is gone (status 410)".to_owned());
    } else if at.0.saturating_sub(since.0) >= PATIENCE {
        webhook.paused = Some("Nothing could be delivered for 3 days".to_owned());
    }
}
