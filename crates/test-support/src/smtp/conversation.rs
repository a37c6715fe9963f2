//! What client and server say to each other (RFC 5321), as much as it takes to receive a mail.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    sync::Arc,
};

use rustls::{ServerConnection, StreamOwned};
use tallykeep_auth::MailSecurity;

use super::{ReceivedMail, Shared};

trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

/// What the client has said so far.
#[derive(Default)]
struct Envelope {
    encrypted: bool,
    credentials: Option<String>,
    from: String,
    to: Vec<String>,
}

pub(super) fn serve(client: &TcpStream, shared: &Shared) -> io::Result<()> {
    let mut envelope = Envelope { encrypted: shared.security == MailSecurity::Tls, ..Envelope::default() };
    let mut stream: Box<dyn Stream> =
        if envelope.encrypted { encrypt(client, shared)? } else { Box::new(client.try_clone()?) };
    say(&mut stream, "220 test")?;
    loop {
        let line = hear(&mut stream)?;
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => {
                let offers = shared.security == MailSecurity::Starttls && !envelope.encrypted;
                let starttls = if offers { "250-STARTTLS\r\n" } else { "" };
                say(&mut stream, &format!("250-test\r\n{starttls}250-AUTH PLAIN\r\n250 8BITMIME"))?;
            }
            "STARTTLS" => {
                say(&mut stream, "220 go ahead")?;
                stream = encrypt(client, shared)?;
                // Nothing that was said in clear counts (RFC 3207 §4.2).
                envelope = Envelope { encrypted: true, ..Envelope::default() };
            }
            "AUTH" => {
                envelope.credentials = line.rsplit(' ').next().map(str::to_owned);
                say(&mut stream, "235 welcome")?;
            }
            "MAIL" => {
                line.clone_into(&mut envelope.from);
                say(&mut stream, "250 sure")?;
            }
            "RCPT" => match shared.refusal() {
                Some(refusal) => say(&mut stream, refusal)?,
                None => {
                    envelope.to.push(line);
                    say(&mut stream, "250 sure")?;
                }
            },
            "DATA" => {
                say(&mut stream, "354 go ahead")?;
                let mail = envelope.receive(&mut stream)?;
                // The test may look before the client has heard that all is well.
                say(&mut stream, "250 taken")?;
                shared.keep(mail);
            }
            "QUIT" => return say(&mut stream, "221 bye"),
            _ => say(&mut stream, "500 what?")?,
        }
    }
}

impl Envelope {
    fn receive(&self, stream: &mut Box<dyn Stream>) -> io::Result<ReceivedMail> {
        let mut raw = String::new();
        loop {
            let line = hear(stream)?;
            if line == "." {
                let (from, to) = (self.from.clone(), self.to.clone());
                return Ok(ReceivedMail::parse(from, to, self.encrypted, self.credentials.clone(), raw));
            }
            raw.push_str(line.strip_prefix('.').unwrap_or(&line));
            raw.push_str("\r\n");
        }
    }
}

impl Shared {
    /// What it refuses with, if it does; then it has refused once more.
    fn refusal(&self) -> Option<&'static str> {
        let mut inbox = self.inbox();
        if inbox.refusal.is_some() {
            inbox.refused += 1;
            self.changed.notify_all();
        }
        inbox.refusal
    }

    fn keep(&self, mail: ReceivedMail) {
        self.inbox().mails.push(mail);
        self.changed.notify_all();
    }
}

fn encrypt(client: &TcpStream, shared: &Shared) -> io::Result<Box<dyn Stream>> {
    let connection = ServerConnection::new(Arc::clone(&shared.tls)).map_err(io::Error::other)?;
    Ok(Box::new(StreamOwned::new(connection, client.try_clone()?)))
}

fn say(stream: &mut Box<dyn Stream>, line: &str) -> io::Result<()> {
    stream.write_all(format!("{line}\r\n").as_bytes())?;
    stream.flush()
}

/// The next line, without its end. Byte by byte, so that nothing is read in clear that comes encrypted.
fn hear(stream: &mut Box<dyn Stream>) -> io::Result<String> {
    let mut line = Vec::new();
    let mut byte = [0];
    while !line.ends_with(b"\r\n") {
        stream.read_exact(&mut byte)?;
        line.push(byte[0]);
    }
    line.truncate(line.len() - 2);
    String::from_utf8(line).map_err(io::Error::other)
}
