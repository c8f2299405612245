//! Maelstrom's three maps, which are services beside the nodes: `lin-kv`, `seq-kv` and `lww-kv`.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::network::{Call, Network};
use super::rpc::{Body, RpcError, body, field};

/// One of the maps. Its keys are texts here, its values whatever has a form in JSON.
///
/// Each call is an answer, or an error that says whether it is certain that nothing was done ([`RpcError::is_definite`]). That a key is
/// missing, or has another value than was to be replaced, is an answer. Whatever makes no sense as one is an error of number
/// [`RpcError::CRASH`]: who answers so may have done anything.
#[derive(Clone, Debug)]
pub struct Kv {
    network: Network,
    service: &'static str,
}

/// What became of replacing one value by another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Swap {
    /// It was done.
    Done,
    /// Nothing was done: there is no such key.
    Missing,
    /// Nothing was done: the value is another.
    Mismatch,
}

impl Kv {
    /// `lin-kv`, which is linearizable.
    pub fn lin(network: &Network) -> Self {
        Self { network: network.clone(), service: "lin-kv" }
    }

    /// `seq-kv`, which is sequentially consistent: all see the same order, and one that only reads may be behind for ever. What changes a
    /// value is done to the newest state, and who has done so sees nothing older from then on.
    pub fn seq(network: &Network) -> Self {
        Self { network: network.clone(), service: "seq-kv" }
    }

    /// `lww-kv`, where the last write wins: copies that come to agree in the end, and of two writes at once one is lost.
    pub fn lww(network: &Network) -> Self {
        Self { network: network.clone(), service: "lww-kv" }
    }

    /// The value of a key; nothing where there is none.
    pub fn read<T: DeserializeOwned>(&self, key: &str) -> Call<Option<T>> {
        let call = self.ask("read", json!({ "key": key }));
        let service = self.service;
        Box::pin(async move {
            let answer = match call.await {
                Err(error) if error.code == RpcError::KEY_DOES_NOT_EXIST => return Ok(None),
                answer => answer?,
            };
            let value = field(&answer, "value").map_err(|error| nonsense(service, &error))?;
            T::deserialize(value).map(Some).map_err(|error| nonsense(service, &error))
        })
    }

    /// Gives a key this value.
    pub fn write(&self, key: &str, value: &impl Serialize) -> Call<()> {
        let fields = form(value).map(|value| json!({ "key": key, "value": value }));
        let call = fields.map(|fields| self.ask("write", fields));
        Box::pin(async move { call?.await.map(drop) })
    }

    /// Replaces a key's value by `to` where it is `from`.
    pub fn cas<T: Serialize>(&self, key: &str, from: &T, to: &T) -> Call<Swap> {
        self.swap(key, from, to, false)
    }

    /// Replaces a key's value by `to` where it is `from`, or where there is no such key. `lww-kv` does not know how to create one.
    pub fn cas_or_create<T: Serialize>(&self, key: &str, from: &T, to: &T) -> Call<Swap> {
        self.swap(key, from, to, true)
    }

    fn swap<T: Serialize>(&self, key: &str, from: &T, to: &T, create: bool) -> Call<Swap> {
        let fields = || {
            let mut fields = json!({ "key": key, "from": form(from)?, "to": form(to)? });
            if create {
                fields["create_if_not_exists"] = true.into();
            }
            Ok::<Value, RpcError>(fields)
        };
        let call = fields().map(|fields| self.ask("cas", fields));
        Box::pin(async move {
            match call?.await {
                Ok(_) => Ok(Swap::Done),
                Err(error) if error.code == RpcError::KEY_DOES_NOT_EXIST => Ok(Swap::Missing),
                Err(error) if error.code == RpcError::PRECONDITION_FAILED => Ok(Swap::Mismatch),
                Err(error) => Err(error),
            }
        })
    }

    /// Asks the service, and sees to it that it is this operation that is answered.
    fn ask(&self, kind: &'static str, fields: Value) -> Call<Body> {
        let call = self.network.call(self.service, body(kind, fields));
        let service = self.service;
        Box::pin(async move {
            let answer = call.await?;
            let is_it = |told: &str| told.strip_suffix("_ok") == Some(kind);
            if answer.get("type").and_then(Value::as_str).is_some_and(is_it) {
                return Ok(answer);
            }
            let told = answer.get("type").unwrap_or(&Value::Null);
            Err(nonsense(service, &format!("{told} is no answer to {kind:?}")))
        })
    }
}

