//! `exeunt tenant`: isolated customers on one store.

use std::path::PathBuf;

use clap::Subcommand;
use domain::TenantId;
use serde_json::{Value, json};

use super::failure::Failure;
use super::output::table;
use super::pages::gather;
use super::place::Desk;
use super::secret;
use crate::app::{ADMINISTRATOR, MAX_PAGE};

#[derive(Clone, Debug, Subcommand)]
pub enum TenantCommand {
    /// Add a tenant with its administrator, whose password is asked for or read from standard input
    Add {
        /// The tenant's name
        #[arg(value_name = "NAME")]
        name: String,

        /// Host name at which its users sign in, without port
        #[arg(long, value_name = "HOST")]
        host: Option<String>,

        /// Read the administrator's password from the first line of this file
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
    /// List the tenants
    List,
}

pub(super) async fn run(desk: &Desk, command: TenantCommand) -> Result<(), Failure> {
    match command {
        TenantCommand::Add { name, host, password_file } => {
            let password = secret::obtain(password_file.as_deref(), &format!("{ADMINISTRATOR} of {name}"))?;
            let tenant = desk.app.add_tenant(&desk.caller, &name, host.as_deref(), &password).await?;
            let document = json!({ "id": tenant.id, "name": tenant.name, "host": tenant.host });
            desk.output.answer(&document, || {
                format!("tenant {} is added; sign in as {ADMINISTRATOR}\n", tenant.name)
            })
        }
        TenantCommand::List => list(desk).await,
    }
}

async fn list(desk: &Desk) -> Result<(), Failure> {
    let page = async |after: Option<TenantId>| {
        desk.app.tenants(&desk.caller, after.unwrap_or(TenantId(0)), MAX_PAGE).await
    };
    let tenants = gather(page, |tenant| tenant.id).await?;
    let document = |tenant: &store::tenants::Tenant| json!({ "id": tenant.id, "name": tenant.name, "host": tenant.host });
    let documents: Vec<Value> = tenants.iter().map(document).collect();
    desk.output.answer(&json!(documents), || {
        let row = |tenant: &store::tenants::Tenant| {
            [tenant.id.to_string(), tenant.name.clone(), tenant.host.clone().unwrap_or_default()]
        };
        table(["ID", "NAME", "HOST"], tenants.iter().map(row))
    })
}
