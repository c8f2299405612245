//! Whether a list of members can be a cluster: for hosts, before they start anything.

use std::fmt;

use crate::NodeId;

/// Why a list of members cannot be a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MembersError {
    /// There is nobody in it.
    Empty,
    /// This node is in it twice.
    Twice(NodeId),
    /// The first of these two is listed before the second.
    Disorder(NodeId, NodeId),
    /// This node is to run, and is not in it.
    Missing(NodeId),
}

impl MembersError {
    /// Holds that these are members as [`Io::members`](crate::Io::members) promises them: in ascending order, each of them once, and
    /// `me`, the node that is to run, among them. A host that reads the list from outside checks it before it opens a node.
    ///
    /// ```
    /// use seatrial_node::{MembersError, NodeId};
    ///
    /// let [a, b, c] = [NodeId(0), NodeId(1), NodeId(2)];
    /// assert_eq!(MembersError::check(a, &[a, b, c]), Ok(()));
    /// assert_eq!(MembersError::check(a, &[a, b, b]), Err(MembersError::Twice(b)));
    /// let error = MembersError::check(c, &[a, b]).expect_err("it is not among them");
    /// assert_eq!(error.to_string(), "n2 is to run, and is not among the members; add it to the list");
    /// ```
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(me: NodeId, members: &[NodeId]) -> Result<(), Self> {
        Self::check_all(members)?;
        members.binary_search(&me).map(drop).map_err(|_| Self::Missing(me))
    }

    /// The same for a host that runs all of them.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check_all(members: &[NodeId]) -> Result<(), Self> {
        if members.is_empty() {
            return Err(Self::Empty);
        }
        let twice =
            |(i, member): (usize, &NodeId)| members[..i].contains(member).then_some(*member);
        let Some(pair) = members.windows(2).find(|pair| pair[0] >= pair[1]) else { return Ok(()) };
        let twice = members.iter().enumerate().find_map(twice);
        Err(twice.map_or(Self::Disorder(pair[0], pair[1]), Self::Twice))
    }
}

impl fmt::Display for MembersError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("there are no members; name at least one"),
            Self::Twice(node) => write!(f, "{node} is listed twice; every member is named once"),
            Self::Disorder(first, second) => {
                write!(f, "{first} is listed before {second}; members are named in ascending order")
            }
            Self::Missing(me) => {
                write!(f, "{me} is to run, and is not among the members; add it to the list")
            }
        }
    }
}

impl std::error::Error for MembersError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(me: u32, members: &[u32]) -> String {
        let members: Vec<NodeId> = members.iter().copied().map(NodeId).collect();
        MembersError::check(NodeId(me), &members).expect_err("no cluster").to_string()
    }

    #[test]
    fn a_list_that_is_no_cluster_is_refused_with_the_node_that_is_wrong() {
        assert_eq!(refused(0, &[]), "there are no members; name at least one");
        assert_eq!(refused(0, &[0, 1, 1]), "n1 is listed twice; every member is named once");
        assert_eq!(refused(0, &[1, 0, 1]), "n1 is listed twice; every member is named once");
        assert!(refused(0, &[0, 2, 1]).starts_with("n2 is listed before n1"));
        assert!(refused(5, &[0, 1]).starts_with("n5 is to run, and is not among the members"));
    }

    #[test]
    fn members_may_have_any_names_in_order() {
        let members = [NodeId(2), NodeId(5), NodeId(u32::MAX)];
        assert_eq!(MembersError::check(NodeId(5), &members), Ok(()));
    }
}
