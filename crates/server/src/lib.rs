//! exeunt
pub mod faces;
