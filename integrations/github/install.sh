#!/usr/bin/env bash
# Puts `quality` on the path of the steps that follow: a released archive, compared with its checksum, or a build of the
# source this action came with.
#
# The checksum comes from the same release as the archive. It finds a damaged download; against a release that somebody
# replaced, pin the action by its commit and take `version: source`.
set -euo pipefail

fail() {
  echo "::error title=quality::$1"
  exit 2
}

# The version that was asked for; else that of the tag the action was taken at.
version=${VERSION:-}
version=${version#v}
if [[ -z $version && ${ACTION_REF:-} =~ ^v([0-9]+\.[0-9]+\.[0-9]+)$ ]]; then
  version=${BASH_REMATCH[1]}
fi
version=${version:-source}

from_source() {
  command -v cargo > /dev/null || fail "there is no archive of quality here and no cargo to build it with"
  cargo install --locked --quiet --path "$GITHUB_ACTION_PATH" --root "$RUNNER_TEMP/quality"
  echo "$RUNNER_TEMP/quality/bin" >> "$GITHUB_PATH"
  export PATH="$RUNNER_TEMP/quality/bin:$PATH"
}

target() {
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) echo x86_64-unknown-linux-gnu ;;
    Linux-aarch64) echo aarch64-unknown-linux-gnu ;;
    Darwin-arm64) echo aarch64-apple-darwin ;;
    *) return 1 ;;
  esac
}

checksum() {
  if command -v sha256sum > /dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

# Whether the archive of this version was downloaded and unpacked. A wrong checksum ends everything.
from_archive() {
  local triple name place
  triple=$(target) || return 1
  name="quality-$triple"
  place="${GITHUB_SERVER_URL:-https://github.com}/$ACTION_REPOSITORY/releases/download/v$version/$name.tar.gz"
  mkdir -p "$RUNNER_TEMP/quality"
  cd "$RUNNER_TEMP/quality"
  local file
  for file in "$name.tar.gz" "$name.tar.gz.sha256"; do
    curl --fail --silent --show-error --location --retry 3 --output "$file" "${place%/*}/$file" || return 1
  done
  [[ $(cut -d ' ' -f 1 "$name.tar.gz.sha256") == "$(checksum "$name.tar.gz")" ]] ||
    fail "$place is not what its checksum says"
  tar -xzf "$name.tar.gz"
  echo "$PWD/$name" >> "$GITHUB_PATH"
  export PATH="$PWD/$name:$PATH"
}

case $version in
  installed) command -v quality > /dev/null || fail "version is \`installed\`, and there is no quality on the path" ;;
  source) from_source ;;
  *)
    [[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || fail "version takes 0.1.0 and its like, \`source\` or \`installed\`"
    if ! from_archive; then
      echo "::notice title=quality::there is no archive of $version for this machine; building the source of this action"
      from_source
    fi
    ;;
esac

# Not only what was asked for: a cache is of what is there.
found=$(quality --version)
echo "version=${found#quality }" >> "$GITHUB_OUTPUT"
