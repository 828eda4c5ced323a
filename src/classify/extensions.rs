//! What an extension says of a file that is in no language we parse.

/// What kind of content an extension announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Not text.
    Binary,
    /// Values, not instructions.
    Data,
    /// For people.
    Prose,
    /// Code in a language that is known by name only.
    Code(&'static str),
}

use Content::{Binary, Code, Data, Prose};

/// Lower case, sorted; a test holds the order.
static EXTENSIONS: &[(&str, Content)] = &[
    ("7z", Binary),
    ("a", Binary),
    ("adoc", Prose),
    ("asciidoc", Prose),
    ("asm", Code("Assembly")),
    ("astro", Code("Astro")),
    ("avif", Binary),
    ("avro", Binary),
    ("awk", Code("Awk")),
    ("bash", Code("Shell")),
    ("bat", Code("Batch")),
    ("bin", Binary),
    ("bmp", Binary),
    ("bz2", Binary),
    ("c", Code("C")),
    ("cc", Code("C++")),
    ("cer", Binary),
    ("cfg", Data),
    ("class", Binary),
    ("clj", Code("Clojure")),
    ("cljc", Code("Clojure")),
    ("cljs", Code("Clojure")),
    ("cmd", Code("Batch")),
    ("cob", Code("COBOL")),
    ("coffee", Code("CoffeeScript")),
    ("conf", Data),
    ("cpp", Code("C++")),
    ("cr", Code("Crystal")),
    ("cs", Code("C#")),
    ("css", Code("CSS")),
    ("csv", Data),
    ("cu", Code("CUDA")),
    ("cuh", Code("CUDA")),
    ("cxx", Code("C++")),
    ("d", Code("D")),
    ("dart", Code("Dart")),
    ("dat", Data),
    ("db", Binary),
    ("deb", Binary),
    ("der", Binary),
    ("diff", Data),
    ("dll", Binary),
    ("dylib", Binary),
    ("ejs", Code("templates")),
    ("el", Code("Emacs Lisp")),
    ("elm", Code("Elm")),
    ("env", Data),
    ("eot", Binary),
    ("erb", Code("templates")),
    ("erl", Code("Erlang")),
    ("ex", Code("Elixir")),
    ("exe", Binary),
    ("exs", Code("Elixir")),
    ("f", Code("Fortran")),
    ("f90", Code("Fortran")),
    ("fish", Code("Shell")),
    ("frag", Code("GLSL")),
    ("fs", Code("F#")),
    ("fsx", Code("F#")),
    ("gd", Code("GDScript")),
    ("geojson", Data),
    ("gif", Binary),
    ("gleam", Code("Gleam")),
    ("glsl", Code("GLSL")),
    ("go", Code("Go")),
    ("gql", Code("GraphQL")),
    ("gradle", Code("Groovy")),
    ("graphql", Code("GraphQL")),
    ("groovy", Code("Groovy")),
    ("gz", Binary),
    ("h", Code("C")),
    ("haml", Code("templates")),
    ("hbs", Code("templates")),
    ("hcl", Code("HCL")),
    ("heic", Binary),
    ("hh", Code("C++")),
    ("hlsl", Code("HLSL")),
    ("hpp", Code("C++")),
    ("hrl", Code("Erlang")),
    ("hs", Code("Haskell")),
    ("htm", Code("HTML")),
    ("html", Code("HTML")),
    ("hxx", Code("C++")),
    ("icns", Binary),
    ("ico", Binary),
    ("ini", Data),
    ("ipynb", Code("Jupyter Notebook")),
    ("j2", Code("templates")),
    ("jar", Binary),
    ("java", Code("Java")),
    ("jinja", Code("templates")),
    ("jinja2", Code("templates")),
    ("jl", Code("Julia")),
    ("jpeg", Binary),
    ("jpg", Binary),
    ("json", Data),
    ("json5", Data),
    ("jsonc", Data),
    ("jsonl", Data),
    ("ksh", Code("Shell")),
    ("kt", Code("Kotlin")),
    ("kts", Code("Kotlin")),
    ("less", Code("Less")),
    ("lib", Binary),
    ("liquid", Code("templates")),
    ("lisp", Code("Lisp")),
    ("log", Data),
    ("lua", Code("Lua")),
    ("m", Code("Objective-C or MATLAB")),
    ("markdown", Prose),
    ("md", Prose),
    ("mdx", Prose),
    ("metal", Code("Metal")),
    ("ml", Code("OCaml")),
    ("mli", Code("OCaml")),
    ("mm", Code("Objective-C++")),
    ("mo", Binary),
    ("mov", Binary),
    ("mp3", Binary),
    ("mp4", Binary),
    ("mustache", Code("templates")),
    ("ndjson", Data),
    ("nim", Code("Nim")),
    ("nix", Code("Nix")),
    ("node", Binary),
    ("npy", Binary),
    ("npz", Binary),
    ("o", Binary),
    ("obj", Binary),
    ("ogg", Binary),
    ("org", Prose),
    ("otf", Binary),
    ("parquet", Binary),
    ("pas", Code("Pascal")),
    ("patch", Data),
    ("pdb", Binary),
    ("pdf", Binary),
    ("php", Code("PHP")),
    ("pickle", Binary),
    ("pkl", Binary),
    ("pl", Code("Perl")),
    ("plist", Data),
    ("pm", Code("Perl")),
    ("png", Binary),
    ("po", Data),
    ("pot", Data),
    ("properties", Data),
    ("proto", Code("Protocol Buffers")),
    ("ps1", Code("PowerShell")),
    ("psd", Binary),
    ("psm1", Code("PowerShell")),
    ("purs", Code("PureScript")),
    ("pxd", Code("Cython")),
    ("pyc", Binary),
    ("pyd", Binary),
    ("pyx", Code("Cython")),
    ("r", Code("R")),
    ("rar", Binary),
    ("rb", Code("Ruby")),
    ("res", Code("ReScript")),
    ("rkt", Code("Racket")),
    ("rlib", Binary),
    ("rst", Prose),
    ("s", Code("Assembly")),
    ("sass", Code("Sass")),
    ("sc", Code("Scala")),
    ("scala", Code("Scala")),
    ("scm", Code("Scheme")),
    ("scss", Code("SCSS")),
    ("sh", Code("Shell")),
    ("so", Binary),
    ("sol", Code("Solidity")),
    ("sql", Code("SQL")),
    ("sqlite", Binary),
    ("sqlite3", Binary),
    ("sv", Code("SystemVerilog")),
    ("svelte", Code("Svelte")),
    ("svg", Data),
    ("swift", Code("Swift")),
    ("tar", Binary),
    ("tbz", Binary),
    ("tcl", Code("Tcl")),
    ("tex", Prose),
    ("tf", Code("Terraform")),
    ("tga", Binary),
    ("tgz", Binary),
    ("thrift", Code("Thrift")),
    ("tif", Binary),
    ("tiff", Binary),
    ("toml", Data),
    ("tsv", Data),
    ("ttf", Binary),
    ("txt", Prose),
    ("vb", Code("Visual Basic")),
    ("vert", Code("GLSL")),
    ("vhd", Code("VHDL")),
    ("vim", Code("Vim script")),
    ("vue", Code("Vue")),
    ("war", Binary),
    ("wasm", Binary),
    ("wat", Code("WebAssembly")),
    ("wav", Binary),
    ("webm", Binary),
    ("webmanifest", Data),
    ("webp", Binary),
    ("wgsl", Code("WGSL")),
    ("whl", Binary),
    ("woff", Binary),
    ("woff2", Binary),
    ("xaml", Data),
    ("xcf", Binary),
    ("xls", Binary),
    ("xlsx", Binary),
    ("xml", Data),
    ("xsd", Data),
    ("xsl", Data),
    ("xz", Binary),
    ("yaml", Data),
    ("yml", Data),
    ("zig", Code("Zig")),
    ("zip", Binary),
    ("zsh", Code("Shell")),
    ("zst", Binary),
];

