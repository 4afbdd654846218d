//! The verbs, what they say, and their exit codes.

use serde_json::Value;

use super::binary::{Console, Ran, Server};

const TRAINING: &str = "[[platform]]\nname = \"training\"\nkind = \"simulated\"\n";
const REFUSES: &str =
    "[[platform]]\nname = \"training\"\nkind = \"simulated\"\nsettings = { refuse = [\"j.smith\"] }\n";
const BUSY: &str = "[[platform]]\nname = \"training\"\nkind = \"simulated\"\n\
                    settings = { busy_first = 1000, retry_after_ms = 60000 }\n";
const NOBODY: &str = "no exeunt serve is running on this store: remote steps wait for one\n";

/// The text without what differs from run to run: the id of the user's latest offboarding.
fn neat(console: &Console, text: &str) -> String {
    text.replace(&latest(console), "ID")
}

fn latest(console: &Console) -> String {
    let status = console.run(&["status", "jsmith", "--json"]).json();
    status["id"].as_str().expect("an id").to_owned()
}

#[track_caller]
fn ended(ran: &Ran, code: i32, err: &str) {
    assert_eq!((ran.code, ran.err.as_str()), (Some(code), err), "{ran:#?}");
}

#[test]
fn a_plan_changes_nothing() {
    let console = Console::company(TRAINING);
    let before = console.run(&["log"]).done();
    let plan = console.run(&["plan", "JSmith", "--goal", "remove", "--to", "kjones"]).done();
    let guid = console.run(&["user", "show", "jsmith", "--json"]).json()["guid"]
        .as_str()
        .expect("a guid")
        .to_owned();
    let expected = "\
jsmith owns 1 alert, to be handed over to kjones.
NO  PLATFORM  ACCOUNT  ACTION        AFTER    WHAT IT DOES
1   local     jsmith   disable
2   training  j.smith  disable
3   local     jsmith   end_sessions
4   training  j.smith  end_sessions
5   local     jsmith   transfer      1        to kjones
6   training  j.smith  transfer      2        to kjones
7   local     jsmith   delete        1, 3, 5
8   training  j.smith  delete        2, 4, 6
training: account j.smith
";
    assert!(!plan.contains(&guid), "in our own directory an account is the user");
    assert_eq!(plan, expected);
    let documents = console.run(&["plan", "jsmith", "--to-group", "master", "--json"]).json();
    assert_eq!(documents[0]["goal"], "leave");
    assert_eq!(documents[0]["heir"], "master");
    assert_eq!(documents[0]["steps"][0]["action"], "disable");
    assert_eq!(console.run(&["log"]).done(), before);
}

#[test]
fn refusals_exit_with_three_and_misuse_with_two() {
    let console = Console::company(TRAINING);
    let before = console.run(&["log"]).done();
    ended(&console.run(&["leave", "jsmith"]), 3, "exeunt: User jsmith owns 1 alert. Name a new owner.\n");
    ended(&console.run(&["plan", "nobody"]), 3, "exeunt: User nobody not found\n");
    ended(&console.run(&["remove", "admin"]), 3, "exeunt: User admin is the last active administrator\n");
    let many = console.run(&["deactivate", "kjones", "nobody", "id:4711"]);
    ended(&many, 3, "exeunt: User nobody not found; User 4711 not found\n");
    for misuse in [
        &["leave"][..],
        &["leave", "jsmith", "--to", "kjones", "--to-group", "master"],
        &["leave", "jsmith", "--at", "tomorrow"],
        &["leave", "jsmith", "--timeout", "3"],
        &["plan", "jsmith", "--goal", "vanish"],
        &["deactivate", "id:x"],
    ] {
        assert_eq!(console.run(misuse).code, Some(2), "{misuse:?}");
    }
    assert_eq!(console.run(&["log"]).done(), before, "all or nothing");
}

#[test]
fn without_a_server_remote_steps_wait_and_it_is_said() {
    let console = Console::company(TRAINING);
    let ran = console.run(&["deactivate", "jsmith", "--message", "Bye"]);
    ended(&ran, 0, NOBODY);
    let expected = "\
deactivate of jsmith is accepted: jsmith is deactivated; no session and no token was open
  2 of 4 steps to come: exeunt status ID
";
    assert_eq!(neat(&console, &ran.out), expected);
    let status = console.run(&["status", "jsmith"]);
    ended(&status, 0, NOBODY);
    let expected = "\
deactivate of jsmith is running: 2 of 4 steps over
NO  PLATFORM  ACCOUNT  ACTION        STATE  HOW IT STANDS
1   local     jsmith   disable       done   jsmith is deactivated
2   training  j.smith  disable       ready  waits for its turn on training
3   local     jsmith   end_sessions  done   no session and no token was open
4   training  j.smith  end_sessions  ready  waits for its turn on training
";
    assert_eq!(status.out, expected);
    let waited = console.run(&["restore", "jsmith", "--wait", "--timeout", "1", "--json"]);
    assert_eq!(waited.code, Some(4), "{waited:#?}");
    let again = console.run(&["restore", "jsmith"]);
    assert!(again.out.starts_with("restore of jsmith is under way already\n"), "{}", again.out);
}

