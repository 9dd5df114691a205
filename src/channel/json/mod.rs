//! Fabric's protobuf messages as JSON, exactly as `configtxlator proto_decode` prints them (fabric-config `protolator`).
//! What a file's message means is `summary`'s; making messages is the encoder's.

mod form;
mod read;
mod recognize;
mod schema;
mod text;
mod wire;

pub(super) use form::Form;
pub(super) use read::{Decoded, Remark, RemarkKind};
pub(super) use recognize::recognize;
pub(super) use schema::{APPLICATION_ORG, Message, ORDERER_ORG, TYPES};
pub(super) use text::text;

/// Bytes as a message of this shape, in the form of one line of Fabric releases; otherwise what is wrong and where.
pub(super) fn decode(bytes: &[u8], message: &'static Message, form: Form) -> Result<Decoded, String> {
    read::Reader::new(form).read(bytes, message)
}

/// Bytes as a message of this shape in the form of the named releases, or, where none are named, in the form that the content
/// needs.
pub(super) fn decode_as_needed(bytes: &[u8], message: &'static Message, named: Option<Form>) -> Result<Decoded, String> {
    match named {
        Some(form) => decode(bytes, message, form),
        None => {
            let newest = decode(bytes, message, Form::V3)?;
            if form::needs_v3(&newest.value) { Ok(newest) } else { decode(bytes, message, Form::V2) }
        }
    }
}

/// The type of that name, as configtxlator's `--type` takes it.
pub(super) fn message_type(name: &str) -> Option<&'static Message> {
    TYPES.iter().copied().find(|message| message.name == name)
}

#[cfg(test)]
mod tests;
