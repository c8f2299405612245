//! Messages, requests and answers as bytes, for networks: a version, and for messages a kind and what the kind has, in Raft's own form or in
//! postcard's.

use seatrial_node::{Wire, WireError, WireReader};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::codec::{decode, decode_prefix, encode_into};
use crate::message::{Job, Message};
use crate::{Request, Response};

const VERSION: u8 = 1;

const RAFT: u8 = 1;
const COMMAND: u8 = 2;
const QUERY: u8 = 3;
const ANSWER: u8 = 4;

impl<Q, O> Wire for Message<Q, O>
where
    Q: Serialize + DeserializeOwned,
    O: Serialize + DeserializeOwned,
{
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        match self {
            Self::Raft(message) => {
                out.push(RAFT);
                message.encode(out);
            }
            Self::Forward { id, term, job: Job::Command(command) } => {
                out.push(COMMAND);
                encode_into(&(id, term), out);
                out.extend_from_slice(command);
            }
            Self::Forward { id, term, job: Job::Query(query) } => {
                out.push(QUERY);
                encode_into(&(id, term, query), out);
            }
            Self::Forwarded { id, response } => {
                out.push(ANSWER);
                encode_into(&(id, response), out);
            }
        }
    }

    fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut reader = WireReader::new(bytes);
        check_version(&mut reader)?;
        let kind = reader.u8()?;
        let rest = reader.rest();
        match kind {
            RAFT => Wire::decode(rest).map(Self::Raft),
            COMMAND => {
                let ((id, term), command) = decode_prefix(rest)?;
                Ok(Self::Forward { id, term, job: Job::Command(command.into()) })
            }
            QUERY => {
                let (id, term, query) = decode(rest)?;
                Ok(Self::Forward { id, term, job: Job::Query(query) })
            }
            ANSWER => {
                let (id, response) = decode(rest)?;
                Ok(Self::Forwarded { id, response })
            }
            unknown => {
                let what = format!("a message of kind {unknown}; there are {RAFT} to {ANSWER}");
                Err(WireError::Malformed(what))
            }
        }
    }
}

/// What a client sends: the version, and the request in postcard's form.
impl<C, Q> Wire for Request<C, Q>
where
    C: Serialize + DeserializeOwned,
    Q: Serialize + DeserializeOwned,
{
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        encode_into(self, out);
    }

    fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut reader = WireReader::new(bytes);
        check_version(&mut reader)?;
        decode(reader.rest())
    }
}

/// What a client is answered: the version, and the answer in postcard's form.
impl<O: Serialize + DeserializeOwned> Wire for Response<O> {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        encode_into(self, out);
    }

    fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut reader = WireReader::new(bytes);
        check_version(&mut reader)?;
        decode(reader.rest())
    }
}

fn check_version(reader: &mut WireReader<'_>) -> Result<(), WireError> {
    match reader.u8()? {
        VERSION => Ok(()),
        found => Err(WireError::Version { found: u32::from(found), expected: u32::from(VERSION) }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use seatrial_node::NodeId;

    use super::*;
    use crate::{ForwardId, Op};

    type Sent = Message<String, Option<u64>>;

    fn messages() -> impl Strategy<Value = Sent> {
        let id =
            || (any::<u64>(), any::<u64>()).prop_map(|(life, number)| ForwardId { life, number });
        let response = prop_oneof![
            any::<Option<u64>>().prop_map(Response::Done),
            any::<u64>().prop_map(|client| Response::Opened { client }),
            any::<u32>().prop_map(|leader| Response::Redirect { leader: NodeId(leader) }),
            Just(Response::Unknown),
            Just(Response::SessionExpired),
        ];
        let command = prop::collection::vec(any::<u8>(), 0..40);
        let raft = (any::<u64>(), any::<bool>()).prop_map(|(term, granted)| {
            Message::Raft(seatrial_raft::Message::Vote { term, granted, pre_vote: false })
        });
        prop_oneof![
            raft,
            (id(), any::<u64>(), command).prop_map(|(id, term, command)| Message::Forward {
                id,
                term,
                job: Job::Command(command.into())
            }),
            (id(), any::<u64>(), any::<String>()).prop_map(|(id, term, query)| Message::Forward {
                id,
                term,
                job: Job::Query(query)
            }),
            (id(), response).prop_map(|(id, response)| Message::Forwarded { id, response }),
        ]
    }

    fn encoded(message: &Sent) -> Vec<u8> {
        let mut bytes = Vec::new();
        message.encode(&mut bytes);
        bytes
    }

    proptest! {
        #[test]
        fn every_message_comes_back_from_its_bytes(message in messages()) {
            prop_assert_eq!(Sent::decode(&encoded(&message)), Ok(message));
        }

        #[test]
        fn no_bytes_make_decoding_panic(
            kind in 0_u8..6, mut bytes in prop::collection::vec(any::<u8>(), 0..80),
        ) {
            bytes.splice(0..0, [VERSION, kind]);
            // It is read or refused; either way it comes back.
            let _ = (Asked::decode(&bytes), Answered::decode(&bytes));
            let read = Sent::decode(&bytes);
            prop_assert!(read.is_err() || (RAFT..=ANSWER).contains(&kind));
        }
    }

    type Asked = Request<String, u64>;
    type Answered = Response<Option<u64>>;

    #[test]
    fn requests_and_answers_come_back_from_their_bytes_and_another_version_is_refused() {
        let ops = [Op::Command("set".to_owned()), Op::Query(300), Op::Open];
        for op in ops {
            let request = Asked { client: u64::MAX >> 1, seq: 7, op };
            let mut bytes = Vec::new();
            request.encode(&mut bytes);
            assert_eq!(Asked::decode(&bytes), Ok(request));
            assert!(Asked::decode(&bytes[..bytes.len() - 1]).is_err());
            bytes[0] = 2;
            assert_eq!(Asked::decode(&bytes), Err(WireError::Version { found: 2, expected: 1 }));
        }
        for response in [Answered::Done(Some(5)), Answered::Unknown, Answered::Busy] {
            let mut bytes = Vec::new();
            response.encode(&mut bytes);
            assert_eq!(Answered::decode(&bytes), Ok(response));
        }
        assert!(Answered::decode(&[]).is_err());
    }

    #[test]
    fn another_version_and_an_unknown_kind_are_refused_by_name() {
        let error = Sent::decode(&[9, 1]).expect_err("of another version");
        assert_eq!(error, WireError::Version { found: 9, expected: 1 });
        let error = Sent::decode(&[1, 5]).expect_err("no such kind").to_string();
        assert_eq!(error, "malformed bytes: a message of kind 5; there are 1 to 4");
    }
}
