//! Which Pod Security level the user's containers and volumes meet (kubernetes.io/docs/concepts/security/pod-security-standards).
//! A namespace is labelled with the strictest level that all its pods meet, or Kubernetes would refuse the pods.

use crate::diag::{Code, Place, Problem, Problems};
use crate::network::PodSecurity;
use crate::yaml::{Free, FreeMap, Ordered, Spanned};

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

/// SELinux types that `baseline` lets containers have.
const BASELINE_SELINUX_TYPES: &[&str] = &["container_t", "container_init_t", "container_kvm_t", "container_engine_t"];
/// AppArmor's profiles were annotations of pods before Kubernetes 1.30, and still count.
const APPARMOR_ANNOTATION: &str = "container.apparmor.security.beta.kubernetes.io/";

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
    found.privileged(context.get("seccompProfile").get("type").text() == Some("Unconfined"), "an unconfined `seccompProfile`");
    found.privileged(context.get("windowsOptions").get("hostProcess") == &Free::Bool(true), "`hostProcess: true`");
    found.privileged(!matches!(context.get("procMount").text(), None | Some("Default")), "its `procMount`");
    found.privileged(context.get("appArmorProfile").get("type").text() == Some("Unconfined"), "an unconfined `appArmorProfile`");
    found.privileged(!is_confined(context.get("seLinuxOptions")), "`seLinuxOptions` of its own");
    found.privileged(asks_a_host(container), "a `host` in its probes or hooks");
    found.baseline(context.get("allowPrivilegeEscalation") != &Free::Bool(false), "no `allowPrivilegeEscalation: false`");
    found.baseline(!dropped.iter().any(|word| word.text() == Some("ALL")), "no `capabilities: {drop: [ALL]}`");
    found.baseline(added.iter().any(|word| *word != "NET_BIND_SERVICE"), "capabilities that it adds");
    found.baseline(context.get("runAsNonRoot") == &Free::Bool(false), "`runAsNonRoot: false`");
    found.baseline(context.get("runAsUser") == &Free::Int(0), "`runAsUser: 0`");
    let name = container.get("name").and_then(|name| name.text()).unwrap_or_default();
    found.report(
        &format!("the container `{name}`"),
        &container.place,
        "give it `securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}` and nothing beyond",
        problems,
    )
}

/// Whether SELinux confines a container as it does all: users and roles of its own may it have none.
fn is_confined(options: &Free) -> bool {
    let text = |key: &str| options.get(key).text().unwrap_or_default();
    let is_usual = text("type").is_empty() || BASELINE_SELINUX_TYPES.contains(&text("type"));
    is_usual && text("user").is_empty() && text("role").is_empty()
}

/// Whether the kubelet is to ask some host in place of the container itself.
fn asks_a_host(container: &FreeMap) -> bool {
    let probes = ["livenessProbe", "readinessProbe", "startupProbe"].into_iter().filter_map(|key| container.get(key));
    let hooks = container.get("lifecycle").into_iter().flat_map(|hooks| ["postStart", "preStop"].map(|key| hooks.get(key)));
    let mut asking = probes.map(|probe| &probe.value).chain(hooks).flat_map(|by| ["httpGet", "tcpSocket"].map(|key| by.get(key)));
    asking.any(|way| way.get("host").text().is_some_and(|host| !host.is_empty()))
}

/// The level of a pod with the user's annotations; a warning where it is not the strictest.
pub fn of_annotations(annotations: &Ordered<Spanned<String>>, problems: &mut Problems) -> PodSecurity {
    let mut level = PodSecurity::Restricted;
    for (key, profile) in annotations.iter().filter(|(key, _)| key.starts_with(APPARMOR_ANNOTATION)) {
        let is_baseline = profile.is_empty() || profile.value == "runtime/default" || profile.starts_with("localhost/");
        let mut found = Found::default();
        found.privileged(!is_baseline, "no profile of AppArmor");
        let help = "leave it out: the container runtime's own profile holds then";
        level = level.max(found.report(&format!("the annotation `{key}`"), &key.place, help, problems));
    }
    level
}

/// The level of a volume; a warning where it is not the strictest.
pub fn of_volume(volume: &Spanned<FreeMap>, problems: &mut Problems) -> PodSecurity {
    let sources = || volume.iter().filter(|(key, value)| key.value != "name" && value.value != Free::Null);
    let mut found = Found::default();
    for (source, _) in sources() {
        found.privileged(source.value == "hostPath", "a `hostPath`");
        found.baseline(!RESTRICTED_VOLUMES.contains(&source.as_str()), "a source that is none of the plain ones");
    }
    let name = volume.get("name").and_then(|name| name.text()).unwrap_or_default();
    let help = format!("`restricted` allows `{}`", RESTRICTED_VOLUMES.join("`, `"));
    found.report(&format!("the volume `{name}`"), &volume.place, &help, problems)
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

    fn report(self, what: &str, at: &Place, help: &str, problems: &mut Problems) -> PodSecurity {
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
        problems.push(Problem::new(Code::FK0296, message).at(at).help(help));
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
        for more in [
            "privileged: true",
            "seccompProfile: {type: Unconfined}",
            "procMount: Unmasked",
            "windowsOptions: {hostProcess: true}",
            "appArmorProfile: {type: Unconfined}",
            "seLinuxOptions: {type: spc_t}",
            "seLinuxOptions: {type: container_t, user: root}",
            "seLinuxOptions: {role: admin}",
        ] {
            assert_eq!(of(&format!("{{{DROPPED}, {more}}}")), PodSecurity::Privileged, "{more}");
        }
        for more in [
            "appArmorProfile: {type: RuntimeDefault}",
            "appArmorProfile: {type: Localhost, localhostProfile: a}",
            "seLinuxOptions: {type: container_init_t, level: 's0:c1'}",
        ] {
            assert_eq!(of(&format!("{{{DROPPED}, {more}}}")), PodSecurity::Restricted, "{more}");
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
    fn the_kubelet_asks_no_host_for_a_restricted_container() {
        let of = |more: &str| {
            let context = "{allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}";
            level(of_container, &format!("{{name: a, securityContext: {context}, {more}}}"))
        };
        assert_eq!(of("livenessProbe: {httpGet: {port: 80}}"), PodSecurity::Restricted);
        assert_eq!(of("livenessProbe: {httpGet: {port: 80, host: 10.0.0.1}}"), PodSecurity::Privileged);
        assert_eq!(of("startupProbe: {tcpSocket: {port: 80, host: db}}"), PodSecurity::Privileged);
        assert_eq!(of("lifecycle: {preStop: {httpGet: {port: 80, host: db}}}"), PodSecurity::Privileged);
    }

    #[test]
    fn an_annotation_may_take_apparmor_away() {
        for (profile, expected) in [
            ("unconfined", PodSecurity::Privileged),
            ("runtime/default", PodSecurity::Restricted),
            ("localhost/mine", PodSecurity::Restricted),
        ] {
            let key = Spanned::nowhere(format!("{APPARMOR_ANNOTATION}logger"));
            let annotations = Ordered(vec![(key, Spanned::nowhere(profile.to_owned()))]);
            assert_eq!(of_annotations(&annotations, &mut Problems::new()), expected, "{profile}");
        }
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
