//! Which block of an edited text is which block of the object: equal ones in long runs first, then equal ones that moved, then
//! the most alike between two that stayed.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use palimpsest_model::{Block, BlockDraft, BlockId, Content, Token, pair_equal};

/// The number of the whole text.
pub(crate) const ROOT: usize = 0;

/// A block of the object as the text shows it.
pub(crate) struct Old {
    pub(crate) id: BlockId,
    pub(crate) content: Content,
    pub(crate) children: Vec<usize>,
    whole: u64,
}

/// A block of the edited text.
pub(crate) struct New {
    /// What it is compared by.
    pub(crate) content: Content,
    /// What it is written as.
    pub(crate) written: Content,
    pub(crate) children: Vec<usize>,
    whole: u64,
}

impl Old {
    /// The blocks in the order of the text, each before its children, below a root.
    pub(crate) fn forest(blocks: &[Block]) -> Vec<Self> {
        let nil = BlockId(palimpsest_model::NOTHING);
        let mut nodes = vec![Self { id: nil, content: Content::Line, children: Vec::new(), whole: 0 }];
        Self::grow(blocks, ROOT, &mut nodes);
        nodes
    }

    fn grow(blocks: &[Block], parent: usize, nodes: &mut Vec<Self>) {
        for block in blocks {
            let index = nodes.len();
            nodes[parent].children.push(index);
            nodes.push(Self { id: block.id, content: block.content.clone(), children: Vec::new(), whole: 0 });
            block.children.iter().for_each(|list| Self::grow(list, index, nodes));
            nodes[index].whole =
                whole_hash(&nodes[index].content, nodes[index].children.iter().map(|child| nodes[*child].whole));
        }
    }
}

impl New {
    /// The blocks in the order of the text, each before its children, below a root.
    pub(crate) fn forest(drafts: Vec<BlockDraft>) -> Vec<Self> {
        let mut nodes = vec![Self { content: Content::Line, written: Content::Line, children: Vec::new(), whole: 0 }];
        Self::grow(drafts, ROOT, &mut nodes);
        nodes
    }

    fn grow(drafts: Vec<BlockDraft>, parent: usize, nodes: &mut Vec<Self>) {
        for draft in drafts {
            let index = nodes.len();
            nodes[parent].children.push(index);
            let content = match &draft.content {
                // What a date stands for is looked up; it is no part of the text.
                Content::Entity { target, .. } => Content::Entity { target: *target, date: None },
                other => other.clone(),
            };
            nodes.push(Self { content, written: draft.content, children: Vec::new(), whole: 0 });
            draft.children.into_iter().flatten().for_each(|list| Self::grow(list, index, nodes));
            nodes[index].whole =
                whole_hash(&nodes[index].content, nodes[index].children.iter().map(|child| nodes[*child].whole));
        }
    }
}

/// Who is who.
pub(crate) struct Pairing {
    pub(crate) old_of: Vec<Option<usize>>,
    pub(crate) new_of: Vec<Option<usize>>,
    /// Whether a block of the text stands where it stood: below the same block, and in order with the others that do.
    pub(crate) stays: Vec<bool>,
}

impl Pairing {
    pub(crate) fn of(old: &[Old], new: &[New]) -> Self {
        let pairing =
            Self { old_of: vec![None; new.len()], new_of: vec![None; old.len()], stays: vec![false; new.len()] };
        let mut pairer = Pairer { old, new, pairing };
        pairer.bind(ROOT, ROOT);
        pairer.pair_moved(|node| node.whole, |node| node.whole);
        pairer.pair_moved(|node| hash_of(&node.content), |node| hash_of(&node.content));
        for parent in 0..new.len() {
            if let Some(old) = pairer.pairing.old_of[parent] {
                pairer.pair_changed(old, parent);
            }
        }
        for parent in 0..new.len() {
            if let Some(old) = pairer.pairing.old_of[parent] {
                for (_, new) in pairer.staying(old, parent) {
                    pairer.pairing.stays[new] = true;
                }
            }
        }
        pairer.pairing
    }
}

struct Pairer<'a> {
    old: &'a [Old],
    new: &'a [New],
    pairing: Pairing,
}

