//! Pages that are the same for everybody: rendered once, then served from memory.

use std::{
    collections::BTreeMap,
    sync::{PoisonError, RwLock},
};

use serde_json::{Map, Value};

use super::gzip::Packed;
use crate::base::{Error, locale::Locale};

type Shown = Map<String, Value>;

/// Last rendering of each such page in each language, with everything that it was rendered from: a page that shows anything else is
/// rendered again, so that nothing of one request can reach another.
#[derive(Default)]
pub struct PageCache(RwLock<BTreeMap<(Locale, &'static str), Cached>>);

struct Cached {
    here: String,
    shown: Shown,
    html: Packed,
}

impl PageCache {
    /// Returns the page `name` in a language, at the path `here`: the last rendering if it showed the same as `shown`,
    /// or else a new one.
    ///
    /// # Errors
    /// The errors of `render`.
    pub fn page(
        &self,
        locale: Locale,
        name: &'static str,
        here: &str,
        shown: Shown,
        render: impl FnOnce(Shown) -> Result<String, Error>,
    ) -> Result<Packed, Error> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(cached) =
            kept.get(&(locale, name)).filter(|cached| cached.here == here && cached.shown == shown)
        {
            return Ok(cached.html.clone());
        }
        drop(kept);
        let html = Packed::new(render(shown.clone())?.into_bytes());
        let cached = Cached { here: here.to_owned(), shown, html: html.clone() };
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert((locale, name), cached);
        Ok(html)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(by: &PageCache, who: &str, times: &mut usize) -> Vec<u8> {
        let shown = Shown::from_iter([("who".to_owned(), who.into())]);
        let render = |shown: Shown| {
            *times += 1;
            Ok(shown["who"].to_string())
        };
        by.page(Locale::En, "page", "/", shown, render).unwrap().plain().to_vec()
    }

    #[test]
    fn a_page_is_rendered_again_only_for_what_differs() {
        let (page_cache, mut times) = (PageCache::default(), 0);
        assert_eq!(shown(&page_cache, "one", &mut times), b"\"one\"");
        assert_eq!(shown(&page_cache, "one", &mut times), b"\"one\"");
        assert_eq!(times, 1);
        assert_eq!(shown(&page_cache, "two", &mut times), b"\"two\"");
        assert_eq!(shown(&page_cache, "one", &mut times), b"\"one\"");
        assert_eq!(times, 3);
    }
}
