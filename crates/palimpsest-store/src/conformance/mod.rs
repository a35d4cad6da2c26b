//! The suite that every backend passes: one check per promise of the contract, run on the in-memory twin and on each real
//! store alike. A backend calls [`conformance!`](crate::conformance!) with a function that opens an empty store.

#![expect(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

mod answers;
mod commits;
mod erasing;
mod files;
mod heads;
mod history;
pub mod keeping;
mod lists;
mod registry;
mod retention;
mod schema;
mod staging;
mod threads;
mod titles;
mod uploads;
mod webhooks;

use std::future::Future;
use std::sync::Arc;

use palimpsest_model::{
    Block, BlockId, BuiltIn, Content, LogId, Object, ObjectId, Revision, Space, SpaceId, State, StructureId,
    TextContent, Timestamp, Token, Value, builtin_structures,
};
use uuid::Uuid;

pub use self::answers::*;
pub use self::commits::*;
pub use self::erasing::*;
pub use self::files::*;
pub use self::heads::*;
pub use self::history::*;
pub use self::lists::*;
pub use self::registry::*;
pub use self::retention::*;
pub use self::schema::*;
pub use self::staging::*;
pub use self::threads::*;
pub use self::titles::*;
pub use self::uploads::*;
pub use self::webhooks::*;
use crate::{Actor, Answer, ChangeKind, Intent, Store, StoreError, Tx};

/// Makes a test of each check, over the store that `$open` gives (anything that derefs to an `Arc<dyn Store>`).
#[macro_export]
macro_rules! conformance {
    ($open:expr) => {
        $crate::conformance!(@ $open;
            a_space_begins_at_revision_1_with_its_schema, a_space_that_is_not_there_is_an_error,
            revisions_are_gapless_and_every_space_has_its_own, what_is_refused_leaves_nothing_and_takes_no_revision,
            what_changes_nothing_takes_no_revision, putting_back_what_was_there_is_no_change,
            a_panic_fails_its_own_closure_alone, a_transaction_sees_what_it_put,
            many_objects_of_one_commit_share_its_revision, trash_restore_and_deletion_are_states_of_one_object,
            time_in_the_log_never_goes_back, entries_tell_who_did_what_to_which_paths,
            structures_and_collections_are_data_in_the_log, a_block_id_belongs_to_one_object_for_ever,
            a_snapshot_sees_one_revision, a_glance_is_a_read, a_short_look_is_a_read, the_head_knows_what_was_committed_before_the_answer,
            a_reader_never_brings_back_the_past, who_waits_for_the_head_is_told_what_is_there,
            random_histories_are_rebuilt_byte_for_byte,
            a_history_is_read_in_pieces, very_many_versions_lead_back_to_the_first,
            structures_are_rebuilt_as_they_stood, one_edited_block_of_a_large_object_costs_little_history,
            the_trash_is_a_list, a_list_tells_when_it_or_a_member_last_changed,
            lists_hold_what_can_be_seen_and_belongs_to_them, paging_misses_and_repeats_nothing_while_others_write,
            a_title_leads_to_what_is_called_so, a_transaction_finds_its_own_titles,
            the_index_of_titles_is_that_of_the_objects,
            what_is_put_on_a_staged_version_is_handed_out_and_changes_nothing,
            what_was_put_before_staging_is_there_after_it, staging_holds_one_object_only,
            tokens_are_put_replaced_and_removed, a_policy_is_of_one_space_and_stays_whatever_is_written,
            a_refused_or_panicking_change_of_the_registry_leaves_nothing, a_removed_space_is_gone_with_its_tokens,
            tokens_of_the_operator_are_kept_apart, a_space_begins_once, a_token_of_several_spaces_loses_one_with_it, a_token_without_a_space_is_refused,
            from_the_horizon_on_everything_is_read_as_before, a_commit_goes_on_where_the_past_is_gone,
            what_was_deleted_below_the_horizon_loses_its_content, a_time_leads_to_its_revision,
            an_erased_object_has_no_content_at_any_revision, an_erased_object_stays_deleted,
            only_what_is_deleted_is_erased,
            an_answer_is_stored_with_its_effect, an_answer_without_an_effect_takes_no_revision,
            what_is_refused_stores_no_answer, of_one_key_there_is_one_effect, answers_go_after_a_day, expired_answers_are_removed_in_steps,
            answers_go_with_their_token_and_their_space, a_structure_can_be_had_as_it_stood,
            what_is_removed_of_the_schema_stays_in_the_past, the_collections_of_a_structure_go_together, properties_are_told_of_after_their_structure,
            a_schema_that_is_put_back_is_no_change, a_policy_is_put_with_a_commit, a_look_through_a_list_misses_nothing,
            webhooks_are_put_replaced_and_removed, of_its_deliveries_a_webhook_keeps_the_last,
            webhooks_go_with_their_token_and_their_space, what_is_refused_leaves_a_webhook_as_it_was,
            a_change_of_a_webhook_moves_no_head,
            uploads_are_put_replaced_and_removed, uploads_go_with_their_token_and_their_space,
            the_secret_of_the_server_is_made_once,
            a_file_is_named_in_any_state, a_file_is_named_until_its_object_is_erased,
            a_file_is_named_until_its_object_is_compacted, a_file_is_named_by_every_object_that_has_it,
            writers_on_many_threads_lose_nothing, a_closed_store_says_so,
        );
    };
    (@ $open:expr; $($check:ident),+ $(,)?) => {
        $(#[test]
        fn $check() {
            let store = $open;
            $crate::conformance::$check(&store);
        })+
    };
}

