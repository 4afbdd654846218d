//! Many operations in one request (RFC 7644 section 3.7): each as if it came alone, in an order in which each has what
//! it refers to.

use axum::http::StatusCode;
use axum::response::Response;
use scim::ScimType;
use scim::message::bulk::{self, BulkRequest, Created, Done, Method, Operation};
use serde_json::Value;

use super::answer::Resource;
use super::failure::Failure;
use super::headers::Conditions;
use super::route::Kind;
use super::{Desk, Request, answer, groups, headers, person, team, users};

/// Most operations in one request.
pub(super) const MAX_OPERATIONS: usize = 1_000;

pub(super) async fn all(request: &Request<'_>) -> Result<Response, Failure> {
    let bulk = BulkRequest::parse(&headers::body(request.exchange)?, MAX_OPERATIONS)?;
    let order = bulk::order(&bulk.operations);
    let (mut created, mut done, mut failed) = (Created::default(), Vec::new(), 0);
    let circular = order.circular.iter().map(|index| (*index, true));
    for (index, is_circular) in order.turns.iter().map(|index| (*index, false)).chain(circular) {
        if bulk.ends_after(failed) {
            break;
        }
        let Some(operation) = bulk.operations.get(index) else { continue };
        let ended = if is_circular { Err(circle()) } else { one(&request.desk, operation, &created).await };
        failed += u64::from(ended.is_err());
        if let (Ok(Ended { id: Some(id), .. }), Some(bulk_id)) = (&ended, &operation.bulk_id) {
            created.insert(bulk_id.clone(), id.clone());
        }
        done.push((index, told(&request.desk, operation, ended)));
    }
    done.sort_by_key(|(index, _)| *index);
    let done = done.into_iter().map(|(_, done)| done).collect();
    Ok(answer::json(StatusCode::OK, &bulk::response(done)))
}

/// What came of an operation.
struct Ended {
    status: StatusCode,
    location: String,
    version: Option<String>,
    /// Of what is new.
    id: Option<String>,
}

fn circle() -> Failure {
    let detail = "bulkId: the operation refers to itself, or to others that refer to it";
    Failure::new(StatusCode::CONFLICT, detail)
}

async fn one(desk: &Desk<'_>, operation: &Operation, created: &Created) -> Result<Ended, Failure> {
    let operation = created.resolve(operation.clone())?;
    let kind = [Kind::User, Kind::Group]
        .into_iter()
        .find(|kind| kind.resource_type().endpoint == operation.endpoint)
        .ok_or_else(|| {
            let detail = format!("path: there is nothing at {}", operation.endpoint);
            Failure::typed(StatusCode::BAD_REQUEST, ScimType::InvalidPath, detail)
        })?;
    let conditions = Conditions::matching(operation.version.as_deref());
    let id = operation.id.as_deref().unwrap_or_default();
    let data = operation.data.as_ref().unwrap_or(&Value::Null);
    let changed = match (operation.method, kind) {
        (Method::Post, Kind::User) => users::create(desk, data).await?,
        (Method::Post, Kind::Group) => groups::create(desk, data, false).await?,
        (Method::Put, Kind::User) => users::replace(desk, id, data, conditions).await?,
        (Method::Put, Kind::Group) => groups::replace(desk, id, data, conditions, false).await?,
        (Method::Patch, Kind::User) => users::patch(desk, id, data, conditions).await?,
        (Method::Patch, Kind::Group) => groups::patch(desk, id, data, conditions, false).await?,
        (Method::Delete, Kind::User) => {
            users::delete(desk, id, conditions).await?;
            return Ok(gone(person::location(&desk.base, id)));
        }
        (Method::Delete, Kind::Group) => {
            groups::delete(desk, id, conditions).await?;
            return Ok(gone(team::location(&desk.base, id)));
        }
    };
    let is_new = operation.method == Method::Post;
    let id = changed.document.get("id").and_then(Value::as_str).map(str::to_owned);
    let Resource { location, version, .. } = changed;
    Ok(Ended {
        status: if is_new { StatusCode::CREATED } else { StatusCode::OK },
        location,
        version: Some(version),
        id: id.filter(|_| is_new),
    })
}

fn gone(location: String) -> Ended {
    Ended { status: StatusCode::NO_CONTENT, location, version: None, id: None }
}

fn told(desk: &Desk<'_>, operation: &Operation, ended: Result<Ended, Failure>) -> Done {
    let Operation { method, bulk_id, endpoint, id, .. } = operation.clone();
    let named = id.map(|id| format!("{}{endpoint}/{id}", desk.base));
    match ended {
        Ok(Ended { status, location, version, .. }) => Done {
            method,
            bulk_id,
            location: Some(location),
            version,
            status: status.as_u16(),
            response: None,
        },
        Err(failure) => Done {
            method,
            bulk_id,
            location: named,
            version: None,
            status: failure.status.as_u16(),
            response: Some(failure.document()),
        },
    }
}
