//! YAML text as a tree with positions, and nothing of YAML that settings do not need.
//!
//! Owns: the use of the parser, its limits, and the refusal of aliases, anchors, tags and further documents. The only
//! module that knows the YAML library. Must not know: keys and their meaning.

use std::ops::Range;
use std::sync::Arc;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span};

use super::finding::{Findings, Place, Problem, Syntax, ValueOrigin};

const DEEPEST: usize = 32;
const MOST_NODES: usize = 20_000;

/// One node of the tree.
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) content: Content,
}

pub(super) enum Content {
    /// The value after YAML's escapes; `plain` if it was written without quotes.
    Scalar {
        text: String,
        plain: bool,
    },
    Sequence(Vec<Node>),
    Mapping(Vec<(Node, Node)>),
    /// Something that was reported already.
    Refused,
}

/// Reads the one document of `source`; `None` if there is nothing in it, or nothing that can be read.
pub(super) fn parse(source: &str, name: &Arc<str>, findings: &mut Findings) -> Option<Node> {
    let mut builder = Builder { name, findings, open: Vec::new(), root: None, nodes: 0, documents: 0 };
    let source = builder.without_control_characters(source);
    let options = granit_parser::options! {
        disallow_directives: true,
        emit_unresolved_aliases: true,
        emit_comments: false,
        flow_nesting_limit: DEEPEST,
        block_nesting_limit: DEEPEST,
    };
    for event in Parser::new_from_str_with_options(&source, options) {
        let read_on = match event {
            Ok((event, span)) => builder.event(event, &span),
            Err(error) => builder.error(&error),
        };
        if !read_on {
            builder.findings.mark_unread();
            break;
        }
    }
    builder.close_all()
}

struct Builder<'a> {
    name: &'a Arc<str>,
    findings: &'a mut Findings,
    /// The collections that are not closed yet, each with the key that waits for its value.
    open: Vec<(Node, Option<Node>)>,
    root: Option<Node>,
    nodes: usize,
    documents: usize,
}

impl Builder<'_> {
    /// Replaces control characters by spaces, so that reading goes on and positions stay, and reports each line's first.
    fn without_control_characters(&mut self, source: &str) -> String {
        let mut bytes_before = 0;
        for (line, text) in source.split_inclusive('\n').enumerate() {
            if let Some((column, (at, found))) =
                text.char_indices().enumerate().find(|(_, (_, found))| is_forbidden(*found))
            {
                let start = bytes_before + at;
                let place = self.place(line + 1, column + 1, start..start + found.len_utf8());
                self.findings.add(&place, "", Problem::ControlCharacter(found));
            }
            bytes_before += text.len();
        }
        source.replace(is_forbidden, " ")
    }

    fn place(&self, line: usize, column: usize, span: Range<usize>) -> Place {
        Place { origin: ValueOrigin::File { name: Arc::clone(self.name), line, column }, span: Some(span) }
    }

    fn place_of(&self, span: &Span) -> Place {
        let bytes = span.byte_range().unwrap_or_default();
        self.place(span.start.line(), span.start.col() + 1, bytes)
    }

    /// Takes one event; `false` if reading must stop.
    fn event(&mut self, event: Event<'_>, span: &Span) -> bool {
        let place = self.place_of(span);
        if event.is_node() {
            self.nodes += 1;
            if self.nodes > MOST_NODES {
                self.findings.add(&place, "", Problem::TooManyNodes);
                return false;
            }
        }
        if event.tag().is_some() {
            self.findings.add(&place, "", Problem::Tag);
        }
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    self.findings.add(&place, "", Problem::SeveralDocuments);
                    return false;
                }
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.findings.add(&place, "", Problem::Alias);
                self.push(Node { place, content: Content::Refused });
            }
            Event::Scalar(text, style, anchor, _) => {
                self.anchor(&place, anchor);
                let plain = style == ScalarStyle::Plain;
                self.push(Node { place, content: Content::Scalar { text: text.into_owned(), plain } });
            }
            Event::SequenceStart(_, anchor, _) => {
                self.anchor(&place, anchor);
                self.open.push((Node { place, content: Content::Sequence(Vec::new()) }, None));
            }
            Event::MappingStart(_, anchor, _) => {
                self.anchor(&place, anchor);
                self.open.push((Node { place, content: Content::Mapping(Vec::new()) }, None));
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            _ => {}
        }
        true
    }

    fn anchor(&mut self, place: &Place, anchor: usize) {
        if anchor != 0 {
            self.findings.add(place, "", Problem::Anchor);
        }
    }

    fn push(&mut self, node: Node) {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some((Node { content: Content::Mapping(entries), .. }, key)) => match key.take() {
                None => *key = Some(node),
                Some(key) => entries.push((key, node)),
            },
            Some((Node { content: Content::Sequence(items), .. }, _)) => items.push(node),
            Some(_) => {}
        }
    }

    fn close(&mut self) {
        if let Some((node, _)) = self.open.pop() {
            self.push(node);
        }
    }

    /// Closes what an error left open: what was read before it is checked all the same.
    fn close_all(mut self) -> Option<Node> {
        while !self.open.is_empty() {
            self.close();
        }
        self.root
    }

    fn error(&mut self, error: &ScanError) -> bool {
        let marker = error.marker();
        let at = marker.byte_offset().unwrap_or_default();
        let place = self.place(marker.line(), marker.col() + 1, at..at);
        let problem = match error.kind() {
            ErrorKind::RecursionLimitExceeded => Problem::TooDeep,
            kind => Problem::Syntax(syntax(kind)),
        };
        self.findings.add(&place, "", problem);
        false
    }
}

