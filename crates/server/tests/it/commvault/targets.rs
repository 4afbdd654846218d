use std::net::SocketAddr;

use domain::Role;
use exeunt::listener;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::client::{Client, JSON};

#[tokio::test(flavor = "multi_thread")]
async fn the_same_under_every_root_in_any_case() {
    let client = Client::new().await;
    let headers =
        [("AUTHTOKEN", client.token.as_str()), JSON, ("operatorCompanyId", "0"), ("mode", "EdgeMode")];
    let who = r#"{"user":{"userName":"admin","userId":1},"errorCode":0}"#;
    for target in [
        "/commandcenter/api/WhoAmI",
        "/webconsole/api/whoami",
        "/SearchSvc/CVWebService.svc/WHOAMI",
        "/searchsvc/cvwebservice.svc/WhoAmI/",
        "/WebServerCore/WhoAmI",
        "/commandcenter/api//WhoAmI",
        "//CommandCenter//API//WhoAmI?x=%zz",
    ] {
        client.company.call("POST", target, &headers, "").await.is_json(200, who);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_of_the_answer() {
    let client = Client::new().await;
    for (accept, form) in [
        ("application/json", "application/json"),
        ("application/json, text/plain, */*", "application/json"),
        ("application/xml", "application/xml"),
        ("*/*", "application/xml"),
        ("", "application/xml"),
    ] {
        let answer = client.send("POST", "WhoAmI", ("Accept", accept), "").await;
        assert_eq!(answer.header("content-type"), Some(form), "{accept:?}");
    }
    let headers = [("Authtoken", client.token.as_str())];
    let answer = client.company.call("POST", "/webconsole/api/WhoAmI", &headers, "").await;
    assert_eq!(answer.header("content-type"), Some("application/xml"));
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_found_however_they_are_quoted() {
    let client = Client::new().await;
    for (name, spellings) in [
        ("o'brien", &["o'brien", "o''brien", "o%27brien", "O%27Brien"][..]),
        ("company/kim", &["company/kim", "company%5Ckim", "company\\kim", "company%2Fkim"]),
        ("a b+c&d", &["a%20b+c&d", "a%20b%2Bc%26d"]),
        ("Zo\u{eb}", &["Zo%C3%AB", "zo%C3%AB"]),
        ("odd')(1)", &["odd')(1)", "odd%27%29(1)"]),
    ] {
        let id = client.company.user(name, Role::None).await;
        for spelling in spellings {
            let answer =
                client.json("PUT", &format!("User/byName(userName='{spelling}')/Enable")).await.json();
            assert_eq!(answer["response"][0]["entity"]["userId"], id.0, "{spelling}: {answer}");
        }
    }
}

/// The bytes that real clients send: an empty Host, an empty Accept, a raw backslash.
#[tokio::test(flavor = "multi_thread")]
async fn over_a_socket() {
    let client = Client::new().await;
    client.company.user("company/kim", Role::None).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let server = tokio::spawn(listener::serve(listener, None, client.company.router.clone(), stopped));
    let token = &client.token;
    let deleted = exchange(
        address,
        &format!(
            "DELETE /commandcenter/api//User/byName(userName='company\\kim')?newUserId=0&newUserGroupId=0 HTTP/1.1\r\n\
             Host:\r\nAccept:\r\nAuthtoken: {token}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        ),
    )
    .await;
    assert!(deleted.starts_with("HTTP/1.1 200 OK\r\n"), "{deleted}");
    assert!(deleted.ends_with(r#"<App_DeleteUserResponse><response errorCode="0" errorString="Successful" errorMessage="" warningMessage=""><entity userId="4" userName="company/kim"/></response></App_DeleteUserResponse>"#), "{deleted}");
    let probe =
        exchange(address, "GET /commandcenter/api/ HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n").await;
    assert!(probe.starts_with("HTTP/1.1 200 OK\r\n"), "{probe}");
    stop.send(true).expect("a running server");
    server.await.expect("a stopped server");
}

async fn exchange(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    answer
}
