//! What stands between Rocket and the routes: pages, forms, cookies, links and who may post.

pub mod asset;
pub mod bounded;
pub mod client;
pub mod cookies;
pub mod device;
pub mod errors;
pub mod even;
pub mod fields;
pub mod headers;
pub mod held;
pub mod here;
pub mod human;
pub mod link;
pub mod method;
pub mod next;
pub mod one_name;
pub mod origin;
pub mod page;
pub mod probes;
pub mod requests;
pub mod site;
pub mod still;
pub mod templates;
pub mod throttle;
pub mod voice;
pub mod wellknown;

pub use bounded::bounded;
pub use cookies::Crumb;
pub use even::Even;
pub use fields::{Faults, Fields};
pub use held::{Held, Opens};
pub use here::Here;
pub use link::Linked;
pub use origin::SameOrigin;
pub use page::{Answer, Page};
pub use site::Site;
