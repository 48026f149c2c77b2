//! Names that were probably meant.

/// Most wrong, missing, extra or swapped letters.
const MAX_TYPOS: usize = 2;

/// Returns the known name that is closest to a misspelt one, if it is close.
pub fn meant<'a>(misspelt: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let slips = known.into_iter().map(|name| (strsim::osa_distance(misspelt, name), name));
    slips.filter(|(slips, _)| (1..=MAX_TYPOS).contains(slips)).min().map(|(_, name)| name)
}
