//! The layer between Rocket and the routes: pages, forms, cookies, links and checks of origin.

pub mod canonical_host;
pub mod client;
pub mod cookies;
pub mod cors;
pub mod dead_end;
pub mod device;
pub mod flash;
pub mod form;
pub mod framed;
pub mod headers;
pub mod html;
pub mod kept;
pub mod keyed;
pub mod link_key;
pub mod local_request;
pub mod locale;
#[cfg(feature = "metrics")]
mod metrics;
pub mod no_method_override;
pub mod noticed;
pub mod origin;
pub mod outcome;
pub mod own_routes;
pub mod pace;
pub mod page;
pub mod probes;
pub mod program;
pub mod refusal;
pub mod refused;
pub mod request_log;
pub mod shown_once;
pub mod throttle;
pub mod viewer;
pub mod visit;
pub mod wellknown;

pub use cookies::CookieName;
pub use form::{Form, Read, Refusal};
pub use kept::{Kept, Sent};
pub use keyed::{KeyShown, KeyedLink, ValidKey};
pub use link_key::LinkKey;
pub use local_request::LocalRequest;
pub use origin::SameOrigin;
pub use outcome::Outcome;
pub use own_routes::{is_own, mount, mount_at, own};
pub use pace::Paced;
pub use page::Page;
pub use visit::Visit;

use self::dead_end::{ErrorPage, IncompletePage, UnusablePage};
use crate::view::shown::Sample;

/// Samples of the pages.
pub fn samples() -> Vec<Sample> {
    [Sample::of::<ErrorPage>(), Sample::of::<UnusablePage>(), Sample::of::<IncompletePage>()].concat()
}
