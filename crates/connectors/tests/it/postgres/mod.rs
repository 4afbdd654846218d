//! The `postgres` kind against a real server.

mod conforms;
mod front;
mod ground;
