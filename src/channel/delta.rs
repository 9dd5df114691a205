//! The config update that leads from one configuration tree to another (fabric `internal/configtxlator/update/update.go`): what
//! it reads, what it writes, and in which versions. Who makes the trees and who signs is other files'.

use super::proto::configtx::{ConfigGroup, ConfigPolicy, ConfigUpdate, ConfigValue};
use std::collections::BTreeMap;

/// The update of `channel_id` from `original` to `updated`, or `None` where nothing differs. Versions are taken from `original`
/// alone: what is changed gets the next one, and what is new begins at 0.
pub(super) fn config_update(channel_id: &str, original: &ConfigGroup, updated: &ConfigGroup) -> Option<ConfigUpdate> {
    let Delta { read, write } = group(original, updated).ok()?;
    Some(ConfigUpdate {
        channel_id: channel_id.to_owned(),
        read_set: Some(read),
        write_set: Some(write),
        isolated_data: BTreeMap::new(),
    })
}

/// The two sides of an update.
struct Delta<T> {
    read: T,
    write: T,
}

/// An element as an update names it where it stays as it is: its version and no content.
struct Same<T>(T);

/// What the elements of one map (groups, values or policies) become.
struct Members<T> {
    read: BTreeMap<String, T>,
    write: BTreeMap<String, T>,
    same: BTreeMap<String, T>,
    /// Whether one came or went: that changes the group itself.
    others: bool,
}

impl<T: Clone> Members<T> {
    fn of(
        original: &BTreeMap<String, T>,
        updated: &BTreeMap<String, T>,
        changed: impl Fn(&T, &T) -> Result<Delta<Option<T>>, Same<T>>,
        new: impl Fn(&T) -> T,
    ) -> Self {
        let mut members = Members { read: BTreeMap::new(), write: BTreeMap::new(), same: BTreeMap::new(), others: false };
        for (key, original) in original {
            match updated.get(key).map(|updated| changed(original, updated)) {
                None => members.others = true,
                Some(Err(Same(same))) => {
                    members.same.insert(key.clone(), same);
                }
                Some(Ok(Delta { read, write })) => {
                    members.read.extend(read.map(|read| (key.clone(), read)));
                    members.write.extend(write.map(|write| (key.clone(), write)));
                }
            }
        }
        for (key, updated) in updated.iter().filter(|(key, _)| !original.contains_key(*key)) {
            members.others = true;
            members.write.insert(key.clone(), new(updated));
        }
        members
    }

    fn is_unchanged(&self) -> bool {
        self.read.is_empty() && self.write.is_empty() && !self.others
    }

    /// Both sides, with what stays: a group whose members change has to name all that it keeps.
    fn with_same(self) -> Delta<BTreeMap<String, T>> {
        let Members { mut read, mut write, same, others: _ } = self;
        read.extend(same.clone());
        write.extend(same);
        Delta { read, write }
    }

    fn without_same(self) -> Delta<BTreeMap<String, T>> {
        Delta { read: self.read, write: self.write }
    }
}

fn group(original: &ConfigGroup, updated: &ConfigGroup) -> Result<Delta<ConfigGroup>, Same<ConfigGroup>> {
    let policies = Members::of(&original.policies, &updated.policies, policy, |new| ConfigPolicy { version: 0, ..new.clone() });
    let values = Members::of(&original.values, &updated.values, value, |new| ConfigValue { version: 0, ..new.clone() });
    let subgroup = |original: &ConfigGroup, updated: &ConfigGroup| {
        group(original, updated).map(|Delta { read, write }| Delta { read: Some(read), write: Some(write) })
    };
    let groups = Members::of(&original.groups, &updated.groups, subgroup, new_group);

    let version = original.version;
    let itself = policies.others || values.others || groups.others || original.mod_policy != updated.mod_policy;
    if !itself && policies.is_unchanged() && values.is_unchanged() && groups.is_unchanged() {
        return Err(Same(ConfigGroup { version, ..ConfigGroup::default() }));
    }
    let (policies, values, groups) = match itself {
        true => (policies.with_same(), values.with_same(), groups.with_same()),
        false => (policies.without_same(), values.without_same(), groups.without_same()),
    };
    let read =
        ConfigGroup { version, groups: groups.read, values: values.read, policies: policies.read, mod_policy: String::new() };
    let (version, mod_policy) =
        if itself { (version.wrapping_add(1), updated.mod_policy.clone()) } else { (version, String::new()) };
    let write = ConfigGroup { version, groups: groups.write, values: values.write, policies: policies.write, mod_policy };
    Ok(Delta { read, write })
}

/// A group that was not there, with all that is in it at version 0.
fn new_group(new: &ConfigGroup) -> ConfigGroup {
    ConfigGroup {
        version: 0,
        groups: new.groups.iter().map(|(key, group)| (key.clone(), new_group(group))).collect(),
        values: new.values.iter().map(|(key, value)| (key.clone(), ConfigValue { version: 0, ..value.clone() })).collect(),
        policies: new.policies.iter().map(|(key, policy)| (key.clone(), ConfigPolicy { version: 0, ..policy.clone() })).collect(),
        mod_policy: new.mod_policy.clone(),
    }
}

/// A changed value or policy is written and not read: its version in the write set says what it follows.
fn value(original: &ConfigValue, updated: &ConfigValue) -> Result<Delta<Option<ConfigValue>>, Same<ConfigValue>> {
    if (&original.value, &original.mod_policy) == (&updated.value, &updated.mod_policy) {
        return Err(Same(ConfigValue { version: original.version, ..ConfigValue::default() }));
    }
    Ok(Delta { read: None, write: Some(ConfigValue { version: original.version.wrapping_add(1), ..updated.clone() }) })
}

fn policy(original: &ConfigPolicy, updated: &ConfigPolicy) -> Result<Delta<Option<ConfigPolicy>>, Same<ConfigPolicy>> {
    if (&original.policy, &original.mod_policy) == (&updated.policy, &updated.mod_policy) {
        return Err(Same(ConfigPolicy { version: original.version, ..ConfigPolicy::default() }));
    }
    Ok(Delta { read: None, write: Some(ConfigPolicy { version: original.version.wrapping_add(1), ..updated.clone() }) })
}
