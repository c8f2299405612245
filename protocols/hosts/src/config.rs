//! The cluster file: who the members are and where, checked as a whole before anything is begun.
//!
//! ```toml
//! cluster = "harbour"
//! data = "data"                   # n1 keeps its files in data/n1; relative to this file
//!
//! [[member]]
//! id = 1
//! peer = "127.0.0.1:7101"         # for the other members
//! client = "127.0.0.1:7201"       # for clients
//! metrics = "127.0.0.1:7301"      # for Prometheus; may be left out
//! ```
//!
//! Besides, at the top: `fsync = false` gives durability up for speed. `[tls]` with `keys = "keys"` has members and clients show keys, from
//! that folder: `authority.pem`, `n1.pem` and `n1.key` for n1, `client.pem` and `client.key`. `[settings]` has the protocol's own.
//!
//! A variable of the environment stands above the file: `SEATRIAL_SERVER_DATA`, `SEATRIAL_SERVER_MEMBER_1_PEER`,
//! `SEATRIAL_SERVER_SETTINGS_HEARTBEAT`, and so on.

mod environment;
mod settings;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::{Path, PathBuf};

use seatrial_node::NodeId;
use serde::Deserialize;
use thiserror::Error;
use toml::Spanned;

pub use settings::Settings;

use crate::station::{Member, Station};
use crate::tcp::KeyFiles;

/// What is wrong with a cluster file, and where.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{place}: {why}")]
pub struct ConfigError {
    place: String,
    why: String,
}

impl ConfigError {
    pub(crate) fn new(place: impl Into<String>, why: impl Into<String>) -> Self {
        Self { place: place.into(), why: why.into() }
    }
}

/// A cluster file that makes sense.
#[derive(Clone, Debug)]
pub struct ClusterFile {
    path: PathBuf,
    /// The cluster's name.
    pub cluster: String,
    /// The members, in ascending order of their ids.
    pub members: Vec<Member>,
    /// The protocol's settings.
    pub settings: Settings,
    data: PathBuf,
    fsync: bool,
    keys: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    cluster: Spanned<String>,
    #[serde(default = "usual_data")]
    data: PathBuf,
    #[serde(default = "yes")]
    fsync: bool,
    tls: Option<RawTls>,
    #[serde(default)]
    member: Vec<Spanned<RawMember>>,
    #[serde(default)]
    settings: toml::Table,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTls {
    keys: PathBuf,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMember {
    id: Spanned<u32>,
    peer: Spanned<String>,
    client: Spanned<String>,
    metrics: Option<Spanned<String>>,
}

fn usual_data() -> PathBuf {
    "data".into()
}

const fn yes() -> bool {
    true
}

/// A text, and how to name the line of a place in it.
#[derive(Clone, Copy)]
struct Source<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Source<'_> {
    fn at(&self, offset: usize, why: impl Into<String>) -> ConfigError {
        let line = self.text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1;
        ConfigError::new(format!("{}:{line}", self.path.display()), why)
    }
}

impl ClusterFile {
    /// Reads the file, and puts what the environment says above it.
    ///
    /// # Errors
    /// The first thing that is wrong, with its line or its variable, and what to do about it.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = fs::read_to_string(path).map_err(|error| {
            let why = format!("cannot be read: {error}; name the cluster file with --config");
            ConfigError::new(path.display().to_string(), why)
        })?;
        // A variable that is no text is none of ours.
        let known = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        let variables: Vec<_> = std::env::vars_os().filter_map(known).collect();
        Self::parse(path, &text, &variables)
    }

    /// The same for a text and variables that are at hand.
    ///
    /// # Errors
    /// As [`ClusterFile::read`].
    pub fn parse(
        path: &Path,
        text: &str,
        variables: &[(String, String)],
    ) -> Result<Self, ConfigError> {
        let source = Source { path, text };
        let raw: Raw = toml::from_str(text).map_err(|error| {
            source.at(error.span().map_or(0, |span| span.start), error.message())
        })?;
        check_name(&raw.cluster, source)?;
        let mut members = members(&raw, source)?;
        members.sort_by_key(|member| member.id);
        let folder = path.parent().unwrap_or_else(|| Path::new(""));
        let mut file = Self {
            path: path.to_owned(),
            cluster: raw.cluster.into_inner(),
            members,
            settings: Settings::new(path, text, raw.settings),
            data: folder.join(raw.data),
            fsync: raw.fsync,
            keys: raw.tls.map(|tls| folder.join(tls.keys)),
        };
        environment::apply(&mut file, variables)?;
        Ok(file)
    }

    /// What this member's process has to know.
    ///
    /// # Errors
    /// Where there is no such member.
    pub fn station(&self, me: NodeId, replaced_disk: bool) -> Result<Station, ConfigError> {
        if !self.members.iter().any(|member| member.id == me) {
            let ids: Vec<_> = self.members.iter().map(|member| member.id.0.to_string()).collect();
            let why = format!("there is no member {}; there are {}", me.0, ids.join(", "));
            return Err(ConfigError::new(self.path.display().to_string(), why));
        }
        Ok(Station {
            cluster: self.cluster.clone(),
            me,
            members: self.members.clone(),
            data: self.data.join(me.to_string()),
            durable: self.fsync,
            replaced_disk,
            keys: self.keys_of(&me.to_string()),
            facts: None,
        })
    }

    /// Where the keys of clients are, where the cluster has any.
    pub fn client_keys(&self) -> Option<KeyFiles> {
        self.keys_of("client")
    }

    fn keys_of(&self, name: &str) -> Option<KeyFiles> {
        let folder = self.keys.as_ref()?;
        Some(KeyFiles {
            authority: folder.join("authority.pem"),
            certificate: folder.join(format!("{name}.pem")),
            key: folder.join(format!("{name}.key")),
        })
    }
}