#[test]
fn a_server_picks_up_what_others_accept() {
    let console = Console::company(TRAINING);
    let server = console.serve(&["--poll-ms", "20", "--node", "n1"]);
    let ran = console.run(&["leave", "jsmith", "--to", "kjones", "--wait"]);
    ended(&ran, 0, "");
    assert!(ran.out.contains("leave of jsmith is completed: 10 of 10 steps over\n"), "{}", ran.out);
    assert_eq!(console.run(&["status"]).done(), "no offboarding is open\n1 node at work: n1\n");
    let shown = console.run(&["user", "show", "kjones"]).done();
    assert!(shown.ends_with("owns       1 alert\n"), "{shown}");
    let offboarding = latest(&console);
    let log = console.run(&["log", "--offboarding", &offboarding, "--json"]).done();
    let entries: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let kinds = |entry: &Value| entry["kind"].as_str().expect("a kind").to_owned();
    assert_eq!(kinds(&entries[0]), "offboarding.accepted");
    assert_eq!(kinds(entries.last().expect("entries")), "offboarding.completed");
    let behind = entries[0]["seq"].to_string();
    let rest = console.run(&["log", "--offboarding", &offboarding, "--after", &behind, "--json"]).done();
    assert_eq!(rest.lines().count(), entries.len() - 1);
    let of_user = console.run(&["log", "--user", "jsmith"]).done();
    assert_eq!(of_user.lines().count(), entries.len(), "{of_user}");
    server.stop();
}

#[test]
fn a_failed_step_waits_for_a_person() {
    let console = Console::company(REFUSES);
    let server = console.serve(&["--poll-ms", "20"]);
    let ran = console.run(&["deactivate", "jsmith", "--wait"]);
    assert_eq!(ran.code, Some(4), "{ran:#?}");
    let expected = "\
deactivate of jsmith is blocked: a person must decide: 2 of 4 steps over
NO  PLATFORM  ACCOUNT  ACTION        STATE   HOW IT STANDS
1   local     jsmith   disable       done    jsmith is deactivated
2   training  j.smith  disable       failed  simulated platform training: account j.smith must not be touched; a person must decide
3   local     jsmith   end_sessions  done    no session and no token was open
4   training  j.smith  end_sessions  failed  simulated platform training: account j.smith must not be touched; a person must decide
decide: exeunt step retry ID 2, exeunt step confirm ID 2 --evidence TEXT, or exeunt step skip ID 2 --reason TEXT
";
    let status = console.run(&["status", "jsmith", "--follow"]);
    assert_eq!((status.code, neat(&console, &status.out).as_str()), (Some(4), expected));
    let id = latest(&console);
    let retried = console.run(&["step", "retry", &id, "2"]).done();
    assert!(
        retried.contains("2   training  j.smith  disable       ready   waits for its turn on training"),
        "{retried}"
    );
    console.run(&["status", &id, "--follow"]);
    console.run(&["step", "skip", &id, "2", "--reason", "done by hand"]).done();
    let last = console.run(&["step", "skip", &id, "4", "--reason", "done by hand"]).done();
    assert!(last.starts_with("deactivate of jsmith is completed: 4 of 4 steps over\n"), "{last}");
    assert!(last.contains("skipped  done by hand (console)"), "{last}");
    ended(
        &console.run(&["step", "retry", &id, "1"]),
        3,
        "exeunt: a step that is done cannot take the event RetryAsked\n",
    );
    ended(&console.run(&["step", "retry", &id, "9"]), 1, "exeunt: step not found: 9\n");
    ended(
        &console.run(&["cancel", &id, "--reason", "too late"]),
        3,
        "exeunt: the offboarding is completed already\n",
    );
    server.stop();
}

#[test]
fn the_log_is_told_as_it_grows() {
    let console = Console::company(TRAINING);
    let there = console.run(&["log"]).done().lines().count();
    let mut log = Server::start(console.command(&["log", "--follow", "--json", "--after", "0"]));
    for _ in 1..there {
        log.line();
    }
    console.run(&["user", "add", "late"]).done();
    let entry: Value = serde_json::from_str(&log.line()).expect("JSON");
    assert_eq!((&entry["kind"], &entry["detail"]["user_name"]), (&"user.created".into(), &"late".into()));
}

