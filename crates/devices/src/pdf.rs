//! The PDF for the printer: the laid-out pages with the embedded part of the typeface, tagged for reading aloud (PDF/UA-1).

use crate::error::DocumentError;
use crate::layout::{Item, LaidOut, Line, Um};
use crate::mark::{SIDE, STROKES};
use crate::qr::QrMatrix;
use crate::typeface::{FONT, STRONG_STROKE, Typeface, UNITS_PER_EM};
use chrono::{Datelike, Timelike};
use krilla::configure::{Accessibility, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, LineCap, LineJoin, Stroke, StrokeDash};
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, Identifier, SpanTag, Tag, TagGroup, TagTree};
use krilla::text::{Font, GlyphId, KrillaGlyph};
use krilla::{Document as Pdf, SerializeSettings};
use std::num::NonZeroU16;
use yuyue_domain::time::Timestamp;

const LANGUAGE: &str = "zh-CN";

impl LaidOut {
    /// The pages as PDF. The same pages give the same bytes.
    ///
    /// # Errors
    /// [`DocumentError::Typeface`] when the program is damaged, [`DocumentError::Pdf`] when the PDF would not be sound.
    pub fn to_pdf(&self) -> Result<Vec<u8>, DocumentError> {
        let configuration = ConfigurationBuilder::new()
            .with_accessibility_validator(Accessibility::UA1)
            .finish()
            .map_err(|error| DocumentError::Pdf(format!("{error:?}")))?;
        let mut pdf = Pdf::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
        let mut writer = Writer {
            face: Typeface::new()?,
            font: Font::new(FONT.into(), 0).ok_or(DocumentError::Typeface)?,
            groups: Vec::new(),
        };
        for page in &self.pages {
            let settings = PageSettings::from_wh(points(page.width), points(page.height))
                .ok_or_else(|| DocumentError::Pdf("a page without area".to_owned()))?;
            let mut sheet = pdf.start_page_with(settings);
            let mut surface = sheet.surface();
            for item in &page.items {
                writer.draw(&mut surface, item);
            }
            surface.finish();
            sheet.finish();
        }
        let mut outline = Outline::new();
        outline.push_child(OutlineNode::new(self.title.clone(), XyzDestination::new(0, Point::from_xy(0.0, 0.0))));
        pdf.set_outline(outline);
        pdf.set_tag_tree(writer.tag_tree(&self.title));
        pdf.set_metadata(
            Metadata::new()
                .title(self.title.clone())
                .language(LANGUAGE.to_owned())
                .creator("渝约".to_owned())
                .creation_date(date_time(self.printed_at)),
        );
        pdf.finish().map_err(|error| DocumentError::Pdf(format!("{error:?}")))
    }
}

/// What belongs to one block, in reading order.
struct Group {
    block: usize,
    kind: GroupKind,
    content: Vec<Identifier>,
}

enum GroupKind {
    Title,
    Paragraph,
    Picture(String),
}

struct Writer {
    face: Typeface,
    font: Font,
    groups: Vec<Group>,
}

impl Writer {
    fn draw(&mut self, surface: &mut Surface<'_>, item: &Item) {
        match item {
            Item::Line(line) => self.draw_line(surface, line),
            Item::Qr { x, y, size, caption, matrix, block } => {
                let content = surface.start_tagged(ContentTag::Other);
                draw_qr(surface, (*x, *y, *size), matrix);
                surface.end_tagged();
                let kind = GroupKind::Picture(caption.clone());
                self.groups.push(Group { block: *block, kind, content: vec![content] });
            }
            Item::Rule { .. } | Item::Frame { .. } | Item::Mark { .. } => {
                let artifact = Artifact { kind: ArtifactType::Other, bbox: None };
                // What decorates is no content and belongs to no group.
                let _ = surface.start_tagged(ContentTag::Artifact(artifact));
                draw_ornament(surface, item);
                surface.end_tagged();
            }
        }
    }

    fn draw_line(&mut self, surface: &mut Surface<'_>, line: &Line) {
        let content = surface.start_tagged(ContentTag::Span(SpanTag::empty().with_lang(Some(LANGUAGE))));
        let size = points(line.size);
        surface.set_fill(Some(Fill::default()));
        surface.set_stroke(line.strong.then(|| Stroke {
            width: points(line.size * STRONG_STROKE / UNITS_PER_EM),
            line_join: LineJoin::Round,
            ..Stroke::default()
        }));
        let glyphs: Vec<KrillaGlyph> = self
            .face
            .glyphs(&line.text)
            .into_iter()
            .map(|glyph| {
                let id = GlyphId::new(u32::from(glyph.id.0));
                KrillaGlyph::new(id, part_of_em(glyph.advance), 0.0, 0.0, 0.0, glyph.bytes, None)
            })
            .collect();
        let start = Point::from_xy(points(line.x), points(line.baseline));
        surface.draw_glyphs(start, &glyphs, self.font.clone(), &line.text, size, false);
        surface.end_tagged();
        match self.groups.last_mut() {
            Some(group) if group.block == line.block && !matches!(group.kind, GroupKind::Picture(_)) => {
                group.content.push(content);
            }
            _ => {
                let kind = if line.is_title { GroupKind::Title } else { GroupKind::Paragraph };
                self.groups.push(Group { block: line.block, kind, content: vec![content] });
            }
        }
    }

