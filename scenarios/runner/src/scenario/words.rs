//! Words for people. What the reader of TOML says, in words that whoever writes a scenario, a plan or a case knows: not which type of ours it could not make,
//! but what stands there and what may.

use super::error::nearest;

/// A number with its noun: `1 node`, `3 nodes`.
pub(crate) fn counted(count: impl Into<u64>, noun: &str) -> String {
    match count.into() {
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    }
}

/// The same in plain words, with a suggestion where a name is misspelt.
pub(crate) fn plain(message: &str) -> String {
    let message = message.trim();
    let is_found = |kind: &str| message.strip_prefix(&format!("invalid {kind}: "));
    if let Some(found) = is_found("type").or_else(|| is_found("value"))
        && let Some((found, wanted)) = found.split_once(", expected ")
    {
        return format!("{} stands where {} is wanted", found_there(found), wanted_there(wanted));
    }
    if let Some((_, wanted)) =
        message.strip_prefix("invalid length ").and_then(|rest| rest.split_once(", expected "))
    {
        return format!("{} is wanted, and there are more or fewer", wanted_there(wanted));
    }
    if let Some(wanted) = message.strip_prefix("wanted ") {
        return format!("{} is wanted", wanted_there(wanted));
    }
    misspelt(message).unwrap_or_else(|| message.to_owned())
}

/// What stands there. The reader names its type, and then the value itself, where it is short.
fn found_there(found: &str) -> String {
    let value = |kind: &str| found.strip_prefix(kind).map(|rest| rest.trim().replace('`', ""));
    match found {
        "map" => "a table".to_owned(),
        "sequence" => "a list".to_owned(),
        _ => {
            let number = ["integer", "floating point", "boolean"].into_iter().find_map(value);
            let number = number.map(|text| text.split(" as ").next().unwrap_or("").to_owned());
            number.or_else(|| value("string")).unwrap_or_else(|| found.to_owned())
        }
    }
}

/// What may stand there. What our own readers say of themselves is in such words already.
fn wanted_there(wanted: &str) -> String {
    let plain = match wanted {
        "u8" | "u16" => "a whole number, 0 or more,",
        // What the format can say, which has a sign.
        "usize" | "u64" => "a whole number, from 0 to 9223372036854775807,",
        "u32" => "a whole number, from 0 to 4294967295,",
        "i8" | "i16" | "i32" | "i64" | "i128" => "a whole number",
        "f32" | "f64" => "a number",
        "a string" => "a text in quotes",
        "a boolean" => "true or false",
        "a sequence" => "a list, as [1, 2], or of tables under [[…]],",
        "a map" | "map" => "a table",
        "an array of length 2" => "a list of two",
        "string or table" | "string or map" => "a word in quotes",
        _ => match wanted.split_whitespace().next() {
            Some("struct") => "a table",
            Some("internally") => "a table with its `kind`",
            Some("enum") => "a word in quotes",
            _ => wanted,
        },
    };
    plain.to_owned()
}

/// The reader says "unknown field `x`, expected one of `a`, `b`": which of them was meant?
fn misspelt(message: &str) -> Option<String> {
    let (what, rest) = ["field", "variant"].into_iter().find_map(|kind| {
        let rest = message.strip_prefix(&format!("unknown {kind} `"))?;
        Some((if kind == "field" { "field" } else { "word" }, rest))
    })?;
    let (wrong, known) = rest.split_once('`')?;
    let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
    Some(match nearest(wrong, known.iter().copied()) {
        Some(meant) => format!("unknown {what} `{wrong}`; did you mean `{meant}`?"),
        None if known.is_empty() => format!("unknown {what} `{wrong}`: nothing may stand here"),
        None => format!("unknown {what} `{wrong}`; there is {}", known.join(", ")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_told_in_the_singular() {
        let told = [0_u32, 1, 2].map(|count| counted(count, "node"));
        assert_eq!(told, ["0 nodes", "1 node", "2 nodes"]);
    }

    #[test]
    fn types_of_ours_are_told_as_what_may_be_written() {
        for (message, told) in [
            (
                "invalid type: integer `3`, expected struct Recurring",
                "3 stands where a table is wanted",
            ),
            (
                "invalid type: string \"x\", expected u64",
                "\"x\" stands where a whole number, from 0 to 9223372036854775807, is wanted",
            ),
            (
                "invalid value: integer `99999999999999999999` as i128, expected u64",
                "99999999999999999999 stands where a whole number, from 0 to 9223372036854775807, is wanted",
            ),
            (
                "invalid type: boolean `true`, expected a string",
                "true stands where a text in quotes is wanted",
            ),
            (
                "invalid type: map, expected a percentage",
                "a table stands where a percentage is wanted",
            ),
            (
                "invalid length 1, expected an array of length 2",
                "a list of two is wanted, and there are more or fewer",
            ),
            ("missing field `max`", "missing field `max`"),
        ] {
            assert_eq!(plain(message), told);
        }
    }

    #[test]
    fn a_misspelt_name_is_answered_with_the_one_that_was_meant_and_others_with_all() {
        let known = "expected one of `loss`, `crash`";
        assert_eq!(
            plain(&format!("unknown field `losss`, {known}")),
            "unknown field `losss`; did you mean `loss`?"
        );
        assert_eq!(
            plain(&format!("unknown variant `zebra`, {known}")),
            "unknown word `zebra`; there is loss, crash"
        );
        assert_eq!(
            plain("unknown field `x`, there are no fields"),
            "unknown field `x`: nothing may stand here"
        );
    }
}
