//! What the disk says in the log of the process: what a person has to know, and once.

use std::io;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, Once};
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

use super::*;
use crate::disk::keeper::Keeper;

/// What was written to the log.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("nobody panics")).into_owned()
    }

    fn count(&self, words: &str) -> usize {
        self.text().lines().filter(|line| line.contains(words)).count()
    }

    /// Has this thread's events written here for as long as the guard lives.
    fn listen(&self) -> tracing::subscriber::DefaultGuard {
        // Somebody listens to everything as long as the process lives: what other threads say while nobody does would not be said here either.
        static ALWAYS: Once = Once::new();
        ALWAYS.call_once(|| {
            let log = tracing_subscriber::registry();
            tracing::subscriber::set_global_default(log).expect("the only one");
        });
        let log =
            tracing_subscriber::fmt().with_writer(self.clone()).with_ansi(false).with_target(false);
        tracing::subscriber::set_default(log.finish())
    }
}

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panics").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[test]
fn a_full_disk_is_told_once_and_so_is_its_end() {
    let (folder, lines) = (TempDir::new().expect("a folder"), Lines::default());
    let _heard = lines.listen();
    let mut files = files(&folder);
    let place = folder.path().join("files/raft+log");
    symlink("/dev/full", &place).expect("a link");
    for token in 0..20 {
        let done = perform(&mut files, vec![append(LOG, "entries"), sync(LOG, token)]);
        assert_eq!(done, [synced(token, Err(DiskError::Full))]);
        files.after_round(true, false);
    }
    assert_eq!(lines.count("WARN a write (append 7 bytes to raft/log) failed"), 1);
    assert_eq!(lines.count("raft+log"), 1, "{}", lines.text());
    // It has room again: the node begins another file.
    let jobs = vec![append(NEW, "e"), sync(NEW, 30), Job::Rename { from: NEW, to: LOG }];
    assert_eq!(perform(&mut files, jobs), [synced(30, Ok(()))]);
    files.after_round(false, true);
    assert_eq!(lines.count("the disk works again failures="), 1, "{}", lines.text());
}

#[test]
fn a_disk_that_fails_is_asked_less_often_and_in_the_order_in_which_it_was_asked() {
    let folder = TempDir::new().expect("a folder");
    let files = files(&folder);
    symlink("/dev/full", folder.path().join("files/raft+log")).expect("a link");
    let (tell, told) = channel();
    let keeper = Keeper::start(files, move |done| _ = tell.send(done)).expect("a thread");
    keeper.ask(vec![append(LOG, "one"), sync(LOG, 1)]);
    assert_eq!(told.recv(), Ok(vec![synced(1, Err(DiskError::Full))]));
    // While it is left in peace, what is asked gathers: it is one round, however it is asked.
    for token in 2..5 {
        keeper.ask(vec![append(NEW, "two"), sync(NEW, token)]);
        std::thread::sleep(Duration::from_millis(5));
    }
    let all = [synced(2, Ok(())), synced(3, Ok(())), synced(4, Ok(()))];
    assert_eq!(told.recv(), Ok(all.to_vec()));
    keeper.ask(vec![append(LOG, "three"), sync(LOG, 5)]);
    keeper.ask(vec![append(LOG, "four"), sync(LOG, 6)]);
    drop(keeper);
    let last: Vec<Done> = told.iter().flatten().collect();
    let full = |token| synced(token, Err(DiskError::Full));
    assert_eq!(last, [full(5), full(6)], "it finishes what it was given");
}

#[test]
fn a_life_that_may_not_be_the_first_begins_with_a_word_about_it() {
    let (folder, lines) = (TempDir::new().expect("a folder"), Lines::default());
    let _heard = lines.listen();
    perform(&mut files(&folder), vec![append(LOG, "entries"), sync(LOG, 1)]);
    assert_eq!(lines.count("WARN this member begins with an empty directory"), 1);
    drop(files(&folder));
    assert_eq!(lines.text().lines().count(), 1, "the second life is as it should be");
    drop(DataDir::open(folder.path(), &ME, true).expect("nobody has it"));
    assert_eq!(lines.count("WARN --replaced-disk is of no use"), 1, "{}", lines.text());
    let other = TempDir::new().expect("a folder");
    drop(DataDir::open(other.path(), &ME, true).expect("nobody has it"));
    assert_eq!(lines.text().lines().count(), 2, "an empty directory is what a replaced disk has");
}

#[test]
fn what_a_node_finds_damaged_is_told_with_the_file() {
    let (folder, lines) = (TempDir::new().expect("a folder"), Lines::default());
    let _heard = lines.listen();
    let mut files = files(&folder);
    seatrial_node::Disk::new(&mut files)
        .child("raft")
        .notice(FileName::new("log"), format_args!("{} bytes are cut off", 7));
    assert_eq!(lines.count("WARN 7 bytes are cut off path="), 1, "{}", lines.text());
    assert_eq!(lines.count("files/raft+log"), 1, "{}", lines.text());
}