#[test]
fn patience_is_told_with_its_reason() {
    let console = Console::company(BUSY);
    let server = console.serve(&["--poll-ms", "20"]);
    let waited = console.run(&["deactivate", "jsmith", "--wait", "--timeout", "1"]);
    assert_eq!(waited.code, Some(4), "{waited:#?}");
    let status = console.run(&["status", "jsmith"]).done();
    let told =
        status.lines().filter(|line| line.contains("waits for training: ") && line.contains("next try in "));
    assert_eq!(told.count(), 2, "{status}");
    server.stop();
}

#[test]
fn a_date_may_come_first_and_be_called_off() {
    let console = Console::company(TRAINING);
    let ran = console.run(&["leave", "jsmith", "--to", "kjones", "--at", "2999-01-01T00:00:00Z", "--wait"]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(
        ran.out.contains("leave of jsmith is scheduled for 2999-01-01T00:00:00Z: 0 of 10 steps over\n"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("waits for 2999-01-01T00:00:00Z\n"), "{}", ran.out);
    let open = console.run(&["status", "--json"]).json();
    assert_eq!(open["open"][0]["state"], "scheduled");
    assert_eq!(open["nodes"], serde_json::json!([]));
    let id = latest(&console);
    let cancelled = console.run(&["cancel", &id, "--reason", "she stays"]).done();
    assert!(cancelled.starts_with("leave of jsmith is cancelled: 10 of 10 steps over\n"), "{cancelled}");
    let none = console.run(&["status", "kjones"]);
    ended(&none, 1, "exeunt: kjones has no offboarding\n");
    ended(
        &console.run(&["status", "nobody"]),
        1,
        "exeunt: there is neither an offboarding nor a user nobody\n",
    );
}

#[test]
fn the_other_verbs_do_what_they_say() {
    let console = Console::company(TRAINING);
    let server = console.serve(&["--poll-ms", "20"]);
    for (arguments, goal) in [
        (&["release", "jsmith", "--wait", "--json"][..], "release"),
        (&["transfer", "jsmith", "--to", "kjones", "--wait", "--json"], "transfer"),
        (&["deactivate", "jsmith", "--wait", "--json"], "deactivate"),
        (&["restore", "jsmith", "--wait", "--json"], "restore"),
        (&["remove", "jsmith", "--orphan", "--wait", "--json"], "remove"),
    ] {
        let ran = console.run(arguments);
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        let document = ran.json();
        assert_eq!(
            (&document[0]["goal"], &document[0]["state"]),
            (&goal.into(), &"completed".into()),
            "{document:#}"
        );
    }
    server.stop();
}

/// Nobody but a person takes the badge back: the plan says who, the list waits, a word with its evidence ends it.
#[test]
fn what_a_person_does_is_listed_until_it_is_confirmed() {
    let badges = "[[platform]]\nname = \"training\"\nkind = \"simulated\"\n[platform.terms]\nby_hand = [\"disable\"]\n\
                  leave_out = [\"end_sessions\"]\nassignee = \"facilities@example.com\"\ndue_hours = 1\n\
                  instructions = { disable = \"Take the badge back.\" }\n";
    let console = Console::company(badges);
    let plan = console.run(&["plan", "jsmith", "--goal", "deactivate"]).done();
    for line in
        ["training: account j.smith; end_sessions is left out", "step 2 by hand: Take the badge back."]
    {
        assert!(plan.lines().any(|told| told == line), "{line} is not in\n{plan}");
    }
    let blocked = console.run(&["deactivate", "jsmith", "--wait"]);
    assert_eq!(blocked.code, Some(4), "it waits for a person, not for us: {blocked:#?}");
    let id = latest(&console);
    let status = console.run(&["status", "jsmith"]).out.replace(&id, "ID");
    assert!(status.contains("is blocked: a person must act"), "{status}");
    assert!(status.contains("disable by hand  ready  waits for facilities@example.com, due "), "{status}");
    let advice =
        "step 2 by hand: Take the badge back.\n  when done: exeunt step confirm ID 2 --evidence TEXT\n";
    assert!(status.ends_with(advice), "{status}");
    let list = ["step", "list", "--assignee", "facilities@example.com", "--json"];
    let listed = console.run(&list).json();
    assert_eq!(
        (&listed[0]["user"], &listed[0]["byHand"]["standsFor"]),
        (&"jsmith".into(), &"disable".into())
    );
    let overdue = console.run(&["step", "list", "--overdue"]).done();
    assert_eq!(overdue, "nothing waits for a person\n");
    let confirm = console.run(&["step", "confirm", &id, "2", "--evidence", "In the safe"]).done();
    assert!(confirm.contains("In the safe (confirmed by console)"), "{confirm}");
    assert_eq!(console.run(&list).json(), serde_json::json!([]));
    let again = console.run(&["step", "confirm", &id, "2", "--evidence", "In the safe"]);
    ended(&again, 3, "exeunt: a step that is done cannot take the event Confirmed\n");
}
