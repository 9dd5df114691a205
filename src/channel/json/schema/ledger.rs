//! Packages `rwset` and `kvrwset`: what a transaction read and wrote.

use super::super::form::Form;
use super::Kind::*;
use super::{Message as M, choice, many, one};

pub static TX_READ_WRITE_SET: M = M {
    name: "rwset.TxReadWriteSet",
    fields: &[one(1, "data_model", Enum(&["KV"])), many(2, "ns_rwset", Message(&NS_READ_WRITE_SET))],
};

static NS_READ_WRITE_SET: M = M {
    name: "rwset.NsReadWriteSet",
    fields: &[
        one(1, "namespace", Text),
        one(2, "rwset", Holds(&KV_RW_SET)),
        many(3, "collection_hashed_rwset", Message(&COLLECTION_HASHED_READ_WRITE_SET)),
    ],
};

/// protolator looks for a field `rwset` here, which there is not: the hashes stay bytes.
static COLLECTION_HASHED_READ_WRITE_SET: M = M {
    name: "rwset.CollectionHashedReadWriteSet",
    fields: &[one(1, "collection_name", Text), one(2, "hashed_rwset", Bytes), one(3, "pvt_rwset_hash", Bytes)],
};

pub static KV_RW_SET: M = M {
    name: "kvrwset.KVRWSet",
    fields: &[
        many(1, "reads", Message(&KV_READ)),
        many(2, "range_queries_info", Message(&RANGE_QUERY_INFO)),
        many(3, "writes", Message(&KV_WRITE)),
        many(4, "metadata_writes", Message(&KV_METADATA_WRITE)),
    ],
};

pub static HASHED_RW_SET: M = M {
    name: "kvrwset.HashedRWSet",
    fields: &[
        many(1, "hashed_reads", Message(&KV_READ_HASH)),
        many(2, "hashed_writes", Message(&KV_WRITE_HASH)),
        many(3, "metadata_writes", Message(&KV_METADATA_WRITE_HASH)),
    ],
};

static KV_READ: M = M { name: "kvrwset.KVRead", fields: &[one(1, "key", Text), one(2, "version", Message(&VERSION))] };

static VERSION: M = M { name: "kvrwset.Version", fields: &[one(1, "block_num", Uint64), one(2, "tx_num", Uint64)] };

static KV_WRITE: M =
    M { name: "kvrwset.KVWrite", fields: &[one(1, "key", Text), one(2, "is_delete", Bool), one(3, "value", Bytes)] };

static KV_METADATA_WRITE: M =
    M { name: "kvrwset.KVMetadataWrite", fields: &[one(1, "key", Text), many(2, "entries", Message(&KV_METADATA_ENTRY))] };

static KV_METADATA_ENTRY: M = M { name: "kvrwset.KVMetadataEntry", fields: &[one(1, "name", Text), one(2, "value", Bytes)] };

static KV_READ_HASH: M =
    M { name: "kvrwset.KVReadHash", fields: &[one(1, "key_hash", Bytes), one(2, "version", Message(&VERSION))] };

static KV_WRITE_HASH: M = M {
    name: "kvrwset.KVWriteHash",
    fields: &[
        one(1, "key_hash", Bytes),
        one(2, "is_delete", Bool),
        one(3, "value_hash", Bytes),
        one(4, "is_purge", Bool).since(Form::V2),
    ],
};

static KV_METADATA_WRITE_HASH: M = M {
    name: "kvrwset.KVMetadataWriteHash",
    fields: &[one(1, "key_hash", Bytes), many(2, "entries", Message(&KV_METADATA_ENTRY))],
};

static RANGE_QUERY_INFO: M = M {
    name: "kvrwset.RangeQueryInfo",
    fields: &[
        one(1, "start_key", Text),
        one(2, "end_key", Text),
        one(3, "itr_exhausted", Bool),
        choice(4, "raw_reads", Message(&QUERY_READS)),
        choice(5, "reads_merkle_hashes", Message(&QUERY_READS_MERKLE_SUMMARY)),
    ],
};

static QUERY_READS: M = M { name: "kvrwset.QueryReads", fields: &[many(1, "kv_reads", Message(&KV_READ))] };

static QUERY_READS_MERKLE_SUMMARY: M = M {
    name: "kvrwset.QueryReadsMerkleSummary",
    fields: &[one(1, "max_degree", Uint32), one(2, "max_level", Uint32), many(3, "max_level_hashes", Bytes)],
};
