//! A subject as a process, for the arms of the suite that try real hosts: `conformance-member tcp CLUSTER-FILE ID [FAULT]`, `pipe` with the
//! same, or `maelstrom [FAULT]`.

use std::error::Error;

use seatrial_conformance::{Answer, Asked, Fault, Note, Subject, Workload, Wrong};
use seatrial_hosts::maelstrom::speak;
use seatrial_hosts::pipe::serve_pipe;
use seatrial_hosts::{ClusterFile, LogForm, Served, begin_log, tcp};
use seatrial_node::{Node, NodeId};

fn main() -> Result<(), Box<dyn Error>> {
    begin_log(LogForm::Text)?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        [host, cluster, id] => member::<Subject>(host, cluster, id, ()),
        [host, cluster, id, fault] => member::<Wrong>(host, cluster, id, named(fault)?),
        ["maelstrom"] => maelstrom::<Subject>(()),
        ["maelstrom", fault] => maelstrom::<Wrong>(named(fault)?),
        _ => Err("say which host, which member of which cluster, and which fault, if any".into()),
    }
}

fn named(fault: &str) -> Result<Fault, String> {
    Fault::named(fault).ok_or_else(|| format!("there is no fault {fault}"))
}

fn member<N>(host: &str, cluster: &str, id: &str, config: N::Config) -> Result<(), Box<dyn Error>>
where
    N: Node<Message = Note, Request = Asked, Response = Answer, Config: 'static> + 'static,
{
    let file = ClusterFile::read(cluster.as_ref())?;
    let station = file.station(NodeId(id.parse()?), false)?;
    let served = Served::<N> { name: "conformance", config: Box::new(|_| config), text: None };
    match host {
        "tcp" => tcp::serve(&station, served)?,
        "pipe" => serve_pipe(&station, served, std::io::stdin(), &mut std::io::stdout().lock())?,
        other => return Err(format!("there is no host {other}").into()),
    }
    Ok(())
}

fn maelstrom<N>(config: N::Config) -> Result<(), Box<dyn Error>>
where
    N: Node<Message = Note, Request = Asked, Response = Answer, Config: Clone>,
{
    let input = std::io::BufReader::new(std::io::stdin());
    Ok(speak(Workload::<N>::new(config), input, &mut std::io::stdout().lock())?)
}
