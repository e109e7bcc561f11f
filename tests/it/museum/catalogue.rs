//! The catalogue is complete, and `docs/PROOF.md` shows it.

use std::{collections::BTreeSet, fmt::Write as _, fs, path::PathBuf};

use shop::commands::docs::root;

use super::{Exhibit, PEERS, Peer, Proof};

const BEGIN: &str = "<!-- generated: the museum. UPDATE_PROOF=1 cargo test -p e2e museum -->";
const END: &str = "<!-- end of generated: the museum -->";

fn peers() -> impl Iterator<Item = &'static Peer> {
    PEERS.into_iter().flatten()
}

fn exhibits() -> impl Iterator<Item = &'static Exhibit> {
    peers().flat_map(|peer| peer.exhibits)
}

/// The names of the tests in a file.
fn tests_in(path: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join(path)).unwrap_or_else(|why| panic!("{path}: {why}"));
    let mut names = BTreeSet::new();
    let mut is_test = false;
    for line in text.lines().map(str::trim_start) {
        is_test |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
        let function = line.strip_prefix("async fn ").or_else(|| line.strip_prefix("fn "));
        if let Some(name) = function.and_then(|rest| rest.split('(').next()) {
            if is_test {
                names.insert(name.to_owned());
            }
            is_test = false;
        }
    }
    names
}

/// The museum's files, but for this one and its root.
fn rooms() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("tests/it/museum")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| !path.ends_with("mod.rs") && !path.ends_with("catalogue.rs")).collect()
}

#[test]
fn every_exhibit_has_its_test_and_the_other_way_round() {
    let named: BTreeSet<String> = exhibits()
        .filter_map(|exhibit| match exhibit.proof {
            Proof::Test(name) => Some(name.to_owned()),
            _ => None,
        })
        .collect();
    let written = rooms().iter().flat_map(|path| tests_in(path.to_str().unwrap())).collect::<BTreeSet<_>>();
    assert_eq!(named, written);
    for exhibit in exhibits() {
        if let Proof::Elsewhere(file, name) = exhibit.proof {
            assert!(tests_in(file).contains(name), "{file} has no test {name}");
        }
        let nothing = matches!(exhibit.proof, Proof::Nothing(_));
        assert_eq!(exhibit.here.is_empty(), nothing, "{}", exhibit.defect);
    }
}

/// With `UPDATE_PROOF=1` the document is written instead of compared.
#[test]
fn the_document_shows_the_catalogue() {
    let path = root().join("docs/PROOF.md");
    let text = fs::read_to_string(&path).unwrap();
    let (head, rest) = text.split_once(BEGIN).expect("docs/PROOF.md has a museum");
    let (_, tail) = rest.split_once(END).expect("the museum ends");
    let expected = format!("{head}{BEGIN}\n\n{}\n{END}{tail}", rendered());
    if std::env::var_os("UPDATE_PROOF").is_some() {
        fs::write(&path, &expected).unwrap();
        return;
    }
    assert_eq!(text, expected, "docs/PROOF.md is out of date: UPDATE_PROOF=1 cargo test -p e2e museum");
}

fn rendered() -> String {
    let tested = exhibits().filter(|exhibit| !matches!(exhibit.proof, Proof::Nothing(_))).count();
    let mut text = format!("{} findings, {tested} of them with a test.\n", exhibits().count());
    for peer in peers() {
        let _ = write!(text, "\n### {}\n\n{}", peer.name, introduction(peer));
        text.push_str("| seen in | what goes wrong there | why not here | test |\n| --- | --- | --- | --- |\n");
        for exhibit in peer.exhibits {
            let seen: Vec<String> = exhibit.seen_in.iter().map(|place| link(peer, place)).collect();
            let (here, test) = match exhibit.proof {
                Proof::Test(name) => (exhibit.here, format!("`{name}`")),
                Proof::Elsewhere(file, name) => (exhibit.here, format!("`{name}` in `{file}`")),
                Proof::Nothing(why) => (why, "none".to_owned()),
            };
            let _ = writeln!(text, "| {} | {} | {here} | {test} |", seen.join(", "), exhibit.defect);
        }
    }
    text
}

fn introduction(peer: &Peer) -> String {
    let repository = (!peer.repository.is_empty()).then(|| format!("<https://github.com/{}>", peer.repository));
    let read = (!peer.read.is_empty()).then(|| peer.read.to_owned());
    let parts: Vec<String> = repository.into_iter().chain(read).collect();
    format!("{}.\n\n", parts.join(", "))
}

/// An issue or a pull request as a link (GitHub leads from one to the other), a place in the code as code, and anything else
/// as it is.
fn link(peer: &Peer, place: &str) -> String {
    match place.split_once('#') {
        Some((repository, number)) => {
            let repository = if repository.is_empty() { peer.repository } else { repository };
            format!("[{place}](https://github.com/{repository}/issues/{number})")
        }
        None if place.contains('.') || place.contains('/') || place.chars().any(char::is_uppercase) => {
            format!("`{place}`")
        }
        None => place.to_owned(),
    }
}
