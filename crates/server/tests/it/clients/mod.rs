//! Clients that we did not write, against a server on a real port.

mod cvpysdk; // Commvault's SDK for Python, two generations
mod fallback; // TLS bytes on a plain port
mod replay; // what other clients sent, byte for byte
mod sdk; // cvpysdk in a process of its own, told what to do line by line
mod served; // a company behind a real port, and a record of what was asked of it
mod wire; // requests as bytes, answers as values
