//! Imports from files.

use serde_json::json;

use super::binary::Console;

#[test]
fn both_formats_are_read() {
    let console = Console::new();
    console.write("platforms.toml", "[[platform]]\nname = \"training\"\nkind = \"simulated\"\n");
    console.run(&["platform", "apply", "platforms.toml"]).done();
    console.write("groups.csv", "\u{feff}name,id,description\r\nOps,22,\"Operations, all of them\"\r\n");
    console.write(
        "people.jsonl",
        concat!(
            "{\"user_name\": \"jsmith\", \"groups\": [\"Ops\", \"View All\"], \"role\": \"operator\", \"manager\": \"kjones\"}\n",
            "\n",
            "{\"user_name\": \"kjones\", \"id\": 40, \"groups\": null, \"protected\": true, \"password\": \"correct horse\"}\n",
        ),
    );
    console.write(
        "assets.csv",
        "name,kind,owner_user,owner_group\nnightly,alert,jsmith,\nvm 1,vm_client,,ops\n",
    );
    console.write("accounts.csv", "user,platform,remote_id,state\njsmith,training,\"j\nsmith\",active\n");
    let added = console.run(&["import", "groups.csv", "assets.csv", "--users", "people.jsonl"]).done();
    let words = "added 1 group, 2 users, 2 assets, 0 accounts in ";
    assert!(added.starts_with(words), "{added}");
    let refused = console.run(&["import", "accounts.csv"]);
    let expected = "exeunt: nothing was added\n\
                    accounts.csv:2: remote_id: \"j\\nsmith\": must not hold control characters\n";
    assert_eq!((refused.code, refused.err.as_str()), (Some(1), expected));
    let shown = console.run(&["user", "show", "jsmith", "--json"]).json();
    assert_eq!(shown["id"], 41);
    assert_eq!(shown["managerId"], 40);
    assert_eq!(shown["groups"], json!([{ "id": 3, "name": "View All" }, { "id": 22, "name": "Ops" }]));
    assert_eq!(shown["holdings"], json!([{ "kind": "alert", "count": 1 }]));
    let log = console.run(&["log"]).done();
    assert!(
        log.contains("directory.imported  {\"groups\":1,\"users\":2,\"assets\":2,\"accounts\":0}"),
        "{log}"
    );
}

#[test]
fn problems_are_told_by_file_line_column_and_value() {
    let console = Console::new();
    let before = console.run(&["log"]).done();
    console.write(
        "users.csv",
        "user_name,role,id,protected\na,boss,x,perhaps\n\"b\nb\",,,\n,,,\nc,none\nd\0,,,\n",
    );
    let ran = console.run(&["import", "users.csv"]);
    let expected = "\
exeunt: nothing was added
users.csv:2: id: \"x\": must be a whole number
users.csv:2: role: \"boss\": must be one of none, auditor, operator, admin
users.csv:2: protected: \"perhaps\": must be true or false
users.csv:5: user_name: \"\": must not be empty
users.csv:6: has 2 cells, the header has 4
users.csv:7: user_name: \"d\\0\": must not hold a NUL character
";
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), expected));
    console.write("users.csv", "user_name,manager\nfine,\n\"over\ntwo lines\",\nADMIN,nobody\n");
    console.write("assets.jsonl", "{\"kind\":\"alert\",\"name\":\"a\",\"owner_user\":\"fine\"}\n\n{\"kind\":\"Alert\",\"name\":\"b\",\"owner_group\":\"None\"}\n");
    let ran = console.run(&["import", "assets.jsonl", "users.csv"]);
    let expected = "\
exeunt: nothing was added
assets.jsonl:3: owner_group: \"None\": there is no such owner
assets.jsonl:3: kind: \"Alert\": must be 1 to 64 of a-z, 0-9 and _
users.csv:3: user_name: \"over\\ntwo lines\": must not hold control characters
users.csv:5: user_name: \"ADMIN\": is there already
users.csv:5: manager: \"nobody\": there is no such user
";
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), expected));
    assert_eq!(console.run(&["log"]).done(), before, "nothing was logged");
    assert_eq!(console.run(&["user", "list"]).done().lines().count(), 2, "and nothing was added");
}

#[test]
fn columns_are_checked_first() {
    let console = Console::new();
    console.write("groups.csv", "nam,name,name\nx,y,z\n");
    console.write("accounts.csv", "user\n");
    console
        .write("assets.jsonl", "{\"kind\":\"alert\",\"colour\":\"red\"}\n[]\n{\"kind\":{},\"name\":\"b\"}\n");
    let ran = console.run(&["import", "groups.csv", "accounts.csv", "assets.jsonl"]);
    let expected = "\
exeunt: nothing was added
groups.csv:1: nam: unknown column; there are name, id, description
groups.csv:1: name: the column stands here twice
accounts.csv:1: platform: the column is missing
accounts.csv:1: remote_id: the column is missing
assets.jsonl:1: colour: unknown column; there are kind, name, owner_user, owner_group, id, owner_role, external_id
assets.jsonl:2: is not a JSON object: invalid type: sequence, expected a map at line 1 column 0
assets.jsonl:3: kind: \"{}\": must be a text, a number, true, false, or a list of texts
";
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), expected));
}

#[test]
fn programs_get_problems_as_json_and_no_more_than_twenty() {
    let console = Console::new();
    console.write("users.csv", &format!("user_name,id\n{}", "a,x\n".repeat(30)));
    let ran = console.run(&["import", "users.csv", "--json"]);
    assert_eq!(ran.code, Some(1));
    let problems = ran.json();
    let problems = problems["problems"].as_array().expect("a list");
    assert_eq!(problems.len(), 20);
    let message = "must be a whole number";
    let first = json!({ "file": "users.csv", "line": 2, "column": "id", "value": "x", "message": message });
    assert_eq!(problems[0], first);
}

#[test]
fn files_must_say_what_they_hold() {
    let console = Console::new();
    for (arguments, complaint) in [
        (&["import"][..], "exeunt: no file was named\n"),
        (&["import", "people.csv"], "exeunt: people.csv: which table is in it? "),
        (&["import", "users.xlsx"], "exeunt: users.xlsx: must end in .csv, .jsonl or .ndjson"),
    ] {
        console.write("users.xlsx", "");
        let ran = console.run(arguments);
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        assert!(ran.err.starts_with(complaint), "{}", ran.err);
    }
    let ran = console.run(&["import", "users.csv"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.starts_with("exeunt: users.csv: "), "{}", ran.err);
}

/// It would stand for an account that is still to be found.
#[test]
fn no_account_is_called_as_if_it_were_unknown() {
    let console = Console::company("[[platform]]\nname = \"training\"\nkind = \"simulated\"\n");
    console.write("accounts.csv", "user,platform,remote_id\nkjones,training,?k\n");
    let ran = console.run(&["import", "accounts.csv"]);
    let problem = "exeunt: nothing was added\naccounts.csv:2: remote_id: \"?k\": must not begin with ?\n";
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), problem));
}
