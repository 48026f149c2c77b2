//! Each link of a guide leads somewhere, on a forge and in the documentation of the crate.

use std::{fs, path::Path};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|fault| panic!("{}: {fault}", file.display()))
}

#[test]
fn every_link_of_a_guide_leads_to_a_file_and_to_a_page() {
    let module = read(&root().join("src/guide.rs"));
    for entry in fs::read_dir(root().join("docs/guide")).expect("the guides") {
        let file = entry.expect("a guide").path();
        let name = file.file_name().expect("a name").display().to_string();
        let text = read(&file);
        assert!(!text.contains("]("), "{name}: the documentation finds a link by its label alone");
        // A label may go on in the next line.
        let in_one_line = text.replace('\n', " ");
        for (label, target) in text.lines().filter_map(|line| line.split_once("]: ")) {
            let label = &format!("{label}]");
            let path = target.split('#').next().unwrap_or_default();
            assert!(file.with_file_name(path).exists(), "{name}: there is no {target}");
            assert!(
                module.contains(&format!("/// {label}: crate::guide")),
                "{name}: {label} is not in src/guide.rs"
            );
            assert!(in_one_line.matches(label).count() > 1, "{name}: {label} is not used");
        }
    }
}

#[test]
fn every_guide_is_a_page_and_in_both_lists() {
    let (module, list) = (read(&root().join("src/guide.rs")), read(&root().join("docs/attach.md")));
    for entry in fs::read_dir(root().join("docs/guide")).expect("the guides") {
        let file = entry.expect("a guide").path();
        let name = file.file_stem().expect("a name").display().to_string();
        let text = read(&file);
        let title = text.lines().next().and_then(|line| line.strip_prefix("# ")).expect("a title");
        assert!(module.contains(&format!("//! - [{title}]({name})")), "{name} is not in src/guide.rs");
        assert!(module.contains(&format!("    {name},\n")), "{name} is no module of src/guide.rs");
        assert!(list.contains(&format!("- [{title}](guide/{name}.md)")), "{name} is not in docs/attach.md");
    }
}
