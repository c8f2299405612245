//! Directories that cannot be used: each is refused with what to do, and left as it was.

use std::fs;
use std::path::Path;

use seatrial_node::NodeId;
use tempfile::TempDir;

use super::*;

fn refused(path: &Path, owner: &Owner<'_>) -> String {
    DataDir::open(path, owner, false).expect_err("it cannot be used").to_string()
}

#[test]
fn a_directory_has_one_process_at_a_time_and_knows_how_many_lives_it_has_seen() {
    let folder = TempDir::new().expect("a folder");
    let first = DataDir::open(folder.path(), &ME, false).expect("nobody has it");
    let error = refused(folder.path(), &ME);
    let holder = format!("another process serves this directory (process {})", std::process::id());
    assert!(error.contains(&holder), "{error}");
    assert_eq!((first.life(), first.is_replaced()), (1, false));
    drop(first);
    let second = DataDir::open(folder.path(), &ME, true).expect("nobody has it any more");
    assert_eq!((second.life(), second.is_replaced()), (2, true));
    drop(second);
    let third = DataDir::open(folder.path(), &ME, false).expect("nobody has it any more");
    assert_eq!((third.life(), third.is_replaced()), (3, true), "it remembers");
}

#[test]
fn a_directory_of_another_cluster_protocol_or_node_is_refused() {
    let folder = TempDir::new().expect("a folder");
    drop(DataDir::open(folder.path(), &ME, false).expect("nobody has it"));
    let error = refused(folder.path(), &Owner { cluster: "pier", ..ME });
    assert!(error.contains("IDENTITY: this directory belongs to the cluster harbour, not to pier"));
    let error = refused(folder.path(), &Owner { protocol: "echo", ..ME });
    assert!(error.contains("belongs to the protocol journal, not to echo"), "{error}");
    let error = refused(folder.path(), &Owner { node: NodeId(2), ..ME });
    assert!(
        error.contains("the node n1, not to n2; look at `data` in the cluster file"),
        "{error}"
    );
    let life = DataDir::open(folder.path(), &ME, false).expect("it is as it was").life();
    assert_eq!(life, 2);
}

#[test]
fn an_identity_that_makes_no_sense_is_refused_with_the_way_out() {
    let folder = TempDir::new().expect("a folder");
    drop(DataDir::open(folder.path(), &ME, false).expect("nobody has it"));
    let path = folder.path().join("IDENTITY");
    let good = fs::read_to_string(&path).expect("it is there");
    let newer = good.replace("form = 1", "form = 9");
    for bad in ["", "form = 1", "\u{0}\u{1}", &newer, &format!("{good}more = 1")] {
        fs::write(&path, bad).expect("it is written");
        let error = refused(folder.path(), &ME);
        assert!(error.contains("IDENTITY: ") && error.contains("--replaced-disk"), "{error}");
        assert_eq!(fs::read_to_string(&path).expect("it is there"), bad);
    }
    fs::write(&path, [0xff, 0xfe]).expect("it is written");
    assert!(refused(folder.path(), &ME).contains("the directory is damaged"));
}

#[test]
fn a_place_where_nothing_can_be_written_is_refused_by_name() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("file");
    fs::write(&file, "").expect("it is written");
    let error = refused(&file, &ME);
    assert!(error.contains("file/files: cannot make this folder: "), "{error}");
    assert!(error.contains("something else has that name"), "{error}");
    // Nobody makes folders there, whatever rights they have.
    let error = refused(Path::new("/proc/seatrial"), &ME);
    assert!(error.contains("/proc/seatrial/files: cannot make this folder"), "{error}");
}

#[test]
fn a_node_whose_files_are_gone_is_refused_until_it_is_said_that_they_are() {
    let folder = TempDir::new().expect("a folder");
    drop(DataDir::open(folder.path(), &ME, false).expect("nobody has it"));
    let files = folder.path().join("files");
    fs::remove_dir_all(&files).expect("it is there");
    let said = refused(folder.path(), &ME);
    assert!(said.contains("has lived here (1 so far), and its files are gone"), "{said}");
    assert!(said.contains("--replaced-disk"), "{said}");
    let again = DataDir::open(folder.path(), &ME, true).expect("it is said");
    assert!(again.is_replaced());
    drop(again);
    // It is remembered, and what there is from now on is missed again.
    assert!(DataDir::open(folder.path(), &ME, false).expect("it has a stamp").is_replaced());
    fs::remove_dir_all(&files).expect("it is there");
    refused(folder.path(), &ME);
}

#[test]
fn files_without_an_identity_are_refused() {
    let folder = TempDir::new().expect("a folder");
    drop(DataDir::open(folder.path(), &ME, false).expect("nobody has it"));
    fs::write(folder.path().join("files/raft+log"), "entries").expect("it can be written");
    fs::remove_file(folder.path().join("IDENTITY")).expect("it is there");
    let said = refused(folder.path(), &ME);
    assert!(said.contains("no IDENTITY that says whose"), "{said}");
    fs::remove_file(folder.path().join("files/raft+log")).expect("it is there");
    DataDir::open(folder.path(), &ME, false).expect("a life that was not begun");
}

#[test]
fn a_file_that_was_synced_and_is_gone_is_missed_by_its_name() {
    let folder = TempDir::new().expect("a folder");
    let mark = FileName::new("raft/mark");
    let mut first = files(&folder);
    perform(&mut first, vec![append(LOG, "entries"), sync(LOG, 1), append(mark, "mark")]);
    let path = |name: &str| folder.path().join("files").join(name);
    drop(first);
    fs::remove_file(path("raft+mark")).expect("it is there");
    let mut second = files(&folder);
    assert_eq!(second.len(mark), Ok(None), "nothing was promised of what was never synced");
    perform(&mut second, vec![append(mark, "mark"), sync(mark, 1)]);
    drop(second);
    fs::remove_file(path("raft+mark")).expect("it is there");
    let said = refused(folder.path(), &ME);
    assert!(said.contains("files/raft+mark: this file was there and is gone"), "{said}");
    assert!(said.contains("put it back, or start the node with --replaced-disk"), "{said}");
    assert!(path("raft+log").exists());
    let third = DataDir::open(folder.path(), &ME, true).expect("it is said");
    assert!(third.is_replaced());
    drop(third);
    DataDir::open(folder.path(), &ME, false).expect("what is gone is known to be gone");
    fs::remove_file(path("STAMP")).expect("it is there");
    let said = refused(folder.path(), &ME);
    assert!(said.contains("files/STAMP: this file was there and is gone"), "{said}");
}

#[test]
fn a_file_that_has_another_name_now_is_not_missed() {
    let folder = TempDir::new().expect("a folder");
    let (old, now) = (FileName::new("old"), FileName::new("now"));
    let jobs = vec![
        append(old, "one"),
        append(NEW, "log"),
        sync(old, 1),
        sync(NEW, 2),
        Job::Rename { from: old, to: now },
        Job::Rename { from: NEW, to: LOG },
        sync(LOG, 3),
    ];
    perform(&mut files(&folder), jobs);
    let listed = fs::read_to_string(folder.path().join("files/STAMP")).expect("a list");
    assert_eq!(listed, "raft+log\n", "`now` was not synced under that name");
    assert_eq!(files(&folder).len(now), Ok(Some(3)));
}
