//! The vendor APIs that Exeunt speaks as a server. Each face owns its wire and calls `app`, never `store`.

pub mod commvault;
