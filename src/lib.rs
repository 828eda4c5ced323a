//! `quality` measures a codebase against the definition of quality its organisation wrote down.
//!
//! This page is the map. It names things; the modules explain them.
//!
//! # The way of one file
//!
//! 1. [`survey::ground`] finds the root of the repository around the path that was typed, and
//!    [`definition::find`] the nearest `quality.toml`; without one, [`definition::Definition::builtin`] counts.
//! 2. [`source::list`] lists the files: those in git's index and those that are untracked and not ignored. [`classify`]
//!    gives each one [`class::Class`], from configuration, attributes, names and content, in that order.
//! 3. What git's index vouches for is known by the name of its content without being read; the rest is hashed. If nothing
//!    a result follows from has changed, the result itself is recalled from the [`cache`]; otherwise the facts of every
//!    content an earlier run has met.
//! 4. [`source::safe_read`] reads a file once. [`facts::decode`] turns its bytes into text with one kind of line end.
//! 5. [`facts::guard::parse`] parses the text under a budget that depends on nothing but the text. A file beyond it is
//!    [`facts::Lost`]: counted as unknown, never as zero.
//! 6. The language's query ([`languages`], one `.scm` each) finds subjects named in [`facts::role`], and one fold, the
//!    same for all languages, turns them into [`facts::Facts`].
//! 7. Beside all this, [`git::history`] recovers the changes of the window from raw commits and trees.
//! 8. Reports of other tools are found and read ([`evidence`]). Files, facts, history, manifests and evidence together are a [`codebase::Codebase`]. From here on nothing reads anything.
//! 9. Each component of the definition takes a [`measures::Measurement`]: readings of so much good out of so much.
//! 10. [`evaluation::evaluate`] adds readings up for the repository, each directory, language and file, and turns shares
//!     into scores. [`report`] says it; one file per format writes it.
//!
//! # What holds everywhere
//!
//! - Imports go downward in the order
//!   `command → survey → report → adoption → gate → trend → advice → evaluation → measures → codebase → evidence → facts`.
//!   The tidy test keeps it so.
//! - Only `main`, [`command`], [`survey`], [`source`], [`git`], [`cache`], [`disk`], [`crash`] and `probe` read or write.
//!   The rest takes values and gives values. `probe` alone starts a program, for `quality probe` and nobody else;
//!   [`crash`] begins this one again where C code has ended it.
//! - `git2` is named in [`git`] alone, `tree_sitter` in [`facts`] and [`languages`] alone.
//! - Everything shaped by a language ends at facts; everything shaped by quality begins there. Facts know no path, no
//!   time and no configuration, so equal bytes have equal facts.
//! - Integers until the last print. What is compared with a bar has never been rounded.
//! - What cannot be known is a value with a reason, never a number.
//! - What is remembered lies under the name of the content and the version of the code that made it; `build.rs` makes
//!   versions of the source text. With a cache and without, every byte of a result is the same.
//! - No recursion over anything a user can make deep, and no panic on anything a user can write.
//!
//! # To add
//!
//! | what | where |
//! |---|---|
//! | a language | a row in [`languages`], a `.scm` beside it, fixtures in `fixtures/languages` |
//! | a component that compares facts | a few lines of `quality.toml` (`measure.declared`), no Rust |
//! | a web framework | its words in the `.scm` of its language, a reader in [`codebase::endpoints`], a fixture beside the others |
//! | a measure | a file in [`measures`], its settings in [`definition::settings`], a row in `builtin.toml` |
//! | something `quality init` notices | [`adoption`], which proposes and decides nothing |
//! | an output format | a file in [`report`] and its row in the table of formats |
//! | a subcommand | a file in [`command`], its options in [`cli`] |

pub mod adoption;
pub mod advice;
pub mod cache;
pub mod class;
pub mod classify;
pub mod cli;
pub mod codebase;
pub mod command;
pub mod crash;
pub mod day;
pub mod definition;
pub mod disk;
pub mod error;
pub mod evaluation;
pub mod evidence;
pub mod facts;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod gate;
pub mod git;
pub mod languages;
pub mod measures;
pub mod path;
#[cfg(unix)]
pub mod probe;
pub mod report;
pub mod source;
pub mod survey;
pub mod trend;
