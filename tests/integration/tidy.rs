//! The style that a formatter and a linter cannot hold: files that say why they exist, that are short, and that leave nothing undone.

use super::support::source::{Source, code, enclosed, has_word, sources};

/// A file that is longer has two subjects.
const MAX_LINES: usize = 450;

/// A function that is longer does not fit a screen.
const MAX_FUNCTION: usize = 70;

/// Where our sources are.
const FOLDERS: [&str; 5] = ["protocols", "sim", "scenarios", "reports", "tests"];

/// All that is wrong with a file, each as `path:line: what`.
fn faults(source: &Source) -> Vec<String> {
    let code = code(&source.text);
    let mut faults = Vec::new();
    if !source.text.starts_with("//!") {
        faults.push((1, "the file does not begin with a `//!` that says why it exists".to_owned()));
    }
    let lines = source.text.lines().count();
    if lines > MAX_LINES {
        faults.push((lines, format!("{lines} lines; at most {MAX_LINES}: split the file")));
    }
    for (line, name, length) in functions(&code) {
        if length > MAX_FUNCTION {
            faults.push((line, format!("`{name}` has {length} lines; at most {MAX_FUNCTION}")));
        }
    }
    faults.extend(undone(&source.text, &code));
    faults.iter().map(|(line, what)| format!("{}:{line}: {what}", source.path)).collect()
}

/// Every function with a body: its line, its name, and how many lines it has from its `fn` to its closing brace.
fn functions(code: &str) -> Vec<(usize, &str, usize)> {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        if code[..at].ends_with(part) {
            continue;
        }
        let rest = &code[at..];
        let name = rest["fn ".len()..].split(|c| !part(c)).next().unwrap_or_default();
        // A function of a trait may have no body, and a pointer to a function has no name.
        let Some(open) = body(rest) else {
            continue;
        };
        if !name.is_empty() {
            let body = enclosed(&rest[open..], '{', '}');
            let length = rest[..open + body.len()].lines().count();
            found.push((line_of(code, at), name, length));
        }
    }
    found
}

/// Where the body of the function that begins here begins, if it has one.
fn body(function: &str) -> Option<usize> {
    let mut depth = 0;
    let ends = |(_, c): &(usize, char)| {
        depth += i32::from(matches!(c, '(' | '[')) - i32::from(matches!(c, ')' | ']'));
        depth == 0 && matches!(c, '{' | ';')
    };
    function.char_indices().find(ends).filter(|(_, c)| *c == '{').map(|(at, _)| at)
}

/// What is left for later: in the code, and for one word also in comments.
fn undone(text: &str, code: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let later = ["FIX", "ME"].concat();
    for (number, (line, code)) in text.lines().zip(code.lines()).enumerate() {
        for (word, what) in
            [("todo", "todo!"), ("unimplemented", "unimplemented!"), ("dbg", "dbg!")]
        {
            if code.contains(what) && has_word(code, word) {
                found.push((number + 1, format!("`{what}`")));
            }
        }
        if code.contains("#[ignore") {
            found.push((number + 1, "a test that is not run".to_owned()));
        }
        if has_word(line, &later) {
            found.push((number + 1, format!("`{later}`: mend it, or open an issue")));
        }
    }
    found
}

fn line_of(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

#[test]
fn every_source_is_tidy() {
    let faults: Vec<String> = sources(&FOLDERS).iter().flat_map(faults).collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// What is wrong with a file of this text.
fn of(text: &str) -> Vec<String> {
    faults(&Source { path: "a.rs".into(), text: text.into() })
}

#[test]
fn a_file_that_does_not_say_why_it_exists_is_seen() {
    assert_eq!(of("//! Because.\nfn f() {}\n").len(), 0);
    assert!(of("/// Not this.\nfn f() {}\n")[0].starts_with("a.rs:1: "));
}

#[test]
fn a_file_that_is_too_long_is_seen() {
    let lines = |count: usize| format!("//! Because.\n{}", "//\n".repeat(count - 1));
    assert_eq!(of(&lines(MAX_LINES)).len(), 0);
    assert!(of(&lines(MAX_LINES + 1))[0].starts_with("a.rs:451: "));
}

#[test]
fn a_function_that_is_too_long_is_seen_and_braces_in_texts_are_not_counted() {
    let function = |lines: usize| {
        let body = "    x(\"}\", '}'); // }\n".repeat(lines - 2);
        format!(
            "//! Because.\npub fn long<T>(a: T)\n{{\n{}}}\nfn next() {{}}\n",
            &body[..body.len() - 22]
        )
    };
    assert_eq!(of(&function(MAX_FUNCTION)), Vec::<String>::new());
    let faults = of(&function(MAX_FUNCTION + 1));
    assert_eq!(faults, ["a.rs:2: `long` has 71 lines; at most 70"]);
}

#[test]
fn a_function_without_a_body_or_a_name_is_none() {
    let text = "trait T { fn a(&self) -> u8; fn b(x: [u8; 4]) { } } type F = fn (u8) -> u8;";
    assert_eq!(functions(text), [(1, "b", 1)]);
}

#[test]
fn what_is_left_for_later_is_seen() {
    let later = ["FIX", "ME"].concat();
    assert_eq!(of(&format!("//! Because.\n// {later}: x\n")).len(), 1);
    assert_eq!(of("//! Because.\nfn f() { todo!() }\n").len(), 1);
    assert_eq!(of("//! Because.\nfn f() { dbg!(1); }\n").len(), 1);
    assert_eq!(of("//! Because.\n#[ignore = \"slow\"]\nfn f() {}\n").len(), 1);
    assert_eq!(of("//! Because; no todo! here.\nfn f() { x(\"dbg!\") }\n").len(), 0);
}
