//! The only writer of a `SQLite` store: a thread that runs all waiting commands in one transaction.
//!
//! Each command has a savepoint, so that a failing one spoils nothing; one fsync serves the group;
//! nobody is answered before COMMIT. A failed COMMIT or a panic fails the whole group, and after an
//! I/O error, in a statement or in COMMIT, the writer stops for good, because what is on the disk is
//! then unknown.

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

/// Runs in the transaction and says what becomes of its changes, and how to answer after COMMIT.
type Command = Box<dyn FnOnce(&mut Tx<'_>) -> (Verdict, Answer) + Send>;

enum Verdict {
    Keep,
    Undo,
    /// Nothing of the group can be kept.
    Spoil(Error),
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
            let result = catch_unwind(AssertUnwindSafe(|| tx.run(f)));
            let verdict = verdict_on(&result, tx.failure());
            let result =
                result.unwrap_or_else(|_| Err(E::from(Error::Backend("the write panicked".to_owned()))));
            let answer: Answer = Box::new(move |committed| {
                // An error of its own tells a caller more than what became of the group. One that went away
                // needs no answer.
                let _ = sender.send(result.and_then(|value| committed.map(|()| value).map_err(E::from)));
            });
            (verdict, answer)
        });
        // Dropped without having run.
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

fn verdict_on<T, E>(
    result: &std::thread::Result<std::result::Result<T, E>>,
    failure: Option<&Error>,
) -> Verdict {
    match (result, failure) {
        (_, Some(Error::OutOfService(reason))) => Verdict::Spoil(Error::OutOfService(reason.clone())),
        (Err(_), _) => Verdict::Spoil(Error::Busy("another write of the same group panicked".to_owned())),
        (Ok(Err(_)), _) => Verdict::Undo,
        (Ok(Ok(_)), _) => Verdict::Keep,
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
            let committed = self.begin().and_then(|()| self.group(first, &mut answers));
            if let Err(error) = &committed {
                tracing::error!(%error, commands = answers.len(), "a group of writes failed");
            }
            for answer in answers {
                answer(committed.clone());
            }
            if self.is_stopped() {
                return;
            }
        }
    }

    /// The transaction of a group, or why there can be none; then its first command is dropped.
    fn begin(&mut self) -> Result<()> {
        self.connection.control("BEGIN IMMEDIATE").inspect_err(|error| self.stop_if_fatal(error))
    }

    /// Everything that waits by now, and COMMIT.
    fn group(&mut self, first: Command, answers: &mut Vec<Answer>) -> Result<()> {
        let done = self.commands_of_group(first, answers).and_then(|()| self.connection.control("COMMIT"));
        done.inspect_err(|error| {
            // Where SQLite has not rolled back by itself, nothing of the group may linger.
            let _ = self.connection.control("ROLLBACK");
            self.stop_if_fatal(error);
        })
    }

    fn commands_of_group(&mut self, first: Command, answers: &mut Vec<Answer>) -> Result<()> {
        let mut next = Some(first);
        while let Some(command) = next {
            self.one(command, answers)?;
            next = if answers.len() < LARGEST_GROUP { self.commands.try_recv().ok() } else { None };
        }
        Ok(())
    }

    fn one(&mut self, command: Command, answers: &mut Vec<Answer>) -> Result<()> {
        self.connection.control("SAVEPOINT command")?;
        let (verdict, answer) = command(&mut Tx::sqlite(&mut self.connection));
        answers.push(answer);
        match verdict {
            Verdict::Keep => {}
            Verdict::Undo => self.connection.control("ROLLBACK TO command")?,
            Verdict::Spoil(error) => return Err(error),
        }
        self.connection.control("RELEASE command")
    }

    fn stop_if_fatal(&self, error: &Error) {
        if let Error::OutOfService(reason) = error {
            *self.stopped.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason.clone());
        }
    }

    fn is_stopped(&self) -> bool {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }
}
