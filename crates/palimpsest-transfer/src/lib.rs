//! What comes in and goes out: folders and archives of Markdown, exports of other applications, and our own.
