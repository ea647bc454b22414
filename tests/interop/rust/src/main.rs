// SPDX-License-Identifier: Apache-2.0
// Asks a dcpipe-replica with the Rust agent, verifying node signatures and certificates:
//   dcpipe-interop URL ROOT_KEY CANISTER_ID LEDGER_FILE delegated|undelegated
use candid::{CandidType, Decode, Deserialize, Encode, Int, Nat, Principal};
use ic_agent::identity::{AnonymousIdentity, BasicIdentity};
use ic_agent::{Agent, Identity};

#[derive(CandidType, Deserialize, Debug)]
enum Value {
    Nat(Nat),
    Int(Int),
    Text(String),
    Blob(Vec<u8>),
}

type Fetched = Result<(String, Vec<u8>), String>;

struct Client {
    agent: Agent,
    canister: Principal,
    replicated: bool,
}

impl Client {
    fn new(identity: impl Identity + 'static, replicated: bool, args: &[String]) -> Self {
        let agent = Agent::builder()
            .with_url(&args[1])
            .with_identity(identity)
            .with_verify_query_signatures(true)
            .with_max_tcp_error_retries(0)
            .build()
            .expect("agent");
        agent.set_root_key(hex::decode(&args[2]).expect("root key"));
        let canister = Principal::from_text(&args[3]).expect("canister id");
        Client { agent, canister, replicated }
    }

    async fn ask(&self, method: &str, arg: Vec<u8>) -> Result<Vec<u8>, String> {
        let result = if self.replicated {
            self.agent.update(&self.canister, method).with_arg(arg).call_and_wait().await
        } else {
            self.agent.query(&self.canister, method).with_arg(arg).call().await
        };
        result.map_err(|error| format!("{error:?}"))
    }

    async fn metadata(&self) -> Result<Vec<(String, Value)>, String> {
        let reply = self.ask("metadata", Encode!().unwrap()).await?;
        Decode!(&reply, Vec<(String, Value)>).map_err(|error| error.to_string())
    }

    async fn number(&self, name: &str) -> usize {
        let facts = self.metadata().await.expect("metadata");
        let (_, value) = facts.into_iter().find(|(key, _)| key == name).expect("fact");
        match value {
            Value::Nat(number) => usize::try_from(&number.0).expect("number"),
            other => panic!("{name} is {other:?}"),
        }
    }

    /// Reads the whole ledger, chunk by chunk, and compares it with the file.
    async fn read_ledger(&self, file: &[u8]) -> usize {
        let end = self.number("ledger:next_block_start_pos").await;
        let mut position = self.number("ledger:data_start_lba").await;
        let mut chunks = 0;
        while position < end {
            let before = file[position - 16..position].to_vec();
            let arg = Encode!(&Some(format!("position={position}")), &Some(before)).unwrap();
            let reply = self.ask("data_fetch", arg).await.expect("data_fetch");
            let (_, bytes) = Decode!(&reply, Fetched).expect("reply").expect("Ok");
            assert!(bytes == file[position..position + bytes.len()], "other bytes at {position}");
            position += bytes.len();
            chunks += 1;
        }
        assert_eq!(position, end);
        chunks
    }
}

/// The replica is told what to do by a plain HTTP request.
fn control(url: &str, command: &str, body: &str) {
    use std::io::{Read, Write};
    let host = url.strip_prefix("http://").expect("an http URL");
    let mut stream = std::net::TcpStream::connect(host).expect("connect");
    write!(
        stream,
        "POST /control/{command} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .expect("send");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("receive");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

/// Faults that the agent must refuse, in queries (false) and calls (true), and what it then says.
const REFUSED: &[(&str, bool, &str)] = &[
    ("kind=no-signature", false, "MissingSignature"),
    ("kind=bad-signature", false, "QuerySignatureVerificationFailed"),
    ("kind=unknown-node", false, "CertificateNotAuthorized"),
    ("kind=stale-signature", false, "CertificateOutdated"),
    ("kind=bad-certificate", true, "CertificateVerificationFailed"),
    ("kind=bad-delegation", true, "CertificateVerificationFailed"),
    ("kind=out-of-range", true, "CertificateNotAuthorized"),
    ("kind=stale-certificate", true, "CertificateOutdated"),
];

/// Faults that only a network with a delegation can have.
const DELEGATION_ONLY: &[&str] = &["kind=bad-delegation", "kind=out-of-range"];

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let args: Vec<String> = std::env::args().collect();
    let file = std::fs::read(&args[4]).expect("ledger file");
    for replicated in [false, true] {
        let client = Client::new(AnonymousIdentity, replicated, &args);
        let chunks = client.read_ledger(&file).await;
        println!("{}: {chunks} chunks", if replicated { "calls" } else { "queries" });
        let error = client.ask("no_such_method", Encode!().unwrap()).await.unwrap_err();
        assert!(error.contains("method 'no_such_method'"), "{error}");
        let signed = Client::new(BasicIdentity::from_raw_key(&[7; 32]), replicated, &args);
        signed.metadata().await.expect("a signed request");
    }
    for (fault, replicated, expected) in REFUSED {
        if args[5] == "undelegated" && DELEGATION_ONLY.contains(fault) {
            continue;
        }
        let client = Client::new(AnonymousIdentity, *replicated, &args);
        control(&args[1], "fault", fault);
        let error = client.metadata().await.expect_err(fault);
        control(&args[1], "clear", "");
        assert!(expected.split('|').any(|word| error.contains(word)), "{fault}: {error}");
        println!("refused: {fault}");
    }
}
