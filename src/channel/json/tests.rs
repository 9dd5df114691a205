use super::*;
use serde_json::Value;
use serde_json::json;
use std::path::PathBuf;

fn fixture(name: &str) -> Vec<u8> {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "fixtures", "inspect", name].iter().collect();
    crate::fs::read(&path).unwrap()
}

fn read(bytes: &[u8], name: &str, form: Form) -> Decoded {
    decode(bytes, message_type(name).unwrap(), form).unwrap()
}

/// A field of bytes, text or a message.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    [&[number << 3 | 2, u8::try_from(content.len()).unwrap()], content].concat()
}

#[test]
fn every_type_of_file_is_recognized() {
    for (file, expected) in [
        ("config.block", "common.Block"),
        ("trade.block", "common.Block"),
        ("transaction.block", "common.Block"),
        ("mychannel.tx", "common.Envelope"),
        ("update.tx", "common.Envelope"),
        ("update.pb", "common.ConfigUpdate"),
        ("envelope.pb", "common.ConfigUpdateEnvelope"),
        ("configenvelope.pb", "common.ConfigEnvelope"),
        ("config.pb", "common.Config"),
    ] {
        assert_eq!(recognize(&fixture(file)).map(|message| message.name), Some(expected), "{file}");
    }
    assert!(recognize(b"").is_none() && recognize(b"some text\n").is_none());
}

#[test]
fn absent_bytes_are_null_before_3_0_and_empty_since() {
    let of = |form| read(b"", "msp.SerializedIdentity", form).value["id_bytes"].clone();
    assert_eq!([of(Form::V1), of(Form::V2), of(Form::V3)], [Value::Null, Value::Null, json!("")]);
}

#[test]
fn bft_and_what_came_with_it_are_printed_as_3_0_does() {
    let form = |bytes: &[u8], name| decode_as_needed(bytes, message_type(name).unwrap(), None).unwrap().value;
    let hash = |block: &str| {
        form(&fixture(block), "common.Block")["data"]["data"][0]["payload"]["header"]["channel_header"]["tls_cert_hash"].clone()
    };
    assert_eq!([hash("trade.block"), hash("config.block")], [json!(""), Value::Null]);
    let v3 = field(1, &[field(1, b"V3_0"), field(2, b"")].concat());
    let forms = [None, Some(Form::V2)];
    let needs = forms.map(|form| decode_as_needed(&v3, message_type("common.Capabilities").unwrap(), form).unwrap().value);
    assert_eq!(needs, [json!({"capabilities": {"V3_0": {}}}), json!({"capabilities": {"V3_0": {}}})]);
    assert!(super::form::needs_v3(&needs[0]));
}

#[test]
fn numbers_and_times_are_written_as_go_writes_them() {
    let header =
        [&[0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], &field(3, &[0x08, 1, 0x10, 0xc0, 0x84, 0x3d])[..]];
    let value = read(&header.concat(), "common.ChannelHeader", Form::V2).value;
    assert_eq!((&value["type"], &value["epoch"]), (&json!(-1), &json!("0")));
    assert_eq!(value["timestamp"], json!("1970-01-01T00:00:01.001Z"));
    let role = read(&[0x10, 9], "common.MSPRole", Form::V2).value;
    assert_eq!(role["role"], json!(9), "an unknown number of an enumeration stays a number");
}

#[test]
fn what_is_left_out_or_refused_is_said() {
    let unknown = read(&field(9, b"x"), "common.HashingAlgorithm", Form::V2);
    assert_eq!(unknown.value, json!({"name": ""}));
    let kind = RemarkKind::UnknownField { message: "common.HashingAlgorithm", number: 9 };
    assert_eq!(unknown.remarks, [Remark { path: String::new(), kind }]);

    let refused = read(&[&[0x08, 7], &field(2, b"x")[..]].concat(), "common.Policy", Form::V2);
    assert_eq!(refused.value, json!({"type": 7, "value": "eA=="}));
    assert_eq!((refused.remarks.len(), refused.remarks[0].path.as_str()), (1, "value"));

    let group = field(2, &[field(1, b"Strange"), field(2, b"")].concat());
    let config = read(&field(2, &group), "common.Config", Form::V2);
    assert_eq!(config.remarks.len(), 1);
    assert_eq!(config.remarks[0].path, "channel_group.groups.Strange");
}

#[test]
fn what_is_damaged_inside_is_said_with_its_path() {
    let envelope = field(1, &field(1, &field(1, &[0x08])));
    let reason = decode(&envelope, message_type("common.Envelope").unwrap(), Form::V2).unwrap_err();
    assert!(reason.starts_with("at `payload.header.channel_header`: "), "{reason}");
}

/// Gates in gates, each in a message of its own, as deep as wanted.
#[test]
fn messages_that_lie_too_deep_are_refused() {
    let mut nested = Vec::new();
    for _ in 0..100_000 {
        let mut outer = vec![0x12];
        prost::encoding::encode_varint(nested.len() as u64, &mut outer);
        if nested.len() > 4_000 {
            break;
        }
        outer.extend_from_slice(&nested);
        nested = outer;
    }
    let reason = decode(&nested, message_type("common.SignaturePolicy").unwrap(), Form::V2).unwrap_err();
    assert!(reason.ends_with("messages lie more than 200 deep in each other"), "{reason}");
}

/// Whatever the bytes, there is an answer; and what was cut off is never taken for whole.
#[test]
fn cut_and_damaged_files_are_answered() {
    let mut seed = 1_u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % below
    };
    for file in ["transaction.block", "update.tx", "mychannel.tx", "envelope.pb", "update.pb", "config.pb"] {
        let whole = fixture(file);
        let message = recognize(&whole).unwrap();
        for length in (0..whole.len()).step_by(1 + whole.len() / 100) {
            let cut = &whole[..length];
            let _ = recognize(cut);
            for form in [Form::V1, Form::V2, Form::V3] {
                if let Ok(decoded) = decode(cut, message, form) {
                    assert!(decoded.value != decode(&whole, message, form).unwrap().value, "{file} cut at {length}");
                }
            }
        }
        for _ in 0..200 {
            let mut damaged = whole.clone();
            for _ in 0..=random(3) {
                let at = random(damaged.len());
                damaged[at] = u8::try_from(random(256)).unwrap();
            }
            if let Ok(decoded) = decode_as_needed(&damaged, message, None) {
                crate::channel::summary::page(message.name, &decoded.value);
            }
        }
    }
}
