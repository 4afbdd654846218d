//! The only writer of a `SQLite` store: a thread that runs all waiting commands in one transaction.
//!
//! Each command has a savepoint, so that a failing one spoils nothing; one fsync serves the group;
//! nobody is answered before COMMIT. A failed COMMIT or a panic fails the whole group, and after an
//! I/O error the writer stops for good, because what is on the disk is then unknown.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{mpsc, oneshot};

use super::sqlite::SqliteConnection;
use super::tx::Tx;
use crate::{Error, Result};

/// Commands that may wait for the writer; beyond, callers wait to be let in.
const QUEUE: usize = 1_024;
/// Commands in one transaction.
const LARGEST_GROUP: usize = 256;

/// Runs in the transaction and says whether to keep its changes, and how to answer after COMMIT.
type Command = Box<dyn FnOnce(&mut Tx<'_>) -> Verdict + Send>;

struct Verdict {
    keep: bool,
    answer: Answer,
}

type Answer = Box<dyn FnOnce(Result<()>) + Send>;

pub(super) struct Writer {
    queue: mpsc::Sender<Command>,
    stopped: Arc<Mutex<Option<String>>>,
}

impl Writer {
    pub(super) fn start(connection: SqliteConnection) -> Result<Self> {
        let (queue, commands) = mpsc::channel(QUEUE);
        let stopped = Arc::new(Mutex::new(None));
        let worker = Worker { connection, commands, stopped: Arc::clone(&stopped) };
        std::thread::Builder::new()
            .name("exeunt-writer".to_owned())
            .spawn(move || worker.run())
            .map_err(|error| Error::OutOfService(error.to_string()))?;
        Ok(Self { queue, stopped })
    }

    pub(super) async fn write<T, E, F>(&self, f: F) -> std::result::Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> std::result::Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        let command: Command = Box::new(move |tx| {
            let result = f(tx);
            let keep = result.is_ok();
            let answer: Answer = Box::new(move |committed| {
                // A caller that went away needs no answer.
                let _ = sender.send(match committed {
                    Ok(()) => result,
                    Err(error) => Err(E::from(error)),
                });
            });
            Verdict { keep, answer }
        });
        let gone = || match self.out_of_service() {
            Some(reason) => Error::OutOfService(reason),
            None => Error::Busy("the write was not made: see the log".to_owned()),
        };
        self.queue.send(command).await.map_err(|_| gone())?;
        receiver.await.map_err(|_| gone())?
    }

    pub(super) fn out_of_service(&self) -> Option<String> {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

struct Worker {
    connection: SqliteConnection,
    commands: mpsc::Receiver<Command>,
    stopped: Arc<Mutex<Option<String>>>,
}

impl Worker {
    fn run(mut self) {
        while let Some(first) = self.commands.blocking_recv() {
            let mut answers = Vec::new();
            let committed = self.group(first, &mut answers);
            if let Err(error) = &committed {
                tracing::error!(%error, commands = answers.len(), "a group of writes failed");
            }
            if let Err(Error::OutOfService(reason)) = &committed {
                *self.stopped.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason.clone());
            }
            for answer in answers {
                answer(committed.clone());
            }
            if matches!(committed, Err(Error::OutOfService(_))) {
                return;
            }
        }
    }

    /// One transaction over everything that waits by now.
    fn group(&mut self, first: Command, answers: &mut Vec<Answer>) -> Result<()> {
        let mut next = Some(first);
        self.connection.control("BEGIN IMMEDIATE")?;
        while let Some(command) = next {
            if let Err(error) = self.one(command, answers) {
                self.connection.control("ROLLBACK")?;
                return Err(error);
            }
            next = if answers.len() < LARGEST_GROUP { self.commands.try_recv().ok() } else { None };
        }
        self.connection.control("COMMIT").inspect_err(|_| {
            // Where SQLite has not rolled back by itself, nothing of the group may linger.
            let _ = self.connection.control("ROLLBACK");
        })
    }

    fn one(&mut self, command: Command, answers: &mut Vec<Answer>) -> Result<()> {
        self.connection.control("SAVEPOINT command")?;
        let connection = &mut self.connection;
        let Ok(verdict) = catch_unwind(AssertUnwindSafe(|| command(&mut Tx::sqlite(connection)))) else {
            return Err(Error::Backend("a write panicked".to_owned()));
        };
        answers.push(verdict.answer);
        if !verdict.keep {
            self.connection.control("ROLLBACK TO command")?;
        }
        self.connection.control("RELEASE command")
    }
}
