//! The first frame on a connection, each way: who wants to speak to whom about what, and whether that is welcome.

use std::fmt;

use seatrial_node::{NodeId, Wire, WireError, WireReader};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::disk::Home;

/// The version of all that follows the greeting, this included. A program speaks one.
const VERSION: u32 = 1;

/// The longest greeting, in bytes.
pub(crate) const HELLO_LIMIT: usize = 4 << 10;

/// Who wants to speak.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The name of the cluster that the caller takes this for.
    pub cluster: String,
    /// The protocol that it speaks.
    pub protocol: String,
    /// As what it comes.
    pub role: Role,
}

/// As what somebody comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// As a member, with messages to another one.
    Member {
        /// Which.
        from: NodeId,
        /// Whom it takes this for.
        to: NodeId,
        /// With which directory it comes.
        home: Home,
    },
    /// As a client, with requests.
    Client,
    /// As one who only asks for the status, whatever protocol is spoken here.
    Observer,
}

/// What the caller is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Welcome {
    /// Go on; this is who listens.
    Come(NodeId),
    /// No; the connection ends.
    Refused(Refusal),
}

/// Why a connection is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Refusal {
    /// The caller means another cluster.
    Cluster {
        /// The one that listens here.
        here: String,
    },
    /// The caller speaks another protocol.
    Protocol {
        /// The one that is spoken here.
        here: String,
    },
    /// The caller means another node.
    Node {
        /// The one that listens here.
        here: NodeId,
    },
    /// The caller is no member, or says that it is the one that listens here.
    Stranger,
    /// The caller's greeting cannot be read.
    Unreadable(String),
    /// The caller's key is not the member's that it says it is.
    Key(String),
    /// The caller speaks without TLS, and the cluster has keys.
    Plain,
    /// The caller was known by another directory, and does not say that it was replaced.
    Directory,
}

impl Refusal {
    /// One word for it, for counting.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Cluster { .. } => "cluster",
            Self::Protocol { .. } => "protocol",
            Self::Node { .. } => "node",
            Self::Stranger => "stranger",
            Self::Unreadable(_) => "unreadable",
            Self::Key(_) => "key",
            Self::Plain => "plain",
            Self::Directory => "directory",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cluster { here } => write!(f, "this is the cluster {here}"),
            Self::Protocol { here } => write!(f, "{here} is spoken here"),
            Self::Node { here } => write!(f, "this is {here}"),
            Self::Stranger => f.write_str("the caller is no other member of the cluster"),
            Self::Unreadable(why) => write!(f, "the greeting cannot be read: {why}"),
            Self::Key(why) => write!(f, "the caller's key: {why}"),
            Self::Directory => f.write_str("the caller was a member with another directory"),
            Self::Plain => f.write_str(
                "TLS is spoken here: name the folder of the cluster's keys under [tls] in the caller's cluster file",
            ),
        }
    }
}

impl Hello {
    /// Whether the node `here` of this cluster and these members, with this protocol, listens to such a caller.
    ///
    /// # Errors
    /// Why not.
    pub fn check(
        &self,
        cluster: &str,
        protocol: &str,
        here: NodeId,
        members: &[NodeId],
    ) -> Result<(), Refusal> {
        if self.cluster != cluster {
            return Err(Refusal::Cluster { here: cluster.to_owned() });
        }
        if self.protocol != protocol && self.role != Role::Observer {
            return Err(Refusal::Protocol { here: protocol.to_owned() });
        }
        match self.role {
            Role::Member { to, .. } if to != here => Err(Refusal::Node { here }),
            Role::Member { from, .. } if from == here || !members.contains(&from) => {
                Err(Refusal::Stranger)
            }
            Role::Member { .. } | Role::Client | Role::Observer => Ok(()),
        }
    }
}

fn encode(value: &impl Serialize, out: &mut Vec<u8>) {
    out.extend_from_slice(&VERSION.to_le_bytes());
    let bytes = postcard::to_extend(value, std::mem::take(out));
    *out = bytes.expect("a vector takes all bytes, and these types have a form");
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, WireError> {
    let mut reader = WireReader::new(bytes);
    match reader.u32()? {
        VERSION => {}
        found => return Err(WireError::Version { found, expected: VERSION }),
    }
    // Whatever the codec says of its own ways, that is what it means.
    let malformed =
        |_| WireError::Malformed("they are no greeting, nor an answer to one".to_owned());
    let (value, rest) = postcard::take_from_bytes(reader.rest()).map_err(malformed)?;
    WireReader::new(rest).end()?;
    Ok(value)
}

impl Wire for Hello {
    fn encode(&self, out: &mut Vec<u8>) {
        encode(self, out);
    }

    fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        decode(bytes)
    }
}

impl Wire for Welcome {
    fn encode(&self, out: &mut Vec<u8>) {
        encode(self, out);
    }

    fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        decode(bytes)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MEMBERS: [NodeId; 2] = [NodeId(1), NodeId(2)];

    fn hello(cluster: &str, protocol: &str, role: Role) -> Hello {
        Hello { cluster: cluster.into(), protocol: protocol.into(), role }
    }

    fn refused(hello: &Hello) -> &'static str {
        let checked = hello.check("harbour", "raft-kv", NodeId(1), &MEMBERS);
        checked.map_or_else(|refusal| refusal.word(), |()| "welcome")
    }

    #[test]
    fn who_means_somebody_else_is_refused_with_what_is_here() {
        let home = Home { directory: 7, anew: false };
        let member = |from, to| Role::Member { from: NodeId(from), to: NodeId(to), home };
        let harbour = |role| hello("harbour", "raft-kv", role);
        assert_eq!(refused(&harbour(member(2, 1))), "welcome");
        assert_eq!(refused(&harbour(Role::Client)), "welcome");
        assert_eq!(refused(&hello("pier", "raft-kv", Role::Client)), "cluster");
        assert_eq!(refused(&hello("harbour", "echo", member(2, 1))), "protocol");
        assert_eq!(refused(&hello("harbour", "", Role::Observer)), "welcome");
        assert_eq!(refused(&hello("pier", "", Role::Observer)), "cluster");
        assert_eq!(refused(&harbour(member(1, 2))), "node");
        assert_eq!(refused(&harbour(member(1, 1))), "stranger");
        assert_eq!(refused(&harbour(member(9, 1))), "stranger");
    }

    #[test]
    fn a_greeting_comes_back_from_its_bytes_and_one_of_another_version_is_refused_by_name() {
        let hello = hello("harbour", "raft-kv", Role::Client);
        let mut bytes = Vec::new();
        hello.encode(&mut bytes);
        assert_eq!(Hello::decode(&bytes), Ok(hello));
        bytes[0] = 7;
        assert_eq!(Hello::decode(&bytes), Err(WireError::Version { found: 7, expected: 1 }));
    }

    #[test]
    fn what_is_no_greeting_is_told_in_plain_words() {
        let bytes = [&VERSION.to_le_bytes()[..], &[0xff; 9]].concat();
        let told = Hello::decode(&bytes).expect_err("no greeting").to_string();
        assert!(told.ends_with("they are no greeting, nor an answer to one"), "{told}");
    }

    proptest! {
        #[test]
        fn no_bytes_make_decoding_panic(rest in any::<Vec<u8>>()) {
            let bytes = [&VERSION.to_le_bytes()[..], &rest].concat();
            prop_assert!(Hello::decode(&bytes).is_ok() || Hello::decode(&rest).is_err());
            let _ = Welcome::decode(&bytes);
        }
    }
}
