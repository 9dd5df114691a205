//! What users have core.yaml and orderer.yaml say, each as what it changes.

use crate::variants::{expect, with_values};

#[test]
fn own_settings_of_core_yaml_join_from_component_to_node_lists_of_maps_included() {
    expect(
        &with_values(
            "
            peer: {config: {peer: {Gossip: {pullInterval: 5s}}, chaincode: {externalBuilders: [{name: own, path: /opt/own}]}}}
            orgs:
              org1.example.com:
                peer: {config: {ledger: {state: {couchDBConfig: {cacheSize: 128}}}}}
                nodes:
                  peer1:
                    config:
                      peer: {gossip: {pullInterval: 6s, pullPeerNum: 1}}
                      chaincode: {externalBuilders: [{name: k8s_builder, path: /opt/k8s, propagateEnvironment: [CORE_PEER_ID]}]}
            ",
        ),
        "
        ConfigMap/org1-peer0
        - pullInterval: 4s
        + pullInterval: 5s
        - - name: ccaas_builder
        - path: /opt/hyperledger/ccaas_builder
        - propagateEnvironment:
        - - CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG
        + - name: own
        + path: /opt/own
        - cacheSize: 64
        + cacheSize: 128
        ConfigMap/org1-peer1
        - pullInterval: 4s
        - pullPeerNum: 3
        + pullInterval: 6s
        + pullPeerNum: 1
        - - name: ccaas_builder
        - path: /opt/hyperledger/ccaas_builder
        + - name: k8s_builder
        + path: /opt/k8s
        - - CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG
        + - CORE_PEER_ID
        - cacheSize: 64
        + cacheSize: 128
        ConfigMap/org2-peer0 ConfigMap/org2-peer1
        - pullInterval: 4s
        + pullInterval: 5s
        - - name: ccaas_builder
        - path: /opt/hyperledger/ccaas_builder
        - propagateEnvironment:
        - - CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG
        + - name: own
        + path: /opt/own
        StatefulSet/org1-peer0
        - checksum/config
        + checksum/config
        StatefulSet/org1-peer1
        - checksum/config
        + checksum/config
        StatefulSet/org2-peer0 StatefulSet/org2-peer1
        - checksum/config
        + checksum/config
        ",
    );
}

#[test]
fn own_settings_of_orderer_yaml_may_be_new_keys() {
    expect(
        &with_values(
            "orderer: {config: {General: {Cluster: {DialTimeout: 10s}, cluster: {sendbuffersize: 50}}, Consensus: {EvictionSuspicion: 20m}}}",
        ),
        "
        ConfigMap/orderer-orderer0 ConfigMap/orderer-orderer1 ConfigMap/orderer-orderer2
        - SendBufferSize: 100
        + SendBufferSize: 50
        + DialTimeout: 10s
        + EvictionSuspicion: 20m
        StatefulSet/orderer-orderer0 StatefulSet/orderer-orderer1 StatefulSet/orderer-orderer2
        - checksum/config
        + checksum/config
        ",
    );
}
