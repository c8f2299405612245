//! A register on one server.

use super::register::{Held, Message, Place, Server};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SingleCopy(char);

impl Server for SingleCopy {
    type Internal = ();

    fn new(_: u32) -> Self {
        Self(char::default())
    }

    fn receive(
        state: &mut impl Held<Self>,
        _: Place,
        from: u32,
        message: Message<()>,
        send: &mut dyn FnMut(u32, Message<()>),
    ) {
        match message {
            Message::Put(request, value) => {
                state.change().0 = value;
                send(from, Message::PutOk(request));
            }
            Message::Get(request) => send(from, Message::GetOk(request, state.0)),
            _ => {}
        }
    }
}
