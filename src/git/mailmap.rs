//! `.mailmap`: which names and addresses of commits are one person.

use std::collections::HashMap;

use super::commit::{Person, person};

/// Corrections of names and addresses; see gitmailmap(5).
#[derive(Clone, Debug, Default)]
pub(super) struct Mailmap {
    /// By address of the commit, in lower case.
    by_address: HashMap<String, Corrections>,
}

#[derive(Clone, Debug, Default)]
struct Corrections {
    /// Whatever name stands beside the address.
    always: Person,
    /// By name of the commit, in lower case.
    by_name: HashMap<String, Person>,
}

impl Mailmap {
    /// Reads the file. Lines that are none of its four forms say nothing.
    pub(super) fn parse(content: &[u8]) -> Self {
        let mut map = Self::default();
        for line in String::from_utf8_lossy(content).lines() {
            map.add(line.split('#').next().unwrap_or_default().trim());
        }
        map
    }

    /// `Proper Name <proper@address> Commit Name <commit@address>`, of which all but the last may be left out.
    fn add(&mut self, line: &str) {
        let Some((first, rest)) = line.split_once('>') else {
            return;
        };
        let proper = person(&format!("{first}>"));
        let (address, name, corrected) = if rest.contains('<') {
            let of_commit = person(rest);
            (of_commit.email, of_commit.name, proper)
        } else {
            let only_name = Person {
                name: proper.name,
                email: String::new(),
            };
            (proper.email, String::new(), only_name)
        };
        if address.is_empty() {
            return;
        }
        let known = self.by_address.entry(address.to_lowercase()).or_default();
        let target = if name.is_empty() {
            &mut known.always
        } else {
            known.by_name.entry(name.to_lowercase()).or_default()
        };
        // A later line corrects what it names and keeps the rest.
        if !corrected.name.is_empty() {
            target.name = corrected.name;
        }
        if !corrected.email.is_empty() {
            target.email = corrected.email;
        }
    }

    /// Who this really is: the address in lower case, or without one the name as it stands.
    pub(super) fn identity(&self, author: &Person) -> String {
        let address = author.email.to_lowercase();
        let corrections = self.by_address.get(&address);
        let corrected = corrections.map(|known| {
            let by_name = known.by_name.get(&author.name.to_lowercase());
            by_name.unwrap_or(&known.always)
        });
        let proper = |field: fn(&Person) -> &String| {
            let known = corrected.map(field);
            known.filter(|known| !known.is_empty())
        };
        let email = proper(|person| &person.email);
        let email = email.map_or(address, |email| email.to_lowercase());
        if email.is_empty() {
            let name = proper(|person| &person.name);
            name.unwrap_or(&author.name).clone()
        } else {
            email
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Mailmap;
    use crate::git::commit::Person;

    fn identity(map: &str, name: &str, email: &str) -> String {
        let author = Person {
            name: name.to_owned(),
            email: email.to_owned(),
        };
        Mailmap::parse(map.as_bytes()).identity(&author)
    }

    #[test]
    fn each_of_the_four_forms_is_read() {
        let map = "# people\nAda <ada@old>\n<ada@new> <ada@older>  # moved\nBob B <bob@new> <bob@old>\n\
                   Cy <cy@new> cyclone <shared@host>\nnonsense\n";
        assert_eq!(identity(map, "A", "ada@old"), "ada@old");
        assert_eq!(identity(map, "A", "ADA@older"), "ada@new");
        assert_eq!(identity(map, "b", "bob@old"), "bob@new");
        assert_eq!(identity(map, "Cyclone", "shared@host"), "cy@new");
        assert_eq!(identity(map, "Dee", "shared@host"), "shared@host");
    }

    #[test]
    fn without_a_map_the_address_counts_in_lower_case_and_without_one_the_name() {
        assert_eq!(identity("", "Ada", "Ada@X.org"), "ada@x.org");
        assert_eq!(identity("", "Ada L", ""), "Ada L");
        assert_ne!(identity("", "ada l", ""), "Ada L");
    }
}
