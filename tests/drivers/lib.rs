//! A host of which only the dependencies matter.