fn check_name(name: &Spanned<String>, source: Source<'_>) -> Result<(), ConfigError> {
    let text = name.get_ref();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if text.is_empty() || text.len() > 64 || !text.chars().all(is_plain) {
        let why =
            format!("{text:?} is no name of a cluster; use up to 64 letters, digits, -, _, .");
        return Err(source.at(name.span().start, why));
    }
    Ok(())
}

/// The members, each of them once, each with ports of its own.
fn members(raw: &Raw, source: Source<'_>) -> Result<Vec<Member>, ConfigError> {
    if raw.member.is_empty() {
        return Err(source.at(0, "there are no members; add a [[member]] for each"));
    }
    let mut seen: Vec<Member> = Vec::new();
    let mut ports: Vec<(&str, String)> = Vec::new();
    for member in &raw.member {
        let member = member.get_ref();
        let id = NodeId(*member.id.get_ref());
        if seen.iter().any(|other| other.id == id) {
            let why = format!("member {} is listed twice; each has an id of its own", id.0);
            return Err(source.at(member.id.span().start, why));
        }
        let named = [("peer", Some(&member.peer)), ("client", Some(&member.client))];
        for (name, address) in named.into_iter().chain([("metrics", member.metrics.as_ref())]) {
            let Some(address) = address else { continue };
            let refuse = |why: String| Err(source.at(address.span().start, why));
            if let Err(why) = check_address(address.get_ref()) {
                return refuse(format!("`{name}`: {why}"));
            }
            let same =
                |(port, _): &&(&str, String)| crate::tcp::is_same_port(port, address.get_ref());
            if let Some((_, holder)) = ports.iter().find(same) {
                return refuse(format!("{} is {holder} already", address.get_ref()));
            }
            ports.push((address.get_ref(), format!("the `{name}` of member {}", id.0)));
        }
        seen.push(Member {
            id,
            peer: member.peer.get_ref().clone(),
            client: member.client.get_ref().clone(),
            metrics: member.metrics.as_ref().map(|address| address.get_ref().clone()),
        });
    }
    Ok(seen)
}

/// Whether this can be listened on and reached.
fn check_address(address: &str) -> Result<(), String> {
    let port = address.rsplit_once(':').filter(|(host, _)| !host.is_empty());
    match port.map(|(_, port)| port.parse::<u16>()) {
        Some(Ok(1..)) => Ok(()),
        _ => Err(format!("{address:?} is no address; write host:port, as \"127.0.0.1:7101\"")),
    }
}
