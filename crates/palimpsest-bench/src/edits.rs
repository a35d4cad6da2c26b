//! What an edit of one block leaves on disk, in an object of about 200 KB.

use anyhow::{Context as _, Result};
use fastrand::Rng;
use serde_json::{Value, json};

use crate::corpus::Corpus;
use crate::outcome::Edits;
use crate::palimpsest::Palimpsest;
use crate::process::size_of;
use crate::run::Plan;

/// The object has so many blocks of so many bytes of text.
const BLOCKS: usize = 320;
const TEXT: usize = 500;
/// It is edited so often: enough that the last checkpoint hardly counts.
const EDITS: usize = 400;

/// Edits one block after another, and looks at the disk before and after.
pub(crate) async fn measure(plan: &Plan) -> Result<Edits> {
    let (corpus, mut rng) = (Corpus::new(1), Rng::with_seed(11));
    let mut server = Palimpsest::start(&plan.binary, &plan.scratch)?;
    let blocks: Vec<Value> = (0..BLOCKS).map(|_| block(&corpus, &mut rng)).collect();
    let made = json!({ "structureId": "RootPage", "properties": {}, "blocks": { "RootPage_content": blocks } });
    let object = server.ask("POST", "/object", &made).await?;
    let ids = object["blocks"]["RootPage_content"].as_array().context("an object without blocks")?;
    let ids: Vec<Value> = ids.iter().map(|block| block["id"].clone()).collect();
    server.restart(&plan.binary, &[])?;
    let (size, before) = (size_of(server.folder.path())?, server.server.used()?.written);
    for _ in 0..EDITS {
        let edited =
            json!({ "id": object["id"], "blockId": ids[rng.usize(..ids.len())], "block": block(&corpus, &mut rng) });
        server.ask("PATCH", "/blocks/block", &edited).await?;
    }
    let written = server.server.used()?.written - before;
    server.server.stop()?;
    let grown = size_of(server.folder.path())?.saturating_sub(size);
    let each = |bytes: f64| bytes / EDITS as f64;
    Ok(Edits { object: object.to_string().len() as f64, written: each(written), kept: each(grown as f64) })
}

fn block(corpus: &Corpus, rng: &mut Rng) -> Value {
    json!({ "type": "TextBlock", "tokens": [{ "type": "TextToken", "text": corpus.text(rng, TEXT), "style": {} }] })
}