/// Interpreters of a `#!` line whose language is known by name only, sorted.
static INTERPRETERS: &[(&str, &str)] = &[
    ("Rscript", "R"),
    ("awk", "Awk"),
    ("bash", "Shell"),
    ("dash", "Shell"),
    ("fish", "Shell"),
    ("gawk", "Awk"),
    ("ksh", "Shell"),
    ("lua", "Lua"),
    ("make", "Make"),
    ("perl", "Perl"),
    ("php", "PHP"),
    ("pwsh", "PowerShell"),
    ("ruby", "Ruby"),
    ("sh", "Shell"),
    ("tclsh", "Tcl"),
    ("zsh", "Shell"),
];

/// The longest extension of the table, in bytes.
const LONGEST: usize = 11;

/// What an extension (any case, without dot) announces.
pub(super) fn content_of(extension: &[u8]) -> Option<Content> {
    let mut lower = [0; LONGEST];
    let lower = lower.get_mut(..extension.len())?;
    lower.copy_from_slice(extension);
    lower.make_ascii_lowercase();
    let lower: &[u8] = lower;
    EXTENSIONS
        .binary_search_by(|(known, _)| known.as_bytes().cmp(lower))
        .ok()
        .map(|at| EXTENSIONS[at].1)
}

/// The language an interpreter runs, where we know it by name only.
pub(super) fn language_of_interpreter(interpreter: &str) -> Option<&'static str> {
    let bare = interpreter.trim_end_matches(|character: char| {
        character.is_ascii_digit() || character == '.' || character == '-'
    });
    INTERPRETERS
        .binary_search_by_key(&bare, |(known, _)| known)
        .ok()
        .map(|at| INTERPRETERS[at].1)
}

