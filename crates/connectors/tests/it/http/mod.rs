//! The `http` kind: by a described wiki, and by the descriptions of `examples/platforms`.

mod acting;
mod conforms;
mod declared;
mod examples;
mod listing;
mod wiki;