/// A value in JSON. What has no form was not asked either.
fn form(value: &impl Serialize) -> Result<Value, RpcError> {
    serde_json::to_value(value)
        .map_err(|error| RpcError::malformed(format!("the value has no form in JSON: {error}")))
}

fn nonsense(service: &str, why: &dyn std::fmt::Display) -> RpcError {
    RpcError::new(RpcError::CRASH, format!("what {service} answers makes no sense: {why}"))
}

#[cfg(test)]
mod tests {
    use seatrial_node::NodeId;
    use tokio::runtime::Builder;

    use super::super::rpc::Incoming;
    use super::*;

    /// What comes of a call that is answered so, and what was asked.
    fn told<T>(call: impl FnOnce(&Kv) -> Call<T>, answer: Value) -> (Body, Result<T, RpcError>) {
        let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(async {
            let (network, mut said) = Network::new(NodeId(1), &[NodeId(1)]);
            let call = call(&Kv::seq(&network));
            let (dest, mut asked) = said.recv().await.expect("it was said");
            assert_eq!(dest, "seq-kv");
            let mut answer = json!({ "src": dest, "dest": "n1", "body": answer });
            answer["body"]["in_reply_to"] = asked.remove("msg_id").expect("a number");
            network.hear(Incoming::read(&answer.to_string()).expect("a message"));
            (asked, call.await)
        })
    }

    fn error(code: u32) -> Value {
        json!({ "type": "error", "code": code, "text": "no" })
    }

    #[test]
    fn a_read_is_the_value_or_nothing() {
        let read = |answer| told(|kv| kv.read::<i64>("k"), answer);
        let (asked, value) = read(json!({ "type": "read_ok", "value": 7 }));
        assert_eq!(Value::Object(asked), json!({ "type": "read", "key": "k" }));
        assert_eq!(value, Ok(Some(7)));
        assert_eq!(read(error(20)).1, Ok(None));
        assert_eq!(read(error(11)).1.map_err(|error| error.code), Err(11));
    }

    #[test]
    fn a_write_is_done_or_an_error() {
        let (asked, done) = told(|kv| kv.write("k", &[1, 2]), json!({ "type": "write_ok" }));
        assert_eq!(Value::Object(asked), json!({ "type": "write", "key": "k", "value": [1, 2] }));
        assert_eq!(done, Ok(()));
        let write = |code| told(|kv| kv.write("k", &1), error(code)).1.expect_err("an error");
        assert_eq!((write(14).is_definite(), write(13).is_definite()), (true, false));
    }

    #[test]
    fn a_swap_that_is_not_done_says_why() {
        let swap = |answer| told(|kv| kv.cas("k", &1, &2), answer);
        let (asked, done) = swap(json!({ "type": "cas_ok" }));
        let fields = json!({ "type": "cas", "key": "k", "from": 1, "to": 2 });
        assert_eq!((Value::Object(asked), done), (fields, Ok(Swap::Done)));
        assert_eq!(swap(error(20)).1, Ok(Swap::Missing));
        assert_eq!(swap(error(22)).1, Ok(Swap::Mismatch));
        assert_eq!(swap(error(30)).1.map_err(|error| error.code), Err(30));
        let (asked, _) = told(|kv| kv.cas_or_create("k", &1, &2), error(11));
        assert_eq!(asked["create_if_not_exists"], true);
    }

    #[test]
    fn an_answer_that_makes_no_sense_may_have_done_anything() {
        for answer in [
            json!({ "type": "read_ok" }),
            json!({ "type": "read_ok", "value": "much" }),
            json!({ "type": "write_ok", "value": 7 }),
            json!({ "type": "", "value": 7 }),
        ] {
            let error = told(|kv| kv.read::<i64>("k"), answer).1.expect_err("no sense");
            assert_eq!((error.code, error.is_definite()), (RpcError::CRASH, false), "{error}");
            assert!(error.text.starts_with("what seq-kv answers makes no sense: "), "{error}");
        }
        let error = told(|kv| kv.cas("k", &1, &2), json!({ "type": "write_ok" })).1;
        assert_eq!(error.map_err(|error| error.code), Err(RpcError::CRASH));
    }
}
