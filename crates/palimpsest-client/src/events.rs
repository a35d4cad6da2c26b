//! Server-sent events, piece by piece.

/// What of a stream of events has come and was not taken yet.
#[derive(Default)]
pub(crate) struct Events {
    bytes: Vec<u8>,
    /// So much of it was looked at and has no end of a line.
    searched: usize,
    event: Event,
}

/// One event.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) data: String,
}

impl Events {
    /// More has come.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The next event that has come completely.
    pub(crate) fn next(&mut self) -> Option<Event> {
        loop {
            let line = self.line()?;
            if !line.is_empty() {
                self.event.take(&line);
                continue;
            }
            let event = std::mem::take(&mut self.event);
            if event != Event::default() {
                return Some(event);
            }
        }
    }

    /// The next line that has come completely, without its end.
    fn line(&mut self) -> Option<String> {
        let Some(found) = self.bytes[self.searched..].iter().position(|byte| *byte == b'\n') else {
            self.searched = self.bytes.len();
            return None;
        };
        let rest = self.bytes.split_off(self.searched + found + 1);
        let line = std::mem::replace(&mut self.bytes, rest);
        self.searched = 0;
        let line = line.strip_suffix(b"\n").unwrap_or(&line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        Some(String::from_utf8_lossy(line).into_owned())
    }
}

impl Event {
    fn take(&mut self, line: &str) {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "id" => value.clone_into(&mut self.id),
            "data" if self.data.is_empty() => value.clone_into(&mut self.data),
            "data" => {
                self.data.push('\n');
                self.data.push_str(value);
            }
            // Comments, and what nobody knows yet.
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_wherever_the_pieces_end() {
        let text = ": hello\n\nevent: change\nid: ab.1\ndata: {\"é\":1}\n\nevent:bookmark\r\nid:ab.2\r\ndata:a\r\ndata:b\r\n\r\nid: ab.3\ndata: half";
        let event = |name: &str, id: &str, data: &str| Event { name: name.into(), id: id.into(), data: data.into() };
        let expected = [event("change", "ab.1", "{\"é\":1}"), event("bookmark", "ab.2", "a\nb")];
        for size in 1..=text.len() {
            let mut events = Events::default();
            let mut read = Vec::new();
            for piece in text.as_bytes().chunks(size) {
                events.push(piece);
                while let Some(event) = events.next() {
                    read.push(event);
                }
            }
            assert_eq!(read, expected, "in pieces of {size}");
        }
    }
}
