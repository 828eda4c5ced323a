#!/usr/bin/env bash
# Runs `quality gate` or `quality scan` as the inputs of the action say, and writes down how it ended. It ends well if
# quality could be started at all: the last step of the action ends with the exit code.
set -euo pipefail

out="$RUNNER_TEMP/quality-reports"
rm -rf "$out"
mkdir -p "$out"
json="$out/$MODE.json"

options=(--format text --format "json=$json")
if [[ $SARIF == true ]]; then options+=(--format "sarif=$out/$MODE.sarif"); fi
if [[ -n $CONFIG ]]; then options+=("--config=$CONFIG"); fi
if [[ -n $FAIL_UNDER ]]; then options+=("--fail-under=$FAIL_UNDER"); fi

case $MODE in
  gate)
    options+=(--format "markdown=$out/gate.md")
    if [[ -z $BASE && -n ${GITHUB_BASE_REF:-} ]]; then BASE="origin/$GITHUB_BASE_REF"; fi
    if [[ -n $BASE ]]; then options+=("--base=$BASE"); fi
    if [[ $ALLOW_DEFINITION_CHANGE == true ]]; then options+=(--allow-definition-change); fi
    score=.score.head delta=.score.delta
    ;;
  scan)
    score=.score.value delta=empty
    ;;
  *)
    echo "::error title=quality::mode takes \`gate\` or \`scan\`"
    exit 2
    ;;
esac

code=0
quality "$MODE" --ci github "${options[@]}" -- "$TARGET" || code=$?

# A number of a report; nothing where there is no report or no number.
number() {
  if [[ -s $json ]]; then jq -r "$1 // empty" "$json"; fi
}

# The path of a report, if it was written.
written() {
  if [[ -f $1 ]]; then echo "$1"; fi
}

{
  echo "exit-code=$code"
  if ((code == 0)); then echo passed=true; else echo passed=false; fi
  echo "score=$(number "$score")"
  echo "delta=$(number "$delta")"
  echo "json=$(written "$json")"
  echo "sarif=$(written "$out/$MODE.sarif")"
  echo "markdown=$(written "$out/gate.md")"
} >> "$GITHUB_OUTPUT"
