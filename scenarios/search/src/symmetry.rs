//! Nodes that are alike: states in which they have only changed places count as one.
//!
//! A permutation of alike nodes takes an execution to one in which each does what the other did, and that execution is as possible and as right
//! or wrong as the first (Ip and Dill 1996, *Better verification through symmetry*; Clarke, Enders, Filkorn and Jha 1996, *Exploiting symmetry in
//! temporal logic model checking*). So of all states that permutations take to each other one is enough.
//!
//! That nodes are alike is not taken on trust, and no node has to know how to be renamed. What a permutation makes of a node is found by
//! doing: the same things happen to the node that takes its place, from the start on, and what that one has become is its *image*. Whenever a
//! node takes a step, its image takes the image of the step; they must send as many letters to nodes that correspond, tell as many facts, and
//! choose alike; and an image must be one node's image only, and that always. Where that fails the nodes are not alike, and the search says so.

use seatrial_node::NodeId;

use crate::exploration::{Explorable, Exploration};
use crate::solo::{Deed, Solos};
use crate::state::Told;

/// How many alike nodes change places at most; of more, the others keep theirs, which is as sound.
const MOST: usize = 5;

/// A permutation of the nodes: who takes whose place, by place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Permutation {
    to: Vec<NodeId>,
    /// Which of all permutations takes it back.
    inverse: usize,
}

impl Permutation {
    pub(crate) fn of(&self, node: NodeId) -> NodeId {
        self.to[node.0 as usize]
    }
}

/// All permutations of those of so many nodes that are alike, but the one that leaves all in their places.
pub(crate) fn permutations(nodes: usize, alike: &[NodeId]) -> Vec<Permutation> {
    let alike = &alike[..alike.len().min(MOST)];
    let mut orders: Vec<Vec<NodeId>> = vec![Vec::new()];
    for _ in alike {
        let longer = |order: &Vec<NodeId>| {
            let order = order.clone();
            let rest = alike.iter().filter(|node| !order.contains(node)).copied();
            rest.map(|node| [&order[..], &[node]].concat()).collect::<Vec<_>>()
        };
        orders = orders.iter().flat_map(longer).collect();
    }
    orders.retain(|order| order != alike);
    let places = |order: &Vec<NodeId>| {
        let mut to: Vec<NodeId> = (0..nodes as u32).map(NodeId).collect();
        for (node, place) in alike.iter().zip(order) {
            to[node.0 as usize] = *place;
        }
        to
    };
    let all: Vec<Vec<NodeId>> = orders.iter().map(places).collect();
    let undoes = |one: &[NodeId], other: &[NodeId]| {
        one.iter().enumerate().all(|(place, to)| other[to.0 as usize].0 as usize == place)
    };
    let inverse = |to: &Vec<NodeId>| {
        let found = all.iter().position(|other| undoes(to, other));
        found.expect("permutations are a group")
    };
    all.iter().map(|to| Permutation { to: to.clone(), inverse: inverse(to) }).collect()
}

/// What a permutation makes of nodes and letters, by their numbers, as far as is known; and of outcomes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Images {
    solos: Vec<u32>,
    letters: Vec<u32>,
    outcomes: Vec<u32>,
}

const UNKNOWN: u32 = u32::MAX;

/// Two nodes are not alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unlike;

/// Notes an image; it must be what it was.
fn note(images: &mut Vec<u32>, of: u32, image: u32) -> Result<(), Unlike> {
    let of = of as usize;
    if images.len() <= of {
        images.resize(of + 1, UNKNOWN);
    }
    if images[of] != UNKNOWN && images[of] != image {
        return Err(Unlike);
    }
    images[of] = image;
    Ok(())
}

impl<N: Explorable> Solos<N> {
    pub(crate) fn solo_image(&self, by: usize, solo: u32) -> u32 {
        self.images[by].solos[solo as usize]
    }

    pub(crate) fn letter_image(&self, by: usize, letter: u32) -> u32 {
        self.images[by].letters[letter as usize]
    }

    pub(crate) fn outcome_image(&self, by: usize, outcome: u32) -> u32 {
        self.images[by].outcomes[outcome as usize]
    }

