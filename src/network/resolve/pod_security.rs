//! Which Pod Security level the user's containers and volumes meet (kubernetes.io/docs/concepts/security/pod-security-standards).
//! A namespace is labelled with the strictest level that all its pods meet, or Kubernetes would refuse the pods.

use crate::diag::{Code, Problem, Problems};
use crate::network::PodSecurity;
use crate::yaml::{Free, FreeMap, Spanned};

/// Volumes that `restricted` allows.
const RESTRICTED_VOLUMES: &[&str] =
    &["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"];
/// Capabilities that `baseline` lets containers add.
const BASELINE_CAPABILITIES: &[&str] = &[
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// The level of a container within a pod that meets the strictest by itself; a warning where it is not the strictest.
pub fn of_container(container: &Spanned<FreeMap>, problems: &mut Problems) -> PodSecurity {
    const NOTHING: &Free = &Free::Null;
    let context = container.get("securityContext").map_or(NOTHING, |context| &context.value);
    let added: Vec<&str> = context.get("capabilities").get("add").items().iter().filter_map(|word| word.text()).collect();
    let dropped = context.get("capabilities").get("drop").items();
    let ports = container.get("ports").map_or(&[][..], |ports| ports.items());
    let host_port = |port: &Spanned<Free>| !matches!(port.get("hostPort"), Free::Null | Free::Int(0));
    let mut found = Found::default();
    found.privileged(context.get("privileged") == &Free::Bool(true), "`privileged: true`");
    found.privileged(added.iter().any(|word| !BASELINE_CAPABILITIES.contains(word)), "capabilities that it adds");
    found.privileged(ports.iter().any(host_port), "a `hostPort`");
    found.privileged(context.get("seccompProfile").get("type").text() == Some("Unconfined"), "no `seccompProfile`");
    found.privileged(context.get("windowsOptions").get("hostProcess") == &Free::Bool(true), "`hostProcess: true`");
    found.privileged(!matches!(context.get("procMount").text(), None | Some("Default")), "its `procMount`");
    found.baseline(context.get("allowPrivilegeEscalation") != &Free::Bool(false), "no `allowPrivilegeEscalation: false`");
    found.baseline(!dropped.iter().any(|word| word.text() == Some("ALL")), "no `capabilities: {drop: [ALL]}`");
    found.baseline(added.iter().any(|word| *word != "NET_BIND_SERVICE"), "capabilities that it adds");
    found.baseline(context.get("runAsNonRoot") == &Free::Bool(false), "`runAsNonRoot: false`");
    found.baseline(context.get("runAsUser") == &Free::Int(0), "`runAsUser: 0`");
    let name = container.get("name").and_then(|name| name.text()).unwrap_or_default();
    found.report(
        &format!("the container `{name}`"),
        container,
        "give it `securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}` and nothing beyond",
        problems,
    )
}

/// The level of a volume; a warning where it is not the strictest.
pub fn of_volume(volume: &Spanned<FreeMap>, problems: &mut Problems) -> PodSecurity {
    let sources = || volume.iter().filter(|(key, value)| key.value != "name" && value.value != Free::Null);
    let mut found = Found::default();
    for (source, _) in sources() {
        found.privileged(source.value == "hostPath", "a `hostPath`");
        found.baseline(!RESTRICTED_VOLUMES.contains(&source.as_str()), "what it is made of");
    }
    let name = volume.get("name").and_then(|name| name.text()).unwrap_or_default();
    let help = format!("`restricted` allows `{}`", RESTRICTED_VOLUMES.join("`, `"));
    found.report(&format!("the volume `{name}`"), volume, &help, problems)
}

/// What a level does not allow.
#[derive(Default)]
struct Found {
    beyond_baseline: Vec<&'static str>,
    beyond_restricted: Vec<&'static str>,
}

impl Found {
    fn privileged(&mut self, is_so: bool, what: &'static str) {
        if is_so {
            self.beyond_baseline.push(what);
        }
    }

    fn baseline(&mut self, is_so: bool, what: &'static str) {
        if is_so {
            self.beyond_restricted.push(what);
        }
    }

    fn report(self, what: &str, at: &Spanned<FreeMap>, help: &str, problems: &mut Problems) -> PodSecurity {
        let (level, reasons) = match (self.beyond_baseline, self.beyond_restricted) {
            (beyond, _) if !beyond.is_empty() => (PodSecurity::Privileged, beyond),
            (_, beyond) if !beyond.is_empty() => (PodSecurity::Baseline, beyond),
            _ => return PodSecurity::Restricted,
        };
        let message = format!(
            "{what} lowers the Pod Security level that its namespace may have from `restricted` to `{}`: it has {}",
            level.word(),
            reasons.join(" and ")
        );
        problems.push(Problem::new(Code::FK0296, message).at(&at.place).help(help));
        level
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{self, Dialect};
    use std::path::Path;

    fn level(judge: fn(&Spanned<FreeMap>, &mut Problems) -> PodSecurity, text: &str) -> PodSecurity {
        let mut problems = Problems::new();
        let tree = yaml::parse(Path::new("v.yaml"), text, &mut problems).unwrap().merged(Dialect::Strict, &mut problems);
        let value: Spanned<FreeMap> = yaml::read(&tree, crate::input::STRICT, &mut problems).unwrap();
        let level = judge(&value, &mut problems);
        assert_eq!(problems.is_empty(), level == PodSecurity::Restricted, "{text}");
        level
    }

    #[test]
    fn a_container_is_as_restricted_as_its_security_context() {
        let of = |context: &str| level(of_container, &format!("{{name: a, securityContext: {context}}}"));
        const DROPPED: &str = "allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}";
        assert_eq!(of(&format!("{{{DROPPED}}}")), PodSecurity::Restricted);
        assert_eq!(of(&format!("{{{DROPPED}, runAsUser: 5}}")), PodSecurity::Restricted);
        for context in ["{}", "{allowPrivilegeEscalation: false}", "{capabilities: {drop: [ALL]}}"] {
            assert_eq!(of(context), PodSecurity::Baseline, "{context}");
        }
        for more in ["runAsUser: 0", "runAsNonRoot: false"] {
            assert_eq!(of(&format!("{{{DROPPED}, {more}}}")), PodSecurity::Baseline, "{more}");
        }
        for more in ["privileged: true", "seccompProfile: {type: Unconfined}", "procMount: Unmasked"] {
            assert_eq!(of(&format!("{{{DROPPED}, {more}}}")), PodSecurity::Privileged, "{more}");
        }
        let added =
            |word: &str| of(&format!("{{allowPrivilegeEscalation: false, capabilities: {{drop: [ALL], add: [{word}]}}}}"));
        assert_eq!(added("NET_BIND_SERVICE"), PodSecurity::Restricted);
        assert_eq!(added("CHOWN"), PodSecurity::Baseline);
        assert_eq!(added("SYS_ADMIN"), PodSecurity::Privileged);
        let port = format!("{{name: a, securityContext: {{{DROPPED}}}, ports: [{{containerPort: 80, hostPort: 80}}]}}");
        assert_eq!(level(of_container, &port), PodSecurity::Privileged);
    }

    #[test]
    fn a_volume_is_as_restricted_as_its_source() {
        for (source, expected) in [
            ("emptyDir: {}", PodSecurity::Restricted),
            ("hostPath:", PodSecurity::Restricted),
            ("nfs: {server: a, path: /}", PodSecurity::Baseline),
            ("hostPath: {path: /}", PodSecurity::Privileged),
        ] {
            assert_eq!(level(of_volume, &format!("{{name: a, {source} }}")), expected, "{source}");
        }
    }
}
