//! What is to be reached, as ratios of figures of one run.

use crate::figures::Figures;
use crate::job::Job;
use crate::outcome::Outcome;
use crate::table::say;

const OURS: &str = "palimpsest";
const BARE: &str = "bare axum";
const RAW: &str = "raw SQLite";
const POCKETBASE: &str = "PocketBase";
const ALONE: &str = "one commit per request";

/// A ratio, and its bound.
struct Goal {
    what: String,
    reached: f64,
    bound: f64,
    /// Whether the bound is the least, not the most.
    least: bool,
}

/// Says each goal whose figures were measured, and what was reached.
pub(crate) fn tell(outcome: &Outcome) {
    let goals = goals(outcome);
    if goals.is_empty() {
        return;
    }
    say("\n| goal | wanted | reached | |\n|---|---:|---:|---|");
    for Goal { what, reached, bound, least } in goals {
        let (sign, met) = if least { ("≥", reached >= bound) } else { ("≤", reached <= bound) };
        say(&format!("| {what} | {sign} {bound} | {reached:.2} | {} |", if met { "yes" } else { "no" }));
    }
}

/// Finds figures of one size.
struct At<'o> {
    outcome: &'o Outcome,
    objects: usize,
}

impl At<'_> {
    fn of(&self, server: &str, job: Job, connections: usize) -> Option<&Figures> {
        self.outcome.figures(self.objects, job.name(), server, connections)
    }

    /// How many times the answers a second of another server are ours.
    fn times(&self, goals: &mut Vec<Goal>, job: Job, connections: usize, other: &str, bound: f64) {
        let ours = self.of(OURS, job, connections);
        if let (Some(ours), Some(theirs)) = (ours, self.of(other, job, connections)) {
            let what = format!("{}, {connections} connections, {} objects: × {other}", job.name(), self.objects);
            goals.push(Goal { what, reached: ours.rate / theirs.rate, bound, least: true });
        }
    }
}

fn goals(outcome: &Outcome) -> Vec<Goal> {
    let mut goals = Vec::new();
    let sizes = outcome.measured();
    for objects in &sizes {
        of_size(&At { outcome, objects: *objects }, &mut goals);
    }
    if let (Some(small), Some(large)) = (sizes.first(), sizes.last().filter(|_| sizes.len() > 1)) {
        let (small, large) = (At { outcome, objects: *small }, At { outcome, objects: *large });
        growth(&small, &large, &mut goals);
    }
    let least = |what: &str, reached, bound| Goal { what: what.to_owned(), reached, bound, least: false };
    if outcome.empty > 0.0 {
        goals.push(least("MiB resident with an empty space", outcome.empty, 64.0));
    }
    for (objects, memory) in &outcome.memory {
        goals.push(least(&format!("MiB at most, {objects} objects"), *memory, 256.0));
    }
    if let Some(edits) = outcome.edits {
        let size = format!("one-block edit of an object of {:.0} KB", edits.object / 1_000.0);
        goals.push(least(&format!("{size}: written × its size"), edits.written / edits.object, 3.0));
        goals.push(least(&format!("{size}: KB kept"), edits.kept / 1_000.0, 4.0));
    }
    goals
}

