//! RSS 2.0, in the one shape that every torrent client reads.
//!
//! Each line has a client behind it. qBittorrent stops reading at a `lastBuildDate` that it knows, and strips
//! prefixes, so `lastBuildDate` and prefixed copies of item elements are left out; ruTorrent and transmission-rss
//! know an item by its URL, qBittorrent and autobrr by its guid, so neither ever changes; Sonarr and Radarr want the
//! size of the content as the enclosure's length. Source: RSS 2.0.11 and the clients' own parsers.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::item::{Channel, Item, Source, TORRENT_TYPE};
use super::xml::xml_text;

/// How long a client should wait between two polls, in minutes.
const TTL_MINUTES: &str = "15";

/// Writes the feed. `items` come newest first.
#[expect(clippy::expect_used, clippy::missing_panics_doc, reason = "writing into memory does not fail")]
pub fn render(channel: &Channel, items: &[Item]) -> Vec<u8> {
    let mut out = Writer::new_with_indent(Vec::new(), b' ', 1);
    document(&mut out, channel, items).expect("writing into memory does not fail");
    out.into_inner()
}

type Out = Writer<Vec<u8>>;

fn document(out: &mut Out, channel: &Channel, items: &[Item]) -> io::Result<()> {
    out.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let root = BytesStart::new("rss").with_attributes([
        ("version", "2.0"),
        ("xmlns:atom", "http://www.w3.org/2005/Atom"),
        ("xmlns:torznab", "http://torznab.com/schemas/2015/feed"),
    ]);
    out.write_event(Event::Start(root))?;
    out.write_event(Event::Start(BytesStart::new("channel")))?;
    text(out, "title", &channel.title)?;
    text(out, "link", &channel.link)?;
    text(out, "description", &channel.description)?;
    text(out, "ttl", TTL_MINUTES)?;
    for entry in items {
        item(out, entry)?;
    }
    out.write_event(Event::End(BytesEnd::new("channel")))?;
    out.write_event(Event::End(BytesEnd::new("rss")))
}

fn item(out: &mut Out, item: &Item) -> io::Result<()> {
    out.write_event(Event::Start(BytesStart::new("item")))?;
    text(out, "title", &item.title)?;
    text(out, "link", item.source.link())?;
    out.create_element("guid")
        .with_attribute(("isPermaLink", "false"))
        .write_text_content(BytesText::new(&item.guid()))?;
    text(out, "pubDate", &item.pub_at.rfc822())?;
    text(out, "description", &item.description)?;
    text(out, "category", &item.category)?;
    if let Source::Torrent { url, total_bytes } = &item.source {
        let length = total_bytes.to_string();
        let enclosure = [("url", &**url), ("length", &length), ("type", TORRENT_TYPE)];
        out.create_element("enclosure").with_attributes(enclosure).write_empty()?;
        attribute(out, "size", &length)?;
    }
    attribute(out, "infohash", &item.infohash.to_string())?;
    out.write_event(Event::End(BytesEnd::new("item")))
}

fn text(out: &mut Out, name: &str, value: &str) -> io::Result<()> {
    out.create_element(name).write_text_content(BytesText::new(&xml_text(value)))?;
    Ok(())
}

fn attribute(out: &mut Out, name: &str, value: &str) -> io::Result<()> {
    out.create_element("torznab:attr").with_attributes([("name", name), ("value", value)]).write_empty()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rss::validation::Validate;

    use super::super::item::tests::sample;
    use super::*;

    fn parsed() -> (String, rss::Channel) {
        let (channel, items) = sample();
        let body = render(&channel, &items);
        let feed = rss::Channel::read_from(&body[..]).unwrap();
        (String::from_utf8(body).unwrap(), feed)
    }

    #[test]
    fn a_strict_reader_finds_the_feed_valid_and_reads_back_what_was_written() {
        let (_, feed) = parsed();
        feed.validate().unwrap();
        assert_eq!(feed.title(), "grabfeed: Séries & films");
        assert_eq!(feed.ttl(), Some("15"));
        let item = &feed.items()[0];
        assert_eq!(
            item.title(),
            Some("Un été <&> \"deux\"  fin"),
            "escaped; the control character is a space"
        );
        assert_eq!(item.pub_date(), Some("Sun, 22 Nov 2026 17:01:43 +0000"));
        let guid = item.guid().unwrap();
        assert!(!guid.is_permalink());
        assert_eq!(guid.value(), format!("urn:btmh:1220{}", "cd".repeat(32)));
        let enclosure = item.enclosure().unwrap();
        assert_eq!(Some(enclosure.url()), item.link(), "link and enclosure are the same URL");
        assert_eq!((enclosure.length(), enclosure.mime_type()), ("734003200", "application/x-bittorrent"));
    }

    #[test]
    fn nothing_is_in_it_that_a_client_is_known_to_stumble_on() {
        let (body, feed) = parsed();
        assert_eq!(feed.last_build_date(), None, "qBittorrent stops at one that it knows");
        for absent in ["<!DOCTYPE", "xmlns:torrent", "media:", "<image", "CDATA"] {
            assert!(!body.contains(absent), "{absent}");
        }
        let items = &body[body.find("<item>").unwrap()..];
        assert!(!items.contains("<atom:"), "qBittorrent would take it for the item's link");
    }

    #[test]
    fn the_elements_of_an_item_stand_in_the_order_that_clients_were_tried_with() {
        let (body, _) = parsed();
        let item = &body[body.find("<item>").unwrap()..body.find("</item>").unwrap()];
        let order =
            ["<title>", "<link>", "<guid ", "<pubDate>", "<description>", "<category>", "<enclosure "];
        let places: Vec<_> = order.iter().map(|tag| item.find(tag).unwrap()).collect();
        assert!(places.is_sorted(), "{item}");
    }

    #[test]
    fn a_magnet_is_a_link_without_an_enclosure() {
        let (channel, mut items) = sample();
        items[0].source = Source::Magnet("magnet:?xt=urn:btih:00&tr=a".to_owned());
        let feed = rss::Channel::read_from(&render(&channel, &items[..1])[..]).unwrap();
        assert_eq!(feed.items()[0].link(), Some("magnet:?xt=urn:btih:00&tr=a"));
        assert_eq!(feed.items()[0].enclosure(), None);
    }

    #[test]
    fn the_same_items_give_the_same_bytes_and_none_gives_a_valid_feed() {
        let (channel, items) = sample();
        assert_eq!(render(&channel, &items), render(&channel, &items));
        rss::Channel::read_from(&render(&channel, &[])[..]).unwrap().validate().unwrap();
    }

    proptest! {
        #[test]
        fn no_title_breaks_the_document_or_leaves_its_place(title in any::<String>()) {
            let (channel, mut items) = sample();
            items[0].title.clone_from(&title);
            let feed = rss::Channel::read_from(&render(&channel, &items)[..]).unwrap();
            prop_assert_eq!(feed.items().len(), 2);
            let read = feed.items()[0].title().unwrap_or_default();
            let written = xml_text(&title);
            prop_assert_eq!(read.trim(), written.trim());
        }
    }
}