impl Pairer<'_> {
    /// Pairs two blocks, then what is equal below them.
    fn bind(&mut self, old: usize, new: usize) {
        self.pairing.old_of[new] = Some(old);
        self.pairing.new_of[old] = Some(new);
        let (olds, news) = self.free(old, new);
        let hashes = |whole: &dyn Fn(usize) -> u64, list: &[usize]| list.iter().map(|index| whole(*index)).collect();
        let left: Vec<u64> = hashes(&|index| self.old[index].whole, &olds);
        let right: Vec<u64> = hashes(&|index| self.new[index].whole, &news);
        for (old, new) in pair_equal(&left, &right) {
            self.bind(olds[old], news[new]);
        }
        let (olds, news) = self.free(old, new);
        let mut by_content: HashMap<&Content, VecDeque<usize>> = HashMap::new();
        for index in olds {
            by_content.entry(&self.old[index].content).or_default().push_back(index);
        }
        for new in news {
            if let Some(old) = by_content.get_mut(&self.new[new].content).and_then(VecDeque::pop_front) {
                self.bind(old, new);
            }
        }
    }

    /// The children of both that are not paired.
    fn free(&self, old: usize, new: usize) -> (Vec<usize>, Vec<usize>) {
        let olds = self.old[old].children.iter().copied().filter(|index| self.pairing.new_of[*index].is_none());
        let news = self.new[new].children.iter().copied().filter(|index| self.pairing.old_of[*index].is_none());
        (olds.collect(), news.collect())
    }

    /// Pairs what is equal anywhere, in the order of the text.
    fn pair_moved(&mut self, of_old: fn(&Old) -> u64, of_new: fn(&New) -> u64) {
        let mut by_hash: HashMap<u64, VecDeque<usize>> = HashMap::new();
        for index in (1..self.old.len()).filter(|index| self.pairing.new_of[*index].is_none()) {
            by_hash.entry(of_old(&self.old[index])).or_default().push_back(index);
        }
        for new in 1..self.new.len() {
            if self.pairing.old_of[new].is_some() {
                continue;
            }
            let Some(waiting) = by_hash.get_mut(&of_new(&self.new[new])) else { continue };
            // Pairing one may have paired others below it.
            while let Some(old) = waiting.pop_front() {
                if self.pairing.new_of[old].is_none() && self.old[old].content == self.new[new].content {
                    self.bind(old, new);
                    break;
                }
            }
        }
    }

    /// Pairs what is alike between those that stay.
    fn pair_changed(&mut self, old: usize, new: usize) {
        let staying = self.staying(old, new);
        let (old_children, new_children) = (&self.old[old].children, &self.new[new].children);
        let mut gaps = Vec::new();
        let (mut from_old, mut from_new) = (0, 0);
        let ends = staying.iter().map(|pair| Some(*pair)).chain([None]);
        for end in ends {
            let place = |list: &[usize], index: Option<usize>| {
                index.and_then(|index| list.iter().position(|other| *other == index)).unwrap_or(list.len())
            };
            let to_old = from_old + place(&old_children[from_old..], end.map(|(old, _)| old));
            let to_new = from_new + place(&new_children[from_new..], end.map(|(_, new)| new));
            gaps.push((&old_children[from_old..to_old], &new_children[from_new..to_new]));
            (from_old, from_new) = ((to_old + 1).min(old_children.len()), (to_new + 1).min(new_children.len()));
        }
        for (olds, news) in gaps {
            let olds: Vec<_> = olds.iter().copied().filter(|index| self.pairing.new_of[*index].is_none()).collect();
            let news: Vec<_> = news.iter().copied().filter(|index| self.pairing.old_of[*index].is_none()).collect();
            for (old, new) in self.alike(&olds, &news) {
                self.bind(old, new);
            }
        }
    }

    /// Pairs of children of two paired blocks that stand in order: the longest such list.
    fn staying(&self, old: usize, new: usize) -> Vec<(usize, usize)> {
        let place: HashMap<usize, usize> =
            self.old[old].children.iter().enumerate().map(|(place, index)| (*index, place)).collect();
        let pairs: Vec<(usize, usize, usize)> = self.new[new]
            .children
            .iter()
            .filter_map(|new| {
                let old = self.pairing.old_of[*new]?;
                Some((*place.get(&old)?, old, *new))
            })
            .collect();
        let places: Vec<usize> = pairs.iter().map(|(place, ..)| *place).collect();
        longest_rise(&places).into_iter().map(|index| (pairs[index].1, pairs[index].2)).collect()
    }

    /// Pairs blocks of one kind between two that stay: those most alike, in order; alone in their gap, whatever they say.
    fn alike(&self, olds: &[usize], news: &[usize]) -> Vec<(usize, usize)> {
        let same_kind = |(old, new): &(usize, usize)| self.old[*old].content.kind() == self.new[*new].content.kind();
        if olds.len() * news.len() > LARGEST_GAP || (olds.len(), news.len()) == (1, 1) {
            return olds.iter().copied().zip(news.iter().copied()).filter(same_kind).collect();
        }
        let width = news.len() + 1;
        let mut best = vec![0_u32; (olds.len() + 1) * width];
        let words: Vec<Words> = news.iter().map(|new| Words::of(&self.new[*new].content)).collect();
        let mut weights = Vec::with_capacity(olds.len() * news.len());
        for old in olds {
            let own = Words::of(&self.old[*old].content);
            let weight = |(new, words): (&usize, &Words)| {
                let weight = if same_kind(&(*old, *new)) { own.likeness(words) } else { 0 };
                if weight < ALIKE { 0 } else { weight }
            };
            weights.extend(news.iter().zip(&words).map(weight));
        }
        for left in (0..olds.len()).rev() {
            for right in (0..news.len()).rev() {
                let together = match weights[left * news.len() + right] {
                    0 => 0,
                    weight => weight + best[(left + 1) * width + right + 1],
                };
                best[left * width + right] =
                    together.max(best[(left + 1) * width + right]).max(best[left * width + right + 1]);
            }
        }
        let (mut left, mut right, mut pairs) = (0, 0, Vec::new());
        while left < olds.len() && right < news.len() {
            let here = best[left * width + right];
            if here == best[(left + 1) * width + right] {
                left += 1;
            } else if here == best[left * width + right + 1] {
                right += 1;
            } else {
                pairs.push((olds[left], news[right]));
                (left, right) = (left + 1, right + 1);
            }
        }
        pairs
    }
}

