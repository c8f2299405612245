//! Tells the hashes of some worlds. The tests run the same worlds in a build with every planted bug compiled in and none chosen:
//! the hashes must be the same. It is a package of its own because Cargo joins the features of all that is built together.

mod worlds;

use std::io::Write;

fn main() -> std::io::Result<()> {
    let text: String = worlds::hashes().iter().map(|line| format!("{line}\n")).collect();
    std::io::stdout().write_all(text.as_bytes())
}
