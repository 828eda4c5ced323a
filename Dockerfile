# The program alone: it reads git's objects by itself, starts no program and opens no connection, so the image holds
# neither git nor certificates. Whose files they are does not matter to it either: `safe.directory` needs no entry.
#
#   docker build --tag quality:0.1.0 .
#   docker run --rm --volume "$PWD:/repository:ro" quality:0.1.0 scan
FROM rust:1.95.0-slim-bookworm AS build
WORKDIR /source
COPY . .
RUN CARGO_PROFILE_RELEASE_STRIP=symbols cargo build --release --locked

FROM debian:12.11-slim
RUN useradd --uid 10001 --create-home quality
COPY --from=build /source/target/release/quality /usr/local/bin/quality
USER 10001:10001
WORKDIR /repository
ENTRYPOINT ["quality"]
CMD ["scan"]
