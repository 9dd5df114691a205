//! Which Pod Security level the user's containers and volumes meet, by `network::pod_security`'s rules. A namespace is labelled with the
//! strictest level that all its pods meet, or Kubernetes would refuse the pods. Pods of templates are `render`'s.

use crate::diag::{Code, Place, Problem, Problems};
use crate::network::PodSecurity;
use crate::network::pod_security::{self, APPARMOR_ANNOTATION, Found, name};
use crate::yaml::{FreeMap, Ordered, Spanned};

/// The level of a container within a pod that meets the strictest by itself; a warning where it is not the strictest.
pub fn of_container(container: &Spanned<FreeMap>, problems: &mut Problems) -> PodSecurity {
    report(
        pod_security::of_container(container),
        (&format!("the container `{}`", name(container)), &container.place),
        "give it `securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}` and nothing beyond",
        problems,
    )
}

/// The level of a pod with the user's annotations; a warning where it is not the strictest.
pub fn of_annotations(annotations: &Ordered<Spanned<String>>, problems: &mut Problems) -> PodSecurity {
    let mut level = PodSecurity::Restricted;
    for (key, profile) in annotations.iter().filter(|(key, _)| key.starts_with(APPARMOR_ANNOTATION)) {
        let help = "leave it out: the container runtime's own profile holds then";
        let found = pod_security::of_apparmor(profile);
        level = level.max(report(found, (&format!("the annotation `{key}`"), &key.place), help, problems));
    }
    level
}

/// The level of a volume; a warning where it is not the strictest.
pub fn of_volume(volume: &Spanned<FreeMap>, problems: &mut Problems) -> PodSecurity {
    let found = pod_security::of_volume(volume);
    let what = format!("the volume `{}`", name(volume));
    report(found, (&what, &volume.place), &pod_security::plain_volumes(), problems)
}

fn report(found: Found, (what, at): (&str, &Place), help: &str, problems: &mut Problems) -> PodSecurity {
    let level = found.level();
    if level != PodSecurity::Restricted {
        let message = format!(
            "{what} lowers the Pod Security level that its namespace may have from `restricted` to `{}`: it has {}",
            level.word(),
            found.reasons()
        );
        problems.push(Problem::new(Code::FK0296, message).at(at).help(help));
    }
    level
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
