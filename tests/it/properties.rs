//! What holds of every network: tried on the samples and on made-up networks (`generated`), seen as a cluster sees them (`cluster`).

mod case;
mod dialled;
mod objects;
mod references;
mod restricted;
mod secrets;
mod selectors;

use crate::generated;
use crate::support::Project;
use case::{for_all, in_folder};
use fabkube::diag::{Problems, Stop};
use fabkube::lock::Memory;
use fabkube::network::Purpose;
use fabkube::pipeline;
use fabkube::render::Templates;
use fabkube::store::Keys;
use rayon::prelude::*;

#[test]
fn networks_hold_together() {
    for_all(|case| {
        dialled::every_address_is_answered(case);
        dialled::hosts_outside_are_in_certificates(case);
        dialled::what_watches_and_calls_finds_certificates_of_its_names(case);
        references::every_reference_leads_somewhere(case);
        selectors::services_find_their_pods_alone(case);
        selectors::budgets_are_over_one_kind_of_node_and_never_two_over_one(case);
        selectors::policies_and_monitors_find_what_they_are_for(case);
        objects::names_are_unique_and_within_limits(case);
        objects::namespaces_hold_together(case);
        restricted::pods_are_restricted_but_where_values_say_so(case);
        secrets::stay_in_secrets(case);
        secrets::private_keys_are_in_one_secret(case);
        secrets::are_in_nothing_that_is_printed(case);
        secrets::modes_agree(case);
    });
}

#[test]
fn no_damaged_file_makes_it_panic_or_fail_otherwise() {
    let names = ["crypto-config.yaml", "configtx.yaml", "network.yaml", "values.yaml"];
    (0..1200_u64).into_par_iter().for_each(|seed| {
        let dice = &mut generated::Dice::new(seed);
        let folder = Project::sample();
        let name = names[dice.below(names.len())];
        let mut bytes = folder.read(name).into_bytes();
        let mut lines: Vec<Vec<u8>> = bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        let (one, other) = (dice.below(lines.len()), dice.below(lines.len()));
        match dice.below(6) {
            0 => bytes.truncate(dice.below(bytes.len())),
            1 => {
                let at = dice.below(bytes.len());
                bytes[at] ^= 1 << dice.below(8);
            }
            2 => {
                lines.swap(one, other);
                bytes = lines.concat();
            }
            3 => {
                lines.remove(one);
                bytes = lines.concat();
            }
            4 => {
                lines.insert(other, lines[one].clone());
                bytes = lines.concat();
            }
            _ => {
                let line = &mut lines[one];
                let at = dice.below(line.len());
                let odd =
                    dice.pick::<str>(&["- ", ": ", "\"", "&a ", "*a", "{", "]", "<<: ", "!!int ", "\t", "0x", "~", "\u{0}"]);
                line.splice(at..at, odd.bytes());
                bytes = lines.concat();
            }
        }
        std::fs::write(folder.path().join(name), &bytes).unwrap();
        let mut problems = Problems::new();
        let stopped = match seed % 40 {
            // Now and then the whole line.
            0 => pipeline::rehearse(
                &in_folder(&folder),
                (Memory::Counts, Keys::WhereAnyAre),
                &Templates::built_in(),
                &mut problems,
            )
            .err(),
            _ => pipeline::network(&in_folder(&folder), Purpose::Deployment, &mut problems).err(),
        };
        match stopped {
            None => assert!(!problems.has_errors()),
            Some(Stop::Reported) => assert!(problems.has_errors()),
            Some(other) => panic!("seed {seed}: {other}\n{}", String::from_utf8_lossy(&bytes)),
        }
    });
}
