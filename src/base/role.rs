//! Names of roles.

/// Names a role for [`Has`](crate::auth::role::Has).
///
/// ```
/// use latchkey::{Has, Role};
/// use rocket::get;
///
/// struct Editor;
///
/// impl Role for Editor {
///     const NAME: &'static str = "editor";
/// }
///
/// #[get("/drafts")]
/// fn drafts(editor: Has<'_, Editor>) -> String {
///     format!("the drafts of {}", editor.email())
/// }
/// ```
pub trait Role: Send + Sync + 'static {
    /// Name, as in `latchkey user role … --add NAME`.
    const NAME: &'static str;
}

/// The role that opens `/admin`.
pub struct Administrator;

impl Role for Administrator {
    const NAME: &'static str = "admin";
}
