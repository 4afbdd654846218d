//! The `http` kind: by a described wiki, and by the descriptions of `examples/platforms`.

mod conforms;
mod wiki;
