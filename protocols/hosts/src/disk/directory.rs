//! A node's data directory: held by one process at a time, and by one node for good.
//!
//! | in the directory | what |
//! |---|---|
//! | `LOCK` | locked (`flock`) as long as a process serves the directory; names that process |
//! | `IDENTITY` | whose it is, and how many lives have begun in it; replaced whole, never changed in place |
//! | `MET` | by which [directory](super::met) each other member is known |
//! | `files/` | the node's files, one each; `/` in a name is `+` here, so that all are in one folder |
//! | `files/STAMP` | which files have to be there, a name a line; there before the first life, so that files that were taken away are missed |
//!
//! The number of lives is on the disk before a life begins: names that are unique among lives are made from it.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use seatrial_node::NodeId;
use serde::{Deserialize, Serialize};
use tracing::warn;

use super::names::{Names, STAMP};
use super::{DataDirError, Home};
use crate::chance;

const FORM: u32 = 1;

/// Whose files a directory holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner<'a> {
    /// The cluster's name.
    pub cluster: &'a str,
    /// The protocol's.
    pub protocol: &'a str,
    /// Which of the members.
    pub node: NodeId,
}

/// A data directory that this process holds, until it drops this or ends in any other way.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    /// Locked as long as it is open.
    _lock: File,
    life: u64,
    replaced: bool,
    home: Home,
    names: Names,
}

/// What `IDENTITY` says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Identity {
    form: u32,
    cluster: String,
    protocol: String,
    node: NodeId,
    lives: u64,
    replaced_disk: bool,
    /// Tells this directory from all others; 0 in one that was begun before they were told apart.
    #[serde(default)]
    directory: u64,
    /// Whether it was begun in place of another.
    #[serde(default)]
    anew: bool,
}

