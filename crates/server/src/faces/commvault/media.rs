//! Which form an answer takes, by what the client accepts.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Json,
    Xml,
}

impl Format {
    /// XML unless JSON is named: clients that send no `Accept`, an empty one or `*/*` parse XML, and every
    /// JSON client says so.
    pub fn of_accept(accept: Option<&str>) -> Self {
        let mut best = (0, Self::Xml);
        for range in accept.unwrap_or_default().split(',') {
            let mut parts = range.split(';').map(str::trim);
            let Some(format) = parts.next().and_then(named) else { continue };
            let quality = parts.find_map(quality_permille).unwrap_or(1000);
            // The first of equals wins.
            if quality > best.0 {
                best = (quality, format);
            }
        }
        best.1
    }

    pub fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Xml => "application/xml",
        }
    }
}

fn named(media_type: &str) -> Option<Format> {
    let (_, subtype) = media_type.split_once('/')?;
    match subtype.rsplit('+').next()?.to_ascii_lowercase().as_str() {
        "json" => Some(Format::Json),
        "xml" => Some(Format::Xml),
        _ => None,
    }
}

/// `q=0.5` in thousandths; an unusable figure counts as none.
fn quality_permille(parameter: &str) -> Option<u16> {
    let (name, value) = parameter.split_once('=')?;
    if !name.trim().eq_ignore_ascii_case("q") {
        return None;
    }
    let (whole, fraction) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    let thousandths = format!("{fraction:0<3}").get(..3)?.parse::<u16>().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn is(accept: &str, expected: Format) {
        assert_eq!(Format::of_accept(Some(accept)), expected, "{accept}");
    }

    #[test]
    fn json_only_where_it_is_named() {
        assert_eq!(Format::of_accept(None), Format::Xml);
        for accept in
            ["", " ", "*/*", "application/xml", "text/xml", "application/*", "text/html, */*", "json"]
        {
            is(accept, Format::Xml);
        }
        for accept in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/json, text/plain, */*",
            "*/*, application/json",
            "application/problem+json",
        ] {
            is(accept, Format::Json);
        }
    }

    #[test]
    fn quality_decides_between_the_two() {
        is("application/xml;q=0.5, application/json", Format::Json);
        is("application/json;q=0.5, application/xml;q=0.9", Format::Xml);
        is("application/xml, application/json", Format::Xml);
        is("application/json, application/xml", Format::Json);
        is("application/json;q=0", Format::Xml);
        is("application/json;q=nonsense", Format::Json);
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>(), q in "q=[0-9.é]{0,8}") {
            let _ = Format::of_accept(Some(&text));
            let _ = Format::of_accept(Some(&format!("application/json;{q}")));
        }
    }
}
