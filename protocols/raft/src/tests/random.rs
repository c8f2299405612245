//! Whole clusters under trouble drawn from a seed, then healed: what figure 3 promises holds all along, and all nodes end up
//! alike.

use seatrial_node::Duration;

use super::disk::Unsynced;
use super::world::World;
use crate::RaftConfig;

/// By how much clocks are wrong where leases are on, in parts in a million.
const CLOCK_ERROR: u32 = 300_000;

/// A world whose knobs are drawn from the seed.
pub(super) fn drawn(seed: u64, change: impl FnOnce(&mut RaftConfig)) -> World {
    let mut config = RaftConfig {
        max_entries_per_append: [1, 2, 8, usize::MAX][seed as usize % 4],
        max_inflight_appends: [1, 3, 8][seed as usize % 3],
        snapshot_chunk_bytes: 40,
        pre_vote: !seed.is_multiple_of(5),
        check_quorum: !seed.is_multiple_of(7),
        read_lease: !seed.is_multiple_of(7) && seed.is_multiple_of(2),
        clock_error: CLOCK_ERROR,
        ..RaftConfig::default()
    };
    change(&mut config);
    let mut world = World::new(3 + (seed % 3) as u32, seed, config);
    world.latency = (500, 15_000);
    world.sync_time = (100, 8_000);
    world.lost = [0, 20, 100][seed as usize / 2 % 3];
    world.twice = [0, 50][seed as usize / 3 % 2];
    world.snapshot_every = [0, 5, 30][seed as usize / 5 % 3];
    world.sync_fails = if seed.is_multiple_of(11) { 20 } else { 0 };
    let skew = if seed.is_multiple_of(2) { i64::from(CLOCK_ERROR) } else { 0 };
    for i in 0..world.seats.len() {
        world.seats[i].skew = [-skew, 0, skew][world.chance(3) as usize];
    }
    world
}

/// What becomes of one node's disk, the same node all along: no more than that can be lost for the cluster to get well again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Harm {
    None,
    /// Bits flip and sectors are lost.
    Damage,
    /// It is replaced by an empty one, again and again.
    Replacement,
}

impl Harm {
    /// Of each kind, so many seeds.
    pub(super) fn of(seed: u64) -> Self {
        [Self::None, Self::Damage, Self::Damage, Self::Replacement][seed as usize % 4]
    }
}

/// Trouble: crashes, cuts, proposals and reads at whoever claims to lead, and harm to the disk of one.
pub(super) fn trouble(world: &mut World, steps: u64, harm: Harm) {
    let count = world.members.len() as u64;
    let victim = world.chance(count) as u32;
    for command in 0..steps {
        world.run(Duration::from_millis(world.latency.0 / 500 + 4));
        let i = world.chance(count) as u32;
        match world.chance(60) {
            0 => {
                let unsynced = match world.chance(3) {
                    0 => Unsynced::Lost,
                    1 => Unsynced::Kept,
                    _ => Unsynced::Torn(world.chance(90) as usize),
                };
                world.crash(i, unsynced);
            }
            1..=3 => {
                let down = (0..count as u32).find(|i| world.seats[*i as usize].raft.is_none());
                if let Some(down) = down {
                    world.restart(down);
                }
            }
            4 => world.isolate(i),
            5 => world.isolate(world.leader().unwrap_or(i)),
            6 => {
                world.cut.insert((i, (i + 1) % count as u32));
            }
            7..=9 => world.heal(),
            10..=15 => world.read(i),
            16 | 17 if harm == Harm::Damage => {
                world.damage(victim);
                world.crash(victim, Unsynced::Lost);
            }
            16 if harm == Harm::Replacement => {
                world.crash(victim, Unsynced::Lost);
                world.replace_disk(victim);
            }
            _ => {
                world.propose(i, command);
            }
        }
    }
}

/// Heals everything and lets the cluster come to rest.
pub(super) fn heal(world: &mut World) {
    world.heal();
    (world.lost, world.twice, world.sync_fails) = (0, 0, 0);
    for i in 0..world.members.len() as u32 {
        if world.seats[i as usize].raft.is_none() {
            world.restart(i);
        }
    }
    world.run(Duration::from_secs(3));
}

#[test]
fn figure_3_holds_under_trouble_and_healed_clusters_converge() {
    let mut reached = std::collections::BTreeMap::new();
    let (mut committed, mut reads) = (0, 0);
    for seed in 0..400 {
        let mut world = drawn(seed, |_| {});
        trouble(&mut world, 400, Harm::of(seed));
        heal(&mut world);
        let leader = world.leader();
        assert_eq!(world.judge.violations, [""; 0], "seed {seed}");
        let leader = leader.unwrap_or_else(|| panic!("seed {seed}: no leader after all is well"));
        world.propose(leader, 77);
        world.run(Duration::from_millis(300));
        let state = world.seats[0].state;
        assert!(world.seats.iter().all(|seat| seat.state == state), "seed {seed}: states differ");
        assert_eq!(state.0, world.raft(leader).last_index(), "seed {seed}: all is committed");
        assert_eq!(world.judge.violations, [""; 0], "seed {seed}");
        committed += state.0;
        reads += world.judge.reads_done;
        for (mark, count) in world.judge.reached {
            *reached.entry(mark).or_insert(0) += count;
        }
    }
    assert!(committed > 0 && reads > 0, "{committed} entries committed, {reads} reads answered");
    assert!(reached.len() >= 10, "only {reached:?}");
}
