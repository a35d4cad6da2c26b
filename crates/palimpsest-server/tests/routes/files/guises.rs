//! What a browser may make of a file that somebody sent.

use super::Media;

async fn follow(name: &str, file_type: &str) -> crate::app::Reply {
    let media = Media::new(b"<script>alert(1)</script>", name, file_type).await;
    let reply = media.get(&media.link().await).await;
    assert_eq!(reply.status, 200);
    reply
}

#[tokio::test]
async fn what_could_run_is_saved_and_sealed() {
    for (name, file_type) in [
        ("page.html", "text/html"),
        ("page.html", "text/html; charset=utf-8"),
        ("page.xhtml", "application/xhtml+xml"),
        ("drawing.svg", "image/svg+xml"),
        ("drawing.svg", "IMAGE/SVG+XML"),
        ("feed.xml", "text/xml"),
        ("script.js", "text/javascript"),
        ("gel.png", "image/png, text/html"),
        ("gel.png", ""),
    ] {
        let reply = follow(name, file_type).await;
        assert!(reply.header("content-disposition").unwrap().starts_with("attachment; "), "{file_type}");
        assert_sealed(&reply);
    }
}

#[tokio::test]
async fn what_is_shown_is_sealed_too() {
    for (name, file_type) in [("gel.png", "image/png"), ("talk.mp3", "audio/mpeg"), ("film.mp4", "video/mp4")] {
        let reply = follow(name, file_type).await;
        assert!(reply.header("content-disposition").unwrap().starts_with("inline; "), "{file_type}");
        assert_sealed(&reply);
    }
    let paper = follow("paper.pdf", "application/pdf").await;
    assert!(paper.header("content-disposition").unwrap().starts_with("inline; "));
    let policy = paper.header("content-security-policy").unwrap();
    assert!(policy.contains("script-src 'none'") && policy.contains("default-src 'none'"), "{policy}");
    assert_eq!(paper.header("x-content-type-options"), Some("nosniff"));
}

#[track_caller]
fn assert_sealed(reply: &crate::app::Reply) {
    let policy = reply.header("content-security-policy").unwrap();
    let directives: Vec<_> = policy.split("; ").collect();
    for directive in ["sandbox", "default-src 'none'", "script-src 'none'"] {
        assert!(directives.contains(&directive), "{policy}");
    }
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
}

#[tokio::test]
async fn no_name_and_no_type_reaches_beyond_its_header() {
    let names = [
        "a\r\nSet-Cookie: b=c",
        "\"; filename=\"x.exe",
        "größe–😀.png",
        "../../etc/passwd",
        "..",
        "",
        "a%0d%0ab",
        "a\0b",
    ];
    for name in names {
        let reply = follow(name, "image/png").await;
        assert_eq!(reply.headers.get("set-cookie"), None);
        let disposition = reply.header("content-disposition").unwrap();
        let (plain, full) = disposition.split_once("; filename*=UTF-8''").unwrap();
        let plain = plain.strip_prefix("inline; filename=\"").unwrap().strip_suffix('"').unwrap();
        assert!(!plain.is_empty() && !plain.contains(['"', '\\', '/', '%', '\r', '\n']), "{disposition}");
        assert!(full.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte)), "{disposition}");
        assert!(plain != ".." && full != "..", "{disposition}");
    }
    let reply = follow("gel.png", "image/png\r\nSet-Cookie: b=c").await;
    assert_eq!(
        (reply.headers.get("set-cookie"), reply.header("content-type")),
        (None, Some("application/octet-stream"))
    );
}
