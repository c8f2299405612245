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
