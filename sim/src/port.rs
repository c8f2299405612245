//! Where a node's effects go: straight into the core, without a buffer between.

mod broken;

use seatrial_history::DiskTurn;
use seatrial_node::{
    Announce, DiskWrite, Duration, FileName, Instant, Node, NodeId, Port, ReadToken, RequestToken,
    SyncToken, WallTime,
};

use crate::clock::wall;
use crate::core::Core;
use crate::event::Event;
use crate::latency::Sampler;
use crate::queue::Lane;
use crate::tape::{Site, site};

pub(crate) use self::broken::BrokenPort;

/// Where one node's effects go.
pub(crate) struct WorldPort<'a, N: Node> {
    pub(crate) core: &'a mut Core<N>,
    pub(crate) node: u32,
}

impl<N: Node> WorldPort<'_, N> {
    /// The disk does one thing after the other: when is the node told that it has done this? What a slow disk adds is told late but keeps
    /// nothing else waiting: a backlog of it would outlast the fault by any time.
    fn disk_done(&mut self, time: Sampler, at: Site) -> Instant {
        let core = &mut *self.core;
        let span = time.sample(&mut core.tape, at, self.node);
        let body = &mut core.bodies[self.node as usize];
        body.disk_free = body.disk_free.max(core.now) + span;
        let mut told = body.disk_free;
        if body.disk.trouble.any {
            told += body.disk.trouble.delay(&mut core.counts);
        }
        body.disk_told = body.disk_told.max(told);
        body.disk_told
    }

    #[cold]
    #[inline(never)]
    fn choose_first(&mut self, site: &'static str, bound: u64) -> u64 {
        let site = self.core.tape.site(site);
        self.core.tape.choose(site, self.node, bound)
    }
}

impl<N: Node> Port<N> for WorldPort<'_, N> {
    #[inline]
    fn send(&mut self, to: NodeId, body: N::Message) {
        self.core.send(self.node, to, body);
    }

    #[inline]
    fn set_timer(&mut self, key: N::Timer, after: Duration) {
        if self.core.clocks.skewed {
            return self.core.set_skewed_timer(self.node, key, after);
        }
        let due = self.core.now + after;
        if let Some(timer) = self.core.bodies[self.node as usize].timers.set(key, due) {
            self.core.queue_timer(self.node, timer, due);
        }
    }

    fn cancel_timer(&mut self, key: &N::Timer) {
        self.core.bodies[self.node as usize].timers.cancel(key);
    }

    fn reply(&mut self, to: RequestToken, body: N::Response) {
        self.core.answer(self.node, to, body);
    }

    fn write(&mut self, write: DiskWrite<'_>) {
        self.disk_done(self.core.disk_times.write, site::DISK_WRITE);
        self.core.trace_disk(self.node, DiskTurn::Once, format_args!("{write}"));
        let core = &mut *self.core;
        let disk = &mut core.bodies[self.node as usize].disk;
        if disk.trouble.any {
            let wrong = disk.write_in_trouble(write, self.node, &mut core.tape, &mut core.counts);
            if let Some(wrong) = wrong {
                self.core.trace_disk(self.node, DiskTurn::Once, format_args!("{wrong}"));
            }
            return;
        }
        disk.write(write);
    }

    fn sync(&mut self, file: FileName) -> SyncToken {
        let done = self.disk_done(self.core.disk_times.sync, site::DISK_SYNC);
        let token = self.core.next_token(self.node);
        let turn = DiskTurn::Asked(token);
        self.core.trace_disk(self.node, turn, format_args!("sync {file}, done at {done}"));
        let body = &mut self.core.bodies[self.node as usize];
        let (file, upto) = body.disk.sync_point(file);
        let event = Event::Synced { node: self.node, life: body.life, file, token, upto };
        self.core.schedule(done, Lane::Disk(self.node), event);
        SyncToken(token)
    }

    fn read(&mut self, file: FileName, offset: u64, len: usize) -> ReadToken {
        let done = self.disk_done(self.core.disk_times.read, site::DISK_READ);
        let token = self.core.next_token(self.node);
        let turn = DiskTurn::Asked(token);
        let asked = format_args!("read {len} bytes at {offset} of {file}, done at {done}");
        self.core.trace_disk(self.node, turn, asked);
        let core = &mut *self.core;
        let body = &mut core.bodies[self.node as usize];
        let mut bytes = vec![0; len];
        let disk = &mut body.disk;
        let count = match disk.trouble.any {
            false => Ok(disk.read_at(file, offset, &mut bytes)),
            true => {
                let Core { tape, counts, .. } = core;
                disk.read_in_trouble((file, offset), &mut bytes, self.node, tape, counts)
            }
        };
        let read = count.map(|count| {
            bytes.truncate(count);
            bytes
        });
        let life = body.life;
        let body = core.events.reads.keep(read);
        let event = Event::Read { node: self.node, life, body, token };
        self.core.schedule(done, Lane::Disk(self.node), event);
        ReadToken(token)
    }

    fn announce(&mut self, event: N::Event) {
        if let Some(fact) = event.fact() {
            self.core.tell(self.node, fact);
        }
    }

    fn choose(&mut self, site: &'static str, bound: u64) -> u64 {
        match self.core.tape.choose_at_once(site, self.node, bound) {
            Some(value) => value,
            None => self.choose_first(site, bound),
        }
    }

    /// The wall clock shows the world's time, counted from 2020-01-01T00:00:00Z, unless a fault has made it wrong.
    fn wall(&mut self) -> WallTime {
        let error = if self.core.clocks.skewed { self.core.wall_error(self.node) } else { 0 };
        wall(self.core.now, error)
    }

    fn buggify(&mut self, site: &'static str) -> bool {
        self.core.rates.buggify.sites > 0 && self.core.come_past(self.node, site)
    }
}
