//! A mail as a program for mail reads it.

use mail_parser::{MessageParser, MimeHeaders};

/// A mail that was received.
#[derive(Debug, Clone)]
pub struct ReceivedMail {
    /// The command that said whom it is from.
    pub from: String,
    /// The commands that said where it goes.
    pub to: Vec<String>,
    /// Whether the line was encrypted.
    pub encrypted: bool,
    /// What the client signed in with, as it sent it.
    pub credentials: Option<String>,
    /// The mail as it was sent, with its header.
    pub raw: String,
    /// Its subject.
    pub subject: String,
    /// Its part in text.
    pub text: String,
    /// Its part in HTML.
    pub html: String,
}

impl ReceivedMail {
    pub(super) fn parse(
        from: String,
        to: Vec<String>,
        encrypted: bool,
        credentials: Option<String>,
        raw: String,
    ) -> Self {
        let message = MessageParser::default().parse(raw.as_bytes()).expect("it is a mail");
        let kinds: Vec<_> = message.parts.iter().filter_map(MimeHeaders::content_type).collect();
        let kinds: Vec<_> = kinds.iter().filter_map(|kind| kind.subtype()).collect();
        assert_eq!(kinds, ["alternative", "plain", "html"], "{raw}");
        let subject = message.subject().expect("a subject").to_owned();
        let text = message.body_text(0).expect("a text").into_owned();
        let html = message.body_html(0).expect("HTML").into_owned();
        Self { from, to, encrypted, credentials, raw, subject, text, html }
    }

    /// The one link in it, which text and HTML have alike; none where there is none.
    #[must_use]
    pub fn link(&self) -> Option<&str> {
        let mut links = self.text.lines().filter(|line| line.starts_with("http"));
        let link = links.next();
        assert_eq!(links.next(), None, "two links: {}", self.text);
        let in_html: Vec<_> = self.html.split("href=\"").skip(1).collect();
        assert_eq!(in_html.len(), usize::from(link.is_some()), "{}", self.html);
        if let Some((link, html)) = link.zip(in_html.first()) {
            assert!(html.starts_with(&format!("{link}\"")), "{link} in {html}");
        }
        link
    }

    /// The token of its link.
    #[must_use]
    pub fn token(&self) -> String {
        let link = self.link().expect("a link");
        link.split_once("#token=").expect("a token behind #").1.to_owned()
    }

    /// The value of the header `name`; empty when it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let header = self.raw.split("\r\n\r\n").next().unwrap_or_default();
        header.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap_or_default()
    }
}
