//! Reminders for steps by hand: a log entry each time, and a mail where the assignee is an address.
//!
//! A reminder is noted before its mail is sent, so that no two nodes send it; a mail that fails is repeated with the
//! next reminder. No secret and no notice for the leaver stands in it.

use domain::{Error, Identity, Offboarding, Step};
use futures_util::{StreamExt, stream};
use store::steps::Claim;
use store::tenants::{self, Tenant};
use store::{accounts, platforms, steps, users};

use super::edit::Edit;
use super::offboardings::account_of;
use super::{App, DEFAULT_TENANT};
use crate::clock;
use crate::mail::{Letter, Mailer, mailbox};

/// Mails under way at once.
const MAILS_AT_ONCE: usize = 4;

/// A step that somebody is to hear of.
struct Word {
    tenant: Tenant,
    platform: String,
    /// `None` while it is still to be found.
    account: Option<String>,
    user: Identity,
    offboarding: Offboarding,
    step: Step,
}

impl App {
    /// Says the next word on each of at most `limit` steps whose time for it has come. Answers how many those were.
    pub async fn remind(&self, limit: i64) -> Result<usize, Error> {
        let now_ms = self.clock.now_ms();
        let due = self.store.read(|tx| Ok::<_, Error>(steps::to_remind(tx, now_ms, limit)?)).await?;
        let mut words = Vec::new();
        for claim in due {
            let (tenant, id, no) = (claim.tenant, claim.offboarding.clone(), claim.no);
            match self.note_reminder(claim).await {
                Ok(word) => words.extend(word),
                // One that cannot be noted must not keep the others from being said.
                Err(error) => {
                    tracing::error!(%error, inside = error.inside(), %tenant, %id, %no, "a reminder was not noted");
                }
            }
        }
        let count = words.len();
        if count > 0 {
            self.hint_change();
        }
        if let Some(mailer) = &self.options.mailer {
            let letters = words.iter().filter_map(|word| self.letter(word, now_ms));
            stream::iter(letters).for_each_concurrent(MAILS_AT_ONCE, |letter| send(mailer, letter)).await;
        }
        Ok(count)
    }

    /// `None` if another node was quicker.
    async fn note_reminder(&self, claim: Claim) -> Result<Option<Word>, Error> {
        let pen = self.pen(claim.tenant, "engine");
        self.store
            .write(move |tx| {
                let mut edit = Edit::alone(tx, claim.tenant, &claim.offboarding)?;
                if !edit.remind(claim.no, pen.now_ms)? {
                    return Ok(None);
                }
                let (offboarding, steps) = edit.save(tx, &pen)?;
                let step = steps.into_iter().find(|step| step.no == claim.no);
                let tenant = tenants::by_id(tx, claim.tenant)?;
                let user = users::by_id(tx, claim.tenant, offboarding.user)?;
                let (Some(step), Some(tenant), Some(user)) = (step, tenant, user) else { return Ok(None) };
                let platform = platforms::by_id(tx, step.platform)?.map(|platform| platform.name);
                let (platform, user) = (platform.unwrap_or_default(), Identity::from(&user));
                let known = accounts::of_users(tx, claim.tenant, &[offboarding.user])?;
                let account = account_of(&step, offboarding.user, &known).map(str::to_owned);
                Ok::<_, Error>(Some(Word { tenant, platform, account, user, offboarding, step }))
            })
            .await
    }

    fn letter(&self, word: &Word, now_ms: i64) -> Option<Letter> {
        let hand = word.step.hand.as_ref()?;
        let to = mailbox("", hand.assignee.as_deref()?)?;
        let (action, user, platform) = (hand.stands_for, &word.user.user_name, &word.platform);
        let overdue = if hand.is_overdue(now_ms) { "Overdue: " } else { "" };
        Some(Letter {
            id: self.random.uuid(),
            now_ms,
            to,
            subject: one_line(&format!("{overdue}{action} {user} on {platform}")),
            text: text(word, now_ms)?,
        })
    }
}

async fn send(mailer: &Mailer, letter: Letter) {
    let to = letter.to.email.to_string();
    if let Err(reason) = mailer.send(letter).await {
        tracing::warn!(reason, to, "a reminder was not sent; the next one repeats it");
    }
}

fn text(word: &Word, now_ms: i64) -> Option<String> {
    let Word { tenant, platform, account, user, offboarding, step } = word;
    let hand = step.hand.as_ref()?;
    let account = account.as_deref().unwrap_or("not known; look for the user by name and address");
    let of_tenant = |tenant: &Tenant| format!(" --tenant {}", quoted(&tenant.name));
    let tenant_option = Some(tenant).filter(|tenant| tenant.name != DEFAULT_TENANT).map(of_tenant);
    Some(format!(
        "{user} leaves, and {platform} needs a person for one step.\n\n\
         What to do: {action}\n\
         Platform:   {platform}\n\
         User:       {user}{address}\n\
         Account:    {account}\n\
         Tenant:     {tenant}\n\
         Due:        {due}{overdue}\n\n\
         {instructions}\n\n\
         When it is done:\n\n\
         exeunt step confirm{option} {id} {no} --evidence 'HOW YOU KNOW'\n",
        action = hand.stands_for,
        user = user.user_name,
        address = if user.email.is_empty() { String::new() } else { format!(" ({})", user.email) },
        tenant = tenant.name,
        due = clock::shown(hand.due_ms),
        overdue = if hand.is_overdue(now_ms) { ", overdue" } else { "" },
        instructions = step.note.as_deref().unwrap_or_default(),
        option = tenant_option.unwrap_or_default(),
        id = offboarding.id,
        no = step.no,
    ))
}

/// For a shell.
fn quoted(name: &str) -> String {
    format!("'{}'", name.replace('\'', r"'\''"))
}

/// A header stays on its line.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
