//! Verdicts as people see them.

use super::story::{BASE, Story, failed, inconclusive, passed, weakened};
use crate::report::gate::{github, json, markdown, text};
use crate::report::text::Style;

fn page(story: &Story) -> String {
    text::render(&story.report(), &Style::default())
}

#[test]
fn a_failure_says_what_where_since_when_and_how_to_pass() {
    assert_eq!(
        page(&failed()),
        r#"Gate failed: 4 subjects got worse in 2 components, 1 component is below its
floor, and 2 more findings.
origin/main 1a2b3c4d5e → HEAD 5d6e7f8a9b, 3 commits, 4 of 4 components measured

Typed code: to pass, 5 fewer slots without a type
  shop/refund.py:3  refund: no type for card, amount, reason
      since 77aa88bb99 Refund what was paid; example: shop/cart.py:3 (total)
  shop/refund.py:6  deny: no type for card
      since 88bb99cc00 Note why
  shop/refund.py:9  note: no type for return  since 88bb99cc00
Preferred HTTP client: to pass, 1 fewer file to migrate
  shop/refund.py  uses requests
      since 77aa88bb99 Refund what was paid; example: shop/cart.py
Preferred HTTP client: 33.3 % is below the floor of 50 %
The score 39.2857 is below fail_under 70; it was before, at 50.7936
The change moves the score by -11.5079, more than max_drop 1 allows

Inherited, not held against this change: 4 gaps
Fixed: 3 slots without a type
Reported, does not fail: 3 subjects got worse in Narrow interfaces
Score 50.7936 → 39.2857: -11.5079 = 10.4167 code - 21.9246 population
  most by -10.1851 shop/refund.py (Short files)
           +4.6296 shop/cart.py:6 (Typed code)
           -3.3068 shop/refund.py:3 (Typed code)
Next: quality gate --base origin/main  the same verdict, on your machine
"#
    );
}

#[test]
fn a_comment_on_a_failure_says_the_same_with_every_place() {
    assert_eq!(
        markdown::render(&failed().report()),
        r#"<!-- quality:gate -->
### Gate failed: 4 subjects got worse in 2 components, 1 component is below its floor, and 2 more findings.

From `origin/main` `1a2b3c4d5e` to `HEAD` `5d6e7f8a9b`, 3 commits, 4 of 4 components measured.

- **fails:** Preferred HTTP client 33.3 % is below the floor of 50 %
- **fails:** the score 39.2857 is below fail_under 70; it was before, at 50.7936
- **fails:** the change moves the score by -11.5079, more than max_drop 1 allows

| Component | Base | Head | Worse | Fixed | Inherited |
|---|--:|--:|--:|--:|--:|
| Typed code | 50.0 % | 66.6 % | 3 (5 slots without a type) | 1 (3 slots without a type) | 1 |
| Preferred HTTP client | 50.0 % | 33.3 % | 1 |  | 1 |
| Narrow interfaces | 33.3 % | 16.6 % | 3 |  | 2 |

**Score** 50.7936 → 39.2857: -11.5079 = 10.4167 code - 21.9246 population + 0.0 definition + 0.0 data. Moved most by -10.1851 `shop/refund.py` (Short files), +4.6296 `shop/cart.py:6` (Typed code), -3.3068 `shop/refund.py:3` (Typed code).

#### To pass

- Typed code: 5 fewer slots without a type
  - `shop/refund.py:3` refund: no type for card, amount, reason; since `77aa88bb99` Refund what was paid; example: `shop/cart.py:3` (`total`)
  - `shop/refund.py:6` deny: no type for card; since `88bb99cc00` Note why; example: `shop/cart.py:3` (`total`)
  - `shop/refund.py:9` note: no type for return; since `88bb99cc00` Note why; example: `shop/cart.py:3` (`total`)
- Preferred HTTP client: 1 fewer file to migrate
  - `shop/refund.py` uses requests; since `77aa88bb99` Refund what was paid; example: `shop/cart.py`

Inherited, not held against this change: 4 gaps.

<details><summary>Reported, does not fail: 3 subjects</summary>

- Narrow interfaces: `shop/refund.py:3` refund is exposed; since `77aa88bb99` Refund what was paid; example: `shop/cart.py:6` (`_tax`)
- Narrow interfaces: `shop/refund.py:6` deny is exposed; since `77aa88bb99` Refund what was paid; example: `shop/cart.py:6` (`_tax`)
- Narrow interfaces: `shop/refund.py:9` note is exposed; since `77aa88bb99` Refund what was paid; example: `shop/cart.py:6` (`_tax`)

</details>

<details><summary>Fixed: 3 slots without a type</summary>

- Typed code: `shop/cart.py:6` `_tax:` no type for return, amount, rate

</details>

The same verdict on your machine:

```sh
quality gate --base origin/main
```
"#
    );
}

