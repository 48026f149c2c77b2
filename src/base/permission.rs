//! Names of permissions.

/// Names a permission for [`May`](crate::sign_in::permission::May).
///
/// ```
/// use latchkey::{May, Permission};
/// use rocket::get;
///
/// struct Publish;
///
/// impl Permission for Publish {
///     const NAME: &'static str = "posts.publish";
/// }
///
/// #[get("/queue")]
/// fn queue(me: May<'_, Publish>) -> String {
///     format!("waiting for {}", me.email())
/// }
/// ```
pub trait Permission: Send + Sync + 'static {
    /// Name, as in `[default.latchkey.permissions]`: words of lowercase letters, digits, `-` and `_`, with dots between
    /// them; at most 64 characters.
    const NAME: &'static str;
}