/// Larger gaps are paired one by one, which bounds the time.
const LARGEST_GAP: usize = 2_500;
/// Blocks are alike when a third of their words are the same, in thousandths.
const ALIKE: u32 = 333;
/// So many words of a block are compared.
const WORDS: usize = 64;

/// The first words of a block, as hashes in order.
struct Words(Vec<u64>);

impl Words {
    fn of(content: &Content) -> Self {
        let texts: Vec<&str> = match content {
            Content::Text(text) => text.tokens.iter().map(Token::text).collect(),
            Content::Code { text, .. } | Content::Math { text, .. } => vec![text],
            _ => Vec::new(),
        };
        let words = texts.into_iter().flat_map(str::split_whitespace).take(WORDS);
        let mut words: Vec<u64> = words.map(hash_of).collect();
        words.sort_unstable();
        Self(words)
    }

    /// How many of the words of both are the same, in thousandths.
    fn likeness(&self, other: &Self) -> u32 {
        let (mut left, mut right, mut both) = (0, 0, 0);
        while let (Some(one), Some(two)) = (self.0.get(left), other.0.get(right)) {
            both += u32::from(one == two);
            left += usize::from(one <= two);
            right += usize::from(two <= one);
        }
        let all = u32::try_from(self.0.len() + other.0.len()).unwrap_or(u32::MAX);
        2000 * both / all.max(1)
    }
}

/// The indexes of a longest strictly rising list of some of the numbers.
fn longest_rise(numbers: &[usize]) -> Vec<usize> {
    let mut tails: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(numbers.len());
    for (index, number) in numbers.iter().enumerate() {
        let length = tails.partition_point(|tail| numbers[*tail] < *number);
        before.push(length.checked_sub(1).map(|last| tails[last]));
        if length == tails.len() {
            tails.push(index);
        } else {
            tails[length] = index;
        }
    }
    let mut rise: Vec<usize> = std::iter::successors(tails.last().copied(), |index| before[*index]).collect();
    rise.reverse();
    rise
}

fn hash_of(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

fn whole_hash(content: &Content, children: impl ExactSizeIterator<Item = u64>) -> u64 {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    children.len().hash(&mut hasher);
    children.for_each(|child| child.hash(&mut hasher));
    hasher.finish()
}
