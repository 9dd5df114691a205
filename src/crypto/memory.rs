//! Compares the store with what is remembered elsewhere: `fabkube.lock`, and the keys that stored blocks name.

use super::found::{FoundOrg, Pair};
use super::layout;
use super::material::lock_key;
use super::plan::{Authority, Half};
use super::{PinnedKey, Request, Rooted};
use crate::diag::{Code, Place, Problem, Problems, Stop};
use crate::network::{Org, OrgKind, Role};
use crate::store::Store;
use std::collections::BTreeSet;
use std::path::Path;

/// Reports what is remembered and not there. Gives the orgs, by place, whose CA is elsewhere: nothing else of them is worth a word.
pub(super) fn judge(request: &Request<'_>, found: &[FoundOrg], problems: &mut Problems) -> Result<BTreeSet<usize>, Stop> {
    let orgs = || request.network.orgs.iter().zip(found);
    let mut elsewhere = BTreeSet::new();
    for (index, (org, found)) in orgs().enumerate() {
        if !judge_org(request, org, found, problems) {
            elsewhere.insert(index);
        }
    }
    // A block needs keys of ordering orgs; where such an org is elsewhere as a whole, that has been said.
    let said = elsewhere.iter().any(|index| request.network.orgs[*index].kind == OrgKind::Orderer);
    if !said {
        judge_pinned(request, found, problems)?;
    }
    for (index, rooted) in request.rooted.iter().map(|rooted| (rooted.org.index(), rooted)) {
        if !elsewhere.contains(&index) && !judge_rooted(request, rooted, &found[index], problems) {
            elsewhere.insert(index);
        }
    }
    Ok(elsewhere)
}

/// False where an authority that the block knows is gone.
fn judge_rooted(request: &Request<'_>, rooted: &Rooted, found: &FoundOrg, problems: &mut Problems) -> bool {
    let org = request.network.org(rooted.org);
    let gone = |authority: &Authority| matches!(found.authority(*authority).pair, Pair::Missing);
    let Some(authority) = Authority::BOTH.into_iter().find(gone) else { return true };
    let message = format!("the block of channel `{}` knows the CA of `{}`, and it is not here", rooted.channel, org.domain);
    problems.push(
        Problem::new(Code::FK0407, message)
            .at(&rooted.place)
            .at(&Place::file(&request.store.path(&layout::authority_dir(org, authority))))
            .help(
                "bring the keys of this network back (`--crypto-dir DIR` names another folder); a new CA would be a stranger to the \
                 channel. To begin another network, make keys and blocks in empty folders",
            ),
    );
    false
}

/// False where the org's CA is elsewhere.
fn judge_org(request: &Request<'_>, org: &Org, found: &FoundOrg, problems: &mut Problems) -> bool {
    let Some(known) = request.lock.orgs.get(&lock_key(&org.dir())) else { return true };
    let place = |below: &Path| Place::file(&request.store.path(below));
    for authority in Authority::BOTH {
        let remembered = match authority {
            Authority::Signing => &known.ca,
            Authority::Tls => &known.tlsca,
        };
        let pair = found.authority(authority);
        let here = pair.fingerprint();
        // What is damaged has been reported as that.
        if pair.is_broken() || remembered.is_empty() || here.as_ref() == Some(remembered) {
            continue;
        }
        // An MSP may know several CAs: the one that is remembered need not be the one that issues.
        let is_here = || found.authorities(authority).iter().any(|certificate| &certificate.key_fingerprint == remembered);
        if here.is_some() && found.msp_knows_issuer(authority) && is_here() {
            continue;
        }
        if here.is_none() {
            let dir = layout::authority_dir(org, authority);
            let message =
                format!("this network's keys are elsewhere: fabkube.lock knows `{}`, and its CA is not here", org.domain);
            problems.push(Problem::new(Code::FK0302, message).at(&place(&dir)).help(
                "restore the folder from where the keys were made (`--crypto-dir DIR` names another), or begin a new network with \
                 `--new-network`",
            ));
            return false;
        }
        let message = format!("the CA of `{}` has another key than the one in fabkube.lock", org.domain);
        problems.push(Problem::new(Code::FK0303, message).at(&place(&pair.path)).help(
            "restore the CA's files from a backup, in `ca` and `tlsca` and in the folders of CAs in `msp`; only where another \
                     network is to begin, whose members trust nobody of this one, `--new-network` takes the folder as it is",
        ));
    }
    let of_consenters = [(PinnedKey::Tls, Half::Tls, &known.consenters), (PinnedKey::Signing, Half::Identity, &known.signers)];
    for (key, half, remembered) in of_consenters {
        for (name, remembered) in remembered {
            let mut members = org.nodes.iter().zip(&found.members);
            let Some((_, member)) = members.find(|(node, _)| &node.common_name == name) else { continue };
            let pair = member.half(half);
            let what = match pair.fingerprint() {
                Some(here) if &here == remembered => continue,
                Some(_) => "is another than the one in fabkube.lock",
                None if pair.is_broken() => continue,
                None => "is not here, and fabkube.lock knows it",
            };
            problems.push(
                Problem::new(Code::FK0304, format!("the {} of the consenter `{name}` {what}", key.word()))
                    .at(&place(&pair.path))
                    .help("restore the pair from a backup: the channel knows the orderer by this key"),
            );
        }
    }
    true
}

fn judge_pinned(request: &Request<'_>, found: &[FoundOrg], problems: &mut Problems) -> Result<(), Stop> {
    let orgs = request.network.orgs.iter().zip(found);
    let orderers = orgs.flat_map(|(org, found)| org.nodes.iter().zip(&found.members)).filter(|(n, _)| n.role == Role::Orderer);
    if orderers.clone().any(|(_, member)| member.tls.is_broken() || member.identity.is_broken()) {
        return Ok(());
    }
    let here: BTreeSet<String> =
        orderers.flat_map(|(_, member)| [member.tls.fingerprint(), member.identity.fingerprint()]).flatten().collect();
    let gone: Vec<_> = request.pinned.iter().filter(|pinned| !here.contains(&pinned.fingerprint)).collect();
    if gone.is_empty() {
        return Ok(());
    }
    let strays = strays(request.store)?;
    for pinned in gone.into_iter().filter(|pinned| !strays.contains(&pinned.fingerprint)) {
        problems.push(
            Problem::new(
                Code::FK0305,
                format!("the block knows the consenter `{}` by a {} that is not in the store", pinned.holder, pinned.key.word()),
            )
            .at(&pinned.place)
            .help(format!(
                "restore the orderer's `{}` folder from a backup: a new key would need a config update of the channel; if the \
                 block is another network's, move it away",
                pinned.key.folder()
            )),
        );
    }
    Ok(())
}

/// The keys of orderers that lie in the store, though the model need not know them.
fn strays(store: &Store) -> Result<BTreeSet<String>, Stop> {
    let mut keys = BTreeSet::new();
    for org in store.list(Path::new(layout::ORDERER_ORGS))? {
        let dir = Path::new(layout::ORDERER_ORGS).join(org);
        for orderer in store.list(&layout::stray_orderers(&dir))? {
            let bytes = store.read(&layout::stray_orderer_tls(&dir, &orderer))?;
            keys.extend(bytes.and_then(|bytes| super::key_fingerprint(&bytes)));
            let signcerts = layout::stray_orderer_signcerts(&dir, &orderer);
            for name in store.list(&signcerts)? {
                let bytes = store.read(&signcerts.join(name))?;
                keys.extend(bytes.and_then(|bytes| super::key_fingerprint(&bytes)));
            }
        }
    }
    Ok(keys)
}
