//! Pages that are the same for everybody: rendered once, then served from memory.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use serde_json::{Map, Value};

use crate::Error;

type Shown = Map<String, Value>;

/// The last rendering of each such page, with all that it was made of: a page that shows anything else is rendered
/// anew, so that nothing of one request can reach another.
#[derive(Default)]
pub struct Stills(RwLock<BTreeMap<&'static str, Still>>);

struct Still {
    here: String,
    shown: Shown,
    html: Arc<str>,
}

impl Stills {
    /// The page `name` at the path `here` as it was rendered of what is `shown`, or else as `render` does now.
    ///
    /// # Errors
    /// As `render`.
    pub fn page(
        &self,
        name: &'static str,
        here: &str,
        shown: Shown,
        render: impl FnOnce(Shown) -> Result<String, Error>,
    ) -> Result<Arc<str>, Error> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(still) = kept.get(name).filter(|still| still.here == here && still.shown == shown) {
            return Ok(still.html.clone());
        }
        drop(kept);
        let html: Arc<str> = render(shown.clone())?.into();
        let still = Still { here: here.to_owned(), shown, html: html.clone() };
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(name, still);
        Ok(html)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(by: &Stills, who: &str, times: &mut usize) -> Arc<str> {
        let shown = Shown::from_iter([("who".to_owned(), who.into())]);
        let render = |shown: Shown| {
            *times += 1;
            Ok(shown["who"].to_string())
        };
        by.page("page", "/", shown, render).unwrap()
    }

    #[test]
    fn a_page_is_rendered_again_only_for_what_differs() {
        let (stills, mut times) = (Stills::default(), 0);
        assert_eq!(&*shown(&stills, "one", &mut times), "\"one\"");
        assert_eq!(&*shown(&stills, "one", &mut times), "\"one\"");
        assert_eq!(times, 1);
        assert_eq!(&*shown(&stills, "two", &mut times), "\"two\"");
        assert_eq!(&*shown(&stills, "one", &mut times), "\"one\"");
        assert_eq!(times, 3);
    }
}
