//! Users, tokens, tenants, platforms, schema, backup.

use serde_json::json;

use super::binary::{Console, Ran};

#[test]
fn users_are_added_shown_and_listed() {
    let console = Console::new();
    console.write("secret", "correct horse\n");
    let add =
        ["user", "add", "jsmith", "--role", "operator", "--group", "View All", "--password-file", "secret"];
    assert_eq!(console.run(&add).done(), "jsmith is added with id 2\n");
    let twice = console.run(&add);
    assert_eq!((twice.code, twice.err.as_str()), (Some(1), "exeunt: a user named jsmith exists\n"));
    let add = ["user", "add", "kjones", "--manager", "id:2", "--protected", "--json"];
    assert_eq!(console.run(&add).json()["id"], 3);
    let listed = "\
ID  NAME   STATE   ROLE   ACCOUNTS  OWNS
1   admin  active  admin  0
more: --after 1
";
    assert_eq!(console.run(&["user", "list", "--limit", "1"]).done(), listed);
    let listed = console.run(&["user", "list", "--after", "1", "--json"]).done();
    assert_eq!(listed.lines().count(), 2);
    let shown = console.run(&["user", "show", "id:3", "--json"]).json();
    assert_eq!((&shown["userName"], &shown["managerId"]), (&json!("kjones"), &json!(2)));
    assert_eq!(console.run(&["user", "show", "nobody"]).err, "exeunt: user not found: nobody\n");
}

#[test]
fn passwords_are_read_from_standard_input() {
    let console = Console::new();
    console.run(&["token", "create", "ci", "--role", "admin"]).done();
    let changed = console.tell(&["user", "password", "admin"], "battery staple\n").done();
    assert_eq!(changed, "the password of admin is changed\n");
    assert_eq!(console.run(&["token", "list", "--json"]).json(), json!([]), "its tokens have ended");
    let short = console.tell(&["user", "password", "admin"], "short");
    assert_eq!(
        (short.code, short.err.as_str()),
        (Some(1), "exeunt: password: must have at least 8 characters\n")
    );
}

#[test]
fn tokens_come_and_go() {
    let console = Console::new();
    let create = ["token", "create", "ci", "--role", "operator", "--expires", "2999-01-01T00:00:00Z"];
    let secret = console.run(&create).done();
    assert!(secret.starts_with(exeunt::app::TOKEN_PREFIX), "{secret}");
    let listed = "\
ID  KIND   NAME  USER ID  ROLE      GOOD UNTIL
1   named  ci    1        operator  2999-01-01T00:00:00Z
";
    assert_eq!(console.run(&["token", "list"]).done(), listed);
    assert_eq!(console.run(&["token", "revoke", "1"]).done(), "token 1 is revoked\n");
    assert_eq!(console.run(&["token", "revoke", "1"]).err, "exeunt: token not found: 1\n");
    let log = console.run(&["log", "--json"]).done();
    assert!(!log.contains(secret.trim()), "a secret is never logged");
}

#[test]
fn a_cloud_token_is_replaced_by_the_next() {
    let console = Console::new();
    let first = console.run(&["token", "cloud", "admin"]).done();
    let second = console.run(&["token", "cloud", "id:1", "--json"]).json();
    assert!(first.starts_with(exeunt::app::TOKEN_PREFIX) && second["token"] != first.trim(), "{first}");
    let listed = "\
ID  KIND   NAME   USER ID  ROLE   GOOD UNTIL
2   cloud  cloud  1        admin  it is revoked
";
    assert_eq!(console.run(&["token", "list"]).done(), listed);
    console.run(&["user", "add", "jsmith"]).done();
    let refused = console.run(&["token", "cloud", "jsmith"]);
    let text = "exeunt: jsmith is neither operator nor administrator\n";
    assert_eq!((refused.code, refused.err.as_str()), (Some(1), text));
    let log = console.run(&["log", "--json"]).done();
    assert!(!log.contains(first.trim()), "a secret is never logged");
}