    fn tag_tree(self, title: &str) -> TagTree {
        let mut tree = TagTree::new().with_lang(Some(LANGUAGE.to_owned()));
        for group in self.groups {
            let mut tagged = match group.kind {
                GroupKind::Title => TagGroup::new(Tag::Hn(NonZeroU16::MIN, Some(title.to_owned()))),
                GroupKind::Paragraph => TagGroup::new(Tag::P),
                GroupKind::Picture(caption) => TagGroup::new(Tag::Figure(Some(caption))),
            };
            for content in group.content {
                tagged.push(content);
            }
            tree.push(tagged);
        }
        tree
    }
}

fn draw_ornament(surface: &mut Surface<'_>, item: &Item) {
    let mut path = PathBuilder::new();
    surface.set_fill(None);
    match item {
        Item::Rule { x, y, width } => {
            path.move_to(points(*x), points(*y));
            path.line_to(points(x + width), points(*y));
            let dash = StrokeDash { array: vec![points(900), points(700)], offset: 0.0 };
            surface.set_stroke(Some(Stroke { width: points(200), dash: Some(dash), ..Stroke::default() }));
        }
        Item::Frame { x, y, width, height } => {
            if let Some(rect) = Rect::from_xywh(points(*x), points(*y), points(*width), points(*height)) {
                path.push_rect(rect);
            }
            surface.set_stroke(Some(Stroke { width: points(300), ..Stroke::default() }));
        }
        Item::Mark { x, y, size } => return draw_mark(surface, *x, *y, *size),
        Item::Line(_) | Item::Qr { .. } => {}
    }
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
}

fn draw_mark(surface: &mut Surface<'_>, x: Um, y: Um, size: Um) {
    let at = |(dx, dy): (i32, i32)| (points(x + dx * size / SIDE), points(y + dy * size / SIDE));
    for stroke in STROKES {
        let [(x0, y0), (x1, y1), (x2, y2), (x3, y3)] = stroke.points.map(at);
        let mut path = PathBuilder::new();
        path.move_to(x0, y0);
        path.cubic_to(x1, y1, x2, y2, x3, y3);
        let width = points(stroke.width * size / SIDE);
        surface.set_stroke(Some(Stroke { width, line_cap: LineCap::Round, ..Stroke::default() }));
        if let Some(path) = path.finish() {
            surface.draw_path(&path);
        }
    }
}

fn draw_qr(surface: &mut Surface<'_>, (x, y, size): (Um, Um, Um), matrix: &QrMatrix) {
    // Edges are computed from the whole, not summed up, so that neighbours touch.
    let modules = i32::try_from(matrix.modules).unwrap_or(i32::MAX);
    let edge = |module: usize| i32::try_from(module).unwrap_or(i32::MAX).min(modules) * size / modules;
    let mut path = PathBuilder::new();
    for run in &matrix.runs {
        let (left, right) = (x + edge(run.column), x + edge(run.column + run.length));
        let (top, bottom) = (y + edge(run.row), y + edge(run.row + 1));
        if let Some(rect) = Rect::from_ltrb(points(left), points(top), points(right), points(bottom)) {
            path.push_rect(rect);
        }
    }
    surface.set_stroke(None);
    surface.set_fill(Some(Fill::default()));
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
}

fn date_time(at: Timestamp) -> DateTime {
    let (date, time) = (at.date(), at.time_of_day());
    let byte = |number: u32| u8::try_from(number).unwrap_or_default();
    DateTime::new(u16::try_from(date.year()).unwrap_or_default())
        .month(byte(date.month()))
        .day(byte(date.day()))
        .hour(byte(time.hour()))
        .minute(byte(time.minute()))
        .second(byte(time.second()))
        .utc_offset_hour(8)
        .utc_offset_minute(0)
}

/// Micrometres in points of 1/72 inch.
#[expect(clippy::cast_precision_loss, reason = "pages are far smaller than the 16 m that a float holds exactly")]
#[expect(clippy::float_arithmetic, reason = "PDF measures in broken points; nothing is decided by them")]
fn points(um: Um) -> f32 {
    um as f32 * 72.0 / 25_400.0
}

/// Font units as a part of the size of the type.
#[expect(clippy::cast_precision_loss, reason = "advances are small whole numbers")]
#[expect(clippy::float_arithmetic, reason = "PDF measures in parts of the size; nothing is decided by them")]
fn part_of_em(units: i32) -> f32 {
    units as f32 / UNITS_PER_EM as f32
}
