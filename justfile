# What CI does.
check:
    .ci/run

# Renew golden files and generated pages; read the diff before you commit it.
bless:
    BLESS=1 cargo test --test it

# Fabric's own programs judge; `bin` is a folder that has orderer, osnadmin and peer.
conformance bin:
    FABKUBE_FABRIC_BIN={{bin}} cargo test --test it conformance -- --nocapture
