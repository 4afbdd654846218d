//! exeunt
