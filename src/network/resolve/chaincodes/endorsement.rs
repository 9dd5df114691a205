//! Who has to endorse: a rule over signatures, or a policy that the channel has.

use crate::diag::{Code, Problem, Problems};
use crate::network::{Channel, Endorsement, Policy};
use crate::yaml::Spanned;

/// What a text says in a channel; `None` where a problem says why it can be nothing.
pub fn endorsement(text: &Spanned<String>, channel: &Channel, problems: &mut Problems) -> Option<Endorsement> {
    if text.starts_with('/') {
        channel_policy(text, channel, problems);
        return Some(Endorsement::Channel(text.value.clone()));
    }
    let members: Vec<&str> = channel.config.application_orgs().iter().map(|org| org.msp_id.as_str()).collect();
    signature(text, &members, problems).map(Endorsement::Signature)
}

/// A rule over signatures of the members of a channel.
pub fn signature(text: &Spanned<String>, members: &[&str], problems: &mut Problems) -> Option<Policy> {
    let policy = match Policy::parse("Signature", text) {
        Ok(policy) => policy,
        Err(reason) => {
            let problem = Problem::new(Code::FK0805, format!("`{}` is no policy: {reason}", text.value)).at(&text.place);
            problems.push(problem.help("write `AND('Org1MSP.peer', 'Org2MSP.peer')`, say, or a policy of the channel: `/Channel/Application/Endorsement`"));
            return None;
        }
    };
    // Of a channel whose organizations are not known here, nobody can be said to be missing.
    let strangers: Vec<&str> = policy.msp_ids().into_iter().filter(|id| !members.is_empty() && !members.contains(id)).collect();
    if !strangers.is_empty() {
        let message = format!("a policy names `{}`, which is no MSP of the channel", strangers.join("`, `"));
        let problem = Problem::new(Code::FK0809, message).at(&text.place);
        problems.push(problem.help(format!("the channel's are `{}`", members.join("`, `"))));
    }
    Some(policy)
}

/// Whether a path names a policy that the channel's configuration has; of one whose organizations stand elsewhere nobody can say.
fn channel_policy(text: &Spanned<String>, channel: &Channel, problems: &mut Problems) {
    let config = &channel.config;
    let Some(application) = &config.application else { return };
    let has = |policies: &[(String, Policy)], name: &str| policies.iter().any(|(known, _)| known == name);
    let is_there = match text.split('/').collect::<Vec<_>>().as_slice() {
        ["", "Channel", name] => has(&config.policies, name),
        ["", "Channel", "Application", name] => has(&application.policies, name),
        ["", "Channel", "Application", org, name] => {
            let org = application.orgs.iter().find(|member| member.name == *org);
            org.is_some_and(|org| org.foreign.is_some() || has(&org.policies, name))
        }
        ["", "Channel", "Orderer", ..] => return,
        _ => false,
    };
    if !is_there {
        let known: Vec<&str> = application.policies.iter().map(|(name, _)| name.as_str()).collect();
        let message = format!("the channel `{}` has no policy `{}`", channel.name, text.value);
        let problem = Problem::new(Code::FK0805, message).at(&text.place);
        problems.push(problem.help(format!("below `/Channel/Application/` there are `{}`", known.join("`, `"))));
    }
}
