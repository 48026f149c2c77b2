//! What stands between Rocket and the routes: pages, forms, cookies, links and who may post.

pub mod bounded;
pub mod client;
pub mod cookies;
pub mod device;
pub mod even;
pub mod fields;
pub mod headers;
pub mod held;
pub mod here;
pub mod kept;
pub mod link;
pub mod method;
pub mod next;
pub mod noticed;
pub mod one_name;
pub mod origin;
pub mod page;
pub mod probes;
pub mod refused;
pub mod requests;
pub mod site;
pub mod throttle;
pub mod told;
pub mod viewer;
pub mod wellknown;

pub use bounded::bounded;
pub use cookies::Crumb;
pub use even::Even;
pub use fields::{Faults, Fields};
pub use held::{Held, Opens};
pub use here::Here;
pub use kept::Kept;
pub use link::Linked;
pub use origin::SameOrigin;
pub use page::{Answer, Page};
pub use site::Site;