#[test]
fn clients_come_and_go() {
    let console = Console::new();
    console.run(&["user", "add", "svc", "--role", "operator"]).done();
    let made = console.run(&["client", "create", "svc", "--json"]).json();
    let (id, secret) = (made["clientId"].as_str().expect("an id"), &made["clientSecret"]);
    assert_eq!((id.len(), secret.as_str().map(str::len), &made["userId"]), (36, Some(64), &json!(2)));
    let twice = console.run(&["client", "create", "svc"]);
    assert_eq!((twice.code, twice.err.as_str()), (Some(1), "exeunt: svc has an OAuth client already\n"));
    let renewed = console.run(&["client", "secret", "svc"]).done();
    let (first, second) = renewed.split_once('\n').expect("two lines");
    assert_eq!(first, format!("client id      {id}"));
    let renewed = second.strip_prefix("client secret  ").expect("a secret").trim_end();
    assert_ne!(Some(renewed), secret.as_str());
    let listed = console.run(&["client", "list", "--json"]).json();
    assert_eq!((&listed[0]["clientId"], listed[0].get("clientSecret")), (&json!(id), None));
    let table = console.run(&["client", "list"]).done();
    assert!(table.starts_with("CLIENT ID ") && table.contains(id) && !table.contains(renewed), "{table}");
    assert_eq!(console.run(&["client", "delete", "svc"]).done(), "the OAuth client of svc is deleted\n");
    assert_eq!(console.run(&["client", "delete", "svc"]).err, "exeunt: OAuth client not found: svc\n");
    assert_eq!(console.run(&["client", "list", "--json"]).json(), json!([]));
}

#[test]
fn tenants_are_strangers() {
    let console = Console::new();
    let add = ["tenant", "add", "acme", "--host", "Acme.example"];
    let added = console.tell(&add, "correct horse\n").done();
    assert_eq!(added, "tenant acme is added; sign in as admin\n");
    let listed = "ID  NAME     HOST\n1   default\n2   acme     acme.example\n";
    assert_eq!(console.run(&["tenant", "list"]).done(), listed);
    console.run(&["user", "add", "jsmith", "--tenant", "acme"]).done();
    assert_eq!(console.run(&["user", "show", "jsmith"]).code, Some(1));
    console.run(&["user", "show", "jsmith", "--tenant", "acme"]).done();
    let ran = console.run(&["user", "list", "--tenant", "nowhere"]);
    let expected = "exeunt: there is no tenant nowhere on sqlite:exeunt.db: exeunt tenant add makes it\n";
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), expected));
}

#[test]
fn platforms_are_declared_by_file() {
    let console = Console::new();
    let one = "[[platform]]\nname = \"training\"\nkind = \"simulated\"\n";
    console.write("p.toml", one);
    let apply = ["platform", "apply", "p.toml"];
    assert_eq!(console.run(&apply).done(), "NAME      NOW\ntraining  created\n");
    assert_eq!(console.run(&apply).done(), "NAME      NOW\ntraining  unchanged\n");
    console.write("p.toml", &format!("{one}max_in_flight = 2\n[platform.settings]\ndown = true\n"));
    assert_eq!(console.run(&apply).done(), "NAME      NOW\ntraining  changed\n");
    let listed = console.run(&["platform", "list", "--json"]).json();
    assert_eq!((&listed[1]["name"], &listed[1]["maxInFlight"]), (&json!("training"), &json!(2)));
    let well = console.run(&["platform", "check", "local"]).done();
    for line in ["reachable       yes", "server          Exeunt's own directory", "end_sessions  able"] {
        assert!(well.lines().any(|told| told == line), "{line} is not in\n{well}");
    }
    let down = console.run(&["platform", "check", "training", "--json"]);
    assert_eq!((down.code, down.err.as_str()), (Some(1), "exeunt: training is not well\n"));
    let told = down.json();
    assert_eq!((&told["reachable"], &told["credentials"]), (&json!(false), &json!(null)));
    assert_eq!(told["failure"], "simulated platform training: connection refused");
    for (file, complaint) in [
        ("[[platform]]\nname = \"x\"\n", "p.toml:1: "),
        ("\n[[platform]]\nname = \"x\"\nkynd = \"y\"\n", "p.toml:4: "),
        ("[[platform]]\nname = \"x\"\nkind = \"y\"\n", "p.toml: x: kind: "),
        (
            "[[platform]]\nname = \"x\"\nkind = \"simulated\"\nsettings = { latency_ms = \"long\" }\n",
            "settings: x: latency_ms: ",
        ),
    ] {
        console.write("p.toml", file);
        let ran = console.run(&apply);
        assert_eq!(ran.code, Some(1), "{ran:#?}");
        assert!(ran.err.starts_with(&format!("exeunt: {complaint}")), "{}", ran.err);
    }
}

