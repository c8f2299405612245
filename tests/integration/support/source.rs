//! Rust sources as tests of style and of absences read them: without comments, without texts, without tests.

use std::fs;
use std::path::{Path, PathBuf};

/// The workspace's root.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is a folder of the root")
}

/// A file of the workspace.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// Where it is, from the root.
    pub(crate) path: String,
    /// What is in it.
    pub(crate) text: String,
}

/// All Rust files below these folders, in order of their paths.
pub(crate) fn sources(folders: &[&str]) -> Vec<Source> {
    let mut paths = Vec::new();
    for folder in folders {
        collect(&root().join(folder), &mut paths);
    }
    paths.sort();
    assert!(!paths.is_empty(), "no sources below {folders:?}");
    paths.iter().map(|path| read(path)).collect()
}

/// All that ships: every file below these folders but those that only tests have.
pub(crate) fn shipped(folders: &[&str]) -> Vec<Source> {
    let all = sources(folders);
    let tests: Vec<String> = all.iter().flat_map(test_modules).collect();
    let is_test = |path: &str| {
        tests.iter().any(|module| {
            path.strip_prefix(module.as_str())
                .is_some_and(|rest| rest.starts_with('/') || rest == ".rs")
        })
    };
    all.into_iter().filter(|source| !is_test(&source.path)).collect()
}

fn read(path: &Path) -> Source {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let path = path.strip_prefix(root()).expect("the path was made from the root");
    Source { path: path.to_string_lossy().replace('\\', "/"), text }
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    for entry in entries {
        let path = entry.expect("a folder's entry can be read").path();
        let built = path.file_name().is_some_and(|name| name == "target");
        if path.is_dir() && !built {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The modules that this file declares for tests only, as paths without `.rs`.
fn test_modules(source: &Source) -> Vec<String> {
    let stem = source.path.trim_end_matches(".rs");
    let (folder, name) = stem.rsplit_once('/').unwrap_or(("", stem));
    let inside = match name {
        "lib" | "main" | "mod" => folder.to_owned(),
        _ => stem.to_owned(),
    };
    let lines: Vec<&str> = source.text.lines().map(str::trim).collect();
    let declared = |pair: &[&str]| {
        let name = pair[1].strip_suffix(';')?.split_whitespace().last()?;
        let module = pair[1].split_whitespace().any(|word| word == "mod");
        (pair[0] == "#[cfg(test)]" && module).then(|| format!("{inside}/{name}"))
    };
    lines.windows(2).filter_map(declared).collect()
}

/// The code with comments, and what is in texts and characters, replaced by spaces. Lines stay where they are.
pub(crate) fn code(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let after_word = code.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let len = match skipped(rest, after_word) {
            0 => {
                code.push(first);
                first.len_utf8()
            }
            len => {
                let blank = |c: char| if c == '\n' { '\n' } else { ' ' };
                code.extend(rest[..len].chars().map(blank));
                len
            }
        };
        rest = &rest[len..];
    }
    code
}

/// How long the comment, text or character is that begins here; 0 where none does.
fn skipped(rest: &str, after_word: bool) -> usize {
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return block_comment(rest);
    }
    if rest.starts_with('"') {
        return quoted(rest, '"');
    }
    if !after_word && let Some(len) = raw_text(rest) {
        return len;
    }
    if rest.starts_with('\'') {
        return character(rest);
    }
    0
}

/// Block comments nest.
fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest[at..].starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// Up to the closing quote that no backslash precedes.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// `r"…"`, `r#"…"#`, with or without a `b` before.
fn raw_text(rest: &str) -> Option<usize> {
    let start = if rest.starts_with("br") { 2 } else { 1 };
    let hashes = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r'))?;
    let count = hashes.len() - hashes.trim_start_matches('#').len();
    let body = hashes[count..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(count));
    let len = body.find(&close).map_or(body.len(), |at| at + close.len());
    Some(start + count + 1 + len)
}

/// A character, and not a lifetime.
fn character(rest: &str) -> usize {
    let mut chars = rest.chars().skip(1);
    match (chars.next(), chars.next()) {
        (Some('\\'), _) => quoted(rest, '\''),
        (Some(c), Some('\'')) => 2 + c.len_utf8(),
        _ => 0,
    }
}

/// Whether this word stands in the code, and not as a part of another.
pub(crate) fn has_word(code: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word)
        .any(|(at, _)| !code[..at].ends_with(part) && !code[at + word.len()..].starts_with(part))
}

/// The text in braces, parentheses or brackets that begins here, both ends included.
pub(crate) fn enclosed(code: &str, open: char, close: char) -> &str {
    let mut depth = 0;
    for (at, c) in code.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close {
            depth -= 1;
            if depth == 0 {
                return &code[..at + c.len_utf8()];
            }
        }
    }
    code
}

#[test]
fn comments_and_texts_are_no_code_and_lifetimes_are() {
    let code = |text| code(text).split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(code("a // b\nc /* d /* e */ f */ g"), "a c g");
    assert_eq!(code(r#"x("HashMap \" { ", 1)"#), "x( , 1)");
    assert_eq!(code("r#\"a \" b\"# c br\"d\" expr\"e\""), "c expr");
    assert_eq!(code("'{' '\\'' '\\n' &'a str 'é'"), "&'a str");
}

#[test]
fn a_module_that_only_tests_have_is_not_shipped() {
    let text = "#[cfg(test)]\nmod samples;\nmod other;\n#[cfg(test)]\npub(crate) mod tests;\n";
    let of = |path: &str| test_modules(&Source { path: path.into(), text: text.into() });
    assert_eq!(of("a/src/lib.rs"), ["a/src/samples", "a/src/tests"]);
    assert_eq!(of("a/src/tape.rs"), ["a/src/tape/samples", "a/src/tape/tests"]);
}
