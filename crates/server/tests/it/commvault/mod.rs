//! The Commvault face as its clients meet it: through the router, held against its contract.

mod access_tokens; // tokens that users make for themselves, and their renewal
mod asking; // what clients ask about the server, and lists of everyone
mod client; // a client of this face
mod creating; // POST User and POST V4/user
mod deleting; // DELETE User, by id and by name, and what becomes of what was owned
mod deleting_groups; // DELETE UserGroup, in either generation
mod disabling; // Disable and Enable
mod errors; // the contract's error table, in both forms
mod offboarding; // POST User/Offboard
mod reading; // GET User and GET UserGroup
mod renewing; // RenewLoginToken
mod security; // who has which role on what
mod sessions; // GET Session, and unlocking users
mod signing_in; // the probe, Login, WhoAmI, Logout and tokens
mod targets; // roots, case, quoting, and the wire beneath the router
mod traps; // the contract's client traps, by their numbers
mod updating; // POST User/{id} and PUT V4/user/{id}
mod v4_deleting; // DELETE V4/user, and several at once
mod v4_reading; // GET V4/user and GET V4/UserGroup
mod v4_shapes; // the V4 answers, field by field
mod workloads; // Offboard of a subclient, a VM and a whole tenant
