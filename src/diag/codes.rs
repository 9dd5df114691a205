//! The table of every problem code: stable for ever, never reused. `fabkube explain` prints it.
//! A code exists from the day its problem does.

use super::Severity;
use std::fmt;
use std::str::FromStr;

macro_rules! codes {
    ($($code:ident $severity:ident $title:literal $explanation:literal)*) => {
        /// The stable code of a problem.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $title] $code,)*
        }

        impl Code {
            /// Every code, in order.
            pub const ALL: &'static [Code] = &[$(Code::$code),*];

            /// The severity that a problem of this code has by nature.
            pub fn severity(self) -> Severity {
                match self { $(Code::$code => Severity::$severity),* }
            }

            /// What it is, in one line.
            pub fn title(self) -> &'static str {
                match self { $(Code::$code => $title),* }
            }

            /// Why it is a problem and what to do, in a few lines.
            pub fn explanation(self) -> &'static str {
                match self { $(Code::$code => $explanation),* }
            }

            fn name(self) -> &'static str {
                match self { $(Code::$code => stringify!($code)),* }
            }
        }
    };
}

// 01xx reading files, 02xx the network, 03xx crypto material, 04xx channels, 05xx rendering, 06xx output, 09xx not built yet.
codes! {
    FK0101 Error "a file is not YAML"
        "The file was cut off, or a line of it cannot be read as YAML. The line named is where reading stopped; the cause is often a\nline or two above it: a tab, a missing space after a colon, an unclosed quote or bracket. A file whose aliases multiply\nbeyond a million values, or that nests a hundred levels deep, is not read either."
    FK0102 Error "a needed file is not there"
        "fabkube needs crypto-config.yaml in the project folder. `-C DIR` names the folder; `--crypto-config FILE` names the file."
    FK0103 Error "a value has the wrong type"
        "The key is known, but its value is of another kind than Fabric (or fabkube) reads there: a word where a number belongs, a\nlist where a map belongs."
    FK0104 Error "an unknown key"
        "Fabric's configtxgen refuses a configtx.yaml with a key it does not know, anywhere in the file; fabkube refuses such a key in\nvalues.yaml, since a misspelt setting would silently do nothing."
    FK0105 Warning "a key that does nothing"
        "Fabric's cryptogen ignores keys that it does not know, and keys are case-sensitive: a misspelt `peerorgs:` makes nothing and\nsays nothing. Some that it knows it reads and ignores all the same: `Users` of an ordering org, `Country` and its like under `Specs`,\n`SANS` of a CA, and before Fabric 3 `PublicKeyAlgorithm`. In values.yaml, `namespaces.of` does nothing without `mode: per-org`, and\n`namespaces.name` with it. The key named here has no effect."
    FK0106 Error "a key stands twice"
        "Two values were given under one key of the same map. Fabric 2.x takes the last one silently and Fabric 3.x refuses the file."
    FK0107 Warning "a key stands twice, and the last one counts"
        "Fabric up to 2.5 takes the last of several values under one key. Fabric 3.x refuses the file."
    FK0108 Warning "a merge that overrides keys above it"
        "Up to Fabric 2.5 a `<<:` merge written after a key overrides that key; in Fabric 3.x the key wins. Put `<<:` first, and both read\nthe same."
    FK0109 Warning "more than one YAML document"
        "Fabric reads the first document of a file and ignores what follows the next `---`."
    FK0110 Error "a bad --set"
        "`--set` takes `path.to.key=value`, as in Helm: dots separate keys, a comma separates assignments, a backslash takes away the\nmeaning of the next character."
    FK0111 Error "an alias of an unknown anchor, or a merge of something that is no map"
        "`*name` needs an `&name` above it in the same file, and `<<:` takes a map or a list of maps."
    FK0112 Warning "a setting of PIVT's charts"
        "PIVT keeps Helm values in network.yaml and values.yaml. Those that fabkube has no use for are named, with what to use in their\nplace; they are no error."
    FK0113 Error "a lock that remembers nothing"
        "Every lock that fabkube writes names the network's CAs. One without them was cut off or emptied; taking it for none would let a\nsecond network begin beside the first."
    FK0201 Error "crypto-config.yaml names no org"
        "cryptogen says nothing and makes nothing when `PeerOrgs` and `OrdererOrgs` are missing or spelt in other letters."
    FK0202 Error "two orgs with one Domain"
        "An org is its section and its Domain: two with the same would share one folder and one set of keys."
    FK0203 Error "an org without a Domain"
        "The Domain names the org's folder and ends its nodes' names; cryptogen would write into the folder above."
    FK0204 Error "an org whose name Kubernetes cannot take"
        "Objects are called after the org's short name: lower-case letters, digits and `-`, beginning with a letter.\n`orgs.<Domain>.name` in values.yaml gives an org another name there."
    FK0205 Error "a number of nodes that no network has"
        "A slip of the finger in Count would make keys for hours."
    FK0206 Error "a node without a name"
        "Every entry of Specs needs a Hostname or a CommonName."
    FK0207 Error "a name that a certificate or a folder cannot take"
        "Names in certificates are ASCII, and a node's common name is the name of its folder."
    FK0208 Error "a node whose name Kubernetes cannot take"
        "A node is called `<org>-<hostname>`. The pods of a StatefulSet carry a label of its name and eleven characters more, and a\nlabel ends at 63: 52 are left for the name."
    FK0209 Error "a node that is there twice"
        "cryptogen skips the second of two nodes with one common name silently, so one of them would be missing."
    FK0210 Error "a template that cannot be filled"
        "Hostname templates know `{{.Prefix}}`, `{{.Index}}` and `{{.Domain}}`; CommonName and SANS know `{{.Hostname}}`, `{{.Domain}}` and\n`{{.CommonName}}`."
    FK0211 Error "a name that Kubernetes cannot take"
        "Names of namespaces and networks are DNS labels: lower-case letters, digits and `-`, at most 63. A network's begins with a letter.\nNames of other objects, and keys and values of labels, have rules of their own; the message says which one is broken."
    FK0212 Error "a choice that there is not"
        "The setting takes one of a few words; the help names them."
    FK0213 Error "a Fabric version that there is not"
        "`fabric.version` and `--fabric-version` take a release (`2.5.16`) or a line of releases (`2.5`)."
    FK0214 Error "two objects with one name"
        "Every kind, namespace and name is unique: the second object would silently replace the first in the cluster."
    FK0215 Error "settings for an org or a node that is not there"
        "A misspelt Domain or Hostname under `orgs:`, or a misspelt org under `namespaces.of`, would silently do nothing."
    FK0216 Error "an amount that Kubernetes cannot take"
        "Volumes and resources are measured in Kubernetes quantities: `10Gi`, `500Mi`, `250m`; a request is not above its limit."
    FK0217 Error "a setting that cannot be empty"
        "Kubernetes or CouchDB would refuse an empty text here."
    FK0218 Error "one namespace for orgs that each have their own"
        "`-n` says where every object goes. With `namespaces.mode: per-org` that is said by org, and addresses and certificates follow it:\nkubectl refuses such a `-n` too."
    FK0219 Error "an org with two namespaces"
        "`namespaces.of` knows an org by its Name and by its Domain. With two answers, one would silently do nothing."
    FK0220 Error "a loopback address that means no node"
        "`127.0.0.1` means whoever reads it. A consenter's certificate path says which node its host and port mean; without one, nothing\ndoes."
    FK0221 Error "a host that means several nodes"
        "Two nodes have this name: only one of them can be meant."
    FK0222 Error "a host that means no node"
        "A host without a dot is a node of this network: its common name, its Hostname (where only one has it), one of its SANS, or its\nService."
    FK0223 Warning "a host of our own domain that is none of our nodes"
        "A dotted host that is none of our nodes is taken for a machine elsewhere. This one ends in the Domain of an org of this network,\nso it is more likely a slip."
    FK0224 Error "an address that is no host and port"
        "Addresses are `host:port`, with a port from 1 to 65535."
    FK0225 Warning "a loopback endpoint that no consenter has"
        "A network that was tried on one machine has orderers at ports of `127.0.0.1`. Consenters' certificates say which orderer is\nmeant; an endpoint besides is taken for the next orderer of its org that has no such address."
    FK0230 Error "a name that no channel can have"
        "Fabric takes `[a-z][a-z0-9.-]*`, at most 249 characters. configtxgen does not check it; orderers refuse the block."
    FK0231 Error "a channel that is there twice"
        "Each channel has one name and one first block."
    FK0232 Error "profiles that could each be the channel"
        "Without network.yaml, a profile with an Application and an Orderer section is a channel of its own name where that is a legal\nchannel name; a single one with another name is `mychannel`. Several with other names need a word from you: `channels[].profile`."
    FK0233 Error "a profile that is not there"
        "A channel is made from the profile of its own name, or from the one that `channels[].profile` names."
    FK0234 Error "a profile that cannot begin a channel"
        "The first block of a channel holds its ordering service and its members, so its profile needs both sections."
    FK0235 Error "a capability that this Fabric does not have"
        "A node that does not know a capability refuses the channel, often with a message about something else."
    FK0236 Error "capabilities on the channel and none on its ordering"
        "Orderers answer `cannot enable channel capabilities without orderer support first`."
    FK0237 Error "a channel that names an unknown org"
        "`channels[].orgs` in network.yaml are names of peer orgs of crypto-config.yaml: those whose peers join."
    FK0238 Error "an org that joins a channel it is no member of"
        "The profile's `Application.Organizations` are the members; peers of another org are refused."
    FK0239 Error "a key that orderers refuse"
        "Names of organizations and policies take letters, digits, `.` and `-`. configtxgen does not check them; orderers do."
    FK0240 Error "a policy that cannot be read"
        "ImplicitMeta rules are `ANY`, `ALL` or `MAJORITY`, one space, and the name of a policy. Signature rules are `OR`, `AND` and `OutOf`\nover quoted principals, `'Org1MSP.admin'`."
    FK0241 Error "a group without its policies"
        "configtxgen 2.x refuses a channel, Orderer, Application or organization without Admins, Readers and Writers, and an Orderer section\nwithout BlockValidation."
    FK0242 Warning "no Endorsement policy"
        "With an Application capability from V2_0 on, chaincode commands need `/Channel/Application/Endorsement`."
    FK0243 Warning "a policy over an MSP that the channel does not have"
        "Fabric takes such a policy silently; it can never be met."
    FK0244 Warning "an org without an anchor peer"
        "Peers of one org find those of another through its anchor peers, for service discovery and private data. With none, they find\nonly their own."
    FK0245 Warning "a policy that counts on policies that are not there"
        "An ImplicitMeta policy asks the groups below for their policy of a name; a group without it never agrees. Fabric takes the policy\nsilently, and it can never be met."
    FK0250 Error "an OrdererType that there is not"
        "Fabric knows `etcdraft`, `BFT` (3.x), `kafka` (up to 2.5) and `solo`."
    FK0251 Error "Raft without consenters"
        "configtxgen and orderers refuse an etcdraft channel without consenters."
    FK0252 Error "a consenter that is there twice"
        "Orderers refuse two consenters with one certificate."
    FK0253 Error "a consenter that lacks something"
        "Every consenter needs Host, Port, ClientTLSCert and ServerTLSCert."
    FK0254 Error "a consenter's host and certificate speak of two nodes"
        "Raft dials the host and expects the certificate there: the node would never be reached."
    FK0255 Error "a certificate of no orderer"
        "The path leads into the folder of an org of this network, and that org has no such orderer."
    FK0256 Error "a consenter of an org that does not order"
        "A consenter's TLS certificate must have its root in an ordering org of the channel."
    FK0257 Error "a channel without an orderer's address"
        "Peers and clients find orderers through `OrdererEndpoints` of the ordering orgs, or the channel's `Addresses`."
    FK0258 Error "a number, size or duration that cannot be read"
        "Sizes are bytes or whole numbers with KB, MB or GB; durations are Go's: `2s`, `500ms`."
    FK0259 Error "a preferred block larger than the largest"
        "Orderers refuse PreferredMaxBytes above AbsoluteMaxBytes."
    FK0260 Warning "a duration without a unit"
        "Go takes a bare number for nanoseconds."
    FK0261 Error "an election as fast as a heartbeat"
        "Raft needs ElectionTick above HeartbeatTick; ten times as much is usual."
    FK0262 Note "addresses that peers ignore"
        "Peers find orderers through the `OrdererEndpoints` of ordering orgs, and warn of `Addresses` beside them in their logs. With the\ncapability V3_0, Fabric refuses such a channel."
    FK0263 Error "something that the capabilities do not allow"
        "`OrdererEndpoints` need the channel capability V1_4_2 or a later one, `ACLs` the application capability V1_2 or a later one.\nconfigtxgen does not check it; orderers refuse the block."
    FK0264 Error "something that the capability V3_0 settles otherwise"
        "BFT takes the channel capability V3_0; with it, orderers' addresses are `OrdererEndpoints` of every ordering org, and the channel has\nno `Addresses` of its own."
    FK0265 Error "a SmartBFT section that lacks options"
        "configtxgen fills in SmartBFT's options only where the section is absent. Orderers refuse a block with a part of them\n(`bad config metadata option RequestForwardTimeout`)."
    FK0266 Note "consenters that add no safety"
        "Raft goes on while more than half of its consenters do, BFT while more than two thirds do. An even number of Raft consenters survives\nno more than one less, and fewer than four of BFT survive nothing."
    FK0270 Error "an organization that is there twice"
        "In one section, an organization's Name and ID are unique; Fabric would silently keep the last."
    FK0271 Error "an organization that lacks something"
        "Every organization needs Name, ID and MSPDir."
    FK0272 Error "an MSPType that there is not"
        "Fabric knows `bccsp` (the default) and `idemix`."
    FK0273 Error "a foreign org that nothing defines"
        "`SkipAsForeign` leaves an org's definition out, which a first block cannot do. `channel update` takes it from the channel, which has\nto know the org."
    FK0274 Error "an anchor peer without host or port"
        "Anchor peers are where other orgs' peers find this one: a host and a port."
    FK0275 Warning "a loopback anchor peer"
        "Other orgs' peers cannot find a loopback address; the org's first peer is taken."
    FK0276 Error "one MSP ID for two MSPs"
        "Orderers answer `Attempted to define two different versions of MSP`."
    FK0277 Error "one MSP with two IDs"
        "A node has one MSP ID; in a channel that calls its org otherwise it would be a stranger."
    FK0278 Error "one channel is needed"
        "A fresh block is of one channel: `--profile` and `--channel` say which."
    FK0279 Error "a channel that begins otherwise"
        "`channel genesis` makes first blocks: of channels that orderers join, and of a system channel. `channel tx` makes what a system channel's\norderers make a channel of, and `channel anchors` what such a channel is told next."
    FK0280 Error "a key that this Fabric does not know"
        "configtxgen refuses a file with a key that it does not know, wherever it stands: `Resources` from Fabric 2.0 on, `SkipAsForeign` before,\n`Kafka` from 3.0 on, `ConsenterMapping` and `SmartBFT` before. One file cannot serve all versions if it has them."
    FK0281 Error "something that this Fabric's orderers do not know"
        "configtxgen of Fabric 3 still encodes a system channel, its channels and `solo`, and orderers of Fabric 3 refuse them."
    FK0282 Warning "a transaction that takes policies away"
        "configtxgen 1.4 puts the transaction for anchor peers together as if every org had the policies Readers, Writers and Admins alone: an\norg's other policies, Endorsement say, are gone after it."
    FK0283 Warning "a network without TLS"
        "`tlsEnabled: false` is honoured, for networks that began so. Consenters of Raft speak TLS all the same, at a port of their own. An\norderer that falls far behind cannot fetch blocks from the others then, since Fabric asks them for those by TLS where they speak none."
    FK0284 Error "orderers without one block to begin with"
        "Up to Fabric 2.2, orderers begin with the first block of a system channel, `genesis.block`, and make all other channels by it. From\nFabric 2.3 on they can begin without and join channels one by one, and Fabric 3 knows no system channel any more."
    FK0285 Error "an OrdererType that needs a system channel"
        "Orderers join a channel by its first block only where they agree on blocks among themselves, by Raft or BFT. Solo and Kafka are from\nthe days of system channels, and in Fabric 3 they are gone with those."
    FK0286 Error "Solo with several orderers"
        "With Solo, an orderer orders whatever it is sent, by itself. Two of them would make two different channels of one name."
    FK0287 Error "a chaincode runtime that this Fabric does not have"
        "The peer's image has the builder for chaincode as a service from Fabric 2.4.1 on. Before, peers build and start chaincodes in Docker."
    FK0288 Warning "a Docker in the pods of peers"
        "Up to Fabric 2.4.0 a peer runs chaincodes in Docker. Clusters have none for it, so each peer has one in its pod. It is privileged:\nwho breaks out of a chaincode there has the machine."
    FK0289 Error "a Fabric version that is too old"
        "Orderers before 1.4.5 refuse the orderer.yaml of later ones, and know no Raft, or no Raft without TLS for clients. The last patch of\nthe line, 1.4.12, goes on with what they wrote."
    FK0290 Error "a setting of Fabric that fabkube makes itself"
        "Addresses, identities, TLS files, data folders, the state database and how a node begins follow from the network: certificates,\nServices, volumes and probes are made for them. Another value in `config` or `extraEnv` would break the node or silently do nothing."
    FK0291 Warning "a key that core.yaml does not have"
        "A peer ignores keys that it does not know, so a misspelt one silently does nothing. The core.yaml that Fabric ships with this\nversion does not have this key; if you know that Fabric reads it all the same, the warning does no harm."
    FK0292 Error "a key that orderer.yaml does not have"
        "An orderer that finds a key in orderer.yaml that it does not know does not start."
    FK0293 Error "a name that is taken"
        "A pod has each container, volume, mount path, variable, label and annotation once. Those that fabkube makes are not to be\nreplaced: Services find pods by their labels, and nodes their keys by their volumes."
    FK0294 Error "a part of a pod that Kubernetes refuses"
        "Kubernetes would refuse the pod, and the node would never start."
    FK0295 Error "one CouchDB for two peers"
        "Fabric calls its databases after channels and chaincodes alone: two peers in one CouchDB write into each other's state, and both\nare lost. Each peer needs a CouchDB of its own."
    FK0296 Warning "a pod that lowers its namespace's Pod Security"
        "Kubernetes refuses pods beyond the Pod Security level of their namespace. fabkube labels each namespace with the strictest level\nthat all its pods meet; what is named here lowers it for every pod there."
    FK0297 Error "a setting of peers under an orderer"
        "It would silently do nothing: orderers have no state database."
    FK0298 Warning "an address of a CouchDB that is not used"
        "A peer uses a CouchDB elsewhere only where its `stateDatabase` is `external`, and it cannot change once it runs: a peer that began\nwith another database has to be made anew."
    FK0301 Error "key material is missing"
        "With `--frozen` nothing is made, and a certificate or file that the network needs is not in the store. Run without\n`--frozen` where the keys belong, or restore the store."
    FK0302 Error "this network's keys are elsewhere"
        "fabkube.lock knows this org, so its keys were made before, but its CA is not in the store: a fresh clone, or another folder.\nNew keys would be another network's. Restore the folder, or begin a new network with `--new-network`."
    FK0303 Error "the CA in the store is another than fabkube.lock's"
        "The public key of the org's CA is not the one that fabkube.lock remembers: the store belongs to another network, or the CA was\nmade anew. Certificates of the two do not trust each other. `--new-network` accepts the store as it is."
    FK0304 Error "a consenter's TLS key is not the one in fabkube.lock"
        "A channel knows a consenter by its TLS certificate's public key. A consenter with a new key is not recognised by the others and\ncannot order. Restore the pair."
    FK0305 Error "a stored block names a key that is not here"
        "A channel's block names the TLS certificates of its consenters. An orderer whose key is lost cannot take its place again; with a\nnew key it can only after a config update of the channel. Restore the key from a backup."
    FK0306 Error "a certificate cannot be read"
        "A file where a certificate belongs is damaged, or is something else. Nodes that read it do not start, or ignore it silently."
    FK0307 Error "a private key is missing"
        "There is a certificate, but no private key beside it that matches. A node with such a pair does not start. Restore the key; where\nkeys are not needed (`--secrets redact`, say), they may be absent."
    FK0308 Error "a certificate is needed, and its CA cannot issue it"
        "The certificate is missing, and to make one the private key of the org's CA has to be in the store, in `ca/` or `tlsca/`, not\nencrypted, and of a kind that signs: ECDSA (P-256 or P-384), RSA (2048 to 4096 bits), and for Fabric 3 Ed25519. Let the CA issue the certificate where its key is, and put the pair into the store."
    FK0309 Error "a certificate is not issued by its org's CA"
        "The issuer, the key identifier or the signature leads to none of the CAs of the org. A node with it does not start, or nobody\ntrusts it. That comes of CAs that were made again while the certificates below them were kept."
    FK0310 Error "a certificate in use is not valid today"
        "The certificate of a node, or of the CA behind its TLS certificate, has expired or is not valid yet. Nodes do not start with it, or\nrefuse each other's connections."
    FK0311 Warning "a certificate is not valid today"
        "The certificate of a user or a signing CA has expired or is not valid yet. Nodes run on, but what is signed with it may be refused."
    FK0312 Error "an orderer's certificate lacks the host by which it is dialled"
        "Other orderers and peers dial the orderer by a host that is not among the names of its TLS certificate, so every connection fails.\n`crypto renew --missing-sans` issues the certificate again on the same key. With `addressing: domain` in values.yaml, nodes are dialled\nby the hosts of the user's files."
    FK0313 Warning "a peer's certificate lacks names"
        "Clients that dial the peer by a name which is not in its TLS certificate refuse the connection. `crypto renew\n--missing-sans` issues the certificate again on the same key. With `addressing: domain` in values.yaml, nodes are dialled by the hosts of\nthe user's files."
    FK0314 Error "a name cannot stand in a certificate or a path"
        "The certificates of the network hold its names, and folders are called by them. Names in certificates' DNS entries are ASCII\n(write an international domain as `xn--…`), and a common name may not have slashes."
    FK0315 Error "a private key cannot be used"
        "A file where a private key belongs cannot be read as one, or there are several keys and no certificate that says which is meant.\nFabric takes PKCS#8 and SEC1 keys, unencrypted."
    FK0316 Warning "a file that Fabric skips"
        "Fabric reads every file of an MSP folder and skips those without a PEM block."
    FK0317 Warning "EnableNodeOUs and the store differ"
        "`EnableNodeOUs` of crypto-config.yaml decides what new certificates look like; the org's MSP in the store was made with the other\nsetting, and counts. Members with and without a role OU do not go together."
    FK0330 Error "a private key does not belong to its certificate"
        "The key beside the certificate is that of another certificate, so a node with the pair does not start. Mostly one of the two was\nrestored or made again without the other."
    FK0331 Error "a key that Fabric cannot use"
        "Fabric signs messages with ECDSA keys, and from 3.0 on with Ed25519. From 2.0 on, a node whose identity has an RSA key does not start\n(`KeyMaterial not found in SigningIdentityInfo`). TLS pairs may have any kind that Go knows: ECDSA\n(P-224, P-256, P-384, P-521), RSA, Ed25519. CAs may be ECDSA or RSA, and from 3.0 on Ed25519; secp256k1 is read nowhere."
    FK0332 Error "a CA that is none for Fabric"
        "Every certificate in the folders of CAs of an MSP has to be a CA's, with a subject key identifier, and allowed to sign certificates.\nFabric refuses the whole MSP otherwise, and the node does not start."
    FK0333 Error "extended key usages that Fabric or TLS refuse"
        "Fabric verifies identities as Go verifies servers: where a certificate of the chain has extended key usages, `serverAuth` has to be among\nthem. A node dialled by TLS needs `serverAuth`, and an orderer `clientAuth` besides, since orderers dial each other."
    FK0334 Error "an identity that does not begin within the time of its CA"
        "Fabric verifies the chain of an identity at the moment when its certificate begins, whatever the clock says. A certificate that was dated\nback before its CA, or that an expired CA issued, is never accepted."
    FK0335 Error "an identity that channels refuse"
        "A node starts with it and may even join a channel, but nothing that it signs is accepted. With NodeOUs on, an identity has exactly one\nOU that says its role, given by the CA that `config.yaml` names; and there is exactly one chain from it to a root, from the lowest CA."
    FK0336 Error "a unit whose certificate is no CA of the MSP"
        "`config.yaml` of an MSP names with each organizational unit the CA that gives it. That certificate has to be one of `cacerts` or\n`intermediatecerts`: Fabric refuses the whole MSP otherwise (`Certificate not in root or intermediate certs`)."
    FK0337 Error "an MSP without administrators"
        "Fabric refuses an MSP that has neither certificates in `admincerts` nor a `config.yaml` whose NodeOUs make administrators\n(`administrators must be declared when no admin ou classification is set`). `config.yaml` is easily lost in copying."
    FK0338 Error "an MSP folder lacks a CA that it needs"
        "Who trusts an org does so by the CAs in the folder `msp` of the org; a node begins with those in its own folder. Members whose CA is not\namong them are strangers, or do not start."
    FK0339 Error "a revocation list that cannot be read"
        "Fabric reads every file of `crls` when it sets the MSP up, and refuses the MSP where one of them is no list, or has no authority key\nidentifier."
    FK0340 Error "a revoked identity"
        "A list in the folder `crls` of the MSP has the serial number of this certificate. Channels that know the list accept nothing from it."
    FK0341 Warning "an identity of another role"
        "With NodeOUs on, the OU of a certificate says whether it is a peer's, an orderer's, an administrator's or a client's. An identity of\nanother role is accepted as that, and does not count where a policy asks for the right one."
    FK0342 Note "something that the files name is not made yet"
        "`crypto verify` looks at what is there and makes nothing. `fabkube crypto generate`, or the next `render`, makes what is missing."
    FK0343 Note "keys that no file names"
        "The tree has folders of orgs, nodes or users that crypto-config.yaml does not name: of former times, or of another project. They are\nnot looked at, and nothing is done with them."
    FK0344 Note "private keys are not here"
        "Certificates can be checked without their private keys, all but whether the two fit. An org none of whose private keys is here is\nchecked that way: it is another company's, or this is a copy for reviews and CI. So are all with `--without-keys`."
    FK0345 Warning "a CA that ends soon"
        "Certificates are renewed under the CA that there is; when that ends, TLS ends with it. A new certificate of a CA has to reach every\nchannel and every node, so `crypto renew` leaves CAs alone that `--ca` does not name."
    FK0346 Warning "channels know an administrator by its certificate"
        "Without NodeOUs, whose certificate is in `admincerts` of an org's MSP is its administrator, byte by byte. Channels hold a copy from\nwhen they were made. In the files here the new certificate comes beside the old; each channel's copy takes a config update."
    FK0350 Error "a certificate that Fabric's verification refuses"
        "Fabric verifies certificates as Go does (`crypto/x509`): every critical extension has to be one that Go processes, signatures are\nby SHA-2 or Ed25519 (none by MD5 or SHA-1), no more CAs follow each other than path lengths allow, a root has signed itself, and\nwhere a CA limits names, identities below it have theirs as DNS names. Nodes with such an MSP do not start."
    FK0360 Warning "channels know a CA by its old certificate"
        "A CA's certificate that is issued again, on the same key and with the same subject, verifies all that the CA ever issued, and so does\nthe old one until it ends: channels and nodes may have either. What is issued after the old one has ended is refused by channels\nthat know no other, and TLS ends with it. `docs/keys.md` says how channels learn the new one."
    FK0361 Warning "a file that a killed run left"
        "Fabric reads every file of an MSP folder, and takes the first of `signcerts` for the identity. A file called `.fabkube-…` is one that\na run was writing when it was killed; fabkube itself passes it over."
    FK0401 Error "this network's blocks are elsewhere"
        "fabkube.lock knows the first block of a channel, and channel-artifacts/ does not have it: a fresh clone, or a wrong folder. A\nsecond first block would begin a second channel of the same name, so none is made. Bring the folder here or name it with\n`--artifacts-dir`; `--new-network` begins another network."
    FK0402 Error "a channel's block is not there"
        "With `--frozen` nothing is made, and the channel's first block is missing in channel-artifacts/."
    FK0403 Error "a block is another one than fabkube.lock knows"
        "All nodes of a channel must start from the same block file: two that were made apart differ in nonce and time even when they\nsay the same. The file in channel-artifacts/ is not the one that fabkube.lock remembers."
    FK0404 Error "a file is not the first block of a channel"
        "The file in channel-artifacts/ cannot be read as the block that configtxgen's `-outputBlock` makes: it was cut off, is another\nkind of file, or is a later block of the channel."
    FK0405 Error "a block is another channel's"
        "The block names the channel that it was made for. Orderers and peers refuse it under another name."
    FK0406 Note "a channel's block is older than the files"
        "A channel's first block is history and is used as it is. The files now say something else at the paths named, and the running\nchannel does not know it until a configuration update brings it there. Certificates renewed on the same key are no difference."
    FK0407 Error "a block knows other CAs than the store"
        "The channel would take none of this network's nodes for what they are: their certificates are signed by a CA that the channel's\nblock does not know. The keys and the block come from different networks."
    FK0408 Error "an MSP folder has no CA certificate"
        "An organization's `MSPDir` must hold one PEM certificate or more in `cacerts`; configtxgen stops without one. `MSPDir` is a path from\nthe folder of configtx.yaml."
    FK0409 Error "a certificate that a channel needs is not there"
        "A consenter's `ClientTLSCert` or `ServerTLSCert`, or the `Certificate` of an organizational unit identifier, names a file that is\nmissing or is no certificate."
    FK0410 Warning "a node OU's certificate is not there"
        "Fabric goes on without it: then any CA of the organization may give an identity that role. Mostly the path in config.yaml is\nwrong."
    FK0411 Error "an MSP whose administrators the channel does not know"
        "Which roles a channel reads from certificates follows its capabilities: none before V1_1, clients and peers up to V1_4_2, all four from\nV1_4_3 on. Fabric refuses an MSP without administrators, and takes those of other roles for invalid."
    FK0412 Error "a consenter whose certificate lacks its host"
        "Orderers dial each other by the host in the channel's configuration, and TLS expects that host among the names of the certificate."
    FK0420 Error "a file that cannot be inspected"
        "`channel inspect` reads what Fabric writes in protobuf: blocks, transactions, config updates and configurations. Protobuf does not\nsay what it holds: the file is taken for the one type that fits it, and `--type` names another."
    FK0421 Warning "a part that stays bytes"
        "configtxlator refuses a file that has a part it cannot take apart. The rest is worth reading all the same: the part is printed\nas it is, in base64."
    FK0422 Note "fields that are unknown"
        "configtxlator leaves out fields that its version does not know, and so does the JSON here: made into protobuf again, it would\nbe another message."
    FK0430 Error "a file is not a channel's configuration"
        "A change starts from the block with the newest configuration of the channel, as `peer channel fetch config` writes it. Other\nblocks hold transactions, and JSON has to be made binary by configtxlator first."
    FK0431 Error "a change that orderers refuse"
        "Some changes cannot be made at all, or not together: the type of the consensus changes in maintenance mode alone, its state changes\nby itself, and an org keeps its MSP ID. Orderers would refuse the update after everybody has signed it."
    FK0432 Note "something stays as the channel knows it"
        "In a consortium, each org has its own keys and knows of the others what the channel says. Where the MSP folder of an org or the\ncertificate of a consenter is not here, or an org is marked `SkipAsForeign`, an update leaves it as it is."
    FK0433 Warning "an org leaves a channel"
        "The files describe the whole channel, so an org that they do not name is taken out. Its peers get no more blocks, its orderers no\nlonger count. Look whether the files are older than the channel before you sign."
    FK0434 Error "a file is not a config update"
        "What can be signed is a `ConfigUpdate`, a `ConfigUpdateEnvelope` or an `Envelope` of the type CONFIG_UPDATE, in binary form: what\n`fabkube channel update`, `configtxlator compute_update` and `peer channel signconfigtx` write."
    FK0435 Error "an identity that has signed already"
        "Orderers count every identity once. A second signature of the same one mostly means that the wrong MSP folder was named."
    FK0501 Error "a template that fails"
        "The line named is in a template. One of your own (`--templates`) can use what `fabkube show` prints and nothing else; a variable\nthat is not there is an error, never an empty text."
    FK0502 Error "a template that renders no YAML"
        "What a template renders is read at once. Values are written as JSON, so they need no quotes around them: `name: {{ peer.name }}`."
    FK0503 Error "a template that renders no Kubernetes object"
        "Every object needs apiVersion, kind and metadata.name. A template that has nothing to say renders to nothing."
    FK0504 Error "a template that would never be rendered"
        "A template is rendered once for each thing that its folder names: `namespace`, `org`, `orderer`, `peer`. A leading `_` marks a\npartial, which others include."
    FK0505 Error "two objects with one name"
        "Kind, namespace and name say which object is meant; of two that are called alike, the second replaces the first."
    FK0506 Note "a large object"
        "`kubectl apply` keeps what it applied in an annotation, which ends at 256 KiB. `--server-side` keeps none."
    FK0507 Error "an object that Kubernetes refuses"
        "The data of a Secret or ConfigMap ends at 1 MiB."
    FK0601 Error "nothing has that name"
        "A pattern that fits nothing is more likely a slip than a wish for nothing."
    FK0602 Error "a file is in the way"
        "Blocks, keys and files of yours are never overwritten."
    FK0603 Error "another fabkube is at work"
        "Two runs that make or renew keys in one folder would come between each other. The second waits for two minutes before it says this. Commands that\nmake nothing wait for nobody."
    FK0901 Error "not built yet"
        "Fabric knows this and fabkube does not yet. Nothing is made and nothing is printed: half a network helps nobody."
    FK0902 Warning "left out, since it is not built yet"
        "The network is whole without it, so it is rendered; what is named here comes in a later version."
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Code {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = text.to_ascii_uppercase();
        Code::ALL
            .iter()
            .copied()
            .find(|c| c.name() == wanted)
            .ok_or_else(|| format!("there is no code `{text}`: codes look like `{}`", Code::FK0101))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_read_back() {
        assert!(Code::ALL.windows(2).all(|w| w[0].name() < w[1].name()));
        for code in Code::ALL {
            assert_eq!(code.to_string().parse(), Ok(*code));
        }
    }

    #[test]
    fn a_title_is_one_line_without_a_full_stop() {
        for code in Code::ALL {
            assert!(!code.title().contains('\n') && !code.title().ends_with('.'), "{code}");
            assert!(code.explanation().ends_with('.'), "{code}");
        }
    }
}
