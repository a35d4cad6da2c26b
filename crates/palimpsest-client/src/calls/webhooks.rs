//! Where changes are sent to. Palimpsest only.
//!
//! Webhooks are not in the log: their calls take no condition and no key, so a write whose answer is lost is not sent again. Who
//! does not know whether one was made looks at the list.

use palimpsest_model::WebhookId;
use reqwest::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::call::Call;
use crate::client::Client;
use crate::request::Request;
use crate::webhook::{NewWebhook, WebhookChanges, WebhookChangesOf};
use crate::webhook_view::{DeliveryView, MadeWebhook, WebhookView};

const PATH: &str = "/webhooks";

impl Client {
    /// POST /webhooks: has what changes from now on sent to a URL.
    pub fn create_webhook(&self, webhook: &NewWebhook) -> Call<MadeWebhook> {
        Call::new(self, Request::new(Method::POST, PATH).json(webhook).unkeyed())
    }

    /// GET /webhooks: the webhooks of the space, the oldest first.
    pub fn webhooks(&self) -> Call<Vec<WebhookView>> {
        Call::reading(self, Request::new(Method::GET, PATH), results)
    }

    /// PATCH /webhooks: changes, pauses or resumes a webhook.
    pub fn update_webhook(&self, id: WebhookId, changes: &WebhookChanges) -> Call<WebhookView> {
        Call::new(self, Request::new(Method::PATCH, PATH).json(&WebhookChangesOf { id, changes }).unkeyed())
    }

    /// DELETE /webhooks: removes a webhook with the log of its deliveries.
    pub fn delete_webhook(&self, id: WebhookId) -> Call<()> {
        Call::silent(self, Request::new(Method::DELETE, PATH).query("id", id).unkeyed())
    }

    /// POST /webhooks/test: sends a test message once, also for a webhook that is paused, and tells what became of it.
    pub fn test_webhook(&self, id: WebhookId) -> Call<DeliveryView> {
        Call::new(self, Request::new(Method::POST, "/webhooks/test").json(&json!({ "id": id })).unkeyed())
    }

    /// GET /webhooks/deliveries: what became of the last 100 attempts of a webhook, the last first.
    pub fn deliveries(&self, id: WebhookId) -> Call<Vec<DeliveryView>> {
        Call::reading(self, Request::new(Method::GET, "/webhooks/deliveries").query("id", id), results)
    }
}

fn results<T: DeserializeOwned>(body: &[u8]) -> Result<Vec<T>, serde_json::Error> {
    #[derive(Deserialize)]
    struct Body<T> {
        results: Vec<T>,
    }
    serde_json::from_slice(body).map(|Body { results }| results)
}
