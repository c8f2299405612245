//! Transport security with keys on both sides: who has no key of this cluster gets no further than its greeting.
//!
//! Every member has a certificate for the name `n1`, `n2`, … and clients one for any name, all signed by the cluster's own authority. A
//! member that dials another accepts only that one's name, and one that is dialled only the name of the member that the caller says it is.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier;
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::{ParsedCertificate, WebPkiClientVerifier};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, StreamOwned};
use seatrial_node::NodeId;
use thiserror::Error;
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::socket::{Broken, Stream};

/// Where the keys of one member or client are, as PEM files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFiles {
    /// The certificate of the cluster's authority.
    pub authority: PathBuf,
    /// The certificate of who uses these.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Why keys cannot be used.
#[derive(Debug, Error)]
#[error("{}: {why}", path.display())]
pub struct KeyError {
    path: PathBuf,
    why: String,
}

/// The keys of one member or client, ready for use.
#[derive(Clone, Debug)]
pub struct Keys {
    dial: Arc<ClientConfig>,
    listen: Arc<ServerConfig>,
}

/// The certificate with which somebody came.
#[derive(Clone, Debug)]
pub(crate) struct Shown(CertificateDer<'static>);

impl Keys {
    /// Reads the files.
    ///
    /// # Errors
    /// Where one of them cannot be read or holds no such thing, and where they do not fit together.
    pub fn load(files: &KeyFiles) -> Result<Self, KeyError> {
        let fail = |path: &Path, why: String| KeyError { path: path.to_owned(), why };
        let roots = roots(&files.authority)?;
        let chain = certificates(&files.certificate)?;
        let key = || {
            PrivateKeyDer::from_pem_file(&files.key)
                .map_err(|error| fail(&files.key, format!("no private key in PEM: {error}")))
        };
        let unfit = |error| match error {
            rustls::Error::InconsistentKeys(_) => {
                let certificate = files.certificate.display();
                let why = format!("it is not the key of the certificate in {certificate}");
                fail(&files.key, why)
            }
            error => fail(&files.key, error.to_string()),
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(roots.clone(), provider.clone())
            .build()
            .map_err(|error| fail(&files.authority, error.to_string()))?;
        let listen = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(unfit)?
            .with_client_cert_verifier(verifier)
            .with_single_cert(chain.clone(), key()?)
            .map_err(unfit)?;
        let dial = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(unfit)?
            .with_root_certificates(roots)
            .with_client_auth_cert(chain, key()?)
            .map_err(unfit)?;
        Ok(Self { dial: Arc::new(dial), listen: Arc::new(listen) })
    }

    /// The same for a member: its certificate is its own.
    ///
    /// # Errors
    /// As [`Keys::load`], and where the certificate is somebody else's, of another authority or out of date: every other member would
    /// refuse it.
    pub(crate) fn of_member(files: &KeyFiles, me: NodeId) -> Result<Self, KeyError> {
        let keys = Self::load(files)?;
        let chain = certificates(&files.certificate)?;
        let fail = |why: String| KeyError {
            path: files.certificate.clone(),
            why: format!(
                "{why}; every other member would refuse {me} with it: put a certificate for the name {me} there"
            ),
        };
        Shown(chain[0].clone()).is_of(me).map_err(fail)?;
        let verified = verify(&chain, me, roots(&files.authority)?);
        verified.map_err(|error| {
            let authority = files.authority.display();
            fail(format!("it is of no use with the authority in {authority}: {error}"))
        })?;
        Ok(keys)
    }

    /// Secures a connection to this member, if it is that one.
    pub(crate) async fn connect(
        &self,
        stream: TcpStream,
        to: NodeId,
    ) -> Result<Box<dyn Stream>, Broken> {
        let connector = TlsConnector::from(self.dial.clone());
        Ok(Box::new(connector.connect(name(to), stream).await?))
    }

    /// The same for a client that waits while it talks.
    pub(crate) fn connect_blocking(
        &self,
        stream: std::net::TcpStream,
        to: NodeId,
    ) -> Result<StreamOwned<ClientConnection, std::net::TcpStream>, rustls::Error> {
        let connection = ClientConnection::new(self.dial.clone(), name(to))?;
        Ok(StreamOwned::new(connection, stream))
    }

    /// Secures a connection that somebody has made who has a key of this cluster.
    pub(crate) async fn accept(
        &self,
        stream: TcpStream,
    ) -> Result<(Box<dyn Stream>, Shown), Broken> {
        let stream = TlsAcceptor::from(self.listen.clone()).accept(stream).await?;
        let shown = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first());
        let shown = shown.cloned().ok_or(Broken::Cut)?;
        Ok((Box::new(stream), Shown(shown.into_owned())))
    }
}

impl Shown {
    /// Whether this is the certificate of that member.
    pub(crate) fn is_of(&self, member: NodeId) -> Result<(), String> {
        ParsedCertificate::try_from(&self.0)
            .and_then(|parsed| verify_server_name(&parsed, &name(member)))
            .map_err(|error| format!("it is not {member}'s: {error}"))
    }
}

/// Whether a member with these certificates is let in by others of this authority, now.
fn verify(
    chain: &[CertificateDer<'static>],
    member: NodeId,
    roots: Arc<RootCertStore>,
) -> Result<(), String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let (now, rest) = (UnixTime::now(), &chain[1..]);
    let dialled = WebPkiServerVerifier::builder_with_provider(roots.clone(), provider.clone());
    let dialled = dialled.build().map_err(|error| error.to_string())?;
    let dialling = WebPkiClientVerifier::builder_with_provider(roots, provider);
    let dialling = dialling.build().map_err(|error| error.to_string())?;
    let verified = dialled.verify_server_cert(&chain[0], rest, &name(member), &[], now).map(drop);
    let verified = verified.and_then(|()| dialling.verify_client_cert(&chain[0], rest, now));
    verified.map(drop).map_err(|error| error.to_string())
}

fn name(member: NodeId) -> ServerName<'static> {
    ServerName::try_from(member.to_string()).expect("n and a number is a name")
}

fn roots(path: &Path) -> Result<Arc<RootCertStore>, KeyError> {
    let mut roots = RootCertStore::empty();
    for authority in certificates(path)? {
        let added = roots.add(authority);
        added.map_err(|error| KeyError { path: path.to_owned(), why: error.to_string() })?;
    }
    Ok(Arc::new(roots))
}

/// The certificates in a file: one or more.
fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, KeyError> {
    let fail = |why: String| KeyError { path: path.to_owned(), why };
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(found) if found.is_empty() => Err(fail("there is no certificate in it".into())),
        Ok(found) => Ok(found),
        Err(error) => Err(fail(format!("no certificate in PEM: {error}"))),
    }
}

#[cfg(test)]
mod tests;
