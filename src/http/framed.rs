//! Pages in the layout of an application, which is asked when a page is ready and waiting is possible.

use std::{
    io::Cursor,
    sync::{Arc, Mutex, PoisonError},
};

use rocket::{Request, Response};

use crate::{app::App, view::layout::Frame};

/// Parts of the page that answers a request.
#[derive(Default)]
struct Ready(Mutex<Option<Frame>>);

/// Keeps the parts of a page until it can be framed; the last one that a request makes is its answer.
pub fn keep(request: &Request<'_>, frame: Option<Frame>) {
    *request.local_cache(Ready::default).0.lock().unwrap_or_else(PoisonError::into_inner) = frame;
}

/// Puts the page into the layout of the application. Without one, and if that fails, it stays in our own.
pub async fn frame(request: &Request<'_>, response: &mut Response<'_>) {
    let layout = request.rocket().state::<Arc<App>>().and_then(|app| app.extensions.layout.as_ref());
    let Some(layout) = layout else { return };
    let ready = request.local_cache(Ready::default).0.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(frame) = ready.filter(|frame| frame.status() == response.status()) else { return };
    if let Some(page) = layout.page(&frame, request).await {
        response.set_sized_body(page.len(), Cursor::new(page));
    }
}