#[test]
fn a_store_is_migrated_once() {
    let console = Console::empty();
    let (known, migrate) = (store::migrate::known(), ["migrate"]);
    assert_eq!(console.run(&migrate).done(), format!("schema 0 brought to {known}\n"));
    assert_eq!(console.run(&migrate).done(), format!("schema {known} already\n"));
    let both = json!({ "before": known, "after": known });
    assert_eq!(console.run(&["migrate", "--json"]).json(), both);
    let ran = console.run(&["status"]);
    let expected =
        "exeunt: there is no tenant default on sqlite:exeunt.db: the first exeunt serve makes it\n";
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), expected));
}

#[test]
fn a_backup_of_a_store_in_use_can_be_served() {
    let console = Console::new();
    let server = console.serve(&[]);
    console.run(&["user", "add", "jsmith"]).done();
    assert_eq!(console.run(&["backup", "copy.db"]).done(), "the store is copied to copy.db\n");
    console.run(&["user", "add", "kjones"]).done();
    let twice = console.run(&["backup", "copy.db"]);
    assert_eq!((twice.code, twice.err.as_str()), (Some(1), "exeunt: copy.db: File exists (os error 17)\n"));
    server.stop();
    let of_copy = ["--store", "sqlite:copy.db"];
    let restored = console.serve(&of_copy);
    console.run(&[&["user", "show", "jsmith"], &of_copy[..]].concat()).done();
    assert_eq!(console.run(&[&["user", "show", "kjones"], &of_copy[..]].concat()).code, Some(1));
    console.run(&[&["deactivate", "jsmith", "--wait"], &of_copy[..]].concat()).done();
    restored.stop();
}

#[test]
fn shells_get_completions() {
    let console = Console::empty();
    for shell in ["bash", "zsh", "fish"] {
        let script = console.run(&["completions", shell]).done();
        assert!(script.contains("deactivate"), "{shell}: {script}");
    }
}

#[test]
fn secrets_are_read_from_their_folder() {
    let console = Console::new();
    let wiki = "[[platform]]\nname = \"wiki\"\nkind = \"http\"\n[platform.settings]\n\
                base_url = \"http://127.0.0.1:9\"\nconnection = { proxy = false }\n\
                authentication = { kind = \"bearer\", token = \"file:wiki\" }\n\
                account = { id = \"/id\", user_name = \"/login\" }\nlook = { request = { path = \"/users/{account}\" } }\n\
                check = { request = { path = \"/me\" }, signed_in_as = \"/login\" }\n\
                [[platform.settings.find]]\nby = \"user_name\"\nlist = \"/users\"\n\
                request = { path = \"/users\", query = { login = \"{value}\" } }\n";
    console.write("wiki.toml", wiki);
    console.run(&["platform", "apply", "wiki.toml"]).done();
    let check = ["platform", "check", "wiki", "--json"];
    let failure = |ran: Ran| ran.json()["failure"].as_str().expect("a failure").to_owned();
    let without = failure(console.run(&check));
    assert!(without.contains("no folder of secrets (--secrets)"), "{without}");
    console.write("wiki", "s3cret\n");
    let with = failure(console.run(&[&check[..], &["--secrets", "."]].concat()));
    assert!(with.contains("Connection refused") && !with.contains("s3cret"), "{with}");
}