#[test]
fn annotations_of_a_failure_stand_before_the_verdict() {
    let log = github::render(&failed().report());
    let (commands, verdict) = log.split_at(log.find("Gate failed").unwrap());
    assert_eq!(verdict, page(&failed()));
    assert_eq!(
        commands,
        r#"::error title=Preferred HTTP client::33.3 %25 is below the floor of 50 %25
::error title=Quality gate::The score 39.2857 is below fail_under 70; it was before, at 50.7936
::error title=Quality gate::The change moves the score by -11.5079, more than max_drop 1 allows
::error file=shop/refund.py,line=3,title=Typed code::refund: no type for card, amount, reason%0ASince 77aa88bb99 Refund what was paid%0AExample: shop/cart.py:3 (total)
::error file=shop/refund.py,title=Preferred HTTP client::uses requests%0ASince 77aa88bb99 Refund what was paid%0AExample: shop/cart.py
::error file=shop/refund.py,line=6,title=Typed code::deny: no type for card%0ASince 88bb99cc00 Note why%0AExample: shop/cart.py:3 (total)
::error file=shop/refund.py,line=9,title=Typed code::note: no type for return%0ASince 88bb99cc00 Note why%0AExample: shop/cart.py:3 (total)
::warning file=shop/refund.py,line=3,title=Narrow interfaces::refund is exposed%0ASince 77aa88bb99 Refund what was paid%0AExample: shop/cart.py:6 (_tax)
::warning file=shop/refund.py,line=6,title=Narrow interfaces::deny is exposed%0ASince 77aa88bb99 Refund what was paid%0AExample: shop/cart.py:6 (_tax)
::warning file=shop/refund.py,line=9,title=Narrow interfaces::note is exposed%0ASince 77aa88bb99 Refund what was paid%0AExample: shop/cart.py:6 (_tax)
"#
    );
}

#[test]
fn a_pass_is_short() {
    assert_eq!(
        page(&passed()),
        r#"Gate passed: nothing got worse, and 1 gap was fixed.
origin/main 1a2b3c4d5e → HEAD 5d6e7f8a9b, 3 commits, 4 of 4 components measured

Inherited, not held against this change: 4 gaps
Fixed: 2 slots without a type
The score 57.738 reaches fail_under 20
Score 50.7936 → 57.738: +6.9444 = 6.9444 code
  most by +6.9444 shop/cart.py:6 (Typed code)
Next: quality gate --base origin/main
"#
    );
}

#[test]
fn a_comment_on_a_pass_says_what_was_fixed() {
    assert_eq!(
        markdown::render(&passed().report()),
        r#"<!-- quality:gate -->
### Gate passed: nothing got worse, and 1 gap was fixed.

From `origin/main` `1a2b3c4d5e` to `HEAD` `5d6e7f8a9b`, 3 commits, 4 of 4 components measured.

- the score 57.738 reaches fail_under 20

| Component | Base | Head | Worse | Fixed | Inherited |
|---|--:|--:|--:|--:|--:|
| Typed code | 50.0 % | 75.0 % |  | 1 (2 slots without a type) | 1 |

**Score** 50.7936 → 57.738: +6.9444 = 6.9444 code + 0.0 population + 0.0 definition + 0.0 data. Moved most by +6.9444 `shop/cart.py:6` (Typed code).

Inherited, not held against this change: 4 gaps.

<details><summary>Fixed: 2 slots without a type</summary>

- Typed code: `shop/cart.py:6` `_tax:` no type for rate (2 fewer than before)

</details>

The same verdict on your machine:

```sh
quality gate --base origin/main
```
"#
    );
}

