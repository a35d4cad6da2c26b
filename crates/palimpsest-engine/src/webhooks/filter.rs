//! Which changes a webhook sends.

use palimpsest_store::{LogEntry, ObjectChange, Webhook};

/// Whether a change is sent: any, or one that has an object of one of the structures to which one of the kinds happened.
pub(super) fn passes(webhook: &Webhook, entry: &LogEntry) -> bool {
    if webhook.structures.is_none() && webhook.kinds.is_none() {
        return true;
    }
    let wanted = |change: &ObjectChange| {
        webhook.structures.as_ref().is_none_or(|structures| structures.contains(&change.structure))
            && webhook.kinds.as_ref().is_none_or(|kinds| kinds.contains(&change.kind))
    };
    entry.objects.iter().any(wanted)
}
