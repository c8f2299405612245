//! A port that may stop listening: what the node has done so far stands, and the rest of what it does for this input does not happen.

use seatrial_node::{
    Announce, DiskWrite, Duration, FileName, Node, NodeId, Port, ReadToken, RequestToken,
    SyncToken, WallTime,
};

use super::WorldPort;

/// See the module.
pub(crate) struct BrokenPort<'a, N: Node> {
    port: WorldPort<'a, N>,
    /// How many effects still stand; any number, where there is none.
    left: Option<u32>,
    broke_off: bool,
}

impl<'a, N: Node> BrokenPort<'a, N> {
    /// A port that stops listening after so many effects, or never.
    pub(crate) const fn new(port: WorldPort<'a, N>, after: Option<u32>) -> Self {
        Self { port, left: after, broke_off: false }
    }

    /// Whether it has stopped listening.
    pub(crate) const fn broke_off(&self) -> bool {
        self.broke_off
    }

    /// Whether an effect that outlives the node still stands.
    fn stands(&mut self) -> bool {
        match &mut self.left {
            None => true,
            Some(0) => {
                self.broke_off = true;
                false
            }
            Some(left) => {
                *left -= 1;
                true
            }
        }
    }
}

impl<N: Node> Port<N> for BrokenPort<'_, N> {
    fn send(&mut self, to: NodeId, body: N::Message) {
        if self.stands() {
            self.port.send(to, body);
        }
    }

    /// A timer dies with the node, so whether it was set makes no difference.
    fn set_timer(&mut self, key: N::Timer, after: Duration) {
        self.port.set_timer(key, after);
    }

    fn cancel_timer(&mut self, key: &N::Timer) {
        self.port.cancel_timer(key);
    }

    fn reply(&mut self, to: RequestToken, body: N::Response) {
        if self.stands() {
            self.port.reply(to, body);
        }
    }

    fn write(&mut self, write: DiskWrite<'_>) {
        if self.stands() {
            self.port.write(write);
        }
    }

    fn sync(&mut self, file: FileName) -> SyncToken {
        match self.stands() {
            true => self.port.sync(file),
            false => SyncToken(self.port.core.next_token(self.port.node)),
        }
    }

    /// What it brings comes to nobody.
    fn read(&mut self, file: FileName, offset: u64, len: usize) -> ReadToken {
        self.port.read(file, offset, len)
    }

    /// A node may tell of what it has sent or written after it has done so; that stands. What it would hand to its user does not.
    fn announce(&mut self, event: N::Event) {
        if !self.broke_off || event.fact().is_some_and(|fact| fact.owns_up()) {
            self.port.announce(event);
        }
    }

    fn choose(&mut self, site: &'static str, bound: u64) -> u64 {
        self.port.choose(site, bound)
    }

    fn wall(&mut self) -> WallTime {
        self.port.wall()
    }

    fn buggify(&mut self, site: &'static str) -> bool {
        self.port.buggify(site)
    }
}