fn of_size(at: &At<'_>, goals: &mut Vec<Goal>) {
    for connections in [16, 64] {
        at.times(goals, Job::GetHot, connections, BARE, 0.85);
        at.times(goals, Job::GetHot, connections, POCKETBASE, 12.0);
        at.times(goals, Job::GetUniform, connections, BARE, 0.60);
        at.times(goals, Job::NotModified, connections, BARE, 0.90);
    }
    at.times(goals, Job::PatchProperty, 64, RAW, 0.6);
    at.times(goals, Job::PatchProperty, 64, POCKETBASE, 5.0);
    at.times(goals, Job::PatchTitle, 64, POCKETBASE, 3.0);
    at.times(goals, Job::Append, 64, POCKETBASE, 5.0);
    at.times(goals, Job::Create, 64, POCKETBASE, 3.0);
    at.times(goals, Job::PatchTitle, 1, POCKETBASE, 1.0);
    at.times(goals, Job::Create, 1, POCKETBASE, 1.0);
    at.times(goals, Job::PatchProperty, 64, ALONE, 3.5);
    for job in [Job::SearchRare, Job::SearchCommon] {
        at.times(goals, job, 16, POCKETBASE, 100.0);
        at.times(goals, job, 1, POCKETBASE, 40.0);
    }
    let objects = at.objects;
    let mut ratio = |what: &str, reached: Option<f64>, bound: f64, least: bool| {
        goals.extend(reached.map(|reached| Goal { what: format!("{what}, {objects} objects"), reached, bound, least }));
    };
    let rate = |job| at.of(OURS, job, 64).map(|figures| figures.rate);
    let hot = rate(Job::PatchPropertyHot).zip(rate(Job::PatchProperty)).map(|(hot, random)| hot / random);
    ratio("patch of one hot object × random objects", hot, 0.6, true);
    for job in [Job::PatchProperty, Job::PatchTitle, Job::Append, Job::Create] {
        let tail = at.of(OURS, job, 64).map(|figures| figures.p99 / figures.p50);
        ratio(&format!("{}, 64 connections: p99 × p50", job.name()), tail, 5.0, false);
    }
    let (alone, beside) = (at.of(OURS, Job::GetUniform, 16), at.of(OURS, Job::ReadsBesideWrites, 16));
    let slowed = alone.zip(beside).map(|(alone, beside)| beside.p99 / alone.p99);
    ratio("read p99 while 16 write × alone, 16 connections", slowed, 2.0, false);
    let (get, patch) = (at.of(OURS, Job::GetHot, 1), at.of(OURS, Job::PatchProperty, 1));
    let allowed = get.map(|get| get.p50 + 2.0 * at.outcome.fdatasync + 200.0);
    let taken = patch.zip(allowed).map(|(patch, allowed)| patch.p50 / allowed);
    ratio("one connection, durable patch p50 × (get p50 + 2 fdatasync + 200 µs)", taken, 1.0, false);
}

/// What must hardly grow with the space.
fn growth(small: &At<'_>, large: &At<'_>, goals: &mut Vec<Goal>) {
    let mut grown = |job: Job, connections: usize, cpu: bool, bound: f64| {
        let (before, after) = (small.of(OURS, job, connections), large.of(OURS, job, connections));
        let (Some(before), Some(after)) = (before, after) else { return };
        let sizes = format!("{} objects × {}", large.objects, small.objects);
        let name = format!("{}, {connections} connections, {sizes}", job.name());
        goals.push(Goal { what: format!("{name}: p99"), reached: after.p99 / before.p99, bound, least: false });
        if cpu {
            goals.push(Goal {
                what: format!("{name}: CPU"),
                reached: after.cpu / before.cpu,
                bound: 1.2,
                least: false,
            });
        }
    };
    for connections in [1, 16] {
        grown(Job::GetUniform, connections, true, 1.5);
        grown(Job::PatchProperty, connections, true, 1.5);
        grown(Job::SearchRare, connections, false, 3.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{Outcome, Row};

    fn row(server: &str, connections: usize, rate: f64) -> Row {
        let figures = Figures { rate, ..Figures::median(&[]) };
        Row { objects: 10, job: Job::GetHot.name().to_owned(), server: server.to_owned(), connections, figures }
    }

    #[test]
    fn a_goal_is_a_ratio_of_one_size_and_one_number_of_connections() {
        let rows = vec![row(OURS, 16, 80.0), row(BARE, 16, 100.0), row(OURS, 64, 30.0), row(POCKETBASE, 64, 2.0)];
        let mut outcome = Outcome { rows, ..Outcome::default() };
        outcome.sizes.insert(10, 1);
        let reached: Vec<(f64, bool)> =
            goals(&outcome).iter().map(|goal| (goal.reached, goal.reached >= goal.bound)).collect();
        assert_eq!(reached, [(0.8, false), (15.0, true)]);
    }

    #[test]
    fn what_was_not_measured_is_no_goal() {
        assert!(goals(&Outcome::default()).is_empty());
    }
}
