//! The calls: make, list, change, remove, test, and what became of deliveries.

use palimpsest_model::{Path, Problem, SpaceId, StructureId, WebhookId};
use palimpsest_store::{ChangeKind, Registry, SigningSecret, Webhook};
use serde::Serialize;
use tokio::sync::watch;

use super::body::{DeliveryBody, ListBody, WebhookBody};
use super::{ENDED, KEPT, MOST, sign};
use crate::access::Access;
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::lists::Page;
use crate::world::Fresh;

/// A webhook to be made; it begins with what comes after now.
#[derive(Clone, Debug)]
pub struct CreateWebhook {
    /// Where it sends to.
    pub url: String,
    /// Only changes of objects of these structures.
    pub structures: Option<Vec<StructureId>>,
    /// Only changes of these kinds.
    pub kinds: Option<Vec<ChangeKind>>,
    /// Whether objects are sent along.
    pub include_objects: bool,
}

/// What changes of a webhook; nothing where it stays.
#[derive(Clone, Debug)]
pub struct UpdateWebhook {
    /// Which.
    pub id: WebhookId,
    /// Where it sends to.
    pub url: Option<String>,
    /// Only changes of objects of these structures, or of any.
    pub structures: Option<Option<Vec<StructureId>>>,
    /// Only changes of these kinds, or of any.
    pub kinds: Option<Option<Vec<ChangeKind>>>,
    /// Whether objects are sent along.
    pub include_objects: Option<bool>,
    /// Whether it sends nothing.
    pub paused: Option<bool>,
}

#[derive(Serialize)]
struct MadeBody {
    id: WebhookId,
    secret: String,
}

impl Engine {
    /// POST /webhooks.
    pub async fn create_webhook(&self, access: &Access, create: CreateWebhook) -> Result<Page, Error> {
        let now = self.now();
        let id = WebhookId(Fresh::draw(&*self.ids, now).uuid());
        let secret = SigningSecret(self.ids.random().to_vec());
        let made = MadeBody { id, secret: sign::show(&secret) };
        let (space, token) = (access.space, access.token);
        let put = move |registry: &mut Registry<'_>| {
            let row = registry.spaces()?.into_iter().find(|row| row.id == space);
            let row = row.ok_or(palimpsest_store::StoreError::NoSuchSpace)?;
            if registry.webhooks()?.iter().filter(|webhook| webhook.space == space).count() >= MOST {
                return Err(Error::new(Code::InvalidInput, format!("The space has {MOST} webhooks; it takes no more")));
            }
            registry.put_webhook(&Webhook {
                id,
                space,
                token,
                created_at: now,
                url: create.url.clone(),
                structures: create.structures.clone(),
                kinds: create.kinds.clone(),
                include_objects: create.include_objects,
                secret: secret.clone(),
                log: row.log,
                cursor: row.revision,
                paused: None,
                failures: 0,
                failing_since: None,
                next_attempt: None,
                last_error: None,
                last_error_at: None,
                lease: None,
            })?;
            Ok(())
        };
        self.store.administer(put).await??;
        self.webhooks_changed();
        self.page_of(access, &made).await
    }

    /// GET /webhooks: those of the space, the oldest first.
    pub async fn list_webhooks(&self, access: &Access) -> Result<Page, Error> {
        let space = access.space;
        let mut webhooks = self.webhooks().await?;
        webhooks.retain(|webhook| webhook.space == space);
        self.page_of(access, &ListBody { results: webhooks.into_iter().map(WebhookBody::from).collect() }).await
    }

    /// PATCH /webhooks.
    pub async fn update_webhook(&self, access: &Access, update: UpdateWebhook) -> Result<Page, Error> {
        let (space, now) = (access.space, self.now());
        let put = move |registry: &mut Registry<'_>| {
            let mut webhook = find(registry, update.id, space)?;
            if let Some(url) = &update.url {
                webhook.url.clone_from(url);
                webhook.next_attempt = None;
            }
            if let Some(structures) = &update.structures {
                webhook.structures.clone_from(structures);
            }
            if let Some(kinds) = &update.kinds {
                webhook.kinds.clone_from(kinds);
            }
            webhook.include_objects = update.include_objects.unwrap_or(webhook.include_objects);
            match update.paused {
                Some(true) if webhook.paused.is_none() => webhook.paused = Some("On request".to_owned()),
                Some(false) => {
                    if !super::deliver::is_in_force(registry, &webhook, now)? {
                        return Err(Problem::new(Path::keys(&["paused"]), ENDED).into());
                    }
                    webhook.paused = None;
                    (webhook.failures, webhook.failing_since, webhook.next_attempt) = (0, None, None);
                }
                _ => {}
            }
            registry.put_webhook(&webhook)?;
            Ok::<_, Error>(webhook)
        };
        let webhook = self.store.administer(put).await?;
        let webhook = self.judged(access, webhook).await?;
        self.webhooks_changed();
        self.page_of(access, &WebhookBody::from(webhook)).await
    }

    /// DELETE /webhooks; answers the head.
    pub async fn delete_webhook(&self, access: &Access, id: WebhookId) -> Result<palimpsest_model::Revision, Error> {
        let space = access.space;
        let remove = move |registry: &mut Registry<'_>| {
            find(registry, id, space)?;
            registry.remove_webhook(id)?;
            Ok::<_, Error>(())
        };
        let removed = self.store.administer(remove).await?;
        self.judged(access, removed).await?;
        self.webhooks_changed();
        self.head(access).await
    }

    /// GET /webhooks/deliveries: the last first.
    pub async fn list_deliveries(&self, access: &Access, id: WebhookId) -> Result<Page, Error> {
        let space = access.space;
        let look = move |registry: &mut Registry<'_>| {
            find(registry, id, space)?;
            Ok::<_, Error>(registry.deliveries(id, KEPT)?)
        };
        let deliveries = self.store.administer(look).await?;
        let deliveries = self.judged(access, deliveries).await?;
        self.page_of(access, &ListBody { results: deliveries.into_iter().map(DeliveryBody::from).collect() }).await
    }

    /// POST /webhooks/test: sends something now; answers what became of it.
    pub async fn test_webhook(&self, access: &Access, id: WebhookId) -> Result<Page, Error> {
        let space = access.space;
        let found = self.store.administer(move |registry| find(registry, id, space)).await?;
        let webhook = self.judged(access, found).await?;
        let delivery = self.deliver_test(&webhook).await?;
        self.page_of(access, &DeliveryBody::from(delivery)).await
    }

    /// Tells of each change that a call makes to webhooks. Other processes make changes too, of which nothing tells.
    #[must_use]
    pub fn webhook_changes(&self) -> watch::Receiver<()> {
        self.webhook_changes.subscribe()
    }

    pub(super) async fn webhooks(&self) -> Result<Vec<Webhook>, Error> {
        self.store.administer(|registry| registry.webhooks().map_err(Error::from)).await?
    }

    fn webhooks_changed(&self) {
        self.webhook_changes.send_replace(());
    }
}

/// A webhook of a space.
fn find(registry: &mut Registry<'_>, id: WebhookId, space: SpaceId) -> Result<Webhook, Error> {
    let found = registry.webhook(id)?.filter(|webhook| webhook.space == space);
    found.ok_or_else(|| Error::not_found("Webhook"))
}
