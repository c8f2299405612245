# What is done often. `just` lists it. Nothing here is needed to build: each line is a plain command.

# List the recipes.
default:
    @just --list

# The gate before a change lands: changes no file, and is what the build server runs.
check:
    .ci/run

# Format all code.
fix:
    cargo fmt --all

# Write the golden files anew; read the diff before you keep it.
bless:
    BLESS=1 cargo test --package seatrial-reports
    BLESS=1 cargo test --package seatrial-tests golden
    BLESS=1 cargo test --package seatrial-tests hard_bugs
    BLESS=1 cargo test --package seatrial-tests readme
    git diff --stat -- README.md reports/golden tests/golden

# Look for a failing seed: `just hunt raft-kv --seeds 100000`.
hunt *ARGS="raft-kv":
    cargo run --release -- hunt {{ARGS}}

# Compare with the floor and a peer: `just bench --quick`.
bench *ARGS:
    cargo bench --package seatrial-tests -- {{ARGS}}

# Serve a cluster of three on this machine until it is interrupted: `just serve counter`.
serve PROTOCOL="raft-kv":
    cargo build --release --package seatrial-server
    mkdir -p target/harbour && cp protocols/server/cluster.toml target/harbour
    for id in 1 2 3; do target/release/seatrial-server {{PROTOCOL}} --config target/harbour/cluster.toml --id $id & done; wait
