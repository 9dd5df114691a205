//! How the releases of Fabric differ in what their configtxlator knows and prints.

use crate::network::FabricVersion;
use serde_json::Value;

/// The form of one line of releases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// Fabric 1.x: absent bytes are `null`, and a channel header's extension stays bytes.
    V1,
    /// Fabric 2.x: absent bytes are `null`.
    V2,
    /// Fabric 3.x: absent bytes are `""`, and BFT is known.
    V3,
}

impl Form {
    /// The form of a release.
    pub fn of(version: FabricVersion) -> Self {
        match version.major {
            0 | 1 => Form::V1,
            2 => Form::V2,
            _ => Form::V3,
        }
    }
}

/// Whether Fabric 2.x could not print a message, which was read in the form of 3.x: BFT's consenters, or a capability that came
/// with 3.x.
pub fn needs_v3(value: &Value) -> bool {
    let map_has = |key: &str, starts: &str| value[key].as_object().is_some_and(|map| map.keys().any(|k| k.starts_with(starts)));
    let here = map_has("values", "Orderers")
        || map_has("capabilities", "V3_")
        || (value["type"] == "BFT" && value["metadata"].is_object());
    here || match value {
        Value::Object(map) => map.values().any(needs_v3),
        Value::Array(list) => list.iter().any(needs_v3),
        _ => false,
    }
}
