//! How clients of this face name a single workload, in a path and beside it. Never looks one up.

use domain::{AssetId, Error};

use super::body::Node;
use super::by_name::ByName;
use super::path::Segment;
use super::reference;
use crate::app::{AssetRef, WorkloadRef};

/// What leads to a subclient, from the outside in. Its path is what an asset is imported under.
const PATH: [&str; 5] = ["clientName", "appName", "instanceName", "backupsetName", "subclientName"];

pub fn subclient(segment: &Segment) -> Result<WorkloadRef, Error> {
    const FIELD: &str = "subclientId";
    let asset = match segment {
        Segment::Plain(text) => match reference::id(FIELD, text)? {
            Some(id) => AssetRef::Id(AssetId(id)),
            None => return Err(Error::invalid(FIELD, "must not be 0")),
        },
        Segment::ByName(by_name) => AssetRef::ExternalId(path_of(by_name)?),
    };
    Ok(WorkloadRef::Subclient(asset))
}

/// A VM client goes by its guid alone.
pub fn vm(segment: &Segment) -> Result<WorkloadRef, Error> {
    match segment {
        Segment::Plain(guid) => Ok(WorkloadRef::VmClient(AssetRef::ExternalId(guid.clone()))),
        Segment::ByName(_) => Err(Error::invalid("path", "must hold the guid of the VM")),
    }
}

/// The name that a body gives beside the guid of a VM.
pub fn vm_name(body: &Node) -> Result<Option<&str>, Error> {
    body.text("vmName")
}

fn path_of(by_name: &ByName) -> Result<String, Error> {
    let wrong = || Error::invalid("path", format!("must name {}, and nothing else", PATH.join(", ")));
    if by_name.arguments().len() != PATH.len() {
        return Err(wrong());
    }
    let names = PATH.iter().map(|part| by_name.get(part).map(str::trim).filter(|name| !name.is_empty()));
    let names: Option<Vec<&str>> = names.collect();
    names.map(|names| names.join("/")).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(raw: &str) -> Segment {
        Segment::ByName(ByName::parse("path", raw).unwrap())
    }

    #[test]
    fn a_subclient_by_number_or_by_its_path() {
        let by_path = "byName(clientName='cl1',appName='File System',instanceName='DefaultInstanceName',backupsetName='defaultBackupSet',subclientName='it's')";
        let by_number = WorkloadRef::Subclient(AssetRef::Id(AssetId(7)));
        assert_eq!(subclient(&Segment::Plain("7".to_owned())), Ok(by_number));
        let path = "cl1/File System/DefaultInstanceName/defaultBackupSet/it's".to_owned();
        assert_eq!(
            subclient(&segment(by_path)),
            Ok(WorkloadRef::Subclient(AssetRef::ExternalId(path.clone())))
        );
        let reordered = "byName(SUBCLIENTNAME='it''s',backupsetName='defaultBackupSet',instancename='DefaultInstanceName',appName='File%20System',clientName=' cl1 ')";
        assert_eq!(subclient(&segment(reordered)), Ok(WorkloadRef::Subclient(AssetRef::ExternalId(path))));
    }

    #[test]
    fn what_names_none_is_refused() {
        for raw in [
            "byName(subclientName='default')",
            "byName(clientName='',appName='',instanceName='',backupsetName='',subclientName='')",
            "byName(clientName='c',appName='a',instanceName='i',backupsetName='',subclientName='s')",
            "byName(clientName='c',appName='a',instanceName='i',backupsetName='b',userName='s')",
            "byName(clientName='c',appName='a',instanceName='i',backupsetName='b',subclientName='s',x='y')",
        ] {
            let error = subclient(&segment(raw)).unwrap_err().to_string();
            assert!(error.starts_with("path: must name clientName, "), "{raw}: {error}");
        }
        for text in ["0", "x", "-7"] {
            assert!(subclient(&Segment::Plain(text.to_owned())).is_err(), "{text}");
        }
        assert!(vm(&segment("byName(vmName='x')")).is_err());
    }
}