/// A store with one space in it, and what checks need to work on it.
pub(crate) struct Bench<'s> {
    pub(crate) store: &'s Arc<dyn Store>,
    pub(crate) space: SpaceId,
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let thread = std::thread::current();
    let waker = std::task::Waker::from(Arc::new(Unpark(thread)));
    let mut context = std::task::Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            std::task::Poll::Ready(value) => return value,
            std::task::Poll::Pending => std::thread::park(),
        }
    }
}

struct Unpark(std::thread::Thread);

impl std::task::Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

pub(crate) const NOON: Timestamp = Timestamp(1_795_000_000_000);

pub(crate) fn space_id(number: u128) -> SpaceId {
    SpaceId(Uuid::from_u128(0x5bace << 64 | number))
}

pub(crate) fn object_id(number: u128) -> ObjectId {
    ObjectId(Uuid::from_u128(0x0b1ec7 << 64 | number))
}

pub(crate) fn block_id(number: u128) -> BlockId {
    BlockId(Uuid::from_u128(0xb10c << 64 | number))
}

pub(crate) fn by(name: &str, space: SpaceId, at: Timestamp) -> Intent {
    Intent { space, actor: Actor { id: None, name: name.to_owned() }, at, begins: None }
}

impl<'s> Bench<'s> {
    /// Begins a space in an open store.
    pub(crate) fn begin(store: &'s Arc<dyn Store>) -> Self {
        Self::begin_as(store, 1)
    }

    pub(crate) fn begin_as(store: &'s Arc<dyn Store>, number: u128) -> Self {
        let space = space_id(number);
        let intent = Intent { begins: Some(LogId(number as u64)), ..by("operator", space, NOON) };
        let begin = move |tx: &mut Tx<'_>| {
            tx.put_space(Space { id: space, title: format!("space {number}"), icon: None, timezone: None });
            builtin_structures().into_iter().for_each(|structure| tx.put_structure(structure));
            Ok::<_, StoreError>(())
        };
        let answer = block_on(store.commit(intent, begin)).unwrap();
        assert!(answer.changed && answer.revision == Revision(1));
        Self { store, space }
    }

    pub(crate) fn commit<T: Send + 'static>(
        &self,
        decide: impl FnMut(&mut Tx<'_>) -> Result<T, String> + Send + 'static,
    ) -> Result<Answer<Result<T, String>>, StoreError> {
        block_on(self.store.commit(by("tester", self.space, NOON), decide))
    }

    /// Puts an object as a live one; answers the revision.
    pub(crate) fn put(&self, object: &Object) -> Revision {
        let object = object.clone();
        let answer = self.commit(move |tx| put(tx, object.clone())).unwrap();
        answer.value.unwrap();
        answer.revision
    }

    pub(crate) fn found(&self, id: ObjectId) -> Option<crate::Found> {
        block_on(self.store.read(self.space, move |snapshot| snapshot.object(id))).unwrap().value.unwrap()
    }

    pub(crate) fn head(&self) -> Revision {
        block_on(self.store.read(self.space, |snapshot| snapshot.row())).unwrap().value.revision
    }

    pub(crate) fn log(&self) -> Vec<crate::LogEntry> {
        let all = |snapshot: &mut crate::Snapshot<'_>| snapshot.entries(Revision(0), usize::MAX);
        block_on(self.store.read(self.space, all)).unwrap().value.unwrap()
    }
}

pub(crate) fn put(tx: &mut Tx<'_>, object: Object) -> Result<(), String> {
    let kind = match tx.object(object.id).map_err(|error| error.to_string())? {
        Some(_) => ChangeKind::Updated,
        None => ChangeKind::Created,
    };
    tx.put(object, State::Live, kind).map_err(|error| error.to_string())
}

/// A page of this title with one paragraph.
pub(crate) fn page(number: u128, title: &str) -> Object {
    Object {
        id: object_id(number),
        structure: StructureId::BuiltIn(BuiltIn::RootPage),
        collections: Vec::new(),
        properties: [("title".into(), Value::Title(Some(title.to_owned())))].into(),
        blocks: [("RootPage_content".into(), vec![paragraph(number << 32, title)])].into(),
        files: Vec::new(),
    }
}

pub(crate) fn paragraph(number: u128, text: &str) -> Block {
    let content = TextContent { tokens: vec![Token::plain(text)], ..TextContent::default() };
    Block::leaf(block_id(number), Content::Text(content))
}