#[test]
fn what_is_unknown_comes_with_its_repair() {
    assert_eq!(
        page(&inconclusive()),
        r#"Gate inconclusive: 2 files cannot be measured.
origin/main 1a2b3c4d5e → HEAD 5d6e7f8a9b, 3 commits, 4 of 4 components measured

2 files cannot be measured, by Typed code, Preferred HTTP client
  shop/legacy.py: more than a fifth of it could not be parsed
      repair its syntax, or list it under [files] if it is no code
  shop/model.py: a Git LFS pointer; `git lfs pull` fetches the content

Inherited, not held against this change: 5 gaps
Score 50.7936, unchanged
Next: quality gate --base origin/main  the same verdict, on your machine
"#
    );
}

#[test]
fn a_comment_lists_what_is_unknown() {
    assert_eq!(
        markdown::render(&inconclusive().report()),
        r#"<!-- quality:gate -->
### Gate inconclusive: 2 files cannot be measured.

From `origin/main` `1a2b3c4d5e` to `HEAD` `5d6e7f8a9b`, 3 commits, 4 of 4 components measured.

| Component | Base | Head | Worse | Fixed | Inherited |
|---|--:|--:|--:|--:|--:|
| Typed code | 50.0 % | 50.0 % |  |  | 2 (4 slots without a type) |
| Preferred HTTP client | 50.0 % | 50.0 % |  |  | 1 |

**Score** 50.7936, unchanged.

#### Cannot be measured

2 files, by Typed code, Preferred HTTP client:

- `shop/legacy.py` more than a fifth of it could not be parsed (repair its syntax, or list it under [files] if it is no code)
- `shop/model.py` a Git LFS pointer; `git lfs pull` fetches the content

Inherited, not held against this change: 5 gaps.

The same verdict on your machine:

```sh
quality gate --base origin/main
```
"#
    );
}

#[test]
fn every_weakening_of_the_definition_is_listed() {
    assert_eq!(
        page(&weakened()),
        r#"Gate failed: the definition got weaker.
origin/main 1a2b3c4d5e → HEAD 5d6e7f8a9b, 3 commits, 4 of 4 components measured

The definition is weaker in 2 places, refused without --allow-definition-change
  component.typed-code.target: 0.9 → 0.5
  gate.fail_under: 20 → unset

Inherited, not held against this change: 5 gaps
Score 50.7936, unchanged
Next: quality gate --base origin/main  the same verdict, on your machine
"#
    );
}

#[test]
fn a_comment_lists_every_alteration() {
    assert_eq!(
        markdown::render(&weakened().report()),
        r#"<!-- quality:gate -->
### Gate failed: the definition got weaker.

From `origin/main` `1a2b3c4d5e` to `HEAD` `5d6e7f8a9b`, 3 commits, 4 of 4 components measured.

- **fails:** the definition is weaker in 2 places, refused without --allow-definition-change

**Score** 50.7936, unchanged.

<details><summary>Changes of the definition: 3</summary>

- weaker: `component.typed-code.target` `0.9` → `0.5`
- weaker: `gate.fail_under` `20` → unset
- neutral: `component.short-files.weight` `1` → `2`

</details>

Inherited, not held against this change: 5 gaps.

The same verdict on your machine:

```sh
quality gate --base origin/main
```
"#
    );
}

#[test]
fn where_nothing_changed_there_is_no_comment_and_a_verdict_nonetheless() {
    let story = Story::new(BASE, BASE);
    assert_eq!(markdown::render(&story.report()), "");
    assert!(
        markdown::summary(&story.report())
            .starts_with("### Gate passed: nothing that is measured changed.\n")
    );
    assert_eq!(github::render(&story.report()), page(&story));
    assert_eq!(
        page(&story),
        r#"Gate passed: nothing that is measured changed.
origin/main 1a2b3c4d5e → HEAD 5d6e7f8a9b, 3 commits, 4 of 4 components measured

Inherited, not held against this change: 5 gaps
Score 50.7936, unchanged
Next: quality gate --base origin/main
"#
    );
}

#[test]
fn the_score_of_a_failure_is_exact_in_json() {
    let json = json::render(&failed().report());
    let score = json
        .lines()
        .find(|line| line.starts_with("  \"score\""))
        .unwrap();
    assert_eq!(
        score,
        r#"  "score": {"base":50.7936,"head":39.2857,"head_under_base":39.2857,"base_with_data":50.7936,"delta":-11.5079,"parts":{"code":10.4167,"population":-21.9246,"definition":0.0,"data":0.0}},"#
    );
}