    /// Finds the images of the first nodes, of the letters under way, and of what was told: by permutation, the places of those facts.
    pub(crate) fn mirror_start(
        &mut self,
        solos: &[u32],
        letters: &[u32],
        told: &[Told],
        within: &Exploration<N>,
    ) -> Result<Vec<Vec<usize>>, Unlike> {
        self.images = vec![Images::default(); within.permutations.len()];
        let mut facts = Vec::new();
        for (by, permutation) in within.permutations.iter().enumerate() {
            for (node, solo) in within.members().iter().zip(solos) {
                let image = solos[within.place(permutation.of(*node))];
                self.note_solo(by, permutation.inverse, *solo, image)?;
            }
            self.mirror_letters(by, permutation, letters, letters)?;
            let of = |node: NodeId| (0..told.len()).filter(move |place| told[*place].node == node);
            let image = |place: usize| {
                let node = told[place].node;
                let rank = of(node).position(|other| other == place)?;
                of(permutation.of(node)).nth(rank)
            };
            let images: Option<Vec<usize>> = (0..told.len()).map(image).collect();
            facts.push(images.ok_or(Unlike)?);
        }
        Ok(facts)
    }

    /// Finds the images of an outcome, and of the node and the letters that came of it.
    pub(crate) fn mirror(&mut self, number: u32, within: &Exploration<N>) -> Result<(), Unlike> {
        for (by, permutation) in within.permutations.iter().enumerate() {
            let known = self.images[by].outcomes.get(number as usize);
            if known.is_some_and(|image| *image != UNKNOWN) {
                continue;
            }
            let (solo, deed, now, index) = self.outcome(number).of;
            let deed = self.deed_image(by, permutation, deed, within)?;
            let mut images = self.outcomes(self.solo_image(by, solo), deed, now, within);
            let image = images.nth(index as usize).ok_or(Unlike)?;
            let (one, other) = (self.outcome(number), self.outcome(image));
            let is_alike = one.told.len() == other.told.len()
                && one.chance() == other.chance()
                && one.now == other.now
                && one.incident().is_some() == other.incident().is_some();
            if !is_alike {
                return Err(Unlike);
            }
            let (sent, theirs) = (one.sent.clone(), other.sent.clone());
            let (after, image_after) = (one.solo, other.solo);
            self.note_solo(by, permutation.inverse, after, image_after)?;
            self.mirror_letters(by, permutation, &sent, &theirs)?;
            note(&mut self.images[by].outcomes, number, image)?;
        }
        Ok(())
    }

    fn note_solo(&mut self, by: usize, back: usize, of: u32, image: u32) -> Result<(), Unlike> {
        let looks =
            |solos: &Self, solo| (solos.is_up(solo), solos.timers(solo), solos.has_disk(solo));
        if looks(self, of) != looks(self, image) {
            return Err(Unlike);
        }
        note(&mut self.images[by].solos, of, image)?;
        note(&mut self.images[back].solos, image, of)
    }

    /// Letters correspond in their order among those between the same two nodes.
    fn mirror_letters(
        &mut self,
        by: usize,
        permutation: &Permutation,
        sent: &[u32],
        theirs: &[u32],
    ) -> Result<(), Unlike> {
        if sent.len() != theirs.len() {
            return Err(Unlike);
        }
        let ends = |solos: &Self, letter: u32| {
            let letter = solos.letter(letter);
            (letter.from, letter.to)
        };
        for (place, letter) in sent.iter().enumerate() {
            let (from, to) = ends(self, *letter);
            let before = sent[..place].iter().filter(|other| ends(self, **other) == (from, to));
            let rank = before.count();
            let wanted = (permutation.of(from), permutation.of(to));
            let mut candidates = theirs.iter().filter(|other| ends(self, **other) == wanted);
            let image = *candidates.nth(rank).ok_or(Unlike)?;
            note(&mut self.images[by].letters, *letter, image)?;
            note(&mut self.images[permutation.inverse].letters, image, *letter)?;
        }
        Ok(())
    }

    /// What happens to the image where this happens to a node.
    fn deed_image(
        &mut self,
        by: usize,
        permutation: &Permutation,
        deed: Deed,
        within: &Exploration<N>,
    ) -> Result<Deed, Unlike> {
        let Deed::Receive(letter) = deed else { return Ok(deed) };
        let known = self.images[by].letters.get(letter as usize).copied();
        if let Some(image) = known.filter(|image| *image != UNKNOWN) {
            return Ok(Deed::Receive(image));
        }
        // Only what nobody has sent is not known: word of a crash.
        let (from, to) = (self.letter(letter).from, self.letter(letter).to);
        let (from, to) = (permutation.of(from), permutation.of(to));
        let notice = within.notice.ok_or(Unlike)?;
        let image = self.letter_number(from, to, notice(from));
        note(&mut self.images[by].letters, letter, image)?;
        Ok(Deed::Receive(image))
    }
}
