use std::fmt::Write;

use serde_json::{Value, json};

use super::each_generation;
use super::sdk::Sdk;

/// The contract's table says which client sends what; this is what they sent.
#[test]
fn of_each_step() {
    each_generation(|generation, served| async move {
        let mut sdk = Sdk::of(generation, &served);
        sdk.log_in("admin");
        let steps = [
            ("log_in", Value::Null),
            ("users", json!({})),
            ("user", json!({"user": "jsmith"})),
            ("set_enabled", json!({"user": "jsmith", "enabled": false})),
            ("groups", json!({})),
            ("group", json!({"group": "Ops"})),
            ("delete", json!({"user": "jsmith", "new_user": "kjones"})),
            ("delete", json!({"user": "mlopez", "new_usergroup": "Ops"})),
            ("log_out", json!({})),
        ];
        let mut told = String::new();
        for (name, arguments) in steps {
            if arguments != Value::Null {
                sdk.does(name, &arguments);
            }
            writeln!(told, "{name} {arguments}\n    {}", served.asked().join("\n    ")).expect("text");
        }
        insta::assert_snapshot!(generation, told);
    });
}
