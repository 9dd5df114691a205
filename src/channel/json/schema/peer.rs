//! Package `protos` (peer): the values of the Application group, and endorsed transactions.

use super::super::form::Form;
use super::Kind::*;
use super::common::SIGNATURE_HEADER;
use super::ledger::TX_READ_WRITE_SET;
use super::{EMPTY, Message as M, many, map, one};

pub static ANCHOR_PEERS: M = M { name: "protos.AnchorPeers", fields: &[many(1, "anchor_peers", Message(&ANCHOR_PEER))] };

static ANCHOR_PEER: M = M { name: "protos.AnchorPeer", fields: &[one(1, "host", Text), one(2, "port", Int32)] };

pub static ACLS: M = M { name: "protos.ACLs", fields: &[map(1, "acls", Message(&API_RESOURCE))] };

static API_RESOURCE: M = M { name: "protos.APIResource", fields: &[one(1, "policy_ref", Text)] };

pub static TRANSACTION: M = M { name: "protos.Transaction", fields: &[many(1, "actions", Message(&TRANSACTION_ACTION))] };

static TRANSACTION_ACTION: M = M {
    name: "protos.TransactionAction",
    fields: &[one(1, "header", Holds(&SIGNATURE_HEADER)), one(2, "payload", Holds(&CHAINCODE_ACTION_PAYLOAD))],
};

pub static CHAINCODE_ACTION_PAYLOAD: M = M {
    name: "protos.ChaincodeActionPayload",
    fields: &[
        one(1, "chaincode_proposal_payload", Holds(&CHAINCODE_PROPOSAL_PAYLOAD)),
        one(2, "action", Message(&CHAINCODE_ENDORSED_ACTION)),
    ],
};

static CHAINCODE_ENDORSED_ACTION: M = M {
    name: "protos.ChaincodeEndorsedAction",
    fields: &[
        one(1, "proposal_response_payload", Holds(&PROPOSAL_RESPONSE_PAYLOAD)),
        many(2, "endorsements", Message(&ENDORSEMENT)),
    ],
};

static ENDORSEMENT: M = M { name: "protos.Endorsement", fields: &[one(1, "endorser", Bytes), one(2, "signature", Bytes)] };

pub static PROPOSAL_RESPONSE_PAYLOAD: M = M {
    name: "protos.ProposalResponsePayload",
    fields: &[one(1, "proposal_hash", Bytes), one(2, "extension", Holds(&CHAINCODE_ACTION))],
};

pub static CHAINCODE_ACTION: M = M {
    name: "protos.ChaincodeAction",
    fields: &[
        one(1, "results", Holds(&TX_READ_WRITE_SET)),
        one(2, "events", Holds(&CHAINCODE_EVENT)),
        one(3, "response", Message(&RESPONSE)),
        one(4, "chaincode_id", Message(&CHAINCODE_ID)),
        // Of the tokens that Fabric 1.4 tried and never had.
        one(5, "token_expectation", Message(&EMPTY)).until(Form::V1),
    ],
};

static RESPONSE: M =
    M { name: "protos.Response", fields: &[one(1, "status", Int32), one(2, "message", Text), one(3, "payload", Bytes)] };

static CHAINCODE_ID: M =
    M { name: "protos.ChaincodeID", fields: &[one(1, "path", Text), one(2, "name", Text), one(3, "version", Text)] };

pub static CHAINCODE_EVENT: M = M {
    name: "protos.ChaincodeEvent",
    fields: &[one(1, "chaincode_id", Text), one(2, "tx_id", Text), one(3, "event_name", Text), one(4, "payload", Bytes)],
};

pub static CHAINCODE_HEADER_EXTENSION: M = M {
    name: "protos.ChaincodeHeaderExtension",
    fields: &[one(1, "payload_visibility", Bytes).until(Form::V1), one(2, "chaincode_id", Message(&CHAINCODE_ID))],
};

pub static CHAINCODE_PROPOSAL_PAYLOAD: M = M {
    name: "protos.ChaincodeProposalPayload",
    fields: &[one(1, "input", Holds(&CHAINCODE_INVOCATION_SPEC)), map(2, "TransientMap", Bytes)],
};

pub static CHAINCODE_INVOCATION_SPEC: M =
    M { name: "protos.ChaincodeInvocationSpec", fields: &[one(1, "chaincode_spec", Message(&CHAINCODE_SPEC))] };

static CHAINCODE_SPEC: M = M {
    name: "protos.ChaincodeSpec",
    fields: &[
        one(1, "type", Enum(&["UNDEFINED", "GOLANG", "NODE", "CAR", "JAVA"])),
        one(2, "chaincode_id", Message(&CHAINCODE_ID)),
        one(3, "input", Message(&CHAINCODE_INPUT)),
        one(4, "timeout", Int32),
    ],
};

static CHAINCODE_INPUT: M = M {
    name: "protos.ChaincodeInput",
    fields: &[many(1, "args", Bytes), map(2, "decorations", Bytes), one(3, "is_init", Bool).since(Form::V2)],
};
