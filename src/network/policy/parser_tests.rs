//! What policy strings mean, case by case, as configtxgen 2.5.16 reads them.
//! How they are encoded is `channel`'s.

use super::super::Policy;

fn read(rule: &str) -> Result<String, String> {
    Policy::parse("Signature", rule).map(|policy| policy.to_string())
}

#[test]
fn gates_have_the_spellings_that_fabric_knows() {
    for and in ["AND", "And", "and"] {
        assert_eq!(read(&format!("{and}('A.member', 'B.peer')")).unwrap(), "AND('A.member', 'B.peer')");
    }
    for or in ["OR", "Or", "or"] {
        assert_eq!(read(&format!("{or}('A.member','B.peer')")).unwrap(), "OR('A.member', 'B.peer')");
    }
    for out_of in ["OutOf", "outof", "OUTOF"] {
        assert_eq!(
            read(&format!("{out_of}(2,'A.member','B.peer', 'C.admin')")).unwrap(),
            "OutOf(2, 'A.member', 'B.peer', 'C.admin')"
        );
    }
    assert!(read("Outof(1, 'A.member')").is_err());
    assert!(Policy::has_lower_case_gate("OR('A.and', and('B.member'))"));
    assert!(!Policy::has_lower_case_gate("OR('and.or', outof(1, 'B.member'))"));
}

#[test]
fn the_number_of_out_of_may_be_quoted_or_broken() {
    for k in ["2", "2.9", "'2'", "\"2.5\"", "0x2", " 2 ", "' 2'"] {
        assert_eq!(
            read(&format!("OutOf({k}, 'A.member', 'B.member', 'C.member')")).unwrap(),
            "OutOf(2, 'A.member', 'B.member', 'C.member')"
        );
    }
    assert!(read("OutOf(0, 'A.member')").is_ok());
    assert!(read("OutOf(-0.5, 'A.member')").is_ok());
    assert!(read("OutOf(3, 'A.member', 'B.member')").is_ok(), "one more than there are: never holds, and is let through");
    for k in ["4", "-1", "true", "'A.member'", "''", "2.2.2", "99999999999999999999"] {
        assert!(read(&format!("OutOf({k}, 'A.member', 'B.member')")).is_err(), "{k}");
    }
}

#[test]
fn msp_ids_hold_dots_and_dashes_and_no_underscore() {
    assert_eq!(read("OR('a.b-c.member.admin')").unwrap(), "OR('a.b-c.member.admin')");
    for principal in ["Org_1.member", ".member", "member", "A.Member", "A.", "A.member ", "Ä.member", "A.user"] {
        assert!(read(&format!("OR('{principal}')")).is_err(), "{principal}");
    }
}

#[test]
fn what_fabric_lets_through_is_let_through() {
    assert_eq!(read("OR (\"A.member\" , 'B.member\")").unwrap(), "OR('A.member', 'B.member')");
    assert_eq!(read(" (OR(('A.member'), (AND('B.member','C.peer'))))\n").unwrap(), "OR('A.member', AND('B.member', 'C.peer'))");
    assert_eq!(read(r"OR('A\.member')").unwrap(), "OR('A.member')");
}

#[test]
fn bad_rules_give_a_reason_and_never_a_panic() {
    let deep = format!("{}'A.member'{}", "OR(".repeat(40), ")".repeat(40));
    let very_deep = "(".repeat(200_000);
    for rule in [
        "",
        " ",
        "'A.member'",
        "A.member",
        "OR",
        "OR(",
        "OR()",
        "OR(,)",
        "OR('A.member'",
        "OR('A.member',)",
        "OR('A.member'))",
        "OR('A.member' 'B.member')",
        "OR('A.member') OR('B.member')",
        "OR('A.member'), OR('B.member')",
        "OR('A.member",
        "OR(A.member)",
        "OutOf('A.member')",
        "OutOf(1)",
        "OutOf(1,)",
        "NOT('A.member')",
        "OR('A.member' || 'B.member')",
        "OR(1)",
        "'",
        "\\",
        "OR('\\",
        "é",
        "OR('A.member')-1",
        "-",
        "OutOf(-,'A.member')",
        "0x",
        "OutOf(0x,'A.member')",
        &deep,
        &very_deep,
    ] {
        let reason = read(rule).unwrap_err();
        assert!(!reason.is_empty() && !reason.ends_with('.'), "{rule}: {reason}");
    }
}

#[test]
fn an_implicit_meta_rule_has_exactly_one_space() {
    assert_eq!(Policy::parse("ImplicitMeta", "MAJORITY Admins").unwrap().to_string(), "MAJORITY Admins");
    for rule in ["ANY", "ANY  Readers", "any Readers", " ANY Readers", "ANY Readers ", "ANY ", "SOME Readers", ""] {
        assert!(Policy::parse("ImplicitMeta", rule).is_err(), "{rule}");
    }
    assert!(Policy::parse("implicitmeta", "ANY Readers").is_err());
}

#[test]
fn a_policy_tells_the_msps_that_it_names() {
    let policy = Policy::parse("Signature", "OR('B.member', AND('A.peer', 'B.admin'))").unwrap();
    assert_eq!(policy.msp_ids().into_iter().collect::<Vec<_>>(), ["A", "B"]);
    assert!(Policy::parse("ImplicitMeta", "ANY Readers").unwrap().msp_ids().is_empty());
}
