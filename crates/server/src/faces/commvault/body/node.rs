//! The tree that a body is read into: one shape for attributes, elements, keys and arrays.

use domain::Error;

/// A scalar has text, an object or element has members; a repeated member is a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    text: String,
    members: Vec<(String, Node)>,
}

impl Node {
    pub(super) fn scalar(text: impl Into<String>) -> Self {
        Self { text: text.into(), members: Vec::new() }
    }

    pub(super) fn object(members: Vec<(String, Self)>) -> Self {
        Self { text: String::new(), members }
    }

    /// An empty attribute, element or value means "not given", never "set to nothing".
    fn is_given(&self) -> bool {
        !self.text.is_empty() || !self.members.is_empty()
    }

    /// Every member `name` that is given, in any case.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &Self> {
        let same = move |sent: &str| sent.eq_ignore_ascii_case(name);
        self.members.iter().filter(move |(sent, node)| same(sent) && node.is_given()).map(|(_, node)| node)
    }

    /// The one member `name`, if it is given.
    pub fn child(&self, name: &'static str) -> Result<Option<&Self>, Error> {
        let mut found = self.all(name);
        let first = found.next();
        match found.next() {
            None => Ok(first),
            Some(_) => Err(Error::invalid(name, "is given twice")),
        }
    }

    pub fn text(&self, name: &'static str) -> Result<Option<&str>, Error> {
        match self.child(name)? {
            None => Ok(None),
            Some(node) if node.members.is_empty() => Ok(Some(&node.text)),
            Some(_) => Err(Error::invalid(name, "must be a plain value")),
        }
    }

    pub fn number(&self, name: &'static str) -> Result<Option<i64>, Error> {
        let number = self.text(name)?.map(|text| text.trim().parse());
        number.transpose().map_err(|_| Error::invalid(name, "must be a number"))
    }

    pub fn flag(&self, name: &'static str) -> Result<Option<bool>, Error> {
        match self.text(name)?.map(str::trim) {
            None => Ok(None),
            Some("1") => Ok(Some(true)),
            Some("0") => Ok(Some(false)),
            Some(word) if word.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some(word) if word.eq_ignore_ascii_case("false") => Ok(Some(false)),
            Some(_) => Err(Error::invalid(name, "must be true or false")),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::faces::commvault::body::parse;

    #[test]
    fn json_and_both_kinds_of_xml_read_alike() {
        for body in [
            r#"{"users":[{"enableUser":false,"email":"j@x","userEntity":{"userId":2,"newName":""}}]}"#,
            r#"<AppUpdateUserPropertiesRequest><users email="j@x" enableUser="0"><userEntity newName="" userId="2"/></users></AppUpdateUserPropertiesRequest>"#,
            "<r><Users><Email>j@x</Email><enableuser>FALSE</enableuser><userEntity><newName/><userId>2</userId></userEntity></Users></r>",
        ] {
            let node = parse(body.as_bytes()).unwrap();
            let user = node.child("users").unwrap().unwrap();
            assert_eq!(user.text("email"), Ok(Some("j@x")), "{body}");
            assert_eq!(user.flag("enableUser"), Ok(Some(false)), "{body}");
            let entity = user.child("userEntity").unwrap().unwrap();
            assert_eq!(entity.number("userId"), Ok(Some(2)), "{body}");
            assert_eq!(entity.text("newName"), Ok(None), "{body}");
        }
    }

    #[test]
    fn empty_means_not_given() {
        for body in [
            r#"{"enableUser":""}"#,
            r#"{"enableUser":null}"#,
            r#"{"enableUser":[]}"#,
            r#"{"enableUser":{}}"#,
            r#"<r enableUser=""/>"#,
            "<r><enableUser/></r>",
            "<r><enableUser> \n </enableUser></r>",
            r#"<r enableUser=""><enableUser/></r>"#,
        ] {
            assert_eq!(parse(body.as_bytes()).unwrap().flag("enableUser"), Ok(None), "{body}");
        }
    }

    #[test]
    fn repeated_elements_are_lists() {
        for body in [r#"{"users":[{"id":1},{"id":2}]}"#, r#"<r><users id="1"/><users><id>2</id></users></r>"#]
        {
            let node = parse(body.as_bytes()).unwrap();
            let ids: Vec<_> = node.all("users").map(|user| user.number("id")).collect();
            assert_eq!(ids, [Ok(Some(1)), Ok(Some(2))], "{body}");
            assert!(node.child("users").is_err(), "{body}");
        }
    }

    #[test]
    fn values_of_the_wrong_kind_name_the_field() {
        let node = parse(br#"<r n="x" b="2"><o p="1"/></r>"#).unwrap();
        assert_eq!(node.number("n").unwrap_err().to_string(), "n: must be a number");
        assert_eq!(node.flag("b").unwrap_err().to_string(), "b: must be true or false");
        assert_eq!(node.text("o").unwrap_err().to_string(), "o: must be a plain value");
        let twice = parse(br#"<r n="1"><N>2</N></r>"#).unwrap();
        assert_eq!(twice.number("n").unwrap_err().to_string(), "n: is given twice");
    }
}
