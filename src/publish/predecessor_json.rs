//! The JSON feed of the predecessor (`Grabb2RSS`), for scripts that read `/rss/torrent.json`.
//!
//! An object: `version` (always `"0.1"`), `name`, `description` and `items`; each item has `id`, `title`, `pubDate`,
//! `link`, `torrent` (the same URL), `tracker` (or null) and `magnetLink` (or null). The keys and types are the
//! predecessor's; the values are ours: `id` is the guid of the other formats, `pubDate` is the date of publication
//! in RFC 3339 (the predecessor gave the date of the grab), the URL is the stable one of the RSS feed.

use serde::Serialize;

use super::item::{Channel, Item, Source};

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    name: &'a str,
    description: &'a str,
    items: Vec<Entry<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    id: String,
    title: &'a str,
    pub_date: String,
    link: &'a str,
    torrent: Option<&'a str>,
    tracker: Option<&'a str>,
    magnet_link: Option<&'a str>,
}

/// Writes the feed. `items` come newest first.
#[expect(clippy::expect_used, clippy::missing_panics_doc, reason = "text in a structure always becomes JSON")]
pub fn render(channel: &Channel, items: &[Item]) -> Vec<u8> {
    let document = Document {
        version: "0.1",
        name: &channel.title,
        description: &channel.description,
        items: items.iter().map(entry).collect(),
    };
    serde_json::to_vec(&document).expect("text in a structure always becomes JSON")
}

fn entry(item: &Item) -> Entry<'_> {
    let (torrent, magnet_link) = match &item.source {
        Source::Torrent { url, .. } => (Some(&**url), None),
        Source::Magnet(link) => (None, Some(&**link)),
    };
    Entry {
        id: item.guid(),
        title: &item.title,
        pub_date: item.pub_at.rfc3339_seconds(),
        link: item.source.link(),
        torrent,
        tracker: item.indexer.as_deref(),
        magnet_link,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::item::tests::sample;
    use super::*;

    #[test]
    fn the_keys_and_types_are_those_of_the_predecessor() {
        let (channel, mut items) = sample();
        items.remove(0);
        let url = items[0].source.link().to_owned();
        let body: Value = serde_json::from_slice(&render(&channel, &items)).unwrap();
        let expected = json!({
            "version": "0.1",
            "name": "grabfeed: Séries & films",
            "description": "What the apps grabbed",
            "items": [{
                "id": format!("urn:btih:{}", "ab".repeat(20)),
                "title": "A.Film.2026.1080p-GRP",
                "pubDate": "2026-11-22T17:01:42Z",
                "link": url,
                "torrent": url,
                "tracker": "ExampleTracker",
                "magnetLink": null,
            }],
        });
        assert_eq!(body, expected);
    }

    #[test]
    fn a_magnet_has_its_own_key() {
        let (channel, mut items) = sample();
        items[0].source = Source::Magnet("magnet:?xt=urn:btih:00".to_owned());
        let body: Value = serde_json::from_slice(&render(&channel, &items)).unwrap();
        assert_eq!(body["items"][0]["magnetLink"], "magnet:?xt=urn:btih:00");
        assert_eq!(body["items"][0]["torrent"], Value::Null);
    }
}
