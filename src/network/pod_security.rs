//! The rules of Kubernetes' Pod Security Standards (kubernetes.io/docs/concepts/security/pod-security-standards): what of a pod which
//! level does not allow. What is said of it, where users add to pods and where templates render them, is theirs who ask.

use super::PodSecurity;
use crate::yaml::{Free, FreeMap};

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
/// Kernel settings that `baseline` lets pods have (`policy/check_sysctls.go` in pod-security-admission, of Kubernetes 1.29).
const BASELINE_SYSCTLS: &[&str] = &[
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_syncookies",
];
/// AppArmor's profiles were annotations of pods before Kubernetes 1.30, and still count.
pub const APPARMOR_ANNOTATION: &str = "container.apparmor.security.beta.kubernetes.io/";
const NOTHING: &Free = &Free::Null;

/// What volumes `restricted` allows, for a help line.
pub fn plain_volumes() -> String {
    format!("`restricted` allows `{}`", RESTRICTED_VOLUMES.join("`, `"))
}

/// What a level does not allow.
#[derive(Debug, Default)]
pub struct Found {
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

    /// What no two levels of containers and pods say of their context alike.
    fn context(&mut self, context: &Free) {
        let text = |of: &str| context.get(of).get("type").text();
        self.privileged(text("seccompProfile") == Some("Unconfined"), "an unconfined `seccompProfile`");
        self.privileged(context.get("windowsOptions").get("hostProcess") == &Free::Bool(true), "`hostProcess: true`");
        self.privileged(text("appArmorProfile") == Some("Unconfined"), "an unconfined `appArmorProfile`");
        self.privileged(!is_confined(context.get("seLinuxOptions")), "`seLinuxOptions` of its own");
        self.baseline(context.get("runAsNonRoot") == &Free::Bool(false), "`runAsNonRoot: false`");
        self.baseline(context.get("runAsUser") == &Free::Int(0), "`runAsUser: 0`");
    }

    /// The strictest level that allows it.
    pub fn level(&self) -> PodSecurity {
        match (self.beyond_baseline.is_empty(), self.beyond_restricted.is_empty()) {
            (false, _) => PodSecurity::Privileged,
            (true, false) => PodSecurity::Baseline,
            (true, true) => PodSecurity::Restricted,
        }
    }

    /// What the level below does not allow.
    pub fn reasons(&self) -> String {
        let reasons = if self.beyond_baseline.is_empty() { &self.beyond_restricted } else { &self.beyond_baseline };
        reasons.join(" and ")
    }
}

/// A container within a pod that meets the strictest level by itself.
pub fn of_container(container: &FreeMap) -> Found {
    let context = container.get("securityContext").map_or(NOTHING, |context| &context.value);
    let added: Vec<&str> = context.get("capabilities").get("add").items().iter().filter_map(|word| word.text()).collect();
    let dropped = context.get("capabilities").get("drop").items();
    let ports = container.get("ports").map_or(&[][..], |ports| ports.items());
    let mut found = Found::default();
    found.privileged(context.get("privileged") == &Free::Bool(true), "`privileged: true`");
    found.privileged(added.iter().any(|word| !BASELINE_CAPABILITIES.contains(word)), "capabilities that it adds");
    let has_host_port = ports.iter().any(|port| !matches!(port.get("hostPort"), Free::Null | Free::Int(0)));
    found.privileged(has_host_port, "a `hostPort`");
    found.privileged(!matches!(context.get("procMount").text(), None | Some("Default")), "its `procMount`");
    found.privileged(asks_a_host(container), "a `host` in its probes or hooks");
    found.baseline(context.get("allowPrivilegeEscalation") != &Free::Bool(false), "no `allowPrivilegeEscalation: false`");
    found.baseline(!dropped.iter().any(|word| word.text() == Some("ALL")), "no `capabilities: {drop: [ALL]}`");
    found.baseline(added.iter().any(|word| *word != "NET_BIND_SERVICE"), "capabilities that it adds");
    found.context(context);
    found
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

/// A profile of AppArmor that an annotation gives a container.
pub fn of_apparmor(profile: &str) -> Found {
    let is_baseline = profile.is_empty() || profile == "runtime/default" || profile.starts_with("localhost/");
    let mut found = Found::default();
    found.privileged(!is_baseline, "no profile of AppArmor");
    found
}

/// A volume of a pod.
pub fn of_volume(volume: &FreeMap) -> Found {
    let mut found = Found::default();
    for (source, _) in volume.iter().filter(|(key, value)| key.value != "name" && value.value != Free::Null) {
        found.privileged(source.value == "hostPath", "a `hostPath`");
        found.baseline(!RESTRICTED_VOLUMES.contains(&source.as_str()), "a source that is none of the plain ones");
    }
    found
}

/// A whole pod as an object has it, with `metadata` and `spec`: its parts, and what is found of each.
pub fn of_pod(template: &Free) -> Vec<(String, Found)> {
    let spec = template.get("spec");
    let context = spec.get("securityContext");
    let mut parts = vec![("the pod".to_owned(), of_whole(spec))];
    if let Free::Map(annotations) = template.get("metadata").get("annotations") {
        let profiles = annotations.iter().filter(|(key, _)| key.starts_with(APPARMOR_ANNOTATION));
        parts.extend(
            profiles
                .map(|(key, value)| (format!("the annotation `{}`", key.value), of_apparmor(value.text().unwrap_or_default()))),
        );
    }
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        for container in maps(spec.get(list)) {
            let mut found = of_container(container);
            inherit(container.get("securityContext").map_or(NOTHING, |own| &own.value), context, &mut found);
            parts.push((format!("the container `{}`", name(container)), found));
        }
    }
    parts.extend(maps(spec.get("volumes")).map(|volume| (format!("the volume `{}`", name(volume)), of_volume(volume))));
    parts
}

