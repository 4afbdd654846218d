//! Clients that we did not write, against a server on a real port.

mod cvpysdk; // Commvault's SDK for Python
mod fallback; // TLS bytes on a plain port
mod replay; // what other clients sent, byte for byte
mod scim2; // a SCIM client, and a tester of SCIM servers
mod wire; // requests as bytes, answers as values