/// The language of this name (any case) that we know by name only, as the table writes it.
pub(super) fn language_named(name: &str) -> Option<&'static str> {
    EXTENSIONS.iter().find_map(|(_, content)| match content {
        Code(language) if language.eq_ignore_ascii_case(name) => Some(*language),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::{
        Content, EXTENSIONS, INTERPRETERS, LONGEST, content_of, language_named,
        language_of_interpreter,
    };
    use crate::languages::Language;

    #[test]
    fn the_tables_are_sorted() {
        assert!(EXTENSIONS.is_sorted_by(|left, right| left.0 < right.0));
        assert!(INTERPRETERS.is_sorted_by(|left, right| left.0 < right.0));
        assert!(EXTENSIONS.iter().all(|(name, _)| name.len() <= LONGEST));
    }

    #[test]
    fn no_extension_belongs_to_a_language_that_is_parsed() {
        for (extension, _) in EXTENSIONS {
            assert!(
                Language::of_extension(extension.as_bytes()).is_none(),
                "{extension}"
            );
        }
    }

    #[test]
    fn extensions_are_found_in_any_case() {
        assert_eq!(content_of(b"YML"), Some(Content::Data));
        assert_eq!(content_of(b"webmanifest"), Some(Content::Data));
        assert_eq!(content_of(b"aaaaaaaaaaaaaaaaaaaaaaaaa"), None);
        assert_eq!(content_of(b"go"), Some(Content::Code("Go")));
    }

    #[test]
    fn known_languages_are_found_by_name_and_interpreter() {
        assert_eq!(language_named("objective-c++"), Some("Objective-C++"));
        assert_eq!(language_named("Rust"), None);
        assert_eq!(language_of_interpreter("perl5.36"), Some("Perl"));
        assert_eq!(language_of_interpreter("python3"), None);
    }
}
