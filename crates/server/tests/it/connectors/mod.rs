//! Our connectors of the vendors' kinds, against the faces of a second Exeunt on a real port: two readings of one
//! contract, each holding the other to it.

mod appviewx; // accounts of AppViewX
mod commvault; // a CommCell
mod netex; // a netexCloud tenant
mod second; // the second Exeunt, in a runtime of its own