impl DataDir {
    /// Takes the directory for a new life of this node, and makes it where there is none. `replaced` says that the node has lived before
    /// with another disk, which is gone; a directory remembers that.
    ///
    /// # Errors
    /// Where another process has it, where it belongs to somebody else, where files are gone that were there, and where the system refuses.
    pub fn open(path: &Path, owner: &Owner<'_>, replaced: bool) -> Result<Self, DataDirError> {
        let files = path.join("files");
        let is_new = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
        let new: Vec<PathBuf> = files.ancestors().take_while(is_new).map(Path::to_owned).collect();
        fs::create_dir_all(&files).map_err(DataDirError::io(&files, "make this folder"))?;
        let lock = lock(path)?;
        let identity = path.join("IDENTITY");
        let before = read_identity(&identity)?;
        let in_use = is_in_use(&files)?;
        let names =
            Names::read(&files).map_err(DataDirError::io(files.join(STAMP), "read this file"))?;
        let lost = match &before {
            Some(before) => {
                hold_same(&identity, before, owner)?;
                lost(&files, names.as_ref(), in_use, before.lives)
            }
            None if in_use => return Err(DataDirError::Nameless { path: path.to_owned() }),
            None => None,
        };
        let is_lost = lost.is_some();
        // Whoever votes and acknowledges again without what it has promised takes back what others rely on.
        if let Some(lost) = lost.filter(|_| !replaced) {
            return Err(lost);
        }
        tell_beginning(path, before.as_ref(), replaced, in_use && !is_lost);
        let is_first = before.is_none();
        let drawn = || (chance::random() >> 1).max(1);
        let (lives, was_replaced, directory, anew) = before
            .map_or((0, false, 0, replaced), |before| {
                (before.lives, before.replaced_disk, before.directory, before.anew)
            });
        let home = Home { directory: if directory == 0 { drawn() } else { directory }, anew };
        let now = Identity {
            form: FORM,
            cluster: owner.cluster.to_owned(),
            protocol: owner.protocol.to_owned(),
            node: owner.node,
            lives: lives + 1,
            replaced_disk: replaced || was_replaced,
            directory: home.directory,
            anew: home.anew,
        };
        let mut names = names.unwrap_or_else(|| Names::none(&files));
        let mut list = || {
            let listed = names.forget_missing();
            listed.map_err(DataDirError::io(files.join(STAMP), "write this file"))
        };
        // In this order: files without an identity are nobody's, but a list alone is a first life that was not begun. What was lost is
        // missed until it is written down that the disk was replaced.
        if is_first {
            list()?;
        }
        write_identity(path, &identity, &now)?;
        if is_lost {
            list()?;
        }
        sync_folder(path).map_err(DataDirError::io(path, "sync this folder"))?;
        for above in new.iter().filter_map(|folder| folder.parent()) {
            let above = if above.as_os_str().is_empty() { Path::new(".") } else { above };
            sync_folder(above).map_err(DataDirError::io(above, "sync this folder"))?;
        }
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
            life: now.lives,
            replaced: now.replaced_disk,
            home,
            names,
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Which life of the node begins now; the first is life 1.
    pub const fn life(&self) -> u64 {
        self.life
    }

    /// Whether the node has once lived with another disk, which is gone.
    pub const fn is_replaced(&self) -> bool {
        self.replaced
    }

    /// By which others know it.
    pub const fn home(&self) -> Home {
        self.home
    }

    pub(super) fn files(&self) -> PathBuf {
        self.path.join("files")
    }

    pub(super) const fn names(&mut self) -> &mut Names {
        &mut self.names
    }
}

/// What of a former life's files is gone, if anything is.
fn lost(files: &Path, names: Option<&Names>, in_use: bool, lives: u64) -> Option<DataDirError> {
    match names {
        None if !in_use => Some(DataDirError::Gone { path: files.to_owned(), lives }),
        None => Some(DataDirError::Missing { path: files.join(STAMP) }),
        Some(names) => {
            let path = files.join(names.missing()?);
            Some(DataDirError::Missing { path })
        }
    }
}

/// Says in which way a life begins, where people may have meant another. A member that comes back without its directory looks like a new
/// one, so that is said each time; and a directory that holds a life is no replaced disk, whatever a unit file of the system still says.
fn tell_beginning(path: &Path, before: Option<&Identity>, replaced: bool, is_whole: bool) {
    let data = path.display();
    if before.is_none() && !replaced {
        warn!(
            %data,
            "this member begins with an empty directory: if it has been a member before, stop it at once and start it with --replaced-disk"
        );
    } else if replaced && is_whole {
        warn!(
            %data,
            "--replaced-disk is of no use: this directory holds what the member had promised, and that counts; leave the option out"
        );
    }
}

/// Whether there is anything of the node's.
fn is_in_use(files: &Path) -> Result<bool, DataDirError> {
    let refused = DataDirError::io(files, "read this folder");
    for entry in fs::read_dir(files).map_err(&refused)? {
        if Names::is_of_node(&entry.map_err(&refused)?.file_name().to_string_lossy()) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn lock(folder: &Path) -> Result<File, DataDirError> {
    let path = folder.join("LOCK");
    let mut options = OpenOptions::new();
    let options = options.read(true).write(true).create(true).truncate(false);
    let mut file = options.open(&path).map_err(DataDirError::io(&path, "write this file"))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => {
            let mut holder = String::new();
            // Only for the message: whatever is there will do.
            let _ = file.read_to_string(&mut holder);
            let holder = holder.chars().filter(char::is_ascii_digit).take(10).collect();
            return Err(DataDirError::Locked { path: folder.to_owned(), holder });
        }
        Err(fs::TryLockError::Error(error)) => {
            return Err(DataDirError::Io { path, what: "lock this file", error });
        }
    }
    let number = std::process::id().to_string();
    file.set_len(0)
        .and_then(|()| file.write_all(number.as_bytes()))
        .map_err(DataDirError::io(&path, "write this file"))?;
    Ok(file)
}

fn read_identity(path: &Path) -> Result<Option<Identity>, DataDirError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) if error.kind() == ErrorKind::InvalidData => {
            return Err(DataDirError::Identity { path: path.to_owned(), why: error.to_string() });
        }
        Err(error) => return Err(DataDirError::io(path, "read this file")(error)),
    };
    let refuse = |why: String| DataDirError::Identity { path: path.to_owned(), why };
    let identity: Identity =
        toml::from_str(&text).map_err(|error| refuse(error.message().to_owned()))?;
    if identity.form != FORM {
        let found = identity.form;
        return Err(refuse(format!("form {found} of a directory; this program knows form {FORM}")));
    }
    Ok(Some(identity))
}

fn hold_same(path: &Path, found: &Identity, owner: &Owner<'_>) -> Result<(), DataDirError> {
    let foreign = |field, found: &str, expected: &str| DataDirError::Foreign {
        path: path.to_owned(),
        field,
        found: found.to_owned(),
        expected: expected.to_owned(),
    };
    if found.cluster != owner.cluster {
        return Err(foreign("the cluster", &found.cluster, owner.cluster));
    }
    if found.protocol != owner.protocol {
        return Err(foreign("the protocol", &found.protocol, owner.protocol));
    }
    if found.node != owner.node {
        return Err(foreign("the node", &found.node.to_string(), &owner.node.to_string()));
    }
    Ok(())
}

/// Replaces the file as a whole: after any crash it is the old one or the new one.
fn write_identity(folder: &Path, path: &Path, identity: &Identity) -> Result<(), DataDirError> {
    let new = folder.join("IDENTITY.new");
    let text = toml::to_string(identity).expect("numbers, texts and a yes or no have a form");
    let write = || {
        let mut file = File::create(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, path)
    };
    write().map_err(DataDirError::io(path, "write this file"))
}

/// Makes the names in a folder last.
pub(super) fn sync_folder(path: &Path) -> std::io::Result<()> {
    File::open(path)?.sync_all()
}