/// What YAML does not allow: C0 controls but tab and line ends, and DEL.
fn is_forbidden(c: char) -> bool {
    c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r')
}

fn syntax(kind: &ErrorKind) -> Syntax {
    use ErrorKind as K;
    match kind {
        K::TabNotAllowed
        | K::TabInBlockIndentation
        | K::TabInIndentation
        | K::TabAtBlockScalarStart
        | K::TabInPlainScalar => Syntax::Tab,
        K::UnclosedQuotedScalar
        | K::DocumentIndicatorInQuotedScalar
        | K::InvalidTrailingSingleQuotedScalar
        | K::InvalidTrailingDoubleQuotedScalar
        | K::InvalidQuotedScalarIndent => Syntax::UnclosedQuote,
        K::UnexpectedEofFlowSequence
        | K::UnexpectedEofFlowMapping
        | K::UnexpectedEofImplicitFlowMapping
        | K::ExpectedFlowMappingSeparator
        | K::ExpectedFlowSequenceSeparator
        | K::MisplacedFlowCollectionEnd
        | K::MismatchedFlowCollectionEnd { .. }
        | K::UnclosedFlowCollection { .. }
        | K::BlockEntryInFlowCollection => Syntax::Brackets,
        K::InvalidIndentation
        | K::InvalidBlockScalarIndent
        | K::InvalidFlowScalarIndent
        | K::ExpectedBlockMappingKey
        | K::ExpectedBlockSequenceEntry
        | K::BlockSequenceEntryNotAllowed
        | K::UnexpectedEofBlockMapping
        | K::UnexpectedEofBlockSequence => Syntax::Indentation,
        K::MappingValueNotAllowed | K::MappingKeyNotAllowed | K::InvalidColonPlacement => Syntax::Colon,
        K::SimpleKeyExpected | K::InvalidSimpleKey => Syntax::NoColon,
        K::UnknownQuotedScalarEscape | K::InvalidQuotedScalarHexEscape | K::InvalidUnicodeEscape => {
            Syntax::Escape
        }
        K::UnexpectedCharacter { .. } => Syntax::Reserved,
        K::DirectiveDisallowed => Syntax::Directive,
        _ => Syntax::Other,
    }
}
