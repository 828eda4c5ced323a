#!/usr/bin/env bash
# Keeps one comment of the gate on a pull request up to date. The hidden mark on its first line finds it again; a comment
# is ours if it begins with the mark and a bot, or whoever the token belongs to, wrote it: anybody else may write the mark.
#
# Where there is no pull request or no permission nothing fails: the summary of the job says the same.
set -euo pipefail

mark='<!-- quality:gate -->'
number=$(jq -r '.pull_request.number // empty' "$GITHUB_EVENT_PATH")
if [[ -z $number ]]; then exit 0; fi

leave() {
  echo "::notice title=quality::$1; the summary of the job has the text"
  exit 0
}

command -v gh > /dev/null || leave "there is no gh here to write a comment with"

# The tokens of jobs and apps belong to nobody `gh api user` would know.
me=$(gh api user --jq .login 2> /dev/null) || me=
export mark me
comments="repos/$GITHUB_REPOSITORY/issues/$number/comments"
mine='.[] | select(.body | startswith(env.mark)) | select(.user.type == "Bot" or .user.login == env.me) | .id'
ids=$(gh api --paginate "$comments?per_page=100" --jq "$mine") || leave "the comments cannot be read"
id=${ids%%$'\n'*}

body=$(cat "$COMMENT")
if [[ -z $body ]]; then
  # Nothing to say. What an earlier push got to hear must not stay.
  if [[ -z $id ]]; then exit 0; fi
  body="$mark"$'\n'"### Gate passed: nothing differs any more"
fi

if [[ -n $id ]]; then
  request=(--method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id")
else
  request=(--method POST "$comments")
fi
jq -n --arg body "$body" '{body: $body}' | gh api "${request[@]}" --input - --silent ||
  leave "this token may not comment (permissions: pull-requests: write)"
