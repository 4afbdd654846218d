//! The options of `exeunt serve` for mail: where it is handed in, and in whose name.

use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};

use super::failure::Failure;
use crate::mail::{self, MailPlace, Mailbox, Mailer};

#[derive(Clone, Debug, clap::Args)]
pub struct Mail {
    /// Mail server: smtps://USER@HOST:PORT, smtp://USER@HOST:PORT?tls=required, or smtp://HOST:PORT without TLS
    /// [default: no mail is sent]
    #[arg(long, env = "EXEUNT_SMTP", value_name = "URL")]
    pub smtp: Option<SecretString>,

    /// File with the mail server's password in its first line
    #[arg(long, env = "EXEUNT_SMTP_PASSWORD_FILE", value_name = "FILE")]
    pub smtp_password_file: Option<PathBuf>,

    /// PEM file with the authority that signs the mail server's certificate [default: the system's]
    #[arg(long, env = "EXEUNT_SMTP_CA_FILE", value_name = "FILE")]
    pub smtp_ca_file: Option<PathBuf>,

    /// Sender of mails, such as Exeunt <exeunt@example.com>
    #[arg(long, env = "EXEUNT_MAIL_FROM", value_name = "ADDRESS")]
    pub mail_from: Option<Mailbox>,

    /// Longest time one mail may take, in milliseconds
    #[arg(long, env = "EXEUNT_MAIL_MS", value_name = "MS", default_value_t = mail::DEFAULT_LETTER_MS)]
    #[arg(value_parser = clap::value_parser!(u64).range(100..=120_000))]
    pub mail_ms: u64,
}

impl Mail {
    /// The mail server that is configured, if one is. Nobody is connected to.
    pub fn mailer(&self) -> Result<Option<Mailer>, Failure> {
        let (url, from) = match (&self.smtp, &self.mail_from) {
            (None, None) => return Ok(None),
            (Some(url), Some(from)) => (url, from.clone()),
            _ => return Err(Failure::Usage("smtp and mail_from go together".to_owned())),
        };
        let password = self.smtp_password_file.as_deref().map(super::secret::from_file).transpose()?;
        let place = MailPlace::parse(url.expose_secret(), password)
            .map_err(|text| Failure::Usage(format!("smtp: {text}")))?;
        let mailer = Mailer::new(place, from, self.smtp_ca_file.as_deref(), self.mail_ms);
        mailer.map(Some).map_err(|text| Failure::Usage(format!("smtp: {text}")))
    }

    /// The mail server without its password.
    pub fn shown(&self) -> Option<String> {
        self.smtp.as_ref().map(|url| mail::shown(url.expose_secret()))
    }
}
