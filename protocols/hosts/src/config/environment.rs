//! What the environment says stands above the cluster file.

use super::{ClusterFile, ConfigError, check_address};

const PREFIX: &str = "SEATRIAL_SERVER_";

/// Puts every variable with our prefix in its place.
pub(super) fn apply(
    file: &mut ClusterFile,
    variables: &[(String, String)],
) -> Result<(), ConfigError> {
    let mut ours: Vec<_> = variables.iter().filter(|(name, _)| name.starts_with(PREFIX)).collect();
    ours.sort();
    for (name, value) in ours {
        let refuse = |why: String| ConfigError::new(format!("the environment's {name}"), why);
        let key = &name[PREFIX.len()..];
        if let Some(setting) = key.strip_prefix("SETTINGS_") {
            file.settings.set(&setting.to_ascii_lowercase(), name, value);
        } else if let Some(member) = key.strip_prefix("MEMBER_") {
            set_member(file, member, value).map_err(refuse)?;
        } else {
            match key {
                "DATA" => file.data = value.into(),
                "TLS_KEYS" => file.keys = Some(value.into()),
                "FSYNC" => {
                    let parsed = value.parse();
                    let why = |_| format!("{value:?} is neither true nor false");
                    file.fsync = parsed.map_err(why).map_err(refuse)?;
                }
                _ => return Err(refuse(UNKNOWN.to_owned())),
            }
        }
    }
    Ok(())
}

const UNKNOWN: &str = "stands for nothing; there are DATA, FSYNC, TLS_KEYS, MEMBER_<id>_PEER, MEMBER_<id>_CLIENT, \
                       MEMBER_<id>_METRICS and SETTINGS_<name>";

fn set_member(file: &mut ClusterFile, key: &str, value: &str) -> Result<(), String> {
    let (id, field) = key.split_once('_').ok_or(UNKNOWN)?;
    let known = |id: &u32| file.members.iter().any(|member| member.id.0 == *id);
    let id: u32 =
        id.parse().ok().filter(known).ok_or_else(|| format!("no member has the id {id}"))?;
    check_address(value)?;
    let member = file.members.iter_mut().find(|member| member.id.0 == id).ok_or(UNKNOWN)?;
    match field {
        "PEER" => member.peer = value.to_owned(),
        "CLIENT" => member.client = value.to_owned(),
        "METRICS" => member.metrics = Some(value.to_owned()),
        _ => return Err(UNKNOWN.to_owned()),
    }
    Ok(())
}
