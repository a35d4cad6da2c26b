//! How the cost of a job grows with the object it is about.

use std::time::Duration;

use anyhow::{Context as _, Result};
use fastrand::Rng;
use serde_json::{Value, json};

use crate::connection::Response;
use crate::corpus::Corpus;
use crate::figures::Figures;
use crate::load::{Prepared, Worker};
use crate::outcome::{Outcome, Row};
use crate::palimpsest::Palimpsest;
use crate::run::{Plan, measure};
use crate::table;

/// So many blocks the objects have: the last leaves room below the limit of 10,000.
const BLOCKS: [usize; 3] = [10, 1_000, 9_000];

/// What is done to an object.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Get,
    PatchProperty,
    UpdateBlock,
    Append,
}

const ALL: [(What, &str); 4] = [
    (What::Get, "get"),
    (What::PatchProperty, "patch-property"),
    (What::UpdateBlock, "update-block"),
    (What::Append, "append"),
];

/// Does each job to objects of several sizes, one request at a time.
pub(crate) async fn measure_all(plan: &Plan, outcome: &mut Outcome) -> Result<()> {
    let corpus = Corpus::new(1);
    let mut rng = Rng::with_seed(13);
    let mut server = Palimpsest::start(&plan.binary, &plan.scratch)?;
    table::say("\nObjects by their number of blocks\n");
    table::heading();
    for blocks in BLOCKS {
        let text = |rng: &mut Rng| {
            let text = corpus.text(rng, 120);
            json!({ "type": "TextBlock", "tokens": [{ "type": "TextToken", "text": text, "style": {} }] })
        };
        let body: Vec<Value> = (0..blocks).map(|_| text(&mut rng)).collect();
        let made = json!({ "structureId": "RootPage", "properties": {}, "blocks": { "RootPage_content": body } });
        let object = server.ask("POST", "/object", &made).await?;
        let block = &object["blocks"]["RootPage_content"][blocks / 2]["id"];
        let id = object["id"].as_str().context("an object without an id")?.to_owned();
        for (what, name) in ALL {
            let mut rounds = Vec::new();
            for round in 0..plan.rounds {
                let worker = OnOne { what, id: id.clone(), block: block.clone(), left: APPENDS };
                let drive = server.drive(Duration::ZERO, plan.time);
                rounds.push(measure(&server.server, &drive, vec![Box::new(worker)], None, round as u64 + 1).await?);
            }
            let (job, server) = (format!("{name} of {blocks} blocks"), "palimpsest".to_owned());
            let row = Row { objects: 3, job, server, connections: 1, figures: Figures::median(&rounds) };
            table::row(&row);
            outcome.rows.push(row);
        }
    }
    server.server.stop()
}

/// So many blocks are appended in a round before the object is only asked for: it must not reach the limit.
const APPENDS: usize = 250;

struct OnOne {
    what: What,
    id: String,
    block: Value,
    left: usize,
}

impl Worker for OnOne {
    fn next(&mut self, rng: &mut Rng, to: &mut Prepared) {
        let text = |rng: &mut Rng| {
            let text = format!("{} and {}", rng.u32(..), rng.u32(..));
            json!({ "type": "TextBlock", "tokens": [{ "type": "TextToken", "text": text, "style": {} }] })
        };
        let body = match self.what {
            What::Get => {
                to.begin("GET", "/object?id=");
                to.path.push_str(&self.id);
                return;
            }
            What::PatchProperty => {
                to.begin("PATCH", "/object");
                let description = json!({ "type": "text", "text": { "value": rng.u32(..).to_string() } });
                json!({ "id": self.id, "properties": { "description": description } })
            }
            What::UpdateBlock => {
                to.begin("PATCH", "/blocks/block");
                json!({ "id": self.id, "blockId": self.block, "block": text(rng) })
            }
            What::Append => {
                to.begin("POST", "/blocks/append");
                self.left = self.left.saturating_sub(1);
                json!({ "id": self.id, "blocks": [text(rng)] })
            }
        };
        to.body.extend_from_slice(body.to_string().as_bytes());
    }

    fn seen(&mut self, response: &Response<'_>) -> bool {
        response.status == 200
    }

    fn is_done(&self) -> bool {
        self.left == 0
    }
}
