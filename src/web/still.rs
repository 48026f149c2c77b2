//! Pages that are the same for everybody: rendered once, then served from memory.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use serde_json::{Map, Value};

use crate::Error;

type Context = Map<String, Value>;

/// The last rendering of each such page, with all that it was made of: a page that shows anything else is rendered
/// anew, so that nothing of one request can reach another.
#[derive(Default)]
pub struct Stills(RwLock<BTreeMap<&'static str, (Context, Arc<str>)>>);

impl Stills {
    /// The page `name` as it was rendered of the same `context`, or else as `render` does now.
    ///
    /// # Errors
    /// As `render`.
    pub fn page(
        &self,
        name: &'static str,
        context: Context,
        render: impl FnOnce(&Context) -> Result<String, Error>,
    ) -> Result<Arc<str>, Error> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, html)) = kept.get(name).filter(|(made_of, _)| *made_of == context) {
            return Ok(html.clone());
        }
        drop(kept);
        let html: Arc<str> = render(&context)?.into();
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(name, (context, html.clone()));
        Ok(html)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(by: &Stills, who: &str, times: &mut usize) -> Arc<str> {
        let context = Context::from_iter([("who".to_owned(), who.into())]);
        let render = |context: &Context| {
            *times += 1;
            Ok(context["who"].to_string())
        };
        by.page("page", context, render).unwrap()
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