fn maps(list: &Free) -> impl Iterator<Item = &FreeMap> {
    list.items().iter().filter_map(|item| if let Free::Map(map) = &item.value { Some(map) } else { None })
}

/// What a container or a volume is called.
pub fn name(of: &FreeMap) -> &str {
    of.get("name").and_then(|name| name.text()).unwrap_or_default()
}

/// What a pod says for all that is in it.
fn of_whole(spec: &Free) -> Found {
    let context = spec.get("securityContext");
    let sysctl = |of: &Free| of.get("name").text().is_some_and(|name| !BASELINE_SYSCTLS.contains(&name));
    let mut found = Found::default();
    for (field, what) in [("hostNetwork", "`hostNetwork: true`"), ("hostPID", "`hostPID: true`"), ("hostIPC", "`hostIPC: true`")]
    {
        found.privileged(spec.get(field) == &Free::Bool(true), what);
    }
    found.privileged(context.get("sysctls").items().iter().any(|item| sysctl(item)), "`sysctls` of its own");
    found.context(context);
    found
}

/// What `restricted` asks of each container, and a container has from its pod where it says nothing itself.
fn inherit(own: &Free, of_pod: &Free, found: &mut Found) {
    let said = |key: &str| if own.get(key) == NOTHING { of_pod.get(key) } else { own.get(key) };
    found.baseline(said("runAsNonRoot") == NOTHING, "no `runAsNonRoot: true`");
    found.baseline(said("seccompProfile").get("type") == NOTHING, "no `seccompProfile`");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    fn level(pod: &str) -> PodSecurity {
        let document = yaml::documents(pod).unwrap().remove(0);
        of_pod(&Free::of_data(&document, &crate::diag::Place::default())).iter().map(|(_, found)| found.level()).max().unwrap()
    }

    #[test]
    fn a_pod_is_as_restricted_as_all_that_is_in_it() {
        const CONTAINER: &str = "name: a, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}";
        const CONTEXT: &str = "runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}";
        let pod = |of_pod: &str, own: &str, more: &str| {
            level(&format!("{{spec: {{securityContext: {{{of_pod}}}, containers: [{{{CONTAINER}{own}}}}}]{more}}}}}"))
        };
        assert_eq!(pod(CONTEXT, "", ""), PodSecurity::Restricted);
        assert_eq!(pod("", &format!(", {CONTEXT}"), ""), PodSecurity::Restricted);
        assert_eq!(pod(CONTEXT, "", ", volumes: [{name: a, emptyDir: {}}], hostNetwork: false"), PodSecurity::Restricted);
        let safe = format!("{CONTEXT}, sysctls: [{{name: net.ipv4.tcp_syncookies, value: '1'}}]");
        assert_eq!(pod(&safe, "", ""), PodSecurity::Restricted);
        for (of_pod, own, more) in [
            ("", "", ""),
            ("runAsNonRoot: true", "", ""),
            ("seccompProfile: {type: RuntimeDefault}", "", ""),
            (CONTEXT, ", runAsUser: 0", ""),
            (CONTEXT, ", runAsNonRoot: false", ""),
            (CONTEXT, "", ", initContainers: [{name: b}]"),
            (CONTEXT, "", ", volumes: [{name: a, nfs: {}}]"),
        ] {
            assert_eq!(pod(of_pod, own, more), PodSecurity::Baseline, "{of_pod} {own} {more}");
        }
        for more in [", hostNetwork: true", ", hostPID: true", ", hostIPC: true", ", volumes: [{name: a, hostPath: {}}]"] {
            assert_eq!(pod(CONTEXT, "", more), PodSecurity::Privileged, "{more}");
        }
        let tuned = format!("{CONTEXT}, sysctls: [{{name: kernel.msgmax, value: '1'}}]");
        assert_eq!(pod(&tuned, "", ""), PodSecurity::Privileged);
        let annotated = format!(
            "{{metadata: {{annotations: {{{APPARMOR_ANNOTATION}a: unconfined}}}}, spec: {{securityContext: {{{CONTEXT}}}}}}}"
        );
        assert_eq!(level(&annotated), PodSecurity::Privileged);
    }
}
