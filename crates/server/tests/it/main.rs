//! The server as its clients meet it: the real router over a real store, a fixed clock, seeded ids.

#![expect(clippy::expect_used, clippy::panic, reason = "tests say what they expect")]

mod appviewx; // the AppViewX face, held against its contract
mod authorization; // every route of every face, asked by everybody
mod by_hand; // steps that only a person does: listed, confirmed, reminded of
mod cli; // the command line: the real binary
mod clients; // clients that we did not write, against a server on a real port
mod commvault; // the Commvault face, held against its contract
mod connectors; // our connectors of the vendors' kinds, against the faces of a second Exeunt
mod crash; // a real server, killed again and again: nothing is lost and nothing is done twice
mod demo; // the sample company and its four leavers: the real binary, killed too
mod departures; // the verbs through `app` and the engine: what changes, what is logged, what platforms see
mod directory; // changing users and groups through `app`
mod dump; // everything that a store holds, for whoever says that nothing was changed
mod fixture; // a company on a fresh store, and a client for its router
mod fuzz; // requests damaged at random: nothing panics, nothing fails
mod home; // where a store lives during a test: either database, and the same test on both
mod hostile; // input that nobody means well with, and names that only look like it
mod import; // a whole directory at once
mod inventory; // who is present on a platform, and what a plan sees of it
mod mail_sink; // a mail server that we did not write
mod netex; // the Netex face, held against its contract
mod provisioning; // users and groups as identity providers keep them
mod python; // programs in Python that we did not write
mod rest; // the REST face and its OpenAPI document
mod scim; // the SCIM face, held against its RFCs and against what providers send
mod served; // a company behind a real port, and a record of what was asked of it
mod sign_in; // sign-ins in the face of what happens meanwhile
mod standing; // requests under way when their caller is cut
mod wiki; // an HTTP API with accounts, and a platform that speaks to it
